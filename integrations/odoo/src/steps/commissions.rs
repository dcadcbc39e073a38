//! Commissions: the provider's bill, and its counter-document.

use serde_json::json;
use slotledger_erp::{
    CommissionEarned, CommissionReversal, Document, Failure, Kind, Posted, Posting, Reason, State,
};

use super::{Books, Round, credits, periods::Side, settle};
use crate::mapping::{self, InvoiceHead, Move, MoveState};

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

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
) -> Result<Posted, Failure> {
    settle(|| round(books, posting, earned)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
) -> Result<Round<Option<MoveState>>, Failure> {
    match books.move_by_key(Kind::Commission, &posting.key).await? {
        None => Ok(Round::Tried(None, create(books, posting, earned).await.map(drop))),
        Some(bill) => finish(books, posting, &bill).await,
    }
}

async fn create(books: &Books<'_>, posting: &Posting, earned: &CommissionEarned) -> Result<i64, Failure> {
    books.posted(Kind::SalesInvoice, &earned.invoice).await?;
    books.open(posting.date, Side::Purchases).await?;
    let code = books.settings.commission_item.as_str();
    let products = books.products([code].into_iter()).await?;
    let product = products.get(code).ok_or_else(|| Failure::bug("the commission product was lost"))?;
    let head = InvoiceHead {
        partner: books.party(&earned.provider).await?,
        currency: books.currency(&earned.currency, posting.date).await?,
        journal: books.journal(books.settings.purchase_journal.as_deref(), "purchase").await?,
        origin: earned.invoice.to_string(),
        ..InvoiceHead::default()
    };
    books.load(Move::MODEL, &mapping::commission_rows(posting, &head, product.id, earned)).await
}

/// Posts a draft, or answers with what stands.
async fn finish(
    books: &Books<'_>,
    posting: &Posting,
    bill: &Move,
) -> Result<Round<Option<MoveState>>, Failure> {
    match bill.state() {
        State::Draft => {
            books.open(posting.date, Side::Purchases).await?;
            Ok(Round::Tried(Some(bill.state), books.post_move(bill.id).await))
        }
        State::Posted | State::Submitted | State::Closed | State::Cancelled => {
            Ok(Round::Stands(document(books, posting, bill).await?))
        }
    }
}

pub(super) async fn reverse(
    books: &Books<'_>,
    posting: &Posting,
    taken_back: &CommissionReversal,
) -> Result<Posted, Failure> {
    settle(|| reverse_round(books, posting, taken_back)).await
}

async fn reverse_round(
    books: &Books<'_>,
    posting: &Posting,
    taken_back: &CommissionReversal,
) -> Result<Round<Option<MoveState>>, Failure> {
    let bill = books.posted(Kind::Commission, &taken_back.commission).await?;
    let Some(reversal) = books.move_by_key(Kind::CommissionReversal, &posting.key).await? else {
        return Ok(Round::Tried(None, begin(books, posting, &bill).await?));
    };
    if reversal.state() == State::Draft {
        credits::same_total(&bill, &reversal)?;
    }
    finish(books, posting, &reversal).await
}

/// The outer error says that it cannot be taken back at all.
async fn begin(books: &Books<'_>, posting: &Posting, bill: &Move) -> Result<Result<(), Failure>, Failure> {
    books.open(posting.date, Side::Purchases).await?;
    let others =
        books.moves_where(Kind::CommissionReversal, json!(["reversed_entry_id", "=", bill.id])).await?;
    if let Some(other) = others.iter().find(|other| other.state() != State::Cancelled) {
        return Err(Failure::refused(
            format!("commission {} was taken back in Odoo by {}", bill.number(), other.number()),
            format!("give that credit note the reference {} in Odoo, if it is the right one", posting.key),
        )
        .because(Reason::Conflict));
    }
    Ok(credits::create(books, posting, bill).await.map(drop))
}

async fn document(books: &Books<'_>, posting: &Posting, bill: &Move) -> Result<Document, Failure> {
    let party = books.move_party(bill).await?;
    let currencies = &books.session.currencies;
    Ok(mapping::commission(posting.kind(), bill, party, &posting.key, currencies))
}
