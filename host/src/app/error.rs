//! Why a use case could not be carried out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alternatives::Alternative;
use crate::codes::Code;
use crate::model::FieldError;
use crate::{store, wasm};

/// A rule that is broken, in the rules component's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// A stable code, `SL02` and two digits.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
    /// What would satisfy the rule.
    pub hint: String,
    /// Which part of the request it is about, where the request has several: `items[1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What the rules have against it, and what could be had instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Every rule that is broken.
    pub findings: Vec<Finding>,
    /// What could be booked instead.
    pub alternatives: Vec<Alternative>,
}

impl Refusal {
    /// The refusal, as one of a part of the request.
    pub(super) fn of(mut self, field: &str) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.field = Some(field.to_owned()));
        self
    }

    /// Adds what the rules have against another place, each reason once.
    pub(super) fn add(&mut self, findings: impl Iterator<Item = Finding>) {
        let known = self.findings.len();
        for finding in findings {
            if self.findings.iter().take(known).all(|known| known.code != finding.code) {
                self.findings.push(finding);
            }
        }
    }

    fn messages(&self) -> String {
        self.findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Why a use case could not be carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules refused.
    #[error("refused by the rules: {}", .0.messages())]
    Refused(Refusal),
    /// What was named does not exist.
    #[error("there is no {kind} {id}")]
    Missing {
        /// What it would be.
        kind: &'static str,
        /// As it was named.
        id: String,
    },
    /// Fields without a sensible shape.
    #[error("{} fields are not as they should be", .0.len())]
    Invalid(Vec<FieldError>),
    /// A field that says something that is not done. Problem code as given.
    #[error("{field}: {message}")]
    Unfit {
        /// What kind of problem it is.
        code: Code,
        /// The field's path.
        field: &'static str,
        /// What is wrong with it, for a person.
        message: String,
    },
    /// It has changed since the caller read it.
    #[error("it has changed since: it is now at {current}")]
    Stale {
        /// The present version or revision.
        current: String,
    },
    /// Somebody else was given the slot in the same moment; this could be had instead.
    #[error("the time was given to somebody else in this moment")]
    Taken(Vec<Alternative>),
    /// The idempotency key was used for a different request.
    #[error("the idempotency key was used for a different request")]
    KeyReused,
    /// What the decision rests on kept changing while it was made.
    #[error("too much is changing at once")]
    Busy,
    /// The company's ERP connection is not configured.
    #[error("the company's books are called «{0}», and no connection of that name is configured")]
    NoConnection(String),
    /// The rules component failed.
    #[error(transparent)]
    Rules(#[from] wasm::Error),
    /// An extension was not taken.
    #[error(transparent)]
    Extension(#[from] crate::extension::Error),
    /// An extension failed or contradicts another one, and nothing is decided without it. Problem codes `SL0422` to
    /// `SL0424`.
    #[error(transparent)]
    Stopped(#[from] super::extensions::Stopped),
    /// What was to be done about an extension cannot be. Problem codes `SL0425` to `SL0427`.
    #[error(transparent)]
    Unmanaged(#[from] super::extensions::Unmanaged),
    /// The rules component granted something that cannot be carried out. Problem code `SL0416`.
    #[error("the rules component contradicts itself: {0}")]
    Contradiction(String),
    /// Somebody could not log in. Why is not said: whether there is such an account is nobody's business.
    #[error("the name or the password is not right")]
    LogInRefused,
    /// The provider that somebody logs in with is not believed, or they are not.
    #[error(transparent)]
    Provider(#[from] crate::openid::Error),
    /// Somebody is known to their provider and has no account here, or none that they may use.
    #[error("{0}")]
    NoAccount(String),
    /// Somebody tried too often, or somebody else did in their place.
    #[error("there were too many tries; the next one is possible in {seconds} s")]
    TooOften {
        /// When the next try is possible.
        seconds: u64,
    },
    /// A link is forged, for something else, used or too old. Which of these is not said.
    #[error("the link does not hold")]
    LinkOver,
    /// A link was good until its appointment changed.
    #[error("the appointment has changed since the link was made")]
    LinkMovedOn,
    /// A company has no pages for customers, or does not exist. Which of the two is not said.
    #[error("there is no booking page at this address")]
    NoPortal,
    /// Somebody wants to sign for work that is not finished.
    #[error("the work is not completed yet")]
    Unfinished,
    /// Somebody wants to sign for work that is signed for.
    #[error("somebody has signed for the work already")]
    Signed,
    /// Something inside failed that has nothing to do with the request.
    #[error("{0}")]
    Inside(String),
    /// The store failed.
    #[error(transparent)]
    Store(store::Error),
    /// A finding cannot be put right in this way. Problem code `SL0508`.
    #[error("{0}")]
    NotRepairable(String),
    /// A document in the books is not what was asked for. Problem code `SL0507`.
    #[error("{0}")]
    Differs(String),
    /// The books could not be asked.
    #[error("the books did not answer: {0}")]
    Books(slotledger_erp::Failure),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if matches!(error, store::Error::Busy(_)) {
            Self::Busy
        } else if matches!(error, store::Error::DoubleBooking(_)) {
            Self::Taken(Vec::new())
        } else {
            Self::Store(error)
        }
    }
}

impl Error {
    pub(crate) fn missing(kind: &'static str, id: impl ToString) -> Self {
        Self::Missing { kind, id: id.to_string() }
    }

    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }
}
