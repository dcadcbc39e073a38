//! A new booking at the front desk: for whom, what, with whom, and when; then the time is held.
//!
//! Each choice is kept in the address, so that going back changes it. Nothing is held before a time is chosen.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{Days, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde_json::json;
use url::form_urlencoded;

use super::appointment::Slot;
use super::appointments::{companies, instant};
use super::customers::sought;
use super::door::Desk;
use super::form::Form;
use super::names::choices;
use super::setup;
use super::trouble::Trouble;
use super::twins::{Twin, twins};
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App, Booking, OpeningsQuery, Providers, Reply, Request, Strict};
use crate::codes;
use crate::http::gate::Pin;
use crate::http::headers::ActingAs;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{
    Branch, BranchId, Company, CompanyId, Customer, CustomerId, Master, Provider, ProviderId, Scope, Service,
    ServiceId, Stored,
};
use crate::store::{CustomerFilter, Page};

/// Customers that a search shows.
const FOUND: u32 = 20;
/// Times of a week that are shown.
const OPENINGS: u32 = 300;
/// Minutes between two of them.
const STEP_MINUTES: u32 = 30;

const PATH: &str = "/book";

/// The page, and its two forms.
pub(super) fn routes() -> Pages {
    Pages::default()
        .get(PATH, Need::list(Scope::CustomersList, &[Pin::Company, Pin::Branch]), show)
        .post("/book/customer", Need::body(Scope::CustomersWrite), add_customer)
        .post("/book/hold", Need::body(Scope::AppointmentsBook), hold)
}

/// A day of openings.
struct Day {
    label: String,
    slots: Vec<Slot>,
}

/// A customer that was found.
struct Found {
    path: String,
    name: String,
    more: String,
}

/// What is being booked, as far as it is chosen.
struct Chosen {
    company: String,
    customer: Option<(String, String)>,
    /// Where they are visited, unless somebody says otherwise.
    address: Option<String>,
    branch: String,
    service: String,
    provider: String,
}

#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    shell: Shell,
    chosen: Chosen,
    companies: Vec<Choice>,
    q: String,
    found: Option<Vec<Found>>,
    change_customer: String,
    branches: Vec<Choice>,
    services: Vec<Choice>,
    providers: Vec<Choice>,
    week: String,
    week_label: String,
    earlier: Option<String>,
    later: String,
    days: Vec<Day>,
    reasons: Vec<String>,
    zone: String,
    key: String,
    adding: Option<Trouble>,
    holding: Option<Trouble>,
    /// What stands for the customer already, where that is asked about.
    twins: Vec<Twin>,
    form: Form,
    may_add: bool,
    may_found: bool,
}

impl BookPage {
    fn is_ready(&self) -> bool {
        self.chosen.customer.is_some() && !self.chosen.service.is_empty()
    }
}

/// A form of the page that was refused, or is asked about first.
enum Wrong {
    Adding(Trouble),
    Holding(Trouble),
    Twice(Vec<Twin>),
}

async fn show(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, query, None).await
}

