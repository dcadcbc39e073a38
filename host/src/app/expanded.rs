//! Shifts, leave and opening hours as bitmaps of whole weeks in UTC, kept as long as the catalogue they come from.
//!
//! Invariant: a week's bitmap depends on the catalogue alone, so that it is made once a catalogue and never goes stale.
//! Deliberately absent: what is taken, which changes with every booking.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::calendar::{self, Grid, SLOT_SECONDS};
use crate::model::{Branch, Provider};

const SLOTS: u32 = 7 * 24 * 60 / super::SLOT_MINUTES;
const WEEK_SECONDS: i64 = SLOTS as i64 * SLOT_SECONDS;

/// No more weeks are kept; a thousand providers for two years are a tenth of it, in some hundred megabytes less.
const KEPT: usize = 100_000;

/// A provider's or a branch's week.
#[derive(Debug, Default)]
struct Week {
    /// Set where there is a shift, or where the branch is open.
    on: Vec<u64>,
    /// Set where leave or a holiday takes it away; empty where nothing does.
    off: Vec<u64>,
}

/// The weeks expanded so far.
#[derive(Debug, Default)]
pub(super) struct Expanded(Mutex<HashMap<(Uuid, i64), Arc<Week>>>);

impl Expanded {
    /// When the provider is on shift and when absent, on the grid.
    pub(super) fn provider(
        &self,
        grid: &Grid,
        id: Uuid,
        provider: &Provider,
        branch: &Branch,
    ) -> (Vec<u64>, Vec<u64>) {
        self.on_grid(grid, id, |week| Week {
            on: calendar::on_shift(branch.time_zone, week, &provider.shifts),
            off: some(calendar::absent(branch.time_zone, week, &provider.leave, &branch.holidays)),
        })
    }

    /// When the branch is open, on the grid.
    pub(super) fn branch(&self, grid: &Grid, id: Uuid, branch: &Branch) -> Vec<u64> {
        if branch.opening_hours.is_empty() {
            return grid.full();
        }
        let open = |week: &Grid| calendar::open(branch.time_zone, week, &branch.opening_hours);
        self.on_grid(grid, id, |week| Week { on: open(week), off: Vec::new() }).0
    }

    fn on_grid(&self, grid: &Grid, id: Uuid, expand: impl Fn(&Grid) -> Week) -> (Vec<u64>, Vec<u64>) {
        let (mut on, mut off) = (grid.empty(), Vec::new());
        let first = grid.start().timestamp().div_euclid(WEEK_SECONDS);
        let last = (grid.end().timestamp() - 1).div_euclid(WEEK_SECONDS);
        for number in first..=last {
            let origin = number * WEEK_SECONDS;
            let week = self.week(id, number, || expand(&Grid { origin, slots: SLOTS }));
            grid.paste(&mut on, week.on.iter().copied(), origin);
            if !week.off.is_empty() {
                off.resize(on.len(), 0);
                grid.paste(&mut off, week.off.iter().copied(), origin);
            }
        }
        (on, off)
    }

    fn week(&self, id: Uuid, number: i64, expand: impl FnOnce() -> Week) -> Arc<Week> {
        let known = |weeks: &Self| {
            let weeks = weeks.0.lock().unwrap_or_else(PoisonError::into_inner);
            weeks.get(&(id, number)).cloned()
        };
        if let Some(week) = known(self) {
            return week;
        }
        // Expanded outside the lock: two who do it at once come to the same.
        let week = Arc::new(expand());
        let mut weeks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if weeks.len() >= KEPT {
            weeks.clear();
        }
        weeks.insert((id, number), week.clone());
        week
    }
}

/// Nothing, where no slot is set.
fn some(bits: Vec<u64>) -> Vec<u64> {
    if bits.iter().all(|word| *word == 0) { Vec::new() } else { bits }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveTime, Utc, Weekday};

    use super::*;
    use crate::model::{Leave, Shift};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_grid_across_weeks_is_as_if_it_were_expanded_at_once() {
        let time = |hour| NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
        let shift = |weekday| Shift {
            weekday,
            start: time(20),
            end: time(4),
            breaks: vec![],
            valid_from: None,
            valid_until: None,
        };
        let leave = Leave {
            start: utc("2026-11-28T00:00:00Z"),
            end: utc("2026-11-29T09:00:00Z"),
            reason: String::new(),
        };
        let provider: Provider = serde_json::from_value(serde_json::json!({
            "name": "Night", "branch": Uuid::nil(),
            "shifts": [shift(Weekday::Wed), shift(Weekday::Sat)], "leave": [leave],
        }))
        .unwrap();
        let branch: Branch =
            serde_json::from_value(serde_json::json!({ "name": "B", "time_zone": "America/New_York" }))
                .unwrap();
        let expanded = Expanded::default();
        for (from, to) in [
            ("2026-10-20T03:20:00Z", "2026-12-24T17:45:00Z"),
            ("2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"),
            ("2026-11-27T11:35:00Z", "2026-11-27T11:40:00Z"),
        ] {
            let grid = Grid::covering(utc(from), utc(to));
            let (on, off) = expanded.provider(&grid, Uuid::nil(), &provider, &branch);
            let kept = |bits: Vec<u64>| {
                (0..grid.slots as usize)
                    .map(move |n| bits.get(n / 64).copied().unwrap_or(0) >> (n % 64) & 1)
                    .collect::<Vec<_>>()
            };
            let zone = branch.time_zone;
            assert_eq!(kept(on), kept(calendar::on_shift(zone, &grid, &provider.shifts)), "{from}");
            assert_eq!(kept(off), kept(calendar::absent(zone, &grid, &provider.leave, &[])), "{from}");
        }
    }
}
