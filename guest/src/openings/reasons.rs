//! Why a search found nothing.
//!
//! Invariant: rules are asked in one order for all providers together, and the one that removed the last candidate is
//! named. Deliberately absent: reasons for a provider who is busy while another one is not.

use crate::openings::Search;
use crate::openings::rooms::Rooms;
use crate::slots::Place;
use crate::units::{self, Asked};
use crate::wit::{Finding, ProviderCalendar, Session};
use crate::{bits, findings, seats};

/// What is left of all providers' candidates after each rule.
#[derive(Default)]
struct Left {
    on_shift: bool,
    present: bool,
    free: bool,
    with_seats: bool,
    /// Starts of visits that would begin.
    starts: Vec<u64>,
    /// Why visits with seats cannot be joined all the same.
    unjoined: Vec<Finding>,
}

/// The rules that removed the last candidates. There are providers, and none of them has an opening.
pub(super) fn why_nothing(
    search: &Search<'_>,
    calendars: &[&ProviderCalendar],
    starts: &[u64],
    rooms: &Rooms<'_>,
) -> Vec<Finding> {
    let mut left = Left::default();
    calendars.iter().for_each(|calendar| left.add(search, calendar, starts, rooms));
    match left {
        Left { on_shift: false, .. } => vec![findings::everybody_off_shift()],
        Left { present: false, .. } => vec![findings::everybody_away()],
        Left { free: false, .. } => vec![findings::everything_taken()],
        Left { with_seats: false, .. } => vec![findings::no_seats_left(search.query.guests)],
        Left { starts, unjoined, .. } => {
            let mut lacking = lacking(&starts, rooms);
            lacking.extend(unjoined);
            if lacking.is_empty() { vec![findings::units_nested()] } else { lacking }
        }
    }
}

impl Left {
    fn add(&mut self, search: &Search<'_>, calendar: &ProviderCalendar, starts: &[u64], rooms: &Rooms<'_>) {
        let mut slots = bits::first(&calendar.on_shift, search.grid.slots());
        self.on_shift |= !bits::is_empty(&fitting(search, slots.clone(), starts));
        bits::drop_set(&mut slots, &calendar.absent);
        self.present |= !bits::is_empty(&fitting(search, slots.clone(), starts));
        bits::drop_set(&mut slots, &calendar.taken);
        let mut begun = fitting(search, slots, starts);
        if seats::are_shared(&search.snapshot.service) {
            calendar
                .sessions
                .iter()
                .for_each(|session| self.join(search, calendar, session, &mut begun, starts, rooms));
        }
        let begins = !bits::is_empty(&begun);
        self.free |= begins;
        self.with_seats |= begins;
        bits::join(&mut self.starts, &begun);
    }

    /// Looks at a visit that customers share; nothing else begins with it.
    fn join(
        &mut self,
        search: &Search<'_>,
        calendar: &ProviderCalendar,
        session: &Session,
        begun: &mut [u64],
        starts: &[u64],
        rooms: &Rooms<'_>,
    ) {
        let Some(slot) = search.grid.slot_beginning(session.start) else { return };
        bits::clear(begun, slot..slot.saturating_add(1));
        let takes_place = bits::has(starts, slot)
            && search.reserved(slot).is_some_and(|slots| Place::is_free(calendar, &slots, true));
        self.free |= takes_place;
        let room = seats::left(&search.snapshot.service, Some(session)).unwrap_or(0);
        if takes_place && search.query.guests <= room {
            self.with_seats = true;
            self.unjoined
                .extend(units::take_over(session, &rooms.tree, Asked::default()).err().into_iter().flatten());
            self.unjoined.dedup();
        }
    }
}

/// Of the slots given, the starts of visits that fit into them with their buffers.
fn fitting(search: &Search<'_>, mut slots: Vec<u64>, starts: &[u64]) -> Vec<u64> {
    let (before, from_start) = search.reach();
    bits::keep_runs(&mut slots, before.saturating_add(from_start));
    bits::move_up(&mut slots, before);
    bits::keep(&mut slots, starts);
    slots
}

/// Which types of units leave no start, each by itself; if none does, all of them.
fn lacking(starts: &[u64], rooms: &Rooms<'_>) -> Vec<Finding> {
    if bits::is_empty(starts) {
        return Vec::new();
    }
    let needs = || rooms.choice.needs.iter();
    let leaves_nothing = |need: &&units::Need<'_>| bits::is_empty(&rooms.enough(need, starts));
    let why = |need: &units::Need<'_>| {
        let missing = need.candidates.len() < need.count;
        if missing {
            findings::unit_missing(need.unit_type, need.count)
        } else {
            findings::units_taken(need.unit_type)
        }
    };
    let alone: Vec<Finding> = needs().filter(leaves_nothing).map(why).collect();
    let together_too_few = rooms.starts.as_ref().is_some_and(|left| !bits::overlap(left, starts));
    match (alone.is_empty(), together_too_few) {
        (true, true) => needs().map(why).collect(),
        (true, false) => vec![findings::units_nested()],
        (false, _) => alone,
    }
}
