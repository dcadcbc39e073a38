//! One look at a company's books, from the first of our documents to the last of theirs.
//!
//! Invariants: looking changes nothing in the books and in no delivery. A difference is kept only if our side still says
//! the same after the books were read: what was asked for meanwhile explains what they say.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use slotledger_erp::{Administration, Body, Document, Key, Kind, Listed, State};

use super::judge::{Expected, judge};
use super::{App, Error, LEASE, Result, counter, restore, surplus};
use crate::app::Link;
use crate::app::books::BATCH;
use crate::model::reconcile::{FindingKind, NewFinding, Run, Seen};
use crate::model::{AppointmentId, Delivery, DeliveryState, Mapping};
use crate::store::DeliveryFilter;

/// Documents made by hand that are kept one by one; more are only counted.
const BY_HAND: u32 = 500;

impl App {
    /// Does a look that `owner` has taken.
    pub(super) async fn look(
        &self,
        run: &Run,
        owner: &str,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Seen> {
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
        if judge(&expected(delivery, stood, line), &found).is_none() {
            return Ok(());
        }
        // The books were read after our side was: what a relay has done there since is no difference.
        let Some(delivery) = self.app.ports.store.delivery(delivery.id).await? else { return Ok(()) };
        let (DeliveryState::Done, Some(stood)) = (delivery.state, &delivery.document) else { return Ok(()) };
        let appointment = self.app.appointment(delivery.appointment).await?;
        let line = self.app.deliveries_with(&appointment).await?;
        if changing(&delivery, &line) {
            return Ok(());
        }
        let expected = expected(&delivery, stood, &line);
        let Some((kind, words)) = judge(&expected, &found) else { return Ok(()) };
        let mut details = json!({ "was": expected.document, "is": found });
        let words = match kind {
            FindingKind::Doubled => {
                let sets_apart = self.link.books.capabilities().sets_apart;
                let (more, surplus) = surplus::told(stood, &found, sets_apart);
                details["surplus"] = json!(surplus);
                format!("{words}; {more}")
            }
            FindingKind::Missing
            | FindingKind::Drifted
            | FindingKind::Withdrawn
            | FindingKind::Stranger
            | FindingKind::ByHand => words,
        };
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
        let Listed { key, reference, number, state, total, currency, date, .. } = listed;
        // It has no effect any more, whoever made it.
        if *state == State::Cancelled {
            return Ok(());
        }
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
                let known = self.app.ports.store.delivery_of(key).await?.is_some();
                if known || self.settled(kind, key).await? {
                    return Ok(());
                }
                let words = format!(
                    "{what} {number} over {total} {currency} carries a key that nothing here asked for"
                );
                self.keep(FindingKind::Stranger, key.to_string(), None, *date, words, details).await
            }
        }
    }

    /// Whether a document that nothing here asked for is one of a pair that adds up to nothing, one that a person had taken
    /// back and what counters it; or is the amendment by which one brought an order back.
    async fn settled(&self, kind: Kind, key: &Key) -> Result<bool> {
        let store = &self.app.ports.store;
        if let Some((carried, reference)) = key.surplus_of() {
            let Some(delivery) = store.delivery_of(&carried).await? else { return Ok(false) };
            return self.app.is_taken_back(&delivery, reference).await;
        }
        match kind {
            Kind::SalesInvoice => counter::stands(&*self.link.books, key).await,
            Kind::CreditNote => match counter::invoice_of(key) {
                Some(invoice) => Ok(store.delivery_of(&invoice).await?.is_none()),
                None => Ok(false),
            },
            Kind::StockReturn | Kind::CommissionReversal => {
                let countered = counter::invoice_of(key);
                match countered.as_ref().and_then(Key::surplus_of) {
                    Some((carried, _)) => Ok(store.delivery_of(&carried).await?.is_some()),
                    None => Ok(false),
                }
            }
            Kind::OrderAmendment => match restore::order_of(key) {
                Some(order) => Ok(store.delivery_of(&order).await?.is_some()),
                None => Ok(false),
            },
            Kind::SalesOrder
            | Kind::OrderCancellation
            | Kind::StockIssue
            | Kind::Commission
            | Kind::Advance
            | Kind::AdvanceRefund => Ok(false),
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

/// The key of what a delivery is read back as: of an amendment, the order that it has changed.
const fn order_of(delivery: &Delivery) -> &Key {
    if let Body::OrderAmendment(amendment) = &delivery.posting.body {
        &amendment.order
    } else {
        &delivery.posting.key
    }
}

/// What should stand for a delivery, given everything that its sale has asked for since.
pub(super) fn expected<'a>(
    delivery: &'a Delivery,
    stood: &'a Document,
    line: &'a [Delivery],
) -> Expected<'a> {
    let key = order_of(delivery);
    let mut expected = Expected { document: stood, withdrawn: false, countered: None };
    for later in line.iter().filter(|later| later.id > delivery.id) {
        let body = &later.posting.body;
        if counters(body, key) {
            expected.countered = later.document.as_ref();
        }
        // On its way, it may have been carried out already.
        if matches!(body, Body::OrderCancellation(withdrawal) if withdrawal.order == *key) {
            expected.withdrawn = true;
        }
        if let (Body::OrderAmendment(amendment), Some(amended)) = (body, &later.document)
            && amendment.order == *key
        {
            expected.document = amended;
        }
    }
    // What withdraws an order is read back as the order: it has fallen already.
    expected
}

/// Whether something is on its way that changes what is expected: an amendment of an order, which may read either way;
/// what counters a document, as it stands by then.
pub(super) fn changing(delivery: &Delivery, line: &[Delivery]) -> bool {
    let key = order_of(delivery);
    line.iter().any(|later| {
        let body = &later.posting.body;
        let amends = matches!(body, Body::OrderAmendment(amendment) if amendment.order == *key);
        let open = matches!(later.state, DeliveryState::Pending | DeliveryState::Leased);
        open && (amends || counters(body, key))
    })
}

/// Whether a posting takes all of a document back.
pub(super) fn counters(body: &Body, key: &Key) -> bool {
    match body {
        Body::CreditNote(note) => note.invoice == *key,
        Body::CommissionReversal(reversal) => reversal.commission == *key,
        Body::StockReturn(back) => back.issue == *key,
        Body::SalesOrder(_)
        | Body::OrderCancellation(_)
        | Body::OrderAmendment(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => false,
    }
}
