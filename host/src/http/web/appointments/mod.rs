//! The list of appointments: its filters and its order, the views of it that people keep, what is done with several at once,
//! and the same as CSV.

mod filter;
mod ticked;
mod views;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::filter::{Place, When};
use self::views::View;
use super::appointment;
use super::csv::{Cell, Csv};
use super::door::Desk;
use super::form::Form;
use super::names::{Names, choices};
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App, VIEW_NAME};
use crate::http::gate::Pin;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{
    Appointment, Branch, Case, Company, CompanyId, Customer, CustomerId, Provider, Scope, Service, Status,
};
use crate::store::{AppointmentFilter, Page, Sort};

/// Rows of a CSV file at most: a spreadsheet opens them at once, and reading them takes a second.
const EXPORTED: u32 = 5_000;

const PATH: &str = "/appointments";

/// The list, its views, what is done with several at once, and the same as a file.
pub(super) fn routes() -> Pages {
    let pins = [Pin::Company, Pin::Branch, Pin::Provider, Pin::Customer];
    let need = || Need::list(Scope::AppointmentsRead, &pins);
    let own = || Need::anywhere(Scope::Own);
    Pages::default()
        .get(PATH, need(), index)
        .get("/appointments.csv", need(), export)
        .post("/appointments/views/keep", own(), views::keep)
        .post("/appointments/views/forget", own(), views::forget)
        .merge(ticked::routes())
}

/// An appointment as lists show it.
pub(super) struct Row {
    pub(super) path: String,
    pub(super) tick: String,
    pub(super) name: String,
    pub(super) customer: String,
    /// Where the customer is shown, for whoever may see them.
    pub(super) customer_path: Option<String>,
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
    /// What it was moved to, for whoever may see that.
    pub(super) moved_to: Option<String>,
}

#[derive(Template)]
#[template(path = "appointments.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    views: Vec<View>,
    companies: Vec<Choice>,
    branches: Vec<Choice>,
    providers: Vec<Choice>,
    statuses: Vec<Choice>,
    times: Vec<Choice>,
    orders: Vec<Choice>,
    /// Whose appointments alone are shown: their identifier, their name, and the list without them.
    customer: Option<(String, String, String)>,
    from: String,
    to: String,
    text: String,
    zone: String,
    is_filtered: bool,
    /// Whom the list is limited to: the gate is told again by the forms of the page.
    whose: Vec<(&'static str, String)>,
    /// What is looked at, as a view of it is kept.
    query: String,
    /// The view that is looked at, where it is one that was kept: its identifier and its name.
    forget: Option<(String, String)>,
    /// Whether what is looked at is no view yet.
    may_keep: bool,
    name_most: usize,
    export: String,
    next: Option<String>,
    first: Option<String>,
    most: u32,
    acts: Vec<ticked::Offer>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let zone = filter::zone(&app, &query).await?;
    let beyond = query.read::<Place>("after")?.map(|Place(start, id)| (start, id));
    let wanted = AppointmentFilter { beyond, ..filter::filter(&query, zone, app.now())? };
    let mut found = app.appointments(&wanted, Page { after: None, limit: limits::PAGE + 1 }).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(Place::after);
    let rest = views::kept(&query);
    let joint = if rest.is_empty() { "" } else { "&" };
    let company = query.read::<CompanyId>("company")?;
    // Customers do not see the catalogue.
    let (branches, providers) = if desk.identity.grants_for(Scope::CatalogueRead).is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let branches = choices::<Branch>(&app, company, query.text("branch")).await?;
        (branches, choices::<Provider>(&app, company, query.text("provider")).await?)
    };
    let views = views::views(&app, &desk, &query).await?;
    let open = views.iter().find(|view| view.is_open);
    let is_filtered = !query.without(&["after", "done", "company", "order"]).is_empty();
    let list = List {
        shell: desk.shell("Appointments", PATH),
        rows: rows(&app, &desk, &found).await?,
        forget: open.and_then(|view| Some((view.id.clone()?, view.name.clone()))),
        may_keep: is_filtered && open.is_none(),
        views,
        companies: companies(&app, &desk, company).await?,
        branches,
        providers,
        statuses: words::STATUSES.into_iter().map(|one| status(one, &query)).collect(),
        times: When::ALL.into_iter().map(|when| time(when, &query)).collect(),
        orders: orders(&query),
        customer: customer(&app, &desk, &query).await?,
        from: query.text("from").to_owned(),
        to: query.text("to").to_owned(),
        text: query.text("text").to_owned(),
        zone: zone.name().to_owned(),
        is_filtered,
        export: format!("/appointments.csv?{rest}"),
        next: last.map(|place| format!("{PATH}?{rest}{joint}after={place}")),
        first: (!query.text("after").is_empty()).then(|| format!("{PATH}?{rest}")),
        whose: filter::WHOSE.iter().map(|name| (*name, query.text(name).to_owned())).collect(),
        query: rest,
        name_most: VIEW_NAME,
        most: EXPORTED,
        acts: ticked::offers(&desk),
    };
    Ok(words::html(StatusCode::OK, &list))
}

