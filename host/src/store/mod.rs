//! What the host keeps, as narrow traits by aggregate. Two engines implement them: [`sqlite`] and
//! [`postgres`]. What they have in common stands beside them: `rendered` on the way in, `read` on the way out.
//!
//! Invariants: a transition is one transaction ([`Diary::commit`]): state, trail, slots, outbox and the answer to a
//! repeated request, or nothing. The database itself refuses a double booking and a second delivery with the same key.
//!
//! Deliberately absent: rules, and the wall clock: every moment is a parameter.

pub mod accounts;
pub mod address;
#[cfg(test)]
pub(crate) mod conformance;
mod connections;
pub mod copy;
mod days;
pub mod decisions;
pub mod diary;
pub mod error;
pub mod extensions;
pub mod identities;
pub mod occupancy;
mod outbox;
pub mod postgres;
mod read;
mod reconcile;
mod rendered;
pub mod reports;
pub mod roster;
pub mod samples;
pub mod sessions;
pub mod sqlite;
pub mod views;
pub mod visits;
pub mod waitlist;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

pub use accounts::{Accounts, Keys, NewAccountEvent};
pub use address::Address;
pub use connections::ErpConnections;
pub use decisions::{AnswerFilter, DecisionFilter, Decisions, KeptAnswer, KeptDecision};
use diary::FEW;
pub use diary::{
    AppointmentFilter, Booking, Change, Commit, CustomerHistory, Diary, Frame, NewDelivery, Planned, Series,
    Slots, Sort,
};
pub use error::Error;
pub use extensions::{ACTIVE_USE, ExtensionChangeFilter, Extensions, Removal};
pub use identities::Identities;
pub use occupancy::{Busy, LAYER_BYTES, Occupancy, SLOTS_A_DAY, Session, Workload};
pub use outbox::{Backlog, DeliveryFilter, Mend, Outbox, Outcome, Span};
pub use reconcile::{Closing, FindingFilter, NewRun, Reconciliation};
pub use reports::{Amount, Counted, Figure, Reports, Share, Stretch, VisitCounts};
pub use roster::{AccountFilter, Means, Roster};
pub use samples::{Leaving, Sample, Samples};
pub use sessions::{Patience, Sessions};
pub use views::{View, Views};
pub use visits::Visits;
pub use waitlist::{Freed, Offer, Wait, WaitFilter, Waitlist};

use crate::model::master::Kind;
use crate::model::{Appointment, AppointmentId, CompanyId, CustomerId};

/// Everything the host keeps.
pub trait Store:
    Records
    + Diary
    + Occupancy
    + Waitlist
    + Outbox
    + ErpConnections
    + Reconciliation
    + Extensions
    + Decisions
    + Reports
    + Requests
    + Keys
    + Accounts
    + Sessions
    + Identities
    + Roster
    + Samples
    + Views
    + Visits
{
}

impl<T> Store for T where
    T: Records
        + Diary
        + Occupancy
        + Waitlist
        + Outbox
        + ErpConnections
        + Reconciliation
        + Extensions
        + Decisions
        + Reports
        + Requests
        + Keys
        + Accounts
        + Sessions
        + Identities
        + Roster
        + Samples
        + Views
        + Visits
{
}

/// A store that is shared.
pub type SharedStore = Arc<dyn Store>;

/// A master record as rows hold it; [`crate::model::Stored`] is its typed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Its identifier.
    pub id: Uuid,
    /// The company it belongs to; of a company, its own.
    pub company: Uuid,
    /// What it is called in lists.
    pub name: String,
    /// Whether it can take part in new bookings.
    pub active: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Its fields, as JSON.
    pub data: Value,
    /// Who adds or changes it, as far as somebody said; not kept but of extensions.
    pub by: Option<String>,
    /// The version of its company's catalogue that it was judged on, where other records were looked at for that; not kept.
    pub judged_on: Option<i64>,
}

/// The answer to a request that carried an `Idempotency-Key`, kept to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The client's key, made unique by what it was sent to.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: String,
    /// HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// An [`Answer`] that is not known before the store has numbered the appointment.
