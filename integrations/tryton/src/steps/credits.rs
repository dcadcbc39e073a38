//! Credit notes: an invoice taken back in full.
//!
//! Invariant: a credit note that is made and posted in one call has no reference of ours: it is found by the invoice it
//! credits, a second one is refused by Tryton itself, and our key is noted on it afterwards. Only that of an invoice
//! which the customer paid passes through a draft, and gets our key there.
//!
//! Deposits do not count as paid: what was settled with one is set free first, and is the customer's again.

use serde_json::json;
use slotledger_erp::{CreditNote, Document, Failure, Key, Posting, Reason, State};

use super::{Books, Round, amendments, invoices, settle};
use crate::mapping::{self, Invoice, InvoiceState, Record, Word};

pub(super) async fn find(books: &Books<'_>, key: &Key, note: &CreditNote) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for invoice in invoices::posted(books, &note.invoice).await? {
        let notes = of(books, invoice.id).await?;
        documents.extend(notes.iter().map(|credit| mapping::credit_note(credit, key)));
    }
    Ok(documents)
}

/// The credit notes of an invoice that were not withdrawn.
pub(super) async fn of(books: &Books<'_>, invoice: i64) -> Result<Vec<Invoice>, Failure> {
    let origin = json!(["lines.origin.invoice.id", "=", invoice, "account.invoice.line"]);
    let notes: Vec<Invoice> = books.search(json!([origin])).await?;
    Ok(notes.into_iter().filter(|note| note.state() != State::Cancelled).collect())
}

/// Whether an invoice has no effect any more: it never was posted, or a credit note took all of it back.
pub(super) async fn is_credited(books: &Books<'_>, id: i64) -> Result<bool, Failure> {
    let Some(invoice) = invoices::by_id(books, id).await? else { return Ok(true) };
    match invoice.state {
        InvoiceState::Cancelled => Ok(true),
        InvoiceState::Draft | InvoiceState::Validated => Ok(false),
        InvoiceState::Posted | InvoiceState::Paid => {
            let notes = of(books, id).await?;
            Ok(notes
                .iter()
                .any(|note| note.state() == State::Posted && mapping::is_full_credit(note, &invoice)))
        }
    }
}

pub(super) async fn credit(
    books: &Books<'_>,
    posting: &Posting,
    note: &CreditNote,
) -> Result<Document, Failure> {
    settle(|| round(books, posting, note)).await
}

/// What a round is decided from.
type Stage = (InvoiceState, bool);

async fn round(books: &Books<'_>, posting: &Posting, note: &CreditNote) -> Result<Round<Stage>, Failure> {
    let invoice = match invoices::by_key(books, &note.invoice).await? {
        Some(invoice) if invoice.state() == State::Posted => invoice,
        Some(invoice) if invoice.state() == State::Draft => return Err(unposted(&invoice, &note.invoice)),
        Some(_) | None => {
            return Err(Failure::refused(
                format!("Tryton has no posted invoice with the reference {}", note.invoice),
                format!("deliver the invoice {} first", note.invoice),
            )
            .because(Reason::MissingDocument));
        }
    };
    let notes = of(books, invoice.id).await?;
    match notes.as_slice() {
        [] => Ok(Round::Tried((invoice.state, false), begin(books, &invoice).await?)),
        [credit] if mapping::is_full_credit(credit, &invoice) => finish(books, posting, note, credit).await,
        [_, ..] => Err(Failure::refused(
            format!("invoice {} was credited in part, or more than once", invoice.number.unwrap_or_default()),
            "credit the rest by hand in Tryton and leave this delivery parked",
        )
        .because(Reason::Conflict)),
    }
}

/// A draft is a person's to post; nothing can be credited before.
pub(super) fn unposted(invoice: &Invoice, key: &Key) -> Failure {
    let message = format!("the invoice with the reference {key} is a draft in Tryton (id {})", invoice.id);
    Failure::busy(message, Some(crate::classify::DRAFT_WAIT))
}

/// Tryton settles only an unpaid invoice with its credit note; of a paid one the credit stays open for a refund.
async fn begin(books: &Books<'_>, invoice: &Invoice) -> Result<Result<(), Failure>, Failure> {
    let refund = match invoice.state {
        InvoiceState::Posted => true,
        InvoiceState::Paid if !invoice.advances().is_empty() => return set_free(books, invoice).await,
        InvoiceState::Paid => false,
        InvoiceState::Draft | InvoiceState::Validated | InvoiceState::Cancelled => {
            return Err(Failure::refused(
                "the invoice was settled in Tryton without a credit note",
                "look into its accounting entry in Tryton and leave this delivery parked",
            )
            .because(Reason::Conflict));
        }
    };
    let answers = mapping::credit_start(refund);
    Ok(books.wizard("account.invoice.credit", "credit", answers, Invoice::MODEL, &[invoice.id]).await)
}

/// Undoes the reconciliation of an invoice with its deposits. The credit then detaches them.
async fn set_free(books: &Books<'_>, invoice: &Invoice) -> Result<Result<(), Failure>, Failure> {
    let reconciliation = invoice.due.iter().find_map(|line| line.reconciliation);
    let Some(reconciliation) = reconciliation else {
        return Err(Failure::bug("a paid invoice has nothing that was reconciled"));
    };
    Ok(books.delete("account.move.reconciliation", reconciliation).await)
}

async fn finish(
    books: &Books<'_>,
    posting: &Posting,
    note: &CreditNote,
    credit: &Invoice,
) -> Result<Round<Stage>, Failure> {
    let named = credit.reference.as_deref() == Some(posting.key.as_str());
    let outcome = match (credit.state(), named) {
        (State::Draft, false) => {
            books.write(Invoice::MODEL, credit.id, json!({"reference": posting.key})).await
        }
        (State::Draft, true) => books.button(Invoice::MODEL, "post", credit.id).await,
        (_, true) => return Ok(Round::Done(mapping::credit_note(credit, &posting.key))),
        (_, false) => match unmarked(credit, &posting.key) {
            None => return Ok(Round::Done(mapping::credit_note(credit, &posting.key))),
            Some(line) => {
                let text = mapping::marked(line.note.as_deref(), &posting.key, Word::Credit, &note.reason);
                books.write("account.invoice.line", line.id, amendments::note(&text)).await
            }
        },
    };
    Ok(Round::Tried((credit.state, named), outcome))
}

/// The line to note the key on, unless it was noted.
fn unmarked<'a>(credit: &'a Invoice, key: &Key) -> Option<&'a mapping::InvoiceLineRecord> {
    let noted = mapping::marks(credit.lines.iter().map(|line| line.note.as_deref()));
    let has = noted.iter().any(|mark| mark.key == *key && mark.word == Word::Credit);
    credit.lines.first().filter(|_| !has)
}
