//! Times that a visit can be moved to, or the rest of it booked at.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use crate::app::{self, App, OpeningsQuery, Order, Providers, Strict};
use crate::http::problem::Problem;

use crate::http::web::appointments::instant;
use crate::http::web::commands::Act;
use crate::http::web::form::Form;
use crate::http::web::words;
use crate::model::Appointment;

/// Times that are offered for a move: two days' worth of choice, and few enough to look through.
const OPENINGS: u32 = 18;
/// Minutes between two of them.
const STEP_MINUTES: u32 = 30;

/// A time to choose.
pub(in crate::http::web) struct Slot {
    pub(in crate::http::web) value: String,
    pub(in crate::http::web) day: String,
    pub(in crate::http::web) time: String,
    pub(in crate::http::web) provider: String,
    pub(in crate::http::web) is_chosen: bool,
}

/// The times, and where there is none the reasons.
pub(super) async fn slots(
    app: &App,
    act: Act,
    appointment: &Appointment,
    zone: Tz,
    day: Option<NaiveDate>,
    form: &Form,
) -> Result<(Vec<Slot>, Vec<String>), Problem> {
    let from = day.map(|day| app::day(zone, day).0).map(|from| from.max(app.now()));
    let query = OpeningsQuery {
        service: appointment.service,
        from,
        to: from.map(|from| from + TimeDelta::days(14)),
        branch: Some(appointment.branch),
        providers: Providers::default(),
        guests: Some(appointment.guests),
        step_minutes: Some(STEP_MINUTES),
        limit: Some(OPENINGS),
        ranking: if day.is_some() { None } else { Some(Order::Nearest) },
        near: if day.is_some() { None } else { Some(appointment.start) },
        customer: Some(appointment.customer),
        gender: None,
        language: None,
        skill: None,
        strict: Strict::default(),
        // What a visit leaves over is done beside it, not instead of it.
        moving: (act == Act::Reschedule).then_some(appointment.id),
    };
    let found = app.openings(query).await?;
    let chosen = format!("{}|{}", form.text("start"), form.text("provider"));
    let mut openings = found.openings;
    openings.sort_by_key(|opening| (opening.start, opening.provider));
    let slot = |opening: app::Opening| {
        let value = format!("{}|{}", instant(opening.start), opening.provider);
        Slot {
            is_chosen: value == chosen,
            value,
            day: words::day(opening.start, zone),
            time: words::time(opening.start, zone),
            provider: opening.provider_name,
        }
    };
    Ok((
        openings.into_iter().map(slot).collect(),
        found.reasons.into_iter().map(|finding| format!("{} ({})", finding.message, finding.code)).collect(),
    ))
}
