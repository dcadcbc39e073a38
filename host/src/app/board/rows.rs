//! The rows of a board: a provider's or a unit's visits, and when they are not to be had.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{BoardRow, BoardVisit, Gap, Why};
use crate::app::calendar::{self, Grid, SLOT_SECONDS};
use crate::app::catalog::Catalog;
use crate::model::{Branch, BranchId, Provider, ProviderId, Shift, Unit, UnitId};

/// What rows are made from.
pub(super) struct Scene<'b> {
    pub(super) catalog: &'b Catalog,
    pub(super) branch_id: BranchId,
    pub(super) branch: &'b Branch,
    pub(super) grid: Grid,
    pub(super) visits: &'b [Arc<BoardVisit>],
    pub(super) by_provider: HashMap<ProviderId, &'b [Arc<BoardVisit>]>,
}

/// Each provider's part of visits that are in the order of providers.
pub(super) fn by_provider(visits: &[Arc<BoardVisit>]) -> HashMap<ProviderId, &[Arc<BoardVisit>]> {
    let runs = visits.chunk_by(|one, next| one.appointment.provider == next.appointment.provider);
    runs.filter_map(|run| Some((run.first()?.appointment.provider, run))).collect()
}

impl Scene<'_> {
    /// The row of a provider; none of one who takes no bookings and has none either.
    pub(super) fn provider(&self, (id, provider): (Uuid, &Provider)) -> Option<BoardRow> {
        let own = self.by_provider.get(&ProviderId(id)).into_iter().copied().flatten();
        let (here, away): (Vec<_>, Vec<_>) =
            own.cloned().partition(|visit| visit.appointment.branch == self.branch_id);
        if !provider.active && here.is_empty() {
            return None;
        }
        let mut gaps = self.gaps(id, provider);
        gaps.extend(away.iter().map(|visit| Gap {
            start: visit.appointment.reserved_start,
            end: visit.appointment.reserved_end,
            why: Why::Elsewhere,
        }));
        gaps.sort_by_key(|gap| (gap.start, gap.end));
        Some(BoardRow { id, name: provider.name.clone(), unit: None, gaps, visits: here })
    }

    /// The row of a unit; none of one that is out of use and not used either.
    pub(super) fn unit(&self, (id, unit): (Uuid, &Unit)) -> Option<BoardRow> {
        let uses = self.visits.iter().filter(|visit| visit.appointment.units.contains(&UnitId(id)));
        let mut visits: Vec<_> = uses.cloned().collect();
        if !unit.active && visits.is_empty() {
            return None;
        }
        visits.sort_by_key(|visit| (visit.appointment.start, visit.appointment.id));
        let most = if unit.overlap_allowed { unit.capacity } else { 1 };
        let kind = (unit.unit_type.clone(), most);
        Some(BoardRow { id, name: unit.name.clone(), unit: Some(kind), gaps: Vec::new(), visits })
    }

    fn gaps(&self, id: Uuid, provider: &Provider) -> Vec<Gap> {
        let (grid, zone) = (&self.grid, self.branch.time_zone);
        let (on, away) = self.catalog.expanded.provider(grid, id, provider, self.branch);
        let open = self.catalog.expanded.branch(grid, self.branch_id.0, self.branch);
        let unbroken = if provider.shifts.iter().all(|shift| shift.breaks.is_empty()) {
            on.clone()
        } else {
            let unbroken = provider.shifts.iter().map(|shift| Shift { breaks: Vec::new(), ..shift.clone() });
            calendar::on_shift(zone, grid, &unbroken.collect::<Vec<_>>())
        };
        let is = |bits: &[u64], slot: u32| {
            bits.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
        };
        let why = |slot| {
            if is(&away, slot) {
                Some(Why::Away)
            } else if !is(&unbroken, slot) {
                Some(Why::OffShift)
            } else if !is(&on, slot) {
                Some(Why::Break)
            } else if !is(&open, slot) {
                Some(Why::Closed)
            } else {
                None
            }
        };
        spans(grid, why)
    }
}

/// Slots that lie side by side and say the same, as one.
fn spans(grid: &Grid, why: impl Fn(u32) -> Option<Why>) -> Vec<Gap> {
    let mut found: Vec<(u32, u32, Why)> = Vec::new();
    for slot in 0..grid.slots {
        let Some(why) = why(slot) else { continue };
        match found.last_mut() {
            Some((_, end, same)) if *same == why && *end == slot => *end = slot + 1,
            _ => found.push((slot, slot + 1, why)),
        }
    }
    let at = |slot: u32| {
        DateTime::from_timestamp(grid.origin + i64::from(slot) * SLOT_SECONDS, 0).unwrap_or_default()
    };
    found.into_iter().map(|(start, end, why)| Gap { start: at(start), end: at(end), why }).collect()
}

/// From when to when somebody of the branch works, whoever of them is shown.
pub(super) fn worked(
    scene: &Scene<'_>,
    providers: &[(Uuid, &Provider)],
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let grid = &scene.grid;
    let mut on = grid.empty();
    for (id, provider) in providers.iter().filter(|(_, provider)| provider.active) {
        let (shifts, _) = scene.catalog.expanded.provider(grid, *id, provider, scene.branch);
        on.iter_mut().zip(shifts).for_each(|(all, own)| *all |= own);
    }
    let slots = || {
        (0..grid.slots)
            .filter(|slot| on.get(*slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1))
    };
    let at = |slot: u32| DateTime::from_timestamp(grid.origin + i64::from(slot) * SLOT_SECONDS, 0);
    Some((at(slots().next()?)?, at(slots().next_back()? + 1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_that_say_the_same_are_one_gap() {
        let grid = Grid { origin: 0, slots: 6 };
        let why = [None, Some(Why::Away), Some(Why::Away), Some(Why::Break), None, Some(Why::Away)];
        let found = spans(&grid, |slot| why[slot as usize]);
        let minutes = |gap: &Gap| (gap.start.timestamp() / 60, gap.end.timestamp() / 60, gap.why);
        assert_eq!(
            found.iter().map(minutes).collect::<Vec<_>>(),
            [(5, 15, Why::Away), (15, 20, Why::Break), (25, 30, Why::Away)]
        );
    }
}
