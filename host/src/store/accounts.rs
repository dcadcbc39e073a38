//! Who may come in: accounts, API keys, invitations, and what was done with them.
//!
//! Invariants: secrets arrive as hashes. What lets somebody in once is taken and used up in one transaction, so that of two
//! who show it at once one is let in. Deliberately absent: hashing, and what a role may do.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, Page};
use crate::model::{Account, AccountEvent, AccountId, ApiKey, AppointmentId, Invitation, Signature};

/// Something to be written down about an account or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccountEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: String,
    /// `account.changed`, `session.begun` and the like.
    pub name: &'static str,
    /// The account or the key that it is about.
    pub subject: Option<Uuid>,
    /// What happened, for a person.
    pub message: String,
}

/// API keys, of which only a hash is kept.
#[async_trait]
pub trait Keys: Send + Sync + 'static {
    /// Keeps a key. Fails with [`Error::Exists`] if its hash is there.
    async fn add_key(&self, key: &ApiKey) -> Result<(), Error>;

    /// The key with this SHA-256, hexadecimal, revoked or not.
    async fn key(&self, hash: &str) -> Result<Option<ApiKey>, Error>;

    /// Keys by identifier.
    async fn keys(&self, page: Page) -> Result<Vec<ApiKey>, Error>;

    /// Notes that a key was used.
    async fn use_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error>;

    /// Has a key let nobody in any longer. Gives whether it did so far.
    async fn revoke_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<bool, Error>;

    /// Whether there is any key.
    async fn has_keys(&self) -> Result<bool, Error>;
}

/// Accounts of people, their invitations and signatures.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Adds an account without a password. Fails with [`Error::Exists`] if its login is taken.
    async fn add_account(&self, account: &Account) -> Result<(), Error>;

    /// Replaces name, login, grants and whether it is active, of an account whose version is still `expected`. One that is
    /// not active any longer has no session and no invitation left.
    ///
    /// Fails with [`Error::Missing`], [`Error::Stale`], or [`Error::Exists`] if its login is taken.
    async fn replace_account(&self, account: &Account, expected: i64) -> Result<(), Error>;

    /// One account.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, Error>;

    /// The account with this login, and the hash of its password.
    async fn account_by_login(&self, login: &str) -> Result<Option<(Account, Option<String>)>, Error>;

    /// Accounts by identifier.
    async fn accounts(&self, page: Page) -> Result<Vec<Account>, Error>;

    /// Whether there is any account.
    async fn has_accounts(&self) -> Result<bool, Error>;

    /// Sets the hash of a password, and ends the account's sessions but this one.
    async fn set_password(&self, id: AccountId, hash: &str, but: Option<Uuid>) -> Result<(), Error>;

    /// Keeps an invitation.
    async fn invite(&self, invitation: &Invitation) -> Result<(), Error>;

    /// Uses an invitation up: sets the password of its account, or makes the first one. Ends the account's sessions and its
    /// other invitations. Gives the account; none if there is no such invitation, it has ended, or somebody was first.
    async fn redeem(
        &self,
        hash: &str,
        password: &str,
        first: Option<&Account>,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, Error>;

    /// Whether there is such an invitation that has not ended, and whether it makes the first administrator.
    async fn invitation(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Invitation>, Error>;

    /// Writes down what was done.
    async fn note(&self, event: &NewAccountEvent) -> Result<(), Error>;

    /// What was done before an entry, the newest first.
    async fn account_events(
        &self,
        subject: Option<Uuid>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AccountEvent>, Error>;

    /// The secret of this name; `fresh` becomes it if there is none.
    async fn secret(&self, name: &str, fresh: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, Error>;

    /// Keeps a signature. Fails with [`Error::Exists`] if there is one.
    async fn sign(&self, signature: &Signature) -> Result<(), Error>;

    /// The signature under an appointment.
    async fn signature(&self, appointment: AppointmentId) -> Result<Option<Signature>, Error>;
}
