//! A visit as a file for the customer's calendar.

use axum::extract::{self, Extension};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};

use super::super::words;
use super::calendar::{self as ics, Entry, Standing};
use super::manner::Manner;
use super::times;
use super::visit::{closed, query};
use crate::app::App;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::languages::Language;
use crate::model::{Appointment, Branch, Company, Customer, Service, Status};

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Extension(manner): Extension<Manner>,
    uri: Uri,
) -> Result<Response, Problem> {
    let visit = match app.visit(query(&uri).text("token")).await {
        Ok(visit) => visit,
        Err(error) => return closed(&manner, error),
    };
    let company = app.get::<Company>(visit.appointment.company.0).await?.data;
    let manner = manner.with(&company.portal);
    let language = &*manner.language;
    let entry = entry(&app, language, company, &visit.appointment).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", file_name(language))),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, ics::file(&entry)).into_response())
}

/// What the file is called; a name in other letters would need a header of its own.
fn file_name(language: &Language) -> String {
    let name = language.say("calendar-file");
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if plain.is_empty() { "appointment".to_owned() } else { plain }
}

async fn entry(
    app: &App,
    language: &Language,
    company: Company,
    appointment: &Appointment,
) -> Result<Entry, Problem> {
    let branch = app.get::<Branch>(appointment.branch.0).await?.data;
    let service = app.get::<Service>(appointment.service.0).await?.data;
    let customer = app.get::<Customer>(appointment.customer.0).await?.data;
    let name = company.portal.name.unwrap_or(company.name);
    // What was moved is the same entry: it keeps the first appointment's identity, and goes on counting.
    let mut sequence = appointment.revision;
    for earlier in &appointment.replaces {
        sequence = sequence.saturating_add(app.appointment(*earlier).await?.revision);
    }
    let first = appointment.replaces.first().unwrap_or(&appointment.id);
    Ok(Entry {
        uid: format!("{first}@slotledger"),
        sequence,
        changed: appointment.updated_at,
        start: appointment.start,
        end: appointment.end,
        standing: match appointment.status {
            Status::Open | Status::Scheduled => Standing::Tentative,
            Status::Cancelled | Status::NoShow => Standing::Off,
            Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused | Status::Completed => {
                Standing::Firm
            }
        },
        summary: language
            .tell("calendar-summary", [("service", service.name.into()), ("company", name.into())]),
        location: appointment
            .address(customer.address.as_deref())
            .map(words::on_a_line)
            .unwrap_or_else(|| times::place(&branch)),
        description: appointment.remarks.clone(),
    })
}
