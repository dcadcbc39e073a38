//! A company to try things out with, and its end.
//!
//! Invariants: what is removed was made as a sample and keeps its books in a built-in ledger in which there is nothing of
//! anybody else's; its documents go with all of these books, never one by one. Nothing else that was posted is ever deleted.

mod records;

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::NaiveDate;
use slotledger_erp::Key;
use uuid::Uuid;

pub use records::{COMPANY, PROVIDERS, branch, company, customer, provider, service};

use super::stock::receipts_of;
use super::{App, Error, Link, Reply, Result};
use crate::codes::{self, Code};
use crate::model::master::Master;
use crate::model::{Company, CompanyId, Stored};
use crate::store::{DeliveryFilter, Leaving, Sample};

/// The key of the goods that a sample begins with, and of nothing else.
pub const STOCK: &str = "sample/opening-stock/mat-filter";

/// Books that a sample company can have: those that can be emptied when it goes.
#[async_trait]
pub trait TrialBooks: Send + Sync {
    /// ISO 4217 code of the currency they are kept in.
    fn currency(&self) -> &str;

    /// Puts something into stock on a day, so that the first completed visit finds its materials. Repeating it changes nothing.
    async fn stock_up(&self, date: NaiveDate) -> std::result::Result<(), String>;

    /// Empties the books, if every document in them is one of the company's or of the stock; else answers with the key of one
    /// that is not, and nothing was changed.
    async fn empty(
        &self,
        is_theirs: &(dyn for<'k> Fn(&'k Key) -> bool + Send + Sync),
    ) -> std::result::Result<Option<String>, String>;
}

impl App {
    /// The sample companies there are.
    pub async fn samples(&self) -> Result<Vec<Sample>> {
        Ok(self.ports.store.samples().await?)
    }

    /// Makes the sample company, or gives the one that is there.
    pub async fn make_sample(&self, by: &str) -> Result<CompanyId> {
        if let Some(sample) = self.samples().await?.into_iter().next() {
            return Ok(sample.company);
        }
        let (erp, link) = self.trial_books().await?.ok_or_else(no_books)?;
        let books = link.trial.ok_or_else(no_books)?;
        let id = self.found_sample(by, company(&erp, books.currency())).await?.id;
        let own = Some(CompanyId(id));
        let branch = self.added(by, own, branch()).await?;
        let mut people = Vec::new();
        for (name, code) in PROVIDERS {
            people.push(self.added(by, own, provider(name, code, branch)).await?);
        }
        self.added(by, own, service(&people)).await?;
        self.added(by, own, customer()).await?;
        self.stock_up(&*books).await?;
        self.note(by, "sample.made", Some(id), format!("The sample company «{COMPANY}» was made.")).await?;
        Ok(CompanyId(id))
    }

    /// Puts something into the stock of the books of this name, if a sample can have them.
    pub async fn stock_sample(&self, erp: &str) -> Result<()> {
        match self.ports.books.get(erp).and_then(|link| link.trial.as_deref()) {
            Some(books) => self.stock_up(books).await,
            None => Ok(()),
        }
    }

    async fn stock_up(&self, books: &dyn TrialBooks) -> Result<()> {
        books.stock_up(self.ports.clock.now().date_naive()).await.map_err(Error::Inside)
    }

    /// Makes a company that is marked as a sample.
    pub async fn found_sample(&self, by: &str, data: Company) -> Result<Stored<Company>> {
        let errors = data.check();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        self.check_currency(&data).await?;
        let id = self.ports.clock.new_id();
        let updated_at = self.ports.clock.now();
        let stored = Stored { id, company: id, version: 1, updated_at, data, warnings: Vec::new() };
        self.ports.store.insert_sample(&super::catalog::record_of(&stored, Some(by))?, by).await?;
        Ok(stored)
    }

    /// Removes a sample company with everything in it, its documents included.
    pub async fn remove_sample(&self, by: &str, id: CompanyId) -> Result<()> {
        let name = self.get::<Company>(id.0).await?.data.name;
        let (erp, link) = self.connection(id).await?;
        let Some(books) = link.trial else {
            let message = format!("its books are «{erp}», and only the built-in ledger can be emptied");
            return Err(refused(codes::SAMPLE_KEPT, message));
        };
        let filter = DeliveryFilter { company: Some(id), ..DeliveryFilter::default() };
        let deliveries = self.every_delivery(&filter).await?;
        let keys: HashSet<Key> = deliveries.into_iter().map(|delivery| delivery.posting.key).collect();
        let receipts = receipts_of(id);
        let is_theirs = |key: &Key| keys.contains(key) || key.as_str().starts_with(&receipts);
        let mut kept = None;
        let emptied = async {
            kept = books.empty(&is_theirs).await.unwrap_or_else(Some);
            kept.is_none()
        };
        let leaving = self.ports.store.remove_sample(id, Box::pin(emptied)).await?;
        match leaving {
            Leaving::Gone => {
                tracing::info!(company.id = %id, by, "The sample company «{name}» is removed.");
                let message = format!("The sample company «{name}» was removed with everything in it.");
                self.note(by, "sample.removed", Some(id.0), message).await
            }
            Leaving::NoSample => {
                Err(refused(codes::NO_SAMPLE, format!("«{name}» was not made as a sample company")))
            }
            Leaving::InHand => Err(Error::Busy),
            Leaving::Kept => {
                let kept = kept.unwrap_or_default();
                let message = format!("the books «{erp}» hold something that is not the sample's: {kept}");
                Err(refused(codes::SAMPLE_KEPT, message))
            }
        }
    }

    /// Books that a sample can have: a built-in ledger that no company uses.
    pub async fn trial_books(&self) -> Result<Option<(String, Link)>> {
        let used: HashSet<String> =
            self.companies().await?.into_iter().map(|company| company.data.erp).collect();
        let free = self.ports.books.iter().find(|(name, link)| link.trial.is_some() && !used.contains(*name));
        Ok(free.map(|(name, link)| (name.to_owned(), link.clone())))
    }

    async fn added<T: Master>(&self, by: &str, company: Option<CompanyId>, data: T) -> Result<Uuid> {
        match self.create_by(Some(by), (company, data), None).await? {
            Reply::Fresh(stored) => Ok(stored.id),
            Reply::Replayed(_) => Err(Error::Inside("a request without a key was repeated".to_owned())),
        }
    }
}

fn no_books() -> Error {
    let message = "a sample needs a built-in ledger that no other company uses".to_owned();
    refused(codes::NO_TRIAL_BOOKS, message)
}

fn refused(code: Code, message: String) -> Error {
    Error::Unfit { code, field: "company", message }
}
