//! Lists of appointments that people keep under names of their own.
//!
//! Invariant: a view is the query of an address and nothing more. Whoever opens it sees what they may see at that moment.
//! Deliberately absent: what the query says, and how many somebody may keep.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Error;
use crate::model::AccountId;

/// A list that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its identifier.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// What they call it. An account has one of each name.
    pub name: String,
    /// The query of its address.
    pub query: String,
    /// When it was kept first.
    pub created_at: DateTime<Utc>,
}

/// Lists that people keep.
#[async_trait]
pub trait Views: Send + Sync + 'static {
    /// Keeps a view. One of the account that has its name gets its query instead.
    async fn keep_view(&self, view: &View) -> Result<(), Error>;

    /// An account's views by name.
    async fn views(&self, account: AccountId) -> Result<Vec<View>, Error>;

    /// Forgets one of an account's views. Gives whether it was there.
    async fn forget_view(&self, account: AccountId, id: Uuid) -> Result<bool, Error>;
}
