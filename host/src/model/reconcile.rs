//! What the books say against what was asked of them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slotledger_erp::{Days, Key};
use utoipa::ToSchema;

use super::CompanyId;

/// How a look at the books stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for a host.
    Asked,
    /// A host is at it.
    Running,
    /// It came to its end.
    Done,
    /// It broke off: the books did not answer.
    Failed,
}

/// A look at the documents of some days, or at one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Numbered in the order they were asked for.
    pub id: i64,
    /// Whose books.
    pub company: CompanyId,
    /// Which days the documents belong to.
    pub days: Days,
    /// The only document looked at.
    pub only: Option<Key>,
    /// Whether it is the one that every night has.
    pub nightly: bool,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// How it stands.
    pub state: RunState,
    /// When it came to its end, or broke off.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it looked at.
    pub seen: Seen,
    /// Why it broke off.
    pub message: Option<String>,
}

/// What a run looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Documents of ours that were compared.
    pub compared: u32,
    /// Documents that the books listed.
    pub listed: u32,
    /// How many of these carry no key: made by hand.
    pub by_hand: u32,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A document that stood is in the books no more.
    Missing,
    /// Several documents carry one key.
    Doubled,
    /// A document says something else than it said: an amount, a quantity, a currency, a party, a day.
    Drifted,
    /// A document was cancelled, closed or made a draft in the books.
    Withdrawn,
    /// A document carries a key of ours that no delivery knows.
    Stranger,
    /// A document that Slotledger did not make. It is information, and no fault.
    ByHand,
}

impl FindingKind {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Doubled => "doubled",
            Self::Drifted => "drifted",
            Self::Withdrawn => "withdrawn",
            Self::Stranger => "stranger",
            Self::ByHand => "by_hand",
        }
    }

    /// Whether it is told for information, and nothing is wrong.
    #[must_use]
    pub const fn is_information(self) -> bool {
        matches!(self, Self::ByHand)
    }
}

/// How a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// It holds.
    Open,
    /// It was put right.
    Repaired,
    /// Somebody said that it is as it should be.
    Accepted,
}

impl FindingState {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Repaired => "repaired",
            Self::Accepted => "accepted",
        }
    }
}

/// How a finding can be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The document is made again, under its key; an order that was changed is amended back.
    Resend,
    /// A document that somebody made in its place is taken for it.
    Adopt,
    /// It is as it should be.
    Accept,
    /// The document is countered as it stands, an invoice with a credit note; what completed work asked for is made anew. Of
    /// several with one key the surplus is countered.
    Credit,
}

impl Remedy {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Adopt => "adopt",
            Self::Accept => "accept",
            Self::Credit => "credit",
        }
    }
}

/// Something in the books that is not as it was asked for, before it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// Whose books.
    pub company: CompanyId,
    /// The connection they were reached by.
    pub connection: String,
    /// What it is.
    pub kind: FindingKind,
    /// The document's key; of one that has none, what the ERP knows it by.
    pub subject: String,
    /// The delivery that asked for the document.
    pub delivery: Option<i64>,
    /// The day the document belongs to.
    pub day: NaiveDate,
    /// What is wrong, for a person.
    pub words: String,
    /// The documents, as they were and as they are.
    pub details: Value,
}

/// Something in the books that is not as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BooksFinding {
    /// Numbered in the order they were found.
    pub id: i64,
    /// What was found.
    pub found: NewFinding,
    /// How it stands.
    pub state: FindingState,
    /// When it was found first.
    pub found_at: DateTime<Utc>,
    /// When it was seen last.
    pub seen_at: DateTime<Utc>,
    /// When it was put right or accepted.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Something that became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingAct {
    /// Counts them, from 1.
    pub number: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What: `found`, `changed`, `gone`, or a remedy.
    pub act: String,
    /// Why.
    pub reason: String,
}