async fn page(app: &App, desk: &Desk, query: Form, wrong: Option<Wrong>) -> Result<Response, Problem> {
    let all = companies(app, desk, query.read("company")?).await?;
    let only = if let [only] = all.as_slice() { Some(only.value.clone()) } else { None };
    let company = query.read::<CompanyId>("company")?.or(only.and_then(|id| id.parse().ok()));
    let customer = match query.read::<CustomerId>("customer")? {
        Some(id) => Some(app.get::<Customer>(id.0).await?),
        None => None,
    };
    let home = customer.as_ref().and_then(|customer| customer.data.address.as_deref());
    let home = home.map(words::on_a_line).filter(|address| !address.is_empty());
    let customer = customer.map(|customer| (customer.id.to_string(), told(&customer)));
    let with = |changes: &[(&str, &str)]| address(&query, company, changes);
    let found = match (company, sought(&query, "q")?) {
        (Some(company), text @ Some(_)) => {
            let page = Page { after: None, limit: FOUND };
            Some(app.customers(&CustomerFilter { company, text, active: true }, page).await?)
        }
        (_, None) | (None, _) => None,
    };
    let found = found.map(|found| {
        let one = |customer: Stored<Customer>| Found {
            path: with(&[("customer", &customer.id.to_string()), ("q", "")]),
            more: told(&customer),
            name: customer.data.name,
        };
        found.into_iter().map(one).collect()
    });
    let zone = zone(app, company, query.read("branch")?).await?;
    let today = app.now().with_timezone(&zone).date_naive();
    let monday = |day: NaiveDate| day.week(Weekday::Mon).first_day();
    let week = monday(query.read("week")?.unwrap_or(today)).max(monday(today));
    let (days, reasons) = match query.read::<ServiceId>("service")? {
        Some(service) if customer.is_some() => openings(app, &query, service, zone, week).await?,
        _ => (Vec::new(), Vec::new()),
    };
    let next = week + Days::new(7);
    let before = week - Days::new(7);
    let (adding, holding, twins) = match wrong {
        Some(Wrong::Adding(trouble)) => (Some(trouble), None, Vec::new()),
        Some(Wrong::Holding(trouble)) => (None, Some(trouble), Vec::new()),
        Some(Wrong::Twice(twins)) => (None, None, twins),
        None => (None, None, Vec::new()),
    };
    let fine = if twins.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let status = adding.as_ref().or(holding.as_ref()).map_or(fine, Trouble::status);
    let page = BookPage {
        shell: desk.shell("New booking", PATH),
        branches: offered::<Branch>(app, company, query.text("branch")).await?,
        services: offered::<Service>(app, company, query.text("service")).await?,
        providers: offered::<Provider>(app, company, query.text("provider")).await?,
        change_customer: with(&[("customer", "")]),
        earlier: (before >= monday(today)).then(|| with(&[("week", &before.to_string())])),
        later: with(&[("week", &next.to_string())]),
        week: week.to_string(),
        week_label: format!("{} – {}", week.format("%-d %b"), (next - Days::new(1)).format("%-d %b %Y")),
        chosen: Chosen {
            company: company.map(|id| id.to_string()).unwrap_or_default(),
            customer,
            address: home,
            branch: query.text("branch").to_owned(),
            service: query.text("service").to_owned(),
            provider: query.text("provider").to_owned(),
        },
        companies: all,
        q: query.text("q").to_owned(),
        found,
        days,
        reasons,
        zone: zone.name().to_owned(),
        key: app::fresh_secret("fk_")?,
        adding,
        holding,
        twins,
        form: query,
        may_add: !desk.identity.grants_for(Scope::CustomersWrite).is_empty(),
        may_found: setup::may_found(desk),
    };
    Ok(words::html(status, &page))
}

/// What there is to choose from, once it is known in which company.
async fn offered<T: Master>(app: &App, company: Option<CompanyId>, chosen: &str) -> app::Result<Vec<Choice>> {
    if company.is_some() { choices::<T>(app, company, chosen).await } else { Ok(Vec::new()) }
}

/// How to tell a customer from another of the same name.
fn told(customer: &Stored<Customer>) -> String {
    let Customer { name, email, phone, .. } = &customer.data;
    let more: Vec<&str> = [email, phone].into_iter().flatten().map(String::as_str).collect();
    if more.is_empty() { name.clone() } else { format!("{name} · {}", more.join(" · ")) }
}

/// The page with some choices changed.
fn address(query: &Form, company: Option<CompanyId>, changes: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for name in ["company", "branch", "customer", "service", "provider", "week"] {
        let company = company.filter(|_| name == "company").map(|id| id.to_string());
        let kept = company.unwrap_or_else(|| query.text(name).to_owned());
        let changed =
            changes.iter().find(|(changed, _)| *changed == name).map(|(_, text)| (*text).to_owned());
        let text = changed.unwrap_or(kept);
        if !text.is_empty() {
            out.append_pair(name, &text);
        }
    }
    format!("{PATH}?{}", out.finish())
}

async fn zone(app: &App, company: Option<CompanyId>, branch: Option<BranchId>) -> Result<Tz, Problem> {
    Ok(match (branch, company) {
        (Some(branch), _) => app.get::<Branch>(branch.0).await?.data.time_zone,
        (None, Some(company)) => app.get::<Company>(company.0).await?.data.time_zone,
        (None, None) => Tz::UTC,
    })
}

