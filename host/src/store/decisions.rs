//! Decisions that were recorded, and what extensions said in them.
//!
//! Invariant: a decision that changes an appointment is recorded by the commit that stores it ([`super::Change`]), or
//! neither is. Nobody changes a record. Deliberately absent: what a record says, which is packed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Error;
use crate::model::decision::Outcome;
use crate::model::{AppointmentId, CompanyId, Decision, ExtensionAnswer, NewDecision, Said};

/// Which decisions to list.
#[derive(Debug, Clone, Default)]
pub struct DecisionFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// About this appointment.
    pub appointment: Option<AppointmentId>,
    /// At this point.
    pub point: Option<String>,
    /// That came to this.
    pub outcome: Option<Outcome>,
    /// Made at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Made before this.
    pub until: Option<DateTime<Utc>>,
}

/// Which answers to list.
#[derive(Debug, Clone, Default)]
pub struct AnswerFilter {
    /// About decisions of this company.
    pub company: Option<CompanyId>,
    /// About this appointment.
    pub appointment: Option<AppointmentId>,
    /// Of the extension with this name.
    pub extension: Option<String>,
    /// That came to this.
    pub outcome: Option<Said>,
}

/// A decision, and what it was made from, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDecision {
    /// The decision.
    pub decision: Decision,
    /// See [`NewDecision::record`].
    pub record: Vec<u8>,
}

/// What an extension said. Its input and its words have to be looked up in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAnswer {
    /// The answer, without input and words.
    pub answer: ExtensionAnswer,
    /// Where it stands in the record: the how manieth answer it is, from 0.
    pub place: usize,
    /// The record of its decision.
    pub record: Vec<u8>,
}

/// Decisions that were recorded, and what extensions said in them.
#[async_trait]
pub trait Decisions: Send + Sync + 'static {
    /// Records decisions that changed nothing: refusals, and searches.
    async fn keep_decisions(&self, decisions: &[NewDecision]) -> Result<(), Error>;

    /// Decisions before another one, the newest first. Their records, which may be long, are left where they are.
    async fn decisions(
        &self,
        filter: &DecisionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Decision>, Error>;

    /// Decisions after another one, the oldest first, with their records.
    async fn decision_records(
        &self,
        filter: &DecisionFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptDecision>, Error>;

    /// One decision.
    async fn decision(&self, id: i64) -> Result<Option<KeptDecision>, Error>;

    /// What was said before an answer, the newest first.
    async fn said(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptAnswer>, Error>;

    /// Forgets the oldest decisions, so many at most, as far as they were made before a moment. Gives the number.
    async fn forget_decisions(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, Error>;
}
