//! Which openings are named first.
//!
//! Invariant: keys of different candidates differ, so that the order is the same every time; no more candidates are
//! kept than are named, and one. Deliberately absent: whether a candidate can be booked.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use crate::openings::Search;
use crate::slots;
use crate::wit::{Instant, ProviderCalendar, Ranking, Span};
use crate::{bits, wishes};

/// What candidates are put in order by, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// What the ranking looks at first.
    pub(super) first: u64,
    /// What it looks at then.
    pub(super) second: u64,
    /// The slot that the visit starts with.
    pub(super) slot: u32,
    /// The provider's place: who meets more wishes goes first, then by identifier.
    pub(super) rank: u32,
}

/// The best candidates so far.
pub(super) struct Best {
    room: usize,
    keys: BinaryHeap<Key>,
}

impl Best {
    /// Room for so many.
    pub(super) const fn of(room: usize) -> Self {
        Self { room, keys: BinaryHeap::new() }
    }

    /// The candidate that goes if a better one comes; none while there is room.
    pub(super) fn worst(&self) -> Option<&Key> {
        self.keys.peek().filter(|_| self.keys.len() >= self.room)
    }

    /// Whether the candidate is among the best so far.
    pub(super) fn takes(&self, key: &Key) -> bool {
        self.worst().is_none_or(|worst| key < worst)
    }

    /// Adds a candidate, and drops the worst where there is no room.
    pub(super) fn add(&mut self, key: Key) {
        self.keys.push(key);
        if self.keys.len() > self.room {
            self.keys.pop();
        }
    }

    /// All of them, the best first.
    pub(super) fn sorted(self) -> Vec<Key> {
        self.keys.into_sorted_vec()
    }
}

/// How the search puts candidates in order.
pub(super) struct Order<'s, 'a> {
    search: &'s Search<'a>,
    /// Providers by rank.
    pub(super) calendars: Vec<&'a ProviderCalendar>,
    /// What `nearest` measures from.
    near: Instant,
}

impl<'s, 'a> Order<'s, 'a> {
    /// Ranks the providers.
    pub(super) fn of(search: &'s Search<'a>, mut calendars: Vec<&'a ProviderCalendar>) -> Self {
        let preferences = &search.query.preferences;
        calendars.sort_by(|one, other| one.provider.id.cmp(&other.provider.id));
        if !preferences.is_empty() {
            calendars
                .sort_by_cached_key(|calendar| Reverse(wishes::count_met(&calendar.provider, preferences)));
        }
        Self { search, calendars, near: search.query.near.unwrap_or(search.query.within.start) }
    }

    /// Where the provider could have a candidate better than the worst one kept.
    pub(super) fn window(&self, calendar: &ProviderCalendar, worst: Option<&Key>) -> Range<u32> {
        let all = 0..self.search.grid.slots();
        let Some(worst) = worst else { return all };
        let up_to_worst = 0..worst.slot.saturating_add(1).min(all.end);
        match self.search.query.ranking {
            Ranking::Earliest | Ranking::EarliestStarts => up_to_worst,
            Ranking::SameProvider => match self.is_another(calendar).cmp(&worst.first) {
                std::cmp::Ordering::Less => all,
                std::cmp::Ordering::Equal => up_to_worst,
                std::cmp::Ordering::Greater => 0..0,
            },
            Ranking::LeastFragmenting => {
                if worst.first == 0 {
                    up_to_worst
                } else {
                    all
                }
            }
            Ranking::Fairest => {
                let least = (0, calendar.workload.recent_minutes);
                if least > (worst.first, worst.second) { 0..0 } else { all }
            }
            Ranking::Nearest => {
                let distance = i64::try_from(worst.first).unwrap_or(i64::MAX);
                let (start, end) = (self.near.saturating_sub(distance), self.near.saturating_add(distance));
                self.search.grid.beginning_in(Span { start, end: end.saturating_add(1) })
            }
        }
    }

    /// Measures the provider's candidates.
    pub(super) const fn measure(&self, calendar: &'a ProviderCalendar, rank: u32) -> Measure<'_, 's, 'a> {
        Measure { order: self, calendar, rank, day: None }
    }

    /// 0 for the provider of the last visit, 1 for another.
    fn is_another(&self, calendar: &ProviderCalendar) -> u64 {
        u64::from(self.search.query.last_provider.as_ref() != Some(&calendar.provider.id))
    }
}

/// Makes keys for one provider's candidates.
pub(super) struct Measure<'o, 's, 'a> {
    order: &'o Order<'s, 'a>,
    calendar: &'a ProviderCalendar,
    rank: u32,
    /// The day of the last candidate, and how many slots of it are taken.
    day: Option<(Range<u32>, u32)>,
}

impl Measure<'_, '_, '_> {
    /// The key of a candidate; its fragments are counted only where they matter.
    pub(super) fn key(&mut self, slot: u32, fragments: impl FnOnce() -> u32) -> Key {
        let start = self.order.search.grid.start_of(slot);
        let (first, second) = match self.order.search.query.ranking {
            Ranking::Earliest | Ranking::EarliestStarts => (0, 0),
            Ranking::LeastFragmenting => (u64::from(fragments()), 0),
            Ranking::SameProvider => (self.order.is_another(self.calendar), 0),
            Ranking::Fairest => (u64::from(self.load(slot)), self.calendar.workload.recent_minutes),
            Ranking::Nearest => (start.abs_diff(self.order.near), 0),
        };
        Key { first, second, slot, rank: self.rank }
    }

    /// How many slots the provider has given away on the day of the candidate.
    fn load(&mut self, slot: u32) -> u32 {
        match &self.day {
            Some((day, load)) if day.contains(&slot) => *load,
            Some(_) | None => {
                let search = self.order.search;
                let day = slots::day(search.grid.start_of(slot), &search.snapshot.branch, &search.grid);
                let load = bits::count(&self.calendar.taken, day.clone());
                self.day = Some((day, load));
                load
            }
        }
    }
}
