//! One person: what they may do, how they come in, where they are logged in, and what was done with their account.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::super::agents::browser;
use super::super::assets;
use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self, Shell};
use super::say::{self, Badge, GrantLine};
use super::{PATH, path};
use crate::app::{AccountView, App, Standing};
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{AccountEvent, AccountId, Session};

/// Entries of the trail that are shown at once.
const ENTRIES: u32 = 20;

/// A browser that somebody is logged in with.
struct SessionLine {
    id: String,
    browser: String,
    agent: String,
    began: String,
    used: String,
    /// Whether it is the one that looks.
    is_this: bool,
}

/// An entry of a trail.
pub(super) struct EventLine {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) message: String,
}

/// What was done with an account or a key, the newest first, and where there is more.
pub(super) struct Trail {
    pub(super) lines: Vec<EventLine>,
    pub(super) older: Option<String>,
    pub(super) newest: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/person.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    trouble: Option<Trouble>,
    path: String,
    name: String,
    login: String,
    version: i64,
    badge: Badge,
    standing: String,
    came: String,
    since: String,
    is_self: bool,
    is_off: bool,
    has_password: bool,
    is_known: bool,
    roles: Vec<GrantLine>,
    sessions: Vec<SessionLine>,
    trail: Trail,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, id, query.read("before")?, None).await
}

/// The page as it stands, with why something was not done.
pub(super) async fn refused(
    app: &App,
    desk: &Desk,
    id: AccountId,
    problem: &Problem,
) -> Result<Response, Problem> {
    let called = |field: &str| {
        let label = match field {
            "grants" => "Roles and access",
            "active" => "Access",
            _ => return None,
        };
        Some(label.to_owned())
    };
    page(app, desk, id, None, Some(Trouble::in_words(problem, called))).await
}

async fn page(
    app: &App,
    desk: &Desk,
    id: AccountId,
    before: Option<i64>,
    trouble: Option<Trouble>,
) -> Result<Response, Problem> {
    let AccountView { account, standing, has_password, is_known, came_at } = app.account_view(id).await?;
    let own = desk.identity.session.as_ref().map(|(_, session)| *session);
    let line = |session: Session| SessionLine {
        is_this: own == Some(session.id),
        id: session.id.to_string(),
        browser: browser(&session.agent),
        agent: session.agent,
        began: say::at(session.created_at),
        used: say::at(session.used_at),
    };
    let mut sessions: Vec<Session> = app.account_sessions(id).await?;
    sessions.sort_by_key(|session| std::cmp::Reverse(session.used_at));
    let page = Page {
        shell: desk.shell(&account.name, PATH),
        style: &assets::SETUP_STYLE.path,
        path: path(id),
        version: account.version,
        badge: say::badge(standing),
        standing: say::standing(standing),
        came: came_at.map(say::at).unwrap_or_default(),
        since: say::at(account.created_at),
        is_self: desk.identity.account() == Some(id),
        is_off: standing == Standing::Off,
        has_password,
        is_known,
        roles: say::grants(app, &account.grants).await?,
        sessions: sessions.into_iter().map(line).collect(),
        trail: trail(app, id.0, &path(id), before).await?,
        name: account.name,
        login: account.login,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}

/// What was done with an account or a key before an entry.
pub(super) async fn trail(
    app: &App,
    subject: uuid::Uuid,
    page: &str,
    before: Option<i64>,
) -> Result<Trail, Problem> {
    let mut events = app.account_events(Some(subject), before, ENTRIES + 1).await?;
    let more = events.len() > ENTRIES as usize;
    events.truncate(ENTRIES as usize);
    let last = events.last().filter(|_| more).map(|last| last.id);
    let line =
        |event: AccountEvent| EventLine { at: say::at(event.at), by: event.by, message: event.message };
    Ok(Trail {
        lines: events.into_iter().map(line).collect(),
        older: last.map(|last| format!("{page}?before={last}#trail")),
        newest: before.map(|_| format!("{page}#trail")),
    })
}
