//! Documents to calls and records to documents: pure, no call is made here.
//!
//! Invariant: amounts and prices cross as Tryton's decimal objects in both directions. Quantities are sent so too;
//! Tryton answers them as JSON numbers, whose digits are read as they stand.

mod documents;
mod records;
#[cfg(test)]
mod tests;
mod values;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

pub(crate) use documents::{
    commission, credit_note, difference, invoice, is_full_credit, order, order_cancellation, reversal,
    same_lines, stock_movement,
};
pub(crate) use records::{
    Agent, Commission, Id, Invoice, InvoiceState, LineDefaults, Location, Party, PartyDefaults, Product,
    Record, Sale, SaleState, Shipment, ShipmentState,
};
pub(crate) use values::{
    Buyer, Movement, SaleLine, credit_start, fee_values, ignore, invoice_line_probe, invoice_probe,
    party_values, sale_line_probe, sale_lines, sale_probe, sale_values, shipment_values, transition_prefix,
};

/// The company that documents are made in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "records::CompanyRecord")]
pub(crate) struct Company {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// ISO 4217 code.
    pub(crate) currency: String,
    pub(crate) currency_digits: u32,
}

/// What Tryton says about the user who logged in.
#[derive(Debug, Deserialize)]
pub(crate) struct Preferences {
    company: Option<i64>,
    #[serde(default)]
    companies: Vec<i64>,
}

/// Looks for the company by name, or for the one the user works in.
pub(crate) fn company_search(preferences: &Preferences, name: Option<&str>) -> Vec<Value> {
    let mut domain = vec![json!(["id", "in", preferences.companies])];
    match name {
        Some(name) => domain.push(json!(["party.name", "=", name])),
        None => domain.push(json!(["id", "=", preferences.company])),
    }
    let fields = json!(["party.name", "currency.code", "currency.digits"]);
    vec![Value::Array(domain), json!(0), json!(1), Value::Null, fields, json!({})]
}

/// The last parameter of every call. Without a company Tryton's defaults fail; the language fixes that of its errors.
pub(crate) fn context(company: i64, more: &Value) -> Value {
    let mut context = json!({"company": company, "companies": [company], "language": "en"});
    if let (Some(context), Some(more)) = (context.as_object_mut(), more.as_object()) {
        context.extend(more.clone());
    }
    context
}

/// Tryton's decimal object.
pub(crate) fn decimal(value: Decimal) -> Value {
    json!({"__class__": "Decimal", "decimal": value.to_string()})
}

/// Tryton's date object.
fn date(value: chrono::NaiveDate) -> Value {
    use chrono::Datelike;
    json!({"__class__": "date", "year": value.year(), "month": value.month(), "day": value.day()})
}

#[derive(Deserialize)]
struct DecimalObject {
    decimal: String,
}

fn exact(text: &str) -> Result<Decimal, rust_decimal::Error> {
    text.parse().or_else(|_| Decimal::from_scientific(text))
}

/// Reads an amount.
fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let object = DecimalObject::deserialize(deserializer)?;
    exact(&object.decimal).map_err(serde::de::Error::custom)
}

/// Reads an amount that may be missing.
fn optional_amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let object = Option::<DecimalObject>::deserialize(deserializer)?;
    object.map(|object| exact(&object.decimal)).transpose().map_err(serde::de::Error::custom)
}

/// Reads a quantity.
fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    exact(&number.to_string()).map(|quantity| quantity.normalize()).map_err(serde::de::Error::custom)
}
