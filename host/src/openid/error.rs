//! Why nobody is let in by a provider.

use crate::codes::{self, Code};

/// Why nobody is let in by a provider. Its own words are in the log where they could tell a stranger something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No provider of this name is configured.
    #[error("there is no way to log in called «{0}»")]
    Unknown(String),
    /// What the browser brings does not belong to what it was sent with.
    #[error("this browser was not on its way to log in, or took too long; begin anew")]
    Foreign,
    /// The provider lets them not in, or they did not want to.
    #[error("{label} did not let you in: {reason}")]
    Refused {
        /// What people call it.
        label: String,
        /// In its own words.
        reason: String,
    },
    /// It does not answer for the time being.
    #[error("{0} does not answer; try again in a moment, or use your password")]
    Away(String),
    /// It answers something that is not believed.
    #[error("{0} gave an answer that is not believed")]
    Unbelieved(String),
}

impl Error {
    /// What kind of problem it is.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => codes::MISSING,
            Self::Foreign | Self::Refused { .. } => codes::NOT_LET_IN,
            Self::Away(_) => codes::PROVIDER_AWAY,
            Self::Unbelieved(_) => codes::PROVIDER_UNBELIEVED,
        }
    }
}
