//! Extensions in the course of a decision: asked one by one, in one order, on one input.
//!
//! Invariants: nothing that the rules refuse is granted because of an extension; whatever is changed at an extension's
//! proposal is decided by the rules again. Extensions that enforce are united: one that denies is enough, and two that
//! want one thing to be different stop the decision. What each said is recorded with what it was shown.
//!
//! Deliberately absent: running components, which [`crate::extension`] does.

mod apply;
mod ask;
mod breaker;
mod decide;
mod install;
mod loaded;
mod manage;
mod search;
mod threads;
pub(super) mod words;

pub(super) use apply::Wanted;
pub use breaker::Health;
pub(super) use decide::{Granted, refused};
pub use install::NewComponent;
pub use manage::{Say, Unmanaged};
pub(super) use search::Searched;

use std::sync::Arc;

use self::breaker::Breaker;
use self::loaded::Components;
use self::threads::Threads;

/// What is kept in memory of extensions: compiled components, how they have been doing, and where the slow ones are asked.
#[derive(Default)]
pub(super) struct Cache {
    components: Components,
    breaker: Arc<Breaker>,
    threads: Threads,
}

/// An extension failed, or two contradict each other, and the company decided that nothing goes on without them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// One failed.
    #[error("the extension {name} failed: {reason}")]
    Failed {
        /// Which.
        name: String,
        /// Why.
        reason: String,
    },
    /// One was parked because it kept failing.
    #[error("the extension {name} is parked after it has failed {failures} times in a row")]
    Parked {
        /// Which.
        name: String,
        /// How often it failed.
        failures: u32,
    },
    /// Two want the same thing to be different.
    #[error("the extensions {one} and {other} contradict each other: both want another {what}")]
    Conflict {
        /// The first.
        one: String,
        /// The second.
        other: String,
        /// About what.
        what: String,
    },
}

impl Stopped {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "SL0422",
            Self::Parked { .. } => "SL0423",
            Self::Conflict { .. } => "SL0424",
        }
    }
}
