//! Postings as a booking would make them, one set of keys for each test.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Advance, AdvanceRefund, Body, CommissionEarned, CommissionReversal, CreditNote, Finish, Invoice, Item,
    Key, Line, Material, Order, OrderAmendment, OrderCancellation, Party, Posting, StockIssue, StockReturn,
};

use super::TODAY;

/// One appointment's postings.
#[derive(Debug, Clone)]
pub(crate) struct Appointment(pub(crate) String);

impl Appointment {
    pub(crate) fn key(&self, step: &str) -> Key {
        Key::parse(&format!("{}/1/{step}", self.0)).unwrap()
    }

    pub(crate) fn posting(&self, step: &str, body: Body) -> Posting {
        Posting { key: self.key(step), subject: "APT-0042".into(), date: TODAY, body }
    }

    pub(crate) fn asked(&self, lines: Vec<Line>) -> Order {
        Order {
            customer: ana(),
            provider: sam(),
            currency: "EUR".into(),
            lines,
            start: moment("2026-12-01T09:00:00Z"),
            end: moment("2026-12-01T10:30:00Z"),
            commission_percent: Decimal::TEN,
        }
    }

    pub(crate) fn order(&self, lines: Vec<Line>) -> Posting {
        self.posting("order", Body::SalesOrder(self.asked(lines)))
    }

    pub(crate) fn invoicing(&self, lines: Vec<Line>) -> Invoice {
        Invoice {
            order: Some(self.key("order")),
            customer: ana(),
            currency: "EUR".into(),
            lines,
            finish: Finish::Posted,
            earners: Vec::new(),
            advances: Vec::new(),
        }
    }

    pub(crate) fn invoice(&self, lines: Vec<Line>) -> Posting {
        self.posting("invoice", Body::SalesInvoice(self.invoicing(lines)))
    }

    /// The invoice, settled with the deposit.
    pub(crate) fn settled(&self, lines: Vec<Line>) -> Posting {
        let invoice = Invoice { advances: vec![self.key("advance")], ..self.invoicing(lines) };
        self.posting("invoice", Body::SalesInvoice(invoice))
    }

    pub(crate) fn fee(&self) -> Posting {
        let invoice = Invoice { order: None, ..self.invoicing(vec![line("FEE", "1", "25.00")]) };
        self.posting("fee", Body::SalesInvoice(invoice))
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
        self.posting("return", Body::StockReturn(StockReturn { issue: self.key("issue"), lines: materials }))
    }

    pub(crate) fn cancellation(&self) -> Posting {
        let withdrawal = OrderCancellation { order: self.key("order"), reason: "the customer is ill".into() };
        self.posting("cancel", Body::OrderCancellation(withdrawal))
    }

    pub(crate) fn amendment(&self, lines: Vec<Line>) -> Posting {
        let amendment = OrderAmendment {
            order: self.key("order"),
            provider: sam(),
            lines,
            start: moment("2026-12-08T09:00:00Z"),
            end: moment("2026-12-08T10:30:00Z"),
            reason: "moved".into(),
        };
        self.posting("amendment", Body::OrderAmendment(amendment))
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

    pub(crate) fn advance(&self, amount: &str) -> Posting {
        let advance = Advance {
            order: Some(self.key("order")),
            customer: ana(),
            currency: "EUR".into(),
            amount: decimal(amount),
            method: None,
            receipt: Some("pay-1".into()),
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
}

pub(crate) fn visit() -> Vec<Line> {
    vec![line("SVC-MAINT", "1", "120.00")]
}

pub(crate) fn line(code: &str, quantity: &str, price: &str) -> Line {
    let item = Item { code: code.into(), name: code.into() };
    Line::new(item, format!("{code} as agreed"), decimal(quantity), decimal(price))
}

pub(crate) fn material(code: &str, quantity: i64) -> Material {
    Material {
        item: Item { code: code.into(), name: code.into() },
        quantity: quantity.into(),
        unit: "Nos".into(),
        warehouse: "Stores - SD".into(),
    }
}

pub(crate) fn ana() -> Party {
    party("cust-ana", "Ana Customer")
}

pub(crate) fn sam() -> Party {
    party("staff-sam", "Sam")
}

pub(crate) fn party(code: &str, name: &str) -> Party {
    Party { code: code.into(), name: name.into(), email: None, phone: None, address: None }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
