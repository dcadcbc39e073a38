//! The journal of books that have no pages of their own.

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Days, Failure, Key};

/// A journal entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Where the next page starts.
    pub id: i64,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// The number of the document it was posted with.
    pub document: String,
    /// That document's key.
    pub key: Key,
    /// What the document was about.
    pub subject: String,
    /// At least two.
    pub lines: Vec<JournalLine>,
}

/// One side of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    /// The account's code.
    pub account: String,
    /// The account's name.
    pub name: String,
    /// Amount debited, or zero.
    pub debit: Decimal,
    /// Amount credited, or zero.
    pub credit: Decimal,
}

/// One account's side of the trial balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    /// `1100`.
    pub account: String,
    /// `Accounts receivable`.
    pub name: String,
    /// All that was debited.
    pub debit: Decimal,
    /// All that was credited.
    pub credit: Decimal,
}

/// Every account, and the sums that must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    /// By account code; accounts nothing was posted to included.
    pub accounts: Vec<AccountBalance>,
    /// The sum of all debits.
    pub debit: Decimal,
    /// The sum of all credits; equal to the debits.
    pub credit: Decimal,
    /// ISO 4217 code.
    pub currency: String,
}

impl TrialBalance {
    /// Debit less credit of one account; nothing for an account that is not in the chart.
    #[must_use]
    pub fn balance(&self, account: &str) -> Option<Decimal> {
        let found = self.accounts.iter().find(|balance| balance.account == account)?;
        Some(found.debit - found.credit)
    }
}

/// Reads the accounts of books that show them nowhere else.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The entries of these days in the order in which they were posted, after the one with this `id`; at most `limit`, and
    /// never more than [`MAX_PAGE`](crate::MAX_PAGE).
    async fn entries(&self, days: Days, after: i64, limit: u32) -> Result<Vec<JournalEntry>, Failure>;

    /// Every account with all that was debited and credited until the end of a day.
    async fn trial_balance(&self, until: NaiveDate) -> Result<TrialBalance, Failure>;
}
