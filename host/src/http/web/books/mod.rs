//! The books: how the connections stand, what does not get there and why, and what a person does about it; the journal of
//! those that are built in.

mod delivery;
mod journal;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use slotledger_erp::{Class, Failure};

use super::appointments::companies;
use super::door::Desk;
use super::form::Form;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::ConnectionView;
use crate::http::gate::Pin;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CircuitState, CompanyId, Delivery, DeliveryState, Grant, Scope};
use crate::store::DeliveryFilter;

const PATH: &str = "/books";

/// The pages, and what can be done from them.
pub(super) fn routes() -> Pages {
    let list = Need::list(Scope::BooksRead, &[Pin::Company]);
    Pages::default().get(PATH, list, index).merge(delivery::routes()).merge(journal::routes())
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

/// A document that is not in the books.
struct Entry {
    path: String,
    subject: String,
    kind: &'static str,
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
    let states = [DeliveryState::Parked, DeliveryState::Pending, DeliveryState::Done, DeliveryState::Skipped];
    let asked = states.into_iter().find(|state| state.as_str() == query.text("state"));
    let state = asked.unwrap_or(DeliveryState::Parked);
    let filter = DeliveryFilter { company, state: Some(state), ..DeliveryFilter::default() };
    let after = query.read::<i64>("after")?.unwrap_or(0);
    let mut found = app.deliveries(&filter, after, limits::PAGE + 1).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id);
    let rest = query.without(&["after", "done"]);
    let everywhere = desk.identity.grants_for(Scope::BooksRead).iter().any(Grant::is_everywhere);
    let lines =
        if everywhere { Some(app.connections().await?.into_iter().map(line).collect()) } else { None };
    let choice = |one: DeliveryState| Choice {
        value: one.as_str().to_owned(),
        label: words::delivery(one).to_owned(),
        is_chosen: one == state,
    };
    let books = Books {
        shell: desk.shell("Books", "/books"),
        lines,
        entries: found.iter().map(entry).collect(),
        companies: companies(&app, &desk, company).await?,
        states: states.into_iter().map(choice).collect(),
        state: words::delivery(state),
        next: last.map(|id| format!("/books?{rest}{}after={id}", if rest.is_empty() { "" } else { "&" })),
    };
    Ok(words::html(StatusCode::OK, &books))
}

fn line(connection: ConnectionView) -> Line {
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
        oldest: connection.oldest.map(utc).unwrap_or_default(),
    }
}

/// A moment by the clock that the books and all hosts share.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

fn entry(delivery: &Delivery) -> Entry {
    let failure = delivery.failure.as_ref().filter(|_| delivery.document.is_none());
    Entry {
        path: format!("/books/{}", delivery.id),
        subject: delivery.posting.subject.clone(),
        kind: words::kind(delivery.posting.kind()),
        state: words::delivery(delivery.state),
        tone: delivery.state.as_str(),
        attempts: delivery.attempts,
        since: utc(delivery.created_at),
        message: failure.map(|failure| failure.message.clone()).unwrap_or_default(),
        fix: failure.and_then(fix).unwrap_or_default(),
    }
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
