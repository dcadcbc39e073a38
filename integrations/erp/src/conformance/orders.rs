//! Orders: exact amounts, one per key, withdrawn while nothing stands that was invoiced from them.

use rust_decimal::Decimal;

use super::judgement::{amount, equal, require};
use super::report::Outcome;
use super::session::Session;
use crate::{Line, State};

pub(super) async fn made(s: &Session<'_>) -> Outcome {
    let lines = vec![s.line(Decimal::TWO, s.setup.unit_price), s.line(Decimal::ONE, s.setup.unit_price)];
    let net = s.net(&lines);
    let (_, document) = s.ordered("order", lines).await?;
    amount("net", document.net, net)?;
    Ok(format!("{} over {} {}", document.number, document.total, document.currency))
}

/// Thirds and thousandths: what a float, or rounding at another place, would get wrong.
pub(super) fn awkward_lines(s: &Session<'_>) -> Vec<Line> {
    let cent = Decimal::new(1, s.setup.currency_digits);
    let price = s.rounded(Decimal::ONE_HUNDRED / Decimal::from(3));
    let mut lines = vec![s.line(Decimal::from(3), price), s.line(Decimal::ONE, cent)];
    if let Some(fraction) = s.setup.fraction {
        lines.push(s.line(fraction, price));
    }
    lines
}

pub(super) async fn awkward(s: &Session<'_>) -> Outcome {
    let lines = awkward_lines(s);
    let net = s.net(&lines);
    let (order, ordered) = s.ordered("awkward", lines.clone()).await?;
    amount("net of the order", ordered.net, net)?;
    let invoice = s.invoice("awkward", Some(order.key), lines)?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net of the invoice", invoiced.net, net)?;
    Ok(format!("{} and {} over {net} net", ordered.number, invoiced.number))
}

/// As a booking of three appointments with three providers is ordered.
pub(super) async fn several_lines(s: &Session<'_>) -> Outcome {
    let lines = s.three();
    let net = s.net(&lines);
    let (_, document) = s.ordered("several", lines).await?;
    amount("net", document.net, net)?;
    Ok(format!("{} over {net} net in three lines", document.number))
}

pub(super) async fn repeated(s: &Session<'_>) -> Outcome {
    let order = s.order("repeated", s.one())?;
    let first = s.post(&order).await?;
    require(!first.adopted, || format!("{} is called adopted at first", first.document.number))?;
    for _ in 0..3 {
        let again = s.post(&order).await?;
        equal("document adopted", &again.document, &first.document)?;
        require(again.adopted, || format!("{} is called new when posted again", first.document.number))?;
    }
    equal("document standing", &s.standing(&order).await?, &first.document)?;
    Ok(format!("four posts, one {}", first.document.number))
}

pub(super) async fn coupon(s: &Session<'_>) -> Outcome {
    let off = s.rounded(s.setup.unit_price / Decimal::from(3));
    let taken = Line::new(s.setup.coupon_item.clone(), "Coupon WELCOME", Decimal::ONE, -off);
    let lines = vec![s.line(Decimal::TWO, s.setup.unit_price), taken];
    let net = s.net(&lines);
    let (order, ordered) = s.ordered("coupon", lines.clone()).await?;
    amount("net of the order", ordered.net, net)?;
    let invoice = s.invoice("coupon", Some(order.key), lines)?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net of the invoice", invoiced.net, net)?;
    Ok(format!("{off} off, {} and {} over {net} net", ordered.number, invoiced.number))
}

/// A line below its list price: what counts is the price agreed.
pub(super) async fn discounted(s: &Session<'_>) -> Outcome {
    let mut line = s.line(Decimal::TWO, s.setup.unit_price);
    line.list_price = Some(s.rounded(s.setup.unit_price * Decimal::new(125, 2)));
    let net = s.net(std::slice::from_ref(&line));
    let (_, document) = s.ordered("discount", vec![line]).await?;
    amount("net", document.net, net)?;
    Ok(format!("{} over {net} net", document.number))
}

pub(super) async fn cancelled(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("cancelled", s.one()).await?;
    let cancelled = s.made(&s.cancellation("cancelled", &order.key)?, State::Cancelled).await?;
    equal("number of the cancelled order", &cancelled.number, &ordered.number)?;
    amount("total of the cancelled order", cancelled.total, ordered.total)?;
    equal("state of the order", &s.standing(&order).await?.state, &State::Cancelled)?;
    Ok(cancelled.number)
}

pub(super) async fn not_cancelled(s: &Session<'_>) -> Outcome {
    let (invoice, invoiced) = s.invoiced("kept").await?;
    let order = s.order("kept", s.one())?;
    let refusal = s.refused(&s.cancellation("kept", &order.key)?).await?;
    equal("invoice", &s.standing(&invoice).await?, &invoiced)?;
    let state = s.standing(&order).await?.state;
    require(!withdrawn(state), || "the order was withdrawn all the same".into())?;
    Ok(refusal)
}

/// Some books cancel such an order, others only close it.
pub(super) async fn closed(s: &Session<'_>) -> Outcome {
    let (invoice, _) = s.invoiced("closed").await?;
    s.made(&s.credit("closed", invoice.key)?, State::Posted).await?;
    let order = s.order("closed", s.one())?;
    let ordered = s.standing(&order).await?;
    let cancellation = s.cancellation("closed", &order.key)?;
    let first = s.post(&cancellation).await?;
    require(!first.adopted, || "the withdrawal is called adopted at first".into())?;
    let document = first.document;
    require(withdrawn(document.state), || format!("the order is {:?} afterwards", document.state))?;
    equal("number of the order", &document.number, &ordered.number)?;
    let again = s.post(&cancellation).await?;
    equal("withdrawal posted again", &again.document, &document)?;
    require(again.adopted, || "the withdrawal is called new when posted again".into())?;
    equal("state of the order", &s.standing(&order).await?.state, &document.state)?;
    let word = if document.state == State::Closed { "closed" } else { "cancelled" };
    Ok(format!("{} is {word}", document.number))
}

const fn withdrawn(state: State) -> bool {
    matches!(state, State::Cancelled | State::Closed)
}
