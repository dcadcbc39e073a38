//! What an installed component would have decided: the report that `slotledger rules replay` gives, as a page.
//!
//! Invariant: nothing is changed, so that it is an address that can be opened again.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self as pages, Choice, Shell};
use super::words::{short, utc};
use super::{PATH, chosen};
use crate::app::{self, App, Counts, Differing, Period, ReplayChange, Report};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, Component};

/// Decisions that a page makes again at most: as many as are made within the time that a request has, several times over.
/// The command line has no such limit.
const MOST: u64 = 5_000;
/// Differences that the page shows; the command line writes all of them down.
const SHOWN: usize = 50;
/// Days back, unless it is said.
const BACK: Days = Days::new(30);

/// Decisions of a point, and what would have become of them.
struct Line {
    point: String,
    counts: Counts,
}

/// A decision that would have been another.
struct Other {
    path: String,
    title: String,
    at: String,
    changes: Vec<Changed>,
}

/// Something that would have been different.
struct Changed {
    kind: &'static str,
    what: String,
    before: String,
    after: String,
}

/// What a replay found, as the page shows it.
struct Found {
    candidate: String,
    digest: String,
    since: String,
    until: String,
    decisions: u64,
    lines: Vec<Line>,
    total: Counts,
    skipped: Vec<(String, u64)>,
    others: Vec<Other>,
    more: u64,
    is_cut: bool,
}

#[derive(Template)]
#[template(path = "replay.html")]
struct ReplayPage {
    shell: Shell,
    companies: Vec<Choice>,
    components: Vec<Choice>,
    since: String,
    until: String,
    most: u64,
    trouble: Option<Trouble>,
    found: Option<Found>,
}

pub(super) async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let (companies, company) = chosen(&app, &desk, query.read("company")?).await?;
    let components = app.components().await?;
    let is_asked = !query.text("component").is_empty() && !query.text("since").is_empty();
    let made = if is_asked { made(&app, &query, company).await.map(Some) } else { Ok(None) };
    let (found, trouble) = match made {
        Ok(found) => (found, None),
        Err(problem) => (None, Some(Trouble::from(&problem))),
    };
    let status = trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    let usual = || (app.now().date_naive() - BACK).to_string();
    let page = ReplayPage {
        shell: desk.shell("Replay", PATH),
        companies,
        components: choices(&components, query.text("component")),
        since: if query.text("since").is_empty() { usual() } else { query.text("since").to_owned() },
        until: query.text("until").to_owned(),
        most: MOST,
        trouble,
        found,
    };
    Ok(pages::html(status, &page))
}

/// The components, the newest first.
fn choices(components: &[Component], wanted: &str) -> Vec<Choice> {
    let choice = |one: &Component| Choice {
        value: one.digest.clone(),
        label: format!("{} {} ({})", one.name, one.version, short(&one.digest)),
        is_chosen: one.digest == wanted,
    };
    components.iter().rev().map(choice).collect()
}

async fn made(app: &App, query: &Form, company: Option<CompanyId>) -> Result<Found, Problem> {
    let day = |name: &str| query.read::<NaiveDate>(name);
    let since = day("since")?.ok_or_else(|| Problem::new(codes::BAD_QUERY, "since cannot be read."))?;
    let period = Period {
        since: since.and_time(NaiveTime::MIN).and_utc(),
        until: day("until")?.map(|day| app::day(Tz::UTC, day).1),
        company,
        most: Some(MOST),
    };
    let report = app.decide_again_with(query.text("component"), &period).await?;
    Ok(found(report))
}

fn found(report: Report) -> Found {
    let candidate = report.candidate;
    let shown: Vec<_> = report.differences.iter().take(SHOWN).map(other).collect();
    let told = u64::try_from(report.differences.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
    Found {
        candidate: format!("{} {}", candidate.id, candidate.version),
        digest: candidate.digest,
        since: utc(report.since),
        until: report.until.map_or_else(|| "now".to_owned(), utc),
        decisions: report.decisions,
        lines: report.points.into_iter().map(|(point, counts)| Line { point, counts }).collect(),
        total: report.counts,
        skipped: report.skipped.into_iter().collect(),
        others: shown,
        more: told.saturating_add(report.untold),
        is_cut: report.decisions >= MOST,
    }
}

fn other(difference: &Differing) -> Other {
    Other {
        path: format!("/rules/decisions/{}", difference.decision),
        title: format!("Decision {}, {}", difference.decision, difference.point),
        at: utc(difference.decided_at),
        changes: difference.changes.iter().map(changed).collect(),
    }
}

fn changed(change: &ReplayChange) -> Changed {
    let names = [change.code.as_deref(), Some(change.what.as_str())].into_iter().flatten();
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    Changed {
        kind: change.kind.as_str(),
        what: names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" "),
        before: side(&change.before),
        after: side(&change.after),
    }
}
