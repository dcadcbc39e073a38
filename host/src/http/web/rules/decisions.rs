//! Decisions that were recorded.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self as pages, Choice, Shell};
use super::words::{Badge, outcome, short, utc};
use super::{PATH, chosen};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::decision::Outcome;
use crate::model::{AppointmentId, Decision, Scope};
use crate::store::DecisionFilter;

const HERE: &str = "/rules/decisions";

/// A decision as the list shows it.
struct Line {
    id: i64,
    at: String,
    point: String,
    badge: Badge,
    /// The appointment, and where it is shown to whoever may see it.
    appointment: Option<(String, Option<String>)>,
    rules: String,
}

#[derive(Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    shell: Shell,
    companies: Vec<Choice>,
    outcomes: Vec<Choice>,
    appointment: String,
    lines: Vec<Line>,
    is_filtered: bool,
    next: Option<String>,
}

pub(super) async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let appointment = query.read::<AppointmentId>("appointment")?;
    let asked = query.read("company")?;
    // What an appointment came to is asked for without its company.
    let (companies, company) = chosen(&app, &desk, asked).await?;
    let company = asked.or(company.filter(|_| appointment.is_none()));
    let outcomes = [Outcome::Granted, Outcome::Refused, Outcome::Stopped];
    let wanted = outcomes.into_iter().find(|one| one.as_str() == query.text("outcome"));
    let filter = DecisionFilter { company, appointment, outcome: wanted, ..DecisionFilter::default() };
    let mut found = app.decisions(&filter, query.read("after")?, limits::PAGE + 1).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id);
    let rest = query.without(&["after", "done"]);
    let sees = !desk.identity.grants_for(Scope::AppointmentsRead).is_empty();
    let choice = |one: Outcome| Choice {
        value: one.as_str().to_owned(),
        label: outcome(one).text.to_owned(),
        is_chosen: Some(one) == wanted,
    };
    let page = DecisionsPage {
        shell: desk.shell("Decisions", PATH),
        companies,
        outcomes: outcomes.into_iter().map(choice).collect(),
        appointment: appointment.map(|id| id.to_string()).unwrap_or_default(),
        lines: found.iter().map(|decision| line(decision, sees)).collect(),
        is_filtered: wanted.is_some() || appointment.is_some(),
        next: last.map(|id| format!("{HERE}?{rest}{}after={id}", if rest.is_empty() { "" } else { "&" })),
    };
    Ok(pages::html(StatusCode::OK, &page))
}

fn line(decision: &Decision, sees: bool) -> Line {
    let appointment = decision.appointment.map(|id| {
        let id = id.to_string();
        (tail(&id).to_owned(), sees.then(|| format!("/appointments/{id}")))
    });
    Line {
        id: decision.id,
        at: utc(decision.decided_at),
        point: decision.point.clone(),
        badge: outcome(decision.outcome),
        appointment,
        rules: short(&decision.digest).to_owned(),
    }
}

/// The end of an identifier: those made in the same minute begin alike.
pub(super) fn tail(id: &str) -> &str {
    id.rsplit('-').next().unwrap_or(id)
}
