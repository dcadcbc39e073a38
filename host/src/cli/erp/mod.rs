//! `slotledger erp`: master data and codes of the books, and whether they keep what the port promises.

mod certify;
mod import;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::serve::Host;
use super::{ConfigFile, Person, load, mapping};
use crate::app::NewCode;
use crate::model::CodeKind;

#[derive(Debug, Args)]
pub(super) struct ErpCommand {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Brings items, customers, providers, warehouses and sets of taxes, so that what is missing is seen in time.
    ///
    /// What was brought is a copy: nothing in the ERP or in the catalogue changes.
    Import(import::ImportCommand),
    /// Shows what our codes are called in the books of a connection, or says so.
    Mappings(Mappings),
    /// Runs the conformance suite against a test company. It MAKES DOCUMENTS there.
    Certify(certify::Certify),
}

#[derive(Debug, Args)]
struct Mappings {
    #[command(flatten)]
    file: ConfigFile,
    /// The connection, as the configuration names it.
    #[arg(long)]
    connection: String,
    /// `<kind>:<our code>=<their code>`; kinds are item, customer, provider, warehouse, unit and method.
    #[arg(long = "map", value_name = "CODE", value_parser = mapping)]
    codes: Vec<(CodeKind, String, String)>,
    #[command(flatten)]
    person: Person,
}

pub(super) async fn run(command: ErpCommand) -> anyhow::Result<ExitCode> {
    match command.act {
        Act::Import(command) => import::run(command).await.map(|()| ExitCode::SUCCESS),
        Act::Mappings(command) => mappings(command).await.map(|()| ExitCode::SUCCESS),
        Act::Certify(command) => certify::run(command).await,
    }
}

async fn mappings(command: Mappings) -> anyhow::Result<()> {
    let host = Host::open(&load(&command.file)?).await?;
    let name = &command.connection;
    let new: Vec<NewCode> = command
        .codes
        .into_iter()
        .map(|(kind, code, theirs)| NewCode { kind, code, theirs, note: String::new() })
        .collect();
    let mapped = if new.is_empty() {
        host.app.mapped_codes(name).await?
    } else {
        host.app.map_codes(name, new, &command.person.name()).await?
    };
    for code in &mapped {
        let theirs = code.theirs.as_deref().unwrap_or_default();
        println!("{:<10} {:<30} -> {theirs:<30} {}", code.kind.as_str(), code.code, code.note);
    }
    if mapped.is_empty() {
        println!("Every code is called in «{name}» what it is called here.");
    }
    Ok(())
}
