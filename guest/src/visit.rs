//! One visit at a settled time: whether a provider can perform it, and which units it uses.
//!
//! Invariant: `is_possible` holds exactly where `check` finds nothing. Deliberately absent: who is asked, see
//! `providers.rs`, and rules on the start that are the same for all, see `validate.rs`.

use std::cell::OnceCell;
use std::ops::Range;

use crate::grid::Checked;
use crate::slots::Place;
use crate::units::{self, Asked, Tree};
use crate::wit::{Finding, ProviderCalendar, Service, Session, Snapshot};
use crate::{findings, seats};

/// A visit for which a provider and units are sought.
pub(crate) struct Visit<'a> {
    pub snapshot: &'a Snapshot,
    pub grid: Checked,
    pub place: Place,
    /// Guests who come in addition to those there.
    guests: u32,
    asked: Asked<'a>,
    /// The slots reserved; none if the calendar does not cover them.
    slots: Option<Range<u32>>,
    tree: Tree<'a>,
    /// The units of a visit that begins with this booking: the same whoever performs it.
    own_units: OnceCell<Result<Vec<String>, Vec<Finding>>>,
}

impl<'a> Visit<'a> {
    /// A visit at this place, with the units asked for.
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        grid: Checked,
        place: Place,
        guests: u32,
        asked: Asked<'a>,
    ) -> Self {
        let (slots, tree) = (grid.range(place.reserved), Tree::of(snapshot));
        Self { snapshot, grid, place, guests, asked, slots, tree, own_units: OnceCell::new() }
    }

    /// The units that it uses with this provider; adds a finding for everything that keeps the provider from it.
    pub(crate) fn check(
        &self,
        calendar: &'a ProviderCalendar,
        broken: &mut Vec<Finding>,
    ) -> Option<Vec<String>> {
        if let Some(slots) = &self.slots {
            Place::check_provider(calendar, slots, self.session(calendar).is_some(), broken);
        }
        self.check_units(calendar, broken)
    }

    /// The same, where the provider has the time already.
    pub(crate) fn check_units(
        &self,
        calendar: &'a ProviderCalendar,
        broken: &mut Vec<Finding>,
    ) -> Option<Vec<String>> {
        let Some(slots) = &self.slots else {
            broken.push(findings::outside_calendar());
            return None;
        };
        let session = self.session(calendar);
        seats::check(self.service(), session, self.guests, broken);
        let units = match session {
            Some(session) => units::take_over(session, &self.tree, self.asked),
            None => self.own_units(slots).clone(),
        };
        units.map_err(|mut more| broken.append(&mut more)).ok()
    }

    /// Whether nothing keeps the provider from it. Most are busy, and are passed over before anything is written.
    pub(crate) fn is_possible(&self, calendar: &'a ProviderCalendar) -> bool {
        let Some(slots) = &self.slots else { return false };
        let session = self.session(calendar);
        if !Place::is_free(calendar, slots, session.is_some()) {
            return false;
        }
        let has_units = match session {
            Some(session) => units::take_over(session, &self.tree, self.asked).is_ok(),
            None => self.own_units(slots).is_ok(),
        };
        has_units && seats::left(self.service(), session).is_none_or(|left| self.guests <= left)
    }

    const fn service(&self) -> &'a Service {
        &self.snapshot.service
    }

    fn session(&self, calendar: &'a ProviderCalendar) -> Option<&'a Session> {
        seats::session(self.service(), calendar, self.place.visit.start)
    }

    fn own_units(&self, slots: &Range<u32>) -> &Result<Vec<String>, Vec<Finding>> {
        self.own_units.get_or_init(|| units::choose(self.service(), &self.tree, self.asked, slots))
    }
}
