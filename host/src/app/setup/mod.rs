//! Setting a company up, step by step: who it is, what it offers, who works there, which books it keeps.
//!
//! Invariants: every record is made by the use cases that the API calls, with their checks. Each form carries a key, so that
//! one that is sent twice makes nothing twice; all of a form is checked before any of it is stored.
//!
//! Deliberately absent: a memory of the steps. What is done follows from what is there, so that whoever comes back, or set up
//! a part through the API, goes on where something is missing.

mod company;
mod people;
mod preflight;
mod services;
mod settings;
mod template;
mod week;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub use company::Founding;
pub use people::Person;
pub use services::{Offering, UnitsWanted};
pub use settings::{Settings, Terms};
pub use template::{OfferedUnits, Template, TemplateService};
pub use week::{DAYS, Week};

use super::{App, Error, Reply, Request, Result};
use crate::model::{Branch, Company, CompanyId, Master, Provider, Service, Stored, Unit};
use crate::store::Page;

/// How many records are read at a time.
const BATCH: u32 = 500;

/// What there is of a company.
pub struct Setup {
    /// It.
    pub company: Stored<Company>,
    /// Its branches, the oldest first.
    pub branches: Vec<Stored<Branch>>,
    /// What it offers, the oldest first.
    pub services: Vec<Stored<Service>>,
    /// Who works there, the oldest first.
    pub people: Vec<Stored<Provider>>,
    /// Its rooms, chairs and vehicles.
    pub units: Vec<Stored<Unit>>,
    /// Whether its books are configured and kept in its currency, as far as is known.
    pub has_books: bool,
    /// Whether documents were asked for already.
    pub has_documents: bool,
}

/// A step of setting up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Name, zone, currency, the first branch.
    Company,
    /// What is offered.
    Services,
    /// Who works when.
    People,
    /// Where documents go.
    Books,
    /// Nothing is missing.
    Done,
}

impl Setup {
    /// The first step of which something is missing.
    #[must_use]
    pub fn next(&self) -> Step {
        if self.branches.is_empty() {
            Step::Company
        } else if self.services.is_empty() {
            Step::Services
        } else if self.people.is_empty() {
            Step::People
        } else if self.has_books {
            Step::Done
        } else {
            Step::Books
        }
    }

    /// The branch that the first step asks about.
    #[must_use]
    pub fn branch(&self) -> Option<&Stored<Branch>> {
        self.branches.first()
    }
}

impl App {
    /// How far a company is set up.
    pub async fn setup(&self, company: CompanyId) -> Result<Setup> {
        let stored = self.get::<Company>(company.0).await?;
        Ok(Setup {
            has_books: self.has_books(&stored.data).await?,
            has_documents: self.has_documents(company).await?,
            branches: self.every(company).await?,
            services: self.every(company).await?,
            people: self.every(company).await?,
            units: self.every(company).await?,
            company: stored,
        })
    }

    /// Whether there is no company yet.
    pub async fn is_blank(&self) -> Result<bool> {
        Ok(self.list::<Company>(None, Page { after: None, limit: 1 }).await?.is_empty())
    }

    /// Whether a company's books are configured and kept in its currency, by what they said last: no page waits for them.
    async fn has_books(&self, company: &Company) -> Result<bool> {
        let Some(link) = self.ports.books.get(&company.erp) else { return Ok(false) };
        if link.books.capabilities().foreign_currency {
            return Ok(true);
        }
        let known = self.ports.store.known_connections().await?;
        let system = known.into_iter().find(|known| known.name == company.erp).and_then(|known| known.system);
        Ok(system.is_none_or(|(system, _)| system.currency == company.currency))
    }

    /// All records of a kind that are in use, the oldest first.
    async fn every<T: Master>(&self, company: CompanyId) -> Result<Vec<Stored<T>>> {
        let all = self.all_of::<T>(company).await?;
        Ok(all.into_iter().filter(|record| record.data.active()).collect())
    }

    /// The same, and those that are not in use any more.
    async fn all_of<T: Master>(&self, company: CompanyId) -> Result<Vec<Stored<T>>> {
        let mut all: Vec<Stored<T>> = Vec::new();
        let mut after = None;
        loop {
            let page: Vec<Stored<T>> = self.list(Some(company), Page { after, limit: BATCH }).await?;
            let complete = page.len() < BATCH as usize;
            after = page.last().map(|last| last.id);
            all.extend(page);
            if complete {
                return Ok(all);
            }
        }
    }

    /// Makes a part of what a form asks for, or finds what the same form made before. `said` is what the form says about
    /// it; what is made of that may depend on what else is there by now.
    async fn make<T: Master>(
        &self,
        by: &str,
        (company, data): (Option<CompanyId>, T),
        (form, part): (&str, &str),
        said: &(impl Serialize + Sync),
    ) -> Result<Uuid> {
        let fingerprint = serde_json::to_string(said).map_err(|error| Error::Inside(error.to_string()))?;
        let request = Request { key: format!("{form}:{part}"), fingerprint };
        match self.create_by(Some(by), (company, data), Some(&request)).await? {
            Reply::Fresh(stored) => Ok(stored.id),
            Reply::Replayed(answer) => {
                let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                let id = body["id"].as_str().and_then(|id| id.parse().ok());
                id.ok_or_else(|| Error::Inside("a kept answer has no identifier".to_owned()))
            }
        }
    }

    /// A record that has to be this company's.
    async fn own<T: Master>(&self, company: CompanyId, id: Uuid) -> Result<Stored<T>> {
        let found = self.get::<T>(id).await?;
        if found.company == company.0 { Ok(found) } else { Err(Error::missing(T::KIND.as_str(), id)) }
    }
}
