//! What the books say against what was asked of them: the list of what was found, and how to have it compared again.
//!
//! Deliberately absent: any judgement. What differs and how it can be put right, `app::reconcile` says.

mod finding;
mod words;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use super::appointments::companies;
use super::books;
use super::door::Desk;
use super::form::Form;
use super::trouble::Trouble;
use super::words::{Choice, Shell, html, moment, to};
use super::{Need, Pages};
use crate::app::App;
use crate::http::auth::Caller;
use crate::http::gate::{Pin, Subject};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::reconciliation::Span;
use crate::model::reconcile::{BooksFinding, FindingState, Run};
use crate::model::{CompanyId, Scope};
use crate::store::FindingFilter;

const PATH: &str = "/reconciliation";

/// Runs that are shown: enough to see whether the last nights went well.
const RUNS: u32 = 5;

/// Days that are compared unless others are named: as many as every night.
const DAYS: u64 = 7;

const STATES: [FindingState; 3] = [FindingState::Open, FindingState::Repaired, FindingState::Accepted];

/// The pages, and what can be done from them.
pub(super) fn routes() -> Pages {
    let one = format!("{PATH}/{{id}}");
    let repair = format!("{one}/repair");
    Pages::default()
        .get(PATH, Need::list(Scope::BooksRead, &[Pin::Company]), index)
        .post(PATH, Need::body(Scope::BooksWrite), start)
        .get(&one, Need::of(Scope::BooksRead, Subject::Finding), finding::show)
        .post(&repair, Need::of(Scope::BooksWrite, Subject::Finding), finding::mend)
}

/// Something that was found, as the list shows it.
struct Line {
    path: String,
    kind: &'static str,
    tone: &'static str,
    state: &'static str,
    subject: String,
    day: String,
    message: String,
}

/// A comparison, as the list shows it.
struct Past {
    asked: String,
    days: String,
    by: String,
    state: &'static str,
    tone: &'static str,
    said: String,
}

#[derive(Template)]
#[template(path = "reconciliation/list.html")]
struct Reconciliation {
    shell: Shell,
    lines: Vec<Line>,
    runs: Vec<Past>,
    companies: Vec<Choice>,
    states: Vec<Choice>,
    state: &'static str,
    next: Option<String>,
    may: bool,
    from: String,
    to: String,
    trouble: Option<Trouble>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, &query, None).await
}

/// Has the books compared with what was asked of them. One host does so, soon.
async fn start(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let asked = match form.input::<Span>(&["company", "from", "to"]) {
        Ok(span) => {
            app.ask_reconciliation(span.company, span.days(), &by).await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(()) => Ok(to(&format!("{PATH}?company={}&done=compare", form.text("company")))),
        Err(problem) => page(&app, &desk, &form, Some(problem)).await,
    }
}

/// The page; after a form was refused, with what stands in the way.
async fn page(app: &App, desk: &Desk, query: &Form, wrong: Option<Problem>) -> Result<Response, Problem> {
    let company = query.read::<CompanyId>("company")?;
    let asked = STATES.into_iter().find(|state| state.as_str() == query.text("state"));
    let state = asked.unwrap_or(FindingState::Open);
    let filter = FindingFilter { company, state: Some(state), kind: None };
    let after = query.read::<i64>("after")?.unwrap_or(0);
    let mut found = app.findings(filter, after, limits::PAGE + 1).await?;
    let more = found.len() > limits::PAGE as usize;
    found.truncate(limits::PAGE as usize);
    let last = found.last().filter(|_| more).map(|last| last.id);
    let rest = query.without(&["after", "done", "csrf", "from", "to"]);
    let choice = |one: FindingState| Choice {
        value: one.as_str().to_owned(),
        label: words::state(one).to_owned(),
        is_chosen: one == state,
    };
    let runs = app.reconciliations(company, None, RUNS).await?;
    let zones = books::zones(app, runs.iter().map(|run| run.company)).await?;
    let of_run = |run: Run| {
        let zone = zones.get(&run.company).copied().unwrap_or(Tz::UTC);
        past(run, zone)
    };
    let today = app.now().date_naive();
    let day = |name: &str, default: NaiveDate| match query.text(name) {
        "" => default.to_string(),
        told => told.to_owned(),
    };
    let shown = Reconciliation {
        shell: desk.shell("Reconciliation", "/books"),
        lines: found.iter().map(line).collect(),
        runs: runs.into_iter().map(of_run).collect(),
        companies: companies(app, desk, company).await?,
        states: STATES.into_iter().map(choice).collect(),
        state: words::state(state),
        next: last.map(|id| format!("{PATH}?{rest}{}after={id}", if rest.is_empty() { "" } else { "&" })),
        may: !desk.identity.grants_for(Scope::BooksWrite).is_empty(),
        from: day("from", today.checked_sub_days(Days::new(DAYS)).unwrap_or(today)),
        to: day("to", today),
        trouble: wrong.as_ref().map(Trouble::from),
    };
    Ok(html(shown.trouble.as_ref().map_or(StatusCode::OK, Trouble::status), &shown))
}

fn line(finding: &BooksFinding) -> Line {
    let BooksFinding { id, found, state, .. } = finding;
    Line {
        path: format!("{PATH}/{id}"),
        kind: words::kind(found.kind),
        tone: words::tone(found.kind, *state),
        state: words::state(*state),
        subject: found.subject.clone(),
        day: found.day.format("%-d %b %Y").to_string(),
        message: found.words.clone(),
    }
}

fn past(run: Run, zone: Tz) -> Past {
    let days = (run.days.from.format("%-d %b %Y"), run.days.to.format("%-d %b %Y"));
    let (state, tone) = words::run(run.state);
    let seen = format!("{} of ours compared, {} in the books", run.seen.compared, run.seen.listed);
    Past {
        asked: moment(run.asked_at, zone),
        days: if run.days.from == run.days.to {
            days.0.to_string()
        } else {
            format!("{} – {}", days.0, days.1)
        },
        by: run.by,
        state,
        tone,
        said: run.message.unwrap_or(seen),
    }
}
