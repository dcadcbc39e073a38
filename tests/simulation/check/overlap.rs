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

/// Nothing has come to a unit that does not bear it, as the units were before the step or as they are after it.
///
/// A unit that was made smaller, or a part of another, keeps the visits that it has; no further one comes to it.
fn units(facts: &Facts) -> Verdict {
    over_full(&facts.claims, &facts.units, &facts.claims_before).or_else(|words| {
        over_full(&facts.claims, &facts.units_before, &facts.claims_before).map_err(|_| words)
    })
}

/// At every moment at which a visit begins, no unit has more visits of its own than it bears; where some use it as a
/// whole, nor with those in its parts. Unless all of them were there before.
fn over_full(claims: &[Claim], units: &[Stored<Unit>], before: &[Claim]) -> Verdict {
    let moments: BTreeSet<DateTime<Utc>> = claims.iter().map(|claim| claim.start).collect();
    for at in moments {
        for unit in units {
            let (own, all) = users(claims, units, UnitId(unit.id), at);
            let capacity = capacity(unit);
            if own.len() > capacity || !own.is_empty() && all.len() > capacity {
                let (_, known) = users(before, units, UnitId(unit.id), at);
                ensure(all.is_subset(&known), || {
                    format!(
                        "{} bears {capacity} at {at}, and has {own:?}, with its parts {all:?}",
                        unit.data.name
                    )
                })?;
            }
        }
    }
    Ok(())
}

/// How many visits the unit bears at once.
pub(super) fn capacity(unit: &Stored<Unit>) -> usize {
    if unit.data.overlap_allowed { unit.data.capacity as usize } else { 1 }
}

/// The visits that use the unit as a whole at a moment, and those together with the ones in its parts.
pub(super) fn users(
    claims: &[Claim],
    units: &[Stored<Unit>],
    unit: UnitId,
    at: DateTime<Utc>,
) -> (BTreeSet<Visit>, BTreeSet<Visit>) {
    let now = || claims.iter().filter(|claim| claim.start <= at && at < claim.end);
    let using = |unit: UnitId| -> BTreeSet<Visit> {
        now().filter(|claim| claim.units.contains(&unit)).map(visit).collect()
    };
    let own = using(unit);
    let all = own.iter().cloned().chain(parts(units, unit).into_iter().flat_map(using)).collect();
    (own, all)
}

/// Everything that is a part of the unit, directly or not, each once.
fn parts(units: &[Stored<Unit>], whole: UnitId) -> Vec<UnitId> {
    let mut parts = vec![whole];
    let mut next = 0;
    while let Some(parent) = parts.get(next).copied() {
        for child in units.iter().filter(|unit| unit.data.parent == Some(parent)) {
            if !parts.contains(&UnitId(child.id)) {
                parts.push(UnitId(child.id));
            }
        }
        next += 1;
    }
    parts.split_off(1)
}
