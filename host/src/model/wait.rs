//! A place on the waitlist.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a place on the waitlist stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitState {
    /// In line.
    Waiting,
    /// A time is held for them, to be confirmed or declined.
    Offered,
    /// They have taken it.
    Booked,
    /// They have declined it, or let it pass.
    Lapsed,
    /// They wait no longer.
    Withdrawn,
}

impl WaitState {
    /// The name used in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Booked => "booked",
            Self::Lapsed => "lapsed",
            Self::Withdrawn => "withdrawn",
        }
    }
}
