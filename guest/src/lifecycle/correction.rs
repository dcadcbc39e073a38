//! Putting a final status right.
//!
//! Invariant: what stands in the books and does not belong to the right status is compensated, never deleted, and the
//! books get what the right status asks for.

use crate::effects::{Sale, Turn, is_refunded};
use crate::lifecycle::{Case, deposit, one, policy, work};
use crate::wit::{Correction, Decision, Finding, Slots, Status, Timing};
use crate::{events, findings, standing};

/// Gives the appointment the status that it should have had.
pub(crate) fn correct(case: &Case<'_>, correction: &Correction) -> Result<Decision, Vec<Finding>> {
    policy::check_reason(&correction.reason).map_err(one)?;
    check_successor(case).map_err(one)?;
    let mut sale = case.sale();
    let attributes = [
        ("reason", correction.reason.as_str()),
        ("from", findings::status_name(case.appointment.status)),
        ("to", findings::status_name(case.next)),
    ];
    let event = events::with("appointment.corrected", "The status was corrected.", &attributes);
    let decision = put_right(case, &mut sale, &correction.reason, case.decision(event)).map_err(one)?;
    let (slots, timing, invoice_after) = (slots(case)?, timing(case), sale.invoice_after());
    Ok(Decision { slots, timing, invoice_after, effects: sale.finish(), ..decision })
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

/// Brings the books to where the right status has them. What a correction calls off was no fault of the customer's.
fn put_right(
    case: &Case<'_>,
    sale: &mut Sale<'_>,
    reason: &str,
    decision: Decision,
) -> Result<Decision, Finding> {
    sale.credit_fees(reason);
    sale.settle(&Turn { materials: &case.snapshot.service.consumables, ..Turn::of(reason) })?;
    match case.next {
        Status::NoShow => {
            let kept = !is_refunded(&case.terms(), true);
            sale.fee(case.snapshot.company.no_show_fee, work::NO_SHOW_FEE, kept)?;
            deposit::gone(case, sale, true, reason, decision)
        }
        Status::Cancelled => deposit::gone(case, sale, false, reason, decision),
        Status::Open
        | Status::Scheduled
        | Status::Confirmed
        | Status::EnRoute
        | Status::InProgress
        | Status::Paused
        | Status::Completed => Ok(decision),
    }
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
