//! A search with extensions: times that one of them denies are left out, and others looked for in their place.

use super::apply::Wanted;
use super::ask::{Asked, Voice};
use super::{decide, words};
use crate::app::decisions::Course;
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Finding, Result, translate};
use crate::extension::words::{Finding as Said, Hook, Severity};
use crate::model::Mode;
use crate::model::decision::Outcome;
use crate::wasm::bindings::slotledger::rules::decisions::{Openings, OpeningsQuery, Ranking, Snapshot};

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
        let mut course = Course::of_search(self, scene.company);
        let outcome = if scene.catalog.extensions.is_empty() {
            let found = self.found(&snapshot, &query, &mut course);
            found.map(|openings| Searched { openings, against: Vec::new() })
        } else {
            self.search_with(scene, &mut snapshot, &mut query, &mut course).await
        };
        let told = match &outcome {
            Ok(searched) if searched.openings.found.is_empty() => Outcome::Refused,
            Ok(_) => Outcome::Granted,
            Err(Error::Refused(refusal)) => {
                course.refused(&refusal.findings);
                Outcome::Refused
            }
            Err(_) => Outcome::Stopped,
        };
        self.end_beside(course, told).await;
        outcome
    }

    /// Asks the rules.
    fn found(&self, snapshot: &Snapshot, query: &OpeningsQuery, course: &mut Course) -> Result<Openings> {
        let (found, fuel) = self.ports.rules.find_openings_measured(snapshot, query)?;
        if course.is_wanted() {
            course.searched((snapshot.clone(), query.clone()), &found, fuel);
        }
        found.map_err(translate::refused)
    }

    async fn search_with(
        &self,
        scene: &Scene,
        snapshot: &mut Snapshot,
        query: &mut OpeningsQuery,
        course: &mut Course,
    ) -> Result<Searched> {
        let mut asked = Asked::at(self, scene, &[Hook::Search], course).await?;
        if asked.is_empty() {
            let openings = self.found(snapshot, query, asked.course())?;
            return Ok(Searched { openings, against: Vec::new() });
        }
        let base = words::input(scene, snapshot, Hook::Search, self.history(scene).await?)?;
        if asked.may_propose(Hook::Search) {
            let voices = asked.propose(base.clone()).await?;
            Wanted::of(voices, &mut asked)?.change(snapshot);
        }
        let (zone, wanted) = (words::branch_zone(scene, snapshot), query.limit);
        let once = query.ranking == Ranking::EarliestStarts;
        if once {
            // One of those that start together may be denied, and another not.
            query.ranking = Ranking::Earliest;
        }
        for round in 1..=ROUNDS {
            let mut openings = self.found(snapshot, query, asked.course())?;
            let mut shown = base.clone();
            shown.candidates = openings.found.iter().map(|one| words::candidate(scene, zone, one)).collect();
            let voices = asked.review(shown).await?;
            let found = openings.found.len();
            let against = leave_out(&mut openings, voices);
            let denied = found - openings.found.len();
            if once {
                openings.found.dedup_by_key(|opening| opening.visit.start);
            }
            let enough = openings.found.len() >= wanted as usize;
            if enough || !openings.more || denied == 0 || round == ROUNDS {
                openings.more |= openings.found.len() > wanted as usize;
                openings.found.truncate(wanted as usize);
                return Ok(Searched { openings, against });
            }
            query.limit = query.limit.saturating_mul(2);
        }
        Ok(Searched { openings: self.found(snapshot, query, asked.course())?, against: Vec::new() })
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
