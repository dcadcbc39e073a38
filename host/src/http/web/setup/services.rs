//! The second step: what is offered, ticked and changed on a template of the line of business.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::Uri;
use axum::response::Response;
use rust_decimal::Decimal;

use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::words::{self, Shell};
use super::super::wrong::Wrong;
use super::{Frame, PATH, kept_key, key, path};
use crate::app::{App, Offering, Setup, Step, Template as Line, TemplateService, UnitsWanted};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, FieldError, Service, Stored};

#[derive(Template)]
#[template(path = "setup/services.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    wrong: Wrong,
    action: String,
    onward: String,
    key: String,
    currency: String,
    there: Vec<There>,
    templates: Vec<Kind>,
    chosen: &'static str,
    rows: Vec<Row>,
    units: Vec<Entry>,
}

/// A service that is offered already.
struct There {
    path: String,
    name: String,
    terms: String,
}

/// A template to choose.
struct Kind {
    path: String,
    name: &'static str,
    about: &'static str,
    is_chosen: bool,
}

/// A service of the template that is chosen.
struct Row {
    place: usize,
    usual: &'static str,
    entries: [Entry; 4],
    terms: String,
    is_ticked: bool,
    is_there: bool,
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
    let setup = app.setup(id).await?;
    let action = path(id, Step::Services);
    let chosen = Line::named(form.text("template"));
    let kind = |one: &'static Line| Kind {
        path: format!("{action}?template={}#services", one.key),
        name: &one.name,
        about: &one.about,
        is_chosen: one.key == form.text("template"),
    };
    let currency = setup.company.data.currency.clone();
    let told = |service: &Stored<Service>| {
        let Service { name, prices, duration_minutes, .. } = &service.data;
        let price = prices.first().map(|row| format!(" · {} {currency}", row.unit_price));
        There {
            path: super::service::page_of(id, service.id),
            name: name.clone(),
            terms: format!("{duration_minutes} min{}", price.unwrap_or_default()),
        }
    };
    let rows = chosen.map(|line| rows(line, &setup, form, &wrong)).unwrap_or_default();
    let units = chosen.map(|line| units(line, &setup, form, &wrong)).unwrap_or_default();
    let of_units = units.iter().map(|entry| (entry, entry.label.to_owned()));
    let wrong = wrong.called(rows.iter().flat_map(called).chain(of_units));
    let page = Page {
        shell: desk.shell("Services", PATH),
        frame: Frame::at(Step::Services, Some(&setup)),
        onward: path(id, Step::People),
        key: kept_key(form)?,
        there: setup.services.iter().map(told).collect(),
        templates: Line::all().iter().map(kind).collect(),
        chosen: chosen.map_or("", |line| line.key),
        rows,
        units,
        currency,
        action,
        wrong,
    };
    Ok(words::html(page.wrong.status(), &page))
}

fn rows(line: &'static Line, setup: &Setup, form: &Form, wrong: &Wrong) -> Vec<Row> {
    let is_typed = !form.text("key").is_empty();
    let row = |(n, usual): (usize, &'static TemplateService)| {
        let place = n + 1;
        let said = |field: &str, usual: String| match is_typed {
            true => form.text(&format!("{field}-{place}")).to_owned(),
            false => usual,
        };
        let number = |field: &str, label, usual: String| {
            Entry::number(format!("{field}-{place}"), label, &said(field, usual), wrong)
        };
        let line = |field: &str, label, usual: &str| {
            Entry::line(format!("{field}-{place}"), label, &said(field, usual.to_owned()), wrong)
        };
        let same = |name: &str| name.eq_ignore_ascii_case(&usual.name);
        let is_there = setup.services.iter().any(|service| same(&service.data.name));
        let ticked = !form.text(&format!("tick-{place}")).is_empty();
        Row {
            place,
            usual: &usual.name,
            entries: [
                line("name", "Name", &usual.name),
                number("minutes", "Minutes", usual.duration_minutes.to_string()),
                number("price", "Price", usual.price.to_string()),
                line("item", "Item in the books", &usual.item),
            ],
            terms: terms(usual),
            is_ticked: if is_typed { ticked } else { !is_there },
            is_there,
        }
    };
    line.services.iter().enumerate().map(row).collect()
}

/// What the fields of a row are called, apart from the others.
fn called(row: &Row) -> impl Iterator<Item = (&Entry, String)> {
    row.entries.iter().map(|entry| (entry, format!("{} of {}", entry.label, row.usual)))
}

