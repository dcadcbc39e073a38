//! Every refusal and every failure, as RFC 9457 problem details.
//!
//! Invariant: whatever is not a success leaves the server as a [`Problem`]: with a code that can be looked up, a
//! sentence about this case, and a hint. `type` is the relative reference `/errors/<code>`; `docs/errors/` has the page.
//!
//! What has gone wrong inside (SQL, paths, traces) is logged and never sent.

use std::error::Error as _;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use slotledger_erp::{Class, Failure};
use utoipa::ToSchema;

use super::limits;
use crate::app::{self, Alternative, Finding, Refusal};
use crate::codes::{self, Code};
use crate::model::FieldError;
use crate::{store, wasm};

/// The media type of problem details.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out. Nothing has changed.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    details: Box<Details>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is sent of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Details {
    /// Names the kind of problem: `/errors/` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: String,
    /// What it is; the same for every problem of the kind.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// A stable code: `SL` and four digits.
    #[schema(pattern = r"^SL\d{4}$")]
    code: String,
    /// What happened this time.
    detail: String,
    /// What to do about it.
    hint: String,
    /// The single faults: fields that are not as they should be, or rules that are broken.
    errors: Vec<Fault>,
    /// What could be booked instead; left out where that is no question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    alternatives: Vec<Alternative>,
}

/// One field that is not as it should be, or one rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fault {
    /// A stable code: `SL` and four digits.
    #[schema(pattern = r"^SL\d{4}$")]
    code: String,
    /// The field's path, `prices[0].unit_price`; where a rule is broken, the part of the request that breaks it, if it
    /// has several.
    field: Option<String>,
    /// What is wrong, for a person.
    message: String,
    /// What would put it right; none where the message says it all.
    hint: Option<String>,
}

impl Problem {
    /// A problem of this kind; `detail` says what happened this time.
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self::of(Details {
            kind: format!("/errors/{}", code.code),
            title: code.title.to_owned(),
            status: code.status,
            code: code.code.to_owned(),
            detail: detail.into(),
            hint: code.hint.to_owned(),
            errors: Vec::new(),
            alternatives: Vec::new(),
        })
    }

    fn of(details: Details) -> Self {
        Self { details: Box::new(details), headers: Vec::new() }
    }

    /// What is sent of it.
    pub(super) fn details(&self) -> serde_json::Value {
        serde_json::to_value(&self.details).unwrap_or_default()
    }

    /// Adds a header to the answer.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A problem with fields: of a body, or of a query.
    pub(super) fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [FieldError { field, message }] if field.is_empty() => format!("The value: {message}."),
            [FieldError { field, message }] => format!("{field}: {message}."),
            several => format!("{} fields are not as they should be.", several.len()),
        };
        let fault = |FieldError { field, message }| Fault {
            code: code.code.to_owned(),
            field: Some(field),
            message,
            hint: None,
        };
        let mut problem = Self::new(code, detail);
        problem.details.errors = errors.into_iter().take(limits::FAULTS).map(fault).collect();
        problem
    }

    /// What the rules refused. The first finding gives the problem its code.
    fn refused(refusal: Refusal) -> Self {
        let Refusal { findings, alternatives } = refusal;
        let Some(first) = findings.first() else {
            return Self::new(codes::UNFORESEEN, "The rules refused without a reason.");
        };
        let status = if codes::is_conflict(&first.code) { 409 } else { 422 };
        let (code, detail, hint) = (first.code.clone(), first.message.clone(), first.hint.clone());
        let fault = |Finding { code, message, hint, field }: Finding| Fault {
            code,
            field,
            message,
            hint: Some(hint),
        };
        Self::of(Details {
            kind: format!("/errors/{code}"),
            title: "The booking rules refuse it".to_owned(),
            status,
            code,
            detail,
            hint,
            errors: findings.into_iter().take(limits::FAULTS).map(fault).collect(),
            alternatives,
        })
    }

    fn stored(error: &store::Error) -> Self {
        let detail = sentence(&error.to_string());
        match error {
            store::Error::Missing(_) => Self::new(codes::MISSING, detail),
            store::Error::Exists(_) => Self::new(codes::EXISTS, detail),
            store::Error::Stale(_) | store::Error::LastAdministrator => {
                Self::new(codes::OUT_OF_STATE, detail)
            }
            store::Error::DoubleBooking(_) => Self::new(codes::TAKEN, detail),
            store::Error::AnswerExists | store::Error::Busy(_) | store::Error::Unjudged => {
                Self::new(codes::BUSY, detail)
            }
            store::Error::Away(_) => Self::new(codes::NOT_READY, detail),
            store::Error::KeyTaken(_)
            | store::Error::Corrupt(..)
            | store::Error::Database(_)
            | store::Error::Migration(_) => Self::new(codes::STORE_FAILED, detail),
        }
    }

    fn decided(error: &wasm::Error) -> Self {
        let code = codes::find(error.code()).unwrap_or(codes::UNFORESEEN);
        Self::new(code, sentence(&error.to_string()))
    }

    fn kept(failure: &Failure) -> Self {
        let code = match failure.class {
            Class::Retry { .. } | Class::Throttled { .. } | Class::Busy { .. } | Class::Ambiguous => {
                codes::BOOKS_AWAY
            }
            Class::Reauthenticate => codes::BOOKS_LOCKED,
            Class::Refused { .. } => codes::BOOKS_REFUSED,
            Class::Bug => codes::BOOKS_UNCLEAR,
        };
        let mut problem = Self::new(code, sentence(&failure.message));
        if let Class::Refused { fix, .. } = &failure.class {
            problem.details.hint.clone_from(fix);
        }
        problem
    }
}

