//! The starts that are still looked for, where it only matters when there is something and not with whom.
//!
//! Invariant: providers are read by rank, so that of the candidates that start together the first one found goes first.

use std::ops::Range;

use crate::bits;
use crate::openings::Search;
use crate::wit::Ranking;

/// The starts that nothing was found for; none where each candidate counts.
pub(super) struct Missing(Option<Vec<u64>>);

impl Missing {
    /// All that are tried.
    pub(super) fn of(search: &Search<'_>, tried: &[u64]) -> Self {
        let once = matches!(search.query.ranking, Ranking::EarliestStarts);
        Self(once.then(|| tried.to_vec()))
    }

    /// The part of the window that has to be read.
    pub(super) fn within(&self, window: Range<u32>) -> Range<u32> {
        let Some(starts) = &self.0 else { return window };
        let Some(first) = bits::ones(starts).next() else { return 0..0 };
        window.start.max(first)..window.end.min(bits::end(starts))
    }

    /// Whether a candidate with this start is looked for.
    pub(super) fn has(&self, slot: u32) -> bool {
        self.0.as_deref().is_none_or(|starts| bits::has(starts, slot))
    }

    /// One was found.
    pub(super) fn found(&mut self, slot: u32) {
        if let Some(starts) = &mut self.0 {
            bits::clear(starts, slot..slot.saturating_add(1));
        }
    }
}
