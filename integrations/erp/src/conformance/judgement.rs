//! What a document must say, given what was asked for.
//!
//! Invariant: net amounts are expected exactly. Taxes are the books' business: they have to add up here, and are compared
//! between documents of their own elsewhere.

use std::fmt::Debug;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Body, Document, Kind, Line, Posting, State};

/// Demands a fact.
pub(super) fn require(fact: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if fact { Ok(()) } else { Err(otherwise()) }
}

/// Demands that the books say what was expected.
pub(super) fn equal<T: PartialEq + Debug>(what: &str, is: &T, expected: &T) -> Result<(), String> {
    require(is == expected, || format!("{what} is {is:?}, not {expected:?}"))
}

/// Demands an amount to the last digit.
pub(super) fn amount(what: &str, is: Decimal, expected: Decimal) -> Result<(), String> {
    require(is == expected, || format!("{what} is {is}, not {expected}"))
}

/// Half away from zero.
pub(super) fn rounded(amount: Decimal, digits: u32) -> Decimal {
    amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// Each line rounded to the currency, then added up.
pub(super) fn net(lines: &[Line], digits: u32) -> Decimal {
    lines.iter().map(|line| rounded(line.quantity * line.unit_price, digits)).sum()
}

/// How many are sold: lines that take something off are not counted.
pub(super) fn sold(lines: &[Line]) -> Decimal {
    lines.iter().filter(|line| line.unit_price >= Decimal::ZERO).map(|line| line.quantity).sum()
}

/// What the suite's documents have in common.
pub(super) struct Common<'a> {
    pub(super) currency: &'a str,
    pub(super) date: NaiveDate,
    pub(super) customer: &'a str,
}

/// Judges one document by itself.
pub(super) fn judge(
    posting: &Posting,
    document: &Document,
    state: State,
    common: &Common<'_>,
) -> Result<(), String> {
    equal("kind", &document.kind, &posting.kind())?;
    equal("key", &document.key, &posting.key)?;
    equal("state", &document.state, &state)?;
    equal("currency", &document.currency.as_str(), &currency(posting).unwrap_or(common.currency))?;
    let named = !document.number.is_empty() && !document.reference.is_empty();
    require(named, || format!("{} has no number or no reference", posting.key))?;
    amounts(document)?;
    surroundings(posting, document, common)
}

fn amounts(document: &Document) -> Result<(), String> {
    amount("total", document.total, document.net + document.tax)?;
    let smallest = document.net.min(document.tax);
    require(smallest >= Decimal::ZERO, || format!("an amount is negative: {smallest}"))?;
    let settles = matches!(document.kind, Kind::SalesInvoice | Kind::Advance);
    match document.settled {
        Some(settled) if settles => require(settled >= Decimal::ZERO && settled <= document.total, || {
            format!("settled is {settled}, of a total of {}", document.total)
        }),
        None if settles => require(document.state == State::Draft, || {
            format!("{} does not say what of it is settled", document.number)
        }),
        Some(settled) => Err(format!("{} says that {settled} is settled", document.number)),
        None => Ok(()),
    }
}

/// Day, party and quantity.
fn surroundings(posting: &Posting, document: &Document, common: &Common<'_>) -> Result<(), String> {
    match document.date {
        Some(date) => equal("date", &date, &common.date)?,
        None => require(document.state == State::Draft, || "it has no date".into())?,
    }
    if let Some(party) = party(posting, common.customer) {
        match document.party.as_deref() {
            Some(named) => equal("party", &named, &party)?,
            None => require(!names_party(document.kind), || "it names no party".into())?,
        }
    }
    if let Some(expected) = quantity(posting) {
        let stated = document.quantity.ok_or("it states no quantity")?;
        amount("quantity", stated, expected)?;
    }
    Ok(())
}

/// The currency asked for; none where the document follows another one or the stock.
fn currency(posting: &Posting) -> Option<&str> {
    match &posting.body {
        Body::SalesOrder(order) => Some(&order.currency),
        Body::SalesInvoice(invoice) => Some(&invoice.currency),
        Body::Commission(earned) => Some(&earned.currency),
        Body::Advance(advance) => Some(&advance.currency),
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::OrderAmendment(_)
        | Body::AdvanceRefund(_) => None,
    }
}

/// Whose document it is. The suite has one customer; a reversal takes back from whomever the commission was for.
fn party<'a>(posting: &'a Posting, customer: &'a str) -> Option<&'a str> {
    match &posting.body {
        Body::Commission(earned) => Some(&earned.provider.code),
        Body::StockIssue(_) | Body::StockReturn(_) | Body::CommissionReversal(_) => None,
        Body::SalesOrder(_)
        | Body::OrderCancellation(_)
        | Body::SalesInvoice(_)
        | Body::CreditNote(_)
        | Body::OrderAmendment(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => Some(customer),
    }
}

const fn names_party(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SalesOrder | Kind::SalesInvoice | Kind::CreditNote | Kind::Commission | Kind::Advance
    )
}

/// How much was asked for; none where the posting itself does not say.
fn quantity(posting: &Posting) -> Option<Decimal> {
    match &posting.body {
        Body::SalesOrder(order) => Some(sold(&order.lines)),
        Body::SalesInvoice(invoice) => Some(sold(&invoice.lines)),
        Body::OrderAmendment(amendment) => Some(sold(&amendment.lines)),
        Body::StockIssue(issue) => Some(issue.lines.iter().map(|line| line.quantity).sum()),
        Body::StockReturn(back) => Some(back.lines.iter().map(|line| line.quantity).sum()),
        Body::OrderCancellation(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => None,
    }
}
