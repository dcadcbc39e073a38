//! Commissions: rows of an invoice's sales team, and of its credit note's.
//!
//! Invariant: ERPNext reckons the amount when it posts the invoice; it is compared with the amount agreed, and only then
//! the row gets the commission's key. The key stands in the row, so that a commission is found whatever invoice it is
//! earned with.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;
use slotledger_erp::{
    Body, CommissionEarned, CommissionReversal, Document, Failure, Key, Party, Posted, Posting, Reason,
};

use super::{Books, CANCELLED, FOUND, KEY, invoices};
use crate::mapping::{self, Invoice, Named, TeamRow, TeamShare};

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let credit = matches!(posting.body, Body::CommissionReversal(_));
    let mut documents = Vec::new();
    for invoice in with_row(books, &posting.key).await? {
        if (invoice.is_return == 1) != credit {
            continue;
        }
        let rows = invoice.sales_team.iter().filter(|row| has(row, &posting.key));
        documents.extend(rows.map(|row| document(books, row, &invoice, posting)));
    }
    Ok(documents)
}

fn document(books: &Books<'_>, row: &TeamRow, invoice: &Invoice, posting: &Posting) -> Document {
    let found =
        mapping::commission(row, invoice, posting.kind(), &posting.key, &books.company.default_currency);
    if let Body::Commission(earned) = &posting.body {
        return Document { party: Some(earned.provider.code.clone()), ..found };
    }
    found
}

fn has(row: &TeamRow, key: &Key) -> bool {
    row.slotledger_key.as_deref() == Some(key.as_str())
}

/// The invoices and credit notes with a row that has this key.
async fn with_row(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let field = format!("Sales Team.{KEY}");
    let filters = [(field.as_str(), "=", json!(key)), ("company", "=", json!(books.company.name))];
    let found: Vec<Named> = books.client.list("Sales Invoice", &filters, &["name"], FOUND).await?;
    let mut invoices = Vec::new();
    for named in found {
        invoices.extend(books.client.document::<Invoice>("Sales Invoice", &named.name).await?);
    }
    // Of a cancelled one only where none took its place.
    if invoices.iter().any(|invoice| invoice.docstatus != CANCELLED) {
        invoices.retain(|invoice| invoice.docstatus != CANCELLED);
    }
    Ok(invoices)
}

/// The team of an invoice that takes the place of a cancelled one, each share with the key that it had there; none where
/// nothing has to be written.
pub(crate) fn handed_on(from: &Invoice, to: &Invoice) -> Option<Vec<TeamShare>> {
    let mut left: Vec<&TeamRow> = from.sales_team.iter().filter(|row| keyed(row)).collect();
    if left.is_empty() || to.sales_team.iter().any(keyed) {
        return None;
    }
    let shares = to.sales_team.iter().map(|row| {
        let at = left.iter().position(|before| before.sales_person == row.sales_person);
        as_it_is(row, at.and_then(|at| left.remove(at).slotledger_key.clone()))
    });
    Some(shares.collect())
}

fn keyed(row: &TeamRow) -> bool {
    row.slotledger_key.as_deref().is_some_and(|key| !key.is_empty())
}

fn as_it_is(row: &TeamRow, slotledger_key: Option<String>) -> TeamShare {
    TeamShare {
        name: Some(row.name.clone()),
        incentives: Some(row.incentives),
        slotledger_key,
        ..mapping::share(&row.sales_person, row.allocated_percentage.0, row.commission_rate.0)
    }
}

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
) -> Result<Posted, Failure> {
    if let Some(document) = find(books, posting).await?.into_iter().next() {
        return Ok(Posted::adopted(document));
    }
    let invoice: Invoice = books.standing(&earned.invoice).await?;
    let person = person(books, &earned.provider).await?;
    let row = free_row(&invoice, &person).ok_or_else(|| missing(&invoice, &person))?;
    let amount = mapping::money(row.incentives.0);
    if amount != earned.amount {
        return Err(differs(&invoice, amount, earned.amount));
    }
    let document = keep_key(books, &invoice, row, posting).await?;
    Ok(Posted::made(document))
}

