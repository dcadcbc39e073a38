//! The first step: name, currency, zone, and the branch that the company begins with.

use askama::Template;
use axum::extract::{self, Extension};
use axum::response::Response;
use chrono_tz::TZ_VARIANTS;

use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::days::{self, Days};
use super::{Frame, PATH, kept_key, key, path, sample};
use crate::app::{App, Founding, Setup, Step, Week};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, FieldError};

const HOURS: &str = "Open";

/// Currencies that many companies keep their books in; any other of ISO 4217 can be typed.
const CURRENCIES: [(&str, &str); 24] = [
    ("EUR", "Euro"),
    ("USD", "US dollar"),
    ("GBP", "Pound sterling"),
    ("CHF", "Swiss franc"),
    ("SEK", "Swedish krona"),
    ("NOK", "Norwegian krone"),
    ("DKK", "Danish krone"),
    ("PLN", "Polish złoty"),
    ("CZK", "Czech koruna"),
    ("HUF", "Hungarian forint"),
    ("RON", "Romanian leu"),
    ("TRY", "Turkish lira"),
    ("CAD", "Canadian dollar"),
    ("AUD", "Australian dollar"),
    ("NZD", "New Zealand dollar"),
    ("JPY", "Japanese yen"),
    ("CNY", "Chinese yuan"),
    ("INR", "Indian rupee"),
    ("SGD", "Singapore dollar"),
    ("AED", "UAE dirham"),
    ("ZAR", "South African rand"),
    ("BRL", "Brazilian real"),
    ("MXN", "Mexican peso"),
    ("KWD", "Kuwaiti dinar"),
];

#[derive(Template)]
#[template(path = "setup/company.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    wrong: Wrong,
    action: String,
    key: String,
    is_new: bool,
    offers_sample: bool,
    versions: (i64, i64),
    name: Entry,
    currency: Entry,
    time_zone: Entry,
    branch: Entry,
    address: Entry,
    days: Days,
    currencies: &'static [(&'static str, &'static str)],
    zones: Vec<&'static str>,
}

pub(super) async fn show_new(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, &desk, None, Form::default(), Wrong::default()).await
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let setup = app.setup(id).await?;
    page(&app, &desk, Some(setup), Form::default(), Wrong::default()).await
}

/// The page: of a company that is there, or of one to be made; filled from the form, if one comes back.
pub(super) async fn page(
    app: &App,
    desk: &Desk,
    setup: Option<Setup>,
    form: Form,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let is_typed = !form.text("key").is_empty();
    let (said, hours) = match &setup {
        _ if is_typed => (typed(&form, None), Days::typed(HOURS, &form, &wrong)),
        Some(setup) => {
            let branch = setup.branch().map(|branch| &branch.data);
            let hours = branch.map(|branch| Week::of_hours(&branch.opening_hours));
            (stands(setup), Days::of(HOURS, hours.unwrap_or(Some(Week::office()))))
        }
        None => (proposed(app).await?, Days::of(HOURS, Some(Week::office()))),
    };
    let is_new = setup.is_none();
    let id = setup.as_ref().map(|setup| CompanyId(setup.company.id));
    let versions = setup
        .as_ref()
        .map(|setup| (setup.company.version, setup.branch().map_or(0, |branch| branch.version)));
    let zone_attributes = vec![
        ("required", "required"),
        ("list", "zones"),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
        // The script proposes the browser's own while nobody has said anything.
        if is_new && !is_typed { ("data-own-zone", "yes") } else { ("maxlength", "60") },
    ];
    let currency_attributes =
        vec![("required", "required"), ("list", "currencies"), ("autocomplete", "off"), ("maxlength", "3")];
    let optional = vec![("maxlength", "500"), ("autocomplete", "off")];
    let mut page = Page {
        shell: desk.shell(if is_new { "Set up your company" } else { "Company" }, PATH),
        frame: Frame::at(Step::Company, setup.as_ref()),
        action: id.map_or_else(|| format!("{PATH}/company"), |id| path(id, Step::Company)),
        key: kept_key(&form)?,
        is_new,
        offers_sample: is_new && !is_typed && sample::is_offered(app).await?,
        versions: sent_versions(&form).or(versions).unwrap_or_default(),
        name: Entry::line("name", "Name", &said.name, &wrong),
        currency: Entry::line("currency", "Currency", &said.currency, &wrong)
            .hinted("Three letters, such as EUR.")
            .with(currency_attributes),
        time_zone: Entry::line("time_zone", "Time zone", &said.time_zone, &wrong)
            .hinted("Type a city to search.")
            .with(zone_attributes),
        branch: Entry::line("branch", "Name of the branch", &said.branch, &wrong),
        address: Entry::line("address", "Address", &said.address, &wrong)
            .hinted("Customers see where to come. It can be left out.")
            .with(optional),
        days: hours,
        currencies: &CURRENCIES,
        zones: TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
        wrong,
    };
    let entries = [&page.name, &page.currency, &page.time_zone, &page.branch, &page.address];
    let wrong = std::mem::take(&mut page.wrong).named(days::labels());
    page.wrong = wrong.called(entries.map(|entry| (entry, entry.label.to_owned())));
    Ok(words::html(page.wrong.status(), &page))
}

