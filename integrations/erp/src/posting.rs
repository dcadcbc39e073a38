//! What the host asks the books for. A posting is complete: a connector needs nothing else to carry it out.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Key, Kind, Line, Material, Party};

/// A request for one document, with everything needed to make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Unique for ever.
    pub key: Key,
    /// The name people know the appointment by, printed on the document: `APT-0042`.
    pub subject: String,
    /// The day it belongs to in the company's zone. Connectors use it unless the ERP must date documents itself.
    pub date: NaiveDate,
    /// What is asked for.
    pub body: Body,
}

impl Posting {
    /// What kind of document this asks for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match &self.body {
            Body::SalesOrder(_) => Kind::SalesOrder,
            Body::OrderCancellation(_) => Kind::OrderCancellation,
            Body::SalesInvoice(_) => Kind::SalesInvoice,
            Body::StockIssue(_) => Kind::StockIssue,
            Body::Commission(_) => Kind::Commission,
            Body::CreditNote(_) => Kind::CreditNote,
            Body::StockReturn(_) => Kind::StockReturn,
            Body::CommissionReversal(_) => Kind::CommissionReversal,
            Body::OrderAmendment(_) => Kind::OrderAmendment,
            Body::Advance(_) => Kind::Advance,
            Body::AdvanceRefund(_) => Kind::AdvanceRefund,
        }
    }

    /// The materials that it moves; none where it moves nothing.
    #[must_use]
    pub fn materials(&self) -> &[Material] {
        match &self.body {
            Body::StockIssue(issue) => &issue.lines,
            Body::StockReturn(back) => &back.lines,
            Body::SalesOrder(_)
            | Body::OrderCancellation(_)
            | Body::SalesInvoice(_)
            | Body::Commission(_)
            | Body::CreditNote(_)
            | Body::CommissionReversal(_)
            | Body::OrderAmendment(_)
            | Body::Advance(_)
            | Body::AdvanceRefund(_) => &[],
        }
    }
}

/// The document asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A submitted order.
    SalesOrder(Order),
    /// The withdrawal of an order.
    OrderCancellation(OrderCancellation),
    /// An invoice.
    SalesInvoice(Invoice),
    /// Materials used up.
    StockIssue(StockIssue),
    /// A provider's commission.
    Commission(CommissionEarned),
    /// A full credit of an invoice.
    CreditNote(CreditNote),
    /// Materials brought back.
    StockReturn(StockReturn),
    /// A commission taken back.
    CommissionReversal(CommissionReversal),
    /// A standing order with other dates or lines.
    OrderAmendment(OrderAmendment),
    /// A deposit that the customer has paid.
    Advance(Advance),
    /// A deposit, or what is left of it, paid back.
    AdvanceRefund(AdvanceRefund),
}

impl Body {
    /// The key of the document that it undoes, whole or in what is left of it; none where it undoes nothing.
    #[must_use]
    pub const fn undoes(&self) -> Option<&Key> {
        match self {
            Self::OrderCancellation(cancellation) => Some(&cancellation.order),
            Self::CreditNote(note) => Some(&note.invoice),
            Self::StockReturn(back) => Some(&back.issue),
            Self::CommissionReversal(reversal) => Some(&reversal.commission),
            Self::AdvanceRefund(refund) => Some(&refund.advance),
            Self::SalesOrder(_)
            | Self::SalesInvoice(_)
            | Self::StockIssue(_)
            | Self::Commission(_)
            | Self::OrderAmendment(_)
            | Self::Advance(_) => None,
        }
    }
}

/// A submitted order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Who ordered.
    pub customer: Party,
    /// Who performs, and so earns the commission.
    pub provider: Party,
    /// ISO 4217 code.
    pub currency: String,
    /// At least one line.
    pub lines: Vec<Line>,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// When the visit ends.
    pub end: DateTime<Utc>,
    /// The commission agreed, in percent of the net amount.
    pub commission_percent: Decimal,
}

