//! Parties, products, and what is known of any record.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::mapping::numbers::{Link, number, optional};

/// A record of which only the identifier matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Id {
    pub(crate) id: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Party {
    pub(crate) id: i64,
    pub(crate) active: bool,
    #[serde(rename = "ref", deserialize_with = "optional")]
    pub(crate) code: Option<String>,
    pub(crate) name: String,
}

impl Party {
    pub(crate) const MODEL: &'static str = "res.partner";
    pub(crate) const FIELDS: &'static [&'static str] = &["active", "ref", "name"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) active: bool,
    #[serde(deserialize_with = "optional")]
    pub(crate) default_code: Option<String>,
    pub(crate) name: String,
    pub(crate) uom_id: Link,
    #[serde(deserialize_with = "number")]
    pub(crate) lst_price: Decimal,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Since Odoo 18.
    #[serde(default)]
    pub(crate) is_storable: bool,
}

impl Product {
    pub(crate) const MODEL: &'static str = "product.product";
    /// Besides the mark of goods that are kept in stock, which not all versions have.
    pub(crate) const FIELDS: &'static [&'static str] =
        &["active", "default_code", "name", "uom_id", "lst_price", "type"];

    pub(crate) fn is_stocked(&self) -> bool {
        self.is_storable || self.kind == "product"
    }
}

/// How many digits after the point a field keeps; none where it keeps all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Digits {
    #[serde(default, deserialize_with = "optional")]
    digits: Option<(u32, u32)>,
}

impl Digits {
    /// Whether a number fits into the field as it is.
    pub(crate) fn hold(&self, number: Decimal) -> bool {
        self.digits.is_none_or(|(_, after)| number.normalize().scale() <= after)
    }

    pub(crate) fn after_point(&self) -> u32 {
        self.digits.map_or(0, |(_, after)| after)
    }
}
