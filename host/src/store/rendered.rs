//! A decision and the outcome of a delivery, rendered for the columns of any engine.
//!
//! Invariant: what can be rendered before a transaction is, because others wait for the transaction.
//!
//! Deliberately absent: SQL, and the types of columns.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use slotledger_erp::{Key, Posting};

use super::words::{kept, to_json};
use super::{Answer, Change, Error, Frame, NewDelivery, Outcome, PendingAnswer, Slots};
use crate::model::{
    Appointment, AppointmentId, CompanyId, DeliveryState, Event, Payment, PostingPolicy, Quote,
    SharedDocument, SharedVisit, Timing, UnitId,
};

/// What a decision rests on besides its appointments.
pub(super) struct Basis {
    pub(super) company: CompanyId,
    pub(super) catalog_version: Option<i64>,
    pub(super) beside: Vec<(AppointmentId, u32)>,
    pub(super) frame: Option<Frame>,
    pub(super) at: DateTime<Utc>,
}

/// A change, rendered as far as it can be.
pub(super) struct Entry {
    pub(super) appointment: Appointment,
    pub(super) expected: Option<u32>,
    title: String,
    pub(super) slots: Slots,
    pub(super) details: String,
    pub(super) events: Vec<Event>,
    pub(super) deliveries: Vec<Outgoing>,
}

/// A delivery, rendered as far as it can be.
pub(super) struct Outgoing {
    pub(super) posting: Posting,
    /// The posting as JSON.
    pub(super) json: String,
    /// The keys it comes after.
    pub(super) after: Vec<Key>,
}

impl Entry {
    pub(super) fn prepare(change: Change) -> Result<Self, Error> {
        let Change { appointment, expected, title, slots, events, deliveries } = change;
        Ok(Self {
            details: to_json("appointment", &Details::of(&appointment))?,
            appointment: as_kept(appointment),
            expected,
            title,
            slots,
            events,
            deliveries: deliveries.into_iter().map(Outgoing::prepare).collect::<Result<_, _>>()?,
        })
    }

    /// Gives a new appointment its number, and the number to the documents it asks for.
    fn number(&mut self, number: i64) -> Result<(), Error> {
        let number = format!("APT-{number:04}");
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.posting.subject.is_empty()) {
            delivery.posting.subject.clone_from(&number);
            delivery.json = to_json("posting", &delivery.posting)?;
        }
        self.appointment.name =
            if self.title.is_empty() { number } else { format!("{number} — {}", self.title) };
        Ok(())
    }

    /// Whether the slots it had before are given up.
    pub(super) fn releases(&self) -> bool {
        self.expected.is_some() && self.slots != Slots::Keep
    }
}

/// How many of these appointments are new, and so need a number.
pub(super) fn new_ones(entries: &[Entry]) -> i64 {
    let new = entries.iter().filter(|entry| entry.expected.is_none()).count();
    i64::try_from(new).unwrap_or(i64::MAX)
}

/// Gives the new ones their numbers, of which `last` is the last.
pub(super) fn number(entries: &mut [Entry], last: i64) -> Result<(), Error> {
    let first = last - new_ones(entries) + 1;
    for (number, entry) in (first..).zip(entries.iter_mut().filter(|entry| entry.expected.is_none())) {
        entry.number(number)?;
    }
    Ok(())
}

impl Outgoing {
    fn prepare(delivery: NewDelivery) -> Result<Self, Error> {
        let NewDelivery { posting, after } = delivery;
        Ok(Self { json: to_json("posting", &posting)?, after, posting })
    }
}

/// The appointment as it will be read back.
fn as_kept(appointment: Appointment) -> Appointment {
    Appointment {
        hold_until: appointment.hold_until.map(kept),
        created_at: kept(appointment.created_at),
        updated_at: kept(appointment.updated_at),
        ..appointment
    }
}

impl PendingAnswer<'_> {
    /// The answer, now that the appointments are numbered.
    pub(super) fn given(self, entries: &[Entry], at: DateTime<Utc>) -> Answer {
        let appointments: Vec<_> = entries.iter().map(|entry| &entry.appointment).collect();
        let body = (self.body)(&appointments);
        Answer { key: self.key, fingerprint: self.fingerprint, status: self.status, body, at }
    }
}

/// What of an appointment nobody searches by, kept as one JSON object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Details {
    pub(super) guests: u32,
    pub(super) quote: Quote,
    pub(super) payments: Vec<Payment>,
    pub(super) units: Vec<UnitId>,
    pub(super) shared: Option<SharedVisit>,
    pub(super) timing: Timing,
    pub(super) reschedules: u32,
    pub(super) location: Option<String>,
    pub(super) notes: String,
    pub(super) remarks: String,
    pub(super) cancellation_reason: Option<String>,
    pub(super) replaces: Vec<AppointmentId>,
    pub(super) terms: Option<PostingPolicy>,
    pub(super) shared_documents: Vec<SharedDocument>,
}

impl Details {
    fn of(appointment: &Appointment) -> Self {
        Self {
            guests: appointment.guests,
            quote: appointment.quote.clone(),
            payments: appointment.payments.clone(),
            units: appointment.units.clone(),
            shared: appointment.shared.clone(),
            timing: appointment.timing.clone(),
            reschedules: appointment.reschedules,
            location: appointment.location.clone(),
            notes: appointment.notes.clone(),
            remarks: appointment.remarks.clone(),
            cancellation_reason: appointment.cancellation_reason.clone(),
            replaces: appointment.replaces.clone(),
            terms: appointment.terms,
            shared_documents: appointment.shared_documents.clone(),
        }
    }
}

/// What came of a try, column by column.
pub(super) struct Finish {
    pub(super) state: DeliveryState,
    pub(super) document: Option<String>,
    pub(super) failure: Option<String>,
    /// None leaves it as it was.
    pub(super) next_attempt: Option<DateTime<Utc>>,
    pub(super) finished: Option<DateTime<Utc>>,
}

impl Finish {
    pub(super) fn of(outcome: &Outcome, now: DateTime<Utc>) -> Result<Self, Error> {
        let failure = |failure| to_json("failure", failure).map(Some);
        let (state, finished) = match outcome {
            Outcome::Done(_) => (DeliveryState::Done, Some(now)),
            Outcome::Again(..) => (DeliveryState::Pending, None),
            Outcome::Parked(_) => (DeliveryState::Parked, Some(now)),
        };
        let (document, failure, next_attempt) = match outcome {
            Outcome::Done(document) => (Some(to_json("document", document)?), None, None),
            Outcome::Again(why, at) => (None, failure(why)?, Some(*at)),
            Outcome::Parked(why) => (None, failure(why)?, None),
        };
        Ok(Self { state, document, failure, next_attempt, finished })
    }
}

/// When a lease that begins now ends.
pub(super) fn lease_end(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    let lease = TimeDelta::from_std(lease).ok();
    lease.and_then(|lease| now.checked_add_signed(lease)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
