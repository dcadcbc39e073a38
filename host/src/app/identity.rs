//! Who it is that sends a request, and where the things are that it names.
//!
//! Deliberately absent: whether they may; see `http::gate`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{App, Error, Result};
use crate::model::{
    Account, AccountId, ApiKey, Appointment, AppointmentId, BookingId, CustomerId, Grant, Kind, Place,
    ProviderId, Scope, SeriesId, WaitId,
};
use crate::store::{AppointmentFilter, Page};

/// How exactly it is known when a key or a session was last used: writing it down costs a transaction.
pub(super) const USED_TO: TimeDelta = TimeDelta::minutes(1);

/// Most appointments of a booking or a series.
const PARTS: u32 = 200;

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account or the API key.
    pub id: Uuid,
    /// What it is called, in trails and lists of acts.
    pub label: String,
    /// What they may do, and where.
    pub grants: Vec<Grant>,
    /// What of that an API key is limited to.
    pub scopes: Option<Vec<Scope>>,
    /// The account and its session, where it is no API key.
    pub session: Option<(Account, Uuid)>,
}

impl Identity {
    /// The grants that let them do this.
    #[must_use]
    pub fn grants_for(&self, scope: Scope) -> Vec<Grant> {
        let limited =
            self.scopes.as_ref().is_some_and(|scopes| scope != Scope::Own && !scopes.contains(&scope));
        if limited {
            return Vec::new();
        }
        self.grants.iter().filter(|grant| grant.role.may(scope)).copied().collect()
    }

    /// The account, where it is no API key.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.session.as_ref().map(|(account, _)| account.id)
    }
}

/// Something that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A master record.
    Record(Kind, Uuid),
    /// An appointment.
    Appointment(AppointmentId),
    /// A booking.
    Booking(BookingId),
    /// A series.
    Series(SeriesId),
    /// A place on the waitlist.
    Wait(WaitId),
    /// A delivery.
    Delivery(i64),
    /// A finding of a reconciliation.
    Finding(i64),
    /// A recorded decision.
    Decision(i64),
}

impl Target {
    /// What is said where it does not exist.
    #[must_use]
    pub fn missing(self) -> Error {
        match self {
            Self::Record(kind, id) => Error::missing(kind.as_str(), id),
            Self::Appointment(id) => Error::missing("appointment", id),
            Self::Booking(id) => Error::missing("booking", id),
            Self::Series(id) => Error::missing("series", id),
            Self::Wait(id) => Error::missing("place on the waitlist", id),
            Self::Delivery(id) => Error::missing("delivery", id),
            Self::Finding(id) => Error::missing("finding", id),
            Self::Decision(id) => Error::missing("decision", id),
        }
    }
}

impl App {
    /// Whose API key this is; none if nobody's, or if it ended.
    pub async fn identify_key(&self, key: &str) -> Result<Option<Identity>> {
        let (now, hash) = (self.ports.clock.now(), key_hash(key));
        let known = match self.known_keys.find(&hash, now) {
            Some(key) => Some(key),
            None => self.look_up(hash, now).await?,
        };
        let Some(key) = known.filter(|key| key.holds(now)) else { return Ok(None) };
        if key.used_at.is_none_or(|used| now - used >= USED_TO) {
            self.ports.store.use_key(key.id, now).await?;
            self.known_keys.forget(key.id);
        }
        Ok(Some(Identity {
            id: key.id,
            label: key.label,
            grants: key.grants,
            scopes: key.scopes,
            session: None,
        }))
    }

    async fn look_up(&self, hash: String, now: DateTime<Utc>) -> Result<Option<ApiKey>> {
        let known = self.ports.store.key(&hash).await?;
        if let Some(key) = &known {
            self.known_keys.remember(hash, key.clone(), now);
        }
        Ok(known)
    }

    /// Where something is: one place, or one for each of its appointments; none if it does not exist.
    pub async fn places(&self, target: Target) -> Result<Vec<Place>> {
        let store = &self.ports.store;
        let filter = match target {
            Target::Record(kind, id) => {
                let record = store.record(kind, id).await?;
                return Ok(record
                    .map(|record| record_place(kind, id, record.company, &record.data))
                    .into_iter()
                    .collect());
            }
            Target::Appointment(id) => {
                return Ok(store.appointment(id).await?.iter().map(appointment_place).collect());
            }
            Target::Wait(id) => {
                let place = |wait: crate::store::Wait| Place {
                    company: Some(wait.company),
                    customer: Some(wait.customer),
                    ..Place::default()
                };
                return Ok(store.wait(id).await?.map(place).into_iter().collect());
            }
            Target::Delivery(id) => {
                let Some(delivery) = store.delivery(id).await? else { return Ok(Vec::new()) };
                return Ok(store
                    .appointment(delivery.appointment)
                    .await?
                    .iter()
                    .map(appointment_place)
                    .collect());
            }
            Target::Finding(id) => {
                let found = store.finding(id).await?;
                let place = |company| Place { company: Some(company), ..Place::default() };
                return Ok(found.map(|finding| place(finding.found.company)).into_iter().collect());
            }
            Target::Decision(id) => {
                let found = store.decision(id).await?;
                let place = |company| Place { company: Some(company), ..Place::default() };
                return Ok(found.map(|kept| place(kept.decision.company)).into_iter().collect());
            }
            Target::Booking(id) => AppointmentFilter { booking: Some(id), ..AppointmentFilter::default() },
            Target::Series(id) => AppointmentFilter { series: Some(id), ..AppointmentFilter::default() },
        };
        let parts = store.appointments(&filter, Page { after: None, limit: PARTS }).await?;
        Ok(parts.iter().map(appointment_place).collect())
    }

    /// Whether a provider performs, or has performed, anything for a customer.
    pub async fn serves(&self, provider: ProviderId, customer: CustomerId) -> Result<bool> {
        let filter = AppointmentFilter {
            provider: Some(provider),
            customer: Some(customer),
            ..AppointmentFilter::default()
        };
        Ok(!self.ports.store.appointments(&filter, Page { after: None, limit: 1 }).await?.is_empty())
    }
}

/// What is kept of a key, or of anything else with 256 random bits: a plain hash of such cannot be guessed back.
#[must_use]
pub fn key_hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn appointment_place(appointment: &Appointment) -> Place {
    Place {
        company: Some(appointment.company),
        branch: Some(appointment.branch),
        provider: Some(appointment.provider),
        customer: Some(appointment.customer),
    }
}

fn record_place(kind: Kind, id: Uuid, company: Uuid, data: &Value) -> Place {
    fn named<T: From<Uuid>>(data: &Value, field: &str) -> Option<T> {
        data.get(field)?.as_str()?.parse::<Uuid>().ok().map(T::from)
    }
    let place = Place { company: Some(company.into()), ..Place::default() };
    match kind {
        Kind::Company | Kind::Service | Kind::Extension => place,
        Kind::Branch => Place { branch: Some(id.into()), ..place },
        Kind::Provider => Place { branch: named(data, "branch"), provider: Some(id.into()), ..place },
        Kind::Unit => Place { branch: named(data, "branch"), ..place },
        Kind::Customer => Place { customer: Some(id.into()), ..place },
        Kind::Case => Place { customer: named(data, "customer"), ..place },
    }
}
