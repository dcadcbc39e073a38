//! Master data: companies, branches, services, providers, units and customers.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BranchId, Leave, OpeningHours, ProviderId, Shift, UnitId};

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
        }
    }
}

/// A field whose value has no sensible shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    #[schema(max_items = 500)]
    pub providers: Vec<ProviderId>,
    /// Whether it can be booked.
    #[serde(default = "yes")]
    pub active: bool,
}

/// Who performs services: a person or a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The branch whose zone, hours and holidays hold for them.
    pub branch: BranchId,
    /// Their code in the books, where commissions are kept; none takes the identifier.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub party_code: Option<String>,
    /// A commission rate in percent that goes before the service's.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^\d{1,3}(\.\d{1,6})?$")]
    pub commission_percent: Option<Decimal>,
    /// The weekly pattern.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub shifts: Vec<Shift>,
    /// Time away.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub leave: Vec<Leave>,
    /// Whether they take bookings.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A room, a vehicle, a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The branch it stands in.
    pub branch: BranchId,
    /// What services ask for: `room`, `van`, `ultrasound`.
    #[schema(min_length = 1, max_length = 100)]
    pub unit_type: String,
    /// How many appointments fit at once where overlap is allowed.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub capacity: u32,
    /// Whether appointments may share it.
    #[serde(default)]
    pub overlap_allowed: bool,
    /// The unit it is part of.
    #[serde(default)]
    pub parent: Option<UnitId>,
    /// Whether it takes bookings.
    #[serde(default = "yes")]
    pub active: bool,
}

/// Who is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    #[schema(max_length = 254, example = "ana@example.org", pattern = r"^[^@\s]+@\S+$")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 50)]
    pub phone: Option<String>,
    /// Postal address.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub address: Option<String>,
    /// BCP 47 language tag.
    #[serde(default)]
    #[schema(max_length = 35, example = "de", pattern = "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
    /// Their code in the books; none takes the identifier.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub party_code: Option<String>,
    /// Whether they may book.
    #[serde(default = "yes")]
    pub active: bool,
}

fn default_erp() -> String {
    "ledger".to_owned()
}

const fn default_hold_minutes() -> u32 {
    10
}

fn default_fee_item() -> String {
    "FEE".to_owned()
}

const fn default_horizon_days() -> u32 {
    90
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

/// How many digits a currency has behind the point; none for what ISO 4217 does not know.
#[must_use]
pub fn currency_digits(code: &str) -> Option<u8> {
    let known = iso_currency::Currency::from_code(code)?;
    known.exponent().and_then(|digits| u8::try_from(digits).ok())
}
