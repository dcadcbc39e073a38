//! Which lines of which orders an invoice bills.
//!
//! Invariant: a line of an order is billed by one invoice that was not credited; drafts count. The database refuses
//! any other. How many of it were delivered is the invoice's business.

use std::collections::HashSet;

use slotledger_erp::{Invoice, Key, Kind, Party, Reason, State};
use sqlx::SqliteConnection;

use crate::Error;
use crate::reading::{Filed, standing};

/// A line of an order that an invoice's line bills; both are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Bill {
    pub(crate) line: i64,
    pub(crate) ordered: i64,
    pub(crate) ordered_line: i64,
}

/// The orders an invoice is made from, and the lines it bills.
#[derive(Debug, Default)]
pub(crate) struct Billing {
    /// The order that it names first.
    pub(crate) source: Option<i64>,
    pub(crate) bills: Vec<Bill>,
}

/// An order that stands, and how many lines it has now.
struct Open<'a> {
    key: &'a Key,
    order: Filed,
    lines: i64,
}

/// Pairs the invoice's lines with those of its orders: as they say, or by their position where none says anything.
pub(crate) async fn billing(connection: &mut SqliteConnection, invoice: &Invoice) -> Result<Billing, Error> {
    let mut open = Vec::new();
    for key in invoice.orders() {
        let order = ordered_by(connection, key, &invoice.customer).await?;
        let lines = lines_in_force(connection, order.id).await?;
        open.push(Open { key, order, lines });
    }
    let bills = pairs(invoice, &open)?;
    let mut seen = HashSet::new();
    for bill in &bills {
        let number = open.iter().find(|open| open.order.id == bill.ordered).map(|open| &open.order.number);
        let number = number.map_or("the order", String::as_str);
        let taken = billed_by(connection, *bill).await?;
        let twice = !seen.insert((bill.ordered, bill.ordered_line));
        if let Some(invoice) = taken.or_else(|| twice.then(|| "another line of this invoice".to_owned())) {
            return Err(Error::refused(
                Reason::Conflict,
                format!("line {} of {number} was invoiced by {invoice}", bill.ordered_line),
                "Credit that invoice first, or leave the line out.",
            ));
        }
    }
    Ok(Billing { source: open.first().map(|open| open.order.id), bills })
}

fn pairs(invoice: &Invoice, open: &[Open<'_>]) -> Result<Vec<Bill>, Error> {
    let numbered = (1_i64..).zip(&invoice.lines);
    if invoice.lines.iter().all(|line| line.bills.is_none()) {
        let Some(only) = open.first() else { return Ok(Vec::new()) };
        let by_position = numbered.take_while(|(line, _)| *line <= only.lines);
        let bill = |(line, _)| Bill { line, ordered: only.order.id, ordered_line: line };
        return Ok(by_position.map(bill).collect());
    }
    let mut bills = Vec::new();
    for (line, bills_what) in numbered.filter_map(|(line, asked)| Some((line, asked.bills.as_ref()?))) {
        let Some(found) = open.iter().find(|open| *open.key == bills_what.order) else { continue };
        let ordered_line = i64::from(bills_what.line) + 1;
        if ordered_line > found.lines {
            return Err(Error::refused(
                Reason::MissingDocument,
                format!("{} has no line {ordered_line}", found.order.number),
                "Invoice the lines that the order has.",
            ));
        }
        bills.push(Bill { line, ordered: found.order.id, ordered_line });
    }
    Ok(bills)
}

/// An order that was neither cancelled nor closed.
pub(crate) async fn open_order(connection: &mut SqliteConnection, key: &Key) -> Result<Filed, Error> {
    let order = standing(connection, Kind::SalesOrder, key).await?;
    let word = match order.state()? {
        State::Submitted => return Ok(order),
        State::Closed => "closed",
        State::Cancelled | State::Draft | State::Posted => "cancelled",
    };
    Err(Error::refused(
        Reason::MissingDocument,
        format!("{} is {word}", order.number),
        "Skip this document, or make a new order.",
    ))
}

/// A standing order of this customer.
async fn ordered_by(connection: &mut SqliteConnection, key: &Key, customer: &Party) -> Result<Filed, Error> {
    let order = open_order(connection, key).await?;
    demand_customer(&order, "was ordered by", customer)?;
    Ok(order)
}

/// Refuses what belongs to somebody else.
pub(crate) fn demand_customer(filed: &Filed, how: &str, customer: &Party) -> Result<(), Error> {
    let whose = filed.party.as_deref().unwrap_or_default();
    if whose == customer.code {
        return Ok(());
    }
    Err(Error::refused(
        Reason::Conflict,
        format!("{} {how} {whose}, not by {}", filed.number, customer.code),
        "Name the customer of the document that this one is made from.",
    ))
}

async fn lines_in_force(connection: &mut SqliteConnection, order: i64) -> Result<i64, Error> {
    let query = sqlx::query_scalar(
        "SELECT COUNT(*) FROM orders_in_force JOIN document_lines ON document = in_force WHERE ordered = ?",
    );
    Ok(query.bind(order).fetch_one(connection).await?)
}

async fn billed_by(connection: &mut SqliteConnection, bill: Bill) -> Result<Option<String>, Error> {
    let query = sqlx::query_scalar(
        "SELECT number FROM bills_in_force JOIN documents ON id = invoice
         WHERE ordered = ? AND ordered_line = ? LIMIT 1",
    );
    Ok(query.bind(bill.ordered).bind(bill.ordered_line).fetch_optional(connection).await?)
}

/// The number of an invoice of the order that was not credited.
pub(crate) async fn invoice_in_force(
    connection: &mut SqliteConnection,
    order: i64,
) -> Result<Option<String>, Error> {
    let query = sqlx::query_scalar(
        "SELECT number FROM invoices_in_force JOIN documents ON id = invoice WHERE ordered = ? LIMIT 1",
    );
    Ok(query.bind(order).fetch_optional(connection).await?)
}
