//! Our key, written onto a document that somebody made by hand.
//!
//! Invariant: nothing is written before the document has been looked at.

use serde::Deserialize;
use serde_json::{Value, json};
use slotledger_erp::{Body, Document, Failure, Kind, Posting, Reason};

use crate::{
    mapping::{Link, Move, Order, Payment, Picking, key_in, optional},
    steps::{self, Books, move_type},
};

#[derive(Deserialize)]
struct Candidate {
    #[serde(default, deserialize_with = "optional")]
    partner_id: Option<Link>,
    #[serde(
        alias = "client_order_ref",
        alias = "ref",
        alias = "origin",
        alias = "memo",
        deserialize_with = "optional"
    )]
    carries: Option<String>,
}

/// A document that may be taken for the posting's.
struct Fitting {
    model: &'static str,
    id: i64,
    /// Where our key belongs; none where it stands already.
    field: Option<&'static str>,
}

pub(super) async fn candidate(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let fitting = look(books, posting, reference).await?;
    steps::read_as(books, posting, fitting.id).await?.ok_or_else(|| nothing(reference))
}

pub(super) async fn write(
    books: &Books<'_>,
    posting: &Posting,
    reference: &str,
) -> Result<Document, Failure> {
    let Fitting { model, id, field } = look(books, posting, reference).await?;
    if let Some(field) = field {
        steps::read_as(books, posting, id).await?;
        books.write(model, id, json!({field: posting.key})).await?;
    }
    let found = steps::find(books, posting).await?;
    let adopted = found.into_iter().find(|document| document.reference == reference);
    adopted.ok_or_else(|| nothing(reference))
}

async fn look(books: &Books<'_>, posting: &Posting, reference: &str) -> Result<Fitting, Failure> {
    let (model, field, conditions) = place(books, posting)?;
    let id: i64 = reference.parse().map_err(|_| nothing(reference))?;
    let mut domain = vec![json!(["id", "=", id]), json!(["company_id", "=", books.session.company.id])];
    domain.extend(conditions);
    let found: Vec<Candidate> = books.search(model, json!(domain), &["partner_id", field]).await?;
    let candidate = found.into_iter().next().ok_or_else(|| nothing(reference))?;
    let carries = candidate.carries.as_deref();
    let standing = steps::find(books, posting).await?;
    if standing.iter().any(|document| document.reference == reference) {
        return Ok(Fitting { model, id, field: None });
    }
    if let Some(other) = key_in(carries) {
        return Err(conflict(format!("document {reference} in Odoo has the key {other} already")));
    }
    if let Some(other) = standing.first() {
        return Err(conflict(format!("{} has the key {} already", other.number, posting.key)));
    }
    same_party(books, posting, &candidate).await?;
    Ok(Fitting { model, id, field: Some(field) })
}

/// Where documents of a kind are, the field for the key, and what tells them from others.
pub(super) fn place(
    books: &Books<'_>,
    posting: &Posting,
) -> Result<(&'static str, &'static str, Vec<Value>), Failure> {
    let kind = posting.kind();
    Ok(match kind {
        Kind::SalesOrder => (Order::MODEL, "client_order_ref", Vec::new()),
        Kind::SalesInvoice | Kind::CreditNote | Kind::Commission | Kind::CommissionReversal => {
            (Move::MODEL, "ref", vec![json!(["move_type", "=", move_type(kind)])])
        }
        Kind::StockIssue => {
            (Picking::MODEL, "origin", vec![json!(["location_dest_id.usage", "=", "production"])])
        }
        Kind::StockReturn => {
            (Picking::MODEL, "origin", vec![json!(["location_id.usage", "=", "production"])])
        }
        Kind::Advance => {
            (Payment::MODEL, books.session.fields.payment_key, vec![json!(["payment_type", "=", "inbound"])])
        }
        Kind::AdvanceRefund => {
            (Payment::MODEL, books.session.fields.payment_key, vec![json!(["payment_type", "=", "outbound"])])
        }
        Kind::OrderCancellation | Kind::OrderAmendment => {
            return Err(Failure::refused(
                "a change of an order is no document in Odoo",
                "adopt the order itself",
            )
            .because(Reason::Unsupported));
        }
    })
}

/// Refuses a document of somebody else.
async fn same_party(books: &Books<'_>, posting: &Posting, candidate: &Candidate) -> Result<(), Failure> {
    let wanted = match &posting.body {
        Body::SalesOrder(order) => &order.customer.code,
        Body::SalesInvoice(invoice) => &invoice.customer.code,
        Body::Commission(earned) => &earned.provider.code,
        Body::Advance(advance) => &advance.customer.code,
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => return Ok(()),
    };
    let Some(partner) = &candidate.partner_id else { return Ok(()) };
    let code = books.codes([partner.id]).await?.remove(&partner.id);
    if code.as_ref() == Some(wanted) {
        return Ok(());
    }
    Err(conflict(format!("the document is of {}, not of {wanted}", partner.name)))
}

pub(super) fn nothing(reference: &str) -> Failure {
    Failure::refused(
        format!("the company has no such document {reference} in Odoo"),
        "give the identifier that the document has in Odoo's address line",
    )
    .because(Reason::MissingDocument)
}

fn conflict(message: String) -> Failure {
    Failure::refused(message, "choose another document, or take the key off that one in Odoo")
        .because(Reason::Conflict)
}
