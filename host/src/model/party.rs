//! Who and what takes part in a visit: providers, units, customers, and the case it is about.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::master::{one, yes};
use super::{Attributes, BranchId, CustomerId, Leave, Shift, UnitId};

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
    /// A gender that customers may ask for.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub gender: Option<String>,
    /// Languages they speak, as BCP 47 tags.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// Skills that customers may ask for.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub skills: Vec<String>,
    /// The weekly pattern.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub shifts: Vec<Shift>,
    /// Time away.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub leave: Vec<Leave>,
    /// Further properties, for extensions.
    #[serde(default)]
    pub attributes: Attributes,
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
    /// Further properties, for extensions.
    #[serde(default)]
    pub attributes: Attributes,
    /// Whether they may book.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A service request or a work order that appointments belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is about.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Whose it is; its appointments are for them.
    pub customer: CustomerId,
    /// Where the visits are; none means at the customer's address.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10_000)]
    pub location: Option<String>,
    /// Whether appointments can be made for it.
    #[serde(default = "yes")]
    pub active: bool,
}
