//! API keys: which there are, and what each may do.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::say::{self, Badge, GrantLine};
use super::{Need, PATH as PEOPLE, Pages, key};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{ApiKey, Scope};
use crate::store::Page;

pub(super) const PATH: &str = "/keys";

/// The list, and what is done with keys.
pub(super) fn routes() -> Pages {
    let (read, write) = (|| Need::everywhere(Scope::AccountsRead), || Need::everywhere(Scope::AccountsWrite));
    Pages::default()
        .get(PATH, read(), index)
        .get("/keys/new", write(), key::show_new)
        .post("/keys/new", write(), key::make)
        .get("/keys/{id}", read(), key::show)
        .get("/keys/{id}/revoke", write(), key::ask)
        .post("/keys/{id}/revoke", write(), key::revoke)
}

/// The page of a key.
pub(super) fn path(id: impl std::fmt::Display) -> String {
    format!("{PATH}/{id}")
}

/// A key as the list shows it.
struct Row {
    path: String,
    label: String,
    roles: Vec<GrantLine>,
    limits: String,
    used: String,
    ends: String,
    badge: Badge,
}

#[derive(Template)]
#[template(path = "accounts/keys.html")]
struct List {
    shell: Shell,
    people: &'static str,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let page = Page { after: query.read("after")?, limit: limits::PAGE + 1 };
    let mut found = app.api_keys(page).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id.to_string());
    let names = say::names(&app, found.iter().flat_map(|key| &key.grants)).await?;
    let now = app.now();
    let row = |key: ApiKey| Row {
        path: path(key.id),
        roles: say::lines(&key.grants, &names),
        limits: limited(&key),
        used: key.used_at.map_or_else(|| "Never".to_owned(), say::at),
        ends: key.expires_at.map(say::at).unwrap_or_default(),
        badge: badge(&key, now),
        label: key.label,
    };
    let list = List {
        shell: desk.shell("API keys", PEOPLE),
        people: PEOPLE,
        rows: found.into_iter().map(row).collect(),
        next: last.map(|last| words::address(PATH, &[("after", &last)])),
        first: (!query.text("after").is_empty()).then(|| PATH.to_owned()),
    };
    Ok(words::html(StatusCode::OK, &list))
}

/// How much of what its roles allow a key may do, in few words; nothing where it may do all of it.
fn limited(key: &ApiKey) -> String {
    match key.scopes.as_deref() {
        None => String::new(),
        Some([one]) => format!("only: {}", say::scope(*one)),
        Some(several) => format!("limited to {} things", several.len()),
    }
}

/// How a key stands.
pub(super) fn badge(key: &ApiKey, now: DateTime<Utc>) -> Badge {
    let (tone, label) = match key.revoked_at {
        Some(_) => ("cancelled", "Revoked"),
        None if key.holds(now) => ("done", "Active"),
        None => ("cancelled", "Ended"),
    };
    Badge { tone, label }
}
