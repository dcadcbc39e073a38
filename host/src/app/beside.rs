//! What the same commit takes and gives up besides the decision that is being made.
//!
//! Invariant: the rules see the calendars as the decisions before this one leave them: what those take is taken, what
//! those give up is free, and a visit that customers share has the guests that have just joined it. It counts once,
//! however many of them share it.

use std::collections::BTreeSet;

use super::calendar::Grid;
use super::occupancy::Occupancy;
use super::sale::Sale;
use crate::model::{Appointment, AppointmentId, ProviderId, ServiceId};
use crate::store::{Change, Session};

/// What the same commit takes and gives up besides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// Appointments whose time is taken.
    pub(super) ahead: &'a [Appointment],
    /// Appointments whose time is given up.
    pub(super) given_up: &'a [Appointment],
    /// What was decided before.
    pub(super) changes: &'a [Change],
    /// What is decided after, as far as it is known.
    pub(super) becoming: &'a [Appointment],
    /// The sale, where one command is given to several appointments of it.
    pub(super) sale: Option<&'a Sale>,
}

impl Beside<'_> {
    /// Time taken by these appointments, and no other decision.
    pub(super) const fn taking(ahead: &[Appointment]) -> Beside<'_> {
        Beside { ahead, given_up: &[], changes: &[], becoming: &[], sale: None }
    }

    /// The appointments whose time counts as free; `own` is the one that is decided about.
    pub(super) fn left_out(&self, own: Option<&Appointment>) -> Vec<AppointmentId> {
        own.into_iter().chain(self.given_up).map(|one| one.id).collect()
    }

    /// Takes the guests of appointments that are left out away from the visits they share.
    pub(super) fn leave(&self, own: Option<&Appointment>, sessions: &mut Vec<Session>) {
        let left_out = self.left_out(own);
        let once = |(n, one): &(usize, &Appointment)| !left_out[..*n].contains(&one.id);
        for (_, one) in own.into_iter().chain(self.given_up).enumerate().filter(once) {
            if let Some(session) = shared_with(sessions, one) {
                session.guests = session.guests.saturating_sub(one.guests);
            }
        }
        sessions.retain(|session| session.guests > 0);
    }

    /// Adds what is taken. `sessions` are those of the service with the providers, and stay in order.
    pub(super) fn take(
        &self,
        grid: &Grid,
        service: ServiceId,
        providers: &[ProviderId],
        taken: &mut Occupancy,
        sessions: &mut Vec<Session>,
    ) {
        let mut known = BTreeSet::new();
        for one in self.ahead {
            if let Some(session) = shared_with(sessions, one).filter(|_| one.service == service) {
                session.guests += one.guests;
                continue;
            }
            if one.shared.as_ref().is_some_and(|shared| !known.insert((one.provider, &shared.key))) {
                continue;
            }
            taken.add(grid, one);
            let is_near =
                grid.start() <= one.start && one.start < grid.end() && providers.contains(&one.provider);
            if one.shared.is_some() && one.service == service && is_near {
                let Appointment { provider, start, guests, ref units, .. } = *one;
                sessions.push(Session { provider, start, guests, units: units.clone() });
            }
        }
        sessions.sort_by_key(|session| (session.provider, session.start));
    }
}

/// The visit that an appointment shares with others.
fn shared_with<'a>(sessions: &'a mut [Session], one: &Appointment) -> Option<&'a mut Session> {
    one.shared.as_ref()?;
    sessions.iter_mut().find(|session| session.provider == one.provider && session.start == one.start)
}
