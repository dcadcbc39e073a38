//! Stock entries: materials that leave, and those that come back at the value at which they left.

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{Document, Failure, Posted, Posting, Reason, StockIssue, StockReturn, same_materials};

use super::{Books, FOUND, Made};
use crate::mapping::{self, Named, StockEntry};

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let found: Option<StockEntry> = books.by_key(&posting.key).await?;
    let currency = &books.company.default_currency;
    Ok(found.iter().map(|entry| mapping::stock(entry, &posting.key, currency)).collect())
}

/// An entry that somebody made, which has to have moved what was asked for.
pub(super) async fn read_as(books: &Books<'_>, posting: &Posting, name: &str) -> Result<Document, Failure> {
    let entry: StockEntry = books.read(name).await?;
    same_materials(&entry.name, posting.materials(), &mapping::moved(&entry))?;
    Ok(mapping::stock(&entry, &posting.key, &books.company.default_currency))
}

pub(super) async fn issue(
    books: &Books<'_>,
    posting: &Posting,
    asked: &StockIssue,
) -> Result<Posted, Failure> {
    let made = match existing(books, posting).await? {
        Some(made) => made,
        None => books.make(&posting.key, &mapping::issue(posting, &asked.lines, &books.company.name)).await?,
    };
    Ok(posted(books, posting, made))
}

pub(super) async fn take_back(
    books: &Books<'_>,
    posting: &Posting,
    asked: &StockReturn,
) -> Result<Posted, Failure> {
    if let Some(made) = existing(books, posting).await? {
        return Ok(posted(books, posting, made));
    }
    let issued: StockEntry = books.standing(&asked.issue).await?;
    not_more_than_left(books, asked, &issued).await?;
    let body = mapping::receipt(posting, asked, &issued.items, &books.company.name);
    let made = books.make(&posting.key, &body).await?;
    Ok(posted(books, posting, made))
}

/// Refuses what did not leave, or came back already.
async fn not_more_than_left(
    books: &Books<'_>,
    asked: &StockReturn,
    issued: &StockEntry,
) -> Result<(), Failure> {
    let filters = [("slotledger_issue", "=", json!(asked.issue)), ("docstatus", "=", json!(1))];
    let found: Vec<Named> = books.client.list("Stock Entry", &filters, &["name"], FOUND).await?;
    let mut returned: Vec<StockEntry> = Vec::new();
    for named in found {
        returned.extend(books.client.document("Stock Entry", &named.name).await?);
    }
    for line in &asked.lines {
        let code = &line.item.code;
        let of = |entry: &StockEntry| -> Decimal {
            entry.items.iter().filter(|row| row.item_code == *code).map(|row| row.qty.0).sum()
        };
        let left = of(issued) - returned.iter().map(of).sum::<Decimal>();
        let wanted: Decimal =
            asked.lines.iter().filter(|other| other.item.code == *code).map(|line| line.quantity).sum();
        if wanted > left {
            let message = format!("of {code} on {} only {left} is still out in ERPNext", issued.name);
            let fix = "see in ERPNext what came back already";
            return Err(Failure::refused(message, fix).because(Reason::Conflict));
        }
    }
    Ok(())
}

/// The entry with the key: one that stands, or a draft that is submitted now.
async fn existing(books: &Books<'_>, posting: &Posting) -> Result<Option<Made<StockEntry>>, Failure> {
    let Some(entry) = books.by_key::<StockEntry>(&posting.key).await? else { return Ok(None) };
    match entry.docstatus {
        0 => Ok(Some(Made::now(books.submit(&entry).await?))),
        1 => Ok(Some(Made::adopted(entry))),
        _ => Err(books.withdrawn(&entry)),
    }
}

fn posted(books: &Books<'_>, posting: &Posting, made: Made<StockEntry>) -> Posted {
    made.posted(|entry| mapping::stock(entry, &posting.key, &books.company.default_currency))
}
