//! Checks of single values: what has a sensible shape, whatever the record.
//!
//! Invariant: every limit on a value's size is named here. The request schemas repeat them for whoever reads
//! `/openapi.json`; this is where they are kept.
//!
//! Deliberately absent: what may be booked. A value that passes here can still be refused by the rules.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use rust_decimal::Decimal;

use super::FieldError;

/// Longest name, title or reason, in characters: what fits a line of a document.
pub const LINE: usize = 200;

/// Longest code of an item, a party, a unit of measure or a warehouse; ERPs end theirs at 140 or before.
pub const CODE: usize = 100;

/// Longest free text, in characters: some pages.
pub const TEXT: usize = 10_000;

/// Decimal places of an amount or a quantity; the finest currencies have four.
pub const PLACES: u32 = 6;

/// Amounts and quantities stay below this: twelve digits before the point.
pub const BELOW: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0);

/// A year, in minutes: the longest lead time or cut-off.
pub const YEAR_MINUTES: u32 = 366 * 24 * 60;

/// A day, in minutes.
pub const DAY_MINUTES: u32 = 24 * 60;

/// Most guests of one appointment, and most appointments in one unit.
pub const GUESTS: u32 = 10_000;

/// The years that dates may lie in: anything else is a slip of the keyboard.
pub const YEARS: RangeInclusive<i32> = 2000..=2199;

/// Collects what is wrong with the fields of one value.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// What was found wrong.
    #[must_use]
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// Notes that a field is wrong, unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, message: impl Into<String>) {
        if !holds {
            self.0.push(FieldError { field: field.to_owned(), message: message.into() });
        }
    }

    /// A text of one line that must say something: a name, a code.
    pub fn line(&mut self, field: &str, text: &str, max: usize) {
        self.require(!text.trim().is_empty(), field, "must not be empty");
        self.one_line(field, text, max);
    }

    /// A text of one line that may be left out, but not left blank.
    pub fn optional_line(&mut self, field: &str, text: Option<&str>, max: usize) {
        if let Some(text) = text {
            self.line(field, text, max);
        }
    }

    /// A text of any number of lines; it may be empty.
    pub fn text(&mut self, field: &str, text: &str, max: usize) {
        self.length(field, text, max);
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        self.require(!text.contains(control), field, "must not contain control characters");
    }

    /// An amount of money.
    pub fn money(&mut self, field: &str, amount: Decimal) {
        self.decimal(field, amount);
    }

    /// A quantity, which is more than nothing.
    pub fn quantity(&mut self, field: &str, quantity: Decimal) {
        self.decimal(field, quantity);
        self.require(!quantity.is_zero(), field, "must be more than 0");
    }

    /// A percentage.
    pub fn percent(&mut self, field: &str, percent: Decimal) {
        self.decimal(field, percent);
        self.require(percent <= Decimal::ONE_HUNDRED, field, "must be at most 100");
    }

    /// A whole number.
    pub fn within(&mut self, field: &str, number: u32, range: RangeInclusive<u32>) {
        let (from, to) = (range.start(), range.end());
        self.require(range.contains(&number), field, format!("must be from {from} to {to}"));
    }

    /// The length of a list.
    pub fn at_most<T>(&mut self, field: &str, list: &[T], max: usize) {
        self.require(list.len() <= max, field, format!("must have at most {max} entries"));
    }

    /// A moment.
    pub fn instant(&mut self, field: &str, instant: DateTime<Utc>) {
        self.year(field, instant.year());
        self.require(instant.nanosecond() == 0, field, "must be a whole second");
    }

    /// A day.
    pub fn date(&mut self, field: &str, date: NaiveDate) {
        self.year(field, date.year());
    }

    /// A time of day.
    pub fn time(&mut self, field: &str, time: NaiveTime) {
        let whole = time.second() == 0 && time.nanosecond() == 0;
        self.require(whole, field, "must be a whole minute");
    }

    fn year(&mut self, field: &str, year: i32) {
        let (from, to) = (YEARS.start(), YEARS.end());
        self.require(YEARS.contains(&year), field, format!("must lie in the years {from} to {to}"));
    }

    fn decimal(&mut self, field: &str, number: Decimal) {
        self.require(!number.is_sign_negative(), field, "must not be negative");
        self.require(number.abs() < BELOW, field, "must have at most 12 digits before the point");
        self.require(number.scale() <= PLACES, field, "must have at most 6 digits after the point");
    }

    fn one_line(&mut self, field: &str, text: &str, max: usize) {
        self.length(field, text, max);
        self.require(!text.contains(char::is_control), field, "must not contain control characters");
    }

    fn length(&mut self, field: &str, text: &str, max: usize) {
        self.require(text.chars().count() <= max, field, format!("must have at most {max} characters"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(check: impl FnOnce(&mut Fields)) -> Vec<String> {
        let mut fields = Fields::default();
        check(&mut fields);
        fields.into_errors().into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn amounts_have_twelve_digits_before_and_six_behind_the_point() {
        assert_eq!(BELOW.to_string(), "1000000000000");
        for good in ["0", "0.000001", "999999999999.999999", "49.90"] {
            assert_eq!(wrong(|f| f.money("x", good.parse().unwrap())), [""; 0], "{good}");
        }
        for bad in ["-0.01", "1000000000000", "0.0000001", "1e27"] {
            let amount = bad.parse().or_else(|_| Decimal::from_scientific(bad)).unwrap();
            assert_ne!(wrong(|f| f.money("x", amount)), [""; 0], "{bad}");
        }
    }

    #[test]
    fn a_quantity_is_more_than_nothing_and_a_percentage_at_most_a_hundred() {
        assert_eq!(wrong(|f| f.quantity("x", Decimal::ZERO)), ["must be more than 0"]);
        assert_eq!(wrong(|f| f.percent("x", Decimal::new(1001, 1))), ["must be at most 100"]);
        assert_eq!(wrong(|f| f.percent("x", Decimal::ONE_HUNDRED)), [""; 0]);
    }

    #[test]
    fn names_are_one_line_that_says_something() {
        for bad in ["", "  ", "a\nb", "a\0", "\u{85}", &"n".repeat(LINE + 1)] {
            assert_ne!(wrong(|f| f.line("x", bad, LINE)), [""; 0], "{bad:?}");
        }
        assert_eq!(wrong(|f| f.line("x", &"é".repeat(LINE), LINE)), [""; 0]);
    }

    #[test]
    fn texts_may_have_lines_but_no_other_control_characters() {
        assert_eq!(wrong(|f| f.text("x", "two\r\nlines\tand a tab", TEXT)), [""; 0]);
        assert_eq!(wrong(|f| f.text("x", "\0", TEXT)), ["must not contain control characters"]);
    }

    #[test]
    fn the_year_9999_is_a_slip() {
        for (instant, good) in
            [("9999-12-31T23:59:59Z", false), ("1999-12-31T23:59:59Z", false), ("2199-12-31T23:59:59Z", true)]
        {
            assert_eq!(wrong(|f| f.instant("x", instant.parse().unwrap())).is_empty(), good, "{instant}");
        }
    }

    #[test]
    fn times_are_whole_minutes_and_moments_whole_seconds() {
        assert_eq!(wrong(|f| f.time("x", "09:00:30".parse().unwrap())), ["must be a whole minute"]);
        assert_eq!(wrong(|f| f.time("x", "23:59:60".parse().unwrap())), ["must be a whole minute"]);
        let instant = "2030-01-01T00:00:00.5Z".parse().unwrap();
        assert_eq!(wrong(|f| f.instant("x", instant)), ["must be a whole second"]);
    }
}
