//! The books that documents go to, and what stands in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use slotledger_erp::{Administration, Document};

use super::sample::TrialBooks;
use super::{App, Error, Result};
use crate::model::{AppointmentId, Company, CompanyId, Delivery, DeliveryState, Mapping};
use crate::store::DeliveryFilter;

/// How many deliveries are read at a time.
pub(super) const BATCH: u32 = 500;

/// A configured ERP connection.
#[derive(Clone)]
pub struct Link {
    /// What kind of ERP it is, as the configuration calls it.
    pub kind: &'static str,
    /// What sends, and what an administrator works with.
    pub books: Arc<dyn Administration>,
    /// Whether the books make items and parties by themselves when a document first names them, so that only materials
    /// can be missing.
    pub makes_records: bool,
    /// What they can do for a company that is only tried out; none where they are kept for ever.
    pub trial: Option<Arc<dyn TrialBooks>>,
    /// What its notices are signed with; none where it sends none.
    pub notices: Option<SecretString>,
}

/// The configured ERP connections, by the names that companies know them by.
#[derive(Default)]
pub struct Connections(BTreeMap<String, Link>);

impl Connections {
    /// These connections.
    #[must_use]
    pub const fn new(connections: BTreeMap<String, Link>) -> Self {
        Self(connections)
    }

    /// The connection of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Link> {
        self.0.get(name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Link)> {
        self.0.iter().map(|(name, link)| (name.as_str(), link))
    }
}

impl App {
    /// An appointment's documents as the books hold them now: every one that carries the key of a delivery done, those
    /// included that it shares with others of its booking or that were made before it was moved.
    pub async fn documents(&self, id: AppointmentId) -> Result<Vec<Document>> {
        let appointment = self.appointment(id).await?;
        let (_, link, mapping) = self.mapped_connection(appointment.company).await?;
        let mut documents = Vec::new();
        let deliveries = self.deliveries_about(&appointment).await?;
        for delivery in deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Done) {
            let found = link.books.find_by_key(&mapping.applied(&delivery.posting)).await;
            documents.extend(found.map_err(Error::Books)?);
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
    pub async fn connection(&self, company: CompanyId) -> Result<(String, Link)> {
        let name = self.get::<Company>(company.0).await?.data.erp;
        match self.ports.books.get(&name) {
            Some(link) => Ok((name, link.clone())),
            None => Err(Error::NoConnection(name)),
        }
    }

    /// Everybody whose documents go to the books that take this company's: what is said of those holds for all of them.
    pub async fn sharing_books(&self, company: CompanyId) -> Result<Vec<CompanyId>> {
        let name = self.get::<Company>(company.0).await?.data.erp;
        self.companies_of(&name).await
    }

    /// The companies of a connection.
    pub async fn companies_of(&self, connection: &str) -> Result<Vec<CompanyId>> {
        let all = self.companies().await?.into_iter().filter(|company| company.data.erp == connection);
        Ok(all.map(|company| CompanyId(company.id)).collect())
    }

    /// The connection that takes a company's documents, its name, and what our codes are called there.
    pub async fn mapped_connection(&self, company: CompanyId) -> Result<(String, Link, Arc<Mapping>)> {
        let (name, link) = self.connection(company).await?;
        let mapping = self.mapping(&name).await?;
        Ok((name, link, mapping))
    }

    /// What the notices of a connection are signed with.
    #[must_use]
    pub fn notice_secret(&self, name: &str) -> Option<&SecretString> {
        self.ports.books.get(name)?.notices.as_ref()
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// The connection of this name.
    pub(super) fn link(&self, name: &str) -> Result<&Link> {
        self.ports.books.get(name).ok_or_else(|| Error::missing("connection", name))
    }
}
