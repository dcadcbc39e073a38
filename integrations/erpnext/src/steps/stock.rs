//! Stock entries: materials that leave, and those that come back at the value at which they left.

use slotledger_erp::{Document, Failure, Posted, Posting, StockIssue, StockReturn};

use super::{Books, Made};
use crate::mapping::{self, StockEntry};

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let found: Vec<StockEntry> = books.keyed(&posting.key).await?;
    let currency = &books.company.default_currency;
    Ok(found.iter().map(|entry| mapping::stock(entry, &posting.key, currency)).collect())
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
    let body = mapping::receipt(posting, &asked.lines, &issued.items, &books.company.name);
    let made = books.make(&posting.key, &body).await?;
    Ok(posted(books, posting, made))
}

/// The entry with the key: one that stands, or a draft that is submitted now.
async fn existing(books: &Books<'_>, posting: &Posting) -> Result<Option<Made<StockEntry>>, Failure> {
    let Some(entry) = books.by_key::<StockEntry>(&posting.key).await? else { return Ok(None) };
    match entry.docstatus {
        0 => {
            let submitted = books.change(&entry.name, &serde_json::json!({"docstatus": 1})).await?;
            Ok(Some(Made::made(submitted)))
        }
        1 => Ok(Some(Made::adopted(entry))),
        _ => Err(books.withdrawn(&entry)),
    }
}

fn posted(books: &Books<'_>, posting: &Posting, made: Made<StockEntry>) -> Posted {
    made.posted(|entry| mapping::stock(entry, &posting.key, &books.company.default_currency))
}
