//! The days' rows say what the claims say.

use std::collections::{BTreeMap, BTreeSet};

use slotledger::store::{LAYER_BYTES, SLOTS_A_DAY};
use uuid::Uuid;

use super::overlap::{Visit, visit};
use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

const SLOT_SECONDS: i64 = 5 * 60;

/// How many visits have each slot of a provider or unit, slots counted from 1970; none with no visit.
type Uses = BTreeMap<(Uuid, i64), u32>;

pub(super) fn check(facts: &Facts) -> Verdict {
    let (stored, right) = (stored(facts)?, claimed(facts));
    if stored == right {
        return Ok(());
    }
    let wrong: BTreeSet<_> =
        stored.keys().chain(right.keys()).filter(|key| stored.get(key) != right.get(key)).collect();
    let shown: Vec<_> = wrong.iter().take(3).map(|key| (*key, stored.get(key), right.get(key))).collect();
    Err(format!(
        "{} slots of busy days differ from the claims; (where, stored, right): {shown:?}",
        wrong.len()
    ))
}

fn stored(facts: &Facts) -> Result<Uses, String> {
    let mut uses = Uses::new();
    for row in &facts.busy {
        ensure(row.layers.iter().any(|byte| *byte != 0), || format!("an empty row: {row:?}"))?;
        for layer in row.layers.chunks(LAYER_BYTES) {
            for slot in 0..SLOTS_A_DAY {
                let byte = layer.get(slot as usize / 8).copied().unwrap_or_default();
                if byte >> (slot % 8) & 1 == 1 {
                    *uses
                        .entry((row.resource, row.day * i64::from(SLOTS_A_DAY) + i64::from(slot)))
                        .or_default() += 1;
                }
            }
        }
    }
    Ok(uses)
}

fn claimed(facts: &Facts) -> Uses {
    let mut visits: BTreeSet<(Uuid, i64, Visit)> = BTreeSet::new();
    for claim in &facts.claims {
        let (first, end) = (claim.start.timestamp().div_euclid(SLOT_SECONDS), claim.end.timestamp());
        for slot in first..(end + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS) {
            for resource in std::iter::once(claim.provider.0).chain(claim.units.iter().map(|unit| unit.0)) {
                visits.insert((resource, slot, visit(claim)));
            }
        }
    }
    let mut uses = Uses::new();
    for (resource, slot, _) in visits {
        *uses.entry((resource, slot)).or_default() += 1;
    }
    uses
}
