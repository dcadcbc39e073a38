//! A technician's phone: the jobs of a day, and what is done about them, also where there is no reception.
//!
//! Invariants: somebody sees the jobs of the providers that they are, and nobody else's. What can be done with a job, and what
//! after that, the rules say. Each form carries a key of its own and the revision it was rendered at: sent twice it changes
//! nothing more. Without script it is a page of forms; the script sends the same forms later.
//!
//! Deliberately absent: what waits to be sent, which only the phone knows; see `docs/decisions/0015`.

mod acts;
mod install;
mod view;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};

use super::assets;
use super::door::Desk;
use super::form::Form;
use super::materials::MaterialRow;
use super::trouble::Trouble;
use super::words::{self, Shell};
use super::{Need, Pages};
use crate::app::{App, Identity, Workday};
use crate::codes;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Acting, Actor, AppointmentId, ProviderId, Role, Scope};

pub(super) use install::routes as open_routes;
use view::Card;

/// Where it is.
pub(super) const PATH: &str = "/today";

/// The page, and a form for each thing that is done on it.
pub(super) fn routes() -> Pages {
    Pages::default().get(PATH, Need::anywhere(Scope::AppointmentsWork), index).merge(acts::routes())
}

/// The providers that somebody is.
pub(super) fn own(identity: &Identity) -> Vec<ProviderId> {
    let grants = identity.grants_for(Scope::AppointmentsWork);
    let mut own: Vec<_> = grants
        .into_iter()
        .filter(|grant| grant.role == Role::Technician)
        .filter_map(|grant| grant.provider)
        .collect();
    own.sort_unstable();
    own.dedup();
    own
}

/// As whom things are done here, whatever else somebody may be.
fn acting(desk: &Desk) -> Acting {
    Acting { actor: Actor::Provider, by: Some(desk.identity.id) }
}

/// What was sent and refused.
struct Wrong {
    id: AppointmentId,
    name: &'static str,
    trouble: Trouble,
    form: Form,
}

/// A day to look at.
struct Turn {
    path: String,
    label: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage {
    shell: Shell,
    style: &'static str,
    script: &'static str,
    manifest: &'static str,
    icon: &'static str,
    touch_icon: &'static str,
    account: String,
    is_somebody: bool,
    day: String,
    date: String,
    zone: String,
    asked: String,
    turns: Vec<Turn>,
    /// What was refused about a job that is not on the page any more.
    trouble: Option<Trouble>,
    ahead: Vec<Card>,
    over: Vec<Card>,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    page(&app, &desk, query.read("day")?, None).await
}

/// The page; after a form was refused, with what stands in the way at its job.
async fn page(
    app: &App,
    desk: &Desk,
    day: Option<NaiveDate>,
    wrong: Option<Wrong>,
) -> Result<Response, Problem> {
    // Calendars are expanded to both sides of it.
    if day.is_some_and(|day| !(1..=9998).contains(&day.year())) {
        return Err(Problem::new(codes::BAD_QUERY, "day is out of range."));
    }
    let own = own(&desk.identity);
    let workday = app.workday(&own, day).await?;
    let status = wrong.as_ref().map_or(StatusCode::OK, |wrong| wrong.trouble.status());
    let is_listed = |wrong: &Wrong| workday.jobs.iter().any(|job| job.appointment.id == wrong.id);
    let elsewhere = wrong.as_ref().filter(|wrong| !is_listed(wrong)).map(|wrong| wrong.trouble.clone());
    let cards = view::cards(app, desk, &workday, wrong.as_ref()).await?;
    let (ahead, over) = cards.into_iter().partition(|card: &Card| card.is_ahead);
    let title = title(&workday);
    let page = PhonePage {
        shell: desk.shell(&title, PATH),
        style: &assets::PHONE_STYLE.path,
        script: &assets::PHONE_SCRIPT.path,
        manifest: &assets::MANIFEST.path,
        icon: &assets::ICON.path,
        touch_icon: &assets::TOUCH_ICON.path,
        account: desk.identity.id.to_string(),
        is_somebody: !own.is_empty(),
        day: workday.day.to_string(),
        date: workday.day.format("%A %-d %B").to_string(),
        zone: workday.zone.name().to_owned(),
        asked: words::time(workday.now, workday.zone),
        turns: turns(&workday),
        trouble: elsewhere,
        ahead,
        over,
    };
    Ok(words::html(status, &page))
}

fn title(workday: &Workday) -> String {
    match workday.day {
        day if day == workday.today => "Today".to_owned(),
        day if day == workday.tomorrow() => "Tomorrow".to_owned(),
        day => day.format("%A").to_string(),
    }
}

/// Today and tomorrow; and the day that is looked at, where it is neither.
fn turns(workday: &Workday) -> Vec<Turn> {
    let (today, tomorrow, day) = (workday.today, workday.tomorrow(), workday.day);
    let turn = |label: String, path: String, of: NaiveDate| Turn { label, path, is_here: of == day };
    let mut turns = vec![
        turn("Today".to_owned(), PATH.to_owned(), today),
        turn("Tomorrow".to_owned(), at(tomorrow), tomorrow),
    ];
    if day != today && day != tomorrow {
        turns.push(turn(day.format("%a %-d %b").to_string(), at(day), day));
    }
    turns
}

/// The page of a day.
fn at(day: NaiveDate) -> String {
    format!("{PATH}?day={day}")
}
