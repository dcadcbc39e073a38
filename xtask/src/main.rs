//! The commands of a developer: `cargo xtask rules | demo | test | bench | ci`.
//!
//! Invariant: each command does its own set-up, says what it installs before it does, and fails with a sentence that
//! says what to do. Everything it makes lies under `target/`.
//!
//! Deliberately absent: anything an installed Slotledger needs. A user has the `slotledger` binary.

mod bench;
mod ci;
mod demo;
mod progress;
mod rules;
mod setup;
mod shell;
mod test;
mod wit;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The commands of a developer.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the rules component into target/rules/slotledger_rules.wasm, which the host embeds.
    Rules,
    /// Serves a sample company to try, or with --once books and completes an appointment and shows its documents.
    Demo(demo::Options),
    /// Sets up what the tests need (Tryton, Odoo, PostgreSQL, schemathesis, what builds extensions) and runs them all.
    Test {
        /// Only tests whose name contains this.
        filter: Option<String>,
        /// A system that must be tested against. Without it, Odoo 19 is where that is possible.
        #[arg(long, value_enum)]
        with: Vec<setup::odoo::With>,
    },
    /// Measures Slotledger against the bare thing beneath it.
    Bench(bench::Options),
    /// Does what continuous integration does: formatting, lints, documentation, tests.
    Ci,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Rules => rules::build().map(drop),
        Command::Demo(options) => demo::demo(&options),
        Command::Test { filter, with } => test::test(filter.as_deref(), &with),
        Command::Bench(options) => bench::bench(&options),
        Command::Ci => ci::ci(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
