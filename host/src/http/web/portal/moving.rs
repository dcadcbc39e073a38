//! The page on which a customer moves their visit.
//!
//! Invariant: whoever performs it stays. Deliberately absent: whether it may be moved, which the rules say of a time that is free.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::Choice;
use super::frame::Frame;
use super::manner::Manner;
use super::times::{self, Search, Week};
use super::visit::{carried, plain};
use super::{refusals, zones};
use crate::app::{App, Prospect, Visit};
use crate::http::problem::Problem;
use crate::languages::Language;
use crate::model::{Branch, Company, Service};

#[derive(Template)]
#[template(path = "portal/move.html")]
struct MovePage {
    frame: Frame,
    token: String,
    revision: u32,
    back: String,
    name: String,
    when: String,
    zones: Vec<Choice>,
    zone: String,
    zone_label: String,
    own_zone: String,
    week: Week,
    earlier: Option<String>,
    later: String,
    without_zone: String,
    trouble: Option<Trouble>,
    barred: Vec<String>,
    reason: String,
}

/// The page; what was tried before and went wrong stands on it.
pub(super) async fn page(
    app: &App,
    manner: &Manner,
    visit: &Visit,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let appointment = &visit.appointment;
    let company = app.get::<Company>(appointment.company.0).await?.data;
    let manner = &manner.with(&company.portal);
    let language = &*manner.language;
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let zone = form.read::<Tz>("zone")?.unwrap_or(branch.time_zone);
    let search = Search {
        service: appointment.service,
        branch: appointment.branch,
        provider: Some(appointment.provider),
        guests: appointment.guests,
        customer: Some(appointment.customer),
        step_minutes: times::step(&service),
        zone,
        moving: Some(appointment.id),
    };
    let week = times::week(app, language, &search, form.read("week")?).await?;
    let token = form.text("token").to_owned();
    let here = manner.at(format!("/visit/times?{}&week={}", plain(&token), week.monday));
    let frame = Frame::about(&here, (appointment.company, &company), "move-title");
    let at = |monday: NaiveDate| {
        let zone = (zone != branch.time_zone).then_some(("zone", zone.name()));
        let monday = monday.to_string();
        let more: Vec<_> = [("week", monday.as_str())].into_iter().chain(zone).collect();
        format!("/visit/times?{}", carried(manner, &token, &more))
    };
    let barred = barred(app, language, visit, &week).await?;
    let trouble = problem.map(|problem| refusals::spoken(language, Trouble::from(problem)));
    let when = language.span(appointment.start, appointment.end, branch.time_zone);
    let page = MovePage {
        frame,
        revision: appointment.revision,
        back: format!("/visit?{}", carried(manner, &token, &[])),
        name: service.name,
        when: language.tell("move-now", [("when", when.into())]),
        zones: zones::choices(language, branch.time_zone, zone),
        zone: zone.name().to_owned(),
        zone_label: zones::shown(language, branch.time_zone, zone),
        own_zone: branch.time_zone.name().to_owned(),
        earlier: week.earlier.map(at),
        later: at(week.later),
        without_zone: format!(
            "/visit/times?{}",
            carried(manner, &token, &[("week", &week.monday.to_string())])
        ),
        reason: form.text("reason").to_owned(),
        week,
        token,
        barred,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(Frame::page(page.frame.logo.clone(), status, &page))
}

/// Why the visit cannot be moved at all: what the rules say of the first window of the week.
async fn barred(app: &App, language: &Language, visit: &Visit, week: &Week) -> Result<Vec<String>, Problem> {
    let slot = week.days.iter().find_map(|day| day.slots.first());
    let start = slot.and_then(|slot| slot.value.parse::<DateTime<Utc>>().ok());
    let Some(start) = start else { return Ok(Vec::new()) };
    Ok(match app.prospect_of_move(&visit.appointment, start).await? {
        Prospect::Barred(findings) => {
            findings.into_iter().map(|finding| refusals::said(language, finding)).collect()
        }
        Prospect::Free | Prospect::There | Prospect::Unfit => Vec::new(),
    })
}
