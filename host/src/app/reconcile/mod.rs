//! Reconciliation: both ways, what the books say against what was asked of them.
//!
//! Role: looks at the documents of some days, ours in the books and theirs among ours, and keeps what differs. One host
//! at a time is at a look, under a lease; any host can take it over.
//!
//! Invariant: looking changes nothing in the books and in no delivery. What is put right is a person's act, see
//! `repair`.

mod judge;
mod repair;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use serde_json::json;
use slotledger_erp::{Administration, Body, Days, Document, Key, Kind, Listed};

pub use repair::{RepairRequest, remedies};

use super::books::BATCH;
use super::{App, Error, Link, Result};
use crate::model::reconcile::{BooksFinding, FindingAct, FindingKind, NewFinding, Run, Seen};
use crate::model::{AppointmentId, Company, CompanyId, Delivery, DeliveryState, FieldError, Mapping, Stored};
use crate::store::{self, DeliveryFilter, FindingFilter, NewRun};
use judge::{Expected, judge};

/// Most days of one look: a quarter. Longer spans are looked at one after another.
pub const MAX_DAYS: i64 = 92;

/// How long a host stays at a look without saying so; it says so after each page.
const LEASE: Duration = Duration::from_secs(300);

/// Documents made by hand that are kept one by one; more are only counted.
const BY_HAND: u32 = 500;

/// Who puts the looks of the night in line.
const NIGHT: &str = "night";

/// When in a company's night its books are looked at, and how many days back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// The hour of the company's clocks from which on it is done.
    pub hour: u32,
    /// How many days, up to the one before.
    pub days: u32,
}

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

    async fn look(&self, run: &Run, owner: &str, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Seen> {
        let since = self.ports.clock.now();
        let (name, link, mapping) = self.mapped_connection(run.company).await?;
        let mut look = Look { app: self, run, owner, name, link, mapping, seen: Seen::default(), since };
        look.ours(tell).await?;
        if run.only.is_none() {
            look.theirs(tell).await?;
        }
        let seen = look.seen;
        self.ports.store.close_unseen(run, since, self.ports.clock.now()).await?;
        Ok(seen)
    }
}

/// A look at the books, under way.
struct Look<'a> {
    app: &'a App,
    run: &'a Run,
    owner: &'a str,
    name: String,
    link: Link,
    mapping: Arc<Mapping>,
    seen: Seen,
    since: DateTime<Utc>,
}