/// The withdrawal of an order.
///
/// An order of which something was invoiced and credited since is closed instead, where the books do not cancel it any
/// more. One with an invoice that stands is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancellation {
    /// The order's key.
    pub order: Key,
    /// Why.
    pub reason: String,
}

/// Whether an invoice has its effect at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It is posted.
    #[default]
    Posted,
    /// It is left as a draft, for an accountant to post. Posted by hand since, it is what was asked for.
    Draft,
}

/// Who earns a commission with an invoice, for books that reckon commissions by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earner {
    /// Who earns it.
    pub provider: Party,
    /// Percent of `base`.
    pub percent: Decimal,
    /// The net amount of the lines that this provider has earned it with.
    pub base: Decimal,
}

/// An invoice: of an order, or of a fee when `order` is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The key of the order it is made from. Its lines may name more orders, see [`Line::bills`].
    pub order: Option<Key>,
    /// Who pays.
    pub customer: Party,
    /// ISO 4217 code.
    pub currency: String,
    /// At least one line.
    pub lines: Vec<Line>,
    /// Whether it is posted.
    #[serde(default)]
    pub finish: Finish,
    /// Who earns a commission with it; none takes the order's provider and rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earners: Vec<Earner>,
    /// Keys of the advances that are settled with it, as far as its total goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advances: Vec<Key>,
}

impl Invoice {
    /// The orders it bills, each once, in the order in which they are named.
    #[must_use]
    pub fn orders(&self) -> Vec<&Key> {
        let mut orders: Vec<&Key> = self.order.iter().collect();
        for line in self.lines.iter().filter_map(|line| line.bills.as_ref()) {
            if !orders.contains(&&line.order) {
                orders.push(&line.order);
            }
        }
        orders
    }
}

/// Materials used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockIssue {
    /// At least one line.
    pub lines: Vec<Material>,
}

/// A provider's commission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionEarned {
    /// The key of the invoice it is earned with.
    pub invoice: Key,
    /// Who earns it.
    pub provider: Party,
    /// ISO 4217 code.
    pub currency: String,
    /// The net amount it is reckoned on.
    pub base: Decimal,
    /// Percent of `base`.
    pub percent: Decimal,
    /// `base` × `percent`, rounded to the currency. Books that reckon it themselves are compared with this.
    pub amount: Decimal,
}

/// A full credit of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// The invoice's key.
    pub invoice: Key,
    /// Why.
    pub reason: String,
}

/// Materials brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReturn {
    /// The key of the issue that is undone.
    pub issue: Key,
    /// What comes back; at least one line.
    pub lines: Vec<Material>,
}

/// A commission taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionReversal {
    /// The commission's key.
    pub commission: Key,
    /// Why.
    pub reason: String,
}

/// A standing order with other dates or lines, after a visit was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAmendment {
    /// The order's key. It keeps it; the amendment's own key only says that this was done.
    pub order: Key,
    /// Who performs now.
    pub provider: Party,
    /// All lines as they are from now on.
    pub lines: Vec<Line>,
    /// When the visit starts now.
    pub start: DateTime<Utc>,
    /// When the visit ends now.
    pub end: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A deposit that the customer has paid, before anything is invoiced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// The key of the order it was paid for; none where the company keeps no orders in the books.
    pub order: Option<Key>,
    /// Who paid.
    pub customer: Party,
    /// ISO 4217 code.
    pub currency: String,
    /// What was paid, tax included.
    pub amount: Decimal,
    /// How, by the name the books use for it: `Bank Draft`; none takes the connection's usual one.
    pub method: Option<String>,
    /// The payment's number where it was taken, printed on the document.
    pub receipt: Option<String>,
}

/// A deposit, or a part of it, paid back. An advance that was settled with an invoice is free again once that invoice
/// was credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceRefund {
    /// The advance's key.
    pub advance: Key,
    /// What is paid back, in the advance's currency.
    pub amount: Decimal,
    /// Why.
    pub reason: String,
}
