//! What became of the work of a period, and of a customer's visits, counted and added up where it lies.
//!
//! Invariants: a figure is counted by the engine; what comes out has a row for each week, branch, provider or service, however
//! many appointments there were. Amounts are exact, and of two currencies never added.
//!
//! Deliberately absent: calendars, so the time that somebody could have worked, and zones: weeks come as moments and as days.

use std::ops::Add;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use slotledger_erp::Days;
use uuid::Uuid;

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

/// Whose work is reported on.
#[derive(Debug, Clone, Copy)]
pub struct ReportFilter {
    /// Of this company.
    pub company: CompanyId,
    /// At this branch.
    pub branch: Option<BranchId>,
    /// By this provider.
    pub provider: Option<ProviderId>,
    /// Of this service.
    pub service: Option<ServiceId>,
}

/// From a first moment to the first one after.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// What visits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// The how manieth of the weeks asked for they start in, from 0.
    Week(u32),
    /// Where they are.
    Branch(Uuid),
    /// Who performs them.
    Provider(Uuid),
    /// What they are.
    Service(Uuid),
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

/// An amount of one currency that belongs to a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekAmount {
    /// The how manieth of the weeks asked for, from 0.
    pub week: u32,
    /// ISO 4217 code.
    pub currency: String,
    /// The sum, with as many digits after the point as the most exact of what was added.
    pub amount: Decimal,
}

/// What became of the work of a period. Weeks follow each other without a gap; what lies in none of them does not count.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// The visits that start in these weeks, counted four times: by week, branch, provider and service.
    async fn visit_counts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<(By, VisitCounts)>, Error>;

    /// A customer's visits, whenever they are: those at one of these branches; none of them means at any.
    async fn customer_counts(
        &self,
        customer: CustomerId,
        branches: &[BranchId],
    ) -> Result<VisitCounts, Error>;

    /// What visits that start in these weeks cost before tax, as they are booked: those that took place, are under way or
    /// to be done.
    async fn booked_amounts(
        &self,
        filter: &ReportFilter,
        weeks: &[Stretch],
    ) -> Result<Vec<WeekAmount>, Error>;

    /// The net amounts of invoices that were made, dated in these weeks, less those of credit notes dated in them. A
    /// document belongs to the appointment that asked for it.
    async fn invoiced_amounts(&self, filter: &ReportFilter, weeks: &[Days])
    -> Result<Vec<WeekAmount>, Error>;

    /// Minutes of this time that booked visits take from each provider, buffers included; a visit that customers share
    /// counts once. By provider, who has none is left out.
    async fn taken_minutes(
        &self,
        filter: &ReportFilter,
        time: Stretch,
    ) -> Result<Vec<(ProviderId, u32)>, Error>;
}