impl Look<'_> {
    /// Our documents, as the books hold them.
    async fn ours(&mut self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<()> {
        let filter = DeliveryFilter {
            company: Some(self.run.company),
            state: Some(DeliveryState::Done),
            days: Some(self.run.days),
            ..DeliveryFilter::default()
        };
        let mut after = 0;
        loop {
            let page = match &self.run.only {
                Some(key) => self.app.ports.store.delivery_of(key).await?.into_iter().collect(),
                None => self.app.ports.store.deliveries(&filter, after, BATCH).await?,
            };
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let mut lines: BTreeMap<AppointmentId, Vec<Delivery>> = BTreeMap::new();
            for delivery in &page {
                let line = match lines.entry(delivery.appointment) {
                    Entry::Occupied(line) => line.into_mut(),
                    Entry::Vacant(place) => {
                        let appointment = self.app.appointment(delivery.appointment).await?;
                        let line = self.app.deliveries_with(&appointment).await?;
                        self.stay().await?;
                        place.insert(line)
                    }
                };
                self.compare(delivery, line).await?;
                tell(u64::from(self.seen.compared));
            }
            if self.run.only.is_some() || page.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    async fn compare(&mut self, delivery: &Delivery, line: &[Delivery]) -> Result<()> {
        let Some(stood) = &delivery.document else { return Ok(()) };
        let found = self.link.books.find_by_key(&self.mapping.applied(&delivery.posting)).await;
        let found = found.map_err(Error::Books)?;
        self.seen.compared = self.seen.compared.saturating_add(1);
        let expected = expected(delivery, stood, line);
        let Some((kind, words)) = judge(&expected, &found) else { return Ok(()) };
        let details = json!({ "was": expected.document, "is": found });
        let day = delivery.posting.date;
        self.keep(kind, delivery.posting.key.to_string(), Some(delivery.id), day, words, details).await
    }

    /// Their documents, and which of them nobody here asked for.
    async fn theirs(&mut self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<()> {
        let books = self.link.books.clone();
        for kind in Kind::ALL {
            self.theirs_of(&*books, kind, tell).await?;
        }
        Ok(())
    }

    async fn theirs_of(
        &mut self,
        administration: &dyn Administration,
        kind: Kind,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let page = administration.documents(kind, self.run.days, after.as_deref()).await;
            let page = page.map_err(Error::Books)?;
            self.stay().await?;
            for listed in &page.entries {
                self.seen.listed = self.seen.listed.saturating_add(1);
                self.recognise(kind, listed).await?;
            }
            tell(u64::from(self.seen.compared) + u64::from(self.seen.listed));
            match page.next {
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                Some(_) | None => return Ok(()),
            }
        }
    }

    async fn recognise(&mut self, kind: Kind, listed: &Listed) -> Result<()> {
        let Listed { key, reference, number, total, currency, date, .. } = listed;
        let what = kind.as_str().replace('_', " ");
        let details = json!({ "kind": kind, "is": listed });
        match key {
            None => {
                self.seen.by_hand = self.seen.by_hand.saturating_add(1);
                if self.seen.by_hand > BY_HAND {
                    return Ok(());
                }
                let words = format!("{what} {number} over {total} {currency} was not made by Slotledger");
                let subject = format!("{} {reference}", kind.as_str());
                self.keep(FindingKind::ByHand, subject, None, *date, words, details).await
            }
            Some(key) => {
                if self.app.ports.store.delivery_of(key).await?.is_some() {
                    return Ok(());
                }
                let words = format!(
                    "{what} {number} over {total} {currency} carries a key that nothing here asked for"
                );
                self.keep(FindingKind::Stranger, key.to_string(), None, *date, words, details).await
            }
        }
    }

    async fn keep(
        &self,
        kind: FindingKind,
        subject: String,
        delivery: Option<i64>,
        day: NaiveDate,
        words: String,
        details: serde_json::Value,
    ) -> Result<()> {
        let (company, connection) = (self.run.company, self.name.clone());
        let finding = NewFinding { company, connection, kind, subject, delivery, day, words, details };
        let new =
            self.app.ports.store.keep_finding(&finding, self.since.max(self.app.ports.clock.now())).await?;
        if new.is_some() && !kind.is_information() {
            tracing::warn!(finding.kind = kind.as_str(), finding.subject, "{}", finding.words);
        }
        Ok(())
    }

    /// Says that we are still at it.
    async fn stay(&self) -> Result<()> {
        let now = self.app.ports.clock.now();
        if self.app.ports.store.keep_run(self.run.id, self.owner, LEASE, now).await? {
            return Ok(());
        }
        Err(Error::Stale { current: "another host's".to_owned() })
    }
}

/// What should stand for a delivery, given everything that its sale has asked for since.
fn expected<'a>(delivery: &'a Delivery, stood: &'a Document, line: &'a [Delivery]) -> Expected<'a> {
    let key = &delivery.posting.key;
    let mut expected = Expected { document: stood, withdrawn: false };
    for later in line.iter().filter(|later| later.id > delivery.id) {
        match &later.posting.body {
            // On its way, it may have been carried out already.
            Body::OrderCancellation(withdrawal) if withdrawal.order == *key => expected.withdrawn = true,
            Body::OrderAmendment(amendment) if amendment.order == *key => {
                if let Some(amended) = &later.document {
                    expected.document = amended;
                }
            }
            Body::OrderCancellation(_)
            | Body::OrderAmendment(_)
            | Body::SalesOrder(_)
            | Body::SalesInvoice(_)
            | Body::StockIssue(_)
            | Body::Commission(_)
            | Body::CreditNote(_)
            | Body::StockReturn(_)
            | Body::CommissionReversal(_)
            | Body::Advance(_)
            | Body::AdvanceRefund(_) => {}
        }
    }
    // What withdraws an order is read back as the order: it has fallen already.
    expected
}

/// The days a company's night looks at, if it is that late there.
fn tonight(company: &Company, now: DateTime<Utc>, night: Night) -> Option<Days> {
    let local = now.with_timezone(&company.time_zone);
    if local.hour() < night.hour {
        return None;
    }
    let today = NaiveDate::from_ymd_opt(local.year(), local.month(), local.day())?;
    let to = today.pred_opt()?;
    let from = to.checked_sub_signed(TimeDelta::days(i64::from(night.days.max(1)) - 1))?;
    Some(Days { from, to })
}

fn check_days(days: Days) -> Result<()> {
    let wrong = |message: String| Error::Invalid(vec![FieldError { field: "to".to_owned(), message }]);
    if days.to < days.from {
        return Err(wrong("must not be before from".to_owned()));
    }
    if (days.to - days.from).num_days() >= MAX_DAYS {
        return Err(wrong(format!("must be at most {MAX_DAYS} days after from")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_the_companys_own() {
        let company: Company = serde_json::from_value(json!({
            "name": "A shop", "currency": "EUR", "time_zone": "Asia/Tokyo",
        }))
        .expect("a company");
        let night = Night { hour: 2, days: 7 };
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
        assert_eq!(tonight(&company, at("2027-01-15T16:59:00Z"), night), None, "01:59 in Tokyo");
        let days = tonight(&company, at("2027-01-15T17:00:00Z"), night).expect("02:00 in Tokyo");
        assert_eq!(
            (days.from.to_string(), days.to.to_string()),
            ("2027-01-09".to_owned(), "2027-01-15".to_owned())
        );
    }

    #[test]
    fn days_are_in_order_and_not_too_many() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let days = |from, to| check_days(Days { from: day(from), to: day(to) });
        assert!(days("2027-01-01", "2027-01-01").is_ok());
        assert!(days("2027-01-01", "2027-04-02").is_ok());
        assert!(days("2027-01-01", "2027-04-03").is_err());
        assert!(days("2027-01-02", "2027-01-01").is_err());
    }
}
