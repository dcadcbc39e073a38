//! From a recurrence rule to moments.
//!
//! Invariant: a rule repeats a local time. It is expanded on local times alone, and each of these becomes an instant the
//! way shifts do (`calendar`): 09:00 stays 09:00 across a clock change, a time that a change skips means the moment of
//! the change, and of one that it repeats the first is meant. Only the start is an instant already, and stays the one it is.
//!
//! Deliberately absent: whether anything can be booked then.

use chrono::{DateTime, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::app::calendar::{Edge, instant};
use crate::app::{Error, Result};
use crate::codes::{self, Code};

/// Most occurrences of a series: each is a decision of its own inside one request.
pub(super) const MAX_OCCURRENCES: usize = 200;

/// The longest a series goes on, months.
const MAX_MONTHS: Months = Months::new(24);

/// The longest rule that is read, characters. One with every part in use is shorter.
const MAX_RULE: usize = 500;

/// What a rule may consist of.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
];

/// What repeats, and where.
pub(super) struct Repetition<'a> {
    /// By RFC 5545.
    pub(super) rule: &'a str,
    /// The last date that is meant, beside what the rule says.
    pub(super) until: Option<NaiveDate>,
    /// Dates that are left out.
    pub(super) excluded: &'a [NaiveDate],
    /// Where the rule begins to count, and its time of day.
    pub(super) start: DateTime<Utc>,
    /// Whose local time repeats.
    pub(super) zone: Tz,
}

impl Repetition<'_> {
    /// The moments, in order.
    pub(super) fn starts(&self) -> Result<Vec<DateTime<Utc>>> {
        let first = self.start.with_timezone(&self.zone).naive_local();
        let starts = self.local_starts()?.into_iter();
        let at = |local| if local == first { self.start } else { instant(self.zone, local, Edge::Begin) };
        Ok(starts.map(at).collect())
    }

    fn local_starts(&self) -> Result<Vec<NaiveDateTime>> {
        let parts = Parts::read(self.rule, self.zone)?;
        let first = self.start.with_timezone(&self.zone).naive_local();
        let limit = first.checked_add_months(MAX_MONTHS).unwrap_or(first);
        let given = self.until.map(|date| date.and_time(LAST));
        let end = parts.until.into_iter().chain(given).min();
        if end.is_none() && parts.count.is_none() {
            return Err(unfit(codes::RULE_TOO_LONG, "the rule has no end"));
        }
        if end.is_some_and(|end| end > limit) || parts.count.is_some_and(|count| count > MAX_OCCURRENCES) {
            return Err(too_long());
        }
        let all = expanded(parts.rest, first, end.unwrap_or(limit))?;
        // A rule that counts is not cut short where its time is over, unless somebody asked for that.
        let missing = end.is_none() && parts.count.is_some_and(|count| all.len() < count);
        if all.len() > MAX_OCCURRENCES || missing && !all.is_empty() {
            return Err(too_long());
        }
        let left: Vec<_> = all.into_iter().filter(|at| !self.excluded.contains(&at.date())).collect();
        if left.is_empty() {
            return Err(unfit(codes::RULE_EMPTY, "the rule has no occurrence within two years"));
        }
        Ok(left)
    }
}

/// The last second of a day.
const LAST: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// A rule, taken apart.
struct Parts {
    /// All of it but its end.
    rest: RRule<Unvalidated>,
    count: Option<usize>,
    /// Local.
    until: Option<NaiveDateTime>,
}

impl Parts {
    fn read(rule: &str, zone: Tz) -> Result<Self> {
        let upper = rule.trim().to_ascii_uppercase();
        let text = upper.strip_prefix("RRULE:").unwrap_or(&upper);
        if text.len() > MAX_RULE {
            return Err(unreadable(format!("it has more than {MAX_RULE} characters")));
        }
        let (mut rest, mut count, mut end) = (String::new(), None, None);
        let mut known: Vec<&str> = Vec::new();
        let mut numbered = false;
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| unreadable(format!("«{part}» has no value")))?;
            check_part(name, value)?;
            if known.contains(&name) {
                return Err(unreadable(format!("{name} is given twice")));
            }
            known.push(name);
            numbered |= name == "BYDAY" && value.contains(|c: char| c.is_ascii_digit());
            if name == "UNTIL" {
                end = Some(until(value, zone)?);
                continue;
            }
            if name == "COUNT" {
                let number = value.parse().ok().filter(|count| *count > 0);
                count = Some(number.ok_or_else(|| unreadable(format!("COUNT={value} is no number")))?);
            }
            if !rest.is_empty() {
                rest.push(';');
            }
            rest.push_str(part);
        }
        if numbered && !text.split(';').any(|part| matches!(part, "FREQ=MONTHLY" | "FREQ=YEARLY")) {
            return Err(unreadable("BYDAY counts weekdays, which only months and years have several of"));
        }
        if count.is_some() && end.is_some() {
            return Err(unreadable("it has both COUNT and UNTIL"));
        }
        Ok(Self { rest: rest.parse().map_err(unreadable)?, count, until: end })
    }
}

