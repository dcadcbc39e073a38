//! Nobody and nothing is in two places: providers, units and their parts, seats.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use slotledger::model::{AppointmentId, Claim, ProviderId, Stored, Unit, UnitId};

use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

/// What takes time: an appointment of its own, or what several appointments with one provider share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Visit {
    Own(AppointmentId),
    Shared(ProviderId, String),
}

/// The visit that a claim is a part of.
pub(super) fn visit(claim: &Claim) -> Visit {
    let shared = claim.shared.as_ref();
    shared.map_or(Visit::Own(claim.appointment), |shared| Visit::Shared(claim.provider, shared.key.clone()))
}

pub(super) fn check(facts: &Facts) -> Verdict {
    providers(&facts.claims)?;
    seats(&facts.claims)?;
    units(facts)
}

fn providers(claims: &[Claim]) -> Verdict {
    for (n, one) in claims.iter().enumerate() {
        for other in claims.iter().skip(n + 1).filter(|other| other.provider == one.provider) {
            let apart = one.end <= other.start || other.end <= one.start;
            let same = visit(one) == visit(other) && (one.start, one.end) == (other.start, other.end);
            ensure(apart || same, || format!("a provider has two visits at once: {one:?} and {other:?}"))?;
        }
    }
    Ok(())
}

fn seats(claims: &[Claim]) -> Verdict {
    let mut visits: BTreeMap<Visit, Vec<&Claim>> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| claim.shared.is_some()) {
        visits.entry(visit(claim)).or_default().push(claim);
    }
    for (visit, claims) in visits {
        let guests: u32 = claims.iter().map(|claim| claim.guests).sum();
        let seats = claims.iter().filter_map(|claim| claim.shared.as_ref()).map(|shared| shared.seats).min();
        ensure(Some(guests) <= seats, || format!("{guests} guests on {seats:?} seats: {visit:?}"))?;
        let units: BTreeSet<Vec<UnitId>> = claims.iter().map(|claim| sorted(&claim.units)).collect();
        ensure(units.len() == 1, || format!("one visit in several places: {visit:?} uses {units:?}"))?;
    }
    Ok(())
}

fn sorted(units: &[UnitId]) -> Vec<UnitId> {
    let mut units = units.to_vec();
    units.sort_unstable();
    units
}

/// At every moment at which a visit begins, no unit has more visits of its own than it bears; where some use it as a
/// whole, nor with those in its parts.
fn units(facts: &Facts) -> Verdict {
    let moments: BTreeSet<DateTime<Utc>> = facts.claims.iter().map(|claim| claim.start).collect();
    for at in moments {
        let now = || facts.claims.iter().filter(|claim| claim.start <= at && at < claim.end);
        let using = |unit: UnitId| -> BTreeSet<Visit> {
            now().filter(|claim| claim.units.contains(&unit)).map(visit).collect()
        };
        for unit in facts.units.iter() {
            let own = using(UnitId(unit.id));
            let capacity = if unit.data.overlap_allowed { unit.data.capacity as usize } else { 1 };
            let name = &unit.data.name;
            ensure(own.len() <= capacity, || format!("{name} bears {capacity} at {at}, and has {own:?}"))?;
            if !own.is_empty() {
                let parts = parts(&facts.units, UnitId(unit.id)).into_iter().flat_map(using);
                let all: BTreeSet<Visit> = own.into_iter().chain(parts).collect();
                ensure(all.len() <= capacity, || {
                    format!("{name} bears {capacity} at {at}; with its parts it has {all:?}")
                })?;
            }
        }
    }
    Ok(())
}

/// Everything that is a part of the unit, directly or not.
fn parts(units: &[Stored<Unit>], whole: UnitId) -> Vec<UnitId> {
    let mut parts = vec![whole];
    let mut next = 0;
    while let Some(parent) = parts.get(next).copied() {
        let children = units.iter().filter(|unit| unit.data.parent == Some(parent));
        parts.extend(children.map(|unit| UnitId(unit.id)));
        next += 1;
    }
    parts.split_off(1)
}
