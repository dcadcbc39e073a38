//! What somebody is called, and what they log in with, changed.

use askama::Template;
use axum::extract::{self, Extension};
use axum::response::Response;

use super::super::assets;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::{PATH, add, path};
use crate::app::AccountChange;
use crate::codes;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Account, AccountId};

#[derive(Template)]
#[template(path = "accounts/edit.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    back: String,
    called: String,
    version: i64,
    name: Entry,
    login: Entry,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let account = app.account(id).await?;
    let said = (account.name.clone(), account.login.clone(), account.version);
    Ok(page(&desk, &account, &said, Wrong::default()))
}

/// The page, with a name, an address, and the version that they were typed over.
fn page(desk: &Desk, account: &Account, said: &(String, String, i64), wrong: Wrong) -> Response {
    let (name, login) = add::entries(&said.0, &said.1, &wrong);
    let labels = [&name, &login].map(|entry| (entry.name.clone(), entry.label.to_owned()));
    let page = Page {
        shell: desk.shell("Change a person", PATH),
        style: &assets::SETUP_STYLE.path,
        wrong: wrong.named(labels),
        back: path(account.id),
        called: account.name.clone(),
        version: said.2,
        name,
        login,
    };
    words::html(page.wrong.status(), &page)
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<AccountId>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let version = version(&form)?;
    let (name, login) = (form.text("name").to_owned(), form.text("login").to_owned());
    let change = AccountChange::Named { name: name.clone(), login: login.clone() };
    match app.change_account(id, version, change, &desk.identity).await {
        Ok(_) => Ok(words::to(&format!("{}?done=saved", path(id)))),
        Err(error) => {
            let account = app.account(id).await?;
            Ok(page(&desk, &account, &(name, login, version), Wrong::of(error)))
        }
    }
}

/// The version of the account that a form was filled from.
pub(super) fn version(form: &Form) -> Result<i64, Problem> {
    let lacks = || Problem::new(codes::BAD_QUERY, "The form lacks the version that it was filled from.");
    form.read::<i64>("version")?.ok_or_else(lacks)
}
