//! A problem as people see it: what is wrong, the code to look up, and what helps.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::door::Desk;
use super::words::{self, Shell};
use crate::codes::{self, Code};
use crate::http::problem::Problem;

/// What helps whoever looks at a page, where the catalogue speaks to whoever writes requests.
const ON_PAGES: [(Code, &str); 12] = [
    (codes::BODY_TOO_LARGE, "Send less at once."),
    (codes::INVALID, "Mend what is named here, and send it again."),
    (codes::BAD_PATH, "Look at the address, or begin at the start page."),
    (codes::BAD_QUERY, "Choose anew what the page asks for."),
    (codes::NO_SUCH_PATH, "Look at the address, or begin at the start page."),
    (codes::TOO_SLOW, "Look after a moment how it stands, and send it again if it was not done."),
    (codes::KEY_REUSED, "Open the page again, and send it from there."),
    (codes::FORBIDDEN, "Ask an administrator for a role that allows it."),
    (codes::MISSING, "It may be gone, or is not yours to see."),
    (codes::STALE, "Look at how it stands now, and do it again if it still fits."),
    (codes::BUSY, "Send it again after a moment; nothing was changed."),
    (codes::NOT_READY, "Look after a moment how it stands, and send it again if it was not done."),
];

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
        Self::said(details, |_| None)
    }

    /// The same, with its fields called what the form calls them that was sent.
    pub(super) fn in_words(problem: &Problem, called: impl Fn(&str) -> Option<String>) -> Self {
        Self::said(problem.details(), called)
    }

    fn said(details: Value, called: impl Fn(&str) -> Option<String>) -> Self {
        let mut trouble: Self = serde_json::from_value(details).unwrap_or_default();
        if let Some((_, hint)) = ON_PAGES.iter().find(|(code, _)| code.code == trouble.code) {
            (*hint).clone_into(&mut trouble.hint);
        }
        if trouble.code == codes::STALE.code {
            "Somebody else has changed it meanwhile.".clone_into(&mut trouble.detail);
        }
        for fault in &mut trouble.errors {
            fault.name(&called);
        }
        if let [Fault { field: Some(field), message, hint: None, .. }] = trouble.errors.as_slice()
            && !field.is_empty()
        {
            trouble.detail.clone_from(message);
        }
        trouble
    }

    /// Its HTTP status.
    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The reasons, where they say more than the whole.
    pub(super) fn faults(&self) -> impl Iterator<Item = &Fault> {
        let is_said =
            |fault: &Fault| self.detail.trim_end_matches('.').ends_with(fault.message.trim_end_matches('.'));
        self.errors.iter().filter(move |fault| fault.message.is_empty() || !is_said(fault))
    }
}

impl Fault {
    /// Says which field is meant, as people know it. What a rule says is a sentence already, and has a hint.
    fn name(&mut self, called: impl Fn(&str) -> Option<String>) {
        let Some(field) = self.field.as_deref().filter(|field| !field.is_empty() && self.hint.is_none())
        else {
            return;
        };
        let label = called(field).unwrap_or_else(|| plain(field));
        let joint = if self.message.starts_with("must ") { "" } else { ":" };
        self.message = format!("{label}{joint} {}.", self.message.trim_end_matches('.'));
    }
}

/// A field in plain words, where no form has a name for it: the last part of its path.
pub(super) fn plain(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    let words = last.split('[').next().unwrap_or(last).replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldError;

    fn problem(fields: &[&str]) -> Problem {
        let error =
            |field: &&str| FieldError { field: (*field).to_owned(), message: "must not be empty".to_owned() };
        Problem::fields(codes::INVALID, fields.iter().map(error).collect())
    }

    #[test]
    fn a_field_is_called_what_people_know_it_by() {
        let one = Trouble::from(&problem(&["prices[0].unit_price"]));
        assert_eq!(one.detail, "Unit price must not be empty.");
        assert_eq!(one.faults().count(), 0, "it is said once");
        let called = |field: &str| (field == "reference").then(|| "Number in the books".to_owned());
        let two = Trouble::in_words(&problem(&["reference", "reason"]), called);
        let said: Vec<_> = two.faults().map(|fault| fault.message.as_str()).collect();
        assert_eq!(said, ["Number in the books must not be empty.", "Reason must not be empty."]);
        assert_eq!(Trouble::from(&problem(&[""])).detail, "The value: must not be empty.");
    }
}
