//! `slotledger connect`: everything that a connection needs, looked at, and made where it is missing.
//!
//! Looking needs no store. What is made is written down there, as it is when somebody makes it from a page.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use slotledger_erp::{Check, Mode, Standing};

use super::serve::Host;
use super::{ConfigFile, Person, load};
use crate::config::{Config, Erp};
use crate::connections;

/// Something is missing that `--apply` makes.
const MISSING: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Connect {
    #[command(flatten)]
    file: ConfigFile,
    /// The connection, as the configuration names it: `erpnext` for `[erp.erpnext]`.
    connection: String,
    /// Makes what is missing and can be made. Repeating it changes nothing.
    #[arg(long)]
    apply: bool,
    /// Only looks, which is also what happens without it.
    #[arg(long, conflicts_with = "apply")]
    dry_run: bool,
    #[command(flatten)]
    person: Person,
}

pub(super) async fn run(command: Connect) -> anyhow::Result<ExitCode> {
    let config = load(&command.file)?;
    let name = &command.connection;
    let erp = config.erp.get(name).with_context(|| format!("the configuration has no [erp.{name}]"))?;
    let checks = if command.apply && !command.dry_run {
        make(&config, name, &command.person).await?
    } else {
        look(name, erp).await?
    };
    let count = |standing| checks.iter().filter(|check| check.standing == standing).count();
    let (wrong, missing) = (count(Standing::Wrong), count(Standing::Missing));
    if wrong > 0 {
        println!("{wrong} of these have to be put right in the ERP.");
        return Ok(ExitCode::FAILURE);
    }
    if missing > 0 {
        println!("{missing} of these are missing; `slotledger connect {name} --apply` makes them.");
        return Ok(ExitCode::from(MISSING));
    }
    println!("«{name}» is ready.");
    Ok(ExitCode::SUCCESS)
}

async fn look(name: &str, erp: &Erp) -> anyhow::Result<Vec<Check>> {
    let link = connections::link(name, erp).await?;
    link.books.prepare_telling(Mode::Look, &show).await.with_context(|| unasked(name))
}

async fn make(config: &Config, name: &str, person: &Person) -> anyhow::Result<Vec<Check>> {
    let host = Host::open(config).await?;
    host.app.prepare_books(name, &person.name(), &show).await.with_context(|| unasked(name))
}

fn unasked(name: &str) -> String {
    format!("«{name}» could not be asked")
}

fn show(check: &Check) {
    let standing = match check.standing {
        Standing::Ready => "ready",
        Standing::Missing => "missing",
        Standing::Made => "made",
        Standing::Doubtful => "doubtful",
        Standing::Wrong => "wrong",
    };
    println!("{standing:<9} {:<40} {}", check.name, check.detail);
    if let Some(fix) = &check.fix {
        println!("{:<9} {:<40} -> {fix}", "", "");
    }
}
