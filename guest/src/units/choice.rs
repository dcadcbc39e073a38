//! Which units a visit uses.
//!
//! Units named go first, then those preferred, then by identifier. Where the first choice leaves nothing for the rest,
//! because a room takes its chairs with it, the next one is tried.
//!
//! Invariant: no unit is chosen twice, and none together with a part of it; the same units are chosen whenever the same
//! are free. The search is cut off, so that no tree of units can make it long. Deliberately absent: when units are free.

use crate::units::tree::{Position, Tree};
use crate::wit::Service;

/// So often a choice is taken back before the search gives up. Real trees need a handful.
const MAX_RETREATS: u32 = 200;

/// Units of one type, and how many of them a visit needs.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    /// The type.
    pub unit_type: &'a str,
    /// How many.
    pub count: usize,
    /// Units of the type that take bookings, in the order in which they are chosen.
    pub candidates: Vec<Position>,
}

/// What a service needs, and among which units it can choose.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    /// One entry for each type, in the order of the types.
    pub needs: Vec<Need<'a>>,
    /// Whether a candidate is a part of another one.
    pub nested: bool,
}

impl<'a> Choice<'a> {
    /// Reads the service's needs. Units that are preferred come first among the candidates.
    pub(crate) fn of(service: &'a Service, tree: &Tree<'_>, preferred: &[Position]) -> Self {
        let mut types: Vec<&str> = service.required_units.iter().map(String::as_str).collect();
        types.sort_unstable();
        let mut needs: Vec<Need<'a>> = types
            .chunk_by(|one, other| one == other)
            .filter_map(|same| {
                Some(Need { unit_type: same.first()?, count: same.len(), candidates: Vec::new() })
            })
            .collect();
        if !needs.is_empty() {
            for (at, unit) in tree.all() {
                let found = needs.binary_search_by(|need| need.unit_type.cmp(unit.unit_type.as_str()));
                if let Some(need) =
                    found.ok().and_then(|found| needs.get_mut(found)).filter(|_| tree.is_active(at))
                {
                    need.candidates.push(at);
                }
            }
        }
        if !preferred.is_empty() {
            needs.iter_mut().for_each(|need| need.candidates.sort_by_key(|at| !preferred.contains(at)));
        }
        let nested = are_nested(&needs, tree);
        Self { needs, nested }
    }

    /// The need for units of this type.
    pub(crate) fn need(&self, unit_type: &str) -> Option<&Need<'a>> {
        self.needs
            .binary_search_by(|need| need.unit_type.cmp(unit_type))
            .ok()
            .and_then(|at| self.needs.get(at))
    }

    /// One unit for each entry of what the service requires, the named ones among them, in the order of the
    /// identifiers; none if there is no such choice.
    ///
    /// Those named have been checked: they are free, needed, and apart from one another.
    pub(crate) fn make(
        &self,
        tree: &Tree<'_>,
        named: &[Position],
        free: impl Fn(Position) -> bool,
    ) -> Option<Vec<Position>> {
        let open = self.needs.iter().flat_map(|need| {
            let given = named.iter().filter(|at| need.candidates.contains(at)).count();
            std::iter::repeat_n(need, need.count.saturating_sub(given))
        });
        let open: Vec<&Need<'a>> = open.collect();
        let mut chosen = named.to_vec();
        // For each choice made, where in its need's candidates it stands.
        let mut picks: Vec<usize> = Vec::with_capacity(open.len());
        let (mut from, mut retreats) = (0, 0);
        while let Some(need) = open.get(picks.len()) {
            let fits = |at: &Position| !named.contains(at) && free(*at) && self.is_apart(tree, *at, &chosen);
            let rest = need.candidates.get(from..).unwrap_or(&[]);
            if let Some(step) = rest.iter().position(fits) {
                let pick = from.saturating_add(step);
                chosen.extend(need.candidates.get(pick));
                picks.push(pick);
                let same = open.get(picks.len()).is_some_and(|next| next.unit_type == need.unit_type);
                from = if same { pick.saturating_add(1) } else { 0 };
            } else {
                // Without nesting no choice stands in another's way, and there is nothing to gain from another one.
                retreats += 1;
                if !self.nested || retreats > MAX_RETREATS {
                    return None;
                }
                from = picks.pop()?.saturating_add(1);
                chosen.pop();
            }
        }
        chosen.sort_unstable();
        Some(chosen)
    }

    /// Whether the unit is no part of a chosen one, and has none as a part. Candidates are tried in ascending order,
    /// so that it is none of the chosen ones itself.
    fn is_apart(&self, tree: &Tree<'_>, at: Position, chosen: &[Position]) -> bool {
        !self.nested || !chosen.iter().any(|other| tree.are_nested(at, *other))
    }
}

fn are_nested(needs: &[Need<'_>], tree: &Tree<'_>) -> bool {
    let candidates = || needs.iter().flat_map(|need| need.candidates.iter().copied());
    let mut needed = vec![false; tree.all().count()];
    for at in candidates() {
        if let Some(needed) = needed.get_mut(at) {
            *needed = true;
        }
    }
    candidates().any(|at| tree.ancestors(at).any(|up| needed.get(up).copied().unwrap_or(false)))
}
