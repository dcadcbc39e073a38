//! Documents to calls and records to documents: pure, no call is made here.
//!
//! Invariant: amounts and prices cross as Tryton's decimal objects in both directions. Quantities are sent so too;
//! Tryton answers them as JSON numbers, whose digits are read as they stand.

mod documents;
mod entries;
mod marks;
mod papers;
mod records;
#[cfg(test)]
mod tests;
mod values;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

pub(crate) use documents::{
    apart, commission, credit_note, difference, invoice, is_full_credit, order, order_amendment,
    order_cancellation, reversal, same_lines, stock_movement,
};
pub(crate) use entries::{
    Entry, EntryLine, Family, Money, Posting as EntryValues, Side, advance, customer, refund, shares,
};
pub(crate) use marks::{Word, marked, marks, pattern};
pub(crate) use papers::{
    BillingLine, Commission, Handled, Invoice, InvoiceLineRecord, InvoiceState, Move, NotedLine, Payment,
    Sale, SaleInvoice, SaleState, Shipment, ShipmentState,
};
pub(crate) use records::{
    Agent, Coded, Currency, Day, Id, LineDefaults, Location, Party, PartyDefaults, PaymentMethod, Period,
    Product, Record,
};
pub(crate) use values::{
    Bill, Buyer, Movement, SaleLine, amended_values, commission_values, credit_start, ignore,
    invoice_line_probe, invoice_probe, invoice_values, party_values, sale_line_probe, sale_probe,
    sale_values, share, shipment_values, transition_prefix,
};

/// The company that documents are made in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "records::CompanyRecord")]
pub(crate) struct Company {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// IANA time zone, where the company has one of its own.
    pub(crate) zone: Option<String>,
    pub(crate) currency_id: i64,
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
    #[serde(default)]
    pub(crate) groups: Vec<i64>,
}

/// Looks for the company by name, or for the one the user works in.
pub(crate) fn company_search(preferences: &Preferences, name: Option<&str>) -> Vec<Value> {
    let mut domain = vec![json!(["id", "in", preferences.companies])];
    match name {
        Some(name) => domain.push(json!(["party.name", "=", name])),
        None => domain.push(json!(["id", "=", preferences.company])),
    }
    let fields = json!(["party.name", "currency.code", "currency.digits", "timezone"]);
    vec![Value::Array(domain), json!(0), json!(1), Value::Null, fields, json!({})]
}

/// The last parameter of every call. Without a company Tryton's defaults fail; the language fixes that of its errors; by
/// the user's groups it decides which fields are locked.
pub(crate) fn context(company: i64, groups: &[i64], more: &Value) -> Value {
    let mut context = json!({"company": company, "companies": [company], "groups": groups, "language": "en"});
    if let (Some(context), Some(more)) = (context.as_object_mut(), more.as_object()) {
        context.extend(more.clone());
    }
    context
}

/// Tryton's decimal object.
pub(crate) fn decimal(value: Decimal) -> Value {
    json!({"__class__": "Decimal", "decimal": value.to_string()})
}

/// Tryton's object of a moment: the first of a day.
pub(crate) fn midnight(day: NaiveDate) -> Value {
    let mut moment = date(day);
    moment["__class__"] = json!("datetime");
    for part in ["hour", "minute", "second", "microsecond"] {
        moment[part] = json!(0);
    }
    moment
}

/// Tryton's date object.
pub(crate) fn date(value: NaiveDate) -> Value {
    use chrono::Datelike;
    json!({"__class__": "date", "year": value.year(), "month": value.month(), "day": value.day()})
}

/// Half away from zero, to the digits of the company's currency: Tryton keeps commissions and costs finer.
pub(crate) fn rounded(amount: Decimal, company: &Company) -> Decimal {
    amount.round_dp_with_strategy(company.currency_digits, RoundingStrategy::MidpointAwayFromZero)
}

#[derive(Deserialize)]
struct DecimalObject {
    decimal: String,
}

#[derive(Deserialize)]
struct DateObject {
    year: i32,
    month: u32,
    day: u32,
}

impl DateObject {
    fn day<E: serde::de::Error>(&self) -> Result<NaiveDate, E> {
        NaiveDate::from_ymd_opt(self.year, self.month, self.day).ok_or_else(|| E::custom("no such day"))
    }
}

fn exact(text: &str) -> Result<Decimal, rust_decimal::Error> {
    text.parse().or_else(|_| Decimal::from_scientific(text))
}

/// Reads an amount.
pub(crate) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let object = DecimalObject::deserialize(deserializer)?;
    exact(&object.decimal).map_err(serde::de::Error::custom)
}

/// Reads an amount that may be missing.
pub(crate) fn optional_amount<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    let object = Option::<DecimalObject>::deserialize(deserializer)?;
    object.map(|object| exact(&object.decimal)).transpose().map_err(serde::de::Error::custom)
}

/// Reads a day.
fn date_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    DateObject::deserialize(deserializer)?.day()
}

/// Reads a day that may be missing, or the day of a moment: that has the same parts, and more.
fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    Option::<DateObject>::deserialize(deserializer)?.map(|object| object.day()).transpose()
}

/// Reads a quantity.
fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    exact(&number.to_string()).map(|quantity| quantity.normalize()).map_err(serde::de::Error::custom)
}

/// Reads a quantity that may be missing.
fn optional_quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(deserializer)?;
    let read = number.map(|number| exact(&number.to_string()).map(|quantity| quantity.normalize()));
    read.transpose().map_err(serde::de::Error::custom)
}