async fn openings(
    app: &App,
    query: &Form,
    service: ServiceId,
    zone: Tz,
    week: NaiveDate,
) -> Result<(Vec<Day>, Vec<String>), Problem> {
    let (from, to) = (app::day(zone, week).0, app::day(zone, week + Days::new(7)).0);
    let from = from.max(app.now());
    let wanted = OpeningsQuery {
        service,
        from: Some(from),
        to: Some(to),
        branch: query.read("branch")?,
        providers: Providers(query.read::<ProviderId>("provider")?.into_iter().collect()),
        guests: None,
        step_minutes: Some(STEP_MINUTES),
        limit: Some(OPENINGS),
        ranking: None,
        near: None,
        customer: query.read("customer")?,
        gender: None,
        language: None,
        skill: None,
        strict: Strict::default(),
        moving: None,
    };
    let found = app.openings(wanted).await?;
    let mut days: Vec<Day> = Vec::new();
    let any = query.text("provider").is_empty();
    let mut last = None;
    for opening in found.openings {
        // Whoever takes anybody is shown each time once; the rules choose who.
        if any && last == Some(opening.start) {
            continue;
        }
        last = Some(opening.start);
        let label = words::day(opening.start, zone);
        let value = instant(opening.start);
        let slot = Slot {
            is_chosen: value == query.text("start"),
            value,
            day: label.clone(),
            time: words::time(opening.start, zone),
            provider: if any { String::new() } else { opening.provider_name },
        };
        match days.last_mut().filter(|day| day.label == label) {
            Some(day) => day.slots.push(slot),
            None => days.push(Day { label, slots: vec![slot] }),
        }
    }
    let reasons = found.reasons.into_iter().map(|finding| format!("{} ({})", finding.message, finding.code));
    Ok((days, reasons.collect()))
}

async fn add_customer(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let company = form.read::<CompanyId>("company")?;
    match added(&app, &desk, company, &form).await {
        Ok(customer) => {
            let to = address(&form, company, &[("customer", &customer.id.to_string())]);
            Ok(words::to(&format!("{to}&done=customer")))
        }
        Err(error) => {
            let trouble = Trouble::from(&Problem::from(error));
            page(&app, &desk, form, Some(Wrong::Adding(trouble))).await
        }
    }
}

async fn added(
    app: &App,
    desk: &Desk,
    company: Option<CompanyId>,
    form: &Form,
) -> app::Result<Stored<Customer>> {
    let told = |name: &str| Some(form.text(name)).filter(|text| !text.is_empty());
    let fields = json!({
        "name": form.text("name"), "email": told("email"), "phone": told("phone"), "address": told("address"),
    });
    let customer: Customer =
        serde_json::from_value(fields).map_err(|error| app::Error::Inside(error.to_string()))?;
    match app.create_by(Some(&desk.identity.label), (company, customer), None).await? {
        Reply::Fresh(customer) => Ok(customer),
        Reply::Replayed(_) => Err(app::Error::Busy),
    }
}

async fn hold(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(form): Extension<Form>,
    ActingAs(acting): ActingAs,
) -> Result<Response, Problem> {
    let fields =
        ["service", "customer", "provider", "branch", "start", "location", "notes", "remarks", "coupon"];
    let booking: Result<Booking, Problem> = form.input(&fields);
    let key = form.text("key");
    if key.is_empty() {
        return Err(Problem::new(codes::BAD_QUERY, "The form lacks its key."));
    }
    // A form that is sent twice holds one time.
    let request = Request {
        key: format!("{}:{key}", desk.identity.id),
        fingerprint: fields.iter().map(|name| form.text(name)).collect::<Vec<_>>().join("\n"),
    };
    if let (Ok(booking), Some(company)) = (&booking, form.read::<CompanyId>("company")?)
        && form.text("again").is_empty()
        && matches!(app.was_answered(&request).await, Ok(false))
    {
        let twins = twins(&app, &desk, company, booking).await?;
        if !twins.is_empty() {
            return page(&app, &desk, form, Some(Wrong::Twice(twins))).await;
        }
    }
    let reply = match booking {
        Ok(booking) => app.hold(booking, acting, Some(&request)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match reply {
        Ok(Reply::Fresh(held)) => Ok(words::to(&format!("/appointments/{}?done=held", held.id))),
        Ok(Reply::Replayed(answer)) => {
            let held: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let id = held["id"].as_str().unwrap_or_default();
            Ok(words::to(&format!("/appointments/{id}?done=held")))
        }
        Err(problem) => page(&app, &desk, form, Some(Wrong::Holding(Trouble::from(&problem)))).await,
    }
}
