//! `cargo xtask demo`: a server with a sample company to try by hand, or one journey through it that proves itself.
//!
//! Invariant: the journey uses the HTTP API as any client would, and what it reports is read back from the books.

mod client;
mod host;
mod journey;
mod report;
mod sample;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use slotledger_tryton_server::Server;

use self::host::Installation;
use crate::progress::step;
use crate::setup::tryton;
use crate::workspace;

/// What the demo takes.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The port to serve on.
    #[arg(long, default_value_t = 7878, conflicts_with = "once")]
    port: u16,
    /// Book, confirm and complete one appointment, show its documents in the books, and end.
    #[arg(long)]
    once: bool,
    /// Whose books take the documents.
    #[arg(long, value_enum, default_value_t = Erp::Ledger, requires = "once")]
    erp: Erp,
    /// Also write the outcome to this file.
    #[arg(long, value_name = "FILE", requires = "once")]
    json: Option<PathBuf>,
}

/// The books the demo can post to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Erp {
    /// The built-in ones.
    Ledger,
    /// A real Tryton server, installed under target/tryton.
    Tryton,
}

impl Erp {
    const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Tryton => "tryton",
        }
    }
}

/// Runs the demo.
pub(crate) fn demo(options: &Options) -> Result<()> {
    if options.once { once(options) } else { stay(options.port) }
}

fn once(options: &Options) -> Result<()> {
    let server = match options.erp {
        Erp::Ledger => None,
        Erp::Tryton => {
            let template = tryton::ready()?;
            Some(step("starting Tryton", |_| Server::start(&template))?)
        }
    };
    let binary = host::build()?;
    let erp = options.erp.name();
    let directory = workspace::target().join("demo").join(erp);
    let installation = Installation::fresh(&binary, &directory, server)?;
    let log = directory.join("server.log");
    let running = installation.serve(host::free_port()?, Some(&log))?;
    let report = journey::travel(&running.client, erp)
        .with_context(|| format!("the demo stopped; the server's log is {}", log.display()))?;
    print!("{}", report.table());
    if let Some(path) = &options.json {
        report.write(path)?;
    }
    report.exactly_once()
}

fn stay(port: u16) -> Result<()> {
    let binary = host::build()?;
    let directory = workspace::target().join("demo/company");
    fs::create_dir_all(workspace::target().join("demo"))?;
    let installation = Installation::kept(&binary, &directory)?;
    let running = installation.serve(port, None)?;
    println!("{}", invitation(&running.base));
    running.wait()
}

/// What to try, as README.md has it.
fn invitation(base: &str) -> String {
    let lines = sample::curl_lines(base).join("\n\n");
    format!(
        "\nSlotledger serves Brightwater Services at {base}\n\
         Its API key is in target/demo/company/api-key, its data beside it. Try, in another terminal:\n\n\
         {lines}\n\n\
         Ctrl-C ends it; the data stay until target/demo/company is removed."
    )
}
