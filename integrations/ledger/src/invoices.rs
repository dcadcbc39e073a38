//! Invoices, posted at once or left as drafts, and their credit notes.

use slotledger_erp::{Body, CreditNote, Finish, Invoice, Key, Kind, Posting, Reason, State};
use sqlx::SqliteConnection;

use crate::Error;
use crate::accounts::Account;
use crate::advances::{self, Settlement};
use crate::billing::billing;
use crate::books::{Books, draft};
use crate::documents::{self, Draft};
use crate::journal::Entry;
use crate::lines::{self, Sold, sold};
use crate::parties::{self, Role};
use crate::reading::{Filed, find, made_from, standing};

pub(crate) async fn invoice<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    invoice: &Invoice,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&invoice.currency)?;
    let billing = billing(connection, invoice).await?;
    let Sold { lines, net, tax } = sold(connection, books, &invoice.lines).await?;
    let total = books.currency.sum([net, tax])?;
    let settlements = advances::allot(connection, invoice, total).await?;
    for earner in &invoice.earners {
        parties::know(connection, Role::Provider, &earner.provider).await?;
    }
    let filed = Draft {
        party: Some(parties::know(connection, Role::Customer, &invoice.customer).await?),
        source: billing.source,
        net,
        tax,
        lines,
        bills: billing.bills,
        ..draft(posting)?
    };
    Ok(match invoice.finish {
        Finish::Draft => Draft { state: State::Draft, ..filed },
        Finish::Posted => {
            let entry = entry((net, tax, total), &settlements);
            Draft { entry, settlements, ..filed }
        }
    })
}

/// What is owed, less what was paid before.
fn entry((net, tax, total): (i64, i64, i64), settlements: &[Settlement]) -> Entry {
    let settled = settlements.iter().map(|settlement| settlement.amount).sum();
    Entry::default()
        .debit(Account::Receivable, total)
        .credit(Account::Revenue, net)
        .credit(Account::TaxPayable, tax)
        .debit(Account::CustomerAdvances, settled)
        .credit(Account::Receivable, settled)
}

/// Posts a draft, with the advances that are free by now. One that was posted already stays as it is.
pub(crate) async fn post_draft(
    connection: &mut SqliteConnection,
    books: &Books,
    key: &Key,
) -> Result<Filed, Error> {
    let found = find(connection, key).await?.filter(|filed| filed.is(Kind::SalesInvoice));
    let filed = found.ok_or_else(|| {
        Error::refused(
            Reason::MissingDocument,
            format!("no sales invoice has the key {key}"),
            "Look its key up in the list of documents.",
        )
    })?;
    if filed.state()? != State::Draft {
        return Ok(filed);
    }
    let Ok(Body::SalesInvoice(invoice)) = serde_json::from_str(&filed.body) else {
        return Err(Error::Damaged(format!("{} does not say what was asked for", filed.number)));
    };
    let total = books.currency.sum([filed.net, filed.tax])?;
    let settlements = advances::allot(connection, &invoice, total).await?;
    let entry = entry((filed.net, filed.tax, total), &settlements);
    documents::post(connection, &filed, &entry, &settlements).await?;
    let posted = find(connection, key).await?;
    posted.ok_or_else(|| Error::Damaged(format!("{key} was posted and is not there")))
}

pub(crate) async fn credit_note<'a>(
    connection: &mut SqliteConnection,
    posting: &'a Posting,
    note: &CreditNote,
) -> Result<Draft<'a>, Error> {
    let invoice = standing(connection, Kind::SalesInvoice, &note.invoice).await?;
    if let Some(number) = made_from(connection, Kind::CreditNote, invoice.id).await? {
        return Err(Error::refused(
            Reason::Conflict,
            format!("{} was credited by {number} already", invoice.number),
            "Nothing is left to credit: leave this delivery parked.",
        ));
    }
    Ok(Draft {
        party: invoice.named(),
        source: Some(invoice.id),
        net: invoice.net,
        tax: invoice.tax,
        lines: lines::of_document(connection, invoice.id).await?,
        entry: Entry::reversal(connection, invoice.id).await?,
        ..draft(posting)?
    })
}
