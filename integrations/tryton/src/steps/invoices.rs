//! Invoices, of an order or of a fee, and the credit notes that counter them.
//!
//! Invariant: an invoice gets our key while it is a draft, because Tryton locks its reference when it posts it. A
//! credit note that is made and posted in one call has no reference of ours: it is found by the invoice it credits,
//! and a second one is refused by Tryton itself. Only that of a paid invoice passes through a draft, and gets our key.

use serde_json::json;
use slotledger_erp::{CreditNote, Document, Failure, Invoice as Asked, Key, Posting, State};

use super::{
    Books, Round,
    lookups::{Sort, Target},
    orders, settle,
};
use crate::mapping::{self, Invoice, InvoiceState, Record, Sale, SaleState};

pub(super) async fn find(books: &Books<'_>, key: &Key) -> Result<Vec<Document>, Failure> {
    let found = search(books, key).await?;
    Ok(found.iter().map(|invoice| mapping::invoice(invoice, key)).collect())
}

pub(super) async fn find_credit(
    books: &Books<'_>,
    key: &Key,
    note: &CreditNote,
) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for invoice in posted(books, &note.invoice).await? {
        let notes = credits_of(books, &invoice).await?;
        documents.extend(notes.iter().map(|credit| mapping::credit_note(credit, key)));
    }
    Ok(documents)
}

/// The invoice with this key, if there is one.
pub(super) async fn by_key(books: &Books<'_>, key: &Key) -> Result<Option<Invoice>, Failure> {
    let found = search(books, key).await?;
    books
        .only(key, found, |invoice: &Invoice| match invoice.state() {
            State::Draft => Sort::Draft(invoice.id),
            State::Submitted | State::Posted => Sort::Standing,
            State::Cancelled | State::Closed => Sort::Withdrawn,
        })
        .await
}

/// The invoices with this key that stand in the accounts: one, unless somebody made another by hand.
pub(super) async fn posted(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let found = search(books, key).await?;
    Ok(found.into_iter().filter(|invoice| invoice.state() == State::Posted).collect())
}

/// The credit notes of an invoice that were not withdrawn.
pub(super) async fn credits_of(books: &Books<'_>, invoice: &Invoice) -> Result<Vec<Invoice>, Failure> {
    let origin = json!(["lines.origin.invoice.id", "=", invoice.id, "account.invoice.line"]);
    let notes: Vec<Invoice> = books.search(json!([origin])).await?;
    Ok(notes.into_iter().filter(|note| note.state() != State::Cancelled).collect())
}

async fn search(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let company = json!(["company", "=", books.company.id]);
    books.search(json!([["reference", "=", key], ["type", "=", "out"], company])).await
}

/// What a round of an invoice is decided from.
type Stage = (Option<SaleState>, Option<InvoiceState>);

pub(super) async fn post_fee(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Asked,
) -> Result<Document, Failure> {
    settle(|| fee_round(books, posting, asked)).await
}

