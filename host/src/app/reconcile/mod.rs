//! Reconciliation: both ways, what the books say against what was asked of them.
//!
//! Role: puts looks in line, has them done, and shows what was found. A look (`look`) goes through the documents of some
//! days, ours in the books and theirs among ours, and keeps what differs (`judge`). One host at a time is at a look,
//! under a lease; any host can take it over.
//!
//! Invariant: looking changes nothing in the books and in no delivery. What is put right is a person's act, see
//! `repair`.

mod counter;
mod days;
mod judge;
mod look;
mod reissue;
mod repair;
mod restore;
mod surplus;

use std::time::Duration;

use slotledger_erp::{Days, Key};

pub use days::{MAX_DAYS, Night};
pub use repair::{RepairRequest, advice, remedies};
pub(super) use restore::last_asked;

use super::{App, Error, Result};
use crate::model::reconcile::{BooksFinding, FindingAct, Run, Seen};
use crate::model::{CompanyId, Stored};
use crate::store::{self, FindingFilter, NewRun};
use days::{check_days, tonight};

/// How long a host stays at a look without saying so; it says so after each page.
const LEASE: Duration = Duration::from_secs(300);

/// Who puts the looks of the night in line.
const NIGHT: &str = "night";

/// A finding with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingStory {
    /// The finding.
    pub finding: BooksFinding,
    /// What became of it, in order.
    pub acts: Vec<FindingAct>,
}

impl App {
    /// Puts a look at a company's books in line.
    pub async fn ask_reconciliation(&self, company: CompanyId, days: Days, by: &str) -> Result<Run> {
        self.connection(company).await?;
        check_days(days)?;
        let at = self.ports.clock.now();
        let run = NewRun { company, days, only: None, nightly: false, by: by.to_owned(), at };
        Ok(self.ports.store.ask_run(&run).await?)
    }

    /// Puts a look at one document in line, if the connection is where it was sent. Twice is once.
    pub async fn ask_document(&self, connection: &str, key: &Key) -> Result<bool> {
        let Some(delivery) = self.ports.store.delivery_of(key).await? else { return Ok(false) };
        let (name, _) = self.connection(delivery.company).await?;
        if name != connection {
            return Ok(false);
        }
        let day = delivery.posting.date;
        let run = NewRun {
            company: delivery.company,
            days: Days { from: day, to: day },
            only: Some(key.clone()),
            nightly: false,
            by: connection.to_owned(),
            at: self.ports.clock.now(),
        };
        match self.ports.store.ask_run(&run).await {
            Ok(_) | Err(store::Error::Exists(_)) => Ok(true),
            Err(other) => Err(other.into()),
        }
    }

    /// Puts the looks of the night in line, of each company whose night it is and whose books are configured.
    pub async fn ask_nightly(&self, night: Night) -> Result<u32> {
        let (now, mut asked) = (self.ports.clock.now(), 0);
        for Stored { id, data, .. } in self.companies().await? {
            let known = self.ports.books.get(&data.erp).is_some();
            let Some(days) = tonight(&data, now, night).filter(|_| known && data.active) else { continue };
            let (company, by) = (CompanyId(id), NIGHT.to_owned());
            let run = NewRun { company, days, only: None, nightly: true, by, at: now };
            match self.ports.store.ask_run(&run).await {
                Ok(_) => asked += 1,
                Err(store::Error::Exists(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(asked)
    }

    /// Does up to so many looks that wait. Gives how many were done.
    pub async fn reconcile_waiting(&self, limit: u32) -> Result<u32> {
        let mut done = 0;
        while done < limit {
            let (owner, now) = (self.ports.clock.new_id().to_string(), self.ports.clock.now());
            let Some(run) = self.ports.store.take_run(&owner, LEASE, now).await? else { break };
            let outcome = self.look(&run, &owner, &mut |_| {}).await;
            if let Err(error) = self.conclude(&run, &owner, outcome).await {
                tracing::warn!(%error, run.id, "the books could not be looked at");
            }
            done += 1;
        }
        Ok(done)
    }

    /// Looks at a company's books now, and tells how many documents have been compared so far.
    pub async fn reconcile(
        &self,
        company: CompanyId,
        days: Days,
        by: &str,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Run> {
        let asked = self.ask_reconciliation(company, days, by).await?;
        let owner = self.ports.clock.new_id().to_string();
        let run = self.ports.store.take_this_run(asked.id, &owner, LEASE, self.ports.clock.now()).await?;
        let outcome = self.look(&run, &owner, tell).await;
        self.conclude(&run, &owner, outcome).await
    }

    async fn conclude(&self, run: &Run, owner: &str, outcome: Result<Seen>) -> Result<Run> {
        let now = self.ports.clock.now();
        let message = outcome.as_ref().err().map(ToString::to_string);
        let seen = outcome.as_ref().copied().unwrap_or_default();
        self.ports.store.finish_run(run.id, owner, seen, message.as_deref(), now).await?;
        outcome.map(|seen| Run { seen, finished_at: Some(now), ..run.clone() })
    }

    /// Looks, newest first.
    pub async fn reconciliations(
        &self,
        company: Option<CompanyId>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Run>> {
        Ok(self.ports.store.runs(company, before, limit).await?)
    }

    /// Findings, in the order they were found in.
    pub async fn findings(&self, filter: FindingFilter, after: i64, limit: u32) -> Result<Vec<BooksFinding>> {
        Ok(self.ports.store.findings(filter, after, limit).await?)
    }

    /// A finding with what became of it.
    pub async fn finding(&self, id: i64) -> Result<FindingStory> {
        let finding = self.ports.store.finding(id).await?.ok_or_else(|| Error::missing("finding", id))?;
        Ok(FindingStory { finding, acts: self.ports.store.finding_acts(id).await? })
    }
}
