//! The books: how the connections stand, what does not get there and why, and what a person does about it; the journal and
//! the stock of those that are built in.

mod contents;
mod delivery;
mod journal;
mod stock;

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono_tz::Tz;
use slotledger_erp::{Body, Class, Failure};

use super::appointments::companies;
use super::door::Desk;
use super::form::Form;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App, ConnectionView};
use crate::codes;
use crate::http::gate::Pin;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CircuitState, Company, CompanyId, Delivery, DeliveryState, Grant, Scope};
use crate::store::DeliveryFilter;

const PATH: &str = "/books";

/// The states that are listed, each by itself.
const STATES: [DeliveryState; 4] =
    [DeliveryState::Parked, DeliveryState::Pending, DeliveryState::Done, DeliveryState::Skipped];

/// The pages, and what can be done from them.
pub(super) fn routes() -> Pages {
    let list = Need::list(Scope::BooksRead, &[Pin::Company]);
    Pages::default()
        .get(PATH, list, index)
        .merge(delivery::routes())
        .merge(journal::routes())
        .merge(stock::routes())
}

/// A connection as the page shows it.
struct Line {
    name: String,
    product: String,
    state: &'static str,
    tone: &'static str,
    message: String,
    pending: u32,
    parked: u32,
    oldest: String,
}

/// A document, as lists and its own page show it.
struct Entry {
    path: String,
    subject: String,
    customer: String,
    kind: &'static str,
    number: String,
    amount: String,
    state: &'static str,
    tone: &'static str,
    attempts: u32,
    since: String,
    message: String,
    fix: String,
}

#[derive(Template)]
#[template(path = "books/list.html")]
struct Books {
    shell: Shell,
    lines: Option<Vec<Line>>,
    entries: Vec<Entry>,
    /// Whether something stands in the way of one of them.
    has_reasons: bool,
    companies: Vec<Choice>,
    states: Vec<Choice>,
    state: &'static str,
    next: Option<String>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let company = query.read::<CompanyId>("company")?;
    let asked = STATES.into_iter().find(|state| state.as_str() == query.text("state"));
    let after = query.read::<i64>("after")?;
    let mut state = asked.unwrap_or(DeliveryState::Parked);
    let mut found = listed(&app, company, state, after).await?;
    // What waits for somebody comes first; where nothing does, what was posted last.
    if asked.is_none() && found.is_empty() {
        state = DeliveryState::Done;
        found = listed(&app, company, state, after).await?;
    }
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id);
    let mut rest = query.without(&["after", "done", "state"]);
    rest.push_str(if rest.is_empty() { "" } else { "&" });
    let names = app.customer_names(&found.iter().map(|one| one.appointment).collect::<Vec<_>>()).await?;
    let zones = zones(&app, found.iter().map(|one| one.company).chain(company)).await?;
    let zone = common(&zones);
    let everywhere = desk.identity.grants_for(Scope::BooksRead).iter().any(Grant::is_everywhere);
    let lines = if everywhere {
        Some(app.connections().await?.into_iter().map(|one| line(one, zone)).collect())
    } else {
        None
    };
    let shown = |delivery: &Delivery| {
        let customer = names.get(&delivery.appointment).cloned().unwrap_or_default();
        entry(delivery, customer, zones.get(&delivery.company).copied().unwrap_or(Tz::UTC))
    };
    let choice = |one: DeliveryState| Choice {
        value: one.as_str().to_owned(),
        label: words::delivery(one).to_owned(),
        is_chosen: one == state,
    };
    let books = Books {
        shell: desk.shell("Books", "/books"),
        lines,
        has_reasons: found.iter().any(|one| one.document.is_none() && one.failure.is_some()),
        entries: found.iter().map(shown).collect(),
        companies: companies(&app, &desk, company).await?,
        states: STATES.into_iter().map(choice).collect(),
        state: words::delivery(state),
        next: last.map(|id| format!("{PATH}?{rest}state={}&after={id}", state.as_str())),
    };
    Ok(words::html(StatusCode::OK, &books))
}

/// The companies to choose from, and the one that is looked at: the first of them where none is named.
async fn one_of(
    app: &App,
    desk: &Desk,
    named: Option<CompanyId>,
) -> Result<(Vec<Choice>, CompanyId), Problem> {
    let mut choices = companies(app, desk, named).await?;
    let first = choices.iter().find(|one| one.is_chosen).or(choices.first()).map(|one| one.value.clone());
    let Some(company) = first.as_deref().and_then(|id| id.parse::<CompanyId>().ok()) else {
        return Err(Problem::new(codes::MISSING, "There is no company yet."));
    };
    choices.iter_mut().for_each(|choice| choice.is_chosen = first.as_deref() == Some(choice.value.as_str()));
    Ok((choices, company))
}

