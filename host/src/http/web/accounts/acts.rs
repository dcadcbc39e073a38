//! What is done with somebody's account by one button: a role taken away, a link, off and on, sessions ended.
//!
//! Invariant: whatever cannot be undone by the same page is asked about first.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::super::assets;
use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::edit::version;
use super::{PATH, add, path, person, say};
use crate::app::{self, AccountChange, App};
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::model::{Account, AccountId};

#[derive(Template)]
#[template(path = "accounts/off.html")]
struct OffPage {
    shell: Shell,
    style: &'static str,
    path: String,
    name: String,
    version: i64,
    sessions: usize,
}

/// Takes a role away: the one that the form names, if it is still theirs.
pub(super) async fn take_away(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let account = app.account(id).await?;
    let named = account.grants.iter().find(|grant| say::key(grant) == form.text("grant"));
    let done = match named {
        Some(grant) => {
            let change = AccountChange::Taken(*grant);
            app.change_account(id, version(&form)?, change, &desk.identity).await
        }
        // Somebody else was first.
        None => Err(app::Error::Stale { current: account.version.to_string() }),
    };
    answer(&app, &desk, id, done, "role-taken").await
}

pub(super) async fn switch_on(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let done = app.change_account(id, version(&form)?, AccountChange::Active(true), &desk.identity).await;
    answer(&app, &desk, id, done, "on").await
}

/// Asks before an account is switched off.
pub(super) async fn ask_off(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let account = app.account(id).await?;
    let page = OffPage {
        shell: desk.shell(&format!("Switch off {}", account.name), PATH),
        style: &assets::SETUP_STYLE.path,
        path: path(id),
        name: account.name,
        version: account.version,
        sessions: app.account_sessions(id).await?.len(),
    };
    Ok(words::html(StatusCode::OK, &page))
}

pub(super) async fn switch_off(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let done = app.change_account(id, version(&form)?, AccountChange::Active(false), &desk.identity).await;
    answer(&app, &desk, id, done, "off").await
}

async fn answer(
    app: &App,
    desk: &Desk,
    id: AccountId,
    done: app::Result<Account>,
    said: &str,
) -> Result<Response, Problem> {
    match done {
        Ok(_) => Ok(words::to(&format!("{}?done={said}", path(id)))),
        Err(error) => person::refused(app, desk, id, &error.into()).await,
    }
}

/// Makes a link that sets a password, and shows it once.
pub(super) async fn invite(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let view = app.account_view(id).await?;
    match app.invite(Some(id), &by).await {
        Ok(token) => {
            Ok(add::link(&app, &desk, &visitor, (&view.account, &token), (false, view.has_password)))
        }
        Err(error) => person::refused(&app, &desk, id, &error.into()).await,
    }
}

/// Ends the session that the form names, or all of them.
pub(super) async fn end_sessions(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    app.account(id).await?;
    app.end_sessions(id, form.read::<Uuid>("session")?, &by).await?;
    Ok(words::to(&format!("{}?done=sessions", path(id))))
}

/// Has the account found by its address the next time that its owner comes from a provider.
pub(super) async fn forget(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Response, Problem> {
    app.account(id).await?;
    app.forget_identities(id, &by).await?;
    Ok(words::to(&format!("{}?done=unknown", path(id))))
}
