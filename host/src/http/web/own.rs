//! Your account: what one may do, one's password, and where one is logged in.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::accounts::{self, say, say::GrantLine};
use super::agents::browser;
use super::door::Desk;
use super::entrance::too_often;
use super::form::{Form, NEW_PASSWORD, OLD_PASSWORD};
use super::words::{self, Shell};
use crate::app::{App, Error, NewPassword};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Scope, Session};

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    shell: Shell,
    login: String,
    roles: Vec<GrantLine>,
    sessions: Vec<SessionLine>,
    may_set_up: bool,
    /// Where people and keys are, for whoever looks after them.
    people: Option<&'static str>,
    /// Why the password was not changed.
    problem: String,
}

/// A browser that somebody is logged in with.
struct SessionLine {
    browser: String,
    agent: String,
    used: String,
    is_this: bool,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, &desk, StatusCode::OK, String::new()).await
}

/// Changes the password of whoever is logged in; their other sessions end.
pub(super) async fn change_password(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let Some((account, session)) = &desk.identity.session else { return Ok(words::to("/log-in")) };
    let wanted =
        NewPassword { old: form.text(OLD_PASSWORD).to_owned(), new: form.text(NEW_PASSWORD).to_owned() };
    if let Some(error) = wanted.check().first() {
        let problem = format!("The new password {}", error.message);
        return page(&app, &desk, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
    }
    match app.change_password(account, *session, &wanted).await {
        Ok(()) => Ok(words::to("/account?done=password")),
        Err(Error::LogInRefused) => {
            let problem = "The present password is not right".to_owned();
            page(&app, &desk, StatusCode::UNPROCESSABLE_ENTITY, problem).await
        }
        Err(Error::TooOften { seconds }) => {
            let problem = too_often(seconds);
            page(&app, &desk, StatusCode::TOO_MANY_REQUESTS, problem).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, desk: &Desk, status: StatusCode, problem: String) -> Result<Response, Problem> {
    let Some((account, own)) = &desk.identity.session else { return Ok(words::to("/log-in")) };
    let line = |session: Session| SessionLine {
        browser: browser(&session.agent),
        agent: session.agent,
        used: say::at(session.used_at),
        is_this: session.id == *own,
    };
    let page = Page {
        shell: desk.shell("Your account", "/account"),
        login: account.login.clone(),
        roles: say::grants(app, &desk.identity.grants).await?,
        sessions: app.account_sessions(account.id).await?.into_iter().map(line).collect(),
        may_set_up: !desk.identity.grants_for(Scope::CatalogueWrite).is_empty(),
        people: accounts::may(desk).then_some(accounts::PATH),
        problem,
    };
    Ok(words::html(status, &page))
}
