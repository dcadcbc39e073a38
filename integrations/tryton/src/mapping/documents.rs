//! Records to documents: the states and totals Tryton holds, in neutral words.
//!
//! Invariant: totals are Tryton's own. A counter-document's amounts are positive, as the port wants them.

use rust_decimal::{Decimal, RoundingStrategy};
use slotledger_erp::{Document, Key, Kind, Line, State};

use super::{
    Commission, Company, Invoice, InvoiceState, Sale, SaleState, Shipment, ShipmentState, exact,
    records::{Coded, SaleLineRecord},
};

/// A sale as an order.
pub(crate) fn order(sale: &Sale, key: &Key) -> Document {
    let state = match sale.state {
        SaleState::Draft => State::Draft,
        SaleState::Quotation | SaleState::Confirmed | SaleState::Processing => State::Submitted,
        SaleState::Done if sale.is_withdrawn() => State::Cancelled,
        SaleState::Done => State::Submitted,
        SaleState::Cancelled => State::Cancelled,
    };
    Document {
        kind: Kind::SalesOrder,
        key: key.clone(),
        reference: sale.id.to_string(),
        number: number(sale.number.as_deref(), sale.id),
        state,
        currency: code(&sale.currency),
        net: sale.untaxed_amount,
        tax: sale.tax_amount,
        total: sale.total_amount,
        settled: None,
        date: None,
        party: None,
        quantity: None,
    }
}

/// A withdrawn sale as the withdrawal; none while the sale stands.
pub(crate) fn order_cancellation(sale: &Sale, key: &Key) -> Option<Document> {
    let document = order(sale, key);
    (document.state == State::Cancelled).then_some(Document { kind: Kind::OrderCancellation, ..document })
}

impl Sale {
    /// A processed sale cannot be cancelled; it is done, with all its papers ignored.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.state == SaleState::Cancelled || (self.state == SaleState::Done && self.invoice_state == "none")
    }
}

/// A customer's invoice.
pub(crate) fn invoice(invoice: &Invoice, key: &Key) -> Document {
    Document {
        kind: Kind::SalesInvoice,
        key: key.clone(),
        reference: invoice.id.to_string(),
        number: number(invoice.number.as_deref(), invoice.id),
        state: invoice.state(),
        currency: code(&invoice.currency),
        net: invoice.untaxed_amount,
        tax: invoice.tax_amount,
        total: invoice.total_amount,
        settled: None,
        date: None,
        party: None,
        quantity: None,
    }
}

impl Invoice {
    /// Tryton calls an invoice cancelled once a credit note settles it; the number tells that it was posted and still
    /// stands in the accounts.
    pub(crate) fn state(&self) -> State {
        match (self.state, &self.number) {
            (InvoiceState::Draft | InvoiceState::Validated, _) => State::Draft,
            (InvoiceState::Posted | InvoiceState::Paid, _) | (InvoiceState::Cancelled, Some(_)) => {
                State::Posted
            }
            (InvoiceState::Cancelled, None) => State::Cancelled,
        }
    }
}

/// A credit note. Tryton's amounts are negative.
pub(crate) fn credit_note(note: &Invoice, key: &Key) -> Document {
    let document = invoice(note, key);
    Document {
        kind: Kind::CreditNote,
        net: negated(document.net),
        tax: negated(document.tax),
        total: negated(document.total),
        ..document
    }
}

/// Whether a credit note takes back all of an invoice.
pub(crate) fn is_full_credit(note: &Invoice, invoice: &Invoice) -> bool {
    note.total_amount == -invoice.total_amount && note.untaxed_amount == -invoice.untaxed_amount
}

/// An internal shipment as materials that moved, at the cost Tryton gave them.
pub(crate) fn stock_movement(shipment: &Shipment, kind: Kind, key: &Key, company: &Company) -> Document {
    let state = match shipment.state {
        ShipmentState::Request
        | ShipmentState::Draft
        | ShipmentState::Waiting
        | ShipmentState::Assigned
        | ShipmentState::Packed
        | ShipmentState::Shipped => State::Draft,
        ShipmentState::Done => State::Posted,
        ShipmentState::Cancelled => State::Cancelled,
    };
    let cost: Decimal =
        shipment.moves.iter().map(|item| item.quantity * item.cost_price.unwrap_or(Decimal::ZERO)).sum();
    let net = rounded(cost, company);
    Document {
        kind,
        key: key.clone(),
        reference: shipment.id.to_string(),
        number: number(shipment.number.as_deref(), shipment.id),
        state,
        currency: company.currency.clone(),
        net,
        tax: Decimal::ZERO,
        total: net,
        settled: None,
        date: None,
        party: None,
        quantity: None,
    }
}

/// The commission rows of one invoice as one commission; none if there are no rows.
pub(crate) fn commission(rows: &[Commission], key: &Key, company: &Company) -> Option<Document> {
    let first = rows.first()?;
    let net = rounded(rows.iter().map(|row| row.amount).sum(), company);
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let reference = ids.join("+");
    Some(Document {
        kind: Kind::Commission,
        key: key.clone(),
        number: reference.clone(),
        reference,
        state: State::Posted,
        currency: code(&first.currency),
        net,
        tax: Decimal::ZERO,
        total: net,
        settled: None,
        date: None,
        party: None,
        quantity: None,
    })
}

/// The rows of a credit note as a commission taken back. Tryton's amounts are negative.
pub(crate) fn reversal(rows: &[Commission], key: &Key, company: &Company) -> Option<Document> {
    let document = commission(rows, key, company)?;
    let taken_back = negated(document.net);
    Some(Document { kind: Kind::CommissionReversal, net: taken_back, total: taken_back, ..document })
}

/// Whether a sale has exactly these lines, in this order.
pub(crate) fn same_lines(sale: &Sale, lines: &[Line]) -> bool {
    sale.lines.len() == lines.len()
        && sale.lines.iter().zip(lines).all(|(has, wanted)| same_line(has, wanted))
}

fn same_line(has: &SaleLineRecord, wanted: &Line) -> bool {
    let quantity = has.quantity.as_ref().and_then(|number| exact(&number.to_string()).ok());
    let product = has.product.as_ref().and_then(|product| product.code.as_deref());
    product == Some(wanted.item.code.as_str())
        && quantity == Some(wanted.quantity)
        && has.unit_price == Some(wanted.unit_price)
}

/// What Tryton reckoned besides what was agreed, if they differ.
pub(crate) fn difference(document: &Document, agreed: Decimal) -> Option<String> {
    (document.net != agreed)
        .then(|| format!("Tryton reckoned {} {}, but {agreed} was agreed", document.net, document.currency))
}

fn number(number: Option<&str>, id: i64) -> String {
    number.map_or_else(|| id.to_string(), str::to_owned)
}

fn code(currency: &Coded) -> String {
    currency.code.clone().unwrap_or_default()
}

/// Tryton keeps commissions and costs finer than the currency.
fn rounded(amount: Decimal, company: &Company) -> Decimal {
    amount.round_dp_with_strategy(company.currency_digits, RoundingStrategy::MidpointAwayFromZero)
}

/// A zero keeps no sign: `-0` is nothing a person should read.
fn negated(amount: Decimal) -> Decimal {
    if amount.is_zero() { Decimal::ZERO } else { -amount }
}
