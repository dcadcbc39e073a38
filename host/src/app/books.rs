//! The books that documents go to, and what stands in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use slotledger_erp::{Connector, Document};

use super::{App, Error, Result};
use crate::model::{AppointmentId, Company, CompanyId, Delivery, DeliveryState};
use crate::store::DeliveryFilter;

/// How many deliveries are read at a time.
const BATCH: u32 = 500;

/// The configured ERP connections, by the names that companies know them by.
#[derive(Default)]
pub struct Connections(BTreeMap<String, Arc<dyn Connector>>);

impl Connections {
    /// These connections.
    #[must_use]
    pub const fn new(connections: BTreeMap<String, Arc<dyn Connector>>) -> Self {
        Self(connections)
    }

    /// The connection of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn Connector>> {
        self.0.get(name).cloned()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<dyn Connector>)> {
        self.0.iter().map(|(name, connector)| (name.as_str(), connector))
    }
}

impl App {
    /// An appointment's documents as the books hold them now: every one that carries the key of a delivery done, those
    /// included that it shares with others of its booking or that were made before it was moved.
    pub async fn documents(&self, id: AppointmentId) -> Result<Vec<Document>> {
        let appointment = self.appointment(id).await?;
        let (_, connector) = self.connection(appointment.company).await?;
        let mut documents = Vec::new();
        let deliveries = self.deliveries_about(&appointment).await?;
        for delivery in deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Done) {
            documents.extend(connector.find_by_key(&delivery.posting).await.map_err(Error::Books)?);
        }
        Ok(documents)
    }

    /// All deliveries that fit: a decision on a part of them would be a decision on stale facts.
    pub(super) async fn every_delivery(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |delivery: &Delivery| delivery.id);
            let page = self.ports.store.deliveries(filter, after, BATCH).await?;
            let complete = page.len() < BATCH as usize;
            all.extend(page);
            if complete {
                return Ok(all);
            }
        }
    }

    /// The connection that takes a company's documents, and its name.
    pub async fn connection(&self, company: CompanyId) -> Result<(String, Arc<dyn Connector>)> {
        let name = self.get::<Company>(company.0).await?.data.erp;
        match self.ports.books.get(&name) {
            Some(connector) => Ok((name, connector)),
            None => Err(Error::NoConnection(name)),
        }
    }
}
