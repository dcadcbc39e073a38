//! The starts that are tried: rules that are the same for all providers.

use crate::grid::Checked;
use crate::openings::Search;
use crate::wit::{Finding, Span};
use crate::{bits, findings, validate};

impl Search<'_> {
    /// The starts that keep every rule that is the same for all providers, or the rule that left none.
    pub(super) fn starts(&self) -> Result<Vec<u64>, Finding> {
        let service = &self.snapshot.service;
        let mut starts = bits::first(&[], self.grid.slots());
        self.try_starts(&mut starts);
        left(&starts, findings::outside_calendar)?;

        let (earliest, latest) = validate::bookable(self.snapshot);
        let early = self.grid.beginning_in(Span { start: i64::MIN, end: earliest });
        bits::clear(&mut starts, early);
        let is_over = self.query.within.end <= self.snapshot.now || service.lead_time == 0;
        left(&starts, || if is_over { findings::over() } else { findings::too_soon(service.lead_time) })?;
        clear_after(&self.grid, &mut starts, latest, i64::MAX);
        left(&starts, || findings::too_far(service.horizon))?;
        self.clear_late_starts(&mut starts);
        left(&starts, findings::too_late_in_day)?;

        let mut open = bits::first(&self.snapshot.branch.open, self.grid.slots());
        bits::keep_runs(&mut open, self.grid.slots_for(self.needs.duration));
        bits::keep(&mut starts, &open);
        left(&starts, findings::branch_closed)?;
        Ok(starts)
    }

    /// Sets the starts that are tried: every step from each day's midnight, so that they are round times on the
    /// branch's clock whatever span is searched. Days follow each other; what overlaps is tried once.
    fn try_starts(&self, starts: &mut [u64]) {
        let tried = self.grid.beginning_in(self.query.within);
        let mut from = tried.start;
        for day in &self.snapshot.branch.days {
            let slots = self.grid.beginning_in(day.span);
            let first = self.grid.first_step(slots.start.max(from), day.span.start, self.step);
            let end = slots.end.min(tried.end);
            (first..end).step_by(self.step as usize).for_each(|slot| bits::set(starts, slot));
            from = from.max(slots.end);
        }
    }

    /// Clears the starts after the latest one of each day.
    fn clear_late_starts(&self, starts: &mut [u64]) {
        for day in &self.snapshot.branch.days {
            if let Some(latest) = day.latest_start {
                let latest = latest.max(day.span.start.saturating_sub(1));
                clear_after(&self.grid, starts, latest, day.span.end);
            }
        }
    }
}

/// Clears the starts after `latest` and before `end`.
fn clear_after(grid: &Checked, starts: &mut [u64], latest: i64, end: i64) {
    let late = Span { start: latest.saturating_add(1), end };
    bits::clear(starts, grid.beginning_in(late));
}

/// Passes if a candidate is left.
fn left(starts: &[u64], reason: impl FnOnce() -> Finding) -> Result<(), Finding> {
    if bits::is_empty(starts) { Err(reason()) } else { Ok(()) }
}
