//! Credit notes: what ERPNext itself proposes for an invoice, with our key.
//!
//! Invariant: the proposal is passed on as it came, taxes, team and links included. Made by hand it would leave them out
//! without a word. It settles its invoice and gives the order's amount free again, which ERPNext does not do unasked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use slotledger_erp::{CreditNote, Failure, Posted, Posting, Reason, State};

use super::{Books, Made, invoices};
use crate::mapping::{Exact, Invoice};

const PROPOSE: &str = "erpnext.accounts.doctype.sales_invoice.sales_invoice.make_sales_return";

/// A document of which nothing is known but its fields' names.
type Proposal = BTreeMap<String, Box<RawValue>>;

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    asked: &CreditNote,
) -> Result<Posted, Failure> {
    let made = match books.by_key::<Invoice>(&posting.key).await? {
        Some(note) if note.state() == State::Cancelled => return Err(books.withdrawn(&note)),
        Some(note) if note.docstatus == 0 => Made::now(books.submit(&note).await?),
        Some(note) => Made::adopted(note),
        None => create(books, posting, asked).await?,
    };
    invoices::posted(books, made, &posting.key).await
}

async fn create(books: &Books<'_>, posting: &Posting, asked: &CreditNote) -> Result<Made<Invoice>, Failure> {
    let invoice: Invoice = books.standing(&asked.invoice).await?;
    let proposal: Proposal = books.client.ask(PROPOSE, &[("source_name", invoice.name.as_str())]).await?;
    let note = credit(proposal, posting, asked).map_err(|error| {
        Failure::bug(format!("ERPNext proposed a credit note that is unknown here: {error}"))
    })?;
    let note = note.ok_or_else(|| {
        let message = format!("the invoice {} was credited in ERPNext already", invoice.name);
        let fix = "adopt the credit note that is there, or cancel it";
        Failure::refused(message, fix).because(Reason::Conflict)
    })?;
    books.make(&posting.key, &note).await
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    qty: Exact,
}

/// The proposal with our key; none when nothing is left to be credited.
fn credit(
    mut note: Proposal,
    posting: &Posting,
    asked: &CreditNote,
) -> Result<Option<Proposal>, serde_json::Error> {
    let rows: Vec<Row> = match note.get("items") {
        Some(rows) => serde_json::from_str(rows.get())?,
        None => Vec::new(),
    };
    if rows.iter().all(|row| row.qty.0.is_zero()) {
        return Ok(None);
    }
    // ERPNext sets these anew, to fit the day.
    for stale in ["posting_time", "due_date", "payment_schedule", "name", "creation", "modified"] {
        note.remove(stale);
    }
    if let Some(team) = note.get("sales_team") {
        let mut team: Vec<Proposal> = serde_json::from_str(team.get())?;
        for row in &mut team {
            row.remove(super::KEY);
        }
        note.insert("sales_team".into(), serde_json::value::to_raw_value(&team)?);
    }
    let remarks = format!("{}: {}", posting.subject, asked.reason);
    let ours = serde_json::json!({
        "docstatus": 1,
        "set_posting_time": 1,
        "posting_date": posting.date,
        "update_outstanding_for_self": 0,
        "update_billed_amount_in_sales_order": 1,
        "remarks": remarks,
        (super::KEY): posting.key,
    });
    for (field, value) in ours.as_object().into_iter().flatten() {
        note.insert(field.clone(), serde_json::value::to_raw_value(value)?);
    }
    Ok(Some(note))
}

#[cfg(test)]
mod tests {
    use slotledger_erp::{Body, Key};

    use super::*;

    fn posting() -> (Posting, CreditNote) {
        let note = CreditNote { invoice: Key::parse("apt/1/invoice").unwrap(), reason: "cancelled".into() };
        let body = Body::CreditNote(note.clone());
        let key = Key::parse("apt/2/credit").unwrap();
        (Posting { key, subject: "APT-1".into(), date: "2026-12-01".parse().unwrap(), body }, note)
    }

    #[test]
    fn a_proposal_is_passed_on_digit_by_digit() {
        let (posting, note) = posting();
        let proposal = r#"{"customer":"Jane","grand_total":-118.99000000000001,"due_date":"2026-01-01",
            "items":[{"qty":-1.0,"rate":99.99}],"sales_team":[{"sales_person":"Sam","slotledger_key":"apt/1/commission"}]}"#;
        let made = credit(serde_json::from_str(proposal).unwrap(), &posting, &note).unwrap().unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&made).unwrap());
    }

    #[test]
    fn nothing_is_left_to_be_credited() {
        let (posting, note) = posting();
        let proposal = r#"{"items":[{"qty":0.0}]}"#;
        assert!(credit(serde_json::from_str(proposal).unwrap(), &posting, &note).unwrap().is_none());
    }
}
