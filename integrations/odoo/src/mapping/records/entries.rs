//! Invoices, credit notes, bills, payments, and what they are matched with.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::mapping::numbers::{Link, lenient_date, number, optional};

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
