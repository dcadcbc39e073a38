//! Views: lists that somebody keeps under names of their own, and those that everybody has.
//!
//! Invariant: a form that keeps one shows no list. What its query asks for, the gate judges when the view is opened.

use axum::extract::{self, Extension};
use axum::response::Response;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words;
use super::PATH;
use super::filter::{NAMES, WHOSE};
use crate::app::App;
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::AccountId;

/// Views that nobody has to keep.
const GIVEN: [(&str, &str); 3] = [("All", ""), ("Upcoming", "when=upcoming"), ("Today", "when=today")];

/// A view as the page shows it.
pub(super) struct View {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) is_open: bool,
    /// Its identifier, where it is one that was kept.
    pub(super) id: Option<String>,
}

/// The part of a query that a view is of.
pub(super) fn kept(query: &Form) -> String {
    query.only(&NAMES)
}

/// Those that everybody has, and those that somebody keeps.
pub(super) async fn views(app: &App, desk: &Desk, query: &Form) -> Result<Vec<View>, Problem> {
    // Whose appointments somebody looks at goes with them to the views that everybody has.
    let whose = query.only(&WHOSE);
    let open = kept(query);
    let view = |name: String, query: String, id: Option<String>| {
        let is_open = query == open;
        let path = if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") };
        View { name, path, is_open, id }
    };
    let joined = |given: &str| match (whose.is_empty(), given.is_empty()) {
        (true, _) => given.to_owned(),
        (false, true) => whose.clone(),
        (false, false) => format!("{whose}&{given}"),
    };
    let mut all: Vec<View> =
        GIVEN.into_iter().map(|(name, given)| view(name.to_owned(), joined(given), None)).collect();
    if let Some(account) = desk.identity.account() {
        let kept = app.views(account).await?;
        all.extend(kept.into_iter().map(|one| view(one.name, one.query, Some(one.id.to_string()))));
    }
    Ok(all)
}

pub(super) async fn keep(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let query = Form::parse(form.text("query").as_bytes());
    app.keep_view(account(&desk)?, form.text("name"), &kept(&query)).await?;
    Ok(words::to(&list(&query, "view")))
}

pub(super) async fn forget(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let id = form.read("view")?;
    let id = id.ok_or_else(|| Problem::new(codes::BAD_QUERY, "The form does not say which view."))?;
    app.forget_view(account(&desk)?, id).await?;
    Ok(words::to(&list(&Form::parse(form.text("query").as_bytes()), "forgotten")))
}

/// The list of a query, with what was just done.
fn list(query: &Form, done: &str) -> String {
    let query = kept(query);
    let joint = if query.is_empty() { "" } else { "&" };
    format!("{PATH}?{query}{joint}done={done}")
}

/// Views are kept by people.
fn account(desk: &Desk) -> Result<AccountId, Problem> {
    let nobody = || Problem::new(codes::FORBIDDEN, "Views belong to accounts.");
    desk.identity.account().ok_or_else(nobody)
}
