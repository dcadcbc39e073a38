//! The third step: who works there, when, and what each offers.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::Uri;
use axum::response::Response;
use uuid::Uuid;

use super::super::accounts;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Choice, Shell};
use super::super::wrong::Wrong;
use super::days::{self, Days};
use super::{Frame, PATH, kept_key, key, path};
use crate::app::{App, Person, Setup, Step, Week};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, FieldError, Provider, ProviderId, Stored};

const HOURS: &str = "Works";

#[derive(Template)]
#[template(path = "setup/people.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    wrong: Wrong,
    action: String,
    onward: String,
    key: String,
    there: Vec<Line>,
    person: String,
    version: i64,
    name: Entry,
    offers: Vec<Choice>,
    days: Days,
}

/// Somebody who is there.
struct Line {
    path: String,
    name: String,
    hours: String,
    offers: String,
    /// Where they are given an account, or where theirs is, for whoever looks after accounts.
    account: Option<(String, &'static str)>,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, id, &query, Wrong::default()).await
}

/// The page; `person` in the form says who is being changed.
async fn page(app: &App, desk: &Desk, id: CompanyId, form: &Form, wrong: Wrong) -> Result<Response, Problem> {
    let setup = app.setup(id).await?;
    let is_typed = !form.text("key").is_empty();
    let changed = form.read::<Uuid>("person")?;
    let changed = changed.and_then(|person| setup.people.iter().find(|one| one.id == person));
    let (name, hours) = match changed {
        _ if is_typed => (form.text("name").to_owned(), Days::typed(HOURS, form, &wrong)),
        Some(person) => (person.data.name.clone(), Days::of(HOURS, Week::of_shifts(&person.data.shifts))),
        None => (String::new(), Days::of(HOURS, Some(open(&setup)))),
    };
    let sent = form.text("version").parse().ok();
    let page = Page {
        shell: desk.shell("People", PATH),
        frame: Frame::at(Step::People, Some(&setup)),
        action: path(id, Step::People),
        onward: path(id, Step::Books),
        key: kept_key(form)?,
        there: there(app, desk, id, &setup).await?,
        person: changed.map(|person| person.id.to_string()).unwrap_or_default(),
        version: sent.or(changed.map(|person| person.version)).unwrap_or_default(),
        name: Entry::line("name", "Name", &name, &wrong),
        offers: offers(&setup, changed, form),
        days: hours,
        wrong: wrong.named(days::labels()),
    };
    Ok(words::html(page.wrong.status(), &page))
}

/// When the branch is open, as far as a form can show it: most people work then.
fn open(setup: &Setup) -> Week {
    let week = setup.branch().and_then(|branch| Week::of_hours(&branch.data.opening_hours));
    week.filter(|week| !week.is_empty()).unwrap_or_else(Week::office)
}

/// Those who are there, each with their account for whoever looks after accounts.
async fn there(app: &App, desk: &Desk, company: CompanyId, setup: &Setup) -> Result<Vec<Line>, Problem> {
    let may = accounts::may(desk);
    let people: Vec<ProviderId> = setup.people.iter().map(|person| person.id.into()).collect();
    let known = if may { app.accounts_of(&people).await? } else { HashMap::new() };
    let account = |person: &Stored<Provider>| match known.get(&person.id.into()) {
        Some(account) => (accounts::path(account), "Their account"),
        None => (accounts::path_for_provider(person.id), "Give them an account"),
    };
    let line = |person| Line { account: may.then(|| account(person)), ..line(company, setup, person) };
    Ok(setup.people.iter().map(line).collect())
}

fn line(company: CompanyId, setup: &Setup, person: &Stored<Provider>) -> Line {
    let does = setup.services.iter().filter(|service| service.data.providers.contains(&person.id.into()));
    let names: Vec<&str> = does.map(|service| service.data.name.as_str()).collect();
    Line {
        path: format!("{}?person={}", path(company, Step::People), person.id),
        name: person.data.name.clone(),
        hours: days::told(Week::of_shifts(&person.data.shifts)),
        offers: if names.len() > 1 && names.len() == setup.services.len() {
            "offers everything".to_owned()
        } else {
            names.join(", ")
        },
        account: None,
    }
}

/// The services, ticked as typed, as they are, or all of them for somebody new.
fn offers(setup: &Setup, changed: Option<&Stored<Provider>>, form: &Form) -> Vec<Choice> {
    let is_typed = !form.text("key").is_empty();
    let choice = |service: &Stored<crate::model::Service>| Choice {
        value: service.id.to_string(),
        label: service.data.name.clone(),
        is_chosen: match changed {
            _ if is_typed => !form.text(&format!("offers-{}", service.id)).is_empty(),
            Some(person) => service.data.providers.contains(&person.id.into()),
            None => true,
        },
    };
    setup.services.iter().map(choice).collect()
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let key = key(&desk, &form)?;
    let changed = form.read::<Uuid>("person")?;
    let done = match (read(&app.setup(id).await?, &form), changed) {
        (Ok(wanted), None) => app.employ(&by, id, &wanted, &key).await.map(drop).map_err(Wrong::of),
        (Ok(wanted), Some(person)) => {
            let lacks =
                || Problem::new(codes::BAD_QUERY, "The form lacks the version that it was filled from.");
            let version = form.read::<i64>("version")?.ok_or_else(lacks)?;
            app.reemploy(&by, id, (person, version), &wanted).await.map_err(Wrong::of)
        }
        (Err(fields), _) => Err(Wrong::fields(fields)),
    };
    let said = if changed.is_some() { "saved" } else { "person" };
    match done {
        Ok(()) => Ok(words::to(&format!("{}?done={said}", path(id, Step::People)))),
        Err(wrong) => page(&app, &desk, id, &form, wrong).await,
    }
}

/// The whole form, or everything that is wrong with it.
fn read(setup: &Setup, form: &Form) -> Result<Person, Vec<FieldError>> {
    let (week, mut errors) = match days::read(form) {
        Ok(week) => (week, Vec::new()),
        Err(errors) => (None, errors),
    };
    let is_ticked = |id: &Uuid| !form.text(&format!("offers-{id}")).is_empty();
    let services = setup.services.iter().map(|service| service.id).filter(is_ticked).collect();
    let person = Person { name: form.text("name").to_owned(), week, services };
    errors.extend(person.check());
    if errors.is_empty() { Ok(person) } else { Err(errors) }
}
