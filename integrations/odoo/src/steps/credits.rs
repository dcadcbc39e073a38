//! Credit notes: the counter-document of an invoice, with the same lines, taxes and accounts.
//!
//! Invariant: advances that the invoice was settled with are free again before it is credited, so that the credit note
//! settles the invoice and the advance can be paid back or used elsewhere.

use rust_decimal::Decimal;
use serde_json::json;
use slotledger_erp::{CreditNote, Document, Failure, Kind, Posted, Posting, Reason, State};

use super::{Books, Round, invoices, periods::Side, settle};
use crate::mapping::{self, InvoiceHead, Move, MoveState};

/// What changes with each step: the note's state, and what is open of the invoice.
type Stage = (Option<MoveState>, Decimal);

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for record in books.moves(posting.kind(), &posting.key).await? {
        documents.push(document(books, posting, &record).await?);
    }
    Ok(documents)
}

pub(super) async fn read_as(
    books: &Books<'_>,
    posting: &Posting,
    id: i64,
) -> Result<Option<Document>, Failure> {
    match books.moves_where(posting.kind(), json!(["id", "=", id])).await?.first() {
        Some(record) => document(books, posting, record).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, note: &CreditNote) -> Result<Posted, Failure> {
    settle(|| round(books, posting, note)).await
}

async fn round(books: &Books<'_>, posting: &Posting, note: &CreditNote) -> Result<Round<Stage>, Failure> {
    let invoice = books.posted(Kind::SalesInvoice, &note.invoice).await?;
    let Some(credit) = books.move_by_key(Kind::CreditNote, &posting.key).await? else {
        let created = begin(books, posting, &invoice).await?;
        return Ok(Round::Tried((None, invoice.amount_residual), created));
    };
    let stage = (Some(credit.state), invoice.amount_residual);
    match credit.state() {
        State::Draft => Ok(Round::Tried(stage, finish(books, posting, &invoice, &credit).await?)),
        State::Posted if matches_left(&invoice, &credit) => {
            let line = books.open_lines(credit.id).await?.into_iter().next();
            let line =
                line.ok_or_else(|| Failure::bug("the credit note in Odoo has no line for its total"))?;
            Ok(Round::Tried(stage, books.assign(invoice.id, line.id).await))
        }
        State::Posted | State::Submitted | State::Closed | State::Cancelled => {
            Ok(Round::Stands(document(books, posting, &credit).await?))
        }
    }
}

/// Whether both still have something open that the other could settle.
fn matches_left(invoice: &Move, credit: &Move) -> bool {
    invoice.amount_residual > Decimal::ZERO && credit.amount_residual > Decimal::ZERO
}

/// The outer error says that it cannot be credited at all.
async fn begin(books: &Books<'_>, posting: &Posting, invoice: &Move) -> Result<Result<(), Failure>, Failure> {
    books.open(posting.date, Side::Sales).await?;
    let others = books.moves_where(Kind::CreditNote, json!(["reversed_entry_id", "=", invoice.id])).await?;
    if let Some(other) = others.iter().find(|other| other.state() != State::Cancelled) {
        return Err(Failure::refused(
            format!("invoice {} was credited in Odoo by {}", invoice.number(), other.number()),
            format!("give that credit note the reference {} in Odoo, if it is the right one", posting.key),
        )
        .because(Reason::Conflict));
    }
    Ok(create(books, posting, invoice).await.map(drop))
}

/// Loads the counter-document of an invoice or a bill.
pub(super) async fn create(books: &Books<'_>, posting: &Posting, countered: &Move) -> Result<i64, Failure> {
    let lines = books.move_lines(&[countered.id]).await?;
    let partner = countered.partner_id.as_ref().map(|link| link.id);
    let head = InvoiceHead {
        partner: partner.ok_or_else(|| Failure::bug("an entry in Odoo has no partner"))?,
        currency: countered.currency_id.id,
        journal: countered.journal_id.as_ref().map(|link| link.id),
        fiscal_position: countered.fiscal_position_id.as_ref().map(|link| link.id),
        payment_term: None,
        origin: countered.number(),
    };
    books.load(Move::MODEL, &mapping::credit_rows(posting, &head, countered.id, &lines)).await
}

/// Refuses to post a counter-document that Odoo reckoned differently.
pub(super) fn same_total(countered: &Move, credit: &Move) -> Result<(), Failure> {
    if countered.amount_total == credit.amount_total && countered.amount_untaxed == credit.amount_untaxed {
        return Ok(());
    }
    Err(Failure::refused(
        format!(
            "Odoo reckoned {} {} for the draft that counters {} over {}",
            credit.amount_total,
            credit.currency_id.name,
            countered.number(),
            countered.amount_total
        ),
        "correct the draft in Odoo and post it there, then retry",
    )
    .because(Reason::Conflict))
}

/// One step from the draft to the posted note.
async fn finish(
    books: &Books<'_>,
    posting: &Posting,
    invoice: &Move,
    credit: &Move,
) -> Result<Result<(), Failure>, Failure> {
    same_total(invoice, credit)?;
    books.open(posting.date, Side::Sales).await?;
    let matched = invoices::matched_advances(books, invoice).await?;
    match matched.first() {
        Some(partial) => Ok(invoices::unmatch(books, invoice, partial).await),
        None => Ok(books.post_move(credit.id).await),
    }
}

async fn document(books: &Books<'_>, posting: &Posting, credit: &Move) -> Result<Document, Failure> {
    let lines = books.move_lines(&[credit.id]).await?;
    let party = books.move_party(credit).await?;
    let currencies = &books.session.currencies;
    Ok(mapping::invoice(Kind::CreditNote, credit, &lines, party, None, &posting.key, currencies))
}
