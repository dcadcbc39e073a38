//! The books: how the connections stand, what does not get there and why, and what a person does about it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use slotledger_erp::{Class, Failure};

use super::appointments::companies;
use super::door::Desk;
use super::form::Form;
use super::trouble::Trouble;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{self, App, ConnectionView, Voice};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::gate::{Pin, Subject};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::fields::{Fields, TEXT};
use crate::model::{CircuitState, CompanyId, Delivery, DeliveryState, FieldError, Grant, Scope};
use crate::store::DeliveryFilter;

/// The pages, and what can be done from them.
pub(super) fn routes() -> Pages {
    let list = Need::list(Scope::BooksRead, &[Pin::Company]);
    let act = || Need::of(Scope::BooksWrite, Subject::Delivery);
    Pages::default()
        .get("/books", list, index)
        .get("/books/{id}", Need::of(Scope::BooksRead, Subject::Delivery), show)
        .post("/books/{id}/retry", act(), retry)
        .post("/books/{id}/skip", act(), skip)
        .post("/books/{id}/adopt", act(), adopt)
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
#[template(path = "books.html")]
struct Books {
    shell: Shell,
    lines: Option<Vec<Line>>,
    entries: Vec<Entry>,
    companies: Vec<Choice>,
    states: Vec<Choice>,
    state: &'static str,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "delivery.html")]
struct DeliveryPage {
    shell: Shell,
    id: i64,
    entry: Entry,
    appointment: String,
    document: Option<(String, String)>,
    key: String,
    tries: Vec<(String, String)>,
    repairs: Vec<(String, String, String, String)>,
    is_parked: bool,
    is_open: bool,
    may: bool,
    refused: &'static str,
    trouble: Option<Trouble>,
    form: Form,
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

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, id, &desk, None).await
}

/// The page; after a form was refused, with what stands in the way beside it.
async fn page(
    app: &App,
    id: i64,
    desk: &Desk,
    wrong: Option<(&'static str, Problem, Form)>,
) -> Result<Response, Problem> {
    let story = app.delivery_story(id).await?;
    let delivery = &story.delivery;
    let (refused, trouble, form) = match wrong {
        Some((act, problem, form)) => (act, Some(Trouble::from(&problem)), form),
        None => ("", None, Form::default()),
    };
    let document = delivery.document.as_ref();
    let tries = story.attempts.iter().map(|attempt| {
        let words = attempt.message.clone().unwrap_or_else(|| "The document stands.".to_owned());
        (utc(attempt.finished), words)
    });
    let repairs = story.repairs.iter().map(|repair| {
        (utc(repair.at), repair.by.clone(), repair.act.as_str().to_owned(), repair.reason.clone())
    });
    let page = DeliveryPage {
        shell: desk.shell(&delivery.posting.subject, "/books"),
        id,
        entry: entry(delivery),
        appointment: format!("/appointments/{}", delivery.appointment),
        document: document.map(|it| (it.number.clone(), format!("{} {}", it.total, it.currency))),
        key: delivery.posting.key.to_string(),
        tries: tries.collect(),
        repairs: repairs.collect(),
        is_parked: delivery.state == DeliveryState::Parked,
        is_open: matches!(delivery.state, DeliveryState::Parked | DeliveryState::Pending),
        may: !desk.identity.grants_for(Scope::BooksWrite).is_empty(),
        refused,
        form,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}

async fn retry(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = app.retry_delivery(id, Voice { by: &by, reason: "" }).await;
    after(&app, id, &desk, "retry", form, act).await
}

async fn skip(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = match reason(&form) {
        Ok(reason) => app.skip_delivery(id, Voice { by: &by, reason }).await,
        Err(error) => Err(error),
    };
    after(&app, id, &desk, "skip", form.clone(), act).await
}

async fn adopt(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = match reason(&form) {
        Ok(reason) => app.adopt_delivery(id, form.text("reference"), Voice { by: &by, reason }).await,
        Err(error) => Err(error),
    };
    after(&app, id, &desk, "adopt", form.clone(), act).await
}

/// Why: nobody does without a document for no reason.
fn reason(form: &Form) -> app::Result<&str> {
    let reason = form.text("reason");
    let mut fields = Fields::default();
    fields.text("reason", reason, TEXT);
    let mut errors = fields.into_errors();
    if reason.is_empty() {
        errors.push(FieldError { field: "reason".to_owned(), message: "must say why".to_owned() });
    }
    if errors.is_empty() { Ok(reason) } else { Err(app::Error::Invalid(errors)) }
}

async fn after(
    app: &App,
    id: i64,
    desk: &Desk,
    act: &'static str,
    form: Form,
    done: app::Result<Delivery>,
) -> Result<Response, Problem> {
    let problem = match done {
        Ok(_) => return Ok(words::to(&format!("/books/{id}?done={act}"))),
        Err(app::Error::Stale { current }) => {
            Problem::new(codes::OUT_OF_STATE, format!("The delivery is {current}."))
        }
        Err(error) => error.into(),
    };
    page(app, id, desk, Some((act, problem, form))).await
}
