//! Setting a company up: one page for each step, each stored when it is done; and its settings, which are changed later.
//!
//! Invariants: a form that is refused comes back with everything that was typed and a word at each field that is wrong. What a
//! step asks for is stored by one call into [`crate::app`], which does the checking. Secrets of ERP connections are neither
//! shown nor taken here.

mod books;
mod company;
mod days;
mod done;
mod lines;
mod people;
mod sample;
mod service;
mod services;
mod settings;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::appointments::companies;
use super::assets;
use super::door::Desk;
use super::form::Form;
use super::words::{self, Shell};
use super::wrong::Wrong;
use super::{Need, Pages};
use crate::app::{self, App, Setup, Step};
use crate::codes;
use crate::http::extract::Id;
use crate::http::gate::{Pin, Subject};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Grant, Scope};

/// Where it begins.
pub(super) const PATH: &str = "/setup";

/// The pages, and their forms.
pub(super) fn routes() -> Pages {
    let own = || Need::of(Scope::CatalogueWrite, Subject::Company);
    let founding = || Need::everywhere(Scope::CatalogueWrite);
    Pages::default()
        .get(PATH, Need::list(Scope::CatalogueWrite, &[Pin::Company]), index)
        .get("/setup/company", founding(), company::show_new)
        .post("/setup/company", founding(), company::found)
        .post("/setup/sample", founding(), sample::make)
        .post("/setup/connection", Need::everywhere(Scope::BooksWrite), books::apply)
        .get("/setup/{id}", own(), resume)
        .get("/setup/{id}/company", own(), company::show)
        .post("/setup/{id}/company", own(), company::refound)
        .get("/setup/{id}/services", own(), services::show)
        .post("/setup/{id}/services", own(), services::add)
        .get("/setup/{id}/people", own(), people::show)
        .post("/setup/{id}/people", own(), people::save)
        .get("/setup/{id}/books", own(), books::show)
        .post("/setup/{id}/books", own(), books::choose)
        .get("/setup/{id}/done", own(), done::show)
        .post("/setup/{id}/portal", own(), done::open_portal)
        .get("/setup/{id}/settings", own(), settings::show)
        .post("/setup/{id}/settings", own(), settings::save)
        .get("/setup/{id}/service", own(), service::show)
        .post("/setup/{id}/service", own(), service::save)
        .get("/setup/{id}/remove", own(), sample::ask)
        .post("/setup/{id}/remove", own(), sample::remove)
}

/// Whether somebody may make companies.
pub(super) fn may_found(desk: &Desk) -> bool {
    desk.identity.grants_for(Scope::CatalogueWrite).iter().any(Grant::is_everywhere)
}

/// Where a sample company is removed.
pub(super) fn removal(company: CompanyId) -> String {
    format!("{PATH}/{company}/remove")
}

/// What the pages of all steps have in common.
struct Frame {
    steps: Vec<StepLink>,
    style: &'static str,
    script: &'static str,
}

/// A step as the head of the page shows it.
struct StepLink {
    label: &'static str,
    path: String,
    is_now: bool,
    is_done: bool,
}

impl Frame {
    /// For a page of this step; before there is a company, without one.
    fn at(now: Step, setup: Option<&Setup>) -> Self {
        let link = |(step, label): (Step, &'static str)| StepLink {
            label,
            path: setup.map(|setup| path(setup.company.id.into(), step)).unwrap_or_default(),
            is_now: step == now,
            is_done: setup.is_some_and(|setup| is_done(setup, step, now)),
        };
        Self {
            steps: STEPS.into_iter().map(link).collect(),
            style: &assets::SETUP_STYLE.path,
            script: &assets::SETUP_SCRIPT.path,
        }
    }
}

const STEPS: [(Step, &str); 5] = [
    (Step::Company, "Company"),
    (Step::Services, "Services"),
    (Step::People, "People"),
    (Step::Books, "Books"),
    (Step::Done, "Done"),
];

/// The page of a step.
fn path(company: CompanyId, step: Step) -> String {
    let page = match step {
        Step::Company => "company",
        Step::Services => "services",
        Step::People => "people",
        Step::Books => "books",
        Step::Done => "done",
    };
    format!("{PATH}/{company}/{page}")
}

fn is_done(setup: &Setup, step: Step, now: Step) -> bool {
    match step {
        Step::Company => !setup.branches.is_empty(),
        Step::Services => !setup.services.is_empty(),
        Step::People => !setup.people.is_empty(),
        // Books that fit are there from the start: they count as soon as nothing before them is missing.
        Step::Books => setup.has_books && (setup.has_documents || [setup.next(), now].contains(&Step::Done)),
        Step::Done => false,
    }
}

/// The key of a form, for whoever sends it: sent twice, it makes nothing twice.
pub(super) fn key(desk: &Desk, form: &Form) -> Result<String, Problem> {
    let key = form.text("key");
    let is_one = key.len() > 8 && key.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c));
    if is_one {
        Ok(format!("{}:{key}", desk.identity.id))
    } else {
        Err(Problem::new(codes::BAD_QUERY, "The form lacks its key."))
    }
}

/// The key that a form carries: its own if it comes back, else a fresh one.
pub(super) fn kept_key(form: &Form) -> Result<String, Problem> {
    match form.text("key") {
        "" => Ok(app::fresh_secret("fk_")?),
        key => Ok(key.to_owned()),
    }
}

#[derive(Template)]
#[template(path = "setup/list.html")]
struct List {
    shell: Shell,
    frame: Frame,
    companies: Vec<Line>,
    may_found: bool,
    offers_sample: bool,
}

/// A company, and how far it is.
struct Line {
    id: String,
    name: String,
    next: &'static str,
    settings: String,
}

/// The companies, and what each lacks; where there is none, the first step.
async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let may_found = may_found(&desk);
    let all = companies(&app, &desk, query.read("company")?).await?;
    if all.is_empty() && may_found {
        return company::page(&app, &desk, None, Form::default(), Wrong::default()).await;
    }
    let mut lines = Vec::new();
    for choice in all {
        let Ok(id) = choice.value.parse::<CompanyId>() else { continue };
        let next = lacking(app.setup(id).await?.next());
        lines.push(Line { id: choice.value, name: choice.label, next, settings: settings::page_of(id) });
    }
    let shell = desk.shell("Set-up", PATH);
    let offers_sample = may_found && sample::is_offered(&app).await?;
    let page =
        List { shell, frame: Frame::at(Step::Company, None), companies: lines, may_found, offers_sample };
    Ok(words::html(StatusCode::OK, &page))
}

const fn lacking(next: Step) -> &'static str {
    match next {
        Step::Company => "Lacks a branch",
        Step::Services => "Lacks services",
        Step::People => "Lacks people",
        Step::Books => "Lacks books",
        Step::Done => "Complete",
    }
}

/// Goes on where something is missing.
async fn resume(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
) -> Result<Response, Problem> {
    Ok(words::to(&path(id, app.setup(id).await?.next())))
}

/// Whether nothing is set up yet, and somebody may change that.
pub(super) async fn is_due(app: &App, desk: &Desk) -> Result<bool, Problem> {
    Ok(may_found(desk) && app.is_blank().await?)
}
