//! Materials: received, used, brought back, each at its cost.
//!
//! Invariant: the value of what is on hand equals the stock account. An issue takes out its share of the warehouse's
//! average cost; a return brings back what the issue took out, to the last coin once all of it is back.

use std::borrow::Cow;
use std::collections::HashMap;

use async_trait::async_trait;
use slotledger_erp::{
    Failure, Item, Kind, MAX_PAGE, Material, OnHand, Page, Posting, Reason, Receipt, State, Stock,
    StockIssue, StockReturn,
};
use sqlx::SqliteConnection;

use crate::accounts::Account;
use crate::amounts::{Currency, fine, from_fine, quantity, share};
use crate::books::{Books, draft, json};
use crate::documents::{Draft, Line, Paper, What};
use crate::journal::Entry;
use crate::lines::demand_lines;
use crate::reading::standing;
use crate::{Error, Ledger};

/// Makes an item that the books do not know yet.
pub(crate) async fn know(connection: &mut SqliteConnection, item: &Item) -> Result<(), Error> {
    if item.code.is_empty() {
        return Err(Error::refused(Reason::UnknownItem, "an item has no code", "Give the item a code."));
    }
    sqlx::query("INSERT INTO items (code, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(&item.code)
        .bind(&item.name)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn receipt<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    receipt: &'a Receipt,
) -> Result<Draft<'a>, Error> {
    know(connection, &receipt.item).await?;
    settle_unit(connection, receipt).await?;
    let item = Item { code: receipt.item.code.clone(), name: name_of(connection, &receipt.item).await? };
    let quantity = quantity(receipt.quantity)?;
    let value = books.currency.line(quantity, fine("unit cost", receipt.unit_cost)?)?;
    if value < 0 || receipt.warehouse.is_empty() {
        return Err(Error::refused(
            Reason::Other,
            "a receipt has a cost and a warehouse",
            "Correct the cost or the warehouse.",
        ));
    }
    let warehouse = receipt.warehouse.clone();
    Ok(Draft {
        paper: Paper::GoodsReceipt,
        key: &receipt.key,
        subject: Cow::Owned(match &receipt.reference {
            Some(reference) => format!("{}, {reference}", item.name),
            None => item.name.clone(),
        }),
        date: receipt.date,
        state: State::Posted,
        party: None,
        source: None,
        net: value,
        tax: 0,
        lines: vec![line(&item, quantity, value, What::Received { warehouse })],
        bills: Vec::new(),
        settlements: Vec::new(),
        entry: Entry::transfer(Account::Stock, Account::OpeningBalance, value),
        body: json(receipt)?,
    })
}

pub(crate) async fn issue<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    issue: &StockIssue,
) -> Result<Draft<'a>, Error> {
    demand_lines(issue.lines.len())?;
    let mut levels = HashMap::new();
    let mut lines = Vec::with_capacity(issue.lines.len());
    for material in &issue.lines {
        demand_unit(connection, material).await?;
        let asked = quantity(material.quantity)?;
        let place = (material.item.code.as_str(), material.warehouse.as_str());
        let level = match levels.get(&place) {
            Some(level) => *level,
            None => Level::read(connection, place).await?,
        };
        let value = level.take(asked).ok_or_else(|| shortage(material, level))??;
        levels.insert(place, Level { quantity: level.quantity - asked, value: level.value - value });
        lines.push(line(
            &material.item,
            asked,
            value,
            What::Issued { warehouse: material.warehouse.clone() },
        ));
    }
    let value = books.currency.sum(lines.iter().map(|line| line.amount))?;
    let entry = Entry::transfer(Account::MaterialCost, Account::Stock, value);
    Ok(Draft { net: value, lines, entry, ..draft(posting)? })
}

pub(crate) async fn returned<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    returned: &StockReturn,
) -> Result<Draft<'a>, Error> {
    demand_lines(returned.lines.len())?;
    let issue = standing(connection, Kind::StockIssue, &returned.issue).await?;
    let mut left = HashMap::new();
    let mut lines = Vec::with_capacity(returned.lines.len());
    for material in &returned.lines {
        demand_unit(connection, material).await?;
        let asked = quantity(material.quantity)?;
        let item = material.item.code.as_str();
        let level = match left.get(item) {
            Some(level) => *level,
            None => Level::outstanding(connection, issue.id, item).await?,
        };
        let value = level.take(asked).ok_or_else(|| not_issued(material, &issue.number, level))??;
        left.insert(item, Level { quantity: level.quantity - asked, value: level.value - value });
        lines.push(line(
            &material.item,
            asked,
            value,
            What::Received { warehouse: material.warehouse.clone() },
        ));
    }
    let value = books.currency.sum(lines.iter().map(|line| line.amount))?;
    let entry = Entry::transfer(Account::Stock, Account::MaterialCost, value);
    Ok(Draft { source: Some(issue.id), net: value, lines, entry, ..draft(posting)? })
}

/// What there is of an item, in millionths, and what it is worth in coins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level {
    quantity: i64,
    value: i64,
}

impl Level {
    async fn read(connection: &mut SqliteConnection, (item, warehouse): (&str, &str)) -> Result<Self, Error> {
        let query =
            sqlx::query_as("SELECT quantity, value FROM stock_levels WHERE item = ? AND warehouse = ?");
        let row: Option<(i64, i64)> = query.bind(item).bind(warehouse).fetch_optional(connection).await?;
        let (quantity, value) = row.unwrap_or_default();
        Ok(Self { quantity, value })
    }

