//! Why a connector could not do what it was asked, sorted by what helps.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Class {
    /// The ERP was not reached or not able; it is certain that nothing was stored. Try again, not before `after`
    /// if the ERP named a time.
    Retry {
        /// How long the ERP asked to be left alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Duration>,
    },
    /// It is not known whether the document was stored: look it up by its key before sending again.
    Ambiguous,
    /// The credentials were not accepted, or the session ended and could not be renewed.
    Reauthenticate,
    /// The ERP understood and refused: a person has to change something first. `fix` says what.
    Refused {
        /// What to do about it, as an instruction to an ERP administrator.
        fix: String,
    },
    /// The ERP answered something this connector does not know. Never retried by itself.
    Bug,
}

/// Why a connector could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Failure {
    /// What helps.
    #[serde(flatten)]
    pub class: Class,
    /// The ERP's own words, or the network's, without secrets.
    pub message: String,
}

impl Failure {
    /// The ERP was not reached; nothing was stored.
    pub fn retry(message: impl Into<String>) -> Self {
        Self { class: Class::Retry { after: None }, message: message.into() }
    }

    /// Whether it was stored is unknown.
    pub fn ambiguous(message: impl Into<String>) -> Self {
        Self { class: Class::Ambiguous, message: message.into() }
    }

    /// The credentials do not hold.
    pub fn reauthenticate(message: impl Into<String>) -> Self {
        Self { class: Class::Reauthenticate, message: message.into() }
    }

    /// The ERP refused, and `fix` would change its mind.
    pub fn refused(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { class: Class::Refused { fix: fix.into() }, message: message.into() }
    }

    /// An answer this connector does not know.
    pub fn bug(message: impl Into<String>) -> Self {
        Self { class: Class::Bug, message: message.into() }
    }
}
