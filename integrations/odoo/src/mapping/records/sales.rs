//! Orders and their lines.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::mapping::numbers::{Link, lenient_date, number, optional};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    Draft,
    Sent,
    Sale,
    /// Up to Odoo 16, an order that is locked.
    Done,
    Cancel,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) state: OrderState,
    #[serde(default, deserialize_with = "optional")]
    pub(crate) client_order_ref: Option<String>,
    #[serde(default, deserialize_with = "optional")]
    pub(crate) origin: Option<String>,
    pub(crate) currency_id: Link,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_untaxed: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_tax: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_total: Decimal,
    #[serde(deserialize_with = "lenient_date")]
    pub(crate) date_order: Option<NaiveDate>,
    pub(crate) partner_id: Link,
    pub(crate) partner_invoice_id: Link,
    #[serde(deserialize_with = "optional")]
    pub(crate) fiscal_position_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) payment_term_id: Option<Link>,
    /// Since Odoo 17.
    #[serde(default)]
    pub(crate) locked: bool,
    pub(crate) invoice_ids: Vec<i64>,
}

impl Order {
    pub(crate) const MODEL: &'static str = "sale.order";
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "name",
        "state",
        "client_order_ref",
        "origin",
        "currency_id",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "date_order",
        "partner_id",
        "partner_invoice_id",
        "fiscal_position_id",
        "payment_term_id",
        "invoice_ids",
    ];

    pub(crate) const fn is_locked(&self) -> bool {
        self.locked || matches!(self.state, OrderState::Done)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OrderLine {
    pub(crate) id: i64,
    pub(crate) order_id: Link,
    pub(crate) name: String,
    #[serde(deserialize_with = "optional")]
    pub(crate) product_id: Option<Link>,
    #[serde(deserialize_with = "number")]
    pub(crate) product_uom_qty: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) price_unit: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) discount: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) qty_invoiced: Decimal,
}

impl OrderLine {
    pub(crate) const MODEL: &'static str = "sale.order.line";
    pub(crate) const FIELDS: &'static [&'static str] =
        &["order_id", "name", "product_id", "product_uom_qty", "price_unit", "discount", "qty_invoiced"];
}

/// The taxes of an order's line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LineTaxes {
    pub(crate) id: i64,
    #[serde(alias = "tax_id")]
    pub(crate) tax_ids: Vec<i64>,
}
