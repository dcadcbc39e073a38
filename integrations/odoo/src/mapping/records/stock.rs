//! Transfers, and where goods are kept.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::mapping::numbers::{Link, lenient_date, number, optional};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PickingState {
    Draft,
    Waiting,
    Confirmed,
    Assigned,
    Done,
    Cancel,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Picking {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) state: PickingState,
    #[serde(deserialize_with = "optional")]
    pub(crate) origin: Option<String>,
    #[serde(deserialize_with = "lenient_date")]
    pub(crate) date_done: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient_date")]
    pub(crate) scheduled_date: Option<NaiveDate>,
}

impl Picking {
    pub(crate) const MODEL: &'static str = "stock.picking";
    pub(crate) const FIELDS: &'static [&'static str] =
        &["name", "state", "origin", "date_done", "scheduled_date"];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StockMove {
    pub(crate) id: i64,
    pub(crate) picking_id: Link,
    pub(crate) product_id: Link,
    /// Where it takes from.
    pub(crate) location_id: Link,
    pub(crate) state: String,
    #[serde(deserialize_with = "number")]
    pub(crate) product_uom_qty: Decimal,
    /// The same in the product's own unit.
    #[serde(deserialize_with = "number")]
    pub(crate) product_qty: Decimal,
    #[serde(alias = "quantity_done", deserialize_with = "number")]
    pub(crate) quantity: Decimal,
    pub(crate) product_uom: Link,
    /// What it cost, where the move itself knows.
    #[serde(default, deserialize_with = "number")]
    pub(crate) value: Decimal,
}

impl StockMove {
    pub(crate) const MODEL: &'static str = "stock.move";
    /// Besides how much has moved and what it cost, whose names differ.
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "picking_id",
        "product_id",
        "location_id",
        "state",
        "product_uom_qty",
        "product_qty",
        "product_uom",
    ];
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PickingTypeRecord {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional")]
    pub(crate) default_location_dest_id: Option<Link>,
}

impl PickingTypeRecord {
    pub(crate) const MODEL: &'static str = "stock.picking.type";
    pub(crate) const FIELDS: &'static [&'static str] = &["default_location_dest_id"];
    /// How our operation type is told from others: the prefix of its numbers.
    pub(crate) const SEQUENCE: &'static str = "SLC";
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Warehouse {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) lot_stock_id: Link,
}

impl Warehouse {
    pub(crate) const MODEL: &'static str = "stock.warehouse";
    pub(crate) const FIELDS: &'static [&'static str] = &["name", "code", "lot_stock_id"];
}
