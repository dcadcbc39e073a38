//! The days of a report, and their weeks.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::super::{Error, Result, calendar};
use crate::codes;
use crate::store::Stretch;

/// Days of a report at most: a year and the rest of its last week. A row a week still fits on a page.
pub const MAX_DAYS: u64 = 371;

/// Days of five weeks, less one.
const FIVE_WEEKS: Days = Days::new(34);
/// Days of the four weeks before the present one.
const FOUR_WEEKS: Days = Days::new(28);

/// Years that days may be of. No diary has others, and no engine has trouble with these.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// Days, both included, the first no later than the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

impl Period {
    /// The days asked for; else the last four full weeks and the present one.
    pub(super) fn of(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Result<Self> {
        let week = today.week(Weekday::Mon);
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, from.checked_add_days(FIVE_WEEKS).unwrap_or(from)),
            (None, Some(to)) => (to.checked_sub_days(FIVE_WEEKS).unwrap_or(to), to),
            (None, None) => (week.first_day() - FOUR_WEEKS, week.last_day()),
        };
        let unfit = |field, message: String| Err(Error::Unfit { code: codes::BAD_PERIOD, field, message });
        if let Some(day) = [from, to].into_iter().find(|day| !YEARS.contains(&day.year())) {
            return unfit("from", format!("{day} is in no year that is reported on"));
        }
        match u64::try_from((to - from).num_days()) {
            Err(_) => unfit("to", format!("{to} is before {from}")),
            Ok(days) if days >= MAX_DAYS => {
                unfit("to", format!("from {from} to {to} is more than {MAX_DAYS} days"))
            }
            Ok(_) => Ok(Self { from, to }),
        }
    }

    /// Its weeks from Monday to Sunday, the first and the last cut where it begins and ends.
    pub(super) fn weeks(self) -> Vec<Self> {
        let mut weeks = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let to = from.week(Weekday::Mon).last_day().min(self.to);
            weeks.push(Self { from, to });
            let Some(next) = to.succ_opt() else { break };
            from = next;
        }
        weeks
    }

    /// Its days.
    pub(super) fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }

    /// From its first moment to the first one after it.
    pub(super) fn stretch(self, zone: Tz) -> Stretch {
        (calendar::day(zone, self.from).0, calendar::day(zone, self.to).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn of(from: Option<&str>, to: Option<&str>) -> Result<Period> {
        Period::of(from.map(day), to.map(day), day("2026-11-27"))
    }

    #[test]
    fn a_period_is_five_weeks_unless_it_is_said() {
        for (from, to, expected) in [
            (None, None, ("2026-10-26", "2026-11-29")),
            (Some("2026-01-01"), None, ("2026-01-01", "2026-02-04")),
            (None, Some("2026-02-04"), ("2026-01-01", "2026-02-04")),
            (Some("2026-02-04"), Some("2026-02-04"), ("2026-02-04", "2026-02-04")),
            (Some("2025-01-01"), Some("2026-01-06"), ("2025-01-01", "2026-01-06")),
        ] {
            let expected = Period { from: day(expected.0), to: day(expected.1) };
            assert_eq!(of(from, to).unwrap(), expected, "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_period_that_is_none_is_refused() {
        for (from, to) in [
            ("2026-02-04", "2026-02-03"),
            ("2025-01-01", "2026-01-07"),
            ("0001-01-01", "0001-01-02"),
            ("9999-12-30", "9999-12-31"),
        ] {
            let refused = of(Some(from), Some(to));
            assert!(matches!(refused, Err(Error::Unfit { code, .. }) if code == codes::BAD_PERIOD), "{from}");
        }
        assert!(Period::of(Some(NaiveDate::MAX), None, day("2026-11-27")).is_err());
        assert!(Period::of(None, Some(NaiveDate::MIN), day("2026-11-27")).is_err());
    }

    #[test]
    fn weeks_begin_on_monday_and_are_cut_at_both_ends() {
        let weeks = of(Some("2026-10-31"), Some("2026-11-10")).unwrap().weeks();
        let told: Vec<_> = weeks.iter().map(|week| (week.from.to_string(), week.to.to_string())).collect();
        let expected =
            [("2026-10-31", "2026-11-01"), ("2026-11-02", "2026-11-08"), ("2026-11-09", "2026-11-10")];
        assert_eq!(told, expected.map(|(from, to)| (from.to_owned(), to.to_owned())));
        // The night the clocks go back is in the first one.
        let (start, end) =
            of(Some("2026-10-19"), Some("2026-10-25")).unwrap().stretch(chrono_tz::Europe::Berlin);
        assert_eq!((end - start).num_hours(), 7 * 24 + 1);
    }
}
