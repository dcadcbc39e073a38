//! Commissions: Tryton makes them when it posts an invoice with an agent, and takes them back with its credit note.
//!
//! Invariant: nothing is written here. The amount found is compared with the amount agreed, to the smallest coin.
//!
//! A commission row has no room for our key. It is found through its invoice; a reversal, which names only the
//! commission, through the invoice that the same transition made, whose key has the same beginning.

use serde_json::json;
use slotledger_erp::{CommissionEarned, CommissionReversal, Document, Failure, Key, Posting};

use super::{Books, invoices};
use crate::mapping::{self, Commission, Invoice};

pub(super) async fn find(
    books: &Books<'_>,
    key: &Key,
    earned: &CommissionEarned,
) -> Result<Vec<Document>, Failure> {
    let mut rows = Vec::new();
    for invoice in invoices::posted(books, &earned.invoice).await? {
        rows.extend(rows_of(books, &invoice).await?);
    }
    Ok(mapping::commission(&of_provider(rows, earned), key, &books.company).into_iter().collect())
}

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
) -> Result<Document, Failure> {
    let found = find(books, &posting.key, earned).await?.into_iter().next();
    let Some(document) = found else { return Err(missing(books, earned).await?) };
    match mapping::difference(&document, earned.amount) {
        None => Ok(document),
        Some(message) => {
            let provider = &earned.provider.code;
            let fix = format!(
                "make the commission plan of agent {provider} in Tryton and the rate agreed here the same"
            );
            Err(Failure::refused(message, fix))
        }
    }
}

/// Why an invoice brought no commission.
async fn missing(books: &Books<'_>, earned: &CommissionEarned) -> Result<Failure, Failure> {
    let (invoice, provider) = (&earned.invoice, &earned.provider.code);
    if invoices::posted(books, invoice).await?.is_empty() {
        let fix = format!("deliver the invoice {invoice} first");
        return Ok(Failure::refused(
            format!("Tryton has no posted invoice with the reference {invoice}"),
            fix,
        ));
    }
    let message = format!("the invoice {invoice} brought no commission for {provider} in Tryton");
    let fix = match books.agent(provider).await? {
        None => format!(
            "create a commission agent with a plan for party {provider} in Tryton, and this commission by hand"
        ),
        Some(_) => format!(
            "give the agent of party {provider} a plan for these products, and create this commission by hand"
        ),
    };
    Ok(Failure::refused(message, fix))
}

pub(super) async fn find_reversal(
    books: &Books<'_>,
    key: &Key,
    taken_back: &CommissionReversal,
) -> Result<Vec<Document>, Failure> {
    let mut rows = Vec::new();
    for invoice in same_transition(books, &taken_back.commission).await? {
        for note in invoices::credits_of(books, &invoice).await? {
            rows.extend(rows_of(books, &note).await?);
        }
    }
    Ok(mapping::reversal(&rows, key, &books.company).into_iter().collect())
}

pub(super) async fn reverse(
    books: &Books<'_>,
    posting: &Posting,
    taken_back: &CommissionReversal,
) -> Result<Document, Failure> {
    let mut owed = Vec::new();
    for invoice in same_transition(books, &taken_back.commission).await? {
        owed.extend(rows_of(books, &invoice).await?);
    }
    let key = &taken_back.commission;
    let Some(owed) = mapping::commission(&owed, key, &books.company) else {
        let message = format!("Tryton has no commission for {key}");
        return Err(Failure::refused(message, format!("deliver the commission {key} first")));
    };
    let found = find_reversal(books, &posting.key, taken_back).await?.into_iter().next();
    let Some(document) = found else {
        let message = format!("the invoice of the commission {key} was not credited in Tryton");
        return Err(Failure::refused(message, "deliver the credit note first: it takes the commission back"));
    };
    match mapping::difference(&document, owed.net) {
        None => Ok(document),
        Some(message) => {
            Err(Failure::refused(message, "take the rest of the commission back by hand in Tryton"))
        }
    }
}

/// The invoices that the transition of a key made.
async fn same_transition(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let beginning = mapping::transition_prefix(key);
    // `_` stands for any character in a pattern.
    let pattern = format!("{}%", beginning.replace('_', "\\_"));
    let company = json!(["company", "=", books.company.id]);
    let found: Vec<Invoice> =
        books.search(json!([["reference", "like", pattern], ["type", "=", "out"], company])).await?;
    let ours = |invoice: &Invoice| invoice.reference.as_deref().is_some_and(|key| key.starts_with(beginning));
    Ok(found.into_iter().filter(ours).collect())
}

async fn rows_of(books: &Books<'_>, invoice: &Invoice) -> Result<Vec<Commission>, Failure> {
    books.search(json!([["origin.invoice.id", "=", invoice.id, "account.invoice.line"]])).await
}

fn of_provider(rows: Vec<Commission>, earned: &CommissionEarned) -> Vec<Commission> {
    let code = Some(earned.provider.code.as_str());
    rows.into_iter().filter(|row| row.agent.party.code.as_deref() == code).collect()
}
