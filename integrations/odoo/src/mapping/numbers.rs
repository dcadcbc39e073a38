//! Numbers, dates and empty values, as Odoo writes them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

/// Reads a number from its digits.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    exact(raw.get()).map_err(D::Error::custom)
}

/// A number by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Number(#[serde(deserialize_with = "number")] pub(crate) Decimal);

/// The number that a text means. Odoo's floats can have more digits than a decimal; what is cut off is far below a
/// cent.
fn exact(text: &str) -> Result<Decimal, rust_decimal::Error> {
    match text {
        // An empty value.
        "false" | "null" => Ok(Decimal::ZERO),
        _ => text.parse().or_else(|_| Decimal::from_scientific(text)),
    }
}

/// A value, or `false` where there is none.
#[derive(Deserialize)]
#[serde(untagged)]
enum OrFalse<T> {
    Some(T),
    None(#[allow(dead_code, reason = "only its shape matters")] bool),
}

/// Reads a value that may be empty.
pub(crate) fn optional<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(match OrFalse::deserialize(deserializer)? {
        OrFalse::Some(value) => Some(value),
        OrFalse::None(_) => None,
    })
}

/// A link to a record, with the name Odoo shows for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(i64, Option<String>)")]
pub(crate) struct Link {
    pub(crate) id: i64,
    pub(crate) name: String,
}

impl From<(i64, Option<String>)> for Link {
    fn from((id, name): (i64, Option<String>)) -> Self {
        Self { id, name: name.unwrap_or_default() }
    }
}

/// The day of a date or of a moment, if there is one. Odoo writes the year 1 as `1`.
pub(crate) fn lenient_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    let text: Option<String> = optional(deserializer)?;
    let day = text.as_deref().map(|text| text.split(' ').next().unwrap_or(text));
    day.map(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(D::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(deserialize_with = "number")]
        amount: Decimal,
        #[serde(deserialize_with = "optional")]
        link: Option<Link>,
        #[serde(deserialize_with = "lenient_date")]
        date: Option<NaiveDate>,
    }

    fn read(amount: &str, link: &str, date: &str) -> Sample {
        let text = format!(r#"{{"amount": {amount}, "link": {link}, "date": {date}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for (text, expected) in [
            ("10.489999999999995", "10.489999999999995"),
            ("0.1", "0.1"),
            ("12", "12"),
            ("-3.0", "-3.0"),
            ("1e-05", "0.00001"),
            ("1.5E3", "1500"),
            ("false", "0"),
            ("0.30000000000000004", "0.30000000000000004"),
        ] {
            assert_eq!(read(text, "false", "false").amount.to_string(), expected);
        }
    }

    #[test]
    fn what_is_empty_is_none() {
        let empty = read("1", "false", "false");
        assert_eq!((empty.link, empty.date), (None, None));
        let full = read("1", r#"[7, "EUR"]"#, r#""2026-11-22 00:07:12""#);
        assert_eq!(full.link, Some(Link { id: 7, name: "EUR".into() }));
        assert_eq!(full.date, NaiveDate::from_ymd_opt(2026, 11, 22));
        assert_eq!(read("1", "false", r#""1-01-01""#).date, NaiveDate::from_ymd_opt(1, 1, 1));
    }
}
