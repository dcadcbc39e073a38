//! Appointments, their slots and their trail.
//!
//! Invariant: whatever a decision changes is written by one [`Diary::commit`], or nothing is.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use slotledger_erp::{Key, Posting};

use super::{Error, Offer, Page, PendingAnswer};
use crate::model::{
    Appointment, AppointmentId, BookingId, BranchId, CaseId, Claim, CompanyId, CustomerId, Event,
    NewDecision, ProviderId, SeriesId, ServiceId, Status, UnitId,
};

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
    /// What came to it, to be recorded.
    pub decisions: Vec<NewDecision>,
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

/// In which order appointments are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// As they were made.
    #[default]
    Made,
    /// The earliest visit first.
    Earliest,
    /// The latest visit first.
    Latest,
}

/// So many appointments that a text is found at are looked up one by one. Of more than that, going through all of them in the
/// order of the list soon finds as many as a page has.
pub(super) const FEW: i64 = 500;

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
    /// At one of these branches; none of them means at any.
    pub branches: Vec<BranchId>,
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
    /// Only those that wait to be invoiced with others of their customer.
    pub uninvoiced: bool,
    /// Only those that stand: neither cancelled nor finished.
    pub standing: bool,
    /// Only those that are over at this moment: they have ended, or do not stand any longer.
    pub over: Option<DateTime<Utc>>,
    /// Ending after this.
    pub from: Option<DateTime<Utc>>,
    /// Starting before this.
    pub to: Option<DateTime<Utc>>,
    /// Whose name contains this.
    pub text: Option<String>,
    /// Whose name contains this, in any case; or whose customer is one that [`CustomerFilter::text`](super::CustomerFilter)
    /// finds.
    pub find: Option<String>,
    /// In this order.
    pub sort: Sort,
    /// By start, only what comes after a visit with this start and this identifier. It need not exist.
    pub beyond: Option<(DateTime<Utc>, AppointmentId)>,
}

/// What a board says of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// It.
    pub id: AppointmentId,
    /// Its number and title.
    pub name: String,
    /// Where.
    pub branch: BranchId,
    /// What.
    pub service: ServiceId,
    /// Who performs it.
    pub provider: ProviderId,
    /// The customer's name.
    pub customer: String,
    /// What it uses.
    pub units: Vec<UnitId>,
    /// Where it stands.
    pub status: Status,
    /// Counts its changes.
    pub revision: u32,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// The same with the buffer before it.
    pub reserved_start: DateTime<Utc>,
    /// The same with the buffer after it.
    pub reserved_end: DateTime<Utc>,
    /// When whoever is on the way said they would be there.
    pub expected_arrival: Option<DateTime<Utc>>,
}

/// What became of a customer's appointments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CustomerHistory {
    /// How many are to be done.
    pub standing: u32,
    /// How many were completed.
    pub completed: u32,
    /// How many were cancelled; those that were moved are not among them.
    pub cancelled: u32,
    /// How often nobody was there.
    pub no_shows: u32,
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

    /// Appointments in the order that the filter asks for: by identifier, which is the order they were made in, or by their
    /// start, and those that start together by identifier in the same direction.
    async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>, Error>;

    /// An appointment's trail, oldest first.
    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error>;

    /// Appointments that take time from these providers in the span, buffers included, in the order of provider, start and
    /// identifier.
    async fn agenda(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Planned>, Error>;

    /// The number of the latest entry in any trail; 0 before the first.
    async fn last_entry(&self) -> Result<i64, Error>;

    /// Entries in trails after this number, and those of `missing` that are there by now, each with its appointment, by number.
    async fn entries(
        &self,
        after: i64,
        missing: &[i64],
        limit: u32,
    ) -> Result<Vec<(i64, AppointmentId)>, Error>;

    /// What became of a customer's appointments so far.
    async fn history(&self, customer: CustomerId) -> Result<CustomerHistory, Error>;

    /// One booking.
    async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Error>;

    /// One series.
    async fn series(&self, id: SeriesId) -> Result<Option<Series>, Error>;

    /// Open appointments whose hold has run out, longest ago first.
    async fn expired_holds(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AppointmentId>, Error>;

    /// Customers after this one with appointments that wait to be invoiced and may be by now, in order.
    async fn uninvoiced(
        &self,
        now: DateTime<Utc>,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerId>, Error>;
}
