//! Why an extension could not be fetched or published.

/// Why an extension could not be fetched or published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not the one that was expected.
    #[error("{what} has SHA-256 {found}, expected is {expected}")]
    Moved {
        /// The source.
        what: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// It is too large.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// The source.
        what: String,
        /// How large it may be.
        limit: u64,
    },
    /// There is nothing.
    #[error("there is nothing at {what}")]
    Missing {
        /// The source.
        what: String,
    },
    /// It cannot be read for the time being.
    #[error("{what} does not answer: {reason}")]
    Away {
        /// The source.
        what: String,
        /// What happened.
        reason: String,
    },
    /// It wants credentials, or others.
    #[error("{what} refuses access")]
    Locked {
        /// The source.
        what: String,
    },
    /// It is nothing that an extension can be taken from.
    #[error("{what} cannot be used: {reason}")]
    Unusable {
        /// The source.
        what: String,
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Moved { .. } => "SL0434",
            Self::TooLarge { .. } => "SL0435",
            Self::Missing { .. } => "SL0436",
            Self::Away { .. } => "SL0437",
            Self::Locked { .. } => "SL0438",
            Self::Unusable { .. } => "SL0439",
        }
    }

    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Moved { .. } => {
                "if it is a version you wait for, or you built it again (then sign it again), name its SHA-256 with \
                 --accept-moved; otherwise find out why it changed, and review it first"
            }
            Self::TooLarge { .. } => {
                "build it in release mode, strip it, and leave out libraries that it does not use"
            }
            Self::Missing { .. } => "check the path, the address or the tag",
            Self::Away { .. } => "try again later; check the network and the address",
            Self::Locked { .. } => {
                "set SLOTLEDGER_REGISTRY_USER and SLOTLEDGER_REGISTRY_PASSWORD to an account that may do this"
            }
            Self::Unusable { .. } => {
                "name a file, https://…, or oci://REGISTRY/REPOSITORY:TAG that `slotledger rules publish` wrote"
            }
        }
    }

    pub(super) fn unusable(what: impl std::fmt::Display, reason: impl Into<String>) -> Self {
        Self::Unusable { what: what.to_string(), reason: reason.into() }
    }

    pub(super) fn away(what: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self::Away { what: what.to_string(), reason: reason.to_string() }
    }

    /// What went wrong between here and a server, without the address, which may hold a secret.
    pub(super) fn http(what: impl std::fmt::Display, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        if error.is_redirect() { Self::unusable(what, reason) } else { Self::away(what, reason) }
    }
}
