//! Postings as a booking would make them, one set of keys for each test.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Advance, AdvanceRefund, Body, CommissionEarned, CommissionReversal, CreditNote, Finish, Invoice, Item,
    Key, Line, Material, Order, OrderAmendment, OrderCancellation, Party, Posting, StockIssue, StockReturn,
};

/// One appointment's postings.
pub(crate) struct Appointment(pub(crate) String);

impl Appointment {
    pub(crate) fn key(&self, step: &str) -> Key {
        Key::parse(&format!("{}/1/{step}", self.0)).unwrap()
    }

    fn posting(&self, step: &str, body: Body) -> Posting {
        Posting { key: self.key(step), subject: "APT-0042".into(), date: day(), body }
    }

    pub(crate) fn order(&self, lines: Vec<Line>) -> Posting {
        self.order_by(ana(), lines)
    }

    pub(crate) fn order_by(&self, customer: Party, lines: Vec<Line>) -> Posting {
        let order = Order {
            customer,
            provider: sam(),
            currency: "EUR".into(),
            lines,
            start: moment("2026-01-15T09:00:00Z"),
            end: moment("2026-01-15T10:30:00Z"),
            commission_percent: Decimal::TEN,
        };
        self.posting("order", Body::SalesOrder(order))
    }

    pub(crate) fn amendment(&self, lines: Vec<Line>) -> Posting {
        let amendment = OrderAmendment {
            order: self.key("order"),
            provider: sam(),
            lines,
            start: moment("2026-01-16T09:00:00Z"),
            end: moment("2026-01-16T10:30:00Z"),
            reason: "moved by the customer".into(),
        };
        self.posting("amend", Body::OrderAmendment(amendment))
    }

    pub(crate) fn invoice(&self, lines: Vec<Line>) -> Posting {
        let order = Some(self.key("order"));
        self.posting("invoice", Body::SalesInvoice(invoice(order, lines)))
    }

    /// An invoice that is settled with the advance, and one that is left as a draft.
    pub(crate) fn settled_invoice(&self, lines: Vec<Line>) -> Posting {
        let advances = vec![self.key("advance")];
        let invoice = Invoice { advances, ..invoice(Some(self.key("order")), lines) };
        self.posting("invoice", Body::SalesInvoice(invoice))
    }

    pub(crate) fn draft_invoice(&self, lines: Vec<Line>) -> Posting {
        let invoice = Invoice { finish: Finish::Draft, ..invoice(Some(self.key("order")), lines) };
        self.posting("invoice", Body::SalesInvoice(invoice))
    }

    pub(crate) fn fee(&self) -> Posting {
        let lines = vec![line("FEE", 1, "25.00")];
        self.posting("fee", Body::SalesInvoice(invoice(None, lines)))
    }

    pub(crate) fn advance(&self, amount: &str) -> Posting {
        let advance = Advance {
            order: Some(self.key("order")),
            customer: ana(),
            currency: "EUR".into(),
            amount: decimal(amount),
            method: None,
            receipt: Some("ch_17".into()),
        };
        self.posting("advance", Body::Advance(advance))
    }

    pub(crate) fn refund(&self, amount: &str) -> Posting {
        let refund = AdvanceRefund {
            advance: self.key("advance"),
            amount: decimal(amount),
            reason: "cancelled".into(),
        };
        self.posting("refund", Body::AdvanceRefund(refund))
    }

    pub(crate) fn commission(&self, base: &str, amount: &str) -> Posting {
        let earned = CommissionEarned {
            invoice: self.key("invoice"),
            provider: sam(),
            currency: "EUR".into(),
            base: decimal(base),
            percent: Decimal::TEN,
            amount: decimal(amount),
        };
        self.posting("commission", Body::Commission(earned))
    }

    pub(crate) fn issue(&self, materials: Vec<Material>) -> Posting {
        self.posting("issue", Body::StockIssue(StockIssue { lines: materials }))
    }

    pub(crate) fn stock_return(&self, materials: Vec<Material>) -> Posting {
        let back = StockReturn { issue: self.key("issue"), lines: materials };
        self.posting("return", Body::StockReturn(back))
    }

    pub(crate) fn cancellation(&self) -> Posting {
        let withdrawal = OrderCancellation { order: self.key("order"), reason: "the customer is ill".into() };
        self.posting("cancel", Body::OrderCancellation(withdrawal))
    }

    pub(crate) fn credit(&self) -> Posting {
        let note = CreditNote { invoice: self.key("invoice"), reason: "cancelled".into() };
        self.posting("credit", Body::CreditNote(note))
    }

    pub(crate) fn reversal(&self) -> Posting {
        let taken_back =
            CommissionReversal { commission: self.key("commission"), reason: "cancelled".into() };
        self.posting("reversal", Body::CommissionReversal(taken_back))
    }

    /// Everything that a visit with a deposit leaves behind.
    pub(crate) fn chain(&self) -> Vec<Posting> {
        vec![
            self.order(visit()),
            self.advance("36.00"),
            self.settled_invoice(visit()),
            self.issue(vec![material("MAT-FILTER", 2)]),
            self.commission("120.00", "12.00"),
        ]
    }

    /// And what takes it back.
    pub(crate) fn undone(&self) -> Vec<Posting> {
        vec![
            self.credit(),
            self.stock_return(vec![material("MAT-FILTER", 2)]),
            self.reversal(),
            self.cancellation(),
            self.refund("36.00"),
        ]
    }
}

pub(crate) fn visit() -> Vec<Line> {
    vec![line("SVC-MAINT", 1, "120.00")]
}

fn invoice(order: Option<Key>, lines: Vec<Line>) -> Invoice {
    Invoice {
        order,
        customer: ana(),
        currency: "EUR".into(),
        lines,
        finish: Finish::Posted,
        earners: Vec::new(),
        advances: Vec::new(),
    }
}

pub(crate) fn line(code: &str, quantity: i64, price: &str) -> Line {
    let item = Item { code: code.into(), name: code.into() };
    Line::new(item, format!("{code} as agreed"), quantity.into(), decimal(price))
}

pub(crate) fn material(code: &str, quantity: i64) -> Material {
    Material {
        item: Item { code: code.into(), name: code.into() },
        quantity: quantity.into(),
        unit: "Units".into(),
        warehouse: "WH".into(),
    }
}

pub(crate) fn ana() -> Party {
    party("CUST-ANA", "Ana Customer")
}

pub(crate) fn sam() -> Party {
    party("STAFF-SAM", "Sam")
}

pub(crate) fn party(code: &str, name: &str) -> Party {
    Party { code: code.into(), name: name.into(), email: None, phone: None, address: None }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The day the documents belong to. It has passed: Odoo 14 reverses nothing in the future.
pub(crate) fn day() -> NaiveDate {
    "2026-01-15".parse().unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
