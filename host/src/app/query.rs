//! Reading what is stored.

use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::request::earlier;
use super::{App, Error, Reply, Request, Result};
use crate::model::{Appointment, AppointmentId, Delivery, Event};
use crate::store::{self, Answer, AppointmentFilter, DeliveryFilter, Page};

/// The rules component that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulesInfo {
    /// Its name, in reverse domain order.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The version of the rules package it was built for.
    pub wit_version: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// SHA-256 of the component, hexadecimal.
    pub digest: String,
}

impl App {
    /// One appointment.
    pub async fn appointment(&self, id: AppointmentId) -> Result<Appointment> {
        self.ports.store.appointment(id).await?.ok_or_else(|| Error::missing("appointment", id))
    }

    /// Appointments, in the order they were made in.
    pub async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>> {
        Ok(self.ports.store.appointments(filter, page).await?)
    }

    /// An appointment's trail.
    pub async fn events(&self, id: AppointmentId) -> Result<Vec<Event>> {
        self.appointment(id).await?;
        Ok(self.ports.store.events(id).await?)
    }

    /// Documents on their way to the books.
    pub async fn deliveries(&self, filter: &DeliveryFilter, after: i64, limit: u32) -> Result<Vec<Delivery>> {
        Ok(self.ports.store.deliveries(filter, after, limit).await?)
    }

    /// One delivery.
    pub async fn delivery(&self, id: i64) -> Result<Delivery> {
        self.ports.store.delivery(id).await?.ok_or_else(|| Error::missing("delivery", id))
    }

    /// Puts a parked or waiting delivery back in line at once. `written` renders the answer that is kept.
    pub async fn retry_delivery(
        &self,
        id: i64,
        request: Option<&Request>,
        written: impl Fn(&Delivery) -> String + Send,
    ) -> Result<Reply<Delivery>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        let now = self.ports.clock.now();
        let delivery = self.put_in_line(id).await?;
        self.ports.wake.notify_one();
        let Some(Request { key, fingerprint }) = request.cloned() else { return Ok(Reply::Fresh(delivery)) };
        // Kept after the act, not with it: a delivery that is in line already changes nothing by being put there again.
        let answer = Answer { key, fingerprint, status: 200, body: written(&delivery), at: now };
        match self.ports.store.keep_answer(&answer).await {
            Ok(()) => Ok(Reply::Fresh(delivery)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    async fn put_in_line(&self, id: i64) -> Result<Delivery> {
        match self.ports.store.retry_delivery(id, self.ports.clock.now()).await {
            Ok(delivery) => Ok(delivery),
            Err(store::Error::Missing(kind)) => Err(Error::missing(kind, id)),
            Err(store::Error::Stale(_)) => {
                Err(Error::Stale { current: self.delivery(id).await?.state.as_str().to_owned() })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Whose API key this is; none if nobody's.
    pub async fn key_label(&self, key: &str) -> Result<Option<String>> {
        Ok(self.ports.store.key_label(&key_hash(key)).await?)
    }

    /// Whether requests can be answered.
    pub async fn ready(&self) -> Result<()> {
        self.ports.store.has_keys().await?;
        Ok(())
    }

    /// The rules component that decides.
    #[must_use]
    pub fn rules(&self) -> RulesInfo {
        let words = self.ports.rules.description();
        RulesInfo {
            id: words.id.clone(),
            version: words.version.clone(),
            wit_version: words.wit_version.clone(),
            summary: words.summary.clone(),
            digest: self.ports.rules.digest().to_owned(),
        }
    }
}

/// What is kept of an API key. A key has 256 random bits, so that a plain hash cannot be guessed back.
#[must_use]
pub fn key_hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
