//! Settlements: deposits put towards a posted invoice, as far as its total goes.
//!
//! Invariant: a deposit's line is attached to the invoice whole; where only a part is needed, it is divided first. Once
//! nothing is left to pay, all is reconciled, and Tryton calls the invoice paid.

use serde_json::json;
use slotledger_erp::{Failure, Invoice as Asked, Key, Posting, Reason};

use super::{Books, advances};
use crate::mapping::{EntryLine, Family, Invoice, InvoiceState, Record};

/// The advances an invoice is paid with: each with its key, all of which have to stand.
pub(super) async fn families<'a>(
    books: &Books<'_>,
    asked: &'a Asked,
) -> Result<Vec<(&'a Key, Family)>, Failure> {
    let mut families = Vec::with_capacity(asked.advances.len());
    for key in &asked.advances {
        families.push((key, advances::existing(books, key).await?));
    }
    Ok(families)
}

/// Refuses advances that cannot pay this invoice, before there is one.
pub(super) fn fitting(books: &Books<'_>, asked: &Asked, families: &[(&Key, Family)]) -> Result<(), Failure> {
    for (key, family) in families {
        let currency = family.currency(&books.company);
        if currency != asked.currency || family.party() != Some(asked.customer.code.as_str()) {
            let party = family.party().unwrap_or_default();
            return Err(Failure::refused(
                format!("the deposit {key} is from {party}, in {currency}"),
                "settle it by hand in Tryton: it pays invoices of the same customer and currency only",
            )
            .because(Reason::Conflict));
        }
    }
    Ok(())
}

/// Takes one step; none when nothing is to be done any more.
pub(super) async fn step(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Asked,
    invoice: &Invoice,
) -> Result<Option<Result<(), Failure>>, Failure> {
    if asked.advances.is_empty() || invoice.state != InvoiceState::Posted {
        return Ok(None);
    }
    if invoice.amount_to_pay.is_zero() {
        return Ok(reconcile(books, invoice).await);
    }
    for (key, family) in families(books, asked).await? {
        if let Some(outcome) = advances::mend(books, &family).await? {
            return Ok(Some(outcome));
        }
        let Some(line) = family.open().first().copied() else { continue };
        return Ok(Some(put_towards(books, posting, invoice, (key, &family), line).await?));
    }
    Ok(None)
}

async fn put_towards(
    books: &Books<'_>,
    posting: &Posting,
    invoice: &Invoice,
    (key, family): (&Key, &Family),
    line: &EntryLine,
) -> Result<Result<(), Failure>, Failure> {
    if line.money().value > invoice.amount_to_pay {
        let text = format!("for {}", invoice.number.as_deref().unwrap_or(posting.key.as_str()));
        return advances::divide(books, posting.date, (key, family), line, invoice.amount_to_pay, &text)
            .await;
    }
    let values = json!({"payment_lines": [["add", [line.id]]]});
    Ok(books.write(Invoice::MODEL, invoice.id, values).await)
}

/// Sets off what is due against what was paid; none where nothing was.
async fn reconcile(books: &Books<'_>, invoice: &Invoice) -> Option<Result<(), Failure>> {
    let due = invoice.due.iter().filter(|line| line.reconciliation.is_none()).map(|line| line.id);
    let paid = invoice.payments.iter().filter(|line| line.reconciliation.is_none()).map(|line| line.id);
    let paid: Vec<i64> = paid.collect();
    if paid.is_empty() {
        return None;
    }
    let lines: Vec<i64> = due.chain(paid).collect();
    Some(books.reconcile(&lines).await)
}
