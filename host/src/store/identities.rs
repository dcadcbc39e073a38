//! Whom providers of OpenID Connect know.
//!
//! Invariant: what a provider calls somebody belongs to one account, and an account has one such name of each provider.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Error;
use crate::model::{Account, AccountId};

/// Whom providers of OpenID Connect know.
#[async_trait]
pub trait Identities: Send + Sync + 'static {
    /// The account of whom a provider calls so.
    async fn account_known_as(&self, issuer: &str, subject: &str) -> Result<Option<Account>, Error>;

    /// From now on a provider calls an account's owner so. Gives whether that is so afterwards: not where it knows them by
    /// another name, or somebody else by this one.
    async fn know_as(
        &self,
        account: AccountId,
        issuer: &str,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Forgets what providers call an account's owner. Gives how many did.
    async fn forget_identities(&self, account: AccountId) -> Result<u64, Error>;
}
