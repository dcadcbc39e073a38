//! Shifts, opening hours and leave, expanded to UTC slots: the only place where local times meet UTC.
//!
//! Invariant: a local time that a clock change skips means the moment of the change; one that it repeats means the
//! first of the two where something begins, and the last where something ends. So no slot is lost or doubled, and a
//! shift across a change is as long as the clocks make it.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Utc, Weekday,
};
use chrono_tz::Tz;

use super::SLOT_MINUTES;
use crate::model::{Break, Leave, OpeningHours, Shift};

/// The longest stretch of local time that any zone ever skipped is a day; beyond it the search for its end stops.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;

/// Length of a slot in seconds.
pub(super) const SLOT_SECONDS: i64 = SLOT_MINUTES as i64 * 60;

/// The slots that one request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Where slot 0 begins, seconds since the epoch; a multiple of the slot length.
    pub(super) origin: i64,
    /// How many slots.
    pub(super) slots: u32,
}

/// Which end of something a local time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Begin,
    End,
}

impl Grid {
    /// The smallest grid that covers the span.
    pub(super) fn covering(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let origin = start.timestamp().div_euclid(SLOT_SECONDS) * SLOT_SECONDS;
        let slots = (end.timestamp() - origin + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS).max(0);
        Self { origin, slots: u32::try_from(slots).unwrap_or(u32::MAX) }
    }

    pub(super) fn start(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.origin, 0).unwrap_or_default()
    }

    pub(super) fn end(&self) -> DateTime<Utc> {
        let end = self.origin + i64::from(self.slots) * SLOT_SECONDS;
        DateTime::from_timestamp(end, 0).unwrap_or_default()
    }

    /// A bitmap with no slot set.
    pub(super) fn empty(&self) -> Vec<u64> {
        vec![0; self.slots.div_ceil(64) as usize]
    }

    /// A bitmap with every slot set.
    pub(super) fn full(&self) -> Vec<u64> {
        let mut bits = self.empty();
        self.set(&mut bits, self.start(), self.end(), Rounding::Inward);
        bits
    }

    /// Sets the slots of a span. Inward sets only slots that lie in it wholly, outward also those it touches.
    pub(super) fn set(&self, bits: &mut [u64], start: DateTime<Utc>, end: DateTime<Utc>, rounding: Rounding) {
        let (from, to) = self.range(start, end, rounding);
        for (word, mask) in words(from, to) {
            if let Some(word) = bits.get_mut(word) {
                *word |= mask;
            }
        }
    }

    /// Clears the slots that a span touches.
    pub(super) fn clear(&self, bits: &mut [u64], start: DateTime<Utc>, end: DateTime<Utc>) {
        let (from, to) = self.range(start, end, Rounding::Outward);
        for (word, mask) in words(from, to) {
            if let Some(word) = bits.get_mut(word) {
                *word &= !mask;
            }
        }
    }

    /// Sets the slots that are set in another bitmap whose slot 0 begins at `origin`.
    pub(super) fn paste(&self, bits: &mut [u64], other: impl IntoIterator<Item = u64>, origin: i64) {
        let mut at = (origin - self.origin).div_euclid(SLOT_SECONDS);
        for word in other {
            let (index, shift) = (at.div_euclid(64), at.rem_euclid(64));
            let mut add = |index: i64, part: u64| {
                if let Some(word) = usize::try_from(index).ok().and_then(|index| bits.get_mut(index)) {
                    *word |= part;
                }
            };
            add(index, word << shift);
            if shift > 0 {
                add(index + 1, word >> (64 - shift));
            }
            at += 64;
        }
    }

    fn range(&self, start: DateTime<Utc>, end: DateTime<Utc>, rounding: Rounding) -> (usize, usize) {
        let (start, end) = (start.timestamp() - self.origin, end.timestamp() - self.origin);
        let up = |seconds: i64| (seconds + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS);
        let down = |seconds: i64| seconds.div_euclid(SLOT_SECONDS);
        let (from, to) = match rounding {
            Rounding::Inward => (up(start), down(end)),
            Rounding::Outward => (down(start), up(end)),
        };
        let clamp = |slot: i64| usize::try_from(slot.clamp(0, i64::from(self.slots))).unwrap_or(0);
        (clamp(from), clamp(to))
    }
}

/// The words that slots lie in, each with the bits that are theirs.
fn words(from: usize, to: usize) -> impl Iterator<Item = (usize, u64)> {
    let touched = if from < to { from / 64..(to - 1) / 64 + 1 } else { 0..0 };
    touched.map(move |index| {
        let first = index * 64;
        let low = u64::MAX << from.saturating_sub(first).min(63);
        let high = u64::MAX >> (64 - (to - first).min(64));
        (index, low & high)
    })
}

/// What becomes of slots that a span covers in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    Inward,
    Outward,
}

