//! What is sold: lines, their rounding, and the tax on them.
//!
//! Invariant: each line is rounded, the lines are added up, and the tax is reckoned once on their sum.

use rust_decimal::Decimal;
use slotledger_erp::{self as erp, Reason};
use sqlx::SqliteConnection;

use crate::amounts::{Currency, fine, quantity};
use crate::books::Books;
use crate::documents::{Line, What};
use crate::{Error, stock};

/// The most lines a document may have: far above any visit, and still quick to file.
pub(crate) const MAX_LINES: usize = 500;

/// The lines of an order or an invoice, and what they come to.
pub(crate) struct Sold {
    pub(crate) lines: Vec<Line>,
    pub(crate) net: i64,
    pub(crate) tax: i64,
}

pub(crate) async fn sold(
    connection: &mut SqliteConnection,
    books: &Books,
    asked: &[erp::Line],
) -> Result<Sold, Error> {
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
            Reason::Other,
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
    let list_price = line.list_price.map(|price| fine("list price", price)).transpose()?;
    Ok(Line {
        item: line.item.code.clone(),
        description: line.description.clone(),
        quantity,
        amount: currency.line(quantity, unit_price)?,
        what: What::Sold { unit_price, list_price },
    })
}

type Row = (String, String, i64, i64, i64, Option<i64>);

/// The lines of a filed document, for its counter-document.
pub(crate) async fn of_document(
    connection: &mut SqliteConnection,
    document: i64,
) -> Result<Vec<Line>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT item, description, quantity, amount, unit_price, list_price
         FROM document_lines WHERE document = ? ORDER BY line",
    )
    .bind(document)
    .fetch_all(connection)
    .await?;
    let line = |(item, description, quantity, amount, unit_price, list_price)| Line {
        item,
        description,
        quantity,
        amount,
        what: What::Sold { unit_price, list_price },
    };
    Ok(rows.into_iter().map(line).collect())
}

pub(crate) fn demand_lines(count: usize) -> Result<(), Error> {
    match count {
        0 => Err(Error::refused(Reason::Other, "the document has no lines", "Add what was sold or used.")),
        1..=MAX_LINES => Ok(()),
        _ => Err(Error::refused(
            Reason::Unsupported,
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
    Err(Error::refused(
        Reason::Other,
        format!("{what} {percent} is not between 0 and 100"),
        format!("Correct the {what}."),
    ))
}
