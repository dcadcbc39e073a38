//! Measures Slotledger against the bare thing beneath it: the rules against the same functions compiled natively, the
//! booking path against a program that makes the same SQL writes and nothing else, the relay against its connector alone.
//!
//! Invariant: both sides of a ratio are measured in one run, in turns, so that a machine that slows down slows both.
//!
//! Deliberately absent: a verdict. A figure that misses its target is shown beside it; noise on a shared machine is no
//! failure.

#![allow(clippy::float_arithmetic, reason = "figures of speed are neither money nor quantities")]

mod booking;
mod decision;
mod desk;
mod diary;
mod extension;
mod live;
mod pages;
mod relay;
mod report;
mod serve;
mod server;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};

use report::Report;

/// What is measured, and how long.
#[derive(Debug, Parser)]
struct Arguments {
    /// A tenth of the repetitions: enough to see whether something is badly wrong.
    #[arg(long)]
    quick: bool,
    /// Measures only rows whose names begin like this, and what comes along with them. May be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Also writes the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The `slotledger` binary to start.
    #[arg(long, value_name = "FILE")]
    host: PathBuf,
    /// Where a Tryton server is, or is installed to.
    #[arg(long, value_name = "DIRECTORY")]
    target: PathBuf,
    /// Databases are made in this directory. What its disk takes to sync is part of the figures.
    #[arg(long, value_name = "DIRECTORY")]
    scratch: PathBuf,
}

/// Everything that can be measured.
const ROWS: [&[&str]; 9] = [
    &decision::ROWS,
    &booking::ROWS,
    &booking::postgres::ROWS,
    &relay::ROWS,
    &serve::ROWS,
    &live::ROWS,
    &pages::ROWS,
    &extension::ROWS,
    &diary::ROWS,
];

fn main() -> Result<()> {
    // The client insists on a provider of TLS, even for plain HTTP; it fails only if there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    if let Some(name) = arguments.unknown() {
        let error =
            format!("no row has a name that begins like {name}; there are {}", ROWS.concat().join(", "));
        Arguments::command().error(ErrorKind::InvalidValue, error).exit();
    }
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.scratch)?;
    let mut report = Report::new();
    report.heading();
    measure(&arguments, scratch.path(), &mut report)?;
    match arguments.json {
        Some(path) => report.write(&path),
        None => Ok(()),
    }
}

fn measure(arguments: &Arguments, scratch: &Path, report: &mut Report) -> Result<()> {
    let quick = arguments.quick;
    let wanted = |rows: &[&str]| rows.iter().any(|row| arguments.wants(row));
    if wanted(&decision::ROWS) {
        report.add(decision::measure(scratch, quick)?);
    }
    if wanted(&booking::ROWS) {
        booking::measure(scratch, quick)?.into_iter().for_each(|row| report.add(row));
    }
    if wanted(&booking::postgres::ROWS) {
        booking::postgres::measure(scratch, quick)?.into_iter().for_each(|row| report.add(row));
    }
    if wanted(&relay::ROWS) {
        relay::measure(scratch, &arguments.target, quick, &wanted)?
            .into_iter()
            .for_each(|row| report.add(row));
    }
    if wanted(&serve::ROWS) {
        serve::measure(&arguments.host, scratch, quick)?.into_iter().for_each(|row| report.add(row));
    }
    if wanted(&live::ROWS) {
        report.add(live::measure(&arguments.host, scratch, quick)?);
    }
    if wanted(&pages::ROWS) {
        pages::measure(&arguments.host, scratch, quick, &wanted)?.into_iter().for_each(|row| report.add(row));
    }
    if wanted(&extension::ROWS) {
        extension::measure(&arguments.host, scratch, quick, &wanted)?
            .into_iter()
            .for_each(|row| report.add(row));
    }
    if wanted(&diary::ROWS) {
        diary::measure(&arguments.host, scratch, quick, &wanted, report)?;
    }
    Ok(())
}

impl Arguments {
    /// What was asked for and is no row.
    fn unknown(&self) -> Option<&str> {
        let is_row = |name: &&String| ROWS.concat().iter().any(|row| row.starts_with(name.as_str()));
        self.only.iter().find(|name| !is_row(name)).map(String::as_str)
    }

    fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|beginning| row.starts_with(beginning))
    }
}