/// The moment of a local time.
pub(super) fn instant(zone: Tz, local: NaiveDateTime, edge: Edge) -> DateTime<Utc> {
    for minute in 0..=LONGEST_GAP_MINUTES {
        let Some(candidate) = local.checked_add_signed(TimeDelta::minutes(minute)) else { break };
        match zone.from_local_datetime(&candidate) {
            LocalResult::Single(at) => return at.to_utc(),
            LocalResult::Ambiguous(first, last) => {
                return if edge == Edge::Begin { first.to_utc() } else { last.to_utc() };
            }
            // The first local time after a gap is the moment of the change.
            LocalResult::None => {}
        }
    }
    zone.from_utc_datetime(&local).to_utc()
}

/// From the local midnight of a date to the next.
pub fn day(zone: Tz, date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = |date: NaiveDate| instant(zone, date.and_time(NaiveTime::MIN), Edge::Begin);
    (midnight(date), midnight(next(date)))
}

/// The first moments of the next week, which begins on a Monday, and of the next month.
pub(super) fn ends(zone: Tz, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let today = now.with_timezone(&zone).date_naive();
    let week = today.week(Weekday::Mon).last_day();
    let month = today.checked_add_months(Months::new(1)).and_then(|day| day.with_day(1));
    let midnight = |date| day(zone, date).0;
    (midnight(next(week)), month.map_or(DateTime::<Utc>::MAX_UTC, midnight))
}

/// The local dates that a grid touches, in order.
pub(super) fn dates(zone: Tz, grid: &Grid) -> Vec<NaiveDate> {
    let first = grid.start().with_timezone(&zone).date_naive();
    let last = grid.end().with_timezone(&zone).date_naive();
    first.iter_days().take_while(|date| *date <= last).collect()
}

/// Set where the shifts are, breaks cut out.
pub(super) fn on_shift(zone: Tz, grid: &Grid, shifts: &[Shift]) -> Vec<u64> {
    let mut bits = grid.empty();
    for date in dates_with_night_before(zone, grid) {
        for shift in shifts.iter().filter(|shift| holds(shift, date)) {
            let (start, end) = local_span(date, shift.start, shift.end);
            let (from, to) = (instant(zone, start, Edge::Begin), instant(zone, end, Edge::End));
            grid.set(&mut bits, from, to, Rounding::Inward);
        }
    }
    // Breaks are cut out last: a break stays a break where another shift overlaps its own.
    for date in dates_with_night_before(zone, grid) {
        for shift in shifts.iter().filter(|shift| holds(shift, date)) {
            for pause in &shift.breaks {
                let (start, end) = break_span(date, shift.start, pause);
                grid.clear(&mut bits, instant(zone, start, Edge::Begin), instant(zone, end, Edge::End));
            }
        }
    }
    bits
}

/// Set where the branch is open; without opening hours, always. Holidays are the provider's absence.
pub(super) fn open(zone: Tz, grid: &Grid, hours: &[OpeningHours]) -> Vec<u64> {
    if hours.is_empty() {
        return grid.full();
    }
    let mut bits = grid.empty();
    for date in dates_with_night_before(zone, grid) {
        for hours in hours.iter().filter(|hours| hours.weekday == date.weekday()) {
            let (start, end) = local_span(date, hours.start, hours.end);
            let (from, to) = (instant(zone, start, Edge::Begin), instant(zone, end, Edge::End));
            grid.set(&mut bits, from, to, Rounding::Inward);
        }
    }
    bits
}

/// Set where leave or a holiday takes time away.
pub(super) fn absent(zone: Tz, grid: &Grid, leave: &[Leave], holidays: &[NaiveDate]) -> Vec<u64> {
    let mut bits = grid.empty();
    for leave in leave {
        grid.set(&mut bits, leave.start, leave.end, Rounding::Outward);
    }
    for holiday in holidays {
        let (start, end) = day(zone, *holiday);
        grid.set(&mut bits, start, end, Rounding::Outward);
    }
    bits
}

/// The dates a grid touches, and the one before: its night shift may reach in.
fn dates_with_night_before(zone: Tz, grid: &Grid) -> Vec<NaiveDate> {
    let dates = dates(zone, grid);
    let before = dates.first().and_then(|first| first.pred_opt());
    before.into_iter().chain(dates).collect()
}

fn holds(shift: &Shift, date: NaiveDate) -> bool {
    shift.weekday == date.weekday()
        && shift.valid_from.is_none_or(|from| from <= date)
        && shift.valid_until.is_none_or(|until| date <= until)
}

fn local_span(date: NaiveDate, start: NaiveTime, end: NaiveTime) -> (NaiveDateTime, NaiveDateTime) {
    let last = if end <= start { next(date) } else { date };
    (date.and_time(start), last.and_time(end))
}

