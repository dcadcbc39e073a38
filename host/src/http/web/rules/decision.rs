//! One decision: what came of it, who was asked, and its record as files.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::door::Desk;
use super::super::form::Form;
use super::super::words::{self as pages, Shell};
use super::PATH;
use super::words::{Badge, mode, outcome, said, short, told, utc};
use crate::app::Finding;
use crate::app::decisions::record::{Answered, Asked, Record};
use crate::codes;
use crate::extension::answer::hook_name;
use crate::extension::words::Severity;
use crate::http::extract::Id;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Said, Scope};

/// An extension that was asked.
struct Question {
    extension: String,
    digest: String,
    hook: &'static str,
    mode: Badge,
    badge: Badge,
    text: String,
    fuel: u64,
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage {
    shell: Shell,
    id: i64,
    badge: Badge,
    facts: Vec<(&'static str, String)>,
    appointment: Option<String>,
    refused: Vec<Finding>,
    asked: Vec<Question>,
    /// Where each fixture is, by what it is called.
    fixtures: Vec<(String, String)>,
    others: Option<String>,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    let decision = app.decision(id).await?.decision;
    let record = app.decision_record(id).await?;
    let may = match decision.appointment {
        Some(id) => desk.may(Scope::AppointmentsRead, id).await?,
        None => false,
    };
    let now = app.rules().digest;
    let rules = if decision.digest == now { "the present ones" } else { "earlier ones" };
    let page = DecisionPage {
        shell: desk.shell(&format!("Decision {id}"), PATH),
        id,
        badge: outcome(decision.outcome),
        facts: vec![
            ("Asked for", decision.point.clone()),
            ("Made", utc(decision.decided_at)),
            ("Rules", format!("{}, {rules}", short(&decision.digest))),
            ("Fuel", decision.fuel.to_string()),
            ("Rules package", record.wit_version.clone()),
            ("Engine", short(&record.engine).to_owned()),
        ],
        appointment: decision.appointment.filter(|_| may).map(|id| format!("/appointments/{id}")),
        others: decision.appointment.map(|id| format!("/rules/decisions?appointment={id}")),
        fixtures: fixtures(&record, id),
        asked: record.asked.iter().map(question).collect(),
        refused: record.refused,
    };
    Ok(pages::html(StatusCode::OK, &page))
}

fn question(asked: &Asked) -> Question {
    let came_to = match &asked.answer {
        Answered::Failed(_) => Said::Failed,
        Answered::Proposals(all) if all.is_empty() => Said::Silent,
        Answered::Proposals(_) => Said::Proposed,
        Answered::Findings(all) if all.is_empty() => Said::Silent,
        Answered::Findings(all) if all.iter().any(|one| one.severity == Severity::Deny) => Said::Denied,
        Answered::Findings(_) => Said::Warned,
    };
    Question {
        extension: asked.extension.clone(),
        digest: short(&asked.digest).to_owned(),
        hook: hook_name(asked.hook),
        mode: mode(Some(asked.mode)),
        badge: said(came_to),
        text: told(&json!(asked.answer)),
        fuel: asked.fuel,
    }
}

/// The fixtures that can be had of it, each with its address.
fn fixtures(record: &Record, id: i64) -> Vec<(String, String)> {
    let here = format!("/rules/decisions/{id}/fixture.json");
    let mut all = Vec::new();
    for extension in record.extensions() {
        for fixture in record.fixtures(id, Some(extension)).unwrap_or_default() {
            let path = pages::address(&here, &[("extension", extension), ("name", &fixture.name)]);
            all.push((format!("{extension}, {}", fixture.name), path));
        }
    }
    all
}

pub(super) async fn record(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Response, Problem> {
    let story = app.decision(id).await?;
    file(&format!("decision-{id}.json"), &json!(story))
}

pub(super) async fn fixture(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let wanted = Some(query.text("extension")).filter(|name| !name.is_empty());
    let found = app.decision_record(id).await?.fixtures(id, wanted);
    let none = |why: String| Problem::new(codes::MISSING, why);
    let found = found.map_err(|why| none(format!("Decision {id} is no fixture: {why}.")))?;
    let name = query.text("name");
    let one = found.into_iter().find(|fixture| name.is_empty() || fixture.name == name);
    let one = one.ok_or_else(|| none(format!("Decision {id} is no fixture of that name.")))?;
    file(&format!("decision-{id}-{}.json", one.name), &one.content)
}

/// JSON as a file of this name.
fn file(name: &str, content: &Value) -> Result<Response, Problem> {
    let broken = |_| Problem::new(codes::UNFORESEEN, "The file cannot be written.");
    let mut text = serde_json::to_string_pretty(content).map_err(broken)?;
    text.push('\n');
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, text).into_response())
}
