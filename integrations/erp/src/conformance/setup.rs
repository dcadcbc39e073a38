//! What a run may use.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Item, Material, Party};

/// What the books must already hold, and what the suite may use of it.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Starts every key of this run. It must be new to the books, and made of the characters a key may have.
    pub run: String,
    /// The day the documents belong to: today, because some books date documents by themselves. Its accounting period
    /// is open.
    pub date: NaiveDate,
    /// ISO 4217 code of the company's currency.
    pub currency: String,
    /// How many decimal places that currency has.
    pub currency_digits: u32,
    /// A customer. Books that can make a party by themselves need not know it.
    pub customer: Party,
    /// A provider who earns [`Setup::commission_percent`].
    pub provider: Party,
    /// Somebody else who earns as much.
    pub second_provider: Party,
    /// A service that is sold by the piece.
    pub service_item: Item,
    /// The service's net price; at least a dozen of the currency's smallest coin.
    pub unit_price: Decimal,
    /// A quantity of the service that is not whole; none where its unit of measure allows only whole ones.
    pub fraction: Option<Decimal>,
    /// What stands on a line that takes something off. It may be [`Setup::service_item`].
    pub coupon_item: Item,
    /// The provider's commission, in percent of the net amount.
    pub commission_percent: Decimal,
    /// Some of a stocked item: more than one, and whole. The stock holds at least three times as much.
    pub material: Material,
    /// More of a stocked item than the warehouse has; none where the books issue it all the same.
    pub scarce: Option<Material>,
    /// How deposits are paid, by the name the books use; none takes the connection's usual one.
    pub payment_method: Option<String>,
    /// Another currency that has a rate for [`Setup::date`]; none where the books have only one.
    pub foreign: Option<Foreign>,
}

/// A currency that is not the company's.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// ISO 4217 code.
    pub currency: String,
    /// How many decimal places it has.
    pub currency_digits: u32,
    /// The service's net price in it.
    pub unit_price: Decimal,
}
