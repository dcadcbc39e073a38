//! Appointments that stand: whether they can still take place, and whether somebody or something else can take over.
//!
//! The snapshot leaves the appointment's own slots out. Lead time, horizon and price were settled when the time was
//! agreed, and are not asked about again.

use crate::grid::Checked;
use crate::slots::Place;
use crate::units::{self, Asked, Tree};
use crate::visit::Visit;
use crate::wit::{Appointment, Finding, Snapshot};
use crate::{findings, providers, seats, validate};

/// Every rule that a standing appointment has come to break; empty when it can take place as agreed.
#[must_use]
pub fn recheck(snapshot: &Snapshot, appointment: &Appointment) -> Vec<Finding> {
    let mut broken = Vec::new();
    validate::check_parties(snapshot, &mut broken);
    match Checked::read(&snapshot.grid) {
        Ok(grid) => {
            place(appointment).check_branch(&snapshot.branch, &grid, &mut broken);
            check_performance(snapshot, appointment, &grid, &mut broken);
        }
        Err(finding) => broken.push(finding),
    }
    broken
}

/// Adds a finding for everything that keeps the provider and the units from it.
fn check_performance(
    snapshot: &Snapshot,
    appointment: &Appointment,
    grid: &Checked,
    broken: &mut Vec<Finding>,
) {
    let calendar =
        providers::calendar(snapshot, &appointment.provider).map_err(|finding| broken.push(finding)).ok();
    if let Some(calendar) = calendar {
        providers::check_offer(&calendar.provider, &snapshot.service, broken);
    }
    let place = place(appointment);
    let Some(slots) = grid.range(place.reserved) else {
        broken.push(findings::outside_calendar());
        return;
    };
    let service = &snapshot.service;
    let session = calendar.and_then(|calendar| seats::session(service, calendar, place.visit.start));
    if let Some(calendar) = calendar {
        Place::check_provider(calendar, &slots, session.is_some(), broken);
        seats::check(service, session, appointment.guests, broken);
    }
    units::check_standing(service, &Tree::of(snapshot), appointment, session, &slots, broken);
}

/// The units that the appointment uses when this provider takes over; or everything that is against it.
///
/// Whether service and customer are still active is not asked about either: what they agreed on stands. So does what
/// was agreed with the present provider, where only units change.
pub(crate) fn take_over(
    snapshot: &Snapshot,
    appointment: &Appointment,
    provider: &str,
    named: &[String],
) -> Result<Vec<String>, Vec<Finding>> {
    let mut broken = Vec::new();
    validate::check_seller(snapshot, &mut broken);
    let grid = Checked::read(&snapshot.grid).map_err(|finding| broken.push(finding));
    let units = grid.ok().and_then(|grid| {
        let place = place(appointment);
        place.check_branch(&snapshot.branch, &grid, &mut broken);
        let asked = Asked { named, preferred: &appointment.units };
        let visit = Visit::new(snapshot, grid, place, appointment.guests, asked);
        if provider == appointment.provider {
            let calendar =
                providers::calendar(snapshot, provider).map_err(|finding| broken.push(finding)).ok();
            calendar.and_then(|calendar| visit.check_units(calendar, &mut broken))
        } else {
            providers::named(&visit, provider, &[], &mut broken).map(|(_, units)| units)
        }
    });
    units.filter(|_| broken.is_empty()).ok_or(broken)
}

/// Passes unless the calendars show that others have the time, the seats or the units by now.
pub(crate) fn check_still_free(snapshot: &Snapshot, appointment: &Appointment) -> Result<(), Vec<Finding>> {
    let calendar = providers::calendar(snapshot, &appointment.provider).map_err(|finding| vec![finding])?;
    let grid = Checked::read(&snapshot.grid).ok();
    let Some(slots) = grid.and_then(|grid| grid.range(appointment.reserved)) else { return Ok(()) };
    let mut broken = Vec::new();
    let session = seats::session(&snapshot.service, calendar, appointment.visit.start);
    Place::check_taken(calendar, &slots, session.is_some(), &mut broken);
    seats::check(&snapshot.service, session, appointment.guests, &mut broken);
    units::check_in_use(&Tree::of(snapshot), appointment, session, &slots, &mut broken);
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

const fn place(appointment: &Appointment) -> Place {
    Place { visit: appointment.visit, reserved: appointment.reserved }
}
