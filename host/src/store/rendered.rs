//! A decision and the outcome of a delivery, rendered for the columns of any engine.
//!
//! Invariant: what can be rendered before a transaction is, because others wait for the transaction.
//!
//! Deliberately absent: SQL, and the types of columns.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use slotledger_erp::{Class, Failure, Key, Posting};

use super::words::{kept, to_json};
use super::{Answer, Change, Error, Frame, Mend, NewDelivery, Outcome, PendingAnswer, Slots};
use crate::model::{
    Appointment, AppointmentId, CompanyId, DeliveryState, Event, NewDecision, Payment, PostingPolicy,
    Preference, Quote, SharedDocument, SharedVisit, Timing, UnitId,
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
    pub(super) decisions: Vec<NewDecision>,
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
        let Change { appointment, expected, title, slots, events, deliveries, decisions } = change;
        Ok(Self {
            details: to_json("appointment", &Details::of(&appointment))?,
            appointment: as_kept(appointment),
            expected,
            title,
            slots,
            events,
            deliveries: deliveries.into_iter().map(Outgoing::prepare).collect::<Result<_, _>>()?,
            decisions,
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
        invoice_after: appointment.invoice_after.map(kept),
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
    #[serde(default)]
    pub(super) expected_arrival: Option<DateTime<Utc>>,
    pub(super) reschedules: u32,
    #[serde(default)]
    pub(super) preferences: Vec<Preference>,
    pub(super) location: Option<String>,
    pub(super) notes: String,
    pub(super) remarks: String,
    pub(super) cancellation_reason: Option<String>,
    pub(super) replaces: Vec<AppointmentId>,
    pub(super) terms: Option<PostingPolicy>,
    pub(super) shared_documents: Vec<SharedDocument>,
    #[serde(default)]
    pub(super) invoiced_with: Vec<AppointmentId>,
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
            expected_arrival: appointment.expected_arrival,
            reschedules: appointment.reschedules,
            preferences: appointment.preferences.clone(),
            location: appointment.location.clone(),
            notes: appointment.notes.clone(),
            remarks: appointment.remarks.clone(),
            cancellation_reason: appointment.cancellation_reason.clone(),
            replaces: appointment.replaces.clone(),
            terms: appointment.terms,
            shared_documents: appointment.shared_documents.clone(),
            invoiced_with: appointment.invoiced_with.clone(),
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
    pub(super) adopted: bool,
    /// What is kept of the try; none if there was none.
    pub(super) tried: Option<Tried>,
}

/// What is kept of a try, column by column.
pub(super) struct Tried {
    pub(super) class: Option<&'static str>,
    pub(super) reason: Option<&'static str>,
    pub(super) message: Option<String>,
}

impl Finish {
    pub(super) fn of(outcome: &Outcome, now: DateTime<Utc>) -> Result<Self, Error> {
        Ok(match outcome {
            Outcome::Done(posted) => Self {
                state: DeliveryState::Done,
                document: Some(to_json("document", &posted.document)?),
                finished: Some(now),
                adopted: posted.adopted,
                tried: Some(Tried { class: None, reason: None, message: None }),
                ..Self::UNTRIED
            },
            Outcome::Again(why, at) => Self { next_attempt: Some(*at), ..Self::failed(why)? },
            Outcome::Parked(why) => {
                Self { state: DeliveryState::Parked, finished: Some(now), ..Self::failed(why)? }
            }
            Outcome::Untried => Self::UNTRIED,
        })
    }

    const UNTRIED: Self = Self {
        state: DeliveryState::Pending,
        document: None,
        failure: None,
        next_attempt: None,
        finished: None,
        adopted: false,
        tried: None,
    };

    fn failed(why: &Failure) -> Result<Self, Error> {
        let failure = Some(to_json("failure", why)?);
        Ok(Self { failure, tried: Some(Tried::failed(why)), ..Self::UNTRIED })
    }
}

impl Tried {
    fn failed(failure: &Failure) -> Self {
        let reason = match &failure.class {
            Class::Refused { reason, .. } => Some(reason.as_str()),
            Class::Retry { .. }
            | Class::Throttled { .. }
            | Class::Busy { .. }
            | Class::Ambiguous
            | Class::Reauthenticate
            | Class::Bug => None,
        };
        let class = Some(crate::model::delivery::class(&failure.class));
        Self { class, reason, message: Some(failure.message.clone()) }
    }
}

/// What a person's act makes of a delivery, column by column.
pub(super) struct Mended {
    /// The states it can be done in, as SQL.
    pub(super) from: &'static str,
    pub(super) state: DeliveryState,
    pub(super) document: Option<String>,
    /// None leaves it as it was.
    pub(super) next_attempt: Option<DateTime<Utc>>,
    pub(super) finished: Option<DateTime<Utc>>,
    pub(super) keeps_failure: bool,
    pub(super) adopted: bool,
}

impl Mended {
    pub(super) fn by(mend: &Mend, at: DateTime<Utc>) -> Result<Self, Error> {
        let in_line = Self {
            from: "'pending', 'parked'",
            state: DeliveryState::Pending,
            document: None,
            next_attempt: Some(at),
            finished: None,
            keeps_failure: true,
            adopted: false,
        };
        Ok(match mend {
            Mend::Retry | Mend::Edit { .. } => in_line,
            Mend::Resend => Self { from: "'done'", ..in_line },
            Mend::Skip => {
                Self { state: DeliveryState::Skipped, next_attempt: None, finished: Some(at), ..in_line }
            }
            Mend::Adopt(document) => Self {
                from: "'parked', 'done'",
                state: DeliveryState::Done,
                document: Some(to_json("document", document)?),
                next_attempt: None,
                finished: Some(at),
                keeps_failure: false,
                adopted: true,
            },
        })
    }
}

/// When a lease that begins now ends.
pub(super) fn lease_end(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    let lease = TimeDelta::from_std(lease).ok();
    lease.and_then(|lease| now.checked_add_signed(lease)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
