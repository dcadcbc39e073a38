//! A document on its way to the books: one row of the outbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use slotledger_erp::{Document, Failure, Key, Kind, Posting};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, Type};

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
}

/// The JSON Schema of a document's kind, whose type belongs to a crate that knows no schemas.
pub(crate) fn document_kind() -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Kind::ALL.map(Kind::as_str))).build()
}

/// The JSON Schema of a list in which each kind of document stands at most once.
pub(crate) fn document_kinds() -> Array {
    ArrayBuilder::new().items(document_kind()).unique_items(true).build()
}
