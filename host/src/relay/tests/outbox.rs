//! An outbox in memory that keeps the promises of the trait. With the real one time could not be paused: it works on
//! threads of its own, and paused time runs on while they are busy.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::Key;

use crate::model::{Attempt, CompanyId, Delivery, DeliveryState, Repair};
use crate::relay::verdict::later;
use crate::store::{Backlog, DeliveryFilter, Error, Mend, Outbox, Outcome, Span};

#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<Delivery>>);

impl Memory {
    pub(super) fn rows(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.0.lock().expect("nobody panicked")
    }

    pub(super) fn row(&self, key: &str) -> Delivery {
        let rows = self.rows();
        rows.iter().find(|row| row.posting.key.as_str() == key).expect("a delivery of this key").clone()
    }

    /// What a person does about one that is parked.
    pub(super) fn back_in_line(&self, id: i64) {
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.id == id).expect("a delivery of this number");
        row.state = DeliveryState::Pending;
    }

    pub(super) fn all_done(&self) -> bool {
        self.rows().iter().all(|row| row.state == DeliveryState::Done)
    }
}

fn open(row: &Delivery) -> bool {
    matches!(row.state, DeliveryState::Pending | DeliveryState::Leased)
}

fn is_done(rows: &[Delivery], key: &Key) -> bool {
    rows.iter().any(|row| row.posting.key == *key && row.state == DeliveryState::Done)
}

/// Whether nothing of its own appointment, and nothing it builds on, stands before it.
fn unblocked(rows: &[Delivery], row: &Delivery) -> bool {
    row.after.iter().all(|key| is_done(rows, key))
        && !rows.iter().any(|other| other.appointment == row.appointment && other.id < row.id && open(other))
}

#[async_trait]
impl Outbox for Memory {
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
        except: &[CompanyId],
    ) -> Result<Vec<Delivery>, Error> {
        let mut rows = self.rows();
        for row in rows.iter_mut().filter(|row| row.lease_until.is_some_and(|until| until <= now)) {
            row.state = DeliveryState::Pending;
            (row.lease_owner, row.lease_until) = (None, None);
        }
        let due: Vec<usize> = (0..rows.len())
            .filter(|&at| rows[at].state == DeliveryState::Pending && rows[at].next_attempt_at <= now)
            .filter(|&at| unblocked(&rows, &rows[at]) && !except.contains(&rows[at].company))
            .take(usize::try_from(limit).expect("a small number"))
            .collect();
        let mut claimed = Vec::new();
        for at in due {
            let row = &mut rows[at];
            row.state = DeliveryState::Leased;
            row.attempts += 1;
            (row.lease_owner, row.lease_until) = (Some(owner.to_owned()), Some(later(now, lease)));
            claimed.push(row.clone());
        }
        Ok(claimed)
    }

    async fn finish_delivery(
        &self,
        id: i64,
        owner: &str,
        outcome: &Outcome,
        span: Span,
    ) -> Result<bool, Error> {
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.id == id).ok_or(Error::Missing("delivery"))?;
        if row.state != DeliveryState::Leased || row.lease_owner.as_deref() != Some(owner) {
            return Ok(false);
        }
        (row.lease_owner, row.lease_until) = (None, None);
        match outcome {
            Outcome::Done(posted) => {
                row.state = DeliveryState::Done;
                (row.document, row.failure) = (Some(posted.document.clone()), None);
            }
            Outcome::Again(failure, at) => {
                row.state = DeliveryState::Pending;
                (row.next_attempt_at, row.failure) = (*at, Some(failure.clone()));
            }
            Outcome::Parked(failure) => {
                row.state = DeliveryState::Parked;
                (row.finished_at, row.failure) = (Some(span.finished), Some(failure.clone()));
            }
            Outcome::Untried => {
                row.state = DeliveryState::Pending;
                row.attempts -= 1;
            }
        }
        Ok(true)
    }

    async fn mend_delivery(&self, id: i64, _: &Mend, act: &Repair) -> Result<Delivery, Error> {
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.id == id).ok_or(Error::Missing("delivery"))?;
        (row.state, row.next_attempt_at) = (DeliveryState::Pending, act.at);
        Ok(row.clone())
    }

    async fn delivery_of(&self, key: &Key) -> Result<Option<Delivery>, Error> {
        Ok(self.rows().iter().find(|row| row.posting.key == *key).cloned())
    }

    async fn attempts(&self, _: i64) -> Result<Vec<Attempt>, Error> {
        Ok(Vec::new())
    }

    async fn repairs(&self, _: i64) -> Result<Vec<Repair>, Error> {
        Ok(Vec::new())
    }

    async fn backlog(&self) -> Result<Vec<Backlog>, Error> {
        Ok(Vec::new())
    }

    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error> {
        Ok(self.rows().iter().find(|row| row.id == id).cloned())
    }

    async fn deliveries(&self, _: &DeliveryFilter, after: i64, _: u32) -> Result<Vec<Delivery>, Error> {
        Ok(self.rows().iter().filter(|row| row.id > after).cloned().collect())
    }

    async fn next_delivery_at(&self, except: &[CompanyId]) -> Result<Option<DateTime<Utc>>, Error> {
        let rows = self.rows();
        let waiting = rows.iter().filter(|row| row.state == DeliveryState::Pending && unblocked(&rows, row));
        let waiting = waiting.filter(|row| !except.contains(&row.company));
        let leases = rows.iter().filter_map(|row| row.lease_until);
        Ok(waiting.map(|row| row.next_attempt_at).chain(leases).min())
    }
}
