//! What the books say against what was asked of them: looks at them, and what they found.
//!
//! Invariants: one host at a time is at a run, under a lease. A finding that holds is kept once, however often it is
//! seen. What became of it only grows.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use slotledger_erp::{Days, Key};

use super::Error;
use crate::model::CompanyId;
use crate::model::reconcile::{BooksFinding, FindingAct, FindingKind, FindingState, NewFinding, Run, Seen};

/// A look that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Whose books.
    pub company: CompanyId,
    /// Which days the documents belong to.
    pub days: Days,
    /// The only document looked at.
    pub only: Option<Key>,
    /// Whether it is the one that every night has.
    pub nightly: bool,
    /// Who wants it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which findings to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// That stand like this.
    pub state: Option<FindingState>,
    /// Of this kind.
    pub kind: Option<FindingKind>,
}

/// What becomes of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// How it stands from now on.
    pub state: FindingState,
    /// What was done: a remedy, or `gone`.
    pub act: &'static str,
    /// Who did it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Looks at the books, and what they found.
#[async_trait]
pub trait Reconciliation: Send + Sync + 'static {
    /// Puts a look in line. Fails with [`Error::Exists`] where the night has one already.
    async fn ask_run(&self, run: &NewRun) -> Result<Run, Error>;

    /// Takes the first look that nobody is at.
    async fn take_run(&self, owner: &str, lease: Duration, now: DateTime<Utc>) -> Result<Option<Run>, Error>;

    /// Takes one, as long as nobody is at it. Fails with [`Error::Missing`] or [`Error::Stale`].
    async fn take_this_run(
        &self,
        id: i64,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Run, Error>;

    /// Stays at it. False if it has passed to somebody else.
    async fn keep_run(
        &self,
        id: i64,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Says that it came to its end; with a message, that it broke off. False if it has passed to somebody else.
    async fn finish_run(
        &self,
        id: i64,
        owner: &str,
        seen: Seen,
        message: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Looks, the newest first, before the given one.
    async fn runs(
        &self,
        company: Option<CompanyId>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Run>, Error>;

    /// Keeps a finding, unless it holds already, or was accepted as it is. Gives its number if it was new.
    async fn keep_finding(&self, finding: &NewFinding, at: DateTime<Utc>) -> Result<Option<i64>, Error>;

    /// Closes the findings that a run would have seen again and did not. Gives their number.
    async fn close_unseen(&self, run: &Run, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, Error>;

    /// Findings by number, after the given one.
    async fn findings(
        &self,
        filter: FindingFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BooksFinding>, Error>;

    /// One finding.
    async fn finding(&self, id: i64) -> Result<Option<BooksFinding>, Error>;

    /// What became of a finding, in order.
    async fn finding_acts(&self, id: i64) -> Result<Vec<FindingAct>, Error>;

    /// Closes an open finding. Fails with [`Error::Missing`] or [`Error::Stale`].
    async fn close_finding(&self, id: i64, closing: &Closing) -> Result<BooksFinding, Error>;
}
