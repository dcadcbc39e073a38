//! Whether a provider is free for a visit: slots, shift, leave, opening hours and buffers.
//!
//! Invariant: what is reserved is the visit with its buffers, rounded outward to the grid, so that two appointments
//! never share a slot. Deliberately absent: times of booking (lead time, horizon), see `validate.rs`.

use std::ops::Range;

use crate::grid::{self, Checked};
use crate::wit::{BranchCalendar, Finding, ProviderCalendar, Service, Span};
use crate::{bits, findings};

/// A buffer is no longer than the longest service.
const MAX_MINUTES: u32 = 24 * 60;

/// The time that a service takes, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    /// Minutes of the visit.
    pub duration: u32,
    /// Minutes kept free before it.
    pub before: u32,
    /// Minutes kept free after it.
    pub after: u32,
}

impl Needs {
    /// Takes the times of a service, or says that they are unusable.
    pub(crate) fn of(service: &Service) -> Result<Self, Finding> {
        let sane = (1..=MAX_MINUTES).contains(&service.duration)
            && service.buffer_before <= MAX_MINUTES
            && service.buffer_after <= MAX_MINUTES
            && service.seats > 0;
        if !sane {
            return Err(findings::service_unusable(&service.name));
        }
        Ok(Self { duration: service.duration, before: service.buffer_before, after: service.buffer_after })
    }

    /// The visit and what it reserves; none at the end of time.
    pub(crate) fn placed_at(self, start: i64, grid: &Checked) -> Option<Place> {
        let visit = Span { start, end: start.checked_add(grid::seconds(self.duration))? };
        let with_buffers = Span {
            start: visit.start.checked_sub(grid::seconds(self.before))?,
            end: visit.end.checked_add(grid::seconds(self.after))?,
        };
        Some(Place { visit, reserved: grid.outward(with_buffers)? })
    }
}

/// When a visit takes place, and what it takes from the provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The time that the customer knows.
    pub visit: Span,
    /// That time with its buffers, in whole slots.
    pub reserved: Span,
}

impl Place {
    /// Adds a finding if the branch is closed for a part of the visit.
    pub(crate) fn check_branch(&self, branch: &BranchCalendar, grid: &Checked, broken: &mut Vec<Finding>) {
        if grid.range(self.visit).is_some_and(|slots| !bits::all(&branch.open, slots)) {
            broken.push(findings::branch_closed());
        }
    }

    /// Adds a finding for everything in the calendar that keeps the provider from it. The slots are those reserved.
    pub(crate) fn check_provider(
        calendar: &ProviderCalendar,
        slots: &Range<u32>,
        joins: bool,
        broken: &mut Vec<Finding>,
    ) {
        let name = &calendar.provider.name;
        if !bits::all(&calendar.on_shift, slots.clone()) {
            broken.push(findings::off_shift(name));
        }
        if bits::any(&calendar.absent, slots.clone()) {
            broken.push(findings::away(name));
        }
        Self::check_taken(calendar, slots, joins, broken);
    }

    /// Adds a finding if others have a part of the time. Whoever joins a visit shares its time.
    pub(crate) fn check_taken(
        calendar: &ProviderCalendar,
        slots: &Range<u32>,
        joins: bool,
        broken: &mut Vec<Finding>,
    ) {
        if !joins && bits::any(&calendar.taken, slots.clone()) {
            broken.push(findings::taken(&calendar.provider.name));
        }
    }

    /// Whether none of the three keeps the provider from it.
    pub(crate) fn is_free(calendar: &ProviderCalendar, slots: &Range<u32>, joins: bool) -> bool {
        bits::all(&calendar.on_shift, slots.clone())
            && !bits::any(&calendar.absent, slots.clone())
            && (joins || !bits::any(&calendar.taken, slots.clone()))
    }

    /// How many slots the provider has given away on the day of the visit.
    pub(crate) fn load(&self, calendar: &ProviderCalendar, branch: &BranchCalendar, grid: &Checked) -> u32 {
        bits::count(&calendar.taken, day(self.visit.start, branch, grid))
    }
}

/// The slots of the branch's day at this moment; of the whole grid where no day is known.
pub(crate) fn day(at: i64, branch: &BranchCalendar, grid: &Checked) -> Range<u32> {
    let day = branch.days.iter().find(|day| contains(day.span, at));
    day.map_or(0..grid.slots(), |day| grid.beginning_in(day.span))
}

/// Whether the moment belongs to the span.
pub(crate) const fn contains(span: Span, at: i64) -> bool {
    span.start <= at && at < span.end
}
