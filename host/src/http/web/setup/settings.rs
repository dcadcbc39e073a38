//! The settings of a company: how its customers book, and what it offers.
//!
//! Invariant: a form says which version it was filled from, so that nothing is overwritten unseen.

use askama::Template;
use axum::extract::{self, Extension};
use axum::response::Response;

use super::super::assets;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::{PATH, path, service};
use crate::app::{App, Settings, Step};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Company, CompanyId, FieldError, Service, Stored};

#[derive(Template)]
#[template(path = "setup/settings.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    action: String,
    version: i64,
    steps: String,
    more: String,
    portal: Option<String>,
    name: Entry,
    hold: Entry,
    is_open: bool,
    greeting: Entry,
    payment: Entry,
    services: Vec<Line>,
}

/// A service of the company.
struct Line {
    path: String,
    name: String,
    terms: String,
    is_withdrawn: bool,
}

/// Where they are.
pub(super) fn page_of(company: CompanyId) -> String {
    format!("{PATH}/{company}/settings")
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, &desk, id, &Form::default(), Wrong::default()).await
}

async fn page(app: &App, desk: &Desk, id: CompanyId, form: &Form, wrong: Wrong) -> Result<Response, Problem> {
    let Stored { version, data: company, .. } = app.get::<Company>(id.0).await?;
    let sent = form.read::<i64>("version")?;
    let stands = Settings::of(&company);
    let minutes = stands.hold_minutes.to_string();
    let said = |name: &str, stands: &str| if sent.is_some() { form.text(name) } else { stands }.to_owned();
    let services = app.services_ever(id).await?;
    let mut page = Page {
        shell: desk.shell(&format!("Settings of {}", company.name), PATH),
        style: &assets::SETUP_STYLE.path,
        action: page_of(id),
        version: sent.unwrap_or(version),
        steps: path(id, Step::Done),
        more: path(id, Step::Services),
        portal: company.portal.open.then(|| format!("/portal/{id}")),
        name: Entry::line("name", "Name", &said("name", &stands.name), &wrong),
        hold: Entry::number(
            "hold_minutes",
            "Minutes that a time is held",
            &said("hold_minutes", &minutes),
            &wrong,
        )
        .hinted("A deposit has to be paid and entered within them, unless you confirm without it.")
        .with(vec![("required", "required"), ("inputmode", "numeric"), ("maxlength", "4")]),
        is_open: if sent.is_some() { !form.text("open").is_empty() } else { stands.is_open },
        greeting: Entry::paragraph("greeting", "Greeting", &said("greeting", &stands.greeting), &wrong)
            .hinted("It stands above the services."),
        payment: Entry::paragraph(
            "payment",
            "How a deposit is paid",
            &said("payment", &stands.payment),
            &wrong,
        )
        .hinted("Customers read it where a deposit is due: to which account, by which link."),
        services: services.iter().map(|service| line(id, &company, service)).collect(),
        wrong,
    };
    let entries = [&page.name, &page.hold, &page.greeting, &page.payment];
    page.wrong = std::mem::take(&mut page.wrong).called(entries.map(|entry| (entry, entry.label.to_owned())));
    Ok(words::html(page.wrong.status(), &page))
}

fn line(company: CompanyId, of: &Company, service: &Stored<Service>) -> Line {
    let Service { name, duration_minutes, prices, deposit_percent, active, .. } = &service.data;
    let mut terms = vec![format!("{duration_minutes} min")];
    terms.extend(prices.first().map(|row| format!("{} {}", row.unit_price, of.currency)));
    if !deposit_percent.is_zero() {
        terms.push(format!("{} % deposit", deposit_percent.normalize()));
    }
    Line {
        path: service::page_of(company, service.id),
        name: name.clone(),
        terms: terms.join(" · "),
        is_withdrawn: !active,
    }
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let version = sent_version(&form)?;
    let done = match read(&form) {
        Ok(wanted) => app.set_company(&by, id, version, wanted).await.map_err(Wrong::of),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(()) => Ok(words::to(&format!("{}?done=saved", page_of(id)))),
        Err(wrong) => page(&app, &desk, id, &form, wrong).await,
    }
}

fn read(form: &Form) -> Result<Settings, Vec<FieldError>> {
    let text = |name: &str| form.text(name).to_owned();
    let hold_minutes = form.text("hold_minutes").parse().map_err(|_| whole("hold_minutes"))?;
    Ok(Settings {
        name: text("name"),
        hold_minutes,
        is_open: !form.text("open").is_empty(),
        greeting: text("greeting"),
        payment: text("payment"),
    })
}

/// The version of the record that a form was filled from.
pub(super) fn sent_version(form: &Form) -> Result<i64, Problem> {
    let lacks = || Problem::new(codes::BAD_QUERY, "The form lacks the version that it was filled from.");
    form.read::<i64>("version")?.ok_or_else(lacks)
}

/// That a field is no whole number.
pub(super) fn whole(field: &str) -> Vec<FieldError> {
    vec![FieldError { field: field.to_owned(), message: "must be a whole number".to_owned() }]
}
