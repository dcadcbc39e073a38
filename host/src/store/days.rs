//! Claims as the slots of days: what the rows of [`Busy`](super::Busy) hold.
//!
//! Invariant: a row follows from the claims of its resource and day alone, so that it can be made anew at any time.
//! Deliberately absent: reading and writing it, which each engine does in its own words.

use std::collections::{BTreeMap, BTreeSet};

use super::{LAYER_BYTES, SLOTS_A_DAY};

/// Microseconds of a slot of five minutes.
const SLOT_US: i64 = 5 * 60 * 1_000_000;
/// Microseconds of a day.
pub(super) const DAY_US: i64 = SLOT_US * SLOTS_A_DAY as i64;
/// No claim is longer (see the schema), so none that starts earlier than this before a span reaches into it.
pub(super) const LONGEST_CLAIM_US: i64 = 3 * DAY_US;

/// One claim: its visit, its start and its end, microseconds since 1970.
pub(super) type Taken = (String, i64, i64);

/// The days in UTC that a span touches.
pub(super) fn touched(start_us: i64, end_us: i64) -> impl Iterator<Item = i64> {
    start_us.div_euclid(DAY_US)..=(end_us - 1).div_euclid(DAY_US)
}

/// The layers of a day and the minutes of the first, or none where nothing is taken.
pub(super) fn layers(day: i64, claims: &[Taken]) -> Option<(Vec<u8>, i64)> {
    let counts = counts(day, claims);
    let depth = usize::from(counts.iter().copied().max().unwrap_or(0));
    let mut layers = vec![0; depth * LAYER_BYTES];
    for (slot, count) in counts.iter().enumerate() {
        for layer in 0..usize::from(*count) {
            if let Some(byte) = layers.get_mut(layer * LAYER_BYTES + slot / 8) {
                *byte |= 1 << (slot % 8);
            }
        }
    }
    let slots = counts.iter().filter(|count| **count > 0).count();
    let minutes = i64::try_from(slots).unwrap_or(0) * SLOT_US / 60_000_000;
    (depth > 0).then_some((layers, minutes))
}

/// How many visits have each slot of the day. A visit that several appointments share counts once.
fn counts(day: i64, claims: &[Taken]) -> Vec<u16> {
    let mut counts = vec![0_u16; SLOTS_A_DAY as usize];
    let distinct: BTreeSet<_> = claims.iter().collect();
    let mut visits: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (visit, start, end) in distinct {
        visits.entry(visit).or_default().extend(slots(day, *start, *end));
    }
    for slot in visits.values().flatten() {
        if let Some(count) = counts.get_mut(*slot) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// The slots of the day that a span touches.
fn slots(day: i64, start_us: i64, end_us: i64) -> std::ops::Range<usize> {
    let slot = |at: i64| usize::try_from(at.clamp(0, i64::from(SLOTS_A_DAY))).unwrap_or(0);
    let first = (start_us - day * DAY_US).div_euclid(SLOT_US);
    let after = (end_us - day * DAY_US + SLOT_US - 1).div_euclid(SLOT_US);
    slot(first)..slot(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(visit: &str, from: i64, to: i64) -> Taken {
        (visit.to_owned(), from * 60_000_000, to * 60_000_000)
    }

    #[test]
    fn a_span_touches_the_days_it_lies_on() {
        assert_eq!(touched(0, DAY_US).collect::<Vec<_>>(), [0]);
        assert_eq!(touched(DAY_US - 1, DAY_US + 1).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(touched(-1, 1).collect::<Vec<_>>(), [-1, 0]);
    }

    #[test]
    fn visits_lie_in_layers_and_a_shared_one_counts_once() {
        let claims = [taken("a", 0, 10), taken("a", 0, 10), taken("b", 5, 20), taken("c", 1435, 1500)];
        let (layers, minutes) = layers(0, &claims).expect("something is taken");
        assert_eq!(layers.len(), 2 * LAYER_BYTES);
        assert_eq!((layers[0], layers[LAYER_BYTES]), (0b1111, 0b10));
        assert_eq!(layers[LAYER_BYTES - 1], 0b1000_0000);
        assert_eq!(minutes, 25);
    }

    #[test]
    fn a_day_with_nothing_taken_has_no_row() {
        assert_eq!(layers(3, &[taken("a", 0, 10)]), None);
    }
}
