//! Performing the service: setting out, working, pausing, finishing, and finding nobody there.

use crate::effects::{Turn, is_refunded};
use crate::lifecycle::{Case, check_id, deposit, one, policy};
use crate::wit::{Consumable, Decision, Finding, Request, Status, Successor, Timing};
use crate::{events, findings, money, validate};

/// Sets out.
pub(crate) fn depart(case: &Case<'_>) -> Decision {
    case.decision(events::event("appointment.departed", "The provider set out."))
}

/// Begins work.
pub(crate) fn start(case: &Case<'_>) -> Decision {
    let timing = Timing { started: Some(case.snapshot.now), ..case.appointment.timing };
    Decision { timing, ..case.decision(events::event("appointment.started", "Work started.")) }
}

/// Interrupts work.
pub(crate) fn pause(case: &Case<'_>) -> Decision {
    let timing = Timing { paused: Some(case.snapshot.now), ..case.appointment.timing };
    Decision { timing, ..case.decision(events::event("appointment.paused", "Work was interrupted.")) }
}

/// Goes on with work.
pub(crate) fn resume(case: &Case<'_>) -> Decision {
    let event = events::event("appointment.resumed", "Work went on.");
    Decision { timing: case.resumed(), ..case.decision(event) }
}

/// Finishes work; the books get an invoice, what was used, and the commission.
pub(crate) fn complete(case: &Case<'_>, materials: Option<&[Consumable]>) -> Result<Decision, Finding> {
    let materials = materials.unwrap_or(&case.snapshot.service.consumables);
    let mut sale = case.sale();
    sale.settle(&Turn { materials, ..Turn::of("The service was delivered.") })?;
    let timing = Timing { finished: Some(case.snapshot.now), ..case.resumed() };
    let event = events::event("appointment.completed", "The service was delivered.");
    let invoice_after = sale.invoice_after();
    Ok(Decision { timing, invoice_after, effects: sale.finish(), ..case.decision(event) })
}

/// Finishes interrupted work and makes an appointment for the rest.
pub(crate) fn follow_up(case: &Case<'_>, request: &Request) -> Result<Decision, Vec<Finding>> {
    check_id(case.new_id).map_err(one)?;
    let plan = validate::plan(case.snapshot, request)?;
    policy::check_wishes(case, &plan.provider, None)?;
    let mut decision = complete(case, None).map_err(one)?;
    let made = events::with(
        "appointment.scheduled",
        "The appointment was scheduled for work that was left.",
        &[("predecessor", &case.appointment.id)],
    );
    decision.events.push(events::with(
        "appointment.followed_up",
        "An appointment was made for work that was left.",
        &[("successor", case.new_id)],
    ));
    let paid = money::nothing(plan.quote.net);
    decision.successor = Some(Successor {
        status: Status::Scheduled,
        plan,
        reschedules: 0,
        replaces: false,
        terms: None,
        paid,
        events: vec![made],
        effects: Vec::new(),
    });
    Ok(decision)
}

/// The customer was not there: the order is withdrawn, and a fee asked for where the company wants one.
pub(crate) fn mark_no_show(case: &Case<'_>) -> Result<Decision, Finding> {
    if case.snapshot.now < case.appointment.visit.start {
        return Err(findings::not_started());
    }
    let reason = "The customer was not there";
    let mut sale = case.sale();
    sale.settle(&Turn::of(reason))?;
    sale.fee(case.snapshot.company.no_show_fee, NO_SHOW_FEE, !is_refunded(&case.terms(), true))?;
    let event = events::event("appointment.no_show", "The customer was not there.");
    let decision = deposit::gone(case, &mut sale, true, reason, case.decision(event))?;
    Ok(Decision { effects: sale.finish(), ..decision })
}

/// What stands on the invoice of a no-show fee.
pub(crate) const NO_SHOW_FEE: &str = "No-show fee";
