//! Adoption: our key on a document that somebody made by hand.
//!
//! Invariant: nothing is written before the document has been looked at. One that has another reference already keeps it. What is locked in Tryton is not worked around.

use serde::de::DeserializeOwned;
use serde_json::json;
use slotledger_erp::{Body, Document, Failure, Posting, Reason};

use super::{Books, advances, find, moved, stock};
use crate::mapping::{self, Entry, Invoice, Record, Sale, SaleState, Shipment, ShipmentState};

/// What a document has to show before it may count as the posting's.
struct Found {
    id: i64,
    reference: Option<String>,
    /// Our code of its party; none where such documents have none.
    party: Option<String>,
    /// Whether the field for the key can still be written.
    open: bool,
    /// What it would be as the posting's.
    document: Document,
}

/// Where the key belongs: a model and its field; none where it stands already, or none is needed.
type Gap = Option<(&'static str, &'static str)>;

pub(crate) async fn candidate(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    fitting(books, posting, reference).await.map(|(found, _)| found.document)
}

pub(crate) async fn adopt(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    if let (found, Some((model, field))) = fitting(books, posting, reference).await? {
        books.write(model, found.id, json!({field: posting.key})).await?;
    }
    let documents = find(books, posting).await?;
    let found = documents.into_iter().find(|document| document.reference == reference);
    found.ok_or_else(|| conflict(format!("document {reference} is of another kind"), "choose another one"))
}

/// The document, if it may be taken for the posting's.
async fn fitting(books: &Books<'_>, posting: &Posting, reference: &str) -> Result<(Found, Gap), Failure> {
    let id: i64 = reference.parse().map_err(|_| missing(reference))?;
    let (model, field, found) = look(books, posting, id).await?.ok_or_else(|| missing(reference))?;
    let party = match &posting.body {
        Body::SalesOrder(order) => Some(&order.customer.code),
        Body::SalesInvoice(invoice) => Some(&invoice.customer.code),
        Body::Advance(advance) => Some(&advance.customer.code),
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => None,
    };
    if party.is_some() && found.party.as_ref() != party {
        return Err(conflict(
            format!("document {reference} in Tryton is of another party"),
            "choose another one",
        ));
    }
    match found.reference.as_deref() {
        Some(carried) if carried == posting.key.as_str() => Ok((found, None)),
        Some(carried) if !carried.is_empty() => {
            let fix = "clear its reference in Tryton first, if it is the right one";
            Err(conflict(format!("document {reference} in Tryton has the reference {carried}"), fix))
        }
        Some(_) | None if found.open => Ok((found, Some((model, field)))),
        Some(_) | None => Err(Failure::refused(
            format!("document {reference} is posted in Tryton, which locks its {field}"),
            "cancel it in Tryton and let it be posted from here, or leave this delivery skipped",
        )
        .because(Reason::Unsupported)),
    }
}

/// The document, with its model and the field that our key belongs in.
async fn look(
    books: &Books<'_>,
    posting: &Posting,
    id: i64,
) -> Result<Option<(&'static str, &'static str, Found)>, Failure> {
    let key = &posting.key;
    let refused = || {
        let message = format!("Tryton has no {} of its own that could be adopted", posting.kind().as_str());
        Failure::refused(message, "adopt the order or the invoice instead").because(Reason::Unsupported)
    };
    Ok(match &posting.body {
        Body::SalesOrder(_) => one::<Sale>(books, id).await?.map(|sale| {
            let open = sale.state != SaleState::Cancelled;
            let document = mapping::order(&sale, key);
            let found = Found { id, reference: sale.reference, party: sale.party.code, open, document };
            (Sale::MODEL, "reference", found)
        }),
        Body::SalesInvoice(_) => one::<Invoice>(books, id)
            .await?
            .filter(|invoice| invoice.untaxed_amount >= rust_decimal::Decimal::ZERO)
            // Tryton lets only accounting administrators write it once the invoice was printed; it says so itself.
            .map(|invoice| {
                let document = mapping::invoice(&invoice, key);
                let party = invoice.party.code;
                let found = Found { id, reference: invoice.reference, party, open: true, document };
                (Invoice::MODEL, "reference", found)
            }),
        Body::CreditNote(note) => {
            let of = json!(["lines.origin.invoice.reference", "=", note.invoice, "account.invoice.line"]);
            let found: Vec<Invoice> = books.search(json!([["id", "=", id], of])).await?;
            // It is found by the invoice it credits, and needs no key of ours.
            found.into_iter().next().map(|note| {
                let reference = Some(key.to_string());
                let document = mapping::credit_note(&note, key);
                let found = Found { id, reference, party: note.party.code, open: false, document };
                (Invoice::MODEL, "reference", found)
            })
        }
        Body::StockIssue(_) | Body::StockReturn(_) => {
            let shipment = one::<Shipment>(books, id).await?;
            let Some(shipment) = shipment.filter(|shipment| shipment.state == ShipmentState::Done) else {
                return Ok(None);
            };
            moved::check(books, posting, &shipment).await?;
            let document = stock::document(books, posting, &shipment);
            let found = Found { id, reference: shipment.reference, party: None, open: true, document };
            Some((Shipment::MODEL, "reference", found))
        }
        Body::Advance(_) => {
            let Some(entry) = one::<Entry>(books, id).await? else { return Ok(None) };
            let party = entry.lines.iter().find_map(|line| line.party.as_ref()?.coded.code.clone());
            let (open, reference) = (!entry.is_posted(), entry.description.clone());
            let document = advances::read_as(books, key, entry).await?;
            Some((Entry::MODEL, "description", Found { id, reference, party, open, document }))
        }
        Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::Commission(_)
        | Body::CommissionReversal(_)
        | Body::AdvanceRefund(_) => return Err(refused()),
    })
}

pub(super) async fn one<T: Record + DeserializeOwned>(
    books: &Books<'_>,
    id: i64,
) -> Result<Option<T>, Failure> {
    let found: Vec<T> = books.search(json!([["id", "=", id], ["company", "=", books.company.id]])).await?;
    Ok(found.into_iter().next())
}

fn missing(reference: &str) -> Failure {
    Failure::refused(
        format!("Tryton has no such document as {reference}"),
        "choose one that the list of documents shows",
    )
    .because(Reason::MissingDocument)
}

fn conflict(message: String, fix: &str) -> Failure {
    Failure::refused(message, fix).because(Reason::Conflict)
}
