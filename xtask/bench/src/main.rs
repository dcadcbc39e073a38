//! Measures Slotledger against the bare thing beneath it: the rules against the same functions compiled natively, the
//! booking path against a program that makes the same SQL writes and nothing else.
//!
//! Invariant: both sides of a ratio are measured in one run, in turns, so that a machine that slows down slows both.
//!
//! Deliberately absent: a verdict. A figure that misses its target is shown beside it; noise on a shared machine is no
//! failure.

#![allow(clippy::float_arithmetic, reason = "figures of speed are neither money nor quantities")]

mod booking;
mod decision;
mod diary;
mod report;
mod serve;
mod server;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use report::Report;

/// What is measured, and how long.
#[derive(Debug, Parser)]
struct Arguments {
    /// A tenth of the repetitions: enough to see whether something is badly wrong.
    #[arg(long)]
    quick: bool,
    /// Also writes the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The `slotledger` binary to start.
    #[arg(long, value_name = "FILE")]
    host: PathBuf,
    /// Databases are made in this directory. What its disk takes to sync is part of the figures.
    #[arg(long, value_name = "DIRECTORY")]
    scratch: PathBuf,
}

fn main() -> Result<()> {
    // The client insists on a provider of TLS, even for plain HTTP; it fails only if there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.scratch)?;
    let mut report = Report::new();
    report.heading();
    report.add(decision::measure(scratch.path(), arguments.quick)?);
    report.add(booking::measure(scratch.path(), arguments.quick)?);
    for row in booking::postgres::measure(scratch.path(), arguments.quick)? {
        report.add(row);
    }
    for row in serve::measure(&arguments.host, scratch.path(), arguments.quick)? {
        report.add(row);
    }
    for row in diary::measure(&arguments.host, scratch.path(), arguments.quick)? {
        report.add(row);
    }
    match arguments.json {
        Some(path) => report.write(&path),
        None => Ok(()),
    }
}
