//! Which standing appointments can no longer take place, because somebody is away or a unit is gone or too small.

use slotledger::model::{Appointment, Status, Stored, Unit, UnitId};

use super::overlap::{capacity, users};
use crate::simulation::facts::Facts;

/// Those that have not ended and are certain to be in somebody's way; there may be others.
pub(in crate::simulation) fn upset(facts: &Facts) -> Vec<&Appointment> {
    let standing = facts.appointments.iter().filter(|one| {
        let done = matches!(one.status, Status::Completed | Status::Cancelled | Status::NoShow);
        !done && one.end > facts.now
    });
    standing.filter(|one| is_left_alone(facts, one) || has_no_place(facts, one)).collect()
}

/// Whether its provider is away in a part of the time.
fn is_left_alone(facts: &Facts, one: &Appointment) -> bool {
    let provider =
        facts.providers.iter().find(|provider| provider.id == one.provider.0).expect("it is known");
    provider.data.leave.iter().any(|leave| leave.start < one.reserved_end && one.reserved_start < leave.end)
}

/// Whether a unit of it is out of service, or has more visits than it bears when the appointment begins.
fn has_no_place(facts: &Facts, one: &Appointment) -> bool {
    let unit = |id: &UnitId| facts.units.iter().find(|unit| unit.id == id.0).expect("it is known");
    one.units.iter().map(unit).any(|unit: &Stored<Unit>| {
        let (own, _) = users(&facts.claims, &facts.units, UnitId(unit.id), one.reserved_start);
        !unit.data.active || own.len() > capacity(unit)
    })
}
