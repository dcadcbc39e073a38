//! What is done with several appointments of a list at once.
//!
//! Invariants: each goes through the use case of its command, at the revision that the list showed, one after the other; what
//! becomes of one decides nothing about the next. Deliberately absent: an all or nothing, which bookings and series have.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::commands::Act;
use super::super::door::Desk;
use super::super::form::{Form, Tick};
use super::super::trouble::Trouble;
use super::super::words::{self, Shell};
use super::super::{Need, Pages};
use super::filter::NAMES;
use super::{PATH, Row, rows};
use crate::app::App;
use crate::codes;
use crate::http::headers::ActingAs;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Acting, Appointment, AppointmentId, FieldError};

/// What can be done with several.
const ACTS: [Act; 2] = [Act::Confirm, Act::Cancel];

/// A button of the list.
pub(super) struct Offer {
    pub(super) path: String,
    pub(super) label: &'static str,
    /// Whether a reason is asked for.
    pub(super) is_reasoned: bool,
}

/// A form for each of them.
pub(super) fn routes() -> Pages {
    ACTS.into_iter().fold(Pages::default(), |pages, act| {
        pages.post(
            &path(act),
            Need::body(act.scope()),
            async move |extract::State(app): extract::State<State>,
                        Extension(desk): Extension<Desk>,
                        Extension(form): Extension<Form>,
                        ActingAs(acting): ActingAs|
                        -> Result<Response, Problem> {
                give(act, &app, &desk, &form, acting).await
            },
        )
    })
}

fn path(act: Act) -> String {
    format!("{PATH}/ticked/{}", act.name())
}

/// Those that somebody may do anywhere.
pub(super) fn offers(desk: &Desk) -> Vec<Offer> {
    let theirs = ACTS.into_iter().filter(|act| !desk.identity.grants_for(act.scope()).is_empty());
    let offer = |act: Act| Offer { path: path(act), label: label(act), is_reasoned: !act.is_bare() };
    theirs.map(offer).collect()
}

/// What its button says.
fn label(act: Act) -> &'static str {
    if act == Act::Cancel { "Cancel them" } else { act.label() }
}

/// What was done, as the page is called that tells of it.
fn title(act: Act) -> &'static str {
    if act == Act::Cancel { "Cancel several" } else { "Confirm several" }
}

/// What became of one.
struct Outcome {
    row: Option<Row>,
    /// What it was called in the form, where nothing more is known of it.
    id: String,
    trouble: Option<Trouble>,
    /// What it was confirmed without.
    unpaid: Option<String>,
}

#[derive(Template)]
#[template(path = "ticked.html")]
struct TickedPage {
    shell: Shell,
    done: usize,
    outcomes: Vec<Outcome>,
    back: String,
}

async fn give(act: Act, app: &App, desk: &Desk, form: &Form, acting: Acting) -> Result<Response, Problem> {
    let ticks = form.ticked();
    let most = limits::PAGE as usize;
    if ticks.is_empty() || ticks.len() > most {
        let message = format!("has to be set at one appointment at least, and at {most} at most");
        return Err(Problem::fields(codes::INVALID, vec![FieldError { field: "tick".to_owned(), message }]));
    }
    // A reason that is missing is missing for all of them.
    act.read(form, app.now())?;
    let mut outcomes = Vec::with_capacity(ticks.len());
    for tick in ticks {
        let trouble = one(act, app, tick, form, acting).await.err();
        let trouble = trouble.map(|problem| Trouble::from(&problem));
        let found = found(app, tick).await;
        let unpaid = found.as_ref().filter(|_| act == Act::Confirm && trouble.is_none()).and_then(unpaid);
        let row = match &found {
            Some(found) => {
                rows(app, desk, std::slice::from_ref(found)).await.ok().and_then(|mut rows| rows.pop())
            }
            None => None,
        };
        outcomes.push(Outcome { row, id: tick.id.clone(), trouble, unpaid });
    }
    let back = Form::parse(form.text("query").as_bytes()).only(&NAMES);
    let page = TickedPage {
        shell: desk.shell(title(act), PATH),
        done: outcomes.iter().filter(|outcome| outcome.trouble.is_none()).count(),
        outcomes,
        back: if back.is_empty() { PATH.to_owned() } else { format!("{PATH}?{back}") },
    };
    Ok(words::html(StatusCode::OK, &page))
}

async fn one(act: Act, app: &App, tick: &Tick, form: &Form, acting: Acting) -> Result<(), Problem> {
    let told = tick.id.parse::<AppointmentId>().ok().zip(tick.seen.parse::<u32>().ok());
    let (id, seen) = told.ok_or_else(|| Problem::new(codes::BAD_QUERY, "What was ticked cannot be read."))?;
    app.command(id, Some(seen), act.read(form, app.now())?, acting, None).await?;
    Ok(())
}

/// How it stands now.
async fn found(app: &App, tick: &Tick) -> Option<Appointment> {
    app.appointment(tick.id.parse().ok()?).await.ok()
}

/// What of its deposit is not paid.
fn unpaid(of: &Appointment) -> Option<String> {
    of.deposit_left().map(|left| format!("{left} {}", of.quote.currency))
}
