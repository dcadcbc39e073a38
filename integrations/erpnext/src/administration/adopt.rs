//! Our key, written onto a document that somebody made by hand.
//!
//! Invariant: nothing is written before the document has been looked at.

use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Body, Document, Failure, Kind, Posting, Reason};

use super::listing::place;
use crate::{
    mapping::Invoice,
    steps::{self, Books, KEY},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Candidate {
    name: String,
    docstatus: u8,
    company: String,
    customer: Option<String>,
    party: Option<String>,
    is_return: Option<u8>,
    purpose: Option<String>,
    payment_type: Option<String>,
    return_against: Option<String>,
    slotledger_key: Option<String>,
}

pub(crate) async fn candidate(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let (_, found) = look(books, posting, reference).await?;
    steps::read_as(books, posting, &found.name).await
}

pub(crate) async fn adopt(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let (doctype, found) = look(books, posting, reference).await?;
    books.command_on(doctype, &found.name, &json!({KEY: posting.key})).await?;
    let adopted =
        steps::find(books, posting).await?.into_iter().find(|document| document.reference == found.name);
    adopted.ok_or_else(|| Failure::ambiguous(format!("{reference} did not keep its key")))
}

/// The document, if it may be taken for the posting's.
async fn look(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<(&'static str, Candidate), Failure> {
    let kind = posting.kind();
    let Some(place) = place(kind) else {
        let message = format!("a {} is no document of its own in ERPNext", kind.as_str());
        return Err(
            Failure::refused(message, "adopt the order or the invoice instead").because(Reason::Unsupported)
        );
    };
    let found: Option<Candidate> = books.client.document(place.doctype, reference).await?;
    let found = found.filter(|found| found.company == books.company.name);
    let found = found.ok_or_else(|| {
        let message = format!("ERPNext has no {} {reference} in {}", place.doctype, books.company.name);
        Failure::refused(message, "name the document as ERPNext does").because(Reason::MissingDocument)
    })?;
    fits(books, posting, &found).await?;
    Ok((place.doctype, found))
}

async fn fits(books: &Books<'_>, posting: &Posting, found: &Candidate) -> Result<(), Failure> {
    let conflict =
        |message: String| Failure::refused(message, "choose another document").because(Reason::Conflict);
    let name = &found.name;
    if found.docstatus == 2 {
        return Err(conflict(format!("{name} was cancelled in ERPNext")));
    }
    match found.slotledger_key.as_deref().filter(|key| !key.is_empty()) {
        Some(key) if key == posting.key.as_str() => return Ok(()),
        Some(key) => return Err(conflict(format!("{name} has the key {key} already"))),
        None => {}
    }
    let sort = match posting.kind() {
        Kind::SalesInvoice => found.is_return == Some(0),
        Kind::CreditNote => found.is_return == Some(1),
        Kind::StockIssue => found.purpose.as_deref() == Some("Material Issue"),
        Kind::StockReturn => found.purpose.as_deref() == Some("Material Receipt"),
        Kind::Advance => found.payment_type.as_deref() == Some("Receive"),
        Kind::AdvanceRefund => found.payment_type.as_deref() == Some("Pay"),
        Kind::SalesOrder
        | Kind::OrderCancellation
        | Kind::OrderAmendment
        | Kind::Commission
        | Kind::CommissionReversal => true,
    };
    if !sort {
        return Err(conflict(format!("{name} is no {}", posting.kind().as_str().replace('_', " "))));
    }
    if let Body::CreditNote(note) = &posting.body {
        let credited: Option<Invoice> = books.by_key(&note.invoice).await?;
        if credited.is_none_or(|invoice| found.return_against.as_ref() != Some(&invoice.name)) {
            return Err(conflict(format!(
                "{name} does not credit the invoice with the key {}",
                note.invoice
            )));
        }
    }
    let wanted = match &posting.body {
        Body::SalesOrder(order) => Some(&order.customer),
        Body::SalesInvoice(invoice) => Some(&invoice.customer),
        Body::Advance(advance) => Some(&advance.customer),
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => None,
    };
    let (Some(wanted), Some(has)) = (wanted, found.customer.as_ref().or(found.party.as_ref())) else {
        return Ok(());
    };
    match books.known_customer(&wanted.code).await? {
        Some(known) if known == *has => Ok(()),
        _ => Err(conflict(format!("{name} is {has}'s, not {}'s", wanted.name))),
    }
}
