//! Accounts and keys as administrators look through them: who there is, and how each stands.
//!
//! Deliberately absent: what comes of that, such as whether somebody counts as invited, which callers say.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, Page};
use crate::model::{Account, AccountId, ApiKey, ProviderId, Role};

/// Which accounts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Whose name or login contains this, in any case.
    pub text: Option<String>,
    /// Who have this role somewhere.
    pub role: Option<Role>,
    /// Only those who may log in, or only those who may not.
    pub active: Option<bool>,
}

/// By what an account's owner can come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// The account.
    pub account: AccountId,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether a provider of OpenID Connect knows its owner.
    pub is_known: bool,
    /// Until when the last of its invitations holds; none where there is none.
    pub invited_until: Option<DateTime<Utc>>,
    /// When its owner came in last.
    pub came_at: Option<DateTime<Utc>>,
}

/// Accounts and keys, looked through.
#[async_trait]
pub trait Roster: Send + Sync + 'static {
    /// Accounts by name: small letters and capitals of ASCII are the same, everything else goes by its bytes.
    async fn roster(&self, filter: &AccountFilter, page: Page) -> Result<Vec<Account>, Error>;

    /// How these accounts' owners can come in, in any order.
    async fn means(&self, accounts: &[AccountId], now: DateTime<Utc>) -> Result<Vec<Means>, Error>;

    /// Which of these may not try to log in at a moment, and until when.
    async fn blocked(
        &self,
        subjects: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, Error>;

    /// The accounts with which these providers log in, in the order they were made in.
    async fn accounts_of(&self, providers: &[ProviderId]) -> Result<Vec<(ProviderId, AccountId)>, Error>;

    /// The key with this identifier, revoked or not.
    async fn key_called(&self, id: Uuid) -> Result<Option<ApiKey>, Error>;
}
