//! The list of appointments, its filters, and the same as CSV.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::csv::{Cell, Csv};
use super::door::Desk;
use super::form::Form;
use super::names::{Names, choices};
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App};
use crate::codes;
use crate::http::gate::Pin;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::fields::LINE;
use crate::model::{Appointment, Branch, Case, Company, CompanyId, Customer, Provider, Scope, Service};
use crate::store::{AppointmentFilter, Page};

/// Rows of a CSV file at most: a spreadsheet opens them at once, and reading them takes a second.
const EXPORTED: u32 = 5_000;

const PATH: &str = "/appointments";

/// The list, and the same as a file.
pub(super) fn routes() -> Pages {
    let pins = [Pin::Company, Pin::Branch, Pin::Provider, Pin::Customer];
    let need = || Need::list(Scope::AppointmentsRead, &pins);
    Pages::default().get(PATH, need(), index).get("/appointments.csv", need(), export)
}

/// An appointment as lists show it.
pub(super) struct Row {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) customer: String,
    pub(super) location: String,
    pub(super) case: String,
    pub(super) service: String,
    pub(super) provider: String,
    pub(super) date: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) zone: String,
    pub(super) instant: String,
    pub(super) status: &'static str,
    pub(super) tone: &'static str,
}

#[derive(Template)]
#[template(path = "appointments.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    companies: Vec<Choice>,
    branches: Vec<Choice>,
    providers: Vec<Choice>,
    statuses: Vec<Choice>,
    from: String,
    to: String,
    text: String,
    zone: String,
    is_filtered: bool,
    export: String,
    next: Option<String>,
    first: Option<String>,
    most: u32,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let zone = zone(&app, &query).await?;
    let page = Page { after: query.read("after")?, limit: limits::PAGE + 1 };
    let mut found = app.appointments(&filter(&query, zone)?, page).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id);
    let rest = query.without(&["after", "done"]);
    let joint = if rest.is_empty() { "" } else { "&" };
    let company = query.read::<CompanyId>("company")?;
    let status = |status| Choice {
        value: crate::model::Status::as_str(status).to_owned(),
        label: words::status(status).to_owned(),
        is_chosen: query.text("status") == status.as_str(),
    };
    let companies = companies(&app, &desk, company).await?;
    // Customers do not see the catalogue.
    let (branches, providers) = if desk.identity.grants_for(Scope::CatalogueRead).is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let branches = choices::<Branch>(&app, company, query.text("branch")).await?;
        (branches, choices::<Provider>(&app, company, query.text("provider")).await?)
    };
    let list = List {
        shell: desk.shell("Appointments", PATH),
        rows: rows(&app, &found).await?,
        companies,
        branches,
        providers,
        statuses: words::STATUSES.into_iter().map(status).collect(),
        from: query.text("from").to_owned(),
        to: query.text("to").to_owned(),
        text: query.text("text").to_owned(),
        zone: zone.name().to_owned(),
        is_filtered: !query.without(&["after", "done", "company"]).is_empty(),
        export: format!("/appointments.csv?{rest}"),
        next: last.map(|id| format!("{PATH}?{rest}{joint}after={id}")),
        first: (!query.text("after").is_empty()).then(|| format!("{PATH}?{rest}")),
        most: EXPORTED,
    };
    Ok(words::html(StatusCode::OK, &list))
}

/// The companies somebody may choose from; nobody else's names are shown.
pub(super) async fn companies(
    app: &App,
    desk: &Desk,
    chosen: Option<CompanyId>,
) -> Result<Vec<Choice>, Problem> {
    let chosen = chosen.map(|id| id.to_string()).unwrap_or_default();
    let all = choices::<Company>(app, None, &chosen).await?;
    let grants = &desk.identity.grants;
    let is_theirs = |choice: &Choice| {
        grants.iter().any(|grant| grant.company.is_none_or(|company| company.to_string() == choice.value))
    };
    Ok(all.into_iter().filter(is_theirs).collect())
}

