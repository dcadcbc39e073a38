//! The stock of books that have no pages of their own.

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Failure, Item, Key, Page};

/// Goods that came in: besides a return the only way into such a stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Unique for ever, like a posting's.
    pub key: Key,
    /// The day they came in.
    pub date: NaiveDate,
    /// What came in; unknown items are made, known ones keep their name.
    pub item: Item,
    /// How much; the first receipt of an item settles its unit of measure.
    pub quantity: Decimal,
    /// The unit of measure; empty means the one that the item is kept in.
    pub unit: String,
    /// What one unit cost, in the company's currency.
    pub unit_cost: Decimal,
    /// Where it lies.
    pub warehouse: String,
    /// What it came in with, as the number of a delivery note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What one warehouse has of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnHand {
    /// The item.
    pub item: Item,
    /// The warehouse.
    pub warehouse: String,
    /// How much, in `unit`.
    pub quantity: Decimal,
    /// The item's unit of measure.
    pub unit: String,
    /// What it cost, at its average.
    pub value: Decimal,
}

/// Shows the stock, and takes goods into it.
#[async_trait]
pub trait Stock: Send + Sync {
    /// ISO 4217 code of what values and costs are in.
    fn currency(&self) -> &str;

    /// What there is by item and warehouse, at most `limit` of it, beginning after `after`. What has run out is included.
    async fn on_hand(&self, after: Option<&str>, limit: u32) -> Result<Page<OnHand>, Failure>;

    /// Takes goods in, and answers with the receipt's number. A repeated one changes nothing.
    ///
    /// # Errors
    /// [`Refused`](crate::Class::Refused) when the receipt makes no sense or its key was used for something else.
    async fn receive(&self, receipt: &Receipt) -> Result<String, Failure>;
}
