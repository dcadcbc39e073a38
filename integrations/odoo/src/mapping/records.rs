//! Odoo's records as this connector reads them: the fields asked for, and their shape.
//!
//! Invariant: a state that is not known here is an error, never taken for another one. Aliases are the names that other
//! versions have for the same.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::numbers::{Link, lenient_date, number, optional};

/// A record of which only the identifier matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Id {
    pub(crate) id: i64,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MoveState {
    Draft,
    Posted,
    Cancel,
}

/// An entry of any kind: invoice, credit note, vendor bill.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Move {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional")]
    pub(crate) name: Option<String>,
    pub(crate) state: MoveState,
    pub(crate) move_type: String,
    #[serde(rename = "ref", deserialize_with = "optional")]
    pub(crate) reference: Option<String>,
    pub(crate) currency_id: Link,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_untaxed: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_tax: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_total: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) amount_residual: Decimal,
    #[serde(deserialize_with = "lenient_date")]
    pub(crate) invoice_date: Option<NaiveDate>,
    #[serde(deserialize_with = "optional")]
    pub(crate) partner_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) commercial_partner_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) fiscal_position_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) journal_id: Option<Link>,
}

impl Move {
    pub(crate) const MODEL: &'static str = "account.move";
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "name",
        "state",
        "move_type",
        "ref",
        "currency_id",
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "invoice_date",
        "partner_id",
        "commercial_partner_id",
        "fiscal_position_id",
        "journal_id",
    ];
}

/// A line of an invoice as people see it, without those of taxes and the total.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MoveLine {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "optional")]
    pub(crate) product_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) product_uom_id: Option<Link>,
    #[serde(deserialize_with = "optional")]
    pub(crate) account_id: Option<Link>,
    #[serde(deserialize_with = "number")]
    pub(crate) quantity: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) price_unit: Decimal,
    #[serde(deserialize_with = "number")]
    pub(crate) discount: Decimal,
    pub(crate) tax_ids: Vec<i64>,
    /// Not on a vendor's bill.
    #[serde(default)]
    pub(crate) sale_line_ids: Vec<i64>,
}

impl MoveLine {
    pub(crate) const MODEL: &'static str = "account.move.line";
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "name",
        "product_id",
        "product_uom_id",
        "account_id",
        "quantity",
        "price_unit",
        "discount",
        "tax_ids",
        "sale_line_ids",
    ];
}

/// The taxes of an order's line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LineTaxes {
    pub(crate) id: i64,
    #[serde(alias = "tax_id")]
    pub(crate) tax_ids: Vec<i64>,
}

/// The line of an entry with a customer's open amount.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OpenLine {
    pub(crate) id: i64,
    /// In the entry's currency; below zero where the customer is owed.
    #[serde(deserialize_with = "number")]
    pub(crate) amount_residual_currency: Decimal,
}

impl OpenLine {
    pub(crate) const FIELDS: &'static [&'static str] = &["amount_residual_currency"];
}

/// One match of a debit with a credit.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Partial {
    pub(crate) id: i64,
    /// In the currency of the debit.
    #[serde(deserialize_with = "number")]
    pub(crate) debit_amount_currency: Decimal,
}

impl Partial {
    pub(crate) const MODEL: &'static str = "account.partial.reconcile";
    pub(crate) const FIELDS: &'static [&'static str] = &["debit_amount_currency"];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentState {
    Draft,
    /// Up to Odoo 17.
    Posted,
    /// Since Odoo 18: posted, and not yet seen on an account.
    InProcess,
    /// Since Odoo 18: posted, and settled or seen on an account.
    Paid,
    #[serde(alias = "cancel", alias = "cancelled")]
    Canceled,
    Rejected,
}

impl PaymentState {
    pub(crate) const fn stands(self) -> bool {
        matches!(self, Self::Posted | Self::InProcess | Self::Paid)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: i64,
    #[serde(deserialize_with = "optional")]
    pub(crate) name: Option<String>,
    pub(crate) state: PaymentState,
    #[serde(alias = "ref", deserialize_with = "optional")]
    pub(crate) memo: Option<String>,
    pub(crate) currency_id: Link,
    #[serde(deserialize_with = "number")]
    pub(crate) amount: Decimal,
    #[serde(deserialize_with = "lenient_date")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "optional")]
    pub(crate) partner_id: Option<Link>,
    /// The payment's entry; none where its method has no account of its own.
    #[serde(deserialize_with = "optional")]
    pub(crate) move_id: Option<Link>,
    pub(crate) journal_id: Link,
}

impl Payment {
    pub(crate) const MODEL: &'static str = "account.payment";
    /// Besides the field with our key, whose name differs.
    pub(crate) const FIELDS: &'static [&'static str] =
        &["name", "state", "currency_id", "amount", "date", "partner_id", "move_id", "journal_id"];
}

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
    pub(crate) state: String,
    #[serde(deserialize_with = "number")]
    pub(crate) product_uom_qty: Decimal,
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
    pub(crate) const FIELDS: &'static [&'static str] =
        &["picking_id", "product_id", "state", "product_uom_qty", "product_uom"];
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

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Journal {
    pub(crate) id: i64,
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Journal {
    pub(crate) const MODEL: &'static str = "account.journal";
    pub(crate) const FIELDS: &'static [&'static str] = &["code", "name", "type"];
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
