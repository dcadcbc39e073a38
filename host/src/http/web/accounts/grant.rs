//! A role given to somebody who has an account.

use askama::Template;
use axum::extract::{self, Extension};
use axum::response::Response;

use super::super::assets;
use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::choose::{self, Choose};
use super::edit::version;
use super::{PATH, path};
use crate::app::{AccountChange, App};
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Account, AccountId};

#[derive(Template)]
#[template(path = "accounts/grant.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    back: String,
    called: String,
    version: i64,
    choose: Choose,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let account = app.account(id).await?;
    let version = account.version;
    page(&app, &desk, (account, version), &Form::default(), Wrong::default()).await
}

async fn page(
    app: &App,
    desk: &Desk,
    (account, version): (Account, i64),
    form: &Form,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let choose = Choose::of(app, form, &wrong).await?;
    let page = Page {
        shell: desk.shell("Give a role", PATH),
        style: &assets::SETUP_STYLE.path,
        wrong: wrong.named(Choose::labels()),
        back: path(account.id),
        called: account.name,
        version,
        choose,
    };
    Ok(words::html(page.wrong.status(), &page))
}

pub(super) async fn give(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let version = version(&form)?;
    let done = match choose::read(&app, &form).await? {
        Ok(grant) => {
            let change = AccountChange::Given(grant);
            let done = app.change_account(id, version, change, &desk.identity).await;
            done.map_err(|error| choose::at_fields(Wrong::of(error)))
        }
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(_) => Ok(words::to(&format!("{}?done=role-given", path(id)))),
        Err(wrong) => page(&app, &desk, (app.account(id).await?, version), &form, wrong).await,
    }
}
