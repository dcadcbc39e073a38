//! Reading what is stored.

use serde::Serialize;
use utoipa::ToSchema;

use super::{App, Error, Result};
use crate::model::{Appointment, AppointmentId, Delivery, Event};
use crate::store::{AppointmentFilter, DeliveryFilter, Page};

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
