//! What an appointment is, in pairs of a name and what it says; and which others it leads to.

use chrono_tz::Tz;

use crate::app;
use crate::http::problem::Problem;
use crate::http::web::door::Desk;
use crate::http::web::names::Names;
use crate::http::web::words;
use crate::model::{
    Appointment, AppointmentId, Branch, Case, Company, Provider, Quote, Scope, Service, Status, Unit,
};

/// The pairs.
pub(super) async fn facts(
    names: &mut Names<'_>,
    appointment: &Appointment,
    zone: Tz,
    address: Option<String>,
    left: String,
) -> app::Result<Vec<(&'static str, String)>> {
    let branch = names.of::<Branch>(appointment.branch).await?;
    let mut facts = vec![
        ("Service", names.of::<Service>(appointment.service).await?),
        ("Provider", names.of::<Provider>(appointment.provider).await?),
        ("Location", address.clone().unwrap_or_else(|| branch.clone())),
        ("Company", names.of::<Company>(appointment.company).await?),
    ];
    if address.is_some_and(|address| address != branch) {
        facts.push(("Branch", branch));
    }
    let mut units = Vec::new();
    for unit in &appointment.units {
        units.push(names.of::<Unit>(*unit).await?);
    }
    if !units.is_empty() {
        facts.push(("Units", units.join(", ")));
    }
    if let Some(case) = appointment.case {
        facts.push(("Case", names.of::<Case>(case).await?));
    }
    facts.push(("Guests", appointment.guests.to_string()));
    if appointment.status == Status::Open
        && let Some(until) = appointment.hold_until
    {
        facts.push(("Held until", words::moment(until, zone)));
    }
    if !appointment.quote.deposit.is_zero() {
        facts.push(("Deposit", deposit(appointment)));
        facts.push(("Left to pay", left));
    }
    if let Some(at) = appointment.expected_arrival {
        facts.push(("Expected arrival", words::moment(at, zone)));
    }
    if let Some(started) = appointment.timing.started {
        facts.push(("Work began", words::moment(started, zone)));
    }
    if let Some(finished) = appointment.timing.finished {
        facts.push(("Work ended", words::moment(finished, zone)));
    }
    if let Some(reason) = &appointment.cancellation_reason {
        facts.push(("Cancelled because", reason.clone()));
    }
    Ok(facts)
}

/// The deposit, and what of it is there while it counts.
fn deposit(appointment: &Appointment) -> String {
    let Quote { deposit, currency, .. } = &appointment.quote;
    let is_over = matches!(appointment.status, Status::Cancelled | Status::NoShow);
    match appointment.deposit_left() {
        _ if is_over => format!("{deposit} {currency}"),
        None => format!("{deposit} {currency}, paid"),
        Some(left) if left == *deposit => format!("{deposit} {currency}, not paid"),
        Some(left) => format!("{deposit} {currency}, {left} of it not paid"),
    }
}

/// The appointments before and after it that whoever looks may see.
pub(super) async fn links(
    desk: &Desk,
    appointment: &Appointment,
) -> Result<Vec<(&'static str, String)>, Problem> {
    let after = words::successor(appointment);
    let both =
        [("Moved from the earlier appointment", appointment.predecessor), (after, appointment.successor)];
    let mut links = Vec::new();
    for (label, id) in both {
        let Some(id) = id else { continue };
        links.extend(link(desk, id).await?.map(|path| (label, path)));
    }
    Ok(links)
}

/// Where an appointment is shown, for whoever may see it.
pub(in crate::http::web) async fn link(desk: &Desk, id: AppointmentId) -> Result<Option<String>, Problem> {
    let may = desk.may(Scope::AppointmentsRead, id).await?;
    Ok(may.then(|| format!("/appointments/{id}")))
}
