//! The dispatcher's board: who does what when, moved by hand, changing by itself.
//!
//! Invariants: every drop is the ordinary command with the revision that was looked at, and the rules decide it. Without
//! script it is a table of links. What a stream tells is where to look again; what is there, the page is asked for, by the
//! same gate.
//!
//! Deliberately absent: resizing. A visit's end follows from its service; see `docs/decisions/0013`.

mod layout;
mod moves;
mod stream;
mod tray;
mod view;

use std::collections::HashSet;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use super::appointments::{companies, instant};
use super::assets;
use super::door::Desk;
use super::form::Form;
use super::words::{self, Choice, Shell};
use super::{Need, Pages};
use crate::app::{App, Board, BoardQuery};
use crate::codes;
use crate::http::gate::Pin;
use crate::http::headers::ActingAs;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Acting, CompanyId, Scope};

pub(super) use layout::MOST_STEPS;
use layout::{Axis, Hour};
use view::Row;

const PATH: &str = "/board";

/// What narrows a board.
const PINS: [Pin; 3] = [Pin::Company, Pin::Branch, Pin::Provider];

/// The board, its rows, its stream and what is done on it.
pub(super) fn routes() -> Pages {
    let need = || Need::list(Scope::AppointmentsRead, &PINS);
    Pages::default()
        .get(PATH, need(), index)
        .get("/board/rows", need(), rows)
        .get("/board/events", need(), stream::events)
        .merge(tray::routes())
        .merge(moves::routes())
}

/// A day at the head of a week.
struct Day {
    label: String,
    path: String,
    is_today: bool,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    shell: Shell,
    style: &'static str,
    script: &'static str,
    companies: Vec<Choice>,
    branches: Vec<Choice>,
    services: Vec<Choice>,
    company: String,
    branch: String,
    provider: String,
    day: String,
    title: String,
    is_week: bool,
    zone: String,
    zone_name: String,
    before: String,
    after: String,
    today: String,
    as_day: String,
    as_week: String,
    query: String,
    days: Vec<Day>,
    hours: Vec<Hour>,
    axis: Axis,
    now: Option<u32>,
    next_day: Option<i64>,
    entry: i64,
    from: String,
    to: String,
    may_move: bool,
    may_assign: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "parts/board_table.html")]
struct RowsOnly {
    rows: Vec<Row>,
    is_week: bool,
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    ActingAs(acting): ActingAs,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let mut companies = companies(&app, &desk, query.read("company")?).await?;
    let company =
        companies.iter().find(|one| one.is_chosen).or(companies.first()).map(|one| one.value.clone());
    let Some(company) = company.and_then(|id| id.parse::<CompanyId>().ok()) else {
        return Err(Problem::new(codes::MISSING, "There is no company yet."));
    };
    companies.iter_mut().for_each(|one| one.is_chosen = one.value == company.to_string());
    let wanted = asked(&query, company)?;
    let board = app.board(&wanted).await?;
    let page = page(&app, &desk, acting, (companies, &query), (&wanted, board)).await?;
    Ok(words::html(StatusCode::OK, &page))
}

/// The rows that a board which is open asks for again.
async fn rows(
    extract::State(app): extract::State<State>,
    ActingAs(acting): ActingAs,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let Some(company) = query.read("company")? else {
        return Ok(words::html(StatusCode::OK, &RowsOnly { rows: Vec::new(), is_week: false }));
    };
    let mut wanted = asked(&query, company)?;
    let ids = query.text("rows").split(',').filter(|id| !id.is_empty());
    let ids: Result<HashSet<Uuid>, _> = ids.map(str::parse).collect();
    wanted.rows = Some(ids.map_err(|_| Problem::new(codes::BAD_QUERY, "rows cannot be read."))?);
    let board = app.board(&wanted).await?;
    let axis = match (query.read("first")?, query.read("steps")?) {
        (Some(first), Some(steps)) => Axis::at(first, steps),
        _ => axis(&board),
    };
    let fixed = view::fixed(&app, &board, acting).await?;
    let rows = view::rows(&board, axis, &fixed);
    Ok(words::html(StatusCode::OK, &RowsOnly { rows, is_week: wanted.is_week }))
}

fn asked(query: &Form, company: CompanyId) -> Result<BoardQuery, Problem> {
    let day: Option<NaiveDate> = query.read("day")?;
    // Calendars are expanded to both sides of it.
    let sensible = |day: &NaiveDate| (1..=9998).contains(&chrono::Datelike::year(day));
    if day.as_ref().is_some_and(|day| !sensible(day)) {
        return Err(Problem::new(codes::BAD_QUERY, "day is out of range."));
    }
    Ok(BoardQuery {
        company,
        branch: query.read("branch")?,
        day,
        is_week: query.text("span") == "week",
        provider: query.read("provider")?,
        service: query.read("service")?,
        rows: None,
    })
}

