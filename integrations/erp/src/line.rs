//! What documents consist of: parties, items, lines and materials.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Key;

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
    /// How many; more than none.
    pub quantity: Decimal,
    /// Net price of one, in the document's currency, after every discount on it. Below zero on a line that takes
    /// something off the whole, such as a coupon; the sum of a document's lines never is.
    pub unit_price: Decimal,
    /// What one costs without the discount; none where there is none. Only shown: `unit_price` is what counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Decimal>,
    /// On an invoice: the line of an order that this one bills. None where lines pair up by their position, and for
    /// what was not ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bills: Option<OrderLine>,
}

impl Line {
    /// A line at its list price that bills no particular line of an order.
    pub fn new(item: Item, description: impl Into<String>, quantity: Decimal, unit_price: Decimal) -> Self {
        Self { item, description: description.into(), quantity, unit_price, list_price: None, bills: None }
    }
}

/// One line of an order that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The order's key.
    pub order: Key,
    /// Its position among the lines that were asked for, counted from 0.
    pub line: u32,
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
