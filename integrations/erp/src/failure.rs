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
    /// The ERP answers and asks to be called less often; nothing was stored. It holds for all documents.
    Throttled {
        /// How long it asked to be left alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Duration>,
    },
    /// The ERP answers, but cannot take this document at the moment: a lock, a deadlock, a draft that has to be posted
    /// by a person first. Nothing was stored; other documents are not concerned.
    Busy {
        /// When it may be different; none means soon.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Duration>,
    },
    /// It is not known whether the document was stored: look it up by its key before sending again.
    Ambiguous,
    /// The credentials were not accepted, or the session ended and could not be renewed.
    Reauthenticate,
    /// The ERP understood and refused: a person has to change something first. `fix` says what.
    Refused {
        /// What kind of thing stands in the way.
        #[serde(default)]
        reason: Reason,
        /// What to do about it, as an instruction to an ERP administrator.
        fix: String,
    },
    /// The ERP answered something this connector does not know. Never retried by itself.
    Bug,
}

/// What kind of thing stands in the way of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its day lies in an accounting period that is closed.
    ClosedPeriod,
    /// The warehouse has less than is needed.
    OutOfStock,
    /// An item, unit or warehouse that the books do not know.
    UnknownItem,
    /// An item that may not be used any more.
    DisabledItem,
    /// A customer or provider that the books do not know and do not make by themselves.
    UnknownParty,
    /// A customer or provider that may not be used any more.
    DisabledParty,
    /// An account, tax or payment method is missing or unusable.
    MissingAccount,
    /// There is no exchange rate for its currency and day.
    MissingRate,
    /// A number sequence is missing.
    MissingSequence,
    /// Our user lacks a right.
    Permission,
    /// The company is unknown, or not ours to use.
    WrongCompany,
    /// A document that it builds on does not stand.
    MissingDocument,
    /// What the books hold contradicts it: amounts differ, something was changed or undone by hand.
    Conflict,
    /// Something was not set up that `slotledger connect` makes or names.
    Setup,
    /// These books cannot hold such a document.
    Unsupported,
    /// Anything else.
    #[default]
    Other,
}

impl Reason {
    /// Every one.
    pub const ALL: [Self; 16] = [
        Self::ClosedPeriod,
        Self::OutOfStock,
        Self::UnknownItem,
        Self::DisabledItem,
        Self::UnknownParty,
        Self::DisabledParty,
        Self::MissingAccount,
        Self::MissingRate,
        Self::MissingSequence,
        Self::Permission,
        Self::WrongCompany,
        Self::MissingDocument,
        Self::Conflict,
        Self::Setup,
        Self::Unsupported,
        Self::Other,
    ];

    /// The name used in JSON and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClosedPeriod => "closed_period",
            Self::OutOfStock => "out_of_stock",
            Self::UnknownItem => "unknown_item",
            Self::DisabledItem => "disabled_item",
            Self::UnknownParty => "unknown_party",
            Self::DisabledParty => "disabled_party",
            Self::MissingAccount => "missing_account",
            Self::MissingRate => "missing_rate",
            Self::MissingSequence => "missing_sequence",
            Self::Permission => "permission",
            Self::WrongCompany => "wrong_company",
            Self::MissingDocument => "missing_document",
            Self::Conflict => "conflict",
            Self::Setup => "setup",
            Self::Unsupported => "unsupported",
            Self::Other => "other",
        }
    }
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
        Self { class: Class::Refused { reason: Reason::Other, fix: fix.into() }, message: message.into() }
    }

    /// The same refusal, with what kind of thing stands in the way. Other failures stay as they are.
    #[must_use]
    pub fn because(mut self, what: Reason) -> Self {
        if let Class::Refused { reason, .. } = &mut self.class {
            *reason = what;
        }
        self
    }

    /// The ERP cannot take this document at the moment.
    pub fn busy(message: impl Into<String>, after: Option<Duration>) -> Self {
        Self { class: Class::Busy { after }, message: message.into() }
    }

    /// The ERP asks to be called less often.
    pub fn throttled(message: impl Into<String>, after: Option<Duration>) -> Self {
        Self { class: Class::Throttled { after }, message: message.into() }
    }

    /// An answer this connector does not know.
    pub fn bug(message: impl Into<String>) -> Self {
        Self { class: Class::Bug, message: message.into() }
    }
}
