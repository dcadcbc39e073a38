//! What is taken from whom, laid on the grid of a decision.
//!
//! Invariant: whether it is read from the days' rows or from the claims themselves, the outcome is the same. The claims
//! are read where an appointment's own time has to be left out, which the rows cannot tell apart.

use std::collections::{BTreeSet, HashMap};

use futures::future::try_join;
use uuid::Uuid;

use super::calendar::{Grid, Rounding};
use super::{App, Result};
use crate::model::{Appointment, AppointmentId, Claim, ProviderId, UnitClaim, UnitId};
use crate::store::{Busy, LAYER_BYTES, SLOTS_A_DAY};

/// Reading so many takes longer than having two threads do it.
const MANY: usize = 1000;

/// Seconds of a day.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Layers of bitmaps: layer `n` is set where more than `n` visits have the slot.
pub(super) type Layers = Vec<Vec<u64>>;

/// What is taken, by provider or unit.
#[derive(Debug, Default)]
pub(super) struct Occupancy(HashMap<Uuid, Layers>);

impl Occupancy {
    /// What is taken of a provider: one layer, because visits of a provider never overlap.
    pub(super) fn provider(&mut self, id: ProviderId) -> Vec<u64> {
        self.0.remove(&id.0).and_then(|layers| layers.into_iter().next()).unwrap_or_default()
    }

    /// What a unit is used for.
    pub(super) fn unit(&mut self, id: UnitId) -> Layers {
        self.0.remove(&id.0).unwrap_or_default()
    }

    /// Adds a visit that is about to be stored with the one that is decided.
    pub(super) fn add(&mut self, grid: &Grid, appointment: &Appointment) {
        let units = appointment.units.iter().map(|unit| unit.0);
        for resource in std::iter::once(appointment.provider.0).chain(units) {
            let mut visit = grid.empty();
            grid.set(&mut visit, appointment.reserved_start, appointment.reserved_end, Rounding::Outward);
            pile(self.0.entry(resource).or_default(), visit);
        }
    }

    fn from_rows(grid: &Grid, rows: Vec<Busy>) -> Self {
        let mut all: HashMap<Uuid, Layers> = HashMap::new();
        for row in rows {
            let layers = all.entry(row.resource).or_default();
            for (n, layer) in row.layers.chunks_exact(LAYER_BYTES).enumerate() {
                if layers.len() <= n {
                    layers.push(grid.empty());
                }
                if let Some(bits) = layers.get_mut(n) {
                    grid.paste(bits, words(layer), row.day * DAY_SECONDS);
                }
            }
        }
        Self(all)
    }

    fn from_claims(grid: &Grid, claims: &[Claim], units: &[UnitClaim]) -> Self {
        let providers = claims.iter().map(|claim| {
            let visit =
                claim.shared.as_ref().map_or_else(|| claim.appointment.to_string(), |it| it.key.clone());
            (claim.provider.0, visit, claim.start, claim.end)
        });
        let units = units.iter().map(|claim| (claim.unit.0, claim.visit.clone(), claim.start, claim.end));
        // A visit that several appointments share counts once.
        let visits: BTreeSet<_> = providers.chain(units).collect();
        let mut all: HashMap<Uuid, Layers> = HashMap::new();
        for (resource, _, start, end) in visits {
            let mut visit = grid.empty();
            grid.set(&mut visit, start, end, Rounding::Outward);
            pile(all.entry(resource).or_default(), visit);
        }
        Self(all)
    }
}

/// Lays one more visit on top of others.
fn pile(layers: &mut Layers, mut visit: Vec<u64>) {
    for layer in layers.iter_mut() {
        for (bits, more) in layer.iter_mut().zip(visit.iter_mut()) {
            (*bits, *more) = (*bits | *more, *bits & *more);
        }
    }
    if visit.iter().any(|word| *word != 0) {
        layers.push(visit);
    }
}

/// The words of a layer as it is stored.
fn words(layer: &[u8]) -> impl Iterator<Item = u64> {
    layer.chunks(8).map(|bytes| {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    })
}

/// The day in UTC of a moment, counted from 1970.
pub(super) const fn day(seconds: i64) -> i64 {
    seconds.div_euclid(DAY_SECONDS)
}

impl App {
    /// What is taken of these providers and units, the time of some appointments left out.
    pub(super) async fn occupancy(
        &self,
        grid: &Grid,
        providers: &[ProviderId],
        units: &[UnitId],
        except: &[AppointmentId],
    ) -> Result<Occupancy> {
        debug_assert_eq!(i64::from(SLOTS_A_DAY) * super::calendar::SLOT_SECONDS, DAY_SECONDS);
        let store = &self.ports.store;
        if except.is_empty() {
            let (first, last) = (day(grid.start().timestamp()), day(grid.end().timestamp() - 1));
            let mut all: Vec<Uuid> =
                providers.iter().map(|id| id.0).chain(units.iter().map(|id| id.0)).collect();
            // The rows of many are read in two halves at once.
            let rest = all.split_off(if all.len() < MANY { all.len() } else { all.len() / 2 });
            let rows = if rest.is_empty() {
                store.busy(&all, first, last).await?
            } else {
                let (rows, more) =
                    try_join(store.busy(&all, first, last), store.busy(&rest, first, last)).await?;
                rows.into_iter().chain(more).collect()
            };
            return Ok(Occupancy::from_rows(grid, rows));
        }
        let mut claims = store.claims(providers, grid.start(), grid.end()).await?;
        claims.retain(|claim| !except.contains(&claim.appointment));
        let mut used = match units {
            [] => Vec::new(),
            units => store.unit_claims(units, grid.start(), grid.end()).await?,
        };
        used.retain(|claim| !except.contains(&claim.appointment));
        Ok(Occupancy::from_claims(grid, &claims, &used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_pile_up_in_layers() {
        let mut layers = Layers::new();
        for visit in [0b0011, 0b0110, 0b0010, 0b1000] {
            pile(&mut layers, vec![visit]);
        }
        assert_eq!(layers, [vec![0b1111], vec![0b0010], vec![0b0010]]);
    }

    #[test]
    fn a_days_row_lies_where_its_day_does() {
        let grid = Grid { origin: DAY_SECONDS - 3 * 300, slots: 100 };
        let mut layers = vec![0; LAYER_BYTES];
        layers[0] = 0b101;
        let busy = Busy { resource: Uuid::nil(), day: 1, layers };
        let mut occupancy = Occupancy::from_rows(&grid, vec![busy]);
        assert_eq!(occupancy.provider(Uuid::nil().into()), [0b10_1000, 0]);
    }
}
