//! One service of a company: what it is called, how long it takes, what it costs, and whether it can be booked.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::Uri;
use axum::response::Response;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::assets;
use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::PATH;
use super::settings::{self, sent_version, whole};
use crate::app::{App, Error, Terms};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Company, CompanyId, FieldError, Kind, Stored};

#[derive(Template)]
#[template(path = "setup/service.html")]
struct Page {
    shell: Shell,
    style: &'static str,
    wrong: Wrong,
    action: String,
    back: String,
    title: String,
    service: Uuid,
    version: i64,
    currency: String,
    name: Entry,
    minutes: Entry,
    /// None where the prices are finer than the page shows.
    price: Option<Entry>,
    deposit: Entry,
    is_active: bool,
    providers: usize,
}

/// Where it is changed.
pub(super) fn page_of(company: CompanyId, service: Uuid) -> String {
    format!("{PATH}/{company}/service?service={service}")
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

async fn page(app: &App, desk: &Desk, id: CompanyId, form: &Form, wrong: Wrong) -> Result<Response, Problem> {
    let service = named(form)?;
    let found = app.services_ever(id).await?.into_iter().find(|one| one.id == service);
    let Stored { version, data, .. } =
        found.ok_or_else(|| Error::missing(Kind::Service.as_str(), service))?;
    let Company { currency, .. } = app.get::<Company>(id.0).await?.data;
    let sent = form.read::<i64>("version")?;
    let stands = Terms::of(&data);
    let said = |name: &str, stands: String| match sent {
        Some(_) => form.text(name).to_owned(),
        None => stands,
    };
    let number =
        |name: &'static str, label, stands: String| Entry::number(name, label, &said(name, stands), &wrong);
    let mut page = Page {
        shell: desk.shell(&data.name, PATH),
        style: &assets::SETUP_STYLE.path,
        action: format!("{PATH}/{id}/service"),
        back: settings::page_of(id),
        title: data.name.clone(),
        service,
        version: sent.unwrap_or(version),
        name: Entry::line("name", "Name", &said("name", stands.name), &wrong),
        minutes: number("duration_minutes", "Minutes", stands.duration_minutes.to_string()),
        price: stands.price.map(|price| number("price", "Price before tax", price.to_string())),
        deposit: number(
            "deposit_percent",
            "Deposit, per cent",
            stands.deposit_percent.normalize().to_string(),
        ),
        is_active: if sent.is_some() { !form.text("active").is_empty() } else { stands.active },
        providers: data.providers.len(),
        currency,
        wrong,
    };
    let entries = [&page.name, &page.minutes, &page.deposit].into_iter().chain(&page.price);
    let labels: Vec<_> = entries.map(|entry| (entry, entry.label.to_owned())).collect();
    page.wrong = std::mem::take(&mut page.wrong).called(labels);
    Ok(words::html(page.wrong.status(), &page))
}

fn named(form: &Form) -> Result<Uuid, Problem> {
    let none = || Problem::new(codes::BAD_QUERY, "No service is named.");
    form.read::<Uuid>("service")?.ok_or_else(none)
}

pub(super) async fn save(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let which = (named(&form)?, sent_version(&form)?);
    let done = match read(&form) {
        Ok(wanted) => app.set_service(&by, id, which, wanted).await.map_err(Wrong::of),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(()) => Ok(words::to(&format!("{}?done=saved", settings::page_of(id)))),
        Err(wrong) => page(&app, &desk, id, &form, wrong).await,
    }
}

/// The whole form, or everything in it that is no number.
fn read(form: &Form) -> Result<Terms, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut amount = |name: &str, such: &str| {
        form.number(name).parse::<Decimal>().unwrap_or_else(|_| {
            errors.push(FieldError { field: name.to_owned(), message: format!("must be {such}") });
            Decimal::ZERO
        })
    };
    // A form without this field is that of a service with finer prices.
    let price = (form.text("finer").is_empty()).then(|| amount("price", "an amount, such as 49.90"));
    let deposit_percent = amount("deposit_percent", "a number of per cent, such as 30; 0 asks for none");
    let duration_minutes = form.text("duration_minutes").parse().unwrap_or_else(|_| {
        errors.extend(whole("duration_minutes"));
        0
    });
    let active = !form.text("active").is_empty();
    let terms =
        Terms { name: form.text("name").to_owned(), duration_minutes, price, deposit_percent, active };
    if errors.is_empty() { Ok(terms) } else { Err(errors) }
}
