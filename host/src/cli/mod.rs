//! The command line: `serve`, `init`, `check`, `ledger`, `store`.

mod check;
mod init;
mod ledger;
mod sample;
mod serve;
mod store;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;

/// Service appointments decided in WebAssembly, delivered to the ERP exactly once.
///
/// Start with `slotledger init --dir my-company --sample` and `slotledger serve --config my-company/slotledger.toml`.
#[derive(Debug, Parser)]
#[command(name = "slotledger", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers requests, sends documents to the books, and ends holds that have run out.
    ///
    /// Stop it with Ctrl-C or SIGTERM: requests and documents in hand are finished first. It may be killed at any
    /// time without losing or doubling anything.
    Serve(ConfigFile),
    /// Makes a directory with a configuration, a database and an API key.
    ///
    /// The key is printed once and kept only as a hash. An existing configuration is never overwritten.
    Init(init::Init),
    /// Says whether the configuration, the store, the rules component and every ERP connection work.
    ///
    /// Changes nothing but what a new version has to bring up to date. Exits with 1 if anything does not work.
    Check(ConfigFile),
    /// Keeps the built-in books: takes goods into stock, prints the journal and the trial balance.
    Ledger(ledger::LedgerCommand),
    /// Moves everything to another store: from SQLite to PostgreSQL, or back.
    Store(store::StoreCommand),
}

/// Which configuration to use.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file. Every value can be overridden: `SLOTLEDGER__SERVER__LISTEN=127.0.0.1:8080`.
    #[arg(long, env = "SLOTLEDGER_CONFIG", default_value = "slotledger.toml")]
    config: PathBuf,
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(file) => serve::run(load(&file)?).await,
            Command::Init(init) => init::run(init).await,
            Command::Check(file) => check::run(load(&file)?).await,
            Command::Ledger(command) => ledger::run(command).await,
            Command::Store(command) => store::run(command).await,
        }
    }
}

fn load(file: &ConfigFile) -> anyhow::Result<Config> {
    Config::load(&file.config).map_err(|error| {
        let hint = error.hint();
        anyhow::Error::new(error).context(hint)
    })
}
