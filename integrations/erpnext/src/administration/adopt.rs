//! Our key, written onto a document that somebody made by hand.
//!
//! Invariants: nothing is written before the document has been looked at. A key passes on only from a document that was
//! cancelled: as long as one stands with it, no other gets it.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use slotledger_erp::{Body, Document, Failure, Key, Kind, Posting, Reason};

use super::listing::place;
use crate::{
    mapping::Invoice,
    steps::{self, Books, CANCELLED, Holder, KEY, key_in},
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

/// What of a cancelled order is true of the one that takes its place.
const OF_AN_ORDER: [&str; 3] = ["slotledger_visit", "slotledger_amendments", "slotledger_discounts"];

/// A document that may be taken for the posting's.
struct Fitting {
    doctype: &'static str,
    name: String,
    /// What its field for the key has to say; none where it does.
    key: Option<String>,
    /// The cancelled one whose place it takes.
    after: Option<String>,
}

pub(crate) async fn candidate(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let fitting = look(books, posting, reference).await?;
    steps::read_as(books, posting, &fitting.name).await
}

pub(crate) async fn adopt(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let fitting = look(books, posting, reference).await?;
    let Fitting { doctype, name, key, after } = &fitting;
    if let Some(key) = key {
        steps::read_as(books, posting, name).await?;
        let mut fields = passed_on(books, posting, name, after.as_deref()).await?;
        fields.insert(KEY.to_owned(), json!(key));
        books.command_on(doctype, name, &fields).await?;
    }
    let adopted = steps::find(books, posting).await?.into_iter().find(|document| document.reference == *name);
    adopted.ok_or_else(|| Failure::ambiguous(format!("{reference} did not keep its key")))
}

/// What is written besides the key: what later documents look for on this one.
async fn passed_on(
    books: &Books<'_>,
    posting: &Posting,
    name: &str,
    after: Option<&str>,
) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    match (&posting.body, after) {
        (Body::StockReturn(back), _) => {
            fields.insert("slotledger_issue".to_owned(), json!(back.issue));
        }
        (Body::AdvanceRefund(refund), _) => {
            fields.insert("slotledger_advance".to_owned(), json!(refund.advance));
        }
        (Body::SalesOrder(_), Some(after)) => {
            let before: Option<Map<String, Value>> = books.client.document("Sales Order", after).await?;
            let mut before = before.unwrap_or_default();
            fields.extend(
                OF_AN_ORDER.map(|field| (field.to_owned(), before.remove(field).unwrap_or_default())),
            );
        }
        (Body::SalesInvoice(_) | Body::CreditNote(_), Some(after)) => {
            let (before, now) = tokio::try_join!(books.read::<Invoice>(after), books.read::<Invoice>(name))?;
            if let Some(team) = steps::handed_on(&before, &now) {
                fields.insert("sales_team".to_owned(), json!(team));
            }
        }
        _ => {}
    }
    Ok(fields)
}

/// The document, if it may be taken for the posting's.
async fn look(books: &Books<'_>, posting: &Posting, reference: &str) -> Result<Fitting, Failure> {
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
    let (doctype, name) = (place.doctype, found.name.clone());
    if found.docstatus == CANCELLED {
        let fix = "name the document that took its place: ERPNext lets nobody write on a cancelled one";
        return Err(
            Failure::refused(format!("{name} was cancelled in ERPNext"), fix).because(Reason::Conflict)
        );
    }
    match found.slotledger_key.as_deref().filter(|key| !key.is_empty()) {
        Some(key) if key_in(key).as_ref() == Some(&posting.key) => {
            return Ok(Fitting { doctype, name, key: None, after: None });
        }
        Some(key) => return Err(conflict(format!("{name} has the key {key} already"))),
        None => {}
    }
    fits(books, posting, &found).await?;
    let before = books.holders(doctype, &posting.key).await?.into_iter().next();
    let key = free_key(before.as_ref(), &posting.key)?;
    Ok(Fitting { doctype, name, key: Some(key), after: before.map(|before| before.name) })
}

/// What the field of the next document with a key has to say.
fn free_key(before: Option<&Holder>, key: &Key) -> Result<String, Failure> {
    match before {
        None => Ok(key.to_string()),
        Some(before) if before.docstatus == CANCELLED => before.next(key).ok_or_else(|| {
            let message = format!("{} was replaced too often in ERPNext", before.name);
            let fix = "leave this delivery as it is, and enter what is meant in ERPNext by hand";
            Failure::refused(message, fix).because(Reason::Unsupported)
        }),
        Some(before) => {
            let message = format!("{} stands in ERPNext with the key {key}", before.name);
            let fix = "retry the delivery, which finds that one; or cancel it in ERPNext first, if the other is right";
            Err(Failure::refused(message, fix).because(Reason::Conflict))
        }
    }
}

fn conflict(message: String) -> Failure {
    Failure::refused(message, "choose another document").because(Reason::Conflict)
}

async fn fits(books: &Books<'_>, posting: &Posting, found: &Candidate) -> Result<(), Failure> {
    let name = &found.name;
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
