//! The tray: appointments that need somebody else, and what could be done about each, the nearest first.
//!
//! An appointment always has a provider. One needs somebody else where the rules no longer take it as it was agreed: the
//! provider is on leave by now, a shift was shortened, a unit is out of use.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::PINS;
use crate::app::{Alternative, App, Conflict, ConflictsQuery};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::web::appointments::instant;
use crate::http::web::commands::Act;
use crate::http::web::door::Desk;
use crate::http::web::form::Form;
use crate::http::web::names::Names;
use crate::http::web::words::{self, Shell};
use crate::http::web::{Need, Pages};
use crate::model::{Customer, Provider, Scope};

/// So many are shown: who has more to do first does something about these.
const SHOWN: usize = 20;

/// Appointments are looked at two hundred at a time: so many times, which is a large branch's day.
const ROUNDS: usize = 5;

/// Suggestions for each.
const SUGGESTED: usize = 4;

/// The tray.
pub(super) fn routes() -> Pages {
    Pages::default().get("/board/tray", Need::list(Scope::AppointmentsDispatch, &PINS), index)
}

/// An appointment that needs somebody else.
struct Item {
    path: String,
    name: String,
    id: String,
    revision: u32,
    customer: String,
    provider: String,
    when: String,
    reasons: Vec<String>,
    ways: Vec<Way>,
}

/// What could be done about it.
struct Way {
    act: &'static str,
    provider: String,
    start: String,
    label: String,
}

#[derive(Template)]
#[template(path = "board_tray.html")]
struct Tray {
    shell: Shell,
    items: Vec<Item>,
    more: bool,
    back: String,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let (found, more) = needing(&app, &query).await?;
    let mut names = Names::new(&app);
    let mut items = Vec::with_capacity(found.len());
    for conflict in found {
        items.push(item(&mut names, conflict).await?);
    }
    let back = query.without(&["from", "to", "done"]);
    let back = if back.is_empty() { super::PATH.to_owned() } else { format!("{}?{back}", super::PATH) };
    let tray = Tray { shell: desk.shell("Needs somebody else", super::PATH), items, more, back };
    Ok(words::html(StatusCode::OK, &tray))
}

async fn needing(app: &App, query: &Form) -> Result<(Vec<Conflict>, bool), Problem> {
    let mut wanted = ConflictsQuery {
        company: query.read("company")?,
        branch: query.read("branch")?,
        provider: query.read("provider")?,
        from: Some(super::not_past(app, query.read::<DateTime<Utc>>("from")?)),
        to: query.read("to")?,
        limit: u32::try_from(SHOWN).ok(),
        ..ConflictsQuery::default()
    };
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        let some = app.conflicts(&wanted).await?;
        found.extend(some.found);
        wanted.after = some.next;
        if wanted.after.is_none() || found.len() >= SHOWN {
            break;
        }
    }
    let more = wanted.after.is_some() || found.len() > SHOWN;
    found.truncate(SHOWN);
    Ok((found, more))
}

async fn item(names: &mut Names<'_>, conflict: Conflict) -> Result<Item, Problem> {
    let Conflict { appointment, findings, mut alternatives } = conflict;
    let zone = names.zone(appointment.branch).await?;
    // Somebody else at the same time asks least of the customer.
    alternatives
        .sort_by_key(|other| (other.branch != appointment.branch, (other.start - appointment.start).abs()));
    let way = |other: Alternative| {
        let same_time = other.start == appointment.start && other.branch == appointment.branch;
        let when = if same_time { "same time".to_owned() } else { words::span(other.start, other.end, zone) };
        Way {
            act: if same_time { Act::Reassign.name() } else { Act::Reschedule.name() },
            provider: other.provider.to_string(),
            start: instant(other.start),
            label: format!("{}, {when}", other.provider_name),
        }
    };
    Ok(Item {
        path: format!("/appointments/{}", appointment.id),
        id: appointment.id.to_string(),
        revision: appointment.revision,
        customer: names.of::<Customer>(appointment.customer).await?,
        provider: names.of::<Provider>(appointment.provider).await?,
        when: words::span(appointment.start, appointment.end, zone),
        reasons: findings
            .into_iter()
            .map(|finding| format!("{} ({})", finding.message, finding.code))
            .collect(),
        ways: alternatives.into_iter().take(SUGGESTED).map(way).collect(),
        name: appointment.name,
    })
}
