//! Amendments: a sale that gets other dates or lines, and keeps its number.
//!
//! Invariant: what changes and the mark that says so are written in one call. A sale that was processed is locked in
//! Tryton: it takes another date as a remark, and other lines not at all.

use serde_json::json;
use slotledger_erp::{Document, Failure, Key, OrderAmendment, Posting, Reason};

use super::{Books, Round, lookups::Target, orders, settle};
use crate::mapping::{self, Record, Sale, SaleState, Word};

pub(super) async fn find(
    books: &Books<'_>,
    key: &Key,
    amendment: &OrderAmendment,
) -> Result<Vec<Document>, Failure> {
    let sales = orders::search(books, &amendment.order).await?;
    Ok(sales.iter().filter_map(|sale| mapping::order_amendment(sale, key)).collect())
}

pub(super) async fn amend(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
) -> Result<Document, Failure> {
    settle(|| round(books, posting, amendment)).await
}

async fn round(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
) -> Result<Round<(SaleState, bool)>, Failure> {
    let sale = orders::existing(books, &amendment.order).await?;
    let marked = sale.has_mark(&posting.key, Word::Amended);
    let press = |button| books.button(Sale::MODEL, button, sale.id);
    let outcome = match (sale.state, marked) {
        (SaleState::Draft, true) => press("quote").await,
        (SaleState::Draft, false) => write(books, posting, amendment, &sale).await,
        (_, true) => return Ok(Round::Done(document(&sale, posting)?)),
        (SaleState::Quotation | SaleState::Confirmed, false) => press("draft").await,
        (SaleState::Processing | SaleState::Done, false) => remark(books, posting, amendment, &sale).await?,
        (SaleState::Cancelled, false) => return Err(orders::withdrawn(&amendment.order)),
    };
    Ok(Round::Tried((sale.state, marked), outcome))
}

fn document(sale: &Sale, posting: &Posting) -> Result<Document, Failure> {
    mapping::order_amendment(sale, &posting.key)
        .ok_or_else(|| Failure::bug(format!("the mark of {} vanished while it was read", posting.key)))
}

async fn write(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
    sale: &Sale,
) -> Result<(), Failure> {
    let (Some(customer), Some(currency)) = (&sale.party.code, &sale.currency.code) else {
        return Err(Failure::bug("the sale has no customer or no currency"));
    };
    let buyer = books.known_buyer(Target::Sale, customer, currency).await?;
    let lines = books.lines(Target::Sale, &buyer, &amendment.lines).await?;
    // Whoever earns nothing now will earn nothing then.
    let agent = match sale.agent {
        None => None,
        Some(_) => books.agent(&amendment.provider.code).await?.map(|agent| agent.id),
    };
    let old: Vec<i64> = sale.lines.iter().map(|line| line.id).collect();
    let notes: Vec<&str> = sale.lines.iter().filter_map(|line| line.note.as_deref()).collect();
    let note = mapping::marked(Some(&notes.join("\n")), &posting.key, Word::Amended, &amendment.reason);
    let values = mapping::amended_values(posting, amendment, agent, &old, &lines, &note);
    books.write(Sale::MODEL, sale.id, values).await
}

/// The outer error says that it cannot be done.
async fn remark(
    books: &Books<'_>,
    posting: &Posting,
    amendment: &OrderAmendment,
    sale: &Sale,
) -> Result<Result<(), Failure>, Failure> {
    let number = sale.number.clone().unwrap_or_default();
    if !mapping::same_lines(sale, &amendment.lines) || sale.is_closed() {
        return Err(Failure::refused(
            format!("sale {number} was processed in Tryton, so that its lines do not change any more"),
            "leave the order as it is: the invoice follows what is delivered",
        )
        .because(Reason::Conflict));
    }
    let window = format!("{}, now {}", amendment.reason, amendment.start.format("%Y-%m-%d %H:%M UTC"));
    orders::mark(books, sale, &posting.key, Word::Amended, &window).await
}

impl Books<'_> {
    /// A customer that an earlier document named.
    async fn known_buyer(
        &self,
        target: Target,
        code: &str,
        currency: &str,
    ) -> Result<mapping::Buyer, Failure> {
        let party = slotledger_erp::Party {
            code: code.to_owned(),
            name: code.to_owned(),
            email: None,
            phone: None,
            address: None,
        };
        self.buyer(target, &party, currency).await
    }
}

/// What a note is written with.
pub(super) fn note(text: &str) -> serde_json::Value {
    json!({"note": text})
}
