//! JSON values as Frappe reads and writes them.
//!
//! Invariant: amounts are decimals inside and JSON numbers with a point outside, as a real server prints its floats.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Number, Value};

/// A document, or one row of a document's table.
pub(crate) type Doc = Map<String, Value>;

/// Decimal places of amounts.
const MONEY_DIGITS: u32 = 2;
/// Decimal places of quantities.
const FLOAT_DIGITS: u32 = 3;
/// Decimal places of percentages and rates of exchange.
const RATE_DIGITS: u32 = 9;

/// A number as Frappe's `flt` reads it: what is none counts as zero.
pub(crate) fn flt(value: Option<&Value>) -> Decimal {
    match value {
        Some(Value::Number(number)) => parse(&number.to_string()),
        Some(Value::String(text)) => parse(text.trim()),
        Some(Value::Bool(true)) => Decimal::ONE,
        Some(Value::Bool(false) | Value::Null | Value::Array(_) | Value::Object(_)) | None => Decimal::ZERO,
    }
}

fn parse(text: &str) -> Decimal {
    text.parse().or_else(|_| Decimal::from_scientific(text)).unwrap_or_default()
}

/// A field as a number.
pub(crate) fn num(doc: &Doc, field: &str) -> Decimal {
    flt(doc.get(field))
}

/// A field as a flag.
pub(crate) fn flag(doc: &Doc, field: &str) -> bool {
    !num(doc, field).is_zero()
}

/// A field as text; what is none or no text is empty.
pub(crate) fn text<'a>(doc: &'a Doc, field: &str) -> &'a str {
    doc.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a field has a value in Frappe's sense.
pub(crate) fn is_set(value: Option<&Value>) -> bool {
    !matches!(value, None | Some(Value::Null)) && value.and_then(Value::as_str) != Some("")
}

/// The rows of a table.
pub(crate) fn rows<'a>(doc: &'a Doc, table: &str) -> Vec<&'a Doc> {
    doc.get(table)
        .and_then(Value::as_array)
        .map(|rows| rows.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default()
}

/// Takes the rows of a table out, to change and [`put_rows`] them back.
pub(crate) fn take_rows(doc: &mut Doc, table: &str) -> Vec<Doc> {
    match doc.remove(table) {
        Some(Value::Array(rows)) => rows
            .into_iter()
            .filter_map(|row| match row {
                Value::Object(row) => Some(row),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn put_rows(doc: &mut Doc, table: &str, rows: Vec<Doc>) {
    doc.insert(table.into(), Value::Array(rows.into_iter().map(Value::Object).collect()));
}

/// A JSON number with a point.
pub(crate) fn float(value: Decimal) -> Value {
    let mut text = value.normalize().to_string();
    if !text.contains('.') {
        text.push_str(".0");
    }
    serde_json::from_str::<Number>(&text).map_or(Value::Null, Value::Number)
}

/// Sets an amount.
pub(crate) fn set(doc: &mut Doc, field: &str, value: Decimal) {
    doc.insert(field.into(), float(value));
}

/// Sets anything else.
pub(crate) fn put(doc: &mut Doc, field: &str, value: impl Into<Value>) {
    doc.insert(field.into(), value.into());
}

/// Sets a field that has no value yet.
pub(crate) fn default(doc: &mut Doc, field: &str, value: impl Into<Value>) {
    if !is_set(doc.get(field)) {
        doc.insert(field.into(), value.into());
    }
}

/// Banker's rounding, ERPNext's default.
pub(crate) fn money(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(MONEY_DIGITS, RoundingStrategy::MidpointNearestEven)
}

pub(crate) fn quantity(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(FLOAT_DIGITS, RoundingStrategy::MidpointNearestEven)
}

pub(crate) fn fine(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(RATE_DIGITS, RoundingStrategy::MidpointNearestEven)
}

/// A date in the one form the database takes.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 10 && text.is_ascii();
    plain.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// A moment as Frappe writes it: in the site's zone, without saying so.
pub(crate) fn stamp(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (from, to) in
            [("0.125", "0.12"), ("0.135", "0.14"), ("2.675", "2.68"), ("1.005", "1.00"), ("33.335", "33.34")]
        {
            assert_eq!(money(decimal(from)), decimal(to));
        }
    }

    #[test]
    fn numbers_are_printed_with_a_point() {
        for (value, printed) in [("80", "80.0"), ("65.50", "65.5"), ("-4.80", "-4.8"), ("0", "0.0")] {
            assert_eq!(float(decimal(value)).to_string(), printed);
        }
    }
}
