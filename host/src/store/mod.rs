//! What the host keeps, as narrow traits by aggregate. Two engines implement them: [`sqlite`] and
//! [`postgres`]. What they have in common stands beside them: `rendered` on the way in, `read` on the way out.
//!
//! Invariants: a transition is one transaction ([`Diary::commit`]): state, trail, slots, outbox and the answer to a
//! repeated request, or nothing. The database itself refuses a double booking and a second delivery with the same key.
//!
//! Deliberately absent: rules, and the wall clock: every moment is a parameter.

pub mod address;
#[cfg(test)]
pub(crate) mod conformance;
pub mod copy;
mod days;
pub mod error;
pub mod postgres;
mod read;
mod rendered;
pub mod sqlite;
pub mod waitlist;
mod words;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use slotledger_erp::{Document, Failure, Key, Posting};
use uuid::Uuid;

pub use address::Address;
pub use error::Error;
pub use waitlist::{Freed, Offer, Wait, WaitFilter, Waitlist};

use crate::model::master::Kind;
use crate::model::{
    Appointment, AppointmentId, BookingId, BranchId, CaseId, Claim, CompanyId, CustomerId, Delivery,
    DeliveryState, Event, ProviderId, SeriesId, ServiceId, Status, UnitClaim, UnitId,
};

/// Everything the host keeps.
pub trait Store: Records + Diary + Occupancy + Waitlist + Outbox + Requests + Keys {}

impl<T: Records + Diary + Occupancy + Waitlist + Outbox + Requests + Keys> Store for T {}

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
    /// Every change raises the company's catalogue version, as does every new record but a customer or a case. Fails with [`Error::Missing`] or [`Error::Stale`].
    async fn replace(&self, record: &Record, expected: i64, answer: Option<&Answer>) -> Result<(), Error>;

    /// One record.
    async fn record(&self, kind: Kind, id: Uuid) -> Result<Option<Record>, Error>;

    /// Records of a kind by identifier, of one company or of all.
    async fn records(&self, kind: Kind, company: Option<Uuid>, page: Page) -> Result<Vec<Record>, Error>;

    /// Counts the changes of a company's master data. A decision made on one version is not committed on another.
    async fn catalog_version(&self, company: CompanyId) -> Result<i64, Error>;
}

/// What becomes of an appointment's slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slots {
    /// They stay as they are.
    Keep,
    /// The appointment has exactly this one from now on.
    Take(Claim),
    /// They are free again.
    Release,
}

/// An appointment before and after a transition.
#[derive(Debug, Clone)]
pub struct Change {
    /// As it shall be. The store fills in `name` of a new one (see [`Change::title`]).
    pub appointment: Appointment,
    /// The revision it was decided on; none for a new one.
    pub expected: Option<u32>,
    /// What stands behind the number of a new one: `APT-0042 — <title>`.
    pub title: String,
    /// What becomes of its slots.
    pub slots: Slots,
    /// What happened.
    pub events: Vec<Event>,
    /// What the books are asked for, in order.
    pub deliveries: Vec<NewDelivery>,
}

/// A row for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// What is asked for. An empty `subject` of a new appointment's posting is filled in with its number.
    pub posting: Posting,
    /// Keys of deliveries that have to be done first; each is in the outbox already, or before this in the commit.
    pub after: Vec<Key>,
}

/// What is made together with appointments.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// They are sold together.
    Booking(Booking),
    /// They recur.
    Series(Series),
    /// It is held for somebody on the waitlist. Fails with [`Error::Stale`] unless they are waiting.
    Offer(Offer),
}

/// Appointments sold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// Its identifier.
    pub id: BookingId,
    /// Whose.
    pub company: CompanyId,
    /// For whom.
    pub customer: CustomerId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The rest of it, as JSON.
    pub details: Value,
}

/// Appointments that recur.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its identifier.
    pub id: SeriesId,
    /// Whose.
    pub company: CompanyId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The rest of it, as JSON.
    pub details: Value,
}

/// A decision to be stored: all of it or nothing.
pub struct Commit<'a> {
    /// Whose.
    pub company: CompanyId,
    /// The catalogue version it was decided on; none where master data played no part.
    pub catalog_version: Option<i64>,
    /// Other appointments that it rests on, each with the revision that it must still have.
    pub beside: Vec<(AppointmentId, u32)>,
    /// What the new appointments stand in, if it is new too.
    pub frame: Option<Frame>,
    /// The appointments, in order. Slots that one releases another may take.
    pub changes: Vec<Change>,
    /// The answer to keep.
    pub answer: Option<PendingAnswer<'a>>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which appointments to list.
#[derive(Debug, Clone, Default)]
pub struct AppointmentFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this provider.
    pub provider: Option<ProviderId>,
    /// At this branch.
    pub branch: Option<BranchId>,
    /// With this unit.
    pub unit: Option<UnitId>,
    /// Of this case.
    pub case: Option<CaseId>,
    /// Of this booking.
    pub booking: Option<BookingId>,
    /// Of this series.
    pub series: Option<SeriesId>,
    /// Of this service.
    pub service: Option<ServiceId>,
    /// In this status.
    pub status: Option<Status>,
    /// Only those that stand: neither cancelled nor finished.
    pub standing: bool,
    /// Ending after this.
    pub from: Option<DateTime<Utc>>,
    /// Starting before this.
    pub to: Option<DateTime<Utc>>,
    /// Whose name contains this.
    pub text: Option<String>,
}