/// The hours that a day's board shows: those that are worked, and those of every visit.
fn axis(board: &Board) -> Axis {
    let Some((_, start, end)) = board.days.first() else { return Axis::at(0, 1) };
    let visits = board.rows.iter().flat_map(|row| &row.visits);
    let visits = visits.map(|visit| (visit.appointment.reserved_start, visit.appointment.reserved_end));
    Axis::covering(board.zone, (*start, *end), visits.chain(board.worked))
}

async fn page(
    app: &App,
    desk: &Desk,
    acting: Acting,
    (companies, query): (Vec<Choice>, &Form),
    (wanted, board): (&BoardQuery, Board),
) -> Result<BoardPage, Problem> {
    let zone = board.zone;
    let today = board.now.with_timezone(&zone).date_naive();
    let day = wanted.day.unwrap_or(today);
    let (from, to) = board.span().unwrap_or((board.now, board.now));
    let axis = axis(&board);
    let fixed = view::fixed(app, &board, acting).await?;
    let branch = board.branch.map(|id| id.to_string()).unwrap_or_default();
    let rest = query.without(&["day", "span", "done"]);
    let path = |day: Option<NaiveDate>, is_week: bool| {
        let day = day.map(|day| format!("day={day}"));
        let span = is_week.then(|| "span=week".to_owned());
        let rest = Some(rest.clone()).filter(|rest| !rest.is_empty());
        let all: Vec<_> = [rest, day, span].into_iter().flatten().collect();
        if all.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", all.join("&")) }
    };
    let turn = Days::new(if wanted.is_week { 7 } else { 1 });
    let (before, after) = (day.checked_sub_days(turn), day.checked_add_days(turn));
    let days = board.days.iter().map(|(date, ..)| Day {
        label: date.format("%a %-d %b").to_string(),
        path: path(Some(*date), false),
        is_today: *date == today,
    });
    let choice = |(id, label): &(Uuid, String), chosen: &str| Choice {
        value: id.to_string(),
        label: label.clone(),
        is_chosen: id.to_string() == chosen,
    };
    let speaks = acting.actor == crate::model::Actor::Staff;
    let may = |scope| speaks && !desk.identity.grants_for(scope).is_empty();
    Ok(BoardPage {
        shell: desk.shell("Board", PATH),
        style: &assets::BOARD_STYLE.path,
        script: &assets::BOARD_SCRIPT.path,
        branches: board.branches.iter().map(|one| choice(one, &branch)).collect(),
        services: board.services.iter().map(|one| choice(one, query.text("service"))).collect(),
        companies,
        company: wanted.company.to_string(),
        provider: query.text("provider").to_owned(),
        title: title(&board, day),
        day: day.to_string(),
        is_week: wanted.is_week,
        zone: words::zone(from, zone),
        zone_name: zone.name().to_owned(),
        before: path(before, wanted.is_week),
        after: path(after, wanted.is_week),
        today: path(None, wanted.is_week),
        as_day: path(wanted.day, false),
        as_week: path(wanted.day, true),
        query: query.without(&["done", "company", "branch", "day"]),
        days: days.collect(),
        hours: axis.hours(zone),
        now: axis.step(board.now).filter(|_| !wanted.is_week),
        // A board of today becomes that of tomorrow.
        next_day: wanted.day.is_none().then(|| to.timestamp()).filter(|_| !wanted.is_week),
        entry: board.entry,
        from: instant(from),
        to: instant(to),
        may_move: may(Scope::AppointmentsBook),
        may_assign: may(Scope::AppointmentsDispatch),
        rows: view::rows(&board, axis, &fixed),
        axis,
        branch,
    })
}

fn title(board: &Board, day: NaiveDate) -> String {
    match board.days.as_slice() {
        [(first, ..), .., (last, ..)] => {
            format!("{} – {}", first.format("%-d %b"), last.format("%-d %b %Y"))
        }
        _ => day.format("%A %-d %B %Y").to_string(),
    }
}

/// The present moment where a query leaves it out or names an earlier one.
fn not_past(app: &App, from: Option<DateTime<Utc>>) -> DateTime<Utc> {
    from.map_or_else(|| app.now(), |from| from.max(app.now()))
}