fn status(status: Status, query: &Form) -> Choice {
    Choice {
        value: status.as_str().to_owned(),
        label: words::status(status).to_owned(),
        is_chosen: filter::status(query) == Some(status),
    }
}

fn time(when: When, query: &Form) -> Choice {
    Choice {
        value: when.name().to_owned(),
        label: when.label().to_owned(),
        is_chosen: When::of(query) == when,
    }
}

fn orders(query: &Form) -> Vec<Choice> {
    let chosen = filter::sort(query);
    let order = |(value, label, sort): (&str, &str, Sort)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: sort == chosen,
    };
    let both = [("latest", "Latest first", Sort::Latest), ("earliest", "Earliest first", Sort::Earliest)];
    both.into_iter().map(order).collect()
}

/// The customer that the list is limited to, for whoever may look at others. The gate has seen that they may see this one.
async fn customer(app: &App, desk: &Desk, query: &Form) -> Result<Option<(String, String, String)>, Problem> {
    let Some(id) = query.read::<CustomerId>("customer")? else { return Ok(None) };
    if desk.identity.grants_for(Scope::CustomersList).is_empty() {
        return Ok(None);
    }
    let name = app.get::<Customer>(id.0).await?.data.name;
    let others = query.without(&["after", "done", "customer"]);
    Ok(Some((id.to_string(), name, format!("{PATH}?{others}"))))
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

/// Appointments as lists show them.
pub(super) async fn rows(app: &App, desk: &Desk, found: &[Appointment]) -> Result<Vec<Row>, Problem> {
    let mut names = Names::new(app);
    learn(&mut names, found).await?;
    let mut rows = Vec::with_capacity(found.len());
    for appointment in found {
        let customer_path = desk.customer(appointment.company, appointment.customer);
        let moved_to = match appointment.successor.filter(|_| words::is_moved(appointment)) {
            Some(id) => appointment::link(desk, id).await?,
            None => None,
        };
        rows.push(Row { customer_path, moved_to, ..row(&mut names, appointment).await? });
    }
    Ok(rows)
}

/// Looks up at once all that these rows say of other records.
async fn learn(names: &mut Names<'_>, found: &[Appointment]) -> app::Result<()> {
    names.learn(found.iter().flat_map(named)).await?;
    let elsewhere = |one: &&Appointment| one.location.is_none();
    names.learn_homes(found.iter().filter(elsewhere).map(|one| one.customer)).await
}

/// The records that a row names.
fn named(appointment: &Appointment) -> impl Iterator<Item = Uuid> {
    let Appointment { branch, service, customer, provider, case, .. } = *appointment;
    [branch.0, service.0, customer.0, provider.0].into_iter().chain(case.map(|case| case.0))
}

async fn row(names: &mut Names<'_>, appointment: &Appointment) -> Result<Row, Problem> {
    let zone = names.zone(appointment.branch).await?;
    let (start, end) = (appointment.start, appointment.end);
    let case = match appointment.case {
        Some(case) => names.of::<Case>(case).await?,
        None => String::new(),
    };
    let branch = names.of::<Branch>(appointment.branch).await?;
    let address = appointment.address(names.home(appointment.customer)).map(words::on_a_line);
    Ok(Row {
        path: format!("{PATH}/{}", appointment.id),
        tick: format!("{}|{}", appointment.id, appointment.revision),
        name: appointment.name.clone(),
        customer: names.of::<Customer>(appointment.customer).await?,
        customer_path: None,
        location: address.unwrap_or(branch),
        case,
        service: names.of::<Service>(appointment.service).await?,
        provider: names.of::<Provider>(appointment.provider).await?,
        date: words::day(start, zone),
        from: words::time(start, zone),
        to: words::time(end, zone),
        zone: words::zone(start, zone),
        instant: instant(start),
        status: words::standing(appointment),
        tone: appointment.status.as_str(),
        moved_to: None,
    })
}

/// A moment as machines read it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

async fn export(extract::State(app): extract::State<State>, uri: Uri) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let mut wanted = filter::filter(&query, filter::zone(&app, &query).await?, app.now())?;
    let mut csv = Csv::new("reference,customer,location,case,service,provider,date,from,to,zone,status");
    let mut written = 0;
    let mut names = Names::new(&app);
    while written < EXPORTED {
        let found = app.appointments(&wanted, Page { after: None, limit: limits::MAX_PAGE }).await?;
        learn(&mut names, &found).await?;
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
        wanted.beyond = found.last().map(|last| (last.start, last.id));
        if found.len() < limits::MAX_PAGE as usize {
            break;
        }
    }
    Ok(csv.answer("appointments.csv"))
}
