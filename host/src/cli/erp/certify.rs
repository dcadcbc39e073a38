//! `slotledger erp certify`: whether a live system keeps what the port promises.
//!
//! The suite is the one that connectors are tested with. It makes documents, so it belongs in a company that is there
//! for tests.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use slotledger_erp::conformance::{self, Report};
use slotledger_erp::{Administration, Check, Mode, Standing};

use crate::app::Link;
use crate::cli::progress::Counting;
use crate::cli::{ConfigFile, load};
use crate::clock::{Clock, SystemClock};
use crate::config::{Erp, Erpnext, Ledger, Odoo, Tryton};
use crate::connections;

#[derive(Debug, Args)]
pub(super) struct Certify {
    /// What kind of ERP it is.
    #[arg(long, value_enum, required_unless_present = "connection")]
    erp: Option<ErpKind>,
    /// Its address. Of the ledger, which has none, a file may be named instead; none makes one for the run.
    #[arg(long)]
    url: Option<String>,
    /// The environment variable that holds the password or the API key, or of ERPNext the token: `<API key>:<API
    /// secret>`.
    #[arg(long, value_name = "NAME", default_value = "SLOTLEDGER_ERP_TOKEN")]
    token_env: String,
    /// The company, where there are several.
    #[arg(long)]
    company: Option<String>,
    /// The database, where the server has several.
    #[arg(long)]
    database: Option<String>,
    /// The user to log in as, where the token does not say it.
    #[arg(long)]
    user: Option<String>,
    /// A connection of the configuration, instead of all these.
    #[arg(long, conflicts_with_all = ["erp", "url", "company", "database", "user"])]
    connection: Option<String>,
    #[command(flatten)]
    file: ConfigFile,
}

/// The kinds of ERPs, as the configuration names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ErpKind {
    Ledger,
    Erpnext,
    Odoo,
    Tryton,
}

pub(super) async fn run(command: Certify) -> anyhow::Result<ExitCode> {
    // What the ledger of a run of its own is kept in; it goes with it.
    let mut scratch = None;
    let (name, link) = match (&command.connection, command.erp) {
        (Some(name), _) => {
            let config = load(&command.file)?;
            let erp =
                config.erp.get(name).with_context(|| format!("the configuration has no [erp.{name}]"))?;
            (name.clone(), connections::link(name, erp).await?)
        }
        (None, Some(kind)) => {
            let erp = command.settings(kind, &mut scratch)?;
            (erp.kind().to_owned(), connections::link(erp.kind(), &erp).await?)
        }
        (None, None) => bail!("name an ERP with --erp, or a connection with --connection"),
    };
    let done = certify(&name, &link).await;
    if let Some(directory) = scratch {
        std::fs::remove_dir_all(directory)?;
    }
    done
}

impl Certify {
    fn settings(&self, kind: ErpKind, scratch: &mut Option<PathBuf>) -> anyhow::Result<Erp> {
        let url = || self.url.clone().context("name its address with --url");
        Ok(match kind {
            ErpKind::Ledger => {
                let path = match &self.url {
                    Some(path) => PathBuf::from(path),
                    None => {
                        let directory =
                            std::env::temp_dir().join(format!("slotledger-certify-{}", SystemClock.new_id()));
                        std::fs::create_dir(&directory)?;
                        scratch.insert(directory).join("books.sqlite")
                    }
                };
                Erp::Ledger(Ledger {
                    path,
                    company: Some(self.company.clone().unwrap_or_else(|| "Certified".to_owned())),
                    currency: "EUR".to_owned(),
                    tax_percent: Decimal::from(20),
                })
            }
            ErpKind::Erpnext => Erp::Erpnext(Erpnext {
                url: url()?,
                token_env: Some(self.token_env.clone()),
                token_file: None,
                company: self.company.clone(),
                tax_template: None,
                deposit_account: None,
                time_zone: None,
            }),
            ErpKind::Odoo => Erp::Odoo(Odoo {
                url: url()?,
                database: self.database.clone().context("name its database with --database")?,
                user: self.user.clone(),
                key_env: Some(self.token_env.clone()),
                key_file: None,
                company: self.company.clone(),
                sales_journal: None,
                purchase_journal: None,
                advance_journal: None,
            }),
            ErpKind::Tryton => Erp::Tryton(Tryton {
                url: url()?,
                database: self.database.clone().context("name its database with --database")?,
                user: self.user.clone().context("name the user with --user")?,
                password_env: Some(self.token_env.clone()),
                password_file: None,
                company: self.company.clone(),
                force_shortage: false,
                payment_method: None,
            }),
        })
    }
}

async fn certify(name: &str, link: &Link) -> anyhow::Result<ExitCode> {
    let books = &*link.books;
    let system = books.check().await.with_context(|| format!("«{name}» does not answer"))?;
    println!("{} {}: {} in {}", system.product, system.version, system.company, system.currency);
    println!("This makes documents in {}. It has to be a company for tests.", system.company);
    if !prepared(books).await? {
        return Ok(ExitCode::FAILURE);
    }
    let run = format!("certify-{}", SystemClock.new_id().simple());
    let setup = books.furnish(&run, SystemClock.now().date_naive()).await;
    let setup = setup.context("what the suite needs could not be made")?;
    let counting = Counting::begin("the suite runs");
    let report = conformance::administered(books, &setup).await;
    counting.end(&format!("keys begin with {run}"));
    show(&report);
    Ok(if report.held() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sets up what is missing, and says what cannot be.
async fn prepared(books: &dyn Administration) -> anyhow::Result<bool> {
    let checks = books.prepare(Mode::Apply).await.context("the ERP could not be asked")?;
    let lacking = |check: &&Check| matches!(check.standing, Standing::Wrong | Standing::Missing);
    for check in checks.iter().filter(lacking) {
        println!("wrong      {}: {} {}", check.name, check.detail, check.fix.as_deref().unwrap_or_default());
    }
    Ok(!checks.iter().any(|check| lacking(&check)))
}

fn show(report: &Report) {
    for row in &report.rows {
        let mark = if row.held { "holds" } else { "NOT HELD" };
        println!("{mark:<10} {}: {}", row.name, row.detail);
    }
    for left in &report.left_out {
        println!("{:<10} {}: {}", "left out", left.name, left.why);
    }
    let broken = report.rows.iter().filter(|row| !row.held).count();
    println!(
        "{} held, {broken} did not, {} were left out",
        report.rows.len() - broken,
        report.left_out.len()
    );
}
