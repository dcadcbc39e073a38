//! Somebody added: who they are, what they do here, and the link with which they set a password.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use url::form_urlencoded;
use uuid::Uuid;

use super::super::assets;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::choose::{self, Choose};
use super::{PATH, path};
use crate::app::{App, NewAccount};
use crate::http::auth::Caller;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::session::Visitor;
use crate::model::{Account, FieldError, Provider, Role};
use crate::store::{AccountFilter, Page as Part};

#[derive(Template)]
#[template(path = "accounts/new.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    name: Entry,
    login: Entry,
    choose: Choose,
    /// The account that has the address already.
    taken: Option<String>,
}

/// The link with which somebody sets their password: the one page that shows it.
#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    shell: Shell,
    style: &'static str,
    name: String,
    login: String,
    link: String,
    path: String,
    /// Whether they have a password, which the link changes.
    has_password: bool,
    is_new: bool,
    ways: Vec<String>,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let form = match query.read::<Uuid>("provider")? {
        Some(provider) => for_provider(&app, provider).await?,
        None => Form::default(),
    };
    page(&app, &desk, &form, Wrong::default()).await
}

/// The form as it is begun for somebody who works there.
async fn for_provider(app: &App, provider: Uuid) -> Result<Form, Problem> {
    let name = app.get::<Provider>(provider).await?.data.name;
    let said =
        [("name", name.as_str()), ("role", Role::Technician.as_str()), ("provider", &provider.to_string())]
            .map(|(field, text)| (field.to_owned(), text.to_owned()));
    let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    Ok(Form::parse(said.as_bytes()))
}

/// What somebody is called and logs in with, as fields.
pub(super) fn entries(name: &str, login: &str, wrong: &Wrong) -> (Entry, Entry) {
    let address = vec![
        ("required", "required"),
        ("maxlength", "254"),
        ("autocomplete", "off"),
        ("inputmode", "email"),
        ("spellcheck", "false"),
        ("autocapitalize", "none"),
    ];
    let plain = vec![("required", "required"), ("maxlength", "200"), ("autocomplete", "off")];
    (
        Entry::line("name", "Name", name, wrong).hinted("Trails show it.").with(plain),
        Entry::line("login", "E-mail address", login, wrong).hinted("They log in with it.").with(address),
    )
}

async fn page(app: &App, desk: &Desk, form: &Form, wrong: Wrong) -> Result<Response, Problem> {
    let (name, login) = entries(form.text("name"), form.text("login"), &wrong);
    let taken = match wrong.at("login").is_empty() {
        true => None,
        false => holder(app, form.text("login")).await?,
    };
    let choose = Choose::of(app, form, &wrong).await?;
    let labels = [&name, &login].map(|entry| (entry.name.clone(), entry.label.to_owned()));
    let page = Page {
        shell: desk.shell("Add a person", PATH),
        style: &assets::SETUP_STYLE.path,
        wrong: wrong.named(labels).named(Choose::labels()),
        name,
        login,
        choose,
        taken,
    };
    Ok(words::html(page.wrong.status(), &page))
}

/// The account that has an address, as its page.
async fn holder(app: &App, login: &str) -> Result<Option<String>, Problem> {
    if login.is_empty() {
        return Ok(None);
    }
    let login = login.to_lowercase();
    let filter = AccountFilter { text: Some(login.clone()), ..AccountFilter::default() };
    let found = app.roster(&filter, Part { after: None, limit: 20 }).await?;
    Ok(found.into_iter().find(|one| one.account.login == login).map(|one| path(one.account.id)))
}

pub(super) async fn add(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let made = match read(&app, &form).await? {
        Ok(wanted) => app.add_account(wanted, &by).await.map_err(|error| choose::at_fields(Wrong::of(error))),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match made {
        Ok((account, token)) => Ok(link(&app, &desk, &visitor, (&account, &token), (true, false))),
        Err(wrong) => page(&app, &desk, &form, wrong).await,
    }
}

/// The whole form, or everything that is wrong with it.
async fn read(app: &App, form: &Form) -> Result<Result<NewAccount, Vec<FieldError>>, Problem> {
    let mut wanted = NewAccount {
        login: form.text("login").to_owned(),
        name: form.text("name").to_owned(),
        grants: Vec::new(),
        active: true,
    };
    let mut errors = wanted.check();
    match choose::read(app, form).await? {
        Ok(grant) => wanted.grants.push(grant),
        Err(more) => errors.extend(more),
    }
    Ok(if errors.is_empty() { Ok(wanted) } else { Err(errors) })
}

/// Shows the link, which is nowhere else.
pub(super) fn link(
    app: &App,
    desk: &Desk,
    visitor: &Visitor,
    (account, token): (&Account, &str),
    (is_new, has_password): (bool, bool),
) -> Response {
    let origin = visitor.site.origin(&visitor.headers).unwrap_or_default();
    let title = if is_new { "Person added" } else { "A new link" };
    let page = LinkPage {
        shell: desk.shell(title, PATH),
        style: &assets::SETUP_STYLE.path,
        name: account.name.clone(),
        login: account.login.clone(),
        link: format!("{origin}/welcome?token={token}"),
        path: path(account.id),
        has_password,
        is_new,
        ways: app.ways_in().into_iter().map(|way| way.label).collect(),
    };
    words::html(StatusCode::OK, &page)
}
