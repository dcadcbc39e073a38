//! What became of the work of a period, and of a customer's visits, counted and added up where it lies.
//!
//! Invariants: the engine counts and adds up; what comes out has a row for each provider, day, branch and service, however
//! many appointments there were. Amounts are exact, and of two currencies never added. Whatever changes what is counted here
//! raises a number of its day and provider, in the same transaction.
//!
//! Deliberately absent: calendars, so the time that somebody could have worked, and zones: days come as moments.

use std::collections::{BTreeSet, HashMap};
use std::ops::Add;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Error;
use crate::model::{BranchId, CompanyId, CustomerId, ProviderId, ServiceId};

/// The rule that a late cancellation breaks. Staff who cancel all the same make an exception to it, which the trail keeps.
pub(super) const CANCEL_CUTOFF: &str = "SL0250";

/// How visits are counted, on either engine: `became` says what became of each.
pub(super) const COUNTS: &str = "count(*) FILTER (WHERE became = 'completed') AS completed,
    count(*) FILTER (WHERE became IN ('cancelled', 'late')) AS cancelled,
    count(*) FILTER (WHERE became = 'late') AS cancelled_late,
    count(*) FILTER (WHERE became = 'no_show') AS no_shows,
    count(*) FILTER (WHERE became = 'rescheduled') AS rescheduled,
    count(*) FILTER (WHERE became = 'standing') AS standing
    FROM visit";

/// What became of a visit, on either engine, up to what says of one that was called off that it was late.
pub(super) const BECAME: &str = "CASE WHEN a.status IN ('completed', 'no_show') THEN a.status
    WHEN a.status <> 'cancelled' THEN 'standing' WHEN a.successor IS NOT NULL THEN 'rescheduled' WHEN ";

/// Digits after the point that amounts are added up with. No currency has more than four; with these, nine million amounts
/// fit into a sum of SQLite's.
pub(super) const DIGITS: u32 = 12;

/// From a first moment to the first one after.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Visits: what became of those that start in a time, what they cost, and what of the time visits take.
    Visits,
    /// Invoices that were made, less credit notes, by their dates. Of a time, the day in UTC that it begins on counts.
    Documents,
}

impl Counted {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Visits => "visit",
            Self::Documents => "document",
        }
    }
}

/// What became of visits. Holds that nobody booked are no visits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VisitCounts {
    /// They took place.
    pub completed: u32,
    /// They were called off, and not moved.
    pub cancelled: u32,
    /// Of these, those that staff called off after the cut-off.
    pub cancelled_late: u32,
    /// Nobody was there.
    pub no_shows: u32,
    /// They were moved; what they were moved to is counted where it is.
    pub rescheduled: u32,
    /// They are to be done, or under way.
    pub standing: u32,
}

impl Add for VisitCounts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            completed: self.completed + more.completed,
            cancelled: self.cancelled + more.cancelled,
            cancelled_late: self.cancelled_late + more.cancelled_late,
            no_shows: self.no_shows + more.no_shows,
            rescheduled: self.rescheduled + more.rescheduled,
            standing: self.standing + more.standing,
        }
    }
}

/// A provider's part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub provider: ProviderId,
    /// Of which time.
    pub time: Stretch,
}

/// Shares by their providers and the days they begin on, which is how documents are asked for.
pub(super) struct Dated(HashMap<(ProviderId, String), usize>);

impl Dated {
    pub(super) fn of(shares: &[Share]) -> Self {
        let key = |share: &Share| (share.provider, share.time.0.date_naive().to_string());
        Self(shares.iter().enumerate().map(|(place, share)| (key(share), place)).collect())
    }

    /// Each of the days.
    pub(super) fn days(&self) -> Vec<String> {
        let days: BTreeSet<&String> = self.0.keys().map(|(_, day)| day).collect();
        days.into_iter().cloned().collect()
    }

    /// What was found on those days of those who were asked for, each with its place among the shares.
    pub(super) fn shared(
        &self,
        found: impl Iterator<Item = Result<(String, ProviderId, Figure), Error>>,
    ) -> Result<Vec<(usize, Figure)>, Error> {
        let place = |found: Result<(String, ProviderId, Figure), Error>| {
            let (day, provider, figure) = match found {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            };
            self.0.get(&(provider, day)).map(|place| Ok((*place, figure)))
        };
        found.filter_map(place).collect()
    }
}

/// An amount of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// ISO 4217 code.
    pub currency: String,
    /// The sum, with as many digits after the point as the most exact of what was added.
    pub amount: Decimal,
}

/// What a share came to at a branch and with a service; several rows of the same are to be added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Where.
    pub branch: BranchId,
    /// With which service.
    pub service: ServiceId,
    /// What became of visits.
    pub counts: VisitCounts,
    /// Minutes that booked visits take, buffers included, as far as they lie in the time; a visit that customers share counts
    /// once.
    pub minutes: u32,
    /// What visits cost before tax, as they are booked: those that took place, are under way or to be done. Of documents, their
    /// net amounts, those of credit notes taken off.
    pub amount: Option<Amount>,
}

/// What became of the work of a company.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// How often what is counted changed, of each of these days since 1970-01-01 in UTC, the last one included; those that
    /// have nothing to count are left out. A number only grows.
    async fn changes(
        &self,
        company: CompanyId,
        counted: Counted,
        days: (i64, i64),
    ) -> Result<Vec<(i64, i64)>, Error>;

    /// The same of these days by provider.
    async fn changes_of(
        &self,
        company: CompanyId,
        counted: Counted,
        days: &[i64],
    ) -> Result<Vec<(i64, ProviderId, i64)>, Error>;

    /// What these shares came to, each with its place among them. A document belongs to the appointment that asked for it.
    async fn figures(
        &self,
        company: CompanyId,
        counted: Counted,
        shares: &[Share],
    ) -> Result<Vec<(usize, Figure)>, Error>;

    /// A customer's visits, whenever they are: those at one of these branches; none of them means at any.
    async fn customer_counts(
        &self,
        customer: CustomerId,
        branches: &[BranchId],
    ) -> Result<VisitCounts, Error>;
}
