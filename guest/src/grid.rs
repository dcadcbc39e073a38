//! The slot grid: from moments to slots and back.
//!
//! Invariant: a [`Checked`] grid ends before the end of time, so that the moment of any of its slots can be reckoned
//! without overflow. Deliberately absent: calendars, see `slots.rs`.

use std::ops::Range;

use crate::findings;
use crate::wit::{Finding, Grid, Instant, Span};

/// The longest grid: a leap year of one-minute slots. It bounds every loop over slots.
pub(crate) const MAX_SLOTS: u32 = 366 * 24 * 60;

/// A slot is no longer than a day.
const MAX_SLOT_MINUTES: u32 = 24 * 60;

/// Seconds in so many minutes.
pub(crate) const fn seconds(minutes: u32) -> i64 {
    minutes as i64 * 60
}

/// A grid whose fields make sense together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked {
    origin: Instant,
    slot_seconds: i64,
    slots: u32,
}

impl Checked {
    /// Takes a grid, or says what is wrong with it.
    pub(crate) fn read(grid: &Grid) -> Result<Self, Finding> {
        let length_is_sane = (1..=MAX_SLOT_MINUTES).contains(&grid.slot_minutes) && grid.slots <= MAX_SLOTS;
        if !length_is_sane {
            return Err(findings::grid_unusable());
        }
        let slot_seconds = seconds(grid.slot_minutes);
        let end = grid.origin.checked_add(slot_seconds * i64::from(grid.slots));
        if end.is_none() || grid.origin.rem_euclid(slot_seconds) != 0 {
            return Err(findings::grid_unusable());
        }
        Ok(Self { origin: grid.origin, slot_seconds, slots: grid.slots })
    }

    /// How many slots there are.
    pub(crate) const fn slots(&self) -> u32 {
        self.slots
    }

    /// How many slots so many minutes touch, counted from the beginning of a slot.
    pub(crate) const fn slots_for(&self, minutes: u32) -> u32 {
        (seconds(minutes) as u64).div_ceil(self.slot_seconds as u64) as u32
    }

    /// Whether a slot begins at this moment, on this grid or its continuation.
    pub(crate) const fn begins_slot(&self, at: Instant) -> bool {
        at.rem_euclid(self.slot_seconds) == 0
    }

    /// The first slot from this one on that is a whole number of steps after the slot of `anchor`.
    pub(crate) fn first_step(&self, slot: u32, anchor: Instant, step: u32) -> u32 {
        let passed = self.start_of(slot).saturating_sub(anchor).div_euclid(self.slot_seconds);
        let over = passed.rem_euclid(i64::from(step.max(1)));
        let missing = if over == 0 { 0 } else { i64::from(step) - over };
        slot.saturating_add(u32::try_from(missing).unwrap_or(u32::MAX))
    }

    /// The moment at which a slot of the grid begins.
    pub(crate) fn start_of(&self, slot: u32) -> Instant {
        self.origin + self.slot_seconds * i64::from(slot.min(self.slots))
    }

    /// The slot of the grid that begins at this moment.
    pub(crate) fn slot_beginning(&self, at: Instant) -> Option<u32> {
        let slot = u32::try_from(at.checked_sub(self.origin)?.checked_div(self.slot_seconds)?).ok()?;
        (self.begins_slot(at) && slot < self.slots).then_some(slot)
    }

    /// The span widened to whole slots; none at the end of time.
    pub(crate) fn outward(&self, span: Span) -> Option<Span> {
        let start = span.start.checked_sub(span.start.rem_euclid(self.slot_seconds))?;
        let over = span.end.rem_euclid(self.slot_seconds);
        let end = if over == 0 { span.end } else { span.end.checked_add(self.slot_seconds - over)? };
        Some(Span { start, end })
    }

    /// The slots that the span touches; none if some of them lie outside the grid.
    pub(crate) fn range(&self, span: Span) -> Option<Range<u32>> {
        let span = self.outward(span)?;
        let slot = |at: Instant| {
            let slot = u32::try_from(at.checked_sub(self.origin)?.div_euclid(self.slot_seconds)).ok()?;
            (slot <= self.slots).then_some(slot)
        };
        let (start, end) = (slot(span.start)?, slot(span.end)?);
        (start < end).then_some(start..end)
    }

    /// The slots of the grid that begin inside the span.
    pub(crate) fn beginning_in(&self, span: Span) -> Range<u32> {
        let first_from = |at: Instant| {
            let distance = at.saturating_sub(self.origin).max(0);
            let slot = (distance as u64).div_ceil(self.slot_seconds as u64);
            u32::try_from(slot).unwrap_or(u32::MAX).min(self.slots)
        };
        let (start, end) = (first_from(span.start), first_from(span.end));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { origin: 9_000, slot_minutes: 5, slots: 10 };

    fn grid() -> Checked {
        Checked::read(&GRID).expect("a sane grid")
    }

    #[test]
    fn spans_become_the_slots_they_touch() {
        let grid = grid();
        assert_eq!(grid.range(Span { start: 9_000, end: 9_300 }), Some(0..1));
        assert_eq!(grid.range(Span { start: 9_299, end: 9_301 }), Some(0..2));
        assert_eq!(grid.range(Span { start: 9_000, end: 12_000 }), Some(0..10));
        assert_eq!(grid.range(Span { start: 9_000, end: 12_001 }), None);
        assert_eq!(grid.range(Span { start: 8_999, end: 9_300 }), None);
        assert_eq!(grid.range(Span { start: i64::MIN, end: i64::MAX }), None);
    }

    #[test]
    fn slots_beginning_in_a_span_stay_inside_the_grid() {
        let grid = grid();
        assert_eq!(grid.beginning_in(Span { start: 9_001, end: 9_601 }), 1..3);
        assert_eq!(grid.beginning_in(Span { start: i64::MIN, end: i64::MAX }), 0..10);
        assert_eq!(grid.beginning_in(Span { start: i64::MAX, end: i64::MIN }), 10..10);
    }

    #[test]
    fn steps_are_counted_from_an_anchor() {
        let grid = grid();
        assert_eq!(grid.first_step(0, 9_000, 3), 0);
        assert_eq!(grid.first_step(1, 9_000, 3), 3);
        assert_eq!(grid.first_step(1, 8_700, 3), 2);
        assert_eq!(grid.first_step(2, 9_300, 3), 4);
        assert!(grid.first_step(1, i64::MIN, u32::MAX) >= 1);
    }

    #[test]
    fn absurd_grids_are_refused() {
        let bad = [
            Grid { slot_minutes: 0, ..GRID },
            Grid { slot_minutes: u32::MAX, ..GRID },
            Grid { slots: u32::MAX, ..GRID },
            Grid { origin: i64::MAX - i64::MAX % 300, ..GRID },
            Grid { origin: 9_001, ..GRID },
        ];
        for grid in bad {
            assert_eq!(Checked::read(&grid).expect_err("refused").code, findings::GRID_UNUSABLE, "{grid:?}");
        }
    }
}