fn check_part(name: &str, value: &str) -> Result<()> {
    match (name, value) {
        ("BYHOUR" | "BYMINUTE" | "BYSECOND", _) | ("FREQ", "HOURLY" | "MINUTELY" | "SECONDLY") => {
            Err(unfit(codes::RULE_TOO_FINE, format!("{name}={value} repeats within a day")))
        }
        // The library takes a number of nothing for one that was left out.
        ("BYDAY" | "BYMONTHDAY" | "BYYEARDAY" | "BYWEEKNO" | "BYSETPOS", _)
            if value.split(',').any(is_zeroth) =>
        {
            Err(unreadable(format!("{name}={value} names no day: nothing is counted from zero")))
        }
        _ if PARTS.contains(&name) => Ok(()),
        _ => Err(unreadable(format!("{name} is not a part of a rule"))),
    }
}

/// Whether a number with this, or this alone, is zero: `0`, `-0`, `0MO`.
fn is_zeroth(item: &str) -> bool {
    let number = item.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
    number.parse() == Ok(0)
}

/// The end of a rule in local time: a date, a local time, or a moment in UTC.
fn until(value: &str, zone: Tz) -> Result<NaiveDateTime> {
    let date = NaiveDate::parse_from_str(value, "%Y%m%d").map(|date| date.and_time(LAST));
    let local = || NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S");
    let moment = || {
        let utc = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ");
        utc.map(|utc| utc.and_utc().with_timezone(&zone).naive_local())
    };
    let read = date.or_else(|_| local()).or_else(|_| moment());
    read.map_err(|_| unreadable(format!("UNTIL={value} is neither a date nor a moment")))
}

/// The local times from the first to the last that is meant, one more than a series may have at most. The rule is
/// reckoned as if it were in UTC, where no clock changes.
fn expanded(
    rule: RRule<Unvalidated>,
    first: NaiveDateTime,
    last: NaiveDateTime,
) -> Result<Vec<NaiveDateTime>> {
    let utc = |local: NaiveDateTime| local.and_utc().with_timezone(&rrule::Tz::UTC);
    let rule = rule.validate(utc(first)).map_err(unreadable)?;
    let set = RRuleSet::new(utc(first)).rrule(rule).before(utc(last) + TimeDelta::seconds(1));
    let most = u16::try_from(MAX_OCCURRENCES + 1).unwrap_or(u16::MAX);
    let found = set.all(most).dates.into_iter().map(|at| at.naive_utc());
    Ok(found.filter(|at| (first..=last).contains(at)).collect())
}

fn unfit(code: Code, message: impl ToString) -> Error {
    Error::Unfit { code, field: "rule", message: message.to_string() }
}

fn unreadable(message: impl ToString) -> Error {
    unfit(codes::RULE_UNREADABLE, message)
}

