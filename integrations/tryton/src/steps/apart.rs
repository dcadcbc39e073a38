//! Setting apart: a document that carries the key of another one gets a key of its own.
//!
//! Invariant: nothing is written before the document has been looked at, and nothing on one that carries another key.
//! The reference of an invoice that was posted stays, because Tryton locks it: its key is a note on its first line.

use serde_json::json;
use slotledger_erp::{Body, Failure, Key, Posting, Reason, State};

use super::{Books, adoption::one, amendments, invoices};
use crate::mapping::{self, Invoice, Record, Sale, Shipment, Word};

/// What the note says, after the key.
const WHY: &str = "it carries the reference of another invoice";

pub(crate) async fn set_apart(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<State, Failure> {
    let id: i64 = reference.parse().map_err(|_| missing(reference))?;
    let apart = posting.key.surplus(reference).ok_or_else(|| missing(reference))?;
    match &posting.body {
        Body::SalesInvoice(_) => invoice(books, posting, id, &apart).await,
        Body::SalesOrder(_) => {
            let sale = one::<Sale>(books, id).await?.ok_or_else(|| missing(reference))?;
            rename(books, posting, (Sale::MODEL, id), sale.reference.as_deref(), &apart).await?;
            Ok(mapping::order(&sale, &apart).state)
        }
        Body::StockIssue(_) => {
            let shipment = one::<Shipment>(books, id).await?.ok_or_else(|| missing(reference))?;
            rename(books, posting, (Shipment::MODEL, id), shipment.reference.as_deref(), &apart).await?;
            Ok(mapping::stock_movement(&shipment, posting.kind(), &apart, books.company()).state)
        }
        Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => {
            let kind = posting.kind().as_str().replace('_', " ");
            let message = format!("one {kind} cannot be told apart from another with its key in Tryton");
            Err(Failure::refused(message, "put it right in Tryton").because(Reason::Unsupported))
        }
    }
}

async fn invoice(books: &Books<'_>, posting: &Posting, id: i64, apart: &Key) -> Result<State, Failure> {
    let invoice = invoices::by_id(books, id).await?.ok_or_else(|| missing(&id.to_string()))?;
    let state = invoice.state();
    match (mapping::apart(&invoice), state) {
        (Some(_), _) => return Ok(state),
        (None, _) if invoice.reference.as_deref() != Some(posting.key.as_str()) => {
            return Err(other(id, invoice.reference.as_deref()));
        }
        (None, State::Cancelled | State::Closed) => return Ok(state),
        (None, State::Draft) => {
            books.button(Invoice::MODEL, "cancel", id).await?;
        }
        (None, State::Submitted | State::Posted) => {
            let first = invoice.lines.first().ok_or_else(|| Failure::bug("the invoice has no lines"))?;
            let note = mapping::marked(first.note.as_deref(), apart, Word::Apart, WHY);
            books.write("account.invoice.line", first.id, amendments::note(&note)).await?;
        }
    }
    let now = invoices::by_id(books, id).await?;
    Ok(now.map_or(State::Cancelled, |invoice| invoice.state()))
}

/// Writes the key of its own over the one that a document carries.
async fn rename(
    books: &Books<'_>,
    posting: &Posting,
    (model, id): (&str, i64),
    carried: Option<&str>,
    apart: &Key,
) -> Result<(), Failure> {
    match carried {
        Some(key) if key == apart.as_str() => Ok(()),
        Some(key) if key == posting.key.as_str() => books.write(model, id, json!({"reference": apart})).await,
        carried => Err(other(id, carried)),
    }
}

fn missing(reference: &str) -> Failure {
    Failure::refused(format!("Tryton has no such document as {reference}"), "compare the books once more")
        .because(Reason::MissingDocument)
}

fn other(id: i64, carried: Option<&str>) -> Failure {
    let message = match carried {
        Some(key) => format!("document {id} in Tryton has the reference {key}"),
        None => format!("document {id} in Tryton has no reference"),
    };
    Failure::refused(message, "compare the books once more").because(Reason::Conflict)
}
