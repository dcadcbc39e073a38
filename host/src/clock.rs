//! Time and identifiers, as ports.
//!
//! Invariant: nothing else in the host reads a wall clock or makes an identifier, so that a seeded simulation can
//! drive all of it.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

/// Where the host takes the time and new identifiers from.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, to the microsecond: what is stored reads back as what was answered.
    fn now(&self) -> DateTime<Utc>;

    /// A new identifier (UUIDv7): later ones sort after earlier ones.
    fn new_id(&self) -> Uuid;
}

/// A clock that is shared.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port behind which the wall clock stands")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    #[allow(clippy::disallowed_methods, reason = "this is the port behind which identifiers are made")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
