//! Orders: exact amounts, one per key, cancelled while nothing was invoiced.

use rust_decimal::Decimal;

use super::Outcome;
use super::session::{Session, equal, require};
use crate::{Body, OrderCancellation, Posting, State};

pub(super) async fn made(s: &Session<'_>) -> Outcome {
    let lines = vec![s.line(Decimal::TWO, s.setup.unit_price), s.line(Decimal::ONE, s.setup.unit_price)];
    let net = s.net(&lines);
    let order = s.order("order", lines)?;
    let document = s.made(&order, State::Submitted).await?;
    equal("net", &document.net, &net)?;
    Ok(format!("{} over {} {}", document.number, document.total, document.currency))
}

/// Thirds and thousandths: what a float, or rounding at another place, would get wrong.
pub(super) async fn awkward(s: &Session<'_>) -> Outcome {
    let cent = Decimal::new(1, s.setup.currency_digits);
    let price = Decimal::ONE_HUNDRED / Decimal::from(3);
    let price = price.round_dp(s.setup.currency_digits);
    let mut lines = vec![s.line(Decimal::from(3), price), s.line(Decimal::ONE, cent)];
    if let Some(fraction) = s.setup.fraction {
        lines.push(s.line(fraction, price));
    }
    let net = s.net(&lines);
    let order = s.order("awkward", lines.clone())?;
    let ordered = s.made(&order, State::Submitted).await?;
    equal("net of the order", &ordered.net, &net)?;
    let invoice = s.invoice("awkward", Some(order.key), lines)?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    equal("net of the invoice", &invoiced.net, &net)?;
    equal("total of the invoice", &invoiced.total, &ordered.total)?;
    Ok(format!("{net} net, {} in all", invoiced.total))
}

pub(super) async fn repeated(s: &Session<'_>) -> Outcome {
    let order = s.order("repeated", s.one())?;
    let first = s.post(&order).await?;
    for _ in 0..3 {
        equal("document adopted", &s.post(&order).await?, &first)?;
    }
    equal("document standing", &s.standing(&order).await?, &first)?;
    Ok(first.number)
}

pub(super) async fn cancelled(s: &Session<'_>) -> Outcome {
    let order = s.order("cancelled", s.one())?;
    let ordered = s.made(&order, State::Submitted).await?;
    let cancelled = s.made(&cancellation(s, "cancelled", &order)?, State::Cancelled).await?;
    equal("number of the cancelled order", &cancelled.number, &ordered.number)?;
    equal("total of the cancelled order", &cancelled.total, &ordered.total)?;
    equal("state of the order", &s.standing(&order).await?.state, &State::Cancelled)?;
    Ok(cancelled.number)
}

pub(super) async fn not_cancelled(s: &Session<'_>) -> Outcome {
    let (invoice, invoiced) = s.invoiced("kept").await?;
    let order = s.order("kept", s.one())?;
    let refusal = s.refused(&cancellation(s, "kept", &order)?).await?;
    equal("invoice", &s.standing(&invoice).await?, &invoiced)?;
    let state = s.standing(&order).await?.state;
    require(state != State::Cancelled, || "the order was cancelled all the same".into())?;
    Ok(refusal)
}

fn cancellation(s: &Session<'_>, row: &str, order: &Posting) -> Result<Posting, String> {
    let withdrawal = OrderCancellation { order: order.key.clone(), reason: "the customer withdrew".into() };
    s.posting(row, "cancel", Body::OrderCancellation(withdrawal))
}
