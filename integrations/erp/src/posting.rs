//! What the host asks the books for. A posting is complete: a connector needs nothing else to carry it out.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Kind;

/// `<appointment>/<revision>/<step>`: unique for ever, known before anything is sent, at most [`Key::MAX_LEN`] long.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// ERPNext's `Data` fields end here, the shortest of all.
    pub const MAX_LEN: usize = 140;

    /// Takes a key; `None` when it is empty, too long, or has characters besides `a-z 0-9 - _ / .`, which
    /// some ERP would fold or trim.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '/' | '.');
        (!text.is_empty() && text.len() <= Self::MAX_LEN && text.chars().all(plain))
            .then(|| Self(text.to_owned()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody the books know: a customer, or whoever earns a commission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Our code for the party; unique, and how the ERP's own record is found again.
    pub code: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Postal address, free text.
    pub address: Option<String>,
}

/// Something that can be sold or used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The item's code in the books.
    pub code: String,
    /// Name, for books that make an item on its first use.
    pub name: String,
}

/// One line of an order or an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What is sold.
    pub item: Item,
    /// What stands on the document.
    pub description: String,
    /// How many.
    pub quantity: Decimal,
    /// Net price of one, in the document's currency.
    pub unit_price: Decimal,
}

/// One line of a stock movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// What moves.
    pub item: Item,
    /// How much of it, in `unit`.
    pub quantity: Decimal,
    /// Unit of measure, by the name the books use.
    pub unit: String,
    /// The warehouse it leaves, or comes back to.
    pub warehouse: String,
}

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
        }
    }
}

/// The document asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A submitted order.
    SalesOrder(Order),
    /// The withdrawal of an order nothing was invoiced from.
    OrderCancellation(OrderCancellation),
    /// A posted invoice.
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

/// The withdrawal of an order nothing was invoiced from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancellation {
    /// The order's key.
    pub order: Key,
    /// Why.
    pub reason: String,
}

/// A posted invoice: of an order, or of a fee when `order` is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The key of the order it is made from.
    pub order: Option<Key>,
    /// Who pays.
    pub customer: Party,
    /// ISO 4217 code.
    pub currency: String,
    /// At least one line.
    pub lines: Vec<Line>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_plain_characters_is_taken() {
        for text in ["a", "apt-0042/1/order", "0192f0c1-7d3e/3/invoice_2.b", &"k".repeat(Key::MAX_LEN)] {
            assert_eq!(Key::parse(text).map(|key| key.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_key_some_erp_would_change_is_refused() {
        for text in ["", "APT-0042", "a b", "a\n", " a", "a%", "é", &"k".repeat(Key::MAX_LEN + 1)] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }
}
