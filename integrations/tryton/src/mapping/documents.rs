//! Records to documents: the states and totals Tryton holds, in neutral words.
//!
//! Invariant: totals are Tryton's own. A counter-document's amounts are positive, as the port wants them.

use rust_decimal::Decimal;
use slotledger_erp::{Document, Key, Kind, Line, State};

use super::{
    Commission, Company, Invoice, InvoiceState, Payment, Sale, SaleState, Shipment, ShipmentState, Word,
    marks, papers::SaleLineRecord, records::Coded, rounded,
};

/// A sale as an order.
pub(crate) fn order(sale: &Sale, key: &Key) -> Document {
    let state = match sale.state {
        SaleState::Draft => State::Draft,
        SaleState::Cancelled => State::Cancelled,
        SaleState::Quotation | SaleState::Confirmed => State::Submitted,
        SaleState::Processing | SaleState::Done if sale.is_closed() => State::Closed,
        SaleState::Done if sale.is_withdrawn() => State::Cancelled,
        SaleState::Processing | SaleState::Done => State::Submitted,
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
        date: sale.sale_date,
        party: sale.party.code.clone(),
        quantity: sold(sale.lines.iter().map(|line| (line.quantity, line.unit_price))),
    }
}

/// A withdrawn or closed sale as the withdrawal; none while the sale stands.
pub(crate) fn order_cancellation(sale: &Sale, key: &Key) -> Option<Document> {
    let document = order(sale, key);
    let withdrawn = matches!(document.state, State::Cancelled | State::Closed);
    withdrawn.then_some(Document { kind: Kind::OrderCancellation, ..document })
}

/// A sale as the amendment with this key; none where the sale has no mark of it.
pub(crate) fn order_amendment(sale: &Sale, key: &Key) -> Option<Document> {
    let document = order(sale, key);
    sale.has_mark(key, Word::Amended).then_some(Document { kind: Kind::OrderAmendment, ..document })
}

impl Sale {
    /// A processed sale cannot be cancelled; it is done, with all its papers ignored.
    pub(crate) fn is_withdrawn(&self) -> bool {
        let numbered = self.invoices.iter().any(|invoice| invoice.number.is_some());
        self.state == SaleState::Cancelled
            || (self.state == SaleState::Done && self.invoice_state == "none" && !numbered)
    }

    /// Whether it was closed from here, after what was invoiced from it had been credited.
    pub(crate) fn is_closed(&self) -> bool {
        self.marks().iter().any(|mark| mark.word == Word::Closed)
    }

    /// Whether this was done to it.
    pub(crate) fn has_mark(&self, key: &Key, word: Word) -> bool {
        self.marks().iter().any(|mark| mark.key == *key && mark.word == word)
    }

    fn marks(&self) -> Vec<super::marks::Mark<'_>> {
        marks(self.lines.iter().map(|line| line.note.as_deref()))
    }

    /// The lines that sell something, as an order's lines are counted.
    pub(crate) fn sold_lines(&self) -> impl Iterator<Item = &SaleLineRecord> {
        self.lines.iter().filter(|line| line.product.is_some())
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
        settled: Some(invoice.advances().iter().map(|payment| payment.value()).sum()),
        date: invoice.invoice_date,
        party: invoice.party.code.clone(),
        quantity: sold(invoice.lines.iter().map(|line| (line.quantity, line.unit_price))),
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

    /// The advances that were put towards it.
    pub(crate) fn advances(&self) -> Vec<&Payment> {
        let mut found: Vec<&Payment> = Vec::new();
        for payment in self.payments.iter().chain(&self.settlements) {
            if payment.is_advance() && found.iter().all(|known| known.id != payment.id) {
                found.push(payment);
            }
        }
        found
    }
}

impl Payment {
    /// Whether it is a deposit of ours: its entry is described by a key alone.
    fn is_advance(&self) -> bool {
        let described = self.entry.description.as_deref().and_then(Key::parse);
        described.is_some_and(|key| key.as_str().contains('/'))
    }

    /// What it pays, in its own currency.
    pub(crate) fn value(&self) -> Decimal {
        self.amount_second_currency.map_or(self.credit - self.debit, negated)
    }
}

/// The key that an invoice is known by in the place of its reference, once it was set apart.
pub(crate) fn apart(invoice: &Invoice) -> Option<Key> {
    let marks = marks(invoice.lines.iter().map(|line| line.note.as_deref()));
    let mark = marks.into_iter().find(|mark| mark.word == Word::Apart)?;
    // A copy has the notes of what it was copied from.
    let its_own = mark.key.surplus_of().is_some_and(|(_, id)| id == invoice.id.to_string());
    its_own.then_some(mark.key)
}

/// A credit note. Tryton's amounts are negative.
pub(crate) fn credit_note(note: &Invoice, key: &Key) -> Document {
    let document = invoice(note, key);
    Document {
        kind: Kind::CreditNote,
        net: negated(document.net),
        tax: negated(document.tax),
        total: negated(document.total),
        settled: None,
        quantity: document.quantity.map(negated),
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
        date: shipment.effective_date,
        party: None,
        quantity: Some(shipment.moves.iter().map(|item| item.quantity).sum()),
    }
}

/// The commission rows of one provider with one invoice as one commission; none if there are no rows.
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
        date: first.date,
        party: first.agent.party.code.clone(),
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
    let mut has = sale.sold_lines();
    lines.iter().all(|wanted| has.next().is_some_and(|has| same_line(has, wanted))) && has.next().is_none()
}

fn same_line(has: &SaleLineRecord, wanted: &Line) -> bool {
    let product = has.product.as_ref().and_then(|product| product.code.as_deref());
    product == Some(wanted.item.code.as_str())
        && has.quantity == Some(wanted.quantity)
        && has.unit_price == Some(wanted.unit_price)
}

/// What Tryton reckoned besides what was agreed, if they differ.
pub(crate) fn difference(document: &Document, agreed: Decimal) -> Option<String> {
    (document.net != agreed)
        .then(|| format!("Tryton reckoned {} {}, but {agreed} was agreed", document.net, document.currency))
}

/// How many are sold, lines that take something off left out.
fn sold(lines: impl Iterator<Item = (Option<Decimal>, Option<Decimal>)>) -> Option<Decimal> {
    let counted = lines.filter_map(|(quantity, price)| Some((quantity?, price?)));
    let counted = counted.filter(|(_, price)| *price >= Decimal::ZERO);
    Some(counted.map(|(quantity, _)| quantity).sum())
}

pub(super) fn number(number: Option<&str>, id: i64) -> String {
    number.map_or_else(|| id.to_string(), str::to_owned)
}

fn code(currency: &Coded) -> String {
    currency.code.clone().unwrap_or_default()
}

/// A zero keeps no sign: `-0` is nothing a person should read.
pub(super) fn negated(amount: Decimal) -> Decimal {
    if amount.is_zero() { Decimal::ZERO } else { -amount }
}
