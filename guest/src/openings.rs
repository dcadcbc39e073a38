//! Times at which a service could be booked.
//!
//! Candidates are a bitmap: bit `n` stands for a visit that starts with slot `n`. Each rule clears bits, a word at a
//! time, so that a search over weeks costs little more than reading the calendars.
//!
//! Invariant: every opening found would pass `validate`. Deliberately absent: holding any of them.

use crate::grid::Checked;
use crate::slots::Needs;
use crate::wit::{Finding, Opening, Openings, OpeningsQuery, ProviderCalendar, Snapshot, Span};
use crate::{bits, findings, price, validate};

/// No answer has more openings than this, whatever limit was asked for: it has to fit into memory.
const MAX_OPENINGS: u32 = 10_000;

/// Times at which the service could be booked, earliest first, then by provider.
///
/// A search that finds nothing gives reasons: the rules that removed the last candidates.
///
/// # Errors
/// What makes the search itself meaningless: a span without length, a step off the grid, unusable master data.
pub fn find_openings(snapshot: &Snapshot, query: &OpeningsQuery) -> Result<Openings, Vec<Finding>> {
    let search = Search::read(snapshot, query)?;
    let mut reasons = Vec::new();
    validate::check_parties(snapshot, &mut reasons);
    price::check_guests(&snapshot.service, query.guests, &mut reasons);
    reasons.extend(price::quote(snapshot, query.guests).err());
    if !reasons.is_empty() {
        return Ok(Openings { found: Vec::new(), more: false, reasons });
    }
    Ok(search.starts().map_or_else(nothing, |starts| search.among(&starts)))
}

fn nothing(reason: Finding) -> Openings {
    Openings { found: Vec::new(), more: false, reasons: vec![reason] }
}

/// A search whose fields make sense together.
struct Search<'a> {
    snapshot: &'a Snapshot,
    query: &'a OpeningsQuery,
    grid: Checked,
    needs: Needs,
    /// Slots between two starts that are tried.
    step: u32,
}

impl<'a> Search<'a> {
    fn read(snapshot: &'a Snapshot, query: &'a OpeningsQuery) -> Result<Self, Vec<Finding>> {
        let (grid, needs) = (Checked::read(&snapshot.grid), Needs::of(&snapshot.service));
        let slot = snapshot.grid.slot_minutes;
        let step = match query.step.checked_rem(slot) {
            Some(0) if query.step > 0 => Ok(query.step / slot),
            Some(_) | None => Err(findings::step_unusable(slot)),
        };
        let span_is_sane = query.within.start < query.within.end && query.limit > 0;
        let span = span_is_sane.then_some(()).ok_or_else(findings::search_unusable);
        match (grid, needs, step, span) {
            (Ok(grid), Ok(needs), Ok(step), Ok(())) => Ok(Self { snapshot, query, grid, needs, step }),
            (grid, needs, step, span) => {
                Err([grid.err(), needs.err(), step.err(), span.err()].into_iter().flatten().collect())
            }
        }
    }

    /// The starts that keep every rule that is the same for all providers, or the rule that left none.
    fn starts(&self) -> Result<Vec<u64>, Finding> {
        let service = &self.snapshot.service;
        let mut starts = bits::first(&[], self.grid.slots());
        self.try_starts(&mut starts);
        left(&starts, findings::outside_calendar)?;

        let (earliest, latest) = validate::bookable(self.snapshot);
        let early = self.grid.beginning_in(Span { start: i64::MIN, end: earliest });
        bits::clear(&mut starts, early);
        left(&starts, || findings::too_soon(service.lead_time))?;
        self.clear_after(&mut starts, latest, i64::MAX);
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
                self.clear_after(starts, latest.max(day.span.start.saturating_sub(1)), day.span.end);
            }
        }
    }

    /// Clears the starts after `latest` and before `end`.
    fn clear_after(&self, starts: &mut [u64], latest: i64, end: i64) {
        let late = Span { start: latest.saturating_add(1), end };
        bits::clear(starts, self.grid.beginning_in(late));
    }

    /// The openings among the starts, or why there are none.
    fn among(&self, starts: &[u64]) -> Openings {
        let free: Vec<_> = validate::offering(self.snapshot)
            .map(|calendar| (calendar, self.free(calendar, starts)))
            .collect();
        let found = self.collect(&free);
        if found.is_empty() { nothing(self.reason(starts)) } else { self.limited(found) }
    }

    fn limited(&self, mut found: Vec<Opening>) -> Openings {
        let limit = self.query.limit.min(MAX_OPENINGS) as usize;
        let more = found.len() > limit;
        found.truncate(limit);
        Openings { found, more, reasons: Vec::new() }
    }

    /// The first openings in order, one more than the limit so that it is known whether there are more.
    fn collect(&self, free: &[(&ProviderCalendar, Vec<u64>)]) -> Vec<Opening> {
        let mut anybody = bits::first(&[], self.grid.slots());
        free.iter().for_each(|(_, starts)| bits::add(&mut anybody, starts));
        let wanted = self.query.limit.min(MAX_OPENINGS) as usize + 1;
        let mut found = Vec::new();
        for slot in bits::ones(&anybody) {
            let Some(place) = self.needs.placed_at(self.grid.start_of(slot), &self.grid) else { continue };
            for (calendar, _) in free.iter().filter(|(_, starts)| bits::has(starts, slot)) {
                if found.len() == wanted {
                    return found;
                }
                found.push(Opening {
                    provider: calendar.provider.id.clone(),
                    visit: place.visit,
                    units: Vec::new(),
                    seats_left: None,
                });
            }
        }
        found
    }

    /// The starts at which this provider is free.
    fn free(&self, calendar: &ProviderCalendar, starts: &[u64]) -> Vec<u64> {
        let mut free = bits::first(&calendar.on_shift, self.grid.slots());
        bits::drop_set(&mut free, &calendar.absent);
        bits::drop_set(&mut free, &calendar.taken);
        self.fitting(free, starts)
    }

    /// Of the slots given, the starts of visits that fit into them with their buffers.
    fn fitting(&self, mut slots: Vec<u64>, starts: &[u64]) -> Vec<u64> {
        let before = self.grid.slots_for(self.needs.before);
        let from_start = self.grid.slots_for(self.needs.duration + self.needs.after);
        bits::keep_runs(&mut slots, before + from_start);
        bits::move_up(&mut slots, before);
        bits::keep(&mut slots, starts);
        slots
    }

    /// The rule that removed the last candidates of all providers.
    fn reason(&self, starts: &[u64]) -> Finding {
        let (mut somebody, mut on_shift, mut present) = (None, false, false);
        for calendar in validate::offering(self.snapshot) {
            somebody = Some(calendar);
            let mut slots = bits::first(&calendar.on_shift, self.grid.slots());
            on_shift |= !bits::is_empty(&self.fitting(slots.clone(), starts));
            bits::drop_set(&mut slots, &calendar.absent);
            present |= !bits::is_empty(&self.fitting(slots, starts));
        }
        match (somebody, on_shift, present) {
            (None, _, _) => findings::nobody_offers(&self.snapshot.service.name),
            (Some(_), false, _) => findings::everybody_off_shift(),
            (Some(_), true, false) => findings::everybody_away(),
            (Some(_), true, true) => findings::everything_taken(),
        }
    }
}

/// Passes if a candidate is left.
fn left(starts: &[u64], reason: impl FnOnce() -> Finding) -> Result<(), Finding> {
    if bits::is_empty(starts) { Err(reason()) } else { Ok(()) }
}
