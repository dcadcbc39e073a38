//! From a hold to a confirmed appointment.
//!
//! Invariant: what asks for a deposit and has not been paid is booked by staff or by nobody, so that the hold expires
//! by itself. See `deposit.rs`.

use crate::effects::Turn;
use crate::lifecycle::{Case, FIRST_REVISION, check_id, deposit};
use crate::wit::{Decision, Finding, Request, Slots, Status, Timing, TransitionInput};
use crate::{events, findings, grid, money, validate};

/// Takes slots for a short time.
pub(crate) fn hold(input: &TransitionInput, request: &Request) -> Result<Decision, Vec<Finding>> {
    let snapshot = &input.snapshot;
    let mut broken = Vec::new();
    broken.extend(check_id(&input.new_id).err());
    broken.extend(snapshot.customer.is_none().then(findings::customer_missing));
    let plan = validate::plan(snapshot, request).map_err(|mut more| broken.append(&mut more));
    match plan {
        Ok(plan) if broken.is_empty() => Ok(Decision {
            next: Status::Open,
            revision: FIRST_REVISION,
            slots: Slots::Take,
            invoice_after: None,
            hold_until: Some(snapshot.now.saturating_add(grid::seconds(snapshot.company.hold_minutes))),
            paid: money::nothing(plan.quote.net),
            terms: None,
            plan: Some(plan),
            timing: Timing { started: None, paused: None, paused_seconds: 0, finished: None },
            events: vec![events::event("appointment.held", "The time was held.")],
            effects: Vec::new(),
            successor: None,
        }),
        Ok(_) | Err(()) => Err(broken),
    }
}

/// Sets the slot of a hold.
pub(crate) fn schedule(case: &Case<'_>) -> Result<Decision, Finding> {
    check_hold(case)?;
    deposit::check_paid(case)?;
    Ok(case.decision(events::event("appointment.scheduled", "The appointment was scheduled.")))
}

/// Acknowledges the appointment; the books get an order.
pub(crate) fn confirm(case: &Case<'_>) -> Result<Decision, Finding> {
    check_hold(case)?;
    deposit::check_paid(case)?;
    let mut sale = case.sale();
    sale.settle(&Turn::of(CONFIRMED))?;
    let event = events::event("appointment.confirmed", CONFIRMED);
    Ok(Decision { effects: sale.finish(), ..case.decision(event) })
}

/// What is said of a confirmation; also the reason why an order grows.
pub(crate) const CONFIRMED: &str = "The appointment was confirmed.";

/// Ends a hold that has run out.
pub(crate) fn expire(case: &Case<'_>) -> Result<Decision, Finding> {
    if !ran_out(case) {
        return Err(findings::hold_still_runs());
    }
    let event = events::with_reason("appointment.expired", "The hold ran out.", "hold_expired");
    let mut sale = case.sale();
    sale.settle(&Turn::of("The hold ran out"))?;
    let decision = deposit::gone(case, &mut sale, false, "The hold ran out", case.decision(event))?;
    Ok(Decision { slots: Slots::Release, effects: sale.finish(), ..decision })
}

/// Passes unless the appointment is a hold that has run out.
pub(crate) fn check_hold(case: &Case<'_>) -> Result<(), Finding> {
    if case.appointment.status == Status::Open && ran_out(case) {
        Err(findings::hold_ran_out())
    } else {
        Ok(())
    }
}

fn ran_out(case: &Case<'_>) -> bool {
    case.appointment.hold_until.is_some_and(|until| case.snapshot.now >= until)
}