/// A page of the documents in a state: those that wait in the order they were asked for in, else the last ones first.
async fn listed(
    app: &App,
    company: Option<CompanyId>,
    state: DeliveryState,
    after: Option<i64>,
) -> app::Result<Vec<Delivery>> {
    let is_newest_first = matches!(state, DeliveryState::Done | DeliveryState::Skipped);
    let filter = DeliveryFilter { company, state: Some(state), is_newest_first, ..DeliveryFilter::default() };
    let start = if is_newest_first { i64::MAX } else { 0 };
    app.deliveries(&filter, after.unwrap_or(start), limits::PAGE + 1).await
}

/// The zones that these companies keep their books in.
pub(super) async fn zones(
    app: &App,
    companies: impl Iterator<Item = CompanyId>,
) -> app::Result<HashMap<CompanyId, Tz>> {
    let mut zones = HashMap::new();
    for company in companies.collect::<HashSet<_>>() {
        zones.insert(company, zone(app, company).await?);
    }
    Ok(zones)
}

/// The zone that a company keeps its books in.
pub(super) async fn zone(app: &App, company: CompanyId) -> app::Result<Tz> {
    Ok(app.get::<Company>(company.0).await?.data.time_zone)
}

/// The one zone of all these companies; UTC where they have several.
fn common(zones: &HashMap<CompanyId, Tz>) -> Tz {
    let mut all = zones.values();
    let first = all.next().copied().unwrap_or(Tz::UTC);
    if all.all(|zone| *zone == first) { first } else { Tz::UTC }
}

fn line(connection: ConnectionView, zone: Tz) -> Line {
    let (state, tone) = match connection.state {
        None => ("Nothing sent yet", "pending"),
        Some(CircuitState::Closed) => ("Sending", "done"),
        Some(CircuitState::Open) => ("Left alone for now", "parked"),
        Some(CircuitState::Probing) => ("Trying one document", "leased"),
    };
    let product = connection.product.or(connection.kind.map(str::to_owned)).unwrap_or_default();
    Line {
        name: connection.name,
        product: format!("{product} {}", connection.version.unwrap_or_default()),
        state,
        tone,
        message: connection.message.unwrap_or_default(),
        pending: connection.pending,
        parked: connection.parked,
        oldest: connection.oldest.map(|at| words::moment(at, zone)).unwrap_or_default(),
    }
}

fn entry(delivery: &Delivery, customer: String, zone: Tz) -> Entry {
    let failure = delivery.failure.as_ref().filter(|_| delivery.document.is_none());
    Entry {
        path: format!("/books/{}", delivery.id),
        subject: delivery.posting.subject.clone(),
        customer,
        kind: words::kind(delivery.posting.kind()),
        number: delivery.document.as_ref().map(|document| document.number.clone()).unwrap_or_default(),
        amount: amount(delivery),
        state: words::delivery(delivery.state),
        tone: delivery.state.as_str(),
        attempts: delivery.attempts,
        since: words::moment(delivery.created_at, zone),
        message: failure.map(|failure| failure.message.clone()).unwrap_or_default(),
        fix: failure.and_then(fix).unwrap_or_default(),
    }
}

/// What it comes to in the books; before it stands there, what was asked for, where that is settled.
fn amount(delivery: &Delivery) -> String {
    if let Some(document) = &delivery.document {
        return format!("{} {}", document.total, document.currency);
    }
    let net = matches!(delivery.posting.body, Body::SalesOrder(_) | Body::SalesInvoice(_));
    let said = |(currency, amount)| format!("{amount} {currency}{}", if net { " net" } else { "" });
    app::asked_for(&delivery.posting.body).map(said).unwrap_or_default()
}

/// What has to change before it can succeed, where the books refused.
pub(super) fn fix(failure: &Failure) -> Option<String> {
    match &failure.class {
        Class::Refused { fix, .. } => Some(fix.clone()),
        Class::Retry { .. }
        | Class::Throttled { .. }
        | Class::Busy { .. }
        | Class::Ambiguous
        | Class::Reauthenticate
        | Class::Bug => None,
    }
}
