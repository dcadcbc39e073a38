//! Which days a look is about. Pure.
//!
//! Invariant: a night and its days are the company's own, by the clocks where it is.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use slotledger_erp::Days;

use super::{Error, Result};
use crate::model::{Company, FieldError};

/// Most days of one look: a quarter. Longer spans are looked at one after another.
pub const MAX_DAYS: i64 = 92;

/// When in a company's night its books are looked at, and how many days back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// The hour of the company's clocks from which on it is done.
    pub hour: u32,
    /// How many days, up to the one before.
    pub days: u32,
}

/// The days a company's night looks at, if it is that late there.
pub(super) fn tonight(company: &Company, now: DateTime<Utc>, night: Night) -> Option<Days> {
    let local = now.with_timezone(&company.time_zone);
    if local.hour() < night.hour {
        return None;
    }
    let today = NaiveDate::from_ymd_opt(local.year(), local.month(), local.day())?;
    let to = today.pred_opt()?;
    let from = to.checked_sub_signed(TimeDelta::days(i64::from(night.days.max(1)) - 1))?;
    Some(Days { from, to })
}

pub(super) fn check_days(days: Days) -> Result<()> {
    let wrong = |message: String| Error::Invalid(vec![FieldError { field: "to".to_owned(), message }]);
    if days.to < days.from {
        return Err(wrong("must not be before from".to_owned()));
    }
    if (days.to - days.from).num_days() >= MAX_DAYS {
        return Err(wrong(format!("must be at most {MAX_DAYS} days after from")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_night_is_the_companys_own() {
        let company: Company = serde_json::from_value(json!({
            "name": "A shop", "currency": "EUR", "time_zone": "Asia/Tokyo",
        }))
        .expect("a company");
        let night = Night { hour: 2, days: 7 };
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        assert_eq!(tonight(&company, at("2027-01-15T16:59:00Z"), night), None, "01:59 in Tokyo");
        let days = tonight(&company, at("2027-01-15T17:00:00Z"), night).expect("02:00 in Tokyo");
        assert_eq!(
            (days.from.to_string(), days.to.to_string()),
            ("2027-01-09".to_owned(), "2027-01-15".to_owned())
        );
    }

    #[test]
    fn days_are_in_order_and_not_too_many() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let days = |from, to| check_days(Days { from: day(from), to: day(to) });
        assert!(days("2027-01-01", "2027-01-01").is_ok());
        assert!(days("2027-01-01", "2027-04-02").is_ok());
        assert!(days("2027-01-01", "2027-04-03").is_err());
        assert!(days("2027-01-02", "2027-01-01").is_err());
    }
}