/// The zone that days are meant in: the branch's or the company's that is looked at, else UTC.
async fn zone(app: &App, query: &Form) -> Result<Tz, Problem> {
    if let Some(branch) = query.read("branch")? {
        return Ok(app.get::<Branch>(branch).await?.data.time_zone);
    }
    let company = match query.read("company")? {
        Some(company) => app.get::<Company>(company).await?,
        None => match app.list::<Company>(None, Page { after: None, limit: 2 }).await?.as_slice() {
            [only] => only.clone(),
            _ => return Ok(Tz::UTC),
        },
    };
    Ok(company.data.time_zone)
}

fn filter(query: &Form, zone: Tz) -> Result<AppointmentFilter, Problem> {
    let day = |name| query.read::<NaiveDate>(name);
    let status = words::STATUSES.into_iter().find(|status| status.as_str() == query.text("status"));
    let text = query.text("text");
    if text.chars().count() > LINE {
        return Err(Problem::new(
            codes::BAD_QUERY,
            format!("A text to look for has at most {LINE} characters."),
        ));
    }
    Ok(AppointmentFilter {
        company: query.read("company")?,
        branch: query.read("branch")?,
        provider: query.read("provider")?,
        customer: query.read("customer")?,
        status,
        from: day("from")?.map(|day| app::day(zone, day).0),
        to: day("to")?.map(|day| app::day(zone, day).1),
        text: Some(text.to_owned()).filter(|text| !text.is_empty()),
        ..AppointmentFilter::default()
    })
}

async fn rows(app: &App, found: &[Appointment]) -> Result<Vec<Row>, Problem> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(found.len());
    for appointment in found {
        rows.push(row(&mut names, appointment).await?);
    }
    Ok(rows)
}

async fn row(names: &mut Names<'_>, appointment: &Appointment) -> Result<Row, Problem> {
    let zone = names.zone(appointment.branch).await?;
    let (start, end) = (appointment.start, appointment.end);
    let case = match appointment.case {
        Some(case) => names.of::<Case>(case).await?,
        None => String::new(),
    };
    let place = names.of::<Branch>(appointment.branch).await?;
    Ok(Row {
        path: format!("{PATH}/{}", appointment.id),
        name: appointment.name.clone(),
        customer: names.of::<Customer>(appointment.customer).await?,
        location: appointment.location.clone().unwrap_or(place),
        case,
        service: names.of::<Service>(appointment.service).await?,
        provider: names.of::<Provider>(appointment.provider).await?,
        date: words::day(start, zone),
        from: words::time(start, zone),
        to: words::time(end, zone),
        zone: words::zone(start, zone),
        instant: instant(start),
        status: words::status(appointment.status),
        tone: appointment.status.as_str(),
    })
}

/// A moment as machines read it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

async fn export(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let filter = filter(&query, zone(&app, &query).await?)?;
    let mut csv = Csv::new("reference,customer,location,case,service,provider,date,from,to,zone,status");
    let (mut after, mut written) = (None, 0);
    let mut names = Names::new(&app);
    while written < EXPORTED {
        let found = app.appointments(&filter, Page { after, limit: limits::MAX_PAGE }).await?;
        for appointment in &found {
            let row = row(&mut names, appointment).await?;
            let day = appointment.start.with_timezone(&names.zone(appointment.branch).await?).date_naive();
            let cells = [
                &row.name,
                &row.customer,
                &row.location,
                &row.case,
                &row.service,
                &row.provider,
                &day.to_string(),
                &row.from,
                &row.to,
                &row.zone,
                &row.status.to_owned(),
            ];
            csv.row(&cells.map(|cell| Cell::Text(cell)));
        }
        written += limits::MAX_PAGE;
        after = found.last().map(|last| last.id.0);
        if found.len() < limits::MAX_PAGE as usize {
            break;
        }
    }
    Ok(csv.answer("appointments.csv"))
}
