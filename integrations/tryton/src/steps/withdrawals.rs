//! Withdrawals: a sale that is cancelled while it can be, and closed once everything invoiced from it was credited.
//!
//! Invariant: a sale with an invoice that stands is left as it is.

use slotledger_erp::{Document, Failure, Key, OrderCancellation, Posting, Reason};

use super::{Books, Round, credits, orders, settle};
use crate::mapping::{self, Invoice, InvoiceState, Record, Sale, SaleState, Word};

pub(super) async fn find(
    books: &Books<'_>,
    key: &Key,
    withdrawal: &OrderCancellation,
) -> Result<Vec<Document>, Failure> {
    let sales = orders::search(books, &withdrawal.order).await?;
    Ok(sales.iter().filter_map(|sale| mapping::order_cancellation(sale, key)).collect())
}

pub(super) async fn withdraw(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Document, Failure> {
    settle(|| round(books, posting, withdrawal)).await
}

/// A sale that was processed cannot be cancelled: its papers are, one a round, and then it is told to ignore them.
async fn round(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
) -> Result<Round<Progress>, Failure> {
    let sale = orders::existing(books, &withdrawal.order).await?;
    if let Some(document) = mapping::order_cancellation(&sale, &posting.key) {
        return Ok(Round::Done(document));
    }
    let progress = Progress::of(&sale);
    let outcome = match sale.state {
        SaleState::Draft | SaleState::Quotation => books.button(Sale::MODEL, "cancel", sale.id).await,
        SaleState::Confirmed => books.button(Sale::MODEL, "draft", sale.id).await,
        SaleState::Processing | SaleState::Done => withdraw_papers(books, posting, withdrawal, &sale).await?,
        SaleState::Cancelled => return Err(fulfilled(&sale)),
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
async fn withdraw_papers(
    books: &Books<'_>,
    posting: &Posting,
    withdrawal: &OrderCancellation,
    sale: &Sale,
) -> Result<Result<(), Failure>, Failure> {
    let shipped = sale.shipments.iter().any(|shipment| matches!(shipment.state.as_str(), "shipped" | "done"));
    let invoiced = sale.invoices.iter().any(|invoice| invoice.number.is_some());
    if shipped || !all_credited(books, sale).await? {
        return Err(fulfilled(sale));
    }
    let unposted = |invoice: &&mapping::SaleInvoice| {
        invoice.number.is_none() && invoice.state != InvoiceState::Cancelled
    };
    if let Some(open) = sale.invoices.iter().find(unposted) {
        return Ok(books.button(Invoice::MODEL, "cancel", open.id).await);
    }
    if let Some(open) = sale.shipments.iter().find(|shipment| shipment.state != "cancelled") {
        return Ok(books.button("stock.shipment.out", "cancel", open.id).await);
    }
    if sale.invoice_state == "exception" {
        let ids: Vec<i64> = sale.invoices.iter().map(|invoice| invoice.id).collect();
        let answers = mapping::ignore("invoices", &ids);
        return Ok(books
            .wizard("sale.handle.invoice.exception", "handle", answers, Sale::MODEL, &[sale.id])
            .await);
    }
    if sale.shipment_state == "exception" {
        let ids: Vec<i64> = sale.moves.iter().filter(|m| m.state == "cancelled").map(|m| m.id).collect();
        let answers = mapping::ignore("moves", &ids);
        return Ok(books
            .wizard("sale.handle.shipment.exception", "handle", answers, Sale::MODEL, &[sale.id])
            .await);
    }
    if invoiced || sale.state == SaleState::Processing {
        return orders::mark(books, sale, &posting.key, Word::Closed, &withdrawal.reason).await;
    }
    Err(fulfilled(sale))
}

/// Whether each invoice that was posted from the sale was taken back in full.
async fn all_credited(books: &Books<'_>, sale: &Sale) -> Result<bool, Failure> {
    for invoice in sale.invoices.iter().filter(|invoice| invoice.number.is_some()) {
        if !credits::is_credited(books, invoice.id).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fulfilled(sale: &Sale) -> Failure {
    let number = sale.number.clone().unwrap_or_default();
    Failure::refused(
        format!("sale {number} was invoiced or shipped and cannot be cancelled"),
        "credit its invoice and take back its goods instead",
    )
    .because(Reason::Conflict)
}
