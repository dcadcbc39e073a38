//! The command line, one file for each command.

mod accounts;
mod check;
mod connect;
mod deliveries;
mod erp;
mod init;
mod ledger;
mod progress;
mod reconcile;
mod rules;
mod sample;
mod serve;
mod store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::model::CodeKind;

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
    /// Makes accounts of people, and links with which they set their passwords.
    Accounts(accounts::AccountsCommand),
    /// Makes, lists and revokes API keys.
    Keys(accounts::KeysCommand),
    /// Says whether the configuration, the store, the rules component and every ERP connection work.
    ///
    /// Warns of codes that the books do not know, as far as they were imported. Changes nothing but what a new version
    /// has to bring up to date. Exits with 1 if anything does not work.
    Check(ConfigFile),
    /// Looks at everything that a connection to an ERP needs, and makes with --apply what is missing.
    ///
    /// Exits with 0 if it is ready, with 1 if something has to be put right in the ERP or it does not answer, and with 2
    /// if something is missing that --apply makes.
    Connect(connect::Connect),
    /// Lists documents on their way to the books, and does something about those that do not get there.
    Deliveries(deliveries::DeliveriesCommand),
    /// Brings master data of the books, maps codes, certifies a system.
    Erp(erp::ErpCommand),
    /// Keeps the built-in books: takes goods into stock, prints the journal and the trial balance.
    Ledger(ledger::LedgerCommand),
    /// Compares documents with the books, both ways, and puts right what differs.
    ///
    /// Exits with 0 if everything stands as it was asked for, with 2 if something does not, and with 1 if the books could
    /// not be compared.
    Reconcile(reconcile::Reconcile),
    /// Writes, builds, tests, signs, publishes and installs extensions: rules of your own.
    Rules(rules::RulesCommand),
    /// Moves everything to another store: from SQLite to PostgreSQL, or back.
    Store(store::StoreCommand),
}

/// Who acts.
#[derive(Debug, Args)]
struct Person {
    /// Who does it, as it is written down.
    #[arg(long, env = "USER", default_value = "somebody")]
    by: String,
}

impl Person {
    /// As it is written down: apart from the labels of API keys.
    fn name(&self) -> String {
        format!("{} (command line)", self.by)
    }
}

/// Reads `item:OURS=THEIRS`.
fn mapping(text: &str) -> Result<(CodeKind, String, String), String> {
    let form = || {
        "write it as item:OURS=THEIRS; kinds are item, customer, provider, warehouse, unit, method".to_owned()
    };
    let (kind, codes) = text.split_once(':').ok_or_else(form)?;
    let (ours, theirs) = codes.split_once('=').ok_or_else(form)?;
    let kind = CodeKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(form)?;
    if ours.trim().is_empty() || theirs.trim().is_empty() {
        return Err(form());
    }
    Ok((kind, ours.to_owned(), theirs.to_owned()))
}

/// Which configuration to use.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file. Every value can be overridden: `SLOTLEDGER__SERVER__LISTEN=127.0.0.1:8080`.
    #[arg(long, global = true, env = "SLOTLEDGER_CONFIG", default_value = "slotledger.toml")]
    config: PathBuf,
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Connect(command) => return connect::run(command).await,
            Command::Erp(command) => return erp::run(command).await,
            Command::Reconcile(command) => return reconcile::run(command).await,
            Command::Rules(command) => return rules::run(command).await,
            Command::Deliveries(command) => deliveries::run(command).await,
            Command::Serve(file) => serve::run(load(&file)?).await,
            Command::Init(init) => init::run(init).await,
            Command::Accounts(command) => accounts::accounts(command).await,
            Command::Keys(command) => accounts::keys(command).await,
            Command::Check(file) => check::run(load(&file)?).await,
            Command::Ledger(command) => ledger::run(command).await,
            Command::Store(command) => store::run(command).await,
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn load(file: &ConfigFile) -> anyhow::Result<Config> {
    Config::load(&file.config).map_err(|error| {
        let hint = error.hint();
        anyhow::Error::new(error).context(hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_named_before_or_after_what_is_done() {
        for line in
            ["deliveries --config c.toml list", "deliveries list --config c.toml", "serve --config c.toml"]
        {
            Cli::try_parse_from(["slotledger"].into_iter().chain(line.split(' '))).unwrap();
        }
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
