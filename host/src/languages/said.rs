//! How moments, lengths and amounts are said in a language.

use chrono::{DateTime, Datelike, NaiveDate, Offset, Timelike, Utc};
use chrono_tz::{OffsetName, Tz};
use rust_decimal::Decimal;

use super::Language;
use super::file::{HINT, PLAIN, zone_name};
use crate::model::master::currency_digits;

/// Minutes of an hour and of a day, and hours of a half day.
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const HALF_DAY: u32 = 12;

impl Language {
    /// A time of day.
    #[must_use]
    pub fn time(&self, at: DateTime<Utc>, zone: Tz) -> String {
        let at = at.with_timezone(&zone);
        let hour12 = match at.hour() % HALF_DAY {
            0 => HALF_DAY,
            hour => hour,
        };
        let half = if at.hour() < HALF_DAY { "am" } else { "pm" };
        self.tell(
            "time",
            [
                ("hour", format!("{:02}", at.hour()).into()),
                ("minute", format!("{:02}", at.minute()).into()),
                ("hour12", hour12.to_string().into()),
                ("half", half.into()),
            ],
        )
    }

    /// A day.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> String {
        self.dated("date", date)
    }

    /// A day of a week whose year is said elsewhere.
    #[must_use]
    pub fn day_without_year(&self, date: NaiveDate) -> String {
        self.dated("date-without-year", date)
    }

    fn dated(&self, name: &str, date: NaiveDate) -> String {
        self.tell(
            name,
            [
                ("weekday", self.say(&format!("weekday-{}", date.weekday().number_from_monday())).into()),
                ("day", date.day().to_string().into()),
                ("month", self.month(date).into()),
                ("year", date.year().to_string().into()),
            ],
        )
    }

    fn month(&self, date: NaiveDate) -> String {
        self.say(&format!("month-{}", date.month()))
    }

    /// A week, from its first day to its last.
    #[must_use]
    pub fn week(&self, first: NaiveDate, last: NaiveDate) -> String {
        self.tell(
            "week",
            [
                ("first", first.day().to_string().into()),
                ("first-month", self.month(first).into()),
                ("last", last.day().to_string().into()),
                ("last-month", self.month(last).into()),
                ("year", last.year().to_string().into()),
            ],
        )
    }

    /// A moment with its zone.
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>, zone: Tz) -> String {
        self.tell(
            "moment",
            [
                ("date", self.day(at.with_timezone(&zone).date_naive()).into()),
                ("time", self.time(at, zone).into()),
                ("zone", self.zone_short(at, zone).into()),
            ],
        )
    }

    /// Two ends of a visit, the day once where it is the same.
    #[must_use]
    pub fn span(&self, start: DateTime<Utc>, end: DateTime<Utc>, zone: Tz) -> String {
        let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let mut told = vec![
            ("date", self.day(day(start)).into()),
            ("from", self.time(start, zone).into()),
            ("to", self.time(end, zone).into()),
            ("zone", self.zone_short(end, zone).into()),
        ];
        if day(start) == day(end) {
            return self.tell("span", told);
        }
        told.push(("last-date", self.day_without_year(day(end)).into()));
        self.tell("span-over-days", told)
    }

    /// What a zone's clocks are said to show at a moment.
    fn zone_short(&self, at: DateTime<Utc>, zone: Tz) -> String {
        let offset = *at.with_timezone(&zone).offset();
        let said = offset.abbreviation().map_or_else(|| offset.fix().to_string(), str::to_owned);
        self.tell("zone-short", [("zone", said.into())])
    }

    /// A zone as people read it.
    #[must_use]
    pub fn zone(&self, zone: &str) -> String {
        self.tell_if(&zone_name(zone), None, []).unwrap_or_else(|| zone.replace('_', " "))
    }

    /// How long something takes.
    #[must_use]
    pub fn length(&self, minutes: u32) -> String {
        if minutes > DAY && minutes.is_multiple_of(DAY) {
            return self.tell("length-days", [("days", (minutes / DAY).into())]);
        }
        self.tell("length", [("hours", (minutes / HOUR).into()), ("minutes", (minutes % HOUR).into())])
    }

    /// A number with its digits behind the point.
    #[must_use]
    pub fn number(&self, number: Decimal) -> String {
        number.to_string().replace('.', &self.say("decimal-mark"))
    }

    /// An amount, with as many digits as its currency has, and none rounded away.
    #[must_use]
    pub fn money(&self, mut amount: Decimal, currency: &str) -> String {
        let digits = currency_digits(currency).map_or(0, u32::from);
        if amount.scale() < digits {
            amount.rescale(digits);
        }
        self.tell("money", [("amount", self.number(amount).into()), ("currency", currency.to_owned().into())])
    }

    /// What a refusal with this code says, and what would help; none where the language has no words for it. The rules' own
    /// sentence gives the number that it is about.
    #[must_use]
    pub fn refusal(&self, code: &str, message: &str) -> (Option<String>, Option<String>) {
        let number = first_number(message);
        // Without a number, words that name one cannot be filled, and are not used.
        let told = || {
            let numbers = number.into_iter();
            numbers.flat_map(|number| [("number", number.into()), ("span", self.length(number).into())])
        };
        let plain = || if number.is_none() { self.tell_if(code, Some(PLAIN), []) } else { None };
        let message = plain().or_else(|| self.tell_if(code, None, told()));
        (message, self.tell_if(code, Some(HINT), told()))
    }
}

/// The first whole number in a sentence.
fn first_number(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?;
    digits.parse().ok()
}
