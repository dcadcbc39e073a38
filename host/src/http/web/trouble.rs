//! A problem as people see it: what is wrong, the code to look up, and what helps.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::door::Desk;
use super::words::{self, Shell};
use crate::http::problem::Problem;

/// A problem as pages show it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trouble {
    pub(super) title: String,
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) detail: String,
    pub(super) hint: String,
    pub(super) errors: Vec<Fault>,
}

/// One of several reasons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fault {
    pub(super) code: String,
    pub(super) field: Option<String>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl From<&Problem> for Trouble {
    fn from(problem: &Problem) -> Self {
        Self::of(problem.details())
    }
}

impl Trouble {
    /// What a problem says.
    pub(super) fn of(details: Value) -> Self {
        serde_json::from_value(details).unwrap_or_default()
    }

    /// Its HTTP status.
    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The reasons, where they say more than the whole.
    pub(super) fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.errors.iter().filter(|fault| fault.message != self.detail)
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    shell: Shell,
    trouble: &'a Trouble,
}

/// A problem as a page of its own.
pub(super) fn page(desk: Option<&Desk>, trouble: &Trouble) -> Response {
    let title = if trouble.title.is_empty() { "It did not work" } else { &trouble.title };
    let shell = desk.map_or_else(|| Shell::outside(title), |desk| desk.shell(title, ""));
    words::html(trouble.status(), &ProblemPage { shell, trouble })
}
