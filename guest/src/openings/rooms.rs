//! Starts at which there are units for a visit that begins.
//!
//! For each type a bitmap says where enough units are free. That is all there is to know unless units are a part of one
//! another; then a start is looked at more closely once it is about to be named.
//!
//! Invariant: the choice is the one that `validate` would make. Deliberately absent: visits that are joined, which
//! bring their own units.

use std::ops::Range;

use crate::bits;
use crate::openings::Search;
use crate::tally::Tally;
use crate::units::{self, Choice, Need, Tree};

/// The branch's units, for one search.
pub(super) struct Rooms<'a> {
    pub(super) tree: Tree<'a>,
    pub(super) choice: Choice<'a>,
    /// Starts at which enough units of each type are free; none where the service needs none.
    pub(super) starts: Option<Vec<u64>>,
    /// Starts that were looked at more closely, and those of them for which there is a choice.
    known: (Vec<u64>, Vec<u64>),
    reach: (u32, u32),
    slots: u32,
}

impl<'a> Rooms<'a> {
    /// Reads the units' calendars, as far as the service needs them.
    pub(super) fn of(search: &Search<'a>, starts: &[u64]) -> Self {
        let tree = Tree::of(search.snapshot);
        let choice = Choice::of(&search.snapshot.service, &tree, &[]);
        let none = || vec![0; starts.len()];
        let known = if choice.nested { (none(), none()) } else { (Vec::new(), Vec::new()) };
        let (reach, slots) = (search.reach(), search.grid.slots());
        let mut rooms = Self { tree, choice, starts: None, known, reach, slots };
        if !rooms.choice.needs.is_empty() {
            let mut left = starts.to_vec();
            for need in &rooms.choice.needs {
                left = rooms.enough(need, &left);
            }
            rooms.starts = Some(left);
        }
        rooms
    }

    /// Of the starts, those at which enough units of the type are free.
    pub(super) fn enough(&self, need: &Need<'_>, starts: &[u64]) -> Vec<u64> {
        let mut scratch = Vec::with_capacity(starts.len());
        if need.count > 1 {
            let mut free = Tally::new(starts.len());
            for at in &need.candidates {
                self.free(*at, starts, &mut scratch);
                free.add(&scratch);
            }
            return u32::try_from(need.count).map_or_else(|_| Vec::new(), |count| free.reaching(count));
        }
        let mut enough = vec![0; starts.len()];
        for at in &need.candidates {
            self.free(*at, starts, &mut scratch);
            bits::add(&mut enough, &scratch);
            if enough == starts {
                break;
            }
        }
        enough
    }

    /// Of the starts, those at which the unit is free.
    fn free(&self, at: units::Position, starts: &[u64], free: &mut Vec<u64>) {
        bits::fill(free, self.slots);
        bits::drop_set(free, self.tree.used_up(at));
        let (before, from_start) = self.reach;
        bits::keep_runs(free, before.saturating_add(from_start));
        bits::move_up(free, before);
        bits::keep(free, starts);
    }

    /// Whether there is a choice of units at a start at which there are enough of each type.
    pub(super) fn have_choice(&mut self, slot: u32) -> bool {
        if !self.choice.nested {
            return true;
        }
        if !bits::has(&self.known.0, slot) {
            bits::set(&mut self.known.0, slot);
            if self.choose(slot).is_some() {
                bits::set(&mut self.known.1, slot);
            }
        }
        bits::has(&self.known.1, slot)
    }

    /// The units that a visit with this start would use.
    pub(super) fn choose(&self, slot: u32) -> Option<Vec<String>> {
        let slots = self.reserved(slot);
        let chosen = self.choice.make(&self.tree, &[], |at| self.tree.is_free(at, slots.clone()))?;
        Some(units::ids(&self.tree, &chosen))
    }

    fn reserved(&self, slot: u32) -> Range<u32> {
        slot.saturating_sub(self.reach.0)..slot.saturating_add(self.reach.1)
    }
}
