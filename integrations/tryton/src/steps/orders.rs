//! Orders: a sale that is quoted, so that it has its number and can still be cancelled.
//!
//! Invariant: a sale is not processed here. Processing makes it irrevocable and is the invoice's first step.

use serde_json::json;
use slotledger_erp::{Document, Failure, Key, Order, OrderCancellation, Posting};

use super::{
    Books, Round,
    lookups::{Sort, Target},
    settle,
};
use crate::mapping::{self, InvoiceState, Record, Sale, SaleState};

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let sales = search(books, key).await?;
    Ok(sales.iter().map(|sale| mapping::order(sale, key)).collect())
}

pub(super) async fn find_withdrawn(
    books: &Books<'_>,
    key: &Key,
    withdrawal: &OrderCancellation,
) -> Result<Vec<Document>, Failure> {
    let sales = search(books, &withdrawal.order).await?;
    Ok(sales.iter().filter_map(|sale| mapping::order_cancellation(sale, key)).collect())
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
        false => books.agent(&order.provider.code).await?,
    };
    let values = mapping::sale_values(posting, order, books.company.id, &buyer, agent, &lines);
    books.create(Sale::MODEL, values).await
}

pub(super) async fn withdraw(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Document, Failure> {
    settle(|| withdraw_round(books, posting, withdrawal)).await
}

/// A sale that was processed cannot be cancelled: its papers are, one a round, and then it is told to ignore them.
async fn withdraw_round(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Round<Progress>, Failure> {
    let sale = existing(books, &withdrawal.order).await?;
    if let Some(document) = mapping::order_cancellation(&sale, &posting.key) {
        return Ok(Round::Done(document));
    }
    let progress = Progress::of(&sale);
    let outcome = match sale.state {
        SaleState::Draft | SaleState::Quotation => books.button(Sale::MODEL, "cancel", sale.id).await,
        SaleState::Confirmed => books.button(Sale::MODEL, "draft", sale.id).await,
        SaleState::Processing => withdraw_papers(books, &sale).await?,
        SaleState::Done | SaleState::Cancelled => return Err(fulfilled(&sale)),
    };
    Ok(Round::Tried(progress, outcome))
}

/// How far a withdrawal got: what changes with each of its steps.
#[derive(Debug, PartialEq)]
struct Progress {
    state: SaleState,
    invoice_state: String,
    shipment_state: String,
    open_papers: usize,
}

impl Progress {
    fn of(sale: &Sale) -> Self {
        let invoices =
            sale.invoices.iter().filter(|invoice| invoice.state != InvoiceState::Cancelled).count();
        let shipments = sale.shipments.iter().filter(|shipment| shipment.state != "cancelled").count();
        Self {
            state: sale.state,
            invoice_state: sale.invoice_state.clone(),
            shipment_state: sale.shipment_state.clone(),
            open_papers: invoices + shipments,
        }
    }
}

/// Takes one step. The outer error says that nothing can be withdrawn.
async fn withdraw_papers(books: &Books<'_>, sale: &Sale) -> Result<Result<(), Failure>, Failure> {
    let invoiced = sale.invoices.iter().any(|invoice| invoice.number.is_some());
    let shipped = sale.shipments.iter().any(|shipment| matches!(shipment.state.as_str(), "shipped" | "done"));
    if invoiced || shipped {
        return Err(fulfilled(sale));
    }
    if let Some(open) = sale.invoices.iter().find(|invoice| invoice.state != InvoiceState::Cancelled) {
        return Ok(books.button("account.invoice", "cancel", open.id).await);
    }
    if let Some(open) = sale.shipments.iter().find(|shipment| shipment.state != "cancelled") {
        return Ok(books.button("stock.shipment.out", "cancel", open.id).await);
    }
    if sale.invoice_state == "exception" {
        let ids: Vec<i64> = sale.invoices.iter().map(|invoice| invoice.id).collect();
        let answers = mapping::ignore("invoices", &ids);
        return Ok(books
            .wizard("sale.handle.invoice.exception", "handle", answers, Sale::MODEL, sale.id)
            .await);
    }
    if sale.shipment_state == "exception" {
        let ids: Vec<i64> = sale.moves.iter().filter(|m| m.state == "cancelled").map(|m| m.id).collect();
        let answers = mapping::ignore("moves", &ids);
        return Ok(books
            .wizard("sale.handle.shipment.exception", "handle", answers, Sale::MODEL, sale.id)
            .await);
    }
    Ok(books.button(Sale::MODEL, "process", sale.id).await)
}

fn fulfilled(sale: &Sale) -> Failure {
    let number = sale.number.clone().unwrap_or_default();
    Failure::refused(
        format!("sale {number} was invoiced or shipped and cannot be cancelled"),
        "credit its invoice and take back its goods instead",
    )
}

/// The sale of an order that has to be there.
pub(super) async fn existing(books: &Books<'_>, order: &Key) -> Result<Sale, Failure> {
    by_key(books, order).await?.ok_or_else(|| {
        Failure::refused(
            format!("Tryton has no sale with the reference {order}"),
            format!("deliver the order {order} first, or give its sale that reference in Tryton"),
        )
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

async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Sale>, Failure> {
    books.search(json!([["reference", "=", key], ["company", "=", books.company.id]])).await
}
