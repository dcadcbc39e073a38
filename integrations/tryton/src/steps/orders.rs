//! Orders: a sale that is quoted, so that it has its number and can still be cancelled.
//!
//! Invariant: a sale is not processed here. Processing makes it irrevocable and is the invoice's first step.

use serde_json::json;
use slotledger_erp::{Document, Failure, Key, Order, Posting, Reason};

use super::{
    Books, Round, amendments,
    lookups::{Sort, Target},
    settle,
};
use crate::mapping::{self, Record, Sale, SaleState, Word};

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let sales = search(books, key).await?;
    Ok(sales.iter().map(|sale| mapping::order(sale, key)).collect())
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, order: &Order) -> Result<Document, Failure> {
    settle(|| order_round(books, posting, order)).await
}

async fn order_round(
    books: &Books<'_>,
    posting: &Posting,
    order: &Order,
) -> Result<Round<Option<SaleState>>, Failure> {
    let Some(sale) = by_key(books, &posting.key).await? else {
        return Ok(Round::Tried(None, create(books, posting, order).await));
    };
    match sale.state {
        SaleState::Draft => {
            Ok(Round::Tried(Some(sale.state), books.button(Sale::MODEL, "quote", sale.id).await))
        }
        SaleState::Quotation
        | SaleState::Confirmed
        | SaleState::Processing
        | SaleState::Done
        | SaleState::Cancelled => Ok(Round::Done(mapping::order(&sale, &posting.key))),
    }
}

async fn create(books: &Books<'_>, posting: &Posting, order: &Order) -> Result<(), Failure> {
    let buyer = books.buyer(Target::Sale, &order.customer, &order.currency).await?;
    let lines = books.lines(Target::Sale, &buyer, &order.lines).await?;
    // An agent earns by Tryton's own plan, whatever was agreed here: nothing agreed, no agent.
    let agent = match order.commission_percent.is_zero() {
        true => None,
        false => books.agent(&order.provider.code).await?.map(|agent| agent.id),
    };
    let values = mapping::sale_values(posting, order, books.company.id, &buyer, agent, &lines);
    books.create(Sale::MODEL, values).await
}

/// Notes on a sale what was done to it. The outer error says that there is nothing to note it on.
pub(super) async fn mark(
    books: &Books<'_>,
    sale: &Sale,
    key: &Key,
    word: Word,
    text: &str,
) -> Result<Result<(), Failure>, Failure> {
    let first = sale.lines.first().ok_or_else(|| Failure::bug("the sale has no lines"))?;
    let note = mapping::marked(first.note.as_deref(), key, word, text);
    Ok(books.write("sale.line", first.id, amendments::note(&note)).await)
}

pub(super) fn withdrawn(order: &Key) -> Failure {
    Failure::refused(
        format!("the sale with the reference {order} was cancelled in Tryton"),
        "set that sale back to draft in Tryton, or leave this delivery parked",
    )
    .because(Reason::Conflict)
}

/// The sale of an order that has to be there.
pub(super) async fn existing(books: &Books<'_>, order: &Key) -> Result<Sale, Failure> {
    by_key(books, order).await?.ok_or_else(|| {
        Failure::refused(
            format!("Tryton has no sale with the reference {order}"),
            format!("deliver the order {order} first, or give its sale that reference in Tryton"),
        )
        .because(Reason::MissingDocument)
    })
}

async fn by_key(books: &Books<'_>, key: &Key) -> Result<Option<Sale>, Failure> {
    let found = search(books, key).await?;
    books
        .only(key, found, |sale: &Sale| match sale.state {
            SaleState::Draft if sale.number.is_none() => Sort::Draft(sale.id),
            SaleState::Draft
            | SaleState::Quotation
            | SaleState::Confirmed
            | SaleState::Processing
            | SaleState::Done => Sort::Standing,
            SaleState::Cancelled => Sort::Withdrawn,
        })
        .await
}

pub(super) async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Sale>, Failure> {
    books.search(json!([["reference", "=", key], ["company", "=", books.company.id]])).await
}
