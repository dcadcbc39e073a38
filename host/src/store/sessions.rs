//! Who is in, and who tries to come in: sessions of people who logged in, and tries that failed.
//!
//! Invariants: of a session only its hash is kept. A try is counted before it is made. Deliberately absent: when a session
//! ends, and how long somebody who fails has to wait, which callers say.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Error;
use crate::model::{Account, AccountId, Session};

/// How the tries of somebody who fails to log in are slowed down.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Failures longer ago than this are forgotten.
    pub memory: TimeDelta,
    /// How long nobody may try after so many failures.
    pub delay: fn(u32) -> TimeDelta,
}

/// Sessions, and tries to begin one.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Keeps a session.
    async fn begin_session(&self, session: &Session) -> Result<(), Error>;

    /// The session with this hash and its account.
    async fn session(&self, hash: &str) -> Result<Option<(Session, Account)>, Error>;

    /// Notes that a session was used.
    async fn use_session(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error>;

    /// An account's sessions, the oldest first.
    async fn logged_in(&self, account: AccountId) -> Result<Vec<Session>, Error>;

    /// Ends a session of an account, or all of them. Gives how many.
    async fn end_sessions(&self, account: AccountId, one: Option<Uuid>) -> Result<u64, Error>;

    /// Forgets sessions and invitations that ended before a moment, and tries to log in that are older.
    async fn forget_ended(&self, before: DateTime<Utc>) -> Result<(), Error>;

    /// Counts a try to log in before it is made. Gives until when nobody may try, and then counts nothing.
    async fn attempt(
        &self,
        subject: &str,
        now: DateTime<Utc>,
        patience: Patience,
    ) -> Result<Option<DateTime<Utc>>, Error>;

    /// Forgets the tries of somebody who has succeeded.
    async fn forget_attempts(&self, subject: &str) -> Result<(), Error>;
}
