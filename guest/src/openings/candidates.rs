//! One provider's candidates.
//!
//! Invariant: a candidate is a start at which the provider is on shift, present and free for the visit and its buffers,
//! and at which units are free; or the start of a visit that customers share and that has room. Buffers are used again
//! for the next provider, so that nothing is allocated for each of them.

use std::ops::Range;

use crate::openings::Search;
use crate::openings::rooms::Rooms;
use crate::slots::Place;
use crate::units::{self, Asked};
use crate::wit::{ProviderCalendar, Session};
use crate::{bits, seats};

/// Reads calendars, one after the other.
pub(super) struct Reader<'s, 'a> {
    search: &'s Search<'a>,
    /// The starts that are tried.
    tried: &'s [u64],
    /// The first slot of the words below.
    first: u32,
    /// Slots in which the provider is free.
    free: Vec<u64>,
    /// The provider's candidates.
    starts: Vec<u64>,
    /// Those of them at which there is a visit to join.
    joined: Vec<u64>,
}

impl<'s, 'a> Reader<'s, 'a> {
    /// Has read nothing yet.
    pub(super) const fn of(search: &'s Search<'a>, tried: &'s [u64]) -> Self {
        Self { search, tried, first: 0, free: Vec::new(), starts: Vec::new(), joined: Vec::new() }
    }

    /// Reads the candidates that start in the window, and perhaps some around it.
    pub(super) fn read(&mut self, calendar: &ProviderCalendar, window: Range<u32>, rooms: &Rooms<'_>) {
        let words = self.words(&window);
        self.first = bits::first_of(words.start);
        self.read_free(calendar, words.clone());
        self.fit(words.clone());
        if let Some(with_units) = &rooms.starts {
            bits::keep(&mut self.starts, bits::part(with_units, words));
        }
        self.joined.clear();
        if seats::are_shared(&self.search.snapshot.service) && !calendar.sessions.is_empty() {
            self.read_sessions(calendar, rooms);
        }
    }

    /// The words that have to be read for visits that start in the window.
    fn words(&self, window: &Range<u32>) -> Range<usize> {
        let (before, from_start) = self.search.reach();
        // Beside a visit as much is read again: fragments are no longer than what a visit needs.
        let around = before.saturating_add(from_start);
        let slots = window.start.saturating_sub(before.saturating_add(around))
            ..window.end.saturating_add(from_start.saturating_add(around)).min(self.search.grid.slots());
        bits::words_of(slots)
    }

    fn read_free(&mut self, calendar: &ProviderCalendar, words: Range<usize>) {
        let slots = self.search.grid.slots().saturating_sub(self.first);
        bits::fill(&mut self.free, slots.min(bits::first_of(words.len())));
        bits::keep(&mut self.free, bits::part(&calendar.on_shift, words.clone()));
        bits::drop_set(&mut self.free, bits::part(&calendar.absent, words.clone()));
        bits::drop_set(&mut self.free, bits::part(&calendar.taken, words));
    }

    /// From free slots to starts of visits that fit into them with their buffers.
    fn fit(&mut self, words: Range<usize>) {
        let (before, from_start) = self.search.reach();
        self.starts.clone_from(&self.free);
        bits::keep_runs(&mut self.starts, before.saturating_add(from_start));
        bits::move_up(&mut self.starts, before);
        bits::keep(&mut self.starts, bits::part(self.tried, words));
    }

    /// Puts the visits that customers share in the place of what begins with the same slot.
    fn read_sessions(&mut self, calendar: &ProviderCalendar, rooms: &Rooms<'_>) {
        self.joined.resize(self.starts.len(), 0);
        // Of two with the same start the first counts, as everywhere.
        for session in calendar.sessions.iter().rev() {
            let Some(slot) = self.slot_of(session) else { continue };
            let candidate =
                slot.saturating_sub(self.first)..slot.saturating_sub(self.first).saturating_add(1);
            bits::clear(&mut self.starts, candidate.clone());
            bits::clear(&mut self.joined, candidate.clone());
            if self.can_join(calendar, session, slot, rooms) {
                bits::set(&mut self.starts, candidate.start);
                bits::set(&mut self.joined, candidate.start);
            }
        }
    }

    /// The slot that the visit starts with, if it is among those read.
    fn slot_of(&self, session: &Session) -> Option<u32> {
        let slot = self.search.grid.slot_beginning(session.start)?;
        let end = self.first.saturating_add(bits::first_of(self.starts.len()));
        (self.first..end).contains(&slot).then_some(slot)
    }

    fn can_join(&self, calendar: &ProviderCalendar, session: &Session, slot: u32, rooms: &Rooms<'_>) -> bool {
        let left = seats::left(&self.search.snapshot.service, Some(session));
        left.is_some_and(|left| self.search.query.guests <= left)
            && bits::has(self.tried, slot)
            && self.search.reserved(slot).is_some_and(|slots| Place::is_free(calendar, &slots, true))
            && units::take_over(session, &rooms.tree, Asked::default()).is_ok()
    }

    /// The candidates, earliest first.
    pub(super) fn starts(&self) -> impl Iterator<Item = u32> {
        bits::ones(&self.starts).map(|slot| slot.saturating_add(self.first))
    }

    /// Whether there is a visit to join at this candidate.
    pub(super) fn joins(&self, slot: u32) -> bool {
        bits::has(&self.joined, slot.saturating_sub(self.first))
    }

    /// How many free slots beside a visit would be too few for another one.
    pub(super) fn fragments(&self, slot: u32) -> u32 {
        let (before, from_start) = self.search.reach();
        let needed = before.saturating_add(from_start);
        let slot = slot.saturating_sub(self.first);
        let too_short = |gap: u32| if gap < needed { gap } else { 0 };
        too_short(bits::run_before(&self.free, slot.saturating_sub(before), needed))
            .saturating_add(too_short(bits::run_from(&self.free, slot.saturating_add(from_start), needed)))
    }
}
