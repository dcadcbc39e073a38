//! Invoices and their credit notes.

use rust_decimal::Decimal;

use super::Foreign;
use super::judgement::{amount, equal, net, require};
use super::orders::awkward_lines;
use super::report::Outcome;
use super::session::Session;
use crate::{Body, Finish, Order, State};

pub(super) async fn from_order(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("invoice", s.one()).await?;
    let invoice = s.invoice("invoice", Some(order.key), s.one())?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net", invoiced.net, ordered.net)?;
    Ok(format!("{} from {}, {}", invoiced.number, ordered.number, invoiced.total))
}

/// The books' own taxes: whatever they are, an order and its invoice agree on them.
pub(super) async fn taxed(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("taxed", awkward_lines(s)).await?;
    let invoice = s.invoice("taxed", Some(order.key), awkward_lines(s))?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("tax of the invoice", invoiced.tax, ordered.tax)?;
    amount("total of the invoice", invoiced.total, ordered.total)?;
    let credit = s.made(&s.credit("taxed", invoice.key)?, State::Posted).await?;
    amount("tax of the credit", credit.tax, invoiced.tax)?;
    Ok(format!("{} on {} {}", invoiced.tax, invoiced.net, invoiced.currency))
}

/// The visit took twice as much as was ordered.
pub(super) async fn more_delivered(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("delivered", s.one()).await?;
    let lines = vec![s.line(Decimal::TWO, s.setup.unit_price)];
    let net = s.net(&lines);
    let invoice = s.invoice("delivered", Some(order.key), lines)?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net", invoiced.net, net)?;
    Ok(format!("{} over {net} net", invoiced.number))
}

pub(super) async fn fee(s: &Session<'_>) -> Outcome {
    let lines = s.one();
    let net = s.net(&lines);
    let document = s.made(&s.invoice("fee", None, lines)?, State::Posted).await?;
    amount("net", document.net, net)?;
    Ok(format!("{} over {net} net", document.number))
}

/// A draft is left to an accountant, and what it says is exact already.
pub(super) async fn draft(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("draft", s.one()).await?;
    let mut invoice = s.plain_invoice(Some(order.key), s.one());
    invoice.finish = Finish::Draft;
    let posting = s.posting("draft", "invoice", Body::SalesInvoice(invoice))?;
    let document = s.made(&posting, State::Draft).await?;
    amount("net", document.net, s.net(&s.one()))?;
    Ok(format!("{} over {} waits for an accountant", document.number, document.total))
}

pub(super) async fn foreign(s: &Session<'_>, foreign: &Foreign) -> Outcome {
    let lines = vec![s.line(Decimal::from(3), foreign.unit_price)];
    let expected = net(&lines, foreign.currency_digits);
    let order = Order { currency: foreign.currency.clone(), ..s.plain_order(lines.clone()) };
    let order = s.posting("foreign", "order", Body::SalesOrder(order))?;
    let ordered = s.made(&order, State::Submitted).await?;
    amount("net of the order", ordered.net, expected)?;
    let mut invoice = s.plain_invoice(Some(order.key), lines);
    invoice.currency.clone_from(&foreign.currency);
    let invoice = s.posting("foreign", "invoice", Body::SalesInvoice(invoice))?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net of the invoice", invoiced.net, expected)?;
    let credit = s.post(&s.credit("foreign", invoice.key)?).await?.document;
    equal("currency of the credit", &credit.currency, &foreign.currency)?;
    amount("total of the credit", credit.total, invoiced.total)?;
    Ok(format!("{} and {} over {} {}", ordered.number, invoiced.number, invoiced.total, invoiced.currency))
}

pub(super) async fn credited(s: &Session<'_>) -> Outcome {
    let (invoice, invoiced) = s.invoiced("credit").await?;
    let note = s.made(&s.credit("credit", invoice.key.clone())?, State::Posted).await?;
    amount("net of the credit", note.net, invoiced.net)?;
    amount("total of the credit", note.total, invoiced.total)?;
    if let Some(quantity) = note.quantity {
        amount("quantity of the credit", quantity, Decimal::ONE)?;
    }
    let left = s.standing(&invoice).await?;
    equal("number of the invoice", &left.number, &invoiced.number)?;
    require(left.state == State::Posted, || "the invoice does not stand any more".into())?;
    amount("total of the invoice", left.total, invoiced.total)?;
    Ok(format!("{} counters {}", note.number, invoiced.number))
}