/// What a service brings along besides what the form asks about.
fn terms(usual: &TemplateService) -> String {
    let mut terms = Vec::new();
    let mut add = |is: bool, text: String| terms.extend(is.then_some(text));
    let (before, after) = (usual.buffer_before_minutes, usual.buffer_after_minutes);
    add(before > 0, format!("{before} min kept free before"));
    add(after > 0, format!("{after} min kept free after"));
    add(!usual.deposit_percent.is_zero(), format!("{} % deposit", usual.deposit_percent));
    let (lead, cutoff) = (usual.lead_time_minutes, usual.cancel_cutoff_minutes);
    add(lead > 0, format!("booked {} ahead", span(lead)));
    add(cutoff > 0, format!("cancelled until {} before", span(cutoff)));
    add(
        !usual.required_units.is_empty(),
        format!("needs a {}", usual.required_units.join(" and a ").replace('-', " ")),
    );
    terms.join(" · ")
}

/// Minutes as hours or days, where that is what they are.
fn span(minutes: u32) -> String {
    let (days, hours) = (minutes / (24 * 60), minutes / 60);
    match (minutes % (24 * 60), minutes % 60) {
        (0, _) if days == 1 => "a day".to_owned(),
        (0, _) => format!("{days} days"),
        (_, 0) if hours == 1 => "an hour".to_owned(),
        (_, 0) => format!("{hours} hours"),
        _ => format!("{minutes} min"),
    }
}

fn units(line: &'static Line, setup: &Setup, form: &Form, wrong: &Wrong) -> Vec<Entry> {
    let is_typed = !form.text("key").is_empty();
    let unit = |one: &'static crate::app::OfferedUnits| {
        let name = format!("count-{}", one.unit_type);
        let there = setup.units.iter().filter(|unit| unit.data.unit_type == one.unit_type).count();
        let usual = if there > 0 { there.to_string() } else { one.count.to_string() };
        let value = if is_typed { form.text(&name).to_owned() } else { usual };
        let entry = Entry::number(name, &one.name, &value, wrong);
        entry.hinted("How many there are.").with(vec![("inputmode", "numeric"), ("maxlength", "3")])
    };
    line.units.iter().map(unit).collect()
}

pub(super) async fn add(
    extract::State(app): extract::State<State>,
    Id(id): Id<CompanyId>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let key = key(&desk, &form)?;
    let none = || Problem::new(codes::BAD_QUERY, "The form names no template.");
    let template = Line::named(form.text("template")).ok_or_else(none)?;
    let done = match read(template, &form) {
        Ok((wanted, units)) => {
            app.offer_services(&by, id, template, (&wanted, &units), &key).await.map_err(Wrong::of)
        }
        Err(fields) => Err(Wrong::fields(fields)),
    };
    match done {
        Ok(()) => Ok(words::to(&format!("{}?done=services", path(id, Step::People)))),
        Err(wrong) => page(&app, &desk, id, &form, wrong).await,
    }
}

type Wanted = (Vec<Offering>, Vec<UnitsWanted>);

/// What is ticked, and how many units there shall be.
fn read(template: &Line, form: &Form) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: String, message: &str| {
        errors.push(FieldError { field, message: message.to_owned() });
    };
    let (mut wanted, mut units) = (Vec::new(), Vec::new());
    for place in 1..=template.services.len() {
        let text = |field: &str| form.text(&format!("{field}-{place}"));
        if text("tick").is_empty() {
            continue;
        }
        let price = form.number(&format!("price-{place}")).parse::<Decimal>();
        let minutes = text("minutes").parse::<u32>();
        if price.is_err() {
            wrong(format!("price-{place}"), "must be an amount, such as 49.90");
        }
        if minutes.is_err() {
            wrong(format!("minutes-{place}"), "must be a whole number");
        }
        wanted.push(Offering {
            place,
            name: text("name").to_owned(),
            item: text("item").to_owned(),
            duration_minutes: minutes.unwrap_or_default(),
            price: price.unwrap_or_default(),
        });
    }
    for one in &template.units {
        let field = format!("count-{}", one.unit_type);
        match form.text(&field).parse() {
            Ok(count) => units.push(UnitsWanted { unit_type: one.unit_type.clone(), count }),
            Err(_) => wrong(field, "must be a whole number"),
        }
    }
    if errors.is_empty() { Ok((wanted, units)) } else { Err(errors) }
}
