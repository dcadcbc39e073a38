//! Records to documents.
//!
//! Invariant: amounts of counter-documents are turned round, and the net is what is left of the total after tax, so that
//! the cent that an inclusive tax rounds away is in it.

use rust_decimal::{Decimal, RoundingStrategy};
use slotledger_erp::{Document, Key, Kind, Moved, State};

use super::{Invoice, Order, Payment, StockEntry, TeamRow};

/// Places of amounts: the "Currency Precision" of ERPNext's own formats.
const MONEY_DIGITS: u32 = 2;

/// An amount as the currency rounds it.
pub(crate) fn money(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(MONEY_DIGITS, RoundingStrategy::MidpointAwayFromZero)
}

/// An order, its withdrawal or its amendment.
pub(crate) fn order(order: &Order, kind: Kind, key: &Key, party: Option<String>) -> Document {
    let (total, tax) = (order.grand_total.0, order.total_taxes_and_charges.0);
    Document {
        kind,
        key: key.clone(),
        reference: order.name.clone(),
        number: order.name.clone(),
        state: order.state(),
        currency: order.currency.clone(),
        net: total - tax,
        tax,
        total,
        settled: None,
        date: order.transaction_date,
        party,
        quantity: Some(order.total_qty.0),
    }
}

/// An invoice or a credit note.
pub(crate) fn invoice(invoice: &Invoice, key: &Key, party: Option<String>) -> Document {
    let credit = invoice.is_return == 1;
    let sign = if credit { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let (total, tax) = (sign * invoice.grand_total.0, sign * invoice.total_taxes_and_charges.0);
    Document {
        kind: if credit { Kind::CreditNote } else { Kind::SalesInvoice },
        key: key.clone(),
        reference: invoice.name.clone(),
        number: invoice.name.clone(),
        state: invoice.state(),
        currency: invoice.currency.clone(),
        net: total - tax,
        tax,
        total,
        settled: (!credit).then(|| invoice.settled()),
        date: invoice.posting_date,
        party,
        quantity: Some(sign * invoice.total_qty.0),
    }
}

/// A movement of stock.
pub(crate) fn stock(entry: &StockEntry, key: &Key, currency: &str) -> Document {
    let receipt = entry.purpose == "Material Receipt";
    let value = if receipt { entry.total_incoming_value.0 } else { entry.total_outgoing_value.0 };
    Document {
        kind: if receipt { Kind::StockReturn } else { Kind::StockIssue },
        key: key.clone(),
        reference: entry.name.clone(),
        number: entry.name.clone(),
        state: entry.state(),
        currency: currency.to_owned(),
        net: value,
        tax: Decimal::ZERO,
        total: value,
        settled: None,
        date: entry.posting_date,
        party: None,
        quantity: Some(entry.items.iter().map(|row| row.qty.0).sum()),
    }
}

/// What an entry has moved out of warehouses, or into them.
pub(crate) fn moved(entry: &StockEntry) -> Vec<Moved> {
    let receipt = entry.purpose == "Material Receipt";
    let rows = entry.items.iter().map(|row| Moved {
        item: row.item_code.clone(),
        warehouse: if receipt { &row.t_warehouse } else { &row.s_warehouse }.clone().unwrap_or_default(),
        unit: row.uom.clone(),
        quantity: row.qty.0,
    });
    rows.collect()
}

/// An advance, or one paid back.
pub(crate) fn payment(
    payment: &Payment,
    key: &Key,
    settled: Option<Decimal>,
    party: Option<String>,
) -> Document {
    let (amount, currency) = payment.amount();
    Document {
        kind: if payment.payment_type == "Pay" { Kind::AdvanceRefund } else { Kind::Advance },
        key: key.clone(),
        reference: payment.name.clone(),
        number: payment.name.clone(),
        state: payment.state(),
        currency: currency.to_owned(),
        net: amount,
        tax: Decimal::ZERO,
        total: amount,
        settled,
        date: payment.posting_date,
        party,
        quantity: None,
    }
}

/// A commission, or one taken back: a row of an invoice's sales team. It is in the company's currency.
pub(crate) fn commission(
    row: &TeamRow,
    invoice: &Invoice,
    kind: Kind,
    key: &Key,
    currency: &str,
) -> Document {
    let amount = money(row.incentives.0.abs());
    Document {
        kind,
        key: key.clone(),
        reference: format!("{}/{}", invoice.name, row.name),
        number: invoice.name.clone(),
        state: if invoice.docstatus == 1 { State::Posted } else { invoice.state() },
        currency: currency.to_owned(),
        net: amount,
        tax: Decimal::ZERO,
        total: amount,
        settled: None,
        date: invoice.posting_date,
        party: None,
        quantity: None,
    }
}
