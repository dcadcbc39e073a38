//! Which lines of which orders an invoice bills: each once.

use super::judgement::{amount, equal};
use super::report::{Fault, Outcome};
use super::requests::billing;
use super::session::Session;
use crate::{Body, Key, Line, Posting, State};

/// The second of three visits is done first, the others later.
pub(super) async fn in_parts(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("parts", s.three()).await?;
    let first = of(s, ("parts", "first"), &order.key, &[1])?;
    let rest = of(s, ("parts", "rest"), &order.key, &[0, 2])?;
    let first = s.made(&first, State::Posted).await?;
    amount("net of the first invoice", first.net, s.net(&picked(s, &order.key, &[1])))?;
    let rest = s.made(&rest, State::Posted).await?;
    amount("net of the second invoice", rest.net, s.net(&picked(s, &order.key, &[0, 2])))?;
    amount("net of both", first.net + rest.net, ordered.net)?;
    Ok(format!("{} and {} make up {}", first.number, rest.number, ordered.number))
}

pub(super) async fn line_twice(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("twice", s.three()).await?;
    let first = of(s, ("twice", "first"), &order.key, &[1])?;
    let standing = s.made(&first, State::Posted).await?;
    let words = s.refused(&of(s, ("twice", "second"), &order.key, &[1])?).await?;
    equal("first invoice", &s.standing(&first).await?, &standing)?;
    Ok(words)
}

pub(super) async fn order_twice(s: &Session<'_>) -> Outcome {
    let (invoice, invoiced) = s.invoiced("whole").await?;
    let order = s.key("whole", "order")?;
    let again = s.posting("whole", "again", Body::SalesInvoice(s.plain_invoice(Some(order), s.one())))?;
    let words = s.refused(&again).await?;
    equal("first invoice", &s.standing(&invoice).await?, &invoiced)?;
    Ok(words)
}

/// One invoice for a customer's orders of a month.
pub(super) async fn grouped(s: &Session<'_>) -> Outcome {
    let (first, one) = s.ordered("grouped-a", s.one()).await?;
    let (second, three) = s.ordered("grouped-b", s.three()).await?;
    let mut lines = vec![billing(&s.line(rust_decimal::Decimal::ONE, s.setup.unit_price), &first.key, 0)];
    lines.extend(picked(s, &second.key, &[0, 1, 2]));
    let invoice = s.invoice("grouped", Some(first.key), lines)?;
    let document = s.made(&invoice, State::Posted).await?;
    amount("net", document.net, one.net + three.net)?;
    s.refused(&of(s, ("grouped", "again"), &second.key, &[2])?).await?;
    Ok(format!("{} over {} and {}", document.number, one.number, three.number))
}

fn of(s: &Session<'_>, (row, step): (&str, &str), order: &Key, positions: &[u32]) -> Result<Posting, Fault> {
    let invoice = s.plain_invoice(Some(order.clone()), picked(s, order, positions));
    Ok(s.posting(row, step, Body::SalesInvoice(invoice))?)
}

/// Some of the three lines, each billing its own.
fn picked(s: &Session<'_>, order: &Key, positions: &[u32]) -> Vec<Line> {
    let lines = (0_u32..).zip(s.three());
    let wanted = lines.filter(|(position, _)| positions.contains(position));
    wanted.map(|(position, line)| billing(&line, order, position)).collect()
}