impl From<app::Error> for Problem {
    fn from(error: app::Error) -> Self {
        let problem = match &error {
            app::Error::Refused(refusal) => Self::refused(refusal.clone()),
            app::Error::Missing { .. } => Self::new(codes::MISSING, sentence(&error.to_string())),
            app::Error::Invalid(fields) => Self::fields(codes::INVALID, fields.clone()),
            app::Error::Unfit { code, field, message } => {
                let field = (*field).to_owned();
                Self::fields(*code, vec![FieldError { field, message: message.clone() }])
            }
            app::Error::Stale { .. } => Self::new(codes::STALE, sentence(&error.to_string())),
            app::Error::Taken(alternatives) => {
                let mut problem = Self::new(codes::TAKEN, sentence(&error.to_string()));
                problem.details.alternatives.clone_from(alternatives);
                problem
            }
            app::Error::KeyReused => Self::new(codes::KEY_REUSED, sentence(&error.to_string())),
            app::Error::Busy => Self::new(codes::BUSY, sentence(&error.to_string())),
            app::Error::NoConnection(_) => Self::new(codes::BOOKS_UNKNOWN, sentence(&error.to_string())),
            app::Error::Rules(error) => Self::decided(error),
            app::Error::Extension(error) => {
                let code = codes::find(error.code()).unwrap_or(codes::UNFORESEEN);
                Self::new(code, sentence(&error.to_string()))
            }
            app::Error::Stopped(stopped) => {
                let code = codes::find(stopped.code()).unwrap_or(codes::UNFORESEEN);
                Self::new(code, sentence(&stopped.to_string()))
            }
            app::Error::Unmanaged(unmanaged) => {
                let code = codes::find(unmanaged.code()).unwrap_or(codes::UNFORESEEN);
                Self::new(code, sentence(&unmanaged.to_string()))
            }
            app::Error::Contradiction(_) => Self::new(codes::RULES_CONTRADICT, sentence(&error.to_string())),
            app::Error::LogInRefused => Self::new(codes::LOG_IN_REFUSED, sentence(&error.to_string())),
            app::Error::TooOften { seconds } => Self::new(codes::TOO_OFTEN, sentence(&error.to_string()))
                .with_header(header::RETRY_AFTER, HeaderValue::from(*seconds)),
            app::Error::Provider(error) => Self::new(error.code(), sentence(&error.to_string())),
            app::Error::NoAccount(message) => Self::new(codes::NO_ACCOUNT, sentence(message)),
            app::Error::LinkOver => Self::new(codes::LINK_OVER, sentence(&error.to_string())),
            app::Error::LinkMovedOn => Self::new(codes::LINK_MOVED_ON, sentence(&error.to_string())),
            app::Error::NoPortal => Self::new(codes::NO_PORTAL, sentence(&error.to_string())),
            app::Error::Unfinished => Self::new(codes::UNFINISHED, sentence(&error.to_string())),
            app::Error::Signed => Self::new(codes::SIGNED, sentence(&error.to_string())),
            app::Error::Inside(_) => Self::new(codes::UNFORESEEN, "Something inside failed."),
            app::Error::Store(error) => Self::stored(error),
            app::Error::NotRepairable(_) => Self::new(codes::NOT_REPAIRABLE, sentence(&error.to_string())),
            app::Error::Differs(_) => Self::new(codes::BOOKS_DIFFER, sentence(&error.to_string())),
            app::Error::Books(failure) => Self::kept(failure),
        };
        if problem.details.status >= 500 {
            tracing::error!(
                error.code = problem.details.code,
                error.cause = causes(&error),
                "A request failed."
            );
        }
        problem
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        problem.into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.details.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self.details).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An error's message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut text: String = first.chain(letters).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// An error and everything that led to it, outermost first.
fn causes(error: &app::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
