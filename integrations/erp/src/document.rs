//! What stands in the books, read back from them.

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
}

impl Kind {
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
}

/// A document as the books hold it, totals as the books computed them.
///
/// Amounts are positive in every kind, counter-documents included: a credit note over 120.00 says `total` 120.00 and
/// its kind says in which direction; a stock return states the value that came back, a commission reversal what was
/// taken back. A connector to books that write these with a minus sign turns it round.
///
/// An [`OrderCancellation`](Kind::OrderCancellation) is read back as the order itself: the order's amounts and number,
/// the posting's key, and [`State::Cancelled`].
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
}
