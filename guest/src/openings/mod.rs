//! Times at which a service could be booked.
//!
//! Candidates are a bitmap for each provider: bit `n` stands for a visit that starts with slot `n`. Each rule clears
//! bits, a word at a time, so that a search over weeks costs little more than reading the calendars. Of the candidates
//! only the best are kept, and a calendar is read only as far as something in it could still be among them.
//!
//! Invariant: every opening found would pass `validate` with its provider. Deliberately absent: holding any of them.

mod candidates;
mod missing;
mod ranking;
mod reasons;
mod rooms;
mod starts;

use std::ops::Range;

use crate::grid::Checked;
use crate::slots::Needs;
use crate::units::{self, Asked};
use crate::wit::{Finding, Opening, Openings, OpeningsQuery, Precedence, ProviderCalendar, Snapshot};
use crate::{findings, price, providers, seats, validate, wishes};
use candidates::Reader;
use missing::Missing;
use ranking::{Best, Key, Order};
use rooms::Rooms;

/// No answer has more openings than this, whatever limit was asked for: it has to fit into memory.
const MAX_OPENINGS: u32 = 10_000;

/// Times at which the service could be booked, in the order of the ranking.
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
    seats::check(&snapshot.service, None, query.guests, &mut reasons);
    reasons.extend(price::quote(snapshot, query.guests, None).err());
    let found = if reasons.is_empty() { search.find() } else { Err(reasons) };
    Ok(found.unwrap_or_else(|reasons| Openings { found: Vec::new(), more: false, reasons }))
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

    /// The best openings, or why there are none.
    fn find(&self) -> Result<Openings, Vec<Finding>> {
        let starts = self.starts().map_err(|reason| vec![reason])?;
        let calendars = providers::eligible(self.snapshot, &self.query.preferences)?;
        let mut rooms = Rooms::of(self, &starts);
        let order = Order::of(self, calendars);
        let best = self.best(&order, &starts, &mut rooms);
        if best.is_empty() {
            return Err(reasons::why_nothing(self, &order.calendars, &starts, &rooms));
        }
        let limit = self.limit();
        let named = best.iter().take(limit).filter_map(|key| {
            let calendar = *order.calendars.get(key.rank as usize)?;
            self.opening(calendar, key, &rooms)
        });
        Ok(Openings { found: named.collect(), more: best.len() > limit, reasons: Vec::new() })
    }

    fn limit(&self) -> usize {
        self.query.limit.min(MAX_OPENINGS) as usize
    }

    /// The best candidates in order, one more than the limit so that it is known whether there are more.
    fn best(&self, order: &Order<'_, 'a>, starts: &[u64], rooms: &mut Rooms<'a>) -> Vec<Key> {
        let mut best = Best::of(self.limit().saturating_add(1));
        let mut reader = Reader::of(self, starts);
        let mut missing = Missing::of(self, starts);
        for (rank, calendar) in (0..).zip(&order.calendars) {
            let window = missing.within(order.window(calendar, best.worst()));
            if window.is_empty() {
                continue;
            }
            reader.read(calendar, window, rooms);
            let mut measure = order.measure(calendar, rank);
            for slot in reader.starts() {
                if !missing.has(slot) {
                    continue;
                }
                let joins = reader.joins(slot);
                let key = measure.key(slot, || if joins { 0 } else { reader.fragments(slot) });
                if best.takes(&key) && (joins || rooms.have_choice(slot)) {
                    best.add(key);
                    missing.found(slot);
                }
            }
        }
        best.sorted()
    }

    /// The opening at a candidate.
    fn opening(&self, calendar: &ProviderCalendar, key: &Key, rooms: &Rooms<'_>) -> Option<Opening> {
        let service = &self.snapshot.service;
        let visit = self.needs.placed_at(self.grid.start_of(key.slot), &self.grid)?.visit;
        let session = seats::session(service, calendar, visit.start);
        let units = match session {
            Some(session) => units::take_over(session, &rooms.tree, Asked::default()).ok()?,
            None => rooms.choose(key.slot)?,
        };
        let seats_left = seats::left(service, session);
        let unmet = wishes::count_unmet(&calendar.provider, &self.query.preferences);
        let precedence = Precedence { first: key.first, second: key.second, unmet };
        Some(Opening { provider: calendar.provider.id.clone(), visit, units, seats_left, precedence })
    }

    /// The slots that a visit with this start reserves; none if the grid does not cover them.
    fn reserved(&self, slot: u32) -> Option<Range<u32>> {
        let place = self.needs.placed_at(self.grid.start_of(slot), &self.grid)?;
        self.grid.range(place.reserved)
    }

    /// The slots that a visit reserves before its start, and those from its start on.
    const fn reach(&self) -> (u32, u32) {
        let before = self.grid.slots_for(self.needs.before);
        (before, self.grid.slots_for(self.needs.duration + self.needs.after))
    }
}
