//! People who log in, and API keys: for whoever administers everything.
//!
//! Invariants: what lets somebody in (a link, a key) is shown by the page that answers the form which made it, and nowhere
//! else: it stands in no address, and no form keeps it. A form that is refused comes back with everything that was typed.
//! Deliberately absent: which roles there are and what is refused, which `model::access` and `app::accounts` say.

mod acts;
mod add;
mod choose;
mod edit;
mod grant;
mod key;
mod keys;
mod person;
pub(super) mod say;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use self::say::{Badge, GrantLine};
use super::customers::sought;
use super::door::Desk;
use super::form::Form;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::AccountView;
use crate::codes;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Grant, Role, Scope};
use crate::store::{AccountFilter, Page};

pub(super) const PATH: &str = "/accounts";

/// The pages of people and of keys.
pub(super) fn routes() -> Pages {
    let (read, write) = (|| Need::everywhere(Scope::AccountsRead), || Need::everywhere(Scope::AccountsWrite));
    Pages::default()
        .get(PATH, read(), index)
        .get("/accounts/new", write(), add::show)
        .post("/accounts/new", write(), add::add)
        .get("/accounts/{id}", read(), person::show)
        .get("/accounts/{id}/edit", write(), edit::show)
        .post("/accounts/{id}/edit", write(), edit::save)
        .get("/accounts/{id}/roles", write(), grant::show)
        .post("/accounts/{id}/roles", write(), grant::give)
        .post("/accounts/{id}/roles/remove", write(), acts::take_away)
        .post("/accounts/{id}/link", write(), acts::invite)
        .get("/accounts/{id}/off", write(), acts::ask_off)
        .post("/accounts/{id}/off", write(), acts::switch_off)
        .post("/accounts/{id}/on", write(), acts::switch_on)
        .post("/accounts/{id}/sessions", write(), acts::end_sessions)
        .post("/accounts/{id}/forget", write(), acts::forget)
        .merge(keys::routes())
}

/// Whether somebody may look after people and keys.
pub(super) fn may(desk: &Desk) -> bool {
    desk.identity.grants_for(Scope::AccountsWrite).iter().any(Grant::is_everywhere)
}

/// The page of a person.
pub(super) fn path(id: impl std::fmt::Display) -> String {
    format!("{PATH}/{id}")
}

/// Where somebody who works there is given an account.
pub(super) fn path_for_provider(provider: impl std::fmt::Display) -> String {
    format!("{PATH}/new?provider={provider}")
}

/// Somebody as the list shows them.
struct Row {
    path: String,
    name: String,
    login: String,
    roles: Vec<GrantLine>,
    badge: Badge,
    came: String,
    is_self: bool,
}

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct List {
    shell: Shell,
    q: String,
    roles: Vec<Choice>,
    states: [Choice; 3],
    is_filtered: bool,
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
    let filter = filter(&query)?;
    let page = Page { after: query.read("after")?, limit: limits::PAGE + 1 };
    let mut found = app.roster(&filter, page).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.account.id.to_string());
    let names = say::names(&app, found.iter().flat_map(|one| &one.account.grants)).await?;
    let own = desk.identity.account();
    let row = |one: AccountView| Row {
        path: path(one.account.id),
        roles: say::lines(&one.account.grants, &names),
        badge: say::badge(one.standing),
        came: one.came_at.map(say::at).unwrap_or_default(),
        is_self: own == Some(one.account.id),
        name: one.account.name,
        login: one.account.login,
    };
    let at = |after: &str| {
        let fields = [("q", query.text("q")), ("role", query.text("role")), ("state", query.text("state"))];
        words::address(PATH, &[fields.as_slice(), &[("after", after)]].concat())
    };
    let list = List {
        shell: desk.shell("People", PATH),
        q: query.text("q").to_owned(),
        roles: Role::ALL.map(|role| choice(role.as_str(), say::role(role), query.text("role"))).into(),
        states: [("", "All"), ("on", "May log in"), ("off", "Switched off")]
            .map(|(value, label)| choice(value, label, query.text("state"))),
        is_filtered: filter != AccountFilter::default(),
        rows: found.into_iter().map(row).collect(),
        next: last.map(|last| at(&last)),
        first: (!query.text("after").is_empty()).then(|| at("")),
    };
    Ok(words::html(StatusCode::OK, &list))
}

fn filter(query: &Form) -> Result<AccountFilter, Problem> {
    let unknown = |what: &str| Problem::new(codes::BAD_QUERY, format!("There is no such {what}."));
    let role = match query.text("role") {
        "" => None,
        text => Some(say::role_called(text).ok_or_else(|| unknown("role"))?),
    };
    let active = match query.text("state") {
        "" => None,
        "on" => Some(true),
        "off" => Some(false),
        _ => return Err(unknown("state")),
    };
    Ok(AccountFilter { text: sought(query, "q")?, role, active })
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), is_chosen: value == chosen }
}
