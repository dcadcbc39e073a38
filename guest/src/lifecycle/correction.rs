//! Putting a final status right.
//!
//! Invariant: what stands in the books and does not belong to the right status is compensated, never deleted, and the
//! books get what the right status asks for.

use crate::effects::{Drafts, counter, sale};
use crate::lifecycle::{Case, one, policy, work};
use crate::wit::{Correction, Decision, Finding, Slots, Status, Timing};
use crate::{events, findings, standing};

/// Gives the appointment the status that it should have had.
pub(crate) fn correct(case: &Case<'_>, correction: &Correction) -> Result<Decision, Vec<Finding>> {
    policy::check_reason(&correction.reason).map_err(one)?;
    check_successor(case).map_err(one)?;
    let mut drafts = case.drafts();
    counter::undo_fulfilment(&mut drafts, case.snapshot, case.appointment, &correction.reason);
    ask_for_what_is_due(case, &mut drafts, &correction.reason).map_err(one)?;
    let attributes = [
        ("reason", correction.reason.as_str()),
        ("from", findings::status_name(case.appointment.status)),
        ("to", findings::status_name(case.next)),
    ];
    let event = events::with("appointment.corrected", "The status was corrected.", &attributes);
    let (slots, timing) = (slots(case)?, timing(case));
    Ok(Decision { slots, timing, effects: drafts.finish(), ..case.decision(event) })
}

/// Refuses to do here what a successor does. What was replaced stays replaced; what is followed up stays finished.
fn check_successor(case: &Case<'_>) -> Result<(), Finding> {
    let replaced = case.appointment.status == Status::Cancelled;
    let reopened = matches!(case.next, Status::Confirmed | Status::InProgress);
    if case.appointment.successor.is_some() && (replaced || reopened) {
        return Err(findings::succeeded());
    }
    Ok(())
}

/// Drafts what the right status asks for. Invoices, materials and commissions have just been undone.
fn ask_for_what_is_due(case: &Case<'_>, drafts: &mut Drafts<'_>, reason: &str) -> Result<(), Finding> {
    let (snapshot, appointment) = (case.snapshot, case.appointment);
    match case.next {
        Status::Confirmed | Status::InProgress => {
            sale::ensure_order(drafts, snapshot, appointment)?;
        }
        Status::Completed => {
            let order = if sale::invoice_stays(drafts, appointment) {
                None
            } else {
                sale::ensure_order(drafts, snapshot, appointment)?
            };
            sale::fulfilment(drafts, snapshot, appointment, order, &snapshot.service.consumables)?;
        }
        Status::NoShow => {
            counter::withdraw_order(drafts, appointment, reason);
            sale::fee(drafts, snapshot, snapshot.company.no_show_fee, work::NO_SHOW_FEE)?;
        }
        Status::Cancelled => counter::withdraw_order(drafts, appointment, reason),
        Status::Open | Status::Scheduled | Status::EnRoute | Status::Paused => {}
    }
    Ok(())
}

/// A cancelled appointment has no slots; every other final status has kept them.
fn slots(case: &Case<'_>) -> Result<Slots, Vec<Finding>> {
    if case.next == Status::Cancelled {
        return Ok(Slots::Release);
    }
    if case.appointment.status == Status::Cancelled {
        standing::check_still_free(case.snapshot, case.appointment)?;
        return Ok(Slots::Take);
    }
    Ok(Slots::Keep)
}

/// When work took place, as far as the right status knows of any.
fn timing(case: &Case<'_>) -> Timing {
    let known = case.appointment.timing;
    match case.next {
        Status::Completed | Status::Cancelled => known,
        Status::InProgress | Status::Paused => Timing { finished: None, ..known },
        Status::Open | Status::Scheduled | Status::Confirmed | Status::EnRoute | Status::NoShow => {
            Timing { started: None, paused: None, paused_seconds: 0, finished: None }
        }
    }
}
