//! What happened to an appointment, line by line.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::words;
use crate::app::{self, App, EXPECTED_ARRIVAL};
use crate::model::{AppointmentId, Event};

/// What the rules call the correction of a status.
const CORRECTED: &str = "appointment.corrected";

/// A line of the trail.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) from: String,
    pub(super) to: &'static str,
    pub(super) tone: &'static str,
    pub(super) message: String,
}

/// An appointment's trail, oldest first.
pub(super) async fn trail(app: &App, id: AppointmentId, zone: Tz) -> app::Result<Vec<Step>> {
    let step = |event: Event| Step {
        at: words::moment(event.at, zone),
        message: message(&event, zone),
        by: event.by.and_then(|by| by.name).map_or_else(
            || words::actor(event.actor).to_owned(),
            |name| format!("{name} ({})", words::actor(event.actor).to_lowercase()),
        ),
        from: event.from.map(words::status).unwrap_or_default().to_owned(),
        to: words::status(event.to),
        tone: event.to.as_str(),
    };
    Ok(app.events(id).await?.into_iter().map(step).collect())
}

/// What happened, and when somebody who set out expected to arrive, or why something was corrected.
fn message(event: &Event, zone: Tz) -> String {
    let said = |wanted: &str| event.attributes.iter().find(|(name, _)| name == wanted).map(|(_, text)| text);
    if let Some(at) = said(EXPECTED_ARRIVAL).and_then(|at| at.parse::<DateTime<Utc>>().ok()) {
        return format!("{} Expected at {}.", event.message, words::moment(at, zone));
    }
    match said("reason").filter(|_| event.name == CORRECTED) {
        Some(reason) => format!("{} Reason: {reason}", event.message),
        None => event.message.clone(),
    }
}