async fn fee_round(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Round<Stage>, Failure> {
    let Some(invoice) = by_key(books, &posting.key).await? else {
        return Ok(Round::Tried((None, None), create_fee(books, posting, asked).await));
    };
    finish(books, posting, &invoice, None).await
}

async fn create_fee(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<(), Failure> {
    let buyer = books.buyer(Target::Invoice, &asked.customer, &asked.currency).await?;
    let lines = books.lines(Target::Invoice, &buyer, &asked.lines).await?;
    books.create(Invoice::MODEL, mapping::fee_values(posting, books.company.id, &buyer, &lines)).await
}

/// Posts a draft that has our key, or answers with the invoice that stands.
async fn finish(
    books: &Books<'_>,
    posting: &Posting,
    invoice: &Invoice,
    sale: Option<SaleState>,
) -> Result<Round<Stage>, Failure> {
    match invoice.state() {
        State::Draft => {
            let posted = books.button(Invoice::MODEL, "post", invoice.id).await;
            Ok(Round::Tried((sale, Some(invoice.state)), posted))
        }
        State::Submitted | State::Posted => Ok(Round::Done(mapping::invoice(invoice, &posting.key))),
        State::Cancelled | State::Closed => Err(Failure::refused(
            format!(
                "the invoice with the reference {} was cancelled in Tryton before it was posted",
                posting.key
            ),
            "recreate it from its sale in Tryton, or leave this delivery parked",
        )),
    }
}

pub(super) async fn post_order(
    books: &Books<'_>,
    posting: &Posting,
    order: &Key,
    asked: &Asked,
) -> Result<Document, Failure> {
    settle(|| order_round(books, posting, order, asked)).await
}

async fn order_round(
    books: &Books<'_>,
    posting: &Posting,
    order: &Key,
    asked: &Asked,
) -> Result<Round<Stage>, Failure> {
    if let Some(invoice) = by_key(books, &posting.key).await? {
        return finish(books, posting, &invoice, None).await;
    }
    let sale = orders::existing(books, order).await?;
    let agreed = mapping::same_lines(&sale, &asked.lines);
    let outcome = match (sale.state, agreed) {
        (SaleState::Draft, true) => books.button(Sale::MODEL, "quote", sale.id).await,
        (SaleState::Draft, false) => write_lines(books, &sale, asked).await,
        (SaleState::Quotation, true) => books.button(Sale::MODEL, "confirm", sale.id).await,
        (SaleState::Quotation | SaleState::Confirmed, false) => {
            books.button(Sale::MODEL, "draft", sale.id).await
        }
        // Confirming processes as well, unless that failed or a queue does it later; only this call tells why.
        (SaleState::Confirmed, true) => books.button(Sale::MODEL, "process", sale.id).await,
        (SaleState::Processing | SaleState::Done, true) => name_invoice(books, posting, &sale).await?,
        (SaleState::Processing | SaleState::Done, false) => return Err(processed_otherwise(&sale)),
        (SaleState::Cancelled, true | false) => return Err(withdrawn(order)),
    };
    Ok(Round::Tried((Some(sale.state), None), outcome))
}

async fn write_lines(books: &Books<'_>, sale: &Sale, asked: &Asked) -> Result<(), Failure> {
    let buyer = books.buyer(Target::Sale, &asked.customer, &asked.currency).await?;
    let lines = books.lines(Target::Sale, &buyer, &asked.lines).await?;
    let old: Vec<i64> = sale.lines.iter().map(|line| line.id).collect();
    books.write(Sale::MODEL, sale.id, mapping::sale_lines(&old, &lines)).await
}

/// Gives our key to the draft invoice that processing made.
async fn name_invoice(
    books: &Books<'_>,
    posting: &Posting,
    sale: &Sale,
) -> Result<Result<(), Failure>, Failure> {
    let mut open = sale.invoices.iter().filter(|invoice| invoice.state != InvoiceState::Cancelled);
    match (open.next(), open.next()) {
        (Some(invoice), None) if invoice.number.is_none() => {
            Ok(books.write(Invoice::MODEL, invoice.id, json!({"reference": posting.key})).await)
        }
        (Some(invoice), None) => {
            let (number, key) = (invoice.number.clone().unwrap_or_default(), &posting.key);
            let carries = invoice.reference.clone().unwrap_or_default();
            Err(Failure::refused(
                format!("invoice {number} of this sale was posted with the reference `{carries}`"),
                format!("let an accounting administrator set the reference of {number} to {key} in Tryton"),
            ))
        }
        (None, _) if sale.state == SaleState::Processing && sale.invoices.is_empty() => {
            Ok(books.button(Sale::MODEL, "process", sale.id).await)
        }
        (None, _) => Err(Failure::refused(
            "the sale has no open invoice in Tryton",
            "recreate its invoice from the sale in Tryton, or leave this delivery parked",
        )),
        (Some(_), Some(_)) => Err(Failure::refused(
            "the sale has more than one open invoice in Tryton",
            format!("give the right one the reference {} in Tryton, and cancel the others", posting.key),
        )),
    }
}

fn processed_otherwise(sale: &Sale) -> Failure {
    let number = sale.number.clone().unwrap_or_default();
    Failure::refused(
        format!("sale {number} was processed in Tryton with other lines than were delivered"),
        "invoice it by hand in Tryton and leave this delivery parked",
    )
}

fn withdrawn(order: &Key) -> Failure {
    Failure::refused(
        format!("the sale with the reference {order} was cancelled in Tryton"),
        "set that sale back to draft in Tryton, or leave this delivery parked",
    )
}

pub(super) async fn credit(
    books: &Books<'_>,
    posting: &Posting,
    note: &CreditNote,
) -> Result<Document, Failure> {
    settle(|| credit_round(books, posting, note)).await
}

async fn credit_round(
    books: &Books<'_>,
    posting: &Posting,
    note: &CreditNote,
) -> Result<Round<Stage>, Failure> {
    let invoice = by_key(books, &note.invoice).await?.filter(|invoice| invoice.state() == State::Posted);
    let Some(invoice) = invoice else {
        return Err(Failure::refused(
            format!("Tryton has no posted invoice with the reference {}", note.invoice),
            format!("deliver the invoice {} first", note.invoice),
        ));
    };
    let notes = credits_of(books, &invoice).await?;
    match notes.as_slice() {
        [] => Ok(Round::Tried((None, Some(invoice.state)), begin_credit(books, &invoice).await?)),
        [credit] if mapping::is_full_credit(credit, &invoice) => finish_credit(books, posting, credit).await,
        [_, ..] => Err(Failure::refused(
            format!("invoice {} was credited in part, or more than once", invoice.number.unwrap_or_default()),
            "credit the rest by hand in Tryton and leave this delivery parked",
        )),
    }
}

/// Tryton settles only an unpaid invoice with its credit note; of a paid one the credit stays open for a refund.
async fn begin_credit(books: &Books<'_>, invoice: &Invoice) -> Result<Result<(), Failure>, Failure> {
    let refund = match invoice.state {
        InvoiceState::Posted => true,
        InvoiceState::Paid => false,
        InvoiceState::Draft | InvoiceState::Validated | InvoiceState::Cancelled => {
            return Err(Failure::refused(
                "the invoice was settled in Tryton without a credit note",
                "look into its accounting entry in Tryton and leave this delivery parked",
            ));
        }
    };
    let answers = mapping::credit_start(refund);
    Ok(books.wizard("account.invoice.credit", "credit", answers, Invoice::MODEL, invoice.id).await)
}

async fn finish_credit(
    books: &Books<'_>,
    posting: &Posting,
    credit: &Invoice,
) -> Result<Round<Stage>, Failure> {
    if credit.state() != State::Draft {
        return Ok(Round::Done(mapping::credit_note(credit, &posting.key)));
    }
    let named = credit.reference.as_deref() == Some(posting.key.as_str());
    let outcome = if named {
        books.button(Invoice::MODEL, "post", credit.id).await
    } else {
        books.write(Invoice::MODEL, credit.id, json!({"reference": posting.key})).await
    };
    Ok(Round::Tried((None, Some(credit.state)), outcome))
}