/// Slots of a day in the [`Busy`] rows, five minutes each.
pub const SLOTS_A_DAY: u32 = 288;

/// Bytes of a layer of [`Busy`].
pub const LAYER_BYTES: usize = SLOTS_A_DAY as usize / 8;

/// What one provider or unit has given away on one day in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The provider or the unit.
    pub resource: Uuid,
    /// Days since 1970-01-01.
    pub day: i64,
    /// Layers of [`LAYER_BYTES`] each: bit `k` of layer `n` is set where more than `n` visits have slot `k`, lowest bit
    /// first.
    pub layers: Vec<u8>,
}

/// A visit that customers share, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// With whom.
    pub provider: ProviderId,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// Guests of all its appointments together.
    pub guests: u32,
    /// The units it uses.
    pub units: Vec<UnitId>,
}

/// How much a provider has had to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Who.
    pub provider: ProviderId,
    /// Minutes reserved on the days asked about.
    pub minutes: u64,
    /// When the provider was last booked; none means never.
    pub last_booked: Option<DateTime<Utc>>,
}

/// Appointments, their slots and their trail.
#[async_trait]
pub trait Diary: Send + Sync + 'static {
    /// Stores a decision in one transaction and gives the appointments as stored.
    ///
    /// Fails, having changed nothing, with [`Error::Stale`] if an appointment's revision or the catalogue has moved
    /// on, [`Error::DoubleBooking`] if a slot, a unit or the last seat is taken, [`Error::KeyTaken`] if a delivery's key exists,
    /// [`Error::AnswerExists`] if the answer's key was used meanwhile, whatever else would be refused, and
    /// [`Error::Missing`] if something it names does not exist.
    async fn commit(&self, commit: Commit<'_>) -> Result<Vec<Appointment>, Error>;

    /// One appointment.
    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, Error>;

    /// Appointments by identifier, which is the order they were made in.
    async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>, Error>;

    /// An appointment's trail, oldest first.
    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error>;

    /// One booking.
    async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Error>;

    /// One series.
    async fn series(&self, id: SeriesId) -> Result<Option<Series>, Error>;

    /// Open appointments whose hold has run out, longest ago first.
    async fn expired_holds(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AppointmentId>, Error>;
}

/// What is taken from whom: read for decisions. Written by [`Diary::commit`] alone.
#[async_trait]
pub trait Occupancy: Send + Sync + 'static {
    /// Time taken from these providers that overlaps the span, in the order of provider and start.
    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error>;

    /// Time taken from these units that overlaps the span, in the order of unit and start.
    async fn unit_claims(
        &self,
        units: &[UnitId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<UnitClaim>, Error>;

    /// What these providers or units have given away on the days from `first` up to and with `last`, in the order of
    /// resource and day. Days with nothing given away are left out.
    async fn busy(&self, resources: &[Uuid], first: i64, last: i64) -> Result<Vec<Busy>, Error>;

    /// Visits of a service that customers share with these providers and that start in the span, in the order of
    /// provider and start.
    async fn sessions(
        &self,
        service: ServiceId,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error>;

    /// What these providers have had to do on the days from `first` up to and with `last`, in the order of providers.
    async fn workloads(
        &self,
        providers: &[ProviderId],
        first: i64,
        last: i64,
    ) -> Result<Vec<Workload>, Error>;

    /// The last provider, if any, who did this service for the customer or is to do it.
    async fn last_provider(
        &self,
        customer: CustomerId,
        service: ServiceId,
    ) -> Result<Option<ProviderId>, Error>;
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The document stands.
    Done(Box<Document>),
    /// Not now; again at this time.
    Again(Failure, DateTime<Utc>),
    /// A person has to act.
    Parked(Failure),
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// Of this appointment.
    pub appointment: Option<AppointmentId>,
    /// In this state.
    pub state: Option<DeliveryState>,
}

/// Documents on their way to the books. Claiming and finishing are transactions of their own.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Takes up to `limit` deliveries whose turn it is and leases them to `owner`.
    ///
    /// Whose turn it is: pending and due, or leased with the lease run out; no earlier delivery of the same
    /// appointment pending or leased; every delivery it comes after done or skipped. One delivery an appointment at a
    /// time. A parked delivery holds up only those that come after it by name.
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error>;

    /// Writes down what came of a try. False, and nothing is written, if the lease has passed to somebody else.
    async fn finish_delivery(
        &self,
        id: i64,
        owner: &str,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Puts a parked or waiting delivery back in line at once. Fails with [`Error::Missing`] or [`Error::Stale`].
    async fn retry_delivery(&self, id: i64, now: DateTime<Utc>) -> Result<Delivery, Error>;

    /// One delivery.
    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error>;

    /// Deliveries by number, after the given one.
    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error>;

    /// When the next pending delivery falls due or the next lease ends; none if there is nothing to do.
    async fn next_delivery_at(&self) -> Result<Option<DateTime<Utc>>, Error>;
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

/// API keys, of which only a hash is kept.
#[async_trait]
pub trait Keys: Send + Sync + 'static {
    /// Keeps a key's SHA-256, hexadecimal, under a label.
    async fn add_key(&self, hash: &str, label: &str, at: DateTime<Utc>) -> Result<(), Error>;

    /// The label of the key with this hash.
    async fn key_label(&self, hash: &str) -> Result<Option<String>, Error>;

    /// Whether there is any key.
    async fn has_keys(&self) -> Result<bool, Error>;
}
