//! What stands in the books, read back from them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Key;

/// The kinds of documents a transition can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The customer's order.
    SalesOrder,
    /// The withdrawal of an order. It changes the order and is no document of its own in most books.
    OrderCancellation,
    /// The invoice of an order, or of a fee.
    SalesInvoice,
    /// Materials that left the stock.
    StockIssue,
    /// What the provider earned.
    Commission,
    /// The counter-document of an invoice.
    CreditNote,
    /// Materials that came back.
    StockReturn,
    /// The counter-document of a commission.
    CommissionReversal,
    /// A change of a standing order. It changes the order and is no document of its own in most books.
    OrderAmendment,
    /// A deposit that was paid before anything was invoiced.
    Advance,
    /// A deposit paid back.
    AdvanceRefund,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::SalesOrder,
        Self::OrderCancellation,
        Self::SalesInvoice,
        Self::StockIssue,
        Self::Commission,
        Self::CreditNote,
        Self::StockReturn,
        Self::CommissionReversal,
        Self::OrderAmendment,
        Self::Advance,
        Self::AdvanceRefund,
    ];

    /// The name used in JSON, in keys and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SalesOrder => "sales_order",
            Self::OrderCancellation => "order_cancellation",
            Self::SalesInvoice => "sales_invoice",
            Self::StockIssue => "stock_issue",
            Self::Commission => "commission",
            Self::CreditNote => "credit_note",
            Self::StockReturn => "stock_return",
            Self::CommissionReversal => "commission_reversal",
            Self::OrderAmendment => "order_amendment",
            Self::Advance => "advance",
            Self::AdvanceRefund => "advance_refund",
        }
    }
}

/// How firmly a document stands, in words all ERPs can be translated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Stored without effect; anybody may still change it.
    Draft,
    /// Numbered and binding, but nothing has been posted from it: an order.
    Submitted,
    /// It has its effect on accounts or stock, and is immutable.
    Posted,
    /// It has been withdrawn.
    Cancelled,
    /// An order nothing more will be delivered or invoiced from, which the books do not call cancelled.
    Closed,
}

/// A document as the books hold it, totals as the books computed them.
///
/// Amounts are positive in every kind, counter-documents included: a credit note over 120.00 says `total` 120.00 and
/// its kind says in which direction; a stock return states the value that came back, a commission reversal what was
/// taken back. A connector to books that write these with a minus sign turns it round.
///
/// An [`OrderCancellation`](Kind::OrderCancellation) is read back as the order itself: the order's amounts and number,
/// the posting's key, and [`State::Cancelled`] or [`State::Closed`]. An [`OrderAmendment`](Kind::OrderAmendment) is
/// read back as the order that it changed, with the posting's key.
///
/// An [`Advance`](Kind::Advance) has no tax: what was paid is its net amount and its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Our key, as found in the books.
    pub key: Key,
    /// The identifier the ERP needs to fetch it again, opaque to us.
    pub reference: String,
    /// The number a person reads on it; the reference where the ERP numbers nothing.
    pub number: String,
    /// How firmly it stands.
    pub state: State,
    /// ISO 4217 code; of a stock movement the currency it is valued in.
    pub currency: String,
    /// Net amount in `currency`; of a stock movement its cost value.
    pub net: Decimal,
    /// Tax in `currency`.
    pub tax: Decimal,
    /// `net` + `tax`.
    pub total: Decimal,
    /// Of an invoice, what advances have settled of `total`; of an advance, what of it was settled or paid back. None
    /// for other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Decimal>,
    /// The day it belongs to; none where the books give it none before it is posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Our code of its party, as found in the books; none where they name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The quantities of its lines, added up, without those that take something off; none where it has no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
}

/// A document that stands, and how it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// As the books hold it.
    pub document: Document,
    /// Whether it stood complete under its key before this was asked for: an answer was lost, or somebody else made it.
    pub adopted: bool,
}

impl Posted {
    /// A document that was made, or finished, just now.
    #[must_use]
    pub const fn made(document: Document) -> Self {
        Self { document, adopted: false }
    }

    /// A document that stood already.
    #[must_use]
    pub const fn adopted(document: Document) -> Self {
        Self { document, adopted: true }
    }
}
