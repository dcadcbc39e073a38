//! What appointments take, status by status.

use std::collections::{BTreeMap, BTreeSet};

use slotledger::model::{Appointment, Claim, Status, UnitId};

use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

pub(super) fn check(facts: &Facts) -> Verdict {
    let mut claims: BTreeMap<_, Vec<&Claim>> = BTreeMap::new();
    for claim in &facts.claims {
        claims.entry(claim.appointment).or_default().push(claim);
    }
    for appointment in &facts.appointments {
        let own = claims.remove(&appointment.id).unwrap_or_default();
        check_hold(appointment)?;
        check_claim(appointment, &own)?;
    }
    ensure(claims.is_empty(), || format!("claims of no appointment: {claims:?}"))?;
    check_units(facts)
}

/// A hold runs out; nothing else does.
fn check_hold(appointment: &Appointment) -> Verdict {
    let open = appointment.status == Status::Open;
    ensure(appointment.hold_until.is_some() == open, || {
        format!("a hold without end, or an end without hold: {appointment:?}")
    })
}

/// Whatever is not cancelled has the time it says, once; what is cancelled has none.
fn check_claim(appointment: &Appointment, claims: &[&Claim]) -> Verdict {
    let keeps = appointment.status != Status::Cancelled;
    ensure(claims.len() == usize::from(keeps), || format!("{} claims of {appointment:?}", claims.len()))?;
    for claim in claims {
        let set = |units: &[UnitId]| units.iter().copied().collect::<BTreeSet<_>>();
        let fits = claim.provider == appointment.provider
            && claim.start == appointment.reserved_start
            && claim.end == appointment.reserved_end
            && claim.guests == appointment.guests
            && claim.shared == appointment.shared
            && set(&claim.units) == set(&appointment.units)
            && claim.start <= appointment.start
            && appointment.end <= claim.end;
        ensure(fits, || format!("{claim:?} is not what {appointment:?} says"))?;
    }
    Ok(())
}

/// Units are taken for exactly the time that their appointment has.
fn check_units(facts: &Facts) -> Verdict {
    let said: BTreeSet<_> = facts
        .claims
        .iter()
        .flat_map(|claim| claim.units.iter().map(|unit| (*unit, claim.appointment, claim.start, claim.end)))
        .collect();
    let taken: BTreeSet<_> = facts
        .unit_claims
        .iter()
        .map(|claim| (claim.unit, claim.appointment, claim.start, claim.end))
        .collect();
    ensure(said == taken && taken.len() == facts.unit_claims.len(), || {
        format!("units are taken for {taken:?}, and should be for {said:?}")
    })
}
