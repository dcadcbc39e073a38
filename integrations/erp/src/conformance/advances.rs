//! Deposits: taken, settled with an invoice as far as its total goes, paid back as far as they are free.

use rust_decimal::Decimal;

use super::judgement::{amount, equal};
use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{Body, Document, Key, Posting, Reason, State};

pub(super) async fn taken(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("deposit", s.one()).await?;
    let (_, document) = paid(s, ("deposit", "advance"), Some(order.key), deposit(s)).await?;
    Ok(format!("{} over {} {}", document.number, document.net, document.currency))
}

pub(super) async fn settled(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("settled", s.one()).await?;
    let (first, one) = paid(s, ("settled", "first"), Some(order.key.clone()), deposit(s)).await?;
    let (second, other) = paid(s, ("settled", "second"), Some(order.key.clone()), deposit(s)).await?;
    let invoiced = invoice(s, "settled", order.key, vec![first.key.clone(), second.key.clone()]).await?;
    equal("settled of the invoice", &invoiced.settled, &Some(one.net + other.net))?;
    for advance in [&first, &second] {
        equal("settled of the advance", &s.standing(advance).await?.settled, &Some(deposit(s)))?;
    }
    Ok(format!(
        "{} of {} is paid by {} and {}",
        one.net + other.net,
        invoiced.number,
        one.number,
        other.number
    ))
}

/// What is above the invoice's total stays the customer's, and can be paid back.
pub(super) async fn larger(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("larger", s.one()).await?;
    let above = deposit(s);
    let (advance, _) = paid(s, ("larger", "advance"), Some(order.key.clone()), ordered.total + above).await?;
    let invoiced = invoice(s, "larger", order.key, vec![advance.key.clone()]).await?;
    equal("settled of the invoice", &invoiced.settled, &Some(invoiced.total))?;
    equal("settled of the advance", &s.standing(&advance).await?.settled, &Some(invoiced.total))?;
    let cent = Decimal::new(1, s.setup.currency_digits);
    let left = ordered.total + above - invoiced.total;
    s.refused(&s.refund("larger", "too-much", &advance.key, left + cent)?).await?;
    let refund = refunded(s, ("larger", "refund"), &advance.key, left).await?;
    Ok(format!("{} settles {}, {} pays {left} back", invoiced.total, invoiced.number, refund.number))
}

pub(super) async fn paid_back(s: &Session<'_>) -> Outcome {
    let (advance, document) = paid(s, ("refund", "advance"), None, deposit(s)).await?;
    let refund = refunded(s, ("refund", "refund"), &advance.key, document.net).await?;
    equal("settled of the advance", &s.standing(&advance).await?.settled, &Some(document.net))?;
    let words = s.refused(&s.refund("refund", "again", &advance.key, document.net)?).await?;
    Ok(format!("{} pays {} back; once more: {words}", refund.number, document.number))
}

pub(super) async fn freed(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("freed", s.one()).await?;
    let (advance, document) = paid(s, ("freed", "advance"), Some(order.key.clone()), deposit(s)).await?;
    let invoiced = invoice(s, "freed", order.key, vec![advance.key.clone()]).await?;
    s.refused(&s.refund("freed", "early", &advance.key, document.net)?).await?;
    let credit = s.made(&s.credit("freed", invoiced.key)?, State::Posted).await?;
    amount("total of the credit", credit.total, invoiced.total)?;
    equal("settled of the advance", &s.standing(&advance).await?.settled, &Some(Decimal::ZERO))?;
    let refund = refunded(s, ("freed", "refund"), &advance.key, document.net).await?;
    Ok(format!("{} frees {}, {} pays it back", credit.number, document.number, refund.number))
}

pub(super) async fn missing(s: &Session<'_>) -> Outcome {
    let mut invoice = s.plain_invoice(None, s.one());
    invoice.advances = vec![s.key("advance-missing", "advance")?];
    let posting = s.posting("advance-missing", "invoice", Body::SalesInvoice(invoice))?;
    s.refused_because(&posting, Reason::MissingDocument).await
}

/// A quarter of a visit's price.
fn deposit(s: &Session<'_>) -> Decimal {
    s.rounded(s.setup.unit_price / Decimal::from(4))
}

async fn paid(
    s: &Session<'_>,
    (row, step): (&str, &str),
    order: Option<Key>,
    sum: Decimal,
) -> Result<(Posting, Document), Fault> {
    let advance = s.advance(row, step, order, sum)?;
    let document = s.made(&advance, State::Posted).await?;
    amount("net of the advance", document.net, sum)?;
    amount("tax of the advance", document.tax, Decimal::ZERO)?;
    equal("settled of the advance", &document.settled, &Some(Decimal::ZERO))?;
    Ok((advance, document))
}

async fn invoice(s: &Session<'_>, row: &str, order: Key, advances: Vec<Key>) -> Result<Document, Fault> {
    let invoice = crate::Invoice { advances, ..s.plain_invoice(Some(order), s.one()) };
    s.made(&s.posting(row, "invoice", Body::SalesInvoice(invoice))?, State::Posted).await
}

async fn refunded(
    s: &Session<'_>,
    (row, step): (&str, &str),
    advance: &Key,
    sum: Decimal,
) -> Result<Document, Fault> {
    let document = s.made(&s.refund(row, step, advance, sum)?, State::Posted).await?;
    amount("what is paid back", document.total, sum)?;
    Ok(document)
}
