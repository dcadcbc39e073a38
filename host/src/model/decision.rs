//! Decisions as they are kept, so that each can be looked at and made again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::extension::{Mode, Said};
use super::{AppointmentId, CompanyId};

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DecisionOutcome)]
pub enum Outcome {
    /// It was granted, and stored; of a search, something was found.
    Granted,
    /// It was refused; of a search, nothing was found.
    Refused,
    /// An extension failed that nothing goes on without.
    Stopped,
}

impl Outcome {
    /// As it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
        }
    }
}

/// A decision that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct Decision {
    /// Counts them.
    pub id: i64,
    /// Whose.
    pub company: CompanyId,
    /// About which appointment; none for a search and for a hold that was refused.
    pub appointment: Option<AppointmentId>,
    /// What was asked for: the command's name, or `search`.
    pub point: String,
    /// What came of it.
    pub outcome: Outcome,
    /// SHA-256 of the rules component that decided.
    pub digest: String,
    /// Units of fuel that the rules took.
    pub fuel: u64,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// A decision with everything that it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionStory {
    /// The decision.
    pub decision: Decision,
    /// What the rules and the extensions were shown and what they answered: `wit_version`, `engine`, `rules`, `shown`,
    /// `asked`.
    #[schema(value_type = Object)]
    pub record: Value,
}

/// A decision to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDecision {
    /// See [`Decision::company`].
    pub company: CompanyId,
    /// See [`Decision::appointment`].
    pub appointment: Option<AppointmentId>,
    /// See [`Decision::point`].
    pub point: &'static str,
    /// See [`Decision::outcome`].
    pub outcome: Outcome,
    /// See [`Decision::digest`].
    pub digest: String,
    /// See [`Decision::fuel`].
    pub fuel: u64,
    /// See [`Decision::decided_at`].
    pub at: DateTime<Utc>,
    /// What it was made from, packed.
    pub record: Vec<u8>,
    /// What extensions said, in the order of the record. Those that said nothing at all are left out.
    pub said: Vec<NewAnswer>,
}

/// What an extension said in a decision to be recorded. What it was shown and its words stand in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// Which answer of the record it is, from 0.
    pub place: usize,
    /// The extension's name.
    pub extension: String,
    /// The component's SHA-256.
    pub digest: String,
    /// Where it was asked.
    pub hook: &'static str,
    /// How much it had to say.
    pub mode: Mode,
    /// What came of it.
    pub outcome: Said,
    /// Units of fuel that it took.
    pub fuel: u64,
}
