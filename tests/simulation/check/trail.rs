//! How appointments came to where they stand: legal steps without gaps, numbers without gaps, links both ways.

use std::collections::BTreeMap;

use slotledger::model::{Appointment, Event, Status};

use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

pub(super) fn check(facts: &Facts) -> Verdict {
    check_numbers(&facts.appointments)?;
    check_links(facts)?;
    for (appointment, events) in &facts.changed {
        check_trail(appointment, events)
            .map_err(|words| format!("{words}: {events:#?} of {appointment:?}"))?;
    }
    Ok(())
}

/// Numbers count from one, each given once, none left out.
fn check_numbers(appointments: &[Appointment]) -> Verdict {
    let number = |appointment: &Appointment| {
        let (number, _) = appointment.name.strip_prefix("APT-")?.split_once(" — ")?;
        number.parse::<usize>().ok()
    };
    let mut numbers: Vec<_> = appointments.iter().map(number).collect();
    numbers.sort_unstable();
    let right = numbers.iter().zip(1..).all(|(number, right)| *number == Some(right));
    ensure(right, || format!("numbers are lost or doubled: {numbers:?}"))
}

/// Whoever has a successor is its predecessor, and the other way round.
fn check_links(facts: &Facts) -> Verdict {
    for appointment in &facts.appointments {
        if let Some(next) = appointment.successor {
            let back = facts.find(next).and_then(|next| next.predecessor);
            ensure(back == Some(appointment.id), || {
                format!("the successor looks elsewhere: {appointment:?}")
            })?;
            let done = matches!(appointment.status, Status::Cancelled | Status::Completed | Status::NoShow);
            ensure(done, || format!("replaced, and still standing: {appointment:?}"))?;
        }
        if let Some(before) = appointment.predecessor {
            let forth = facts.find(before).and_then(|before| before.successor);
            ensure(forth == Some(appointment.id), || {
                format!("the predecessor looks elsewhere: {appointment:?}")
            })?;
        }
    }
    Ok(())
}

fn check_trail(appointment: &Appointment, events: &[Event]) -> Verdict {
    let mut revisions: BTreeMap<u32, Vec<&Event>> = BTreeMap::new();
    for event in events {
        revisions.entry(event.revision).or_default().push(event);
    }
    let last = u32::try_from(revisions.len()).expect("few");
    ensure(revisions.keys().copied().eq(1..=last), || "revisions are missing".to_owned())?;
    ensure(last == appointment.revision, || "the trail ends elsewhere".to_owned())?;
    ensure(events.is_sorted_by_key(|event| (event.revision, event.at)), || {
        "the trail is out of order".to_owned()
    })?;
    let mut before = None;
    for events in revisions.values() {
        let [main, beside @ ..] = events.as_slice() else {
            return Err("a revision without event".to_owned());
        };
        ensure(events.iter().all(|event| (event.from, event.to) == (main.from, main.to)), || {
            "one revision with two outcomes".to_owned()
        })?;
        ensure(main.from == before, || "a step does not begin where the last one ended".to_owned())?;
        ensure(is_legal(main, beside), || format!("no such step: {main:?} with {beside:?}"))?;
        before = Some(main.to);
    }
    ensure(before == Some(appointment.status), || "the trail ends in another status".to_owned())
}

/// The table of statuses and commands, written down once more.
fn is_legal(main: &Event, beside: &[&Event]) -> bool {
    use Status::{Cancelled, Completed, Confirmed, EnRoute, InProgress, NoShow, Open, Paused, Scheduled};
    let has = |name: &str| beside.iter().any(|event| event.name == name);
    let only =
        |name: &str, most: usize| beside.len() <= most && beside.iter().all(|event| event.name == name);
    let gone = |allowed: &[&str]| {
        let mut names: Vec<&str> = beside.iter().map(|event| event.name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
            && names.iter().all(|name| *name == "appointment.deposit_refunded" || allowed.contains(name))
    };
    let (from, to) = (main.from, main.to);
    let path = |starts: &[Status], end: Status| to == end && from.is_some_and(|from| starts.contains(&from));
    let standing = [Open, Scheduled, Confirmed, EnRoute, InProgress, Paused];
    match main.name.as_str() {
        "appointment.held" => from.is_none() && to == Open && beside.is_empty(),
        "appointment.scheduled" => {
            (from.is_none() && to == Scheduled || path(&[Open], Scheduled)) && beside.is_empty()
        }
        "appointment.confirmed" => {
            (from.is_none() && to == Confirmed || path(&[Open, Scheduled], Confirmed)) && beside.is_empty()
        }
        "appointment.deposit_paid" => {
            path(&[Confirmed], Confirmed) && beside.is_empty()
                || path(&[Open, Scheduled], Confirmed)
                    && only("appointment.confirmed", 1)
                    && has("appointment.confirmed")
        }
        "appointment.expired" => path(&[Open], Cancelled) && beside.is_empty(),
        "appointment.declined" if to == Cancelled => {
            path(&[Open, Scheduled, Confirmed], Cancelled) && gone(&[])
        }
        "appointment.declined" => {
            path(&[Open, Scheduled, Confirmed], Scheduled)
                && only("appointment.reassigned", 1)
                && has("appointment.reassigned")
        }
        "appointment.departed" => path(&[Confirmed], EnRoute) && beside.is_empty(),
        "appointment.started" => path(&[Confirmed, EnRoute], InProgress) && beside.is_empty(),
        "appointment.paused" => path(&[InProgress], Paused) && beside.is_empty(),
        "appointment.resumed" => path(&[Paused], InProgress) && beside.is_empty(),
        "appointment.completed" if beside.is_empty() => path(&[Confirmed, EnRoute, InProgress], Completed),
        "appointment.completed" => path(&[Paused], Completed) && only("appointment.followed_up", 1),
        "appointment.cancelled" => path(&standing, Cancelled) && gone(&["appointment.exception_made"]),
        "appointment.no_show" => path(&[Confirmed, EnRoute], NoShow) && gone(&[]),
        "appointment.rescheduled" => {
            path(&[Scheduled, Confirmed, EnRoute], Cancelled) && only("appointment.exception_made", 2)
        }
        "appointment.reassigned" => {
            from == Some(to) && matches!(to, Scheduled | Confirmed) && beside.is_empty()
        }
        "appointment.corrected" => path(&[Completed, NoShow, Cancelled], to) && from != Some(to) && gone(&[]),
        _ => false,
    }
}
