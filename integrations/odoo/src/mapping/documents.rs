//! Odoo's records as documents.

use rust_decimal::Decimal;
use slotledger_erp::{Document, Key, Kind, State};

use super::{
    Currencies, Currency, Move, MoveLine, MoveState, Order, OrderLine, OrderState, Payment, PaymentState,
    Picking, PickingState, StockMove,
};

/// An order with its lines.
pub(crate) fn order(
    order: &Order,
    lines: &[OrderLine],
    party: Option<String>,
    key: &Key,
    currencies: &Currencies,
) -> Document {
    let rounded = |amount| currencies.rounded(&order.currency_id, amount);
    Document {
        kind: Kind::SalesOrder,
        key: key.clone(),
        reference: order.id.to_string(),
        number: order.name.clone(),
        state: order.state(),
        currency: order.currency_id.name.clone(),
        net: rounded(order.amount_untaxed),
        tax: rounded(order.amount_tax),
        total: rounded(order.amount_total),
        settled: None,
        date: order.date_order,
        party,
        quantity: Some(quantity(lines.iter().map(|line| (line.product_uom_qty, line.price_unit)))),
    }
}

/// A withdrawn order as the withdrawal; none while it stands.
pub(crate) fn order_cancellation(order: Document, key: &Key) -> Option<Document> {
    (order.state == State::Cancelled).then(|| Document {
        kind: Kind::OrderCancellation,
        key: key.clone(),
        ..order
    })
}

/// An order as the amendment that changed it.
pub(crate) fn order_amendment(order: Document, key: &Key) -> Document {
    Document { kind: Kind::OrderAmendment, key: key.clone(), ..order }
}

impl Order {
    pub(crate) const fn state(&self) -> State {
        match self.state {
            OrderState::Draft | OrderState::Sent => State::Draft,
            OrderState::Sale | OrderState::Done => State::Submitted,
            OrderState::Cancel => State::Cancelled,
        }
    }
}

impl Move {
    pub(crate) const fn state(&self) -> State {
        match self.state {
            MoveState::Draft => State::Draft,
            MoveState::Posted => State::Posted,
            MoveState::Cancel => State::Cancelled,
        }
    }

    /// The number, which a draft has none of.
    pub(crate) fn number(&self) -> String {
        match self.name.as_deref() {
            None | Some("" | "/") => self.id.to_string(),
            Some(name) => name.to_owned(),
        }
    }
}

/// An invoice, or a counter-document, with its lines. Odoo's amounts are positive in both.
pub(crate) fn invoice(
    kind: Kind,
    record: &Move,
    lines: &[MoveLine],
    party: Option<String>,
    settled: Option<Decimal>,
    key: &Key,
    currencies: &Currencies,
) -> Document {
    let rounded = |amount| currencies.rounded(&record.currency_id, amount);
    Document {
        kind,
        key: key.clone(),
        reference: record.id.to_string(),
        number: record.number(),
        state: record.state(),
        currency: record.currency_id.name.clone(),
        net: rounded(record.amount_untaxed),
        tax: rounded(record.amount_tax),
        total: rounded(record.amount_total),
        settled: settled.map(rounded),
        date: record.invoice_date,
        party,
        quantity: Some(quantity(lines.iter().map(|line| (line.quantity, line.price_unit)))),
    }
}

/// A provider's bill, or its counter-document: one line, of which the quantity means nothing.
pub(crate) fn commission(
    kind: Kind,
    record: &Move,
    party: Option<String>,
    key: &Key,
    currencies: &Currencies,
) -> Document {
    Document { quantity: None, ..invoice(kind, record, &[], party, None, key, currencies) }
}

/// A payment. `open` is what of it is not matched with anything yet.
pub(crate) fn advance(
    kind: Kind,
    payment: &Payment,
    open: Decimal,
    party: Option<String>,
    key: &Key,
    currencies: &Currencies,
) -> Document {
    let rounded = |amount| currencies.rounded(&payment.currency_id, amount);
    let state = match payment.state {
        PaymentState::Draft => State::Draft,
        PaymentState::Posted | PaymentState::InProcess | PaymentState::Paid => State::Posted,
        PaymentState::Canceled | PaymentState::Rejected => State::Cancelled,
    };
    let settled = (kind == Kind::Advance && state == State::Posted).then(|| rounded(payment.amount - open));
    Document {
        kind,
        key: key.clone(),
        reference: payment.id.to_string(),
        number: payment.name.clone().filter(|name| name != "/").unwrap_or_else(|| payment.id.to_string()),
        state,
        currency: payment.currency_id.name.clone(),
        net: rounded(payment.amount),
        tax: Decimal::ZERO,
        total: rounded(payment.amount),
        settled,
        date: payment.date,
        party,
        quantity: None,
    }
}

/// A picking as materials that moved, at the cost that Odoo gave them.
pub(crate) fn stock_movement(
    kind: Kind,
    picking: &Picking,
    moves: &[StockMove],
    cost: Decimal,
    key: &Key,
    currency: &Currency,
) -> Document {
    let state = match picking.state {
        PickingState::Draft | PickingState::Waiting | PickingState::Confirmed | PickingState::Assigned => {
            State::Draft
        }
        PickingState::Done => State::Posted,
        PickingState::Cancel => State::Cancelled,
    };
    let net = currency.rounded(cost.abs());
    Document {
        kind,
        key: key.clone(),
        reference: picking.id.to_string(),
        number: picking.name.clone(),
        state,
        currency: currency.code.clone(),
        net,
        tax: Decimal::ZERO,
        total: net,
        settled: None,
        date: picking.date_done.or(picking.scheduled_date),
        party: None,
        quantity: Some(moves.iter().map(|line| line.quantity).sum::<Decimal>().normalize()),
    }
}

/// Quantities added up, without those of lines that take something off.
fn quantity(lines: impl Iterator<Item = (Decimal, Decimal)>) -> Decimal {
    let counted = lines.filter(|(_, price)| *price >= Decimal::ZERO);
    counted.map(|(quantity, _)| quantity).sum::<Decimal>().normalize()
}
