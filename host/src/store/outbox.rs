//! Documents on their way to the books: leased, sent, and what people do about those that do not get there.
//!
//! Invariants: claiming and finishing are transactions of their own. Each try, and each act of a person, leaves a row
//! that is never changed. A document that stands is final until a person says that it does not stand any more.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::{Days, Document, Failure, Key, Posted};

use super::Error;
use crate::model::{Act, AppointmentId, Attempt, CompanyId, Delivery, DeliveryState, MappedCode, Repair};

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The document stands.
    Done(Box<Posted>),
    /// Not now; again at this time.
    Again(Failure, DateTime<Utc>),
    /// A person has to act.
    Parked(Failure),
    /// Nothing was sent after all: it is as if it had not been claimed.
    Untried,
}

/// From when to when a try lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it was sent.
    pub started: DateTime<Utc>,
    /// When its answer was there.
    pub finished: DateTime<Utc>,
}

/// What a person does about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    /// Puts it back in line at once, parked or waiting.
    Retry,
    /// Does without it, parked or waiting.
    Skip,
    /// Takes this document for it: for one that is parked, or whose document is gone from the books.
    Adopt(Box<Document>),
    /// As a retry, with codes changed in the same transaction: neither without the other.
    Edit {
        /// In whose books.
        connection: String,
        /// What they are called from now on.
        codes: Vec<MappedCode>,
    },
    /// Puts one that was done back in line, because its document is gone from the books.
    Resend,
}

impl Mend {
    /// What it is called.
    #[must_use]
    pub const fn act(&self) -> Act {
        match self {
            Self::Retry => Act::Retry,
            Self::Skip => Act::Skip,
            Self::Adopt(_) => Act::Adopt,
            Self::Edit { .. } => Act::Edit,
            Self::Resend => Act::Resend,
        }
    }
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// Of this appointment.
    pub appointment: Option<AppointmentId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Whose document belongs to one of these days.
    pub days: Option<Days>,
    /// The last that were asked for first: a page then goes on before the number it is given.
    pub is_newest_first: bool,
}

impl DeliveryFilter {
    /// What a page begins beyond, and in which order it goes on.
    pub(super) const fn order(&self) -> (&'static str, &'static str) {
        if self.is_newest_first {
            (" AND id < ", " ORDER BY id DESC LIMIT ")
        } else {
            (" AND id > ", " ORDER BY id LIMIT ")
        }
    }
}

/// What of a company's documents has not reached the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Whose.
    pub company: CompanyId,
    /// How many wait or are being sent.
    pub pending: u32,
    /// How many wait for a person.
    pub parked: u32,
    /// When the oldest of both was asked for.
    pub oldest: DateTime<Utc>,
}

/// Documents on their way to the books.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Takes up to `limit` deliveries whose turn it is and leases them to `owner`; none of the companies `except`.
    ///
    /// Whose turn it is: pending and due, or leased with the lease run out; no earlier delivery of the same
    /// appointment pending or leased; every delivery it comes after done or skipped. One delivery an appointment at a
    /// time. A parked delivery holds up only those that come after it by name.
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
        except: &[CompanyId],
    ) -> Result<Vec<Delivery>, Error>;

    /// Writes down what came of a try, and the try. False, and nothing is written, if the lease has passed to somebody
    /// else.
    async fn finish_delivery(
        &self,
        id: i64,
        owner: &str,
        outcome: &Outcome,
        span: Span,
    ) -> Result<bool, Error>;

    /// Does what a person wants done, and writes down that they did. The number of `act` is given by the store, and
    /// its `act` by `mend`. Fails with [`Error::Missing`], or [`Error::Stale`] where its state does not allow it.
    async fn mend_delivery(&self, id: i64, mend: &Mend, act: &Repair) -> Result<Delivery, Error>;

    /// One delivery.
    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error>;

    /// The delivery with this key.
    async fn delivery_of(&self, key: &Key) -> Result<Option<Delivery>, Error>;

    /// The tries of a delivery, in their order.
    async fn attempts(&self, id: i64) -> Result<Vec<Attempt>, Error>;

    /// What people did about a delivery, in their order.
    async fn repairs(&self, id: i64) -> Result<Vec<Repair>, Error>;

    /// Deliveries by number, beyond the given one.
    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error>;

    /// What has not reached the books, of each company that has such.
    async fn backlog(&self) -> Result<Vec<Backlog>, Error>;

    /// When the next pending delivery falls due or the next lease ends; none if there is nothing to do. Pending
    /// deliveries of the companies `except` do not count.
    async fn next_delivery_at(&self, except: &[CompanyId]) -> Result<Option<DateTime<Utc>>, Error>;
}
