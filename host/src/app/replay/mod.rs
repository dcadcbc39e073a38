//! Recorded decisions, made again with another component: what would have been decided otherwise.
//!
//! Invariants: nothing is changed. Each decision is made again from what it was made from, so that the report is the same
//! whenever it is asked for, and a component that decided is found to differ in nothing.
//!
//! An extension that was never asked is shown what it would have been shown: the rules' own input, beside names and
//! attributes as they stand today, which no record has where nobody was shown them.

mod beside;
mod diff;
mod report;
mod rules;
mod seen;

use std::path::Path;

use chrono::{DateTime, Utc};

pub use report::{Candidate as CandidateInfo, Change, ChangeKind, Counts, Difference, Report};

use self::seen::Memory;
use super::decisions::record::Record;
use super::{App, Error, Result};
use crate::extension::{self, Extension};
use crate::model::{CompanyId, Decision, Settings};
use crate::store::{DecisionFilter, KeptDecision};
use crate::wasm::{self, Rules};

/// Decisions that are read at a time.
const PAGE: u32 = 100;

/// How often something is tried that failed because the machine was too busy.
const TRIES: usize = 5;

/// What would have decided.
#[derive(Debug)]
pub enum Candidate {
    /// Other rules.
    Rules(Rules),
    /// An extension, with what is set for it whatever was set then.
    Extension(Extension, Settings),
}

impl Candidate {
    /// The component, whichever of the two it is. Compiled code is kept in `cache` if there is one.
    pub fn load(
        name: &str,
        bytes: &[u8],
        settings: Settings,
        cache: Option<&Path>,
    ) -> std::result::Result<Self, extension::Error> {
        let misfit = match Extension::load(name, bytes, cache) {
            Ok(extension) => return Ok(Self::Extension(extension, settings)),
            Err(extension::Error::Failed(error @ wasm::Error::WrongWorld { .. })) => error,
            Err(other) => return Err(other),
        };
        match Rules::from_bytes(name, bytes, cache) {
            Ok(rules) => Ok(Self::Rules(rules)),
            // It is neither: most who try one have written an extension.
            Err(wasm::Error::WrongWorld { .. }) => Err(misfit.into()),
            Err(other) => Err(other.into()),
        }
    }

    fn info(&self) -> CandidateInfo {
        match self {
            Self::Rules(rules) => CandidateInfo {
                kind: "rules",
                id: rules.description().id.clone(),
                version: rules.description().version.clone(),
                digest: rules.digest().to_owned(),
            },
            Self::Extension(extension, _) => CandidateInfo {
                kind: "extension",
                id: extension.description().id.clone(),
                version: extension.description().version.clone(),
                digest: extension.digest().to_owned(),
            },
        }
    }
}

/// Which decisions are made again.
#[derive(Debug, Clone)]
pub struct Period {
    /// Made at or after this.
    pub since: DateTime<Utc>,
    /// Made before this.
    pub until: Option<DateTime<Utc>>,
    /// Only of this company.
    pub company: Option<CompanyId>,
    /// No more than about so many, the oldest first; none means all of them.
    pub most: Option<u64>,
}

impl Period {
    fn filter(&self) -> DecisionFilter {
        DecisionFilter {
            company: self.company,
            since: Some(self.since),
            until: self.until,
            ..DecisionFilter::default()
        }
    }
}

/// What came of making one decision again.
#[derive(Debug, Default)]
struct Again {
    changes: Vec<Change>,
    /// Whether it was granted before, and would be now; none where that was not asked.
    verdicts: Option<(bool, bool)>,
}

/// Why one decision was not made again.
enum Left {
    /// The candidate has no say in it.
    NotConcerned,
    /// It cannot be made again.
    Skipped(String),
}

impl App {
    /// Makes recorded decisions again with the candidate, and says what would be different. `tell` hears how many it was
    /// so far.
    pub async fn decide_again(
        &self,
        candidate: &Candidate,
        period: &Period,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Report> {
        let mut report = Report::new(candidate.info(), period);
        let (filter, mut after, mut memory) = (period.filter(), None, Memory::default());
        loop {
            let page = self.ports.store.decision_records(&filter, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(report) };
            after = Some(last.decision.id);
            for KeptDecision { decision, record } in page {
                match Record::unpack(&record) {
                    Ok(record) => {
                        let again = self.again(candidate, &decision, &record, &mut memory).await?;
                        report.add(&decision, again);
                        // Whoever else is to be served is, between two decisions.
                        tokio::task::yield_now().await;
                    }
                    Err(why) => {
                        report.add(&decision, Err(Left::Skipped(format!("its record cannot be read: {why}"))))
                    }
                }
            }
            tell(report.decisions);
            if period.most.is_some_and(|most| report.decisions >= most) {
                return Ok(report);
            }
        }
    }

    /// The same with the installed component of this digest. One replay at a time: each keeps a processor busy.
    pub async fn decide_again_with(&self, digest: &str, period: &Period) -> Result<Report> {
        let _turn = self.replays.lock().await;
        let candidate = Candidate::Extension(self.installed(digest).await?, Settings::default());
        self.decide_again(&candidate, period, &mut |_| ()).await
    }

    async fn again(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        record: &Record,
        memory: &mut Memory,
    ) -> Result<std::result::Result<Again, Left>> {
        match candidate {
            Candidate::Rules(rules) => rules::again(rules, record),
            Candidate::Extension(extension, settings) => {
                self.again_with((extension, settings), decision, record, memory).await
            }
        }
    }
}

/// Tries until the machine was not too busy.
fn patiently<T, E>(
    passing: impl Fn(&E) -> bool,
    mut call: impl FnMut() -> std::result::Result<T, E>,
) -> Result<std::result::Result<T, E>> {
    for _ in 0..TRIES {
        match call() {
            Err(error) if passing(&error) => {}
            done => return Ok(done),
        }
    }
    Err(Error::Busy)
}
