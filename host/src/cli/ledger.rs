//! `slotledger ledger`: the built-in books, for the person who keeps them.

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use slotledger_erp::{Item, JournalLine, Key, Receipt};
use slotledger_ledger::Ledger;

use super::{ConfigFile, load};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Erp};
use crate::connections;

#[derive(Debug, Args)]
pub(super) struct LedgerCommand {
    #[command(flatten)]
    file: ConfigFile,
    /// The connection whose books are meant; needed only if several are built in.
    #[arg(long)]
    connection: Option<String>,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Takes goods into the stock, against the opening balance.
    Receive(Receive),
    /// Prints every account with its debits and credits.
    TrialBalance,
    /// Prints journal entries in the order they were posted.
    Journal {
        /// Only entries after this one.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// No more than this, at most 500.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
}

#[derive(Debug, Args)]
struct Receive {
    /// The item's code, as services name it.
    #[arg(long)]
    item: String,
    /// The item's name; none takes the code.
    #[arg(long)]
    name: Option<String>,
    /// How much came in.
    #[arg(long)]
    quantity: Decimal,
    /// The unit of measure.
    #[arg(long, default_value = "Unit")]
    unit: String,
    /// What one unit cost.
    #[arg(long)]
    unit_cost: Decimal,
    /// Where it lies.
    #[arg(long)]
    warehouse: String,
    /// What it came in with, as the number of a delivery note; it stands in the journal beside the item.
    #[arg(long)]
    reference: Option<String>,
    /// A key of your own for this receipt: with the same key it is taken in once, however often this is repeated.
    #[arg(long, value_parser = key)]
    key: Key,
}

fn key(text: &str) -> Result<Key, String> {
    let plain = "a key has 1 to 140 characters out of a-z, 0-9 and -_/.";
    Key::parse(text).ok_or_else(|| plain.to_owned())
}

pub(super) async fn run(command: LedgerCommand) -> anyhow::Result<()> {
    let config = load(&command.file)?;
    let (name, settings) = chosen(&config, command.connection.as_deref())?;
    let ledger = connections::ledger(name, settings).await?;
    let done = act(&ledger, command.act).await;
    ledger.close().await;
    done
}

/// The built-in books that are meant.
fn chosen<'a>(config: &'a Config, name: Option<&str>) -> anyhow::Result<(&'a str, &'a config::Ledger)> {
    let mut ledgers = config.erp.iter().filter_map(|(known, erp)| match erp {
        Erp::Ledger(settings) if name.is_none_or(|name| name == known) => Some((known.as_str(), settings)),
        Erp::Ledger(_) | Erp::Erpnext(_) | Erp::Odoo(_) | Erp::Tryton(_) => None,
    });
    let first =
        ledgers.next().ok_or_else(|| anyhow!("the configuration has no built-in books of that name"))?;
    match ledgers.next() {
        None => Ok(first),
        Some(_) => Err(anyhow!("several books are built in: name one with --connection")),
    }
}

async fn act(ledger: &Ledger, act: Act) -> anyhow::Result<()> {
    match act {
        Act::Receive(receive) => {
            let receipt = Receipt {
                key: receive.key,
                date: SystemClock.now().date_naive(),
                item: Item { name: receive.name.unwrap_or_else(|| receive.item.clone()), code: receive.item },
                quantity: receive.quantity,
                unit: receive.unit,
                unit_cost: receive.unit_cost,
                warehouse: receive.warehouse,
                reference: receive.reference,
            };
            let number = ledger.receive(&receipt).await.context("nothing was taken in")?;
            println!("{number}");
        }
        Act::TrialBalance => {
            let balance = ledger.trial_balance().await?;
            for account in &balance.accounts {
                row(&account.account, &account.name, account.debit, account.credit);
            }
            row("", "total", balance.debit, balance.credit);
        }
        Act::Journal { after, limit } => {
            for entry in ledger.journal(after, limit).await? {
                println!("{} {} {} {}", entry.id, entry.date, entry.document, entry.subject);
                for JournalLine { account, name, debit, credit } in &entry.lines {
                    row(account, name, *debit, *credit);
                }
            }
        }
    }
    Ok(())
}

fn row(account: &str, name: &str, debit: Decimal, credit: Decimal) {
    println!("  {account:<6} {name:<24} {debit:>14} {credit:>14}");
}