fn break_span(date: NaiveDate, shift_start: NaiveTime, pause: &Break) -> (NaiveDateTime, NaiveDateTime) {
    let date = if pause.start < shift_start { next(date) } else { date };
    local_span(date, pause.start, pause.end)
}

fn next(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn shift(weekday: chrono::Weekday, start: &str, end: &str) -> Shift {
        let time = |text: &str| text.parse().unwrap();
        Shift {
            weekday,
            start: time(start),
            end: time(end),
            breaks: vec![],
            valid_from: None,
            valid_until: None,
        }
    }

    /// The spans that are set, as minutes since the grid's origin.
    fn spans(grid: &Grid, bits: &[u64]) -> Vec<(i64, i64)> {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for slot in 0..i64::from(grid.slots) {
            let set = bits[slot as usize / 64] >> (slot % 64) & 1 == 1;
            match spans.last_mut() {
                Some(last) if set && last.1 == slot * 5 => last.1 += 5,
                _ if set => spans.push((slot * 5, slot * 5 + 5)),
                _ => {}
            }
        }
        spans
    }

    fn night(zone: Tz, from: &str, to: &str, weekday: chrono::Weekday) -> i64 {
        let grid = Grid::covering(utc(from), utc(to));
        let bits = on_shift(zone, &grid, &[shift(weekday, "22:00:00", "06:00:00")]);
        let spans = spans(&grid, &bits);
        assert_eq!(spans.len(), 1, "one unbroken night: {spans:?}");
        spans[0].1 - spans[0].0
    }

    #[test]
    fn a_break_is_cut_out_of_the_shift() {
        let mut day = shift(chrono::Weekday::Mon, "09:00:00", "17:00:00");
        day.breaks = vec![Break { start: "13:00:00".parse().unwrap(), end: "14:00:00".parse().unwrap() }];
        let grid = Grid::covering(utc("2026-11-23T00:00:00Z"), utc("2026-11-24T00:00:00Z"));
        let bits = on_shift(Tz::UTC, &grid, &[day]);
        assert_eq!(spans(&grid, &bits), [(540, 780), (840, 1020)]);
    }

    #[test]
    fn a_night_shift_is_as_long_as_the_clocks_make_it() {
        use chrono::Weekday::Sat;
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(night(berlin, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", Sat), 9 * 60);
        assert_eq!(night(berlin, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", Sat), 7 * 60);
        assert_eq!(night(berlin, "2026-06-06T12:00:00Z", "2026-06-07T12:00:00Z", Sat), 8 * 60);
        let lord_howe = chrono_tz::Australia::Lord_Howe;
        assert_eq!(night(lord_howe, "2026-04-04T02:00:00Z", "2026-04-05T02:00:00Z", Sat), 8 * 60 + 30);
        assert_eq!(night(lord_howe, "2026-10-03T02:00:00Z", "2026-10-04T02:00:00Z", Sat), 7 * 60 + 30);
    }

    #[test]
    fn a_skipped_local_time_is_the_moment_of_the_change() {
        let berlin = chrono_tz::Europe::Berlin;
        let local = "2026-03-29T02:30:00".parse().unwrap();
        assert_eq!(instant(berlin, local, Edge::Begin), utc("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_repeated_local_time_begins_early_and_ends_late() {
        let berlin = chrono_tz::Europe::Berlin;
        let local = "2026-10-25T02:30:00".parse().unwrap();
        assert_eq!(instant(berlin, local, Edge::Begin), utc("2026-10-25T00:30:00Z"));
        assert_eq!(instant(berlin, local, Edge::End), utc("2026-10-25T01:30:00Z"));
    }

    #[test]
    fn a_zone_off_the_hour_keeps_its_slots() {
        let grid = Grid::covering(utc("2026-11-22T18:15:00Z"), utc("2026-11-23T18:15:00Z"));
        let bits = on_shift(
            chrono_tz::Asia::Kathmandu,
            &grid,
            &[shift(chrono::Weekday::Mon, "09:00:00", "10:00:00")],
        );
        assert_eq!(spans(&grid, &bits), [(540, 600)]);
    }

    #[test]
    fn a_grid_that_starts_off_the_slot_covers_all_of_the_span() {
        let grid = Grid::covering(utc("2026-11-23T09:02:00Z"), utc("2026-11-23T09:07:00Z"));
        assert_eq!((grid.start(), grid.slots), (utc("2026-11-23T09:00:00Z"), 2));
    }

    #[test]
    fn leave_takes_every_slot_it_touches() {
        let grid = Grid::covering(utc("2026-11-23T09:00:00Z"), utc("2026-11-23T10:00:00Z"));
        let leave = Leave {
            start: utc("2026-11-23T09:07:00Z"),
            end: utc("2026-11-23T09:11:00Z"),
            reason: String::new(),
        };
        assert_eq!(spans(&grid, &absent(Tz::UTC, &grid, &[leave], &[])), [(5, 15)]);
    }
}
