//! Master data: what all kinds of it share, companies and branches. Services are in `offer`, people and units in `party`.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use super::offer::{Consumable, PriceBasis, PriceRow, Service};
pub use super::party::{Case, Customer, Provider, Unit};
use super::{Attributes, Coupon, OpeningHours, Portal, PostingPolicy};

/// The kinds of master records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// See [`Company`].
    Company,
    /// See [`Branch`].
    Branch,
    /// See [`Service`].
    Service,
    /// See [`Provider`].
    Provider,
    /// See [`Unit`].
    Unit,
    /// See [`Customer`].
    Customer,
    /// See [`Case`].
    Case,
    /// See [`Extension`](super::Extension).
    Extension,
}

impl Kind {
    /// The name used in the store, in paths and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Branch => "branch",
            Self::Service => "service",
            Self::Provider => "provider",
            Self::Unit => "unit",
            Self::Customer => "customer",
            Self::Case => "case",
            Self::Extension => "extension",
        }
    }
}

/// A field whose value has no sensible shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's path: `prices[0].unit_price`.
    pub field: String,
    /// What is wrong with it, for a person.
    pub message: String,
}

/// A kind of master record: its editable fields.
pub trait Master: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: Kind;

    /// What it is called in lists.
    fn name(&self) -> &str;

    /// Whether it can take part in new bookings.
    fn active(&self) -> bool;

    /// Every field whose value has no sensible shape: an empty name, a duration of zero, a price with forty digits.
    fn check(&self) -> Vec<FieldError>;
}

/// A master record as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stored<T> {
    /// Its identifier.
    pub id: Uuid,
    /// The company it belongs to; of a company, its own.
    pub company: Uuid,
    /// Counts its changes, from 1; the ETag.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its fields.
    #[serde(flatten)]
    pub data: T,
    /// What the company's books will not take, as far as is known; only said when it is saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldError>,
}

/// The company that sells, with the policies that hold for all its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// ISO 4217 code of the only currency it books in.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// IANA time zone.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// Which of the configured ERP connections takes its documents.
    #[serde(default = "default_erp")]
    #[schema(min_length = 1, max_length = 100)]
    pub erp: String,
    /// How long a hold keeps its slots, minutes.
    #[serde(default = "default_hold_minutes")]
    #[schema(minimum = 1, maximum = 1440)]
    pub hold_minutes: u32,
    /// How long a time is held for somebody on the waitlist, minutes.
    #[serde(default = "default_offer_minutes")]
    #[schema(minimum = 1, maximum = 1440)]
    pub offer_minutes: u32,
    /// What a cancellation inside the cut-off costs, net.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub late_cancel_fee: Option<Decimal>,
    /// What not being there costs, net.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub no_show_fee: Option<Decimal>,
    /// The item that fees are invoiced as.
    #[serde(default = "default_fee_item")]
    #[schema(min_length = 1, max_length = 100)]
    pub fee_item: String,
    /// Documents it does not want, by kind (`stock_issue`, `commission`, …).
    #[serde(default)]
    #[schema(schema_with = super::delivery::document_kinds)]
    pub switched_off: Vec<slotledger_erp::Kind>,
    /// How it keeps its books.
    #[serde(default)]
    pub posting: PostingPolicy,
    /// The last day that its books are closed for; none means that every day is open. See `posting.posting_date`.
    #[serde(default)]
    pub books_closed_until: Option<NaiveDate>,
    /// What customers may name for a lower price.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub coupons: Vec<Coupon>,
    /// How customers book for themselves.
    #[serde(default)]
    pub portal: Portal,
    /// Further properties, for extensions.
    #[serde(default)]
    pub attributes: Attributes,
    /// Whether it takes bookings.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A place where services are performed, or set out from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Its address.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub address: String,
    /// IANA time zone, in which its shifts and opening hours are read.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// When it is open; none at all means always.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub opening_hours: Vec<OpeningHours>,
    /// Days on which it is closed.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub holidays: Vec<NaiveDate>,
    /// Whether it takes bookings.
    #[serde(default = "yes")]
    pub active: bool,
}

fn default_erp() -> String {
    "ledger".to_owned()
}

const fn default_hold_minutes() -> u32 {
    10
}

const fn default_offer_minutes() -> u32 {
    60
}

fn default_fee_item() -> String {
    "FEE".to_owned()
}

pub(super) const fn yes() -> bool {
    true
}

pub(super) const fn one() -> u32 {
    1
}

/// How many digits a currency has behind the point; none for what ISO 4217 does not know.
#[must_use]
pub fn currency_digits(code: &str) -> Option<u8> {
    let known = iso_currency::Currency::from_code(code)?;
    known.exponent().and_then(|digits| u8::try_from(digits).ok())
}
