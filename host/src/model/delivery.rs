//! A document on its way to the books: one row of the outbox.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slotledger_erp::{Class, Document, Failure, Key, Kind, Posting, Reason};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};

use super::{AppointmentId, CompanyId};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its turn or its next try.
    Pending,
    /// A relay has it in hand until the lease ends.
    Leased,
    /// The document stands in the books.
    Done,
    /// It cannot succeed as things are; a person has to act.
    Parked,
    /// A person decided to do without it.
    Skipped,
}

impl DeliveryState {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Skipped => "skipped",
        }
    }
}

/// A document on its way to the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Numbered in the order in which they were asked for.
    pub id: i64,
    /// The appointment whose turn it is.
    pub appointment: AppointmentId,
    /// Whose books.
    pub company: CompanyId,
    /// What is asked for; its key is unique among all deliveries.
    pub posting: Posting,
    /// Keys of deliveries that have to be done first.
    pub after: Vec<Key>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// Not tried again before this.
    pub next_attempt_at: DateTime<Utc>,
    /// Who has it in hand.
    pub lease_owner: Option<String>,
    /// Until when.
    pub lease_until: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// The document, once it stands.
    pub document: Option<Document>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was done, parked or skipped.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether the document stood already when it was asked for, or was made by hand and taken for it.
    pub adopted: bool,
    /// How many acts of people there are about it.
    pub repairs: u32,
}

/// One try to bring a document to the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts the tries of its delivery. A number that is left out was never heard of again.
    pub number: u32,
    /// When it was sent.
    pub started: DateTime<Utc>,
    /// When its answer was there, or was waited for no longer.
    pub finished: DateTime<Utc>,
    /// How the failure was classified; none if the document stands.
    pub class: Option<String>,
    /// Of a refusal, what kind of thing stood in the way.
    pub reason: Option<String>,
    /// The ERP's own words, or the network's.
    pub message: Option<String>,
    /// Whether the document stood already.
    pub adopted: bool,
}

/// What a person did about a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Had it tried again at once.
    Retry,
    /// Decided to do without the document.
    Skip,
    /// Said which document in the books it is.
    Adopt,
    /// Changed what codes mean to the books, and had it tried again.
    Edit,
    /// Had a document that was gone from the books made again.
    Resend,
}

impl Act {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Adopt => "adopt",
            Self::Edit => "edit",
            Self::Resend => "resend",
        }
    }
}

/// One act about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Counts the acts about its delivery, from 1.
    pub number: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the label of an API key, or a user of the machine.
    pub by: String,
    /// What.
    pub act: Act,
    /// Why; empty where nobody has to say.
    pub reason: String,
    /// The particulars: which document, which codes.
    pub details: Value,
}

/// The name of a class of failures, as it is stored, logged and shown.
#[must_use]
pub const fn class(class: &Class) -> &'static str {
    match class {
        Class::Retry { .. } => "retry",
        Class::Throttled { .. } => "throttled",
        Class::Busy { .. } => "busy",
        Class::Ambiguous => "ambiguous",
        Class::Reauthenticate => "reauthenticate",
        Class::Refused { .. } => "refused",
        Class::Bug => "bug",
    }
}

/// What keeps a parked delivery from its books, by the name that it is shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Obstacle {
    /// The books refused, because of this.
    Refused(Reason),
    /// The books' answer was not understood.
    Bug,
}

impl Obstacle {
    /// What this failure is; none of one that is tried again by itself.
    #[must_use]
    pub const fn of(failure: &Failure) -> Option<Self> {
        match &failure.class {
            Class::Refused { reason, .. } => Some(Self::Refused(*reason)),
            Class::Bug => Some(Self::Bug),
            Class::Retry { .. }
            | Class::Throttled { .. }
            | Class::Busy { .. }
            | Class::Ambiguous
            | Class::Reauthenticate => None,
        }
    }

    /// The name used in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.as_str(),
            Self::Bug => "bug",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Reason::ALL.into_iter().map(Self::Refused).chain([Self::Bug])
    }
}

impl FromStr for Obstacle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::all().find(|one| one.as_str() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::all().map(Self::as_str).collect();
            format!("must be one of {}", names.join(", "))
        })
    }
}

impl TryFrom<String> for Obstacle {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The JSON Schema of an [`Obstacle`], or null.
pub(crate) fn obstacle() -> Object {
    let names = Obstacle::all().map(|one| Value::from(one.as_str())).chain([Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(names))
        .build()
}

/// The JSON Schema of a document's kind, whose type belongs to a crate that knows no schemas.
pub(crate) fn document_kind() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Kind::ALL.map(Kind::as_str))).build()
}

/// The JSON Schema of a list in which each kind of document stands at most once.
pub(crate) fn document_kinds() -> Array {
    ArrayBuilder::new().items(document_kind()).unique_items(true).build()
}