pub struct PendingAnswer<'a> {
    /// See [`Answer::key`].
    pub key: String,
    /// See [`Answer::fingerprint`].
    pub fingerprint: String,
    /// See [`Answer::status`].
    pub status: u16,
    /// Renders the body from the appointments of the commit, as they are then stored.
    pub body: &'a (dyn Fn(&[&Appointment]) -> String + Send + Sync),
}

/// Which part of a long list to give.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Only what comes after this identifier.
    pub after: Option<Uuid>,
    /// No more than this; callers have already capped it.
    pub limit: u32,
}

/// Whose a record is.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    /// The company.
    pub company: CompanyId,
    /// The version of its catalogue.
    pub catalog_version: i64,
    /// The customer asked for, if it is this company's.
    pub customer: Option<Record>,
}

/// Which customers to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Of this company.
    pub company: CompanyId,
    /// Whose name, e-mail address, telephone number or code in the books contains this, in any case.
    pub text: Option<String>,
    /// Only those who may book.
    pub active: bool,
}

/// Companies, branches, services, providers, units, customers.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// Adds a record, and keeps the answer to the request that asked for it.
    ///
    /// Fails with [`Error::Exists`] if the identifier is taken, [`Error::Missing`] if its company does not exist,
    /// [`Error::AnswerExists`] if the answer's key was used meanwhile.
    async fn insert(&self, record: &Record, answer: Option<&Answer>) -> Result<(), Error>;

    /// Replaces the fields of a record whose version is still `expected`; `record.version` is the new one. Keeps the
    /// answer to the request that asked for it.
    ///
    /// Every change raises the company's catalogue version, as does every new record but a customer or a case. Fails with
    /// [`Error::Missing`], [`Error::Stale`], or [`Error::Unjudged`] if the catalogue is not the one it was judged on.
    async fn replace(&self, record: &Record, expected: i64, answer: Option<&Answer>) -> Result<(), Error>;

    /// One record.
    async fn record(&self, kind: Kind, id: Uuid) -> Result<Option<Record>, Error>;

    /// Records of a kind by identifier, of one company or of all.
    async fn records(&self, kind: Kind, company: Option<Uuid>, page: Page) -> Result<Vec<Record>, Error>;

    /// Customers by name: small letters and capitals of ASCII are the same, everything else goes by its bytes.
    async fn customers(&self, filter: &CustomerFilter, page: Page) -> Result<Vec<Record>, Error>;

    /// What these records are called, in any order; those that do not exist are left out.
    async fn names(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error>;

    /// The addresses of these customers, in any order; those without one are left out.
    async fn homes(&self, customers: &[CustomerId]) -> Result<Vec<(Uuid, String)>, Error>;

    /// What the customers of these appointments are called, by appointment, in any order.
    async fn customer_names(&self, appointments: &[AppointmentId]) -> Result<Vec<(Uuid, String)>, Error>;

    /// What the first records of a kind that are active are called, by identifier, of one company or of all.
    async fn choices(
        &self,
        kind: Kind,
        company: Option<CompanyId>,
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>, Error>;

    /// Counts the changes of a company's master data. A decision made on one version is not committed on another.
    async fn catalog_version(&self, company: CompanyId) -> Result<i64, Error>;

    /// The same of every company.
    async fn catalog_versions(&self) -> Result<Vec<(CompanyId, i64)>, Error>;

    /// Whose a record is, the version of that company's catalogue, and one of the company's customers, in one reading:
    /// every decision begins with it.
    async fn catalog_of(&self, kind: Kind, id: Uuid, customer: Option<Uuid>) -> Result<Option<Owner>, Error>;
}

/// Answers kept for repeated requests.
#[async_trait]
pub trait Requests: Send + Sync + 'static {
    /// The answer given to this key.
    async fn answer(&self, key: &str) -> Result<Option<Answer>, Error>;

    /// Keeps the answer of a request that changed nothing else. Fails with [`Error::AnswerExists`].
    async fn keep_answer(&self, answer: &Answer) -> Result<(), Error>;

    /// Forgets answers given before this. Gives their number.
    async fn forget_answers(&self, before: DateTime<Utc>) -> Result<u64, Error>;
}
