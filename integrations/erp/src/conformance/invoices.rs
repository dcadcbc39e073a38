//! Invoices and their credit notes.

use rust_decimal::Decimal;

use super::Outcome;
use super::session::{Session, equal};
use crate::State;

pub(super) async fn from_order(s: &Session<'_>) -> Outcome {
    let order = s.order("invoice", s.one())?;
    let ordered = s.made(&order, State::Submitted).await?;
    let invoice = s.invoice("invoice", Some(order.key), s.one())?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    equal("net", &invoiced.net, &ordered.net)?;
    equal("tax", &invoiced.tax, &ordered.tax)?;
    equal("total", &invoiced.total, &ordered.total)?;
    Ok(format!("{} from {}, {}", invoiced.number, ordered.number, invoiced.total))
}

/// The visit took twice as much as was ordered.
pub(super) async fn more_delivered(s: &Session<'_>) -> Outcome {
    let order = s.order("delivered", s.one())?;
    s.made(&order, State::Submitted).await?;
    let lines = vec![s.line(Decimal::TWO, s.setup.unit_price)];
    let net = s.net(&lines);
    let invoice = s.invoice("delivered", Some(order.key), lines)?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    equal("net", &invoiced.net, &net)?;
    Ok(format!("{} over {net} net", invoiced.number))
}

pub(super) async fn fee(s: &Session<'_>) -> Outcome {
    let lines = s.one();
    let net = s.net(&lines);
    let document = s.made(&s.invoice("fee", None, lines)?, State::Posted).await?;
    equal("net", &document.net, &net)?;
    Ok(document.number)
}

pub(super) async fn order_missing(s: &Session<'_>) -> Outcome {
    let never_made = s.key("missing", "order")?;
    s.refused(&s.invoice("missing", Some(never_made), s.one())?).await
}

pub(super) async fn credited(s: &Session<'_>) -> Outcome {
    let (invoice, invoiced) = s.invoiced("credit").await?;
    let note = s.made(&s.credit("credit", invoice.key.clone())?, State::Posted).await?;
    equal("net of the credit", &note.net, &invoiced.net)?;
    equal("total of the credit", &note.total, &invoiced.total)?;
    let left = s.standing(&invoice).await?;
    equal("number of the invoice", &left.number, &invoiced.number)?;
    equal("state of the invoice", &left.state, &State::Posted)?;
    equal("total of the invoice", &left.total, &invoiced.total)?;
    Ok(format!("{} counters {}", note.number, invoiced.number))
}
