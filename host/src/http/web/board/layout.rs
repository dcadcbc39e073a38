//! Where things lie on a board: steps of five minutes along the day, and lanes where several overlap.
//!
//! Invariant: a step is five minutes of UTC, so that a day of 23 or 25 hours is as long as it is, and an hour that is
//! repeated stands there twice.

use chrono::{DateTime, Timelike, Utc};
use chrono_tz::Tz;

/// Seconds of a step.
pub(super) const STEP: i64 = 300;

/// Steps of the longest day there is: one that repeats an hour.
pub(in crate::http::web) const MOST_STEPS: u32 = 25 * 12;

/// Lanes of a row at most; what overlaps even more lies on the last one, and the list of the row names it all the same.
const MOST_LANES: usize = 24;

/// The part of a day that a board shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    /// Where it begins, seconds since the epoch.
    pub(super) origin: i64,
    /// How many steps it has.
    pub(super) steps: u32,
}

/// An hour on the axis.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hour {
    pub(super) step: u32,
    pub(super) label: String,
}

impl Axis {
    /// The whole hours that cover these spans, within the day; the whole day where there are none.
    pub(super) fn covering(
        zone: Tz,
        day: (DateTime<Utc>, DateTime<Utc>),
        spans: impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)>,
    ) -> Self {
        let inside = spans.filter(|(start, end)| *start < day.1 && *end > day.0);
        let around = inside.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or(day);
        let past_hour = |at: DateTime<Utc>| {
            let local = at.with_timezone(&zone);
            i64::from(local.minute()) * 60 + i64::from(local.second())
        };
        let start = around.0.timestamp() - past_hour(around.0);
        let over = past_hour(around.1);
        let end = around.1.timestamp() + if over == 0 { 0 } else { 3600 - over };
        let (start, end) = (start.max(day.0.timestamp()), end.min(day.1.timestamp()));
        Self::at(start, (end - start) / STEP)
    }

    /// The axis that a board already has.
    pub(super) fn at(origin: i64, steps: i64) -> Self {
        Self { origin, steps: u32::try_from(steps).unwrap_or(0).clamp(1, MOST_STEPS) }
    }

    /// The step at which a span begins and how many it lasts, as far as it lies on the axis.
    pub(super) fn place(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<(u32, u32)> {
        let last = i64::from(self.steps);
        let from = (start.timestamp() - self.origin).div_euclid(STEP).clamp(0, last);
        let to = (end.timestamp() - self.origin + STEP - 1).div_euclid(STEP).clamp(0, last);
        let length = u32::try_from(to - from).ok().filter(|length| *length > 0)?;
        Some((u32::try_from(from).ok()?, length))
    }

    /// The step that a moment lies in.
    pub(super) fn step(&self, at: DateTime<Utc>) -> Option<u32> {
        let step = (at.timestamp() - self.origin).div_euclid(STEP);
        u32::try_from(step).ok().filter(|step| *step < self.steps)
    }

    /// The hours of the axis as they are called in a zone; where the clocks change, with the zone's new name.
    pub(super) fn hours(&self, zone: Tz) -> Vec<Hour> {
        let mut hours = Vec::new();
        let mut before = None;
        for step in 0..self.steps {
            let at = DateTime::from_timestamp(self.origin + i64::from(step) * STEP, 0).unwrap_or_default();
            let local = at.with_timezone(&zone);
            if local.minute() != 0 {
                continue;
            }
            let offset = local.format("%Z").to_string();
            let changed = before.as_ref().is_some_and(|before| *before != offset);
            let label = local.format(if changed { "%H:%M %Z" } else { "%H:%M" }).to_string();
            hours.push(Hour { step, label });
            before = Some(offset);
        }
        hours
    }
}

/// Puts spans, in the order of their starts, on lanes so that none overlaps another on its own. Gives the lane of each and
/// how many there are.
pub(super) fn lanes(spans: impl Iterator<Item = (i64, i64)>) -> (Vec<usize>, usize) {
    let mut ends: Vec<i64> = Vec::new();
    let mut placed = Vec::new();
    for (start, end) in spans {
        let free = ends.iter().position(|last| *last <= start);
        let lane = free.unwrap_or(ends.len()).min(MOST_LANES - 1);
        match ends.get_mut(lane) {
            Some(last) => *last = end.max(*last),
            None => ends.push(end),
        }
        placed.push(lane);
    }
    (placed, ends.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn berlin(date: &str) -> Axis {
        let zone = chrono_tz::Europe::Berlin;
        Axis::covering(zone, app::day(zone, date.parse().unwrap()), std::iter::empty())
    }

    #[test]
    fn a_day_is_as_long_as_the_clocks_make_it() {
        assert_eq!(berlin("2026-11-27").steps, 24 * 12);
        assert_eq!(berlin("2026-03-29").steps, 23 * 12);
        assert_eq!(berlin("2026-10-25").steps, MOST_STEPS);
    }

    #[test]
    fn an_hour_that_is_skipped_is_not_there_and_one_that_is_repeated_is_there_twice() {
        let labels = |date| berlin(date).hours(chrono_tz::Europe::Berlin).into_iter().map(|hour| hour.label);
        let spring: Vec<_> = labels("2026-03-29").take(4).collect();
        assert_eq!(spring, ["00:00", "01:00", "03:00 CEST", "04:00"]);
        let autumn: Vec<_> = labels("2026-10-25").take(5).collect();
        assert_eq!(autumn, ["00:00", "01:00", "02:00", "02:00 CET", "03:00"]);
    }

    #[test]
    fn only_the_hours_that_are_worked_are_shown() {
        let zone = chrono_tz::Asia::Kathmandu;
        let day = app::day(zone, "2026-11-27".parse().unwrap());
        let spans = [
            ("2026-11-27T03:20:00Z", "2026-11-27T11:10:00Z"),
            ("2026-12-27T03:20:00Z", "2026-12-28T11:10:00Z"),
        ];
        let axis = Axis::covering(zone, day, spans.iter().map(|(from, to)| (utc(from), utc(to))));
        assert_eq!(axis, Axis::at(utc("2026-11-27T03:15:00Z").timestamp(), 8 * 12));
        assert_eq!(axis.hours(zone)[0], Hour { step: 0, label: "09:00".to_owned() });
    }

    #[test]
    fn what_reaches_over_midnight_is_cut_at_the_edge() {
        let axis = berlin("2026-11-27");
        assert_eq!(axis.place(utc("2026-11-26T22:00:00Z"), utc("2026-11-27T00:00:00Z")), Some((0, 12)));
        assert_eq!(axis.place(utc("2026-11-27T22:00:00Z"), utc("2026-11-28T05:00:00Z")), Some((276, 12)));
        assert_eq!(axis.place(utc("2026-11-26T22:00:00Z"), utc("2026-11-26T23:00:00Z")), None);
        // A minute off the grid touches the slot it lies in.
        assert_eq!(axis.place(utc("2026-11-26T23:07:00Z"), utc("2026-11-26T23:11:00Z")), Some((1, 2)));
        assert_eq!(axis.step(utc("2026-11-27T23:00:00Z")), None);
    }

    #[test]
    fn what_overlaps_lies_on_lanes_of_its_own() {
        let spans = [(0, 10), (0, 10), (5, 20), (10, 30), (12, 13)];
        assert_eq!(lanes(spans.into_iter()), (vec![0, 1, 2, 0, 1], 3));
        assert_eq!(lanes(std::iter::empty()), (Vec::new(), 1));
        assert_eq!(lanes((0..40).map(|_| (0, 1))).1, MOST_LANES);
    }
}