/// What the form says; the hours are read apart.
fn typed(form: &Form, hours: Option<Week>) -> Founding {
    let text = |name: &str| form.text(name).to_owned();
    Founding {
        name: text("name"),
        currency: text("currency").to_uppercase(),
        time_zone: text("time_zone").replace(' ', "_"),
        branch: text("branch"),
        address: text("address"),
        hours,
    }
}

fn stands(setup: &Setup) -> Founding {
    let company = &setup.company.data;
    let branch = setup.branch().map(|branch| &branch.data);
    Founding {
        name: company.name.clone(),
        currency: company.currency.clone(),
        time_zone: company.time_zone.name().to_owned(),
        branch: branch.map(|branch| branch.name.clone()).unwrap_or_default(),
        address: branch.map(|branch| branch.address.clone()).unwrap_or_default(),
        hours: None,
    }
}

/// What can be guessed: the currency of the books that are there.
async fn proposed(app: &App) -> Result<Founding, Problem> {
    let currency = app.connections().await?.into_iter().find_map(|known| known.currency);
    Ok(Founding {
        currency: currency.unwrap_or_default(),
        time_zone: "UTC".to_owned(),
        branch: "Main branch".to_owned(),
        ..Founding::default()
    })
}

/// The whole form, or everything that is wrong with it.
fn read(form: &Form) -> Result<Founding, Vec<FieldError>> {
    let (hours, mut errors) = match days::read(form) {
        Ok(hours) => (hours, Vec::new()),
        Err(errors) => (None, errors),
    };
    let founding = typed(form, hours);
    errors.extend(founding.check());
    if errors.is_empty() { Ok(founding) } else { Err(errors) }
}

pub(super) async fn found(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let key = key(&desk, &form)?;
    let done = match read(&form) {
        Ok(wanted) => app.found_company(&by, &wanted, &key).await.map_err(Wrong::of),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(id) => Ok(words::to(&format!("{}?done=company", path(id, Step::Services)))),
        Err(wrong) => page(&app, &desk, None, form, wrong).await,
    }
}

pub(super) async fn refound(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let lacks = || Problem::new(codes::BAD_QUERY, "The form lacks the versions that it was filled from.");
    let versions = sent_versions(&form).ok_or_else(lacks)?;
    let done = match read(&form) {
        Ok(wanted) => app.refound_company(&by, id, &wanted, versions).await.map_err(Wrong::of),
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(()) => Ok(words::to(&format!("{}?done=saved", path(id, app.setup(id).await?.next())))),
        Err(wrong) => page(&app, &desk, Some(app.setup(id).await?), form, wrong).await,
    }
}

/// The versions of both records that the form was filled from.
fn sent_versions(form: &Form) -> Option<(i64, i64)> {
    form.text("version").parse().ok().zip(form.text("branch-version").parse().ok())
}