pub(super) async fn reverse(
    books: &Books<'_>,
    posting: &Posting,
    taken_back: &CommissionReversal,
) -> Result<Posted, Failure> {
    if let Some(document) = find(books, posting).await?.into_iter().next() {
        return Ok(Posted::adopted(document));
    }
    let key = &taken_back.commission;
    let invoices = with_row(books, key).await?;
    let found = invoices
        .iter()
        .find_map(|invoice| Some((invoice, invoice.sales_team.iter().find(|row| has(row, key))?)));
    let Some((invoice, owed)) = found else {
        let message = format!("ERPNext has no commission with the key {key}");
        return Err(Failure::refused(message, format!("deliver the commission {key} first"))
            .because(Reason::MissingDocument));
    };
    let notes = invoices::credits_of(books, &invoice.name).await?;
    let Some(first) = notes.first() else {
        let message =
            format!("the invoice {} of the commission {key} was not credited in ERPNext", invoice.name);
        let fix = "deliver the credit note first: it takes the commission back";
        return Err(Failure::refused(message, fix).because(Reason::MissingDocument));
    };
    // A credit note whose share stands for something already may have been taken by somebody faster with this key.
    let back = notes.iter().find_map(|note| Some((note, free_row(note, &owed.sales_person)?)));
    let (note, row) = back.ok_or_else(|| missing(first, &owed.sales_person))?;
    if row.incentives.0 != -owed.incentives.0 {
        return Err(differs(note, mapping::money(-row.incentives.0), mapping::money(owed.incentives.0)));
    }
    let document = keep_key(books, note, row, posting).await?;
    Ok(Posted::made(document))
}

async fn person(books: &Books<'_>, provider: &Party) -> Result<String, Failure> {
    books.sales_person(provider).await?.ok_or_else(|| {
        let message = format!("ERPNext has no enabled Sales Person {} or {}", provider.code, provider.name);
        let fix =
            format!("create a Sales Person `{}` in ERPNext, and this commission by hand", provider.code);
        Failure::refused(message, fix).because(Reason::UnknownParty)
    })
}

/// The row of a Sales Person that stands for no commission yet.
fn free_row<'a>(invoice: &'a Invoice, person: &str) -> Option<&'a TeamRow> {
    invoice.sales_team.iter().filter(|row| row.sales_person == person).find(|row| !keyed(row))
}

/// A conflict, so that a commission that was kept meanwhile under the same key is adopted.
fn missing(invoice: &Invoice, person: &str) -> Failure {
    let message = format!("{} has no free share of {person} in ERPNext", invoice.name);
    let fix = format!("add {person} to the sales team of {} in ERPNext, then retry", invoice.name);
    Failure::refused(message, fix).because(Reason::Conflict)
}

fn differs(invoice: &Invoice, found: Decimal, agreed: Decimal) -> Failure {
    let message =
        format!("the commission on {} is {found} in ERPNext, and {agreed} was agreed", invoice.name);
    let fix = "see that the items in ERPNext have \"Grant Commission\", and correct the sales team there";
    Failure::refused(message, fix).because(Reason::Conflict)
}

#[derive(Serialize)]
struct Team<'a> {
    modified: &'a str,
    sales_team: Vec<TeamShare>,
}

/// Writes the key into the row. All rows are sent with their names: those left out would be deleted.
async fn keep_key(
    books: &Books<'_>,
    invoice: &Invoice,
    row: &TeamRow,
    posting: &Posting,
) -> Result<Document, Failure> {
    let share = |of: &TeamRow| {
        as_it_is(
            of,
            if of.name == row.name { Some(posting.key.to_string()) } else { of.slotledger_key.clone() },
        )
    };
    let team =
        Team { modified: &invoice.modified, sales_team: invoice.sales_team.iter().map(share).collect() };
    let changed: Invoice = books.change(&invoice.name, &team).await?;
    let kept = changed.sales_team.iter().find(|of| has(of, &posting.key));
    let kept = kept.ok_or_else(|| {
        let message = format!("ERPNext did not keep the key of a row of {}'s sales team", changed.name);
        Failure::refused(message, "run `slotledger connect erpnext --apply` with the key of a System Manager")
            .because(Reason::Setup)
    })?;
    if kept.incentives != row.incentives {
        return Err(differs(&changed, mapping::money(kept.incentives.0), mapping::money(row.incentives.0)));
    }
    Ok(document(books, kept, &changed, posting))
}
