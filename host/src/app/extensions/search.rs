//! A search with extensions: times that one of them denies are left out, and others looked for in their place.

use super::apply::Wanted;
use super::ask::{Asked, Voice};
use super::{decide, words};
use crate::app::snapshot::Scene;
use crate::app::{App, Finding, Result, translate};
use crate::extension::words::{Finding as Said, Hook, Severity};
use crate::model::Mode;
use crate::wasm::bindings::slotledger::rules::decisions::{Openings, OpeningsQuery, Snapshot};

/// How often more is looked for. Each time it is twice as much, so that a rule that closes every other day costs little.
const ROUNDS: u32 = 4;

/// What was found, and what extensions have against the rest.
pub(in crate::app) struct Searched {
    pub(in crate::app) openings: Openings,
    pub(in crate::app) against: Vec<Finding>,
}

impl App {
    /// Searches as the rules and the company's extensions have it.
    pub(in crate::app) async fn searched(
        &self,
        scene: &Scene,
        mut snapshot: Snapshot,
        mut query: OpeningsQuery,
    ) -> Result<Searched> {
        let none = Vec::new;
        if scene.catalog.extensions.is_empty() {
            let openings = self.ports.rules.find_openings(&snapshot, &query)?.map_err(translate::refused)?;
            return Ok(Searched { openings, against: none() });
        }
        let mut asked = Asked::at(self, scene, None, &[Hook::Search]).await?;
        let outcome = self.search_with(scene, &mut snapshot, &mut query, &mut asked).await;
        asked.keep(None).await;
        outcome
    }

    async fn search_with(
        &self,
        scene: &Scene,
        snapshot: &mut Snapshot,
        query: &mut OpeningsQuery,
        asked: &mut Asked<'_>,
    ) -> Result<Searched> {
        let find = |snapshot: &Snapshot, query: &OpeningsQuery| {
            self.ports.rules.find_openings(snapshot, query)?.map_err(translate::refused)
        };
        if asked.is_empty() {
            return Ok(Searched { openings: find(snapshot, query)?, against: Vec::new() });
        }
        let base = words::input(scene, snapshot, Hook::Search, self.history(scene).await?)?;
        let voices = asked.propose(&base).await?;
        Wanted::of(voices, asked)?.change(snapshot);
        let (zone, wanted) = (words::branch_zone(scene, snapshot), query.limit);
        for round in 1..=ROUNDS {
            let mut openings = find(snapshot, query)?;
            let mut shown = base.clone();
            shown.candidates = openings.found.iter().map(|one| words::candidate(scene, zone, one)).collect();
            let voices = asked.review(&shown).await?;
            let found = openings.found.len();
            let against = leave_out(&mut openings, voices);
            let enough = openings.found.len() >= wanted as usize;
            if enough || !openings.more || found == openings.found.len() || round == ROUNDS {
                openings.more |= openings.found.len() > wanted as usize;
                openings.found.truncate(wanted as usize);
                return Ok(Searched { openings, against });
            }
            query.limit = query.limit.saturating_mul(2);
        }
        Ok(Searched { openings: find(snapshot, query)?, against: Vec::new() })
    }
}

/// Takes out what is denied, and gives each reason once.
fn leave_out(openings: &mut Openings, voices: Vec<Voice<Vec<Said>>>) -> Vec<Finding> {
    let mut against: Vec<Finding> = Vec::new();
    let mut denied = vec![false; openings.found.len()];
    for Voice { name, value, .. } in voices.into_iter().filter(|voice| voice.mode == Mode::Enforce) {
        for finding in value.into_iter().filter(|finding| finding.severity == Severity::Deny) {
            match finding.candidate.and_then(|n| usize::try_from(n).ok()) {
                Some(n) => denied.iter_mut().skip(n).take(1).for_each(|one| *one = true),
                None => denied.fill(true),
            }
            let refusal = decide::refusal(&name, finding);
            if !against.contains(&refusal) {
                against.push(refusal);
            }
        }
    }
    let mut denied = denied.into_iter();
    openings.found.retain(|_| !denied.next().unwrap_or_default());
    against
}
