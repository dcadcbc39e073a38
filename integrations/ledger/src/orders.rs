//! Orders, their amendments and their withdrawal.
//!
//! Invariant: an order's own row keeps what was first agreed. An amendment is a document of its own whose lines and
//! amounts count from then on, except those of the lines that were invoiced: they stay.

use slotledger_erp::{Kind, Order, OrderAmendment, OrderCancellation, Posting, Reason, State};
use sqlx::SqliteConnection;

use crate::Error;
use crate::billing::{invoice_in_force, open_order};
use crate::books::{Books, draft};
use crate::documents::{Draft, What};
use crate::lines::{Sold, sold};
use crate::parties::{self, Role};

pub(crate) async fn order<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    order: &Order,
) -> Result<Draft<'a>, Error> {
    books.demand_currency(&order.currency)?;
    let Sold { lines, net, tax } = sold(connection, books, &order.lines).await?;
    parties::know(connection, Role::Provider, &order.provider).await?;
    let customer = parties::know(connection, Role::Customer, &order.customer).await?;
    Ok(Draft { state: State::Submitted, party: Some(customer), net, tax, lines, ..draft(posting)? })
}

pub(crate) async fn amendment<'a>(
    connection: &mut SqliteConnection,
    books: &Books,
    posting: &'a Posting,
    amendment: &OrderAmendment,
) -> Result<Draft<'a>, Error> {
    let order = open_order(connection, &amendment.order).await?;
    let sold = sold(connection, books, &amendment.lines).await?;
    keep_what_was_billed(connection, (order.id, &order.number), &sold).await?;
    parties::know(connection, Role::Provider, &amendment.provider).await?;
    let Sold { lines, net, tax } = sold;
    Ok(Draft {
        state: State::Submitted,
        party: order.named(),
        source: Some(order.id),
        net,
        tax,
        lines,
        ..draft(posting)?
    })
}

type Billed = (i64, String, i64, i64, String);

/// Refuses lines that differ from those an invoice was made of.
async fn keep_what_was_billed(
    connection: &mut SqliteConnection,
    (order, number): (i64, &str),
    sold: &Sold,
) -> Result<(), Error> {
    let billed: Vec<Billed> = sqlx::query_as(
        "SELECT b.ordered_line, l.item, l.quantity, l.unit_price, i.number
         FROM bills_in_force b
         JOIN orders_in_force f ON f.ordered = b.ordered
         JOIN document_lines l ON l.document = f.in_force AND l.line = b.ordered_line
         JOIN documents i ON i.id = b.invoice
         WHERE b.ordered = ?",
    )
    .bind(order)
    .fetch_all(connection)
    .await?;
    for (position, item, quantity, price, invoice) in billed {
        let kept = usize::try_from(position - 1).ok().and_then(|index| sold.lines.get(index));
        let same = kept.is_some_and(|line| {
            let at_its_price = matches!(line.what, What::Sold { unit_price, .. } if unit_price == price);
            line.item == item && line.quantity == quantity && at_its_price
        });
        if !same {
            return Err(Error::refused(
                Reason::Conflict,
                format!("line {position} of {number} was invoiced by {invoice}, and would change"),
                "Keep the lines that were invoiced, or credit the invoice first.",
            ));
        }
    }
    Ok(())
}

/// Withdraws the order and files that it was: cancelled if nothing was ever invoiced from it, closed otherwise.
pub(crate) async fn cancellation<'a>(
    connection: &mut SqliteConnection,
    posting: &'a Posting,
    withdrawal: &OrderCancellation,
) -> Result<Draft<'a>, Error> {
    let order = open_order(connection, &withdrawal.order).await?;
    if let Some(invoice) = invoice_in_force(connection, order.id).await? {
        return Err(Error::refused(
            Reason::Conflict,
            format!("{} was invoiced by {invoice}", order.number),
            "Credit the invoice instead.",
        ));
    }
    let state = if ever_invoiced(connection, order.id).await? { State::Closed } else { State::Cancelled };
    sqlx::query("UPDATE documents SET state = ? WHERE id = ?")
        .bind(crate::documents::state_text(state))
        .bind(order.id)
        .execute(connection)
        .await?;
    Ok(Draft {
        state,
        party: order.named(),
        source: Some(order.id),
        net: order.net,
        tax: order.tax,
        ..draft(posting)?
    })
}

async fn ever_invoiced(connection: &mut SqliteConnection, order: i64) -> Result<bool, Error> {
    let query = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM documents WHERE kind = ? AND source = ?)
             OR EXISTS (SELECT 1 FROM billings WHERE ordered = ?)",
    );
    Ok(query.bind(Kind::SalesInvoice.as_str()).bind(order).bind(order).fetch_one(connection).await?)
}