    /// What an issue took out and no return has brought back.
    async fn outstanding(connection: &mut SqliteConnection, issue: i64, item: &str) -> Result<Self, Error> {
        let (quantity, value) = sqlx::query_as(
            "SELECT COALESCE(SUM(-moves * quantity), 0), COALESCE(SUM(-moves * amount), 0)
             FROM document_lines JOIN documents ON id = document
             WHERE item = ? AND (id = ? OR (kind = 'stock_return' AND source = ?))",
        )
        .bind(item)
        .bind(issue)
        .bind(issue)
        .fetch_one(connection)
        .await?;
        Ok(Self { quantity, value })
    }

    /// What `asked` of it is worth; nothing when there is less.
    fn take(self, asked: i64) -> Option<Result<i64, Error>> {
        (asked <= self.quantity).then(|| share(self.value, asked, self.quantity))
    }
}

fn line(item: &Item, quantity: i64, amount: i64, what: What) -> Line {
    Line { item: item.code.clone(), description: item.name.clone(), quantity, amount, what }
}

fn shortage(material: &Material, level: Level) -> Error {
    let Material { item, quantity, unit, warehouse } = material;
    let there = from_fine(level.quantity);
    Error::refused(
        Reason::OutOfStock,
        format!("{warehouse} has {there} {unit} of {}, and {quantity} are asked for", item.code),
        format!("Receive more of {} into {warehouse}, or correct what was used.", item.code),
    )
}

fn not_issued(material: &Material, issue: &str, level: Level) -> Error {
    let Material { item, quantity, unit, .. } = material;
    let there = from_fine(level.quantity);
    Error::refused(
        Reason::Conflict,
        format!(
            "{there} {unit} of {} are still out with {issue}, and {quantity} should come back",
            item.code
        ),
        "Correct the quantities that come back.",
    )
}

/// What an item is called: the first name that it was given.
async fn name_of(connection: &mut SqliteConnection, item: &Item) -> Result<String, Error> {
    let query = sqlx::query_scalar("SELECT name FROM items WHERE code = ?");
    Ok(query.bind(&item.code).fetch_one(connection).await?)
}

async fn unit_of(connection: &mut SqliteConnection, item: &str) -> Result<Option<String>, Error> {
    let query = sqlx::query_scalar("SELECT unit FROM items WHERE code = ?");
    Ok(query.bind(item).fetch_optional(connection).await?.flatten())
}

async fn demand_unit(connection: &mut SqliteConnection, material: &Material) -> Result<(), Error> {
    let code = &material.item.code;
    match unit_of(connection, code).await? {
        None => Err(Error::refused(
            Reason::UnknownItem,
            format!("{} was never received, so {} has none of it", code, material.warehouse),
            format!("Receive {code} into {}, or correct the item.", material.warehouse),
        )),
        Some(unit) => demand_same_unit(code, &unit, &material.unit),
    }
}

async fn settle_unit(connection: &mut SqliteConnection, receipt: &Receipt) -> Result<(), Error> {
    let code = &receipt.item.code;
    if let Some(unit) = unit_of(connection, code).await? {
        let is_left_out = receipt.unit.is_empty();
        return if is_left_out { Ok(()) } else { demand_same_unit(code, &unit, &receipt.unit) };
    }
    if receipt.unit.is_empty() {
        return Err(Error::refused(
            Reason::UnknownItem,
            format!("{code} has no unit of measure"),
            "Name the unit it is counted in.",
        ));
    }
    let settle = sqlx::query("UPDATE items SET unit = ? WHERE code = ?");
    settle.bind(&receipt.unit).bind(code).execute(connection).await?;
    Ok(())
}

fn demand_same_unit(code: &str, kept: &str, asked: &str) -> Result<(), Error> {
    if kept == asked {
        return Ok(());
    }
    Err(Error::refused(
        Reason::UnknownItem,
        format!("{code} is kept in {kept}, not in {asked}"),
        format!("State the quantity of {code} in {kept}."),
    ))
}

/// What stands between an item and a warehouse in the place where a page ends: neither has one.
const JOINT: char = '\t';

type Row = (String, String, String, i64, String, i64);

/// What there is of all items, or of one, after a place in the list.
pub(crate) async fn on_hand(
    connection: &mut SqliteConnection,
    currency: &Currency,
    item: Option<&str>,
    (after, limit): (Option<&str>, u32),
) -> Result<Vec<OnHand>, Error> {
    let (after, at) = after.and_then(|after| after.split_once(JOINT)).unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT item, name, warehouse, quantity, COALESCE(unit, ''), value
         FROM stock_levels JOIN items ON code = item
         WHERE (?1 IS NULL OR item = ?1) AND (item, warehouse) > (?2, ?3) ORDER BY item, warehouse LIMIT ?4",
    )
    .bind(item)
    .bind(after)
    .bind(at)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let level = |(code, name, warehouse, quantity, unit, value)| OnHand {
        item: Item { code, name },
        warehouse,
        quantity: from_fine(quantity),
        unit,
        value: currency.amount(value),
    };
    Ok(rows.into_iter().map(level).collect())
}

#[async_trait]
impl Stock for Ledger {
    fn currency(&self) -> &str {
        &self.books.currency.code
    }

    async fn on_hand(&self, after: Option<&str>, limit: u32) -> Result<Page<OnHand>, Failure> {
        let limit = usize::try_from(limit).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let mut connection = self.readers.acquire().await.map_err(Error::Store)?;
        let one_more = u32::try_from(limit + 1).unwrap_or(u32::MAX);
        let mut entries = on_hand(&mut connection, &self.books.currency, None, (after, one_more)).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let place = |last: &OnHand| format!("{}{JOINT}{}", last.item.code, last.warehouse);
        let next = entries.last().filter(|_| more).map(place);
        Ok(Page { entries, next })
    }

    async fn receive(&self, receipt: &Receipt) -> Result<String, Failure> {
        Ok(Self::receive(self, receipt).await?)
    }
}
