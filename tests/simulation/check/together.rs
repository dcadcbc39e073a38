//! Appointments that belong together are all there, and the waitlist says what became of its holds.

use std::collections::BTreeSet;

use serde_json::Value;
use slotledger::model::{Appointment, Status, WaitState};
use slotledger::store::Wait;

use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

pub(super) fn check(facts: &Facts) -> Verdict {
    check_bookings(facts)?;
    check_series(facts)?;
    check_waitlist(facts)
}

/// A booking has the appointments that were agreed on. Each is priced in one line here.
fn check_bookings(facts: &Facts) -> Verdict {
    for booking in &facts.bookings {
        let made = made(facts, |one| one.booking == Some(booking.id));
        let agreed = booking.details["agreed"]["lines"].as_array().map_or(0, Vec::len);
        ensure(made.len() == agreed, || format!("{} of {agreed} appointments of {booking:?}", made.len()))?;
        let theirs =
            made.iter().all(|one| one.customer == booking.customer && one.company == booking.company);
        ensure(theirs, || format!("somebody else's appointment in {booking:?}"))?;
    }
    ensure(
        facts
            .appointments
            .iter()
            .all(|one| one.booking.is_none_or(|id| facts.bookings.iter().any(|all| all.id == id))),
        || "an appointment of a booking that is not there".to_owned(),
    )
}

/// A series has an appointment for every occurrence that was not left out.
fn check_series(facts: &Facts) -> Verdict {
    for series in &facts.series {
        let made = made(facts, |one| one.series == Some(series.id)).len();
        let left_out = series.details["left_out"].as_array().map_or(0, Vec::len);
        let wanted = count(&series.details["rule"]);
        ensure(Some(made + left_out) == wanted, || {
            format!("{made} made and {left_out} left out, of {wanted:?}: {series:?}")
        })?;
    }
    Ok(())
}

/// Those that were made with it; the others came in their place or follow from them.
fn made(facts: &Facts, belongs: impl Fn(&Appointment) -> bool) -> Vec<&Appointment> {
    facts.appointments.iter().filter(|one| belongs(one) && one.predecessor.is_none()).collect()
}

fn count(rule: &Value) -> Option<usize> {
    rule.as_str()?.rsplit_once("COUNT=")?.1.parse().ok()
}

fn check_waitlist(facts: &Facts) -> Verdict {
    let mut offered = BTreeSet::new();
    for place in &facts.waits {
        let Some(id) = place.appointment else {
            ensure(matches!(place.state, WaitState::Waiting | WaitState::Withdrawn), || {
                format!("offered nothing: {place:?}")
            })?;
            continue;
        };
        ensure(offered.insert(id), || format!("one time for two places: {place:?}"))?;
        let hold = facts.find(id).ok_or_else(|| format!("offered what is not there: {place:?}"))?;
        check_offer(place, hold).map_err(|words| format!("{words}: {place:?} has {hold:?}"))?;
    }
    Ok(())
}

fn check_offer(place: &Wait, hold: &Appointment) -> Verdict {
    let theirs = hold.customer == place.customer && hold.service == place.service;
    ensure(theirs, || "somebody else's hold".to_owned())?;
    let is_open = hold.status == Status::Open;
    match place.state {
        WaitState::Offered => ensure(is_open, || "offered what is no hold".to_owned()),
        WaitState::Booked | WaitState::Lapsed => ensure(!is_open, || "over while the hold runs".to_owned()),
        WaitState::Waiting | WaitState::Withdrawn => Err("it has an offer and says it has none".to_owned()),
    }
}
