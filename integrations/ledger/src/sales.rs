//! Orders, their withdrawal, invoices and credit notes.

use rust_decimal::Decimal;
use slotledger_erp::{self as erp, CreditNote, Invoice, Key, Kind, Order, OrderCancellation, Posting, State};
use sqlx::SqliteConnection;

use crate::accounts::Account;
use crate::amounts::{Currency, fine, quantity};
use crate::books::{Books, draft};
use crate::documents::{self, Draft, Filed, Line, What};
use crate::journal::Entry;
use crate::{Error, stock};

/// The most lines a document may have: far above any visit, and still quick to file.
pub(crate) const MAX_LINES: usize = 500;

pub(crate) async fn order<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    order: &'a Order,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&order.currency)?;
    let sold = sold(connection, books, &order.lines).await?;
    Ok(Draft {
        state: State::Submitted,
        party: Some(&order.customer),
        net: sold.net,
        tax: sold.tax,
        lines: sold.lines,
        ..draft(posting)?
    })
}

/// Withdraws the order and files that it was.
pub(crate) async fn cancellation<'a>(
    connection: &mut SqliteConnection,
    posting: &'a Posting,
    withdrawal: &OrderCancellation,
) -> Result<Draft<'a>, Error> {
    let order = open_order(connection, &withdrawal.order).await?;
    sqlx::query("UPDATE documents SET state = 'cancelled' WHERE id = ?")
        .bind(order.id)
        .execute(connection)
        .await?;
    Ok(Draft {
        state: State::Cancelled,
        source: Some(order.id),
        number: Some(order.number),
        net: order.net,
        tax: order.tax,
        ..draft(posting)?
    })
}

pub(crate) async fn invoice<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    invoice: &'a Invoice,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&invoice.currency)?;
    let source = match &invoice.order {
        Some(key) => Some(ordered(connection, key, &invoice.customer).await?),
        None => None,
    };
    let sold = sold(connection, books, &invoice.lines).await?;
    let entry = Entry::default()
        .debit(Account::Receivable, books.currency.sum([sold.net, sold.tax])?)
        .credit(Account::Revenue, sold.net)
        .credit(Account::TaxPayable, sold.tax);
    Ok(Draft {
        party: Some(&invoice.customer),
        source,
        net: sold.net,
        tax: sold.tax,
        lines: sold.lines,
        entry,
        ..draft(posting)?
    })
}

pub(crate) async fn credit_note<'a>(
    connection: &mut SqliteConnection,
    posting: &'a Posting,
    note: &CreditNote,
) -> Result<Draft<'a>, Error> {
    let invoice = standing(connection, Kind::SalesInvoice, &note.invoice).await?;
    if let Some(number) = documents::made_from(connection, Kind::CreditNote, invoice.id).await? {
        return Err(Error::refused(
            format!("{} was credited by {number} already", invoice.number),
            "Nothing is left to credit: leave this delivery parked.",
        ));
    }
    Ok(Draft {
        source: Some(invoice.id),
        net: invoice.net,
        tax: invoice.tax,
        lines: sold_lines(connection, invoice.id).await?,
        entry: Entry::reversal(connection, invoice.id).await?,
        ..draft(posting)?
    })
}

/// The document of a kind that a key stands for.
pub(crate) async fn standing(
    connection: &mut SqliteConnection,
    kind: Kind,
    key: &Key,
) -> Result<Filed, Error> {
    let found = documents::find(connection, key).await?.filter(|filed| filed.is(kind));
    found.ok_or_else(|| {
        let kind = kind.as_str().replace('_', " ");
        Error::refused(format!("no {kind} has the key {key}"), format!("Post the {kind} first, then retry."))
    })
}

/// An order that can still go either way.
async fn open_order(connection: &mut SqliteConnection, key: &Key) -> Result<Filed, Error> {
    let order = standing(connection, Kind::SalesOrder, key).await?;
    if order.is_cancelled() {
        return Err(Error::refused(
            format!("{} is cancelled", order.number),
            "Skip this document, or make a new order.",
        ));
    }
    match documents::made_from(connection, Kind::SalesInvoice, order.id).await? {
        None => Ok(order),
        Some(invoice) => Err(Error::refused(
            format!("{} was invoiced by {invoice}", order.number),
            "Credit the invoice instead.",
        )),
    }
}

async fn ordered(connection: &mut SqliteConnection, key: &Key, customer: &erp::Party) -> Result<i64, Error> {
    let order = open_order(connection, key).await?;
    if order.party.as_deref() == Some(customer.code.as_str()) {
        return Ok(order.id);
    }
    Err(Error::refused(
        format!(
            "{} was ordered by {}, not by {}",
            order.number,
            order.party.unwrap_or_default(),
            customer.code
        ),
        "Invoice the customer who ordered.",
    ))
}

struct Sold {
    lines: Vec<Line>,
    net: i64,
    tax: i64,
}

/// Each line is rounded, the lines are added up, and the tax is reckoned once on their sum.
async fn sold(connection: &mut SqliteConnection, books: &Books, asked: &[erp::Line]) -> Result<Sold, Error> {
    demand_lines(asked.len())?;
    let mut lines = Vec::with_capacity(asked.len());
    for line in asked {
        stock::know(connection, &line.item).await?;
        lines.push(sold_line(&books.currency, line)?);
    }
    let net = books.currency.sum(lines.iter().map(|line| line.amount))?;
    if net < 0 {
        let net = books.currency.amount(net);
        return Err(Error::refused(
            format!("the lines add up to {net}"),
            "Correct the prices or the discount.",
        ));
    }
    let tax = books.currency.percent(net, books.tax_percent)?;
    Ok(Sold { lines, net, tax })
}

fn sold_line(currency: &Currency, line: &erp::Line) -> Result<Line, Error> {
    let quantity = quantity(line.quantity)?;
    let unit_price = fine("unit price", line.unit_price)?;
    Ok(Line {
        item: line.item.code.clone(),
        description: line.description.clone(),
        quantity,
        amount: currency.line(quantity, unit_price)?,
        what: What::Sold { unit_price },
    })
}

/// The lines of a filed document, for its counter-document.
async fn sold_lines(connection: &mut SqliteConnection, document: i64) -> Result<Vec<Line>, Error> {
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT item, description, quantity, amount, unit_price FROM document_lines WHERE document = ? ORDER BY line",
    )
    .bind(document)
    .fetch_all(connection)
    .await?;
    let line = |(item, description, quantity, amount, unit_price)| Line {
        item,
        description,
        quantity,
        amount,
        what: What::Sold { unit_price },
    };
    Ok(rows.into_iter().map(line).collect())
}

pub(crate) fn demand_lines(count: usize) -> Result<(), Error> {
    match count {
        0 => Err(Error::refused("the document has no lines", "Add what was sold or used.")),
        1..=MAX_LINES => Ok(()),
        _ => Err(Error::refused(
            format!("the document has {count} lines, above the {MAX_LINES} the books take"),
            "Split the document.",
        )),
    }
}

/// A percentage in millionths; from nothing to all.
pub(crate) fn percentage(what: &str, percent: Decimal) -> Result<i64, Error> {
    if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) {
        return fine(what, percent);
    }
    Err(Error::refused(format!("{what} {percent} is not between 0 and 100"), format!("Correct the {what}.")))
}
