//! The branch's units as a tree, and when each of them is used up.
//!
//! A visit uses a unit, and with it everything that is a part of it. So a room is used up by those who use its chairs,
//! and a chair by those who use the room as a whole: where anybody does, each visit of a part takes one place of it.
//!
//! Invariant: parents that are missing, or that lead round in a circle, end the way up; nothing loops for ever.
//! Deliberately absent: which units a visit needs, see `choice.rs`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::bits;
use crate::tally::Tally;
use crate::wit::{Snapshot, Unit, UnitCalendar};

/// The place of a unit in the tree.
pub(crate) type Position = usize;

/// The branch's units.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    /// In the order of their identifiers, each once.
    units: Vec<&'a UnitCalendar>,
    parents: Vec<Option<Position>>,
    children: Vec<Vec<Position>>,
    /// Where the unit is used up; reckoned when it is asked for.
    used_up: Vec<OnceCell<Cow<'a, [u64]>>>,
    /// How many words the grid has.
    words: usize,
}

impl<'a> Tree<'a> {
    /// Takes the snapshot's units.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut units: Vec<&UnitCalendar> = snapshot.units.iter().collect();
        units.sort_by(|one, other| one.unit.id.cmp(&other.unit.id));
        units.dedup_by(|one, other| one.unit.id == other.unit.id);
        let parent_of = |calendar: &&UnitCalendar| {
            let parent = calendar.unit.parent.as_deref().filter(|parent| *parent != calendar.unit.id)?;
            position(&units, parent)
        };
        let parents: Vec<Option<Position>> = units.iter().map(parent_of).collect();
        let mut children = vec![Vec::new(); units.len()];
        for (child, parent) in parents.iter().enumerate() {
            if let Some(children) = parent.and_then(|parent| children.get_mut(parent)) {
                children.push(child);
            }
        }
        let used_up = vec![OnceCell::new(); units.len()];
        Self { units, parents, children, used_up, words: snapshot.grid.slots.div_ceil(u64::BITS) as usize }
    }

    /// The unit with this identifier.
    pub(crate) fn find(&self, id: &str) -> Option<Position> {
        position(&self.units, id)
    }

    /// The unit at a position.
    pub(crate) fn unit(&self, at: Position) -> Option<&'a Unit> {
        self.units.get(at).map(|calendar| &calendar.unit)
    }

    /// All units, in the order of their identifiers.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Position, &'a Unit)> {
        self.units.iter().map(|calendar| &calendar.unit).enumerate()
    }

    /// Whether the unit, and everything that it is a part of, takes bookings.
    pub(crate) fn is_active(&self, at: Position) -> bool {
        let mut chain = std::iter::once(at).chain(self.ancestors(at));
        chain.all(|at| self.unit(at).is_some_and(|unit| unit.active))
    }

    /// Whether one of the two is a part of the other.
    pub(crate) fn are_nested(&self, one: Position, other: Position) -> bool {
        self.ancestors(one).any(|at| at == other) || self.ancestors(other).any(|at| at == one)
    }

    /// What the unit is a part of, the nearest first. A circle is gone round at most once.
    pub(crate) fn ancestors(&self, at: Position) -> impl Iterator<Item = Position> {
        let parent = |at: &Position| self.parents.get(*at).copied().flatten();
        let way_up = std::iter::successors(parent(&at), parent);
        way_up.take_while(move |up| *up != at).take(self.units.len())
    }

    /// Whether one more visit can use the unit for all of these slots.
    pub(crate) fn is_free(&self, at: Position, slots: Range<u32>) -> bool {
        !bits::any(self.used_up(at), slots)
    }

    /// Whether the visits that use the unit by now, so many of them allowed for, fit for all of these slots.
    pub(crate) fn bears(&self, at: Position, allowed: u32, slots: Range<u32>) -> bool {
        match allowed {
            0 => self.is_free(at, slots),
            _ => !bits::any(&self.reckon(at, allowed), slots),
        }
    }

    /// Set where no further visit can use the unit.
    pub(crate) fn used_up(&self, at: Position) -> &[u64] {
        self.used_up.get(at).map_or(&[], |used_up| used_up.get_or_init(|| self.reckon(at, 0)))
    }

    /// Set where the unit, or something that it is a part of, is used to capacity and `allowed` visits beyond it.
    fn reckon(&self, at: Position, allowed: u32) -> Cow<'a, [u64]> {
        let mut used_up = self.used_with_parts(at, allowed);
        for ancestor in self.ancestors(at) {
            let full = self.full_as_a_whole(ancestor, allowed);
            if !bits::is_empty(&full) {
                bits::join(used_up.to_mut(), &full);
            }
        }
        used_up
    }

    /// Set where the visits that use the unit or a part of it have reached its capacity.
    fn used_with_parts(&self, at: Position, allowed: u32) -> Cow<'a, [u64]> {
        let Some(calendar) = self.units.get(at) else { return Cow::Borrowed(&[]) };
        let Some(last) = capacity(&calendar.unit).saturating_add(allowed).checked_sub(1) else {
            return Cow::Owned(vec![u64::MAX; self.words]);
        };
        let parts = self.parts(at);
        if parts.is_empty() {
            return Cow::Borrowed(layer(calendar, last));
        }
        let layers = || std::iter::once(&at).chain(&parts).filter_map(|at| self.units.get(*at));
        if layers().map(|calendar| calendar.uses.len()).sum::<usize>() <= last as usize {
            return Cow::Borrowed(&[]);
        }
        let mut visits = Tally::new(self.words);
        layers().flat_map(|calendar| &calendar.uses).for_each(|layer| visits.add(layer));
        Cow::Owned(visits.reaching(last.saturating_add(1)))
    }

    /// Set where some visit uses the unit as a whole, and it and those that use a part of it have reached its capacity.
    /// As long as nobody uses the unit as a whole, its parts are as free as they are by themselves.
    fn full_as_a_whole(&self, at: Position, allowed: u32) -> Vec<u64> {
        let as_a_whole = self.units.get(at).map_or(&[][..], |calendar| layer(calendar, 0));
        if bits::is_empty(as_a_whole) {
            return Vec::new();
        }
        let mut full = self.used_with_parts(at, allowed).into_owned();
        bits::keep(&mut full, as_a_whole);
        full
    }

    /// Everything that is a part of the unit, directly or not.
    fn parts(&self, at: Position) -> Vec<Position> {
        let children = |at: Position| self.children.get(at).into_iter().flatten().copied();
        let mut parts: Vec<Position> = children(at).collect();
        if parts.is_empty() {
            return parts;
        }
        let mut seen = vec![false; self.units.len()];
        let mut first_visit =
            |at: Position| seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true));
        first_visit(at);
        parts.retain(|part| first_visit(*part));
        let mut next = 0;
        while let Some(part) = parts.get(next).copied() {
            parts.extend(children(part).filter(|part| first_visit(*part)));
            next += 1;
        }
        parts
    }
}

/// How many visits the unit bears at once.
const fn capacity(unit: &Unit) -> u32 {
    if unit.overlap_allowed { unit.capacity } else { 1 }
}

/// Set where more than so many visits use the unit.
fn layer(calendar: &UnitCalendar, more_than: u32) -> &[u64] {
    calendar.uses.get(more_than as usize).map_or(&[], Vec::as_slice)
}

fn position(units: &[&UnitCalendar], id: &str) -> Option<Position> {
    units.binary_search_by(|calendar| calendar.unit.id.as_str().cmp(id)).ok()
}
