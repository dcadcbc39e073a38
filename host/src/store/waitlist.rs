//! Who waits for time, and time that has become free.
//!
//! Invariants: time becomes free in the same transaction as the row that says so, and a place changes in the same
//! transaction as the hold it was offered: whatever confirms, schedules, declines, cancels or ends that hold moves the
//! place on, whoever does it. Whoever joins, and master data that change, are reasons to look as well.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Answer, Error, Page};
use crate::model::{AppointmentId, CompanyId, CustomerId, ProviderId, ServiceId, WaitId, WaitState};

/// What a place is called in errors.
pub(super) const PLACE: &str = "place on the waitlist";

/// A place on the waitlist.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// Its identifier; places are in line by it.
    pub id: WaitId,
    /// Whose.
    pub company: CompanyId,
    /// For what.
    pub service: ServiceId,
    /// Who.
    pub customer: CustomerId,
    /// The visit starts at or after this,
    pub from: DateTime<Utc>,
    /// and ends at or before this.
    pub to: DateTime<Utc>,
    /// Where it stands.
    pub state: WaitState,
    /// The hold it was offered.
    pub appointment: Option<AppointmentId>,
    /// When it was taken.
    pub created_at: DateTime<Utc>,
    /// When it last moved on.
    pub updated_at: DateTime<Utc>,
    /// The rest of it, as JSON.
    pub details: Value,
}

/// A hold for somebody on the waitlist, made in the same commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Whose turn it is; they have to be waiting.
    pub wait: WaitId,
    /// The hold.
    pub appointment: AppointmentId,
}

/// Which places to list.
#[derive(Debug, Clone, Default)]
pub struct WaitFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// For this service.
    pub service: Option<ServiceId>,
    /// In this state.
    pub state: Option<WaitState>,
    /// Whose wish ends after this.
    pub from: Option<DateTime<Utc>>,
    /// Whose wish begins before this.
    pub to: Option<DateTime<Utc>>,
}

/// Time in which somebody may find a place now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freed {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub company: CompanyId,
    /// The provider whose time it is; none means that anybody's may fit by now.
    pub provider: Option<ProviderId>,
    /// The first moment of it.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

/// The waitlist. Places are offered by [`super::Diary::commit`] alone.
#[async_trait]
pub trait Waitlist: Send + Sync + 'static {
    /// Adds a place, and keeps the answer to the request that asked for it.
    ///
    /// Fails with [`Error::Missing`] if what it names does not exist, [`Error::AnswerExists`] if the answer's key was
    /// used meanwhile.
    async fn add_wait(&self, wait: &Wait, answer: Option<&Answer>) -> Result<(), Error>;

    /// One place.
    async fn wait(&self, id: WaitId) -> Result<Option<Wait>, Error>;

    /// Places in line, the oldest first.
    async fn waits(&self, filter: &WaitFilter, page: Page) -> Result<Vec<Wait>, Error>;

    /// Gives a place up. Fails with [`Error::Missing`], and with [`Error::Stale`] unless it is waiting.
    async fn withdraw_wait(&self, id: WaitId, at: DateTime<Utc>) -> Result<Wait, Error>;

    /// Takes time that has become free in hand, the oldest first, and leases it to `owner`: what nobody has in hand, or
    /// whose lease has run out.
    async fn take_freed(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<Freed>, Error>;

    /// Forgets time for which all who wait have been considered. False, and nothing is changed, if the lease has passed
    /// to somebody else.
    async fn finish_freed(&self, id: i64, owner: &str) -> Result<bool, Error>;
}
