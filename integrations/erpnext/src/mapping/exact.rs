//! Numbers, by their digits.
//!
//! Invariant: no float is ever made of a number. ERPNext writes amounts as JSON numbers; they are read from the text
//! that came and written as the text that is meant.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// What ERPNext reckons with in between has noise behind these digits; amounts it stores have two or three.
const DIGITS: u32 = 6;

/// A number that crosses by its digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(pub(crate) Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.normalize().to_string();
        RawValue::from_string(digits).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // Some numbers come as texts, and missing ones as null.
        let digits = raw.get().trim_matches('"').trim();
        if matches!(digits, "" | "null") {
            return Ok(Self::default());
        }
        let number = digits.parse::<Decimal>().or_else(|_| Decimal::from_scientific(digits));
        number.map(|number| Self(number.round_dp(DIGITS))).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_cross_as_they_are() {
        for (came, meant, sent) in [
            ("80.0", "80.0", "80"),
            ("33.33", "33.33", "33.33"),
            ("0.1", "0.1", "0.1"),
            ("14.439999999999998", "14.44", "14.44"),
            ("0.30000000000000004", "0.3", "0.3"),
            ("1e-05", "0.00001", "0.00001"),
            ("1.2345e+3", "1234.5", "1234.5"),
            ("\"12.5\"", "12.5", "12.5"),
            ("-4.8", "-4.8", "-4.8"),
            ("null", "0", "0"),
            ("12345678901234567.89", "12345678901234567.89", "12345678901234567.89"),
        ] {
            let exact: Exact = serde_json::from_str(came).unwrap();
            assert_eq!(exact.0, meant.parse::<Decimal>().unwrap(), "{came}");
            assert_eq!(serde_json::to_string(&exact).unwrap(), sent);
        }
        assert!(serde_json::from_str::<Exact>("\"abc\"").is_err());
    }
}
