//! What a replay found.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Again, Left, Period};
use crate::model::{AppointmentId, CompanyId, Decision};

/// Differences that are told one by one; those beyond are counted.
const TOLD: usize = 10_000;

/// What a replay found. The same decisions and the same component give the same report, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What decided.
    pub candidate: Candidate,
    /// Decisions at or after this.
    pub since: DateTime<Utc>,
    /// Decisions before this.
    pub until: Option<DateTime<Utc>>,
    /// Only of this company.
    pub company: Option<CompanyId>,
    /// All that were recorded in that time.
    pub decisions: u64,
    /// All of them together.
    #[serde(flatten)]
    pub counts: Counts,
    /// The same by decision point.
    pub points: BTreeMap<String, Counts>,
    /// Decisions that could not be made again, by the reason.
    pub skipped: BTreeMap<String, u64>,
    /// The differences, in the order of the decisions.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub untold: u64,
}

/// The component that decided again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// `rules` or `extension`.
    pub kind: &'static str,
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256.
    pub digest: String,
}

/// Numbers of decisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// That were made again.
    pub replayed: u64,
    /// In which anything is different.
    pub differing: u64,
    /// That were granted and would have been refused.
    pub refused_instead: u64,
    /// That were refused and would have been granted.
    pub granted_instead: u64,
}

/// A decision that would have been another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which: the number of its record.
    pub decision: i64,
    /// When it was made.
    pub decided_at: DateTime<Utc>,
    /// Whose.
    pub company: CompanyId,
    /// About which appointment.
    pub appointment: Option<AppointmentId>,
    /// What was asked for.
    pub point: String,
    /// What is different.
    pub changes: Vec<Change>,
}

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of thing.
    pub kind: ChangeKind,
    /// The code of a finding.
    pub code: Option<String>,
    /// What it is, as a path into the answer; empty where the kind says it.
    pub what: String,
    /// What it was; none where there was nothing.
    pub before: Option<String>,
    /// What it would be; none where there would be nothing.
    pub after: Option<String>,
}

/// What is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Whether it is granted.
    Verdict,
    /// What speaks against it.
    Refusal,
    /// What is warned of.
    Warning,
    /// What it costs.
    Price,
    /// What the books are asked for.
    Document,
    /// Words on documents, in messages, in the trail.
    Text,
    /// Something else that comes of it: a time, a provider, a status.
    Outcome,
    /// The component failed.
    Failure,
}

impl ChangeKind {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Refusal => "refusal",
            Self::Warning => "warning",
            Self::Price => "price",
            Self::Document => "document",
            Self::Text => "text",
            Self::Outcome => "outcome",
            Self::Failure => "failure",
        }
    }
}

impl Change {
    pub(super) fn verdict(before: bool, after: bool) -> Self {
        let word = |granted| Some(if granted { "granted" } else { "refused" }.to_owned());
        Self {
            kind: ChangeKind::Verdict,
            code: None,
            what: String::new(),
            before: word(before),
            after: word(after),
        }
    }

    pub(super) fn failure(code: &str, message: String) -> Self {
        Self {
            kind: ChangeKind::Failure,
            code: Some(code.to_owned()),
            what: String::new(),
            before: None,
            after: Some(message),
        }
    }
}

impl Report {
    pub(super) fn new(candidate: Candidate, period: &Period) -> Self {
        Self {
            candidate,
            since: period.since,
            until: period.until,
            company: period.company,
            decisions: 0,
            counts: Counts::default(),
            points: BTreeMap::new(),
            skipped: BTreeMap::new(),
            differences: Vec::new(),
            untold: 0,
        }
    }

    /// Adds what came of one decision.
    pub(super) fn add(&mut self, decision: &Decision, again: Result<Again, Left>) {
        self.decisions += 1;
        let again = match again {
            Ok(again) => again,
            Err(Left::NotConcerned) => return,
            Err(Left::Skipped(why)) => {
                *self.skipped.entry(why).or_default() += 1;
                return;
            }
        };
        self.counts.add(&again);
        self.points.entry(decision.point.clone()).or_default().add(&again);
        if again.changes.is_empty() {
            return;
        }
        if self.differences.len() >= TOLD {
            self.untold += 1;
            return;
        }
        self.differences.push(Difference {
            decision: decision.id,
            decided_at: decision.decided_at,
            company: decision.company,
            appointment: decision.appointment,
            point: decision.point.clone(),
            changes: again.changes,
        });
    }
}

impl Counts {
    fn add(&mut self, again: &Again) {
        self.replayed += 1;
        self.differing += u64::from(!again.changes.is_empty());
        self.refused_instead += u64::from(again.verdicts == Some((true, false)));
        self.granted_instead += u64::from(again.verdicts == Some((false, true)));
    }
}