fn too_long() -> Error {
    unfit(
        codes::RULE_TOO_LONG,
        format!("a series has at most {MAX_OCCURRENCES} occurrences within two years"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn starts(rule: &str, start: &str) -> Result<Vec<String>> {
        limited(rule, start, None, &[])
    }

    fn limited(rule: &str, start: &str, until: Option<&str>, excluded: &[&str]) -> Result<Vec<String>> {
        let excluded: Vec<_> = excluded.iter().map(|text| date(text)).collect();
        let start = start.parse().unwrap();
        let until = until.map(date);
        let repetition = Repetition { rule, until, excluded: &excluded, start, zone: BERLIN };
        let starts = repetition.starts()?;
        Ok(starts.into_iter().map(|at| at.format("%m-%d %H:%M").to_string()).collect())
    }

    fn code(result: Result<Vec<String>>) -> &'static str {
        match result {
            Err(Error::Unfit { code, field: "rule", .. }) => code.code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nine_stays_nine_across_both_clock_changes() {
        let autumn = starts("FREQ=WEEKLY;COUNT=3", "2026-10-19T07:00:00Z").unwrap();
        assert_eq!(autumn, ["10-19 07:00", "10-26 08:00", "11-02 08:00"]);
        let spring = starts("FREQ=WEEKLY;COUNT=3", "2027-03-22T08:00:00Z").unwrap();
        assert_eq!(spring, ["03-22 08:00", "03-29 07:00", "04-05 07:00"]);
    }

    #[test]
    fn a_time_that_is_skipped_is_the_change_and_of_a_repeated_one_the_first_is_meant() {
        let spring = starts("FREQ=DAILY;COUNT=3", "2027-03-27T01:30:00Z").unwrap();
        assert_eq!(spring, ["03-27 01:30", "03-28 01:00", "03-29 00:30"], "02:30, 03:00, 02:30");
        let autumn = starts("FREQ=DAILY;COUNT=3", "2026-10-24T00:30:00Z").unwrap();
        assert_eq!(autumn, ["10-24 00:30", "10-25 00:30", "10-26 01:30"], "02:30 each day");
        let second = starts("FREQ=DAILY;COUNT=2", "2026-10-25T01:30:00Z").unwrap();
        assert_eq!(second, ["10-25 01:30", "10-26 01:30"], "nothing before the start");
    }

    #[test]
    fn a_rule_ends_with_its_count_its_date_or_its_moment() {
        let start = "2026-11-23T08:00:00Z";
        let four = ["11-23 08:00", "11-24 08:00", "11-25 08:00", "11-26 08:00"];
        for end in ["COUNT=4", "UNTIL=20261126", "UNTIL=20261126T090000", "UNTIL=20261126T080000Z"] {
            assert_eq!(starts(&format!("FREQ=DAILY;{end}"), start).unwrap(), four, "{end}");
        }
        assert_eq!(limited("FREQ=DAILY", start, Some("2026-11-26"), &[]).unwrap(), four);
        assert_eq!(limited("rrule:freq=daily;count=9", start, Some("2026-11-26"), &[]).unwrap(), four);
        let without = limited("FREQ=DAILY;COUNT=4", start, None, &["2026-11-24", "2026-11-26"]).unwrap();
        assert_eq!(without, [four[0], four[2]], "an excluded date counts");
        let tuesdays = starts("FREQ=WEEKLY;BYDAY=TU;COUNT=2", start).unwrap();
        assert_eq!(tuesdays, ["11-24 08:00", "12-01 08:00"]);
    }

    #[test]
    fn what_is_no_series_is_refused() {
        let of = |rule: &str| code(starts(rule, "2026-11-23T08:00:00Z"));
        for rule in ["FREQ=DAILY", "FREQ=DAILY;COUNT=201", "FREQ=YEARLY;COUNT=4", "FREQ=DAILY;UNTIL=20300101"]
        {
            assert_eq!(of(rule), "SL0116", "{rule}");
        }
        for rule in ["FREQ=HOURLY;COUNT=2", "FREQ=DAILY;BYHOUR=9,10;COUNT=2", "FREQ=DAILY;COUNT=2;BYSECOND=1"]
        {
            assert_eq!(of(rule), "SL0115", "{rule}");
        }
        let unreadable = [
            "",
            "every week",
            "FREQ=WEEKLY;COUNT=x",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=1;COUNT=2",
            "FREQ=DAILY;COUNT=2;UNTIL=20261201",
            "DTSTART=20260101;FREQ=DAILY;COUNT=1",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=WEEKLY;BYDAY=XX;COUNT=2",
            "FREQ=DAILY;COUNT=2\nRRULE:FREQ=DAILY",
            "FREQ=DAILY;COUNT=2;BYEASTER=1",
            "FREQ=WEEKLY;BYDAY=1MO;COUNT=2",
            "FREQ=DAILY;BYDAY=MO,-1FR;COUNT=2",
            "FREQ=MONTHLY;BYDAY=0MO;COUNT=2",
            "FREQ=MONTHLY;BYMONTHDAY=1,0;COUNT=2",
            "FREQ=DAILY;BYMONTHDAY=-0;COUNT=2",
        ];
        for rule in unreadable {
            assert_eq!(of(rule), "SL0114", "{rule}");
        }
        assert!(starts("FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=2", "2026-11-23T08:00:00Z").is_ok());
        assert_eq!(of("FREQ=DAILY;UNTIL=20261101"), "SL0117");
        assert_eq!(of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"), "SL0117");
    }

    #[test]
    fn two_hundred_are_a_series() {
        assert_eq!(starts("FREQ=DAILY;COUNT=200", "2026-11-23T08:00:00Z").unwrap().len(), 200);
    }
}
