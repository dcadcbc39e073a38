//! What is sold: the service, its prices, and what it uses up.

use chrono::NaiveTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::master::{one, yes};
use super::{Attributes, ProviderId};

/// What a price row multiplies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceBasis {
    /// Once a booking.
    PerBooking,
    /// Once a guest.
    PerGuest,
}

/// One row of a price list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// What the row is called on documents.
    #[schema(min_length = 1, max_length = 200)]
    pub description: String,
    /// What it multiplies with.
    pub basis: PriceBasis,
    /// It holds from this many guests on.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub from_guests: u32,
    /// It holds up to this many; none means any number.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub to_guests: Option<u32>,
    /// Net price of one, in the company's currency.
    #[schema(value_type = String, example = "49.90", pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub unit_price: Decimal,
    /// What one costs without the discount that the price has; no less than the price.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "59.90", pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub list_price: Option<Decimal>,
    /// The item that it is booked as; none takes the service's.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub item: Option<String>,
}

/// Material that performing a service once uses up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consumable {
    /// The stock item's code in the books.
    #[schema(min_length = 1, max_length = 100)]
    pub item: String,
    /// How much of it, in `unit`.
    #[schema(value_type = String, example = "1", pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub quantity: Decimal,
    /// Unit of measure, by the name the books use.
    #[schema(min_length = 1, max_length = 100)]
    pub unit: String,
    /// The warehouse it leaves.
    #[schema(min_length = 1, max_length = 100)]
    pub warehouse: String,
}

/// What is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, as customers read it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The item's code in the books.
    #[schema(min_length = 1, max_length = 100)]
    pub item: String,
    /// How long it takes, minutes, 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    pub duration_minutes: u32,
    /// Time kept free before it, minutes.
    #[serde(default)]
    #[schema(maximum = 1440)]
    pub buffer_before_minutes: u32,
    /// Time kept free after it, minutes.
    #[serde(default)]
    #[schema(maximum = 1440)]
    pub buffer_after_minutes: u32,
    /// How far ahead of its start it must be booked, minutes.
    #[serde(default)]
    #[schema(maximum = 527_040)]
    pub lead_time_minutes: u32,
    /// How far into the future it can be booked, days.
    #[serde(default = "default_horizon_days")]
    #[schema(minimum = 1, maximum = 730)]
    pub horizon_days: u32,
    /// How long before the start it can still be cancelled, minutes; staff may make an exception.
    #[serde(default)]
    #[schema(maximum = 527_040)]
    pub cancel_cutoff_minutes: u32,
    /// How long before the start it can still be rescheduled, minutes; staff may make an exception.
    #[serde(default)]
    #[schema(maximum = 527_040)]
    pub reschedule_cutoff_minutes: u32,
    /// How often a customer can reschedule; none means always.
    #[serde(default)]
    #[schema(maximum = 1000)]
    pub reschedule_limit: Option<u32>,
    /// The latest time of day it can start, in the branch's zone; none means any.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "16:00:00", pattern = r"^([01]\d|2[0-3]):[0-5]\d(:00)?$")]
    pub latest_start: Option<NaiveTime>,
    /// Fewest guests.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub min_guests: u32,
    /// Most guests.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub max_guests: u32,
    /// Its prices.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub prices: Vec<PriceRow>,
    /// The part of the total asked for in advance, percent.
    #[serde(default)]
    #[schema(value_type = String, example = "0", pattern = r"^\d{1,3}(\.\d{1,6})?$")]
    pub deposit_percent: Decimal,
    /// What it uses up.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub consumables: Vec<Consumable>,
    /// The provider's part of the net amount, percent.
    #[serde(default)]
    #[schema(value_type = String, example = "10", pattern = r"^\d{1,3}(\.\d{1,6})?$")]
    pub commission_percent: Decimal,
    /// Providers that offer it.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub providers: Vec<ProviderId>,
    /// The types of the units it needs, one unit for each entry: `["room", "ultrasound"]`.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub required_units: Vec<String>,
    /// How many guests share one visit of the provider, as in a class; 1 means that a visit is one customer's own.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub seats: u32,
    /// Documents that it does not ask for, by kind, besides those that the company does not want.
    #[serde(default)]
    #[schema(schema_with = super::delivery::document_kinds)]
    pub switched_off: Vec<slotledger_erp::Kind>,
    /// Further properties, for extensions.
    #[serde(default)]
    pub attributes: Attributes,
    /// Whether it can be booked.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn default_horizon_days() -> u32 {
    90
}
