//! `slotledger store`: the store as a whole.

use std::io::IsTerminal;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::store::Address;
use crate::store::copy::{Progress, copy};

#[derive(Debug, Args)]
pub(super) struct StoreCommand {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Copies everything into another, empty store, of the same engine or the other.
    ///
    /// Stop every host first: what is booked meanwhile would be refused, and what is booked in the old store afterwards
    /// is not in the new one. Addresses are `sqlite:<path>` or `postgres://<user>@<server>/<database>`; a password is
    /// better left to the environment variable PGPASSWORD or to ~/.pgpass, because others can read a command line.
    Copy {
        /// The store to copy from; it stays as it is.
        #[arg(long, value_name = "ADDRESS", env = "SLOTLEDGER_COPY_FROM", hide_env_values = true)]
        from: String,
        /// The store to copy to; a file is made, a PostgreSQL database must be there.
        #[arg(long, value_name = "ADDRESS", env = "SLOTLEDGER_COPY_TO", hide_env_values = true)]
        to: String,
    },
}

pub(super) async fn run(command: StoreCommand) -> anyhow::Result<()> {
    match command.act {
        Act::Copy { from, to } => {
            let from: Address = from.parse().context("--from")?;
            let to: Address = to.parse().context("--to")?;
            if let Address::Sqlite(path) = &from {
                // Opening it would make an empty one, and the copy would seem to succeed.
                anyhow::ensure!(path.is_file(), "there is no store at {}", path.display());
            }
            println!("{from} -> {to}");
            let lively = std::io::stdout().is_terminal();
            copy(&from, &to, &mut |progress| show(progress, lively)).await?;
            println!("Everything is there. Name {to} in the configuration before a host is started.");
        }
    }
    Ok(())
}

/// A line for each table; on a terminal it counts up.
fn show(Progress { table, done, total }: Progress, lively: bool) {
    let complete = done == total;
    if complete {
        println!("{table:<16} {done:>10} of {total}");
    } else if lively {
        print!("{table:<16} {done:>10} of {total}\r");
    }
}
