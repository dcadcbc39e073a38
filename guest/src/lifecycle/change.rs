//! Changes of mind: declining, cancelling, rescheduling, reassigning.

use crate::effects::{Sale, Turn, is_refunded};
use crate::lifecycle::{Case, booking, check_id, deposit, one, policy};
use crate::wit::{
    Actor, Cancellation, Decision, Declination, Event, Exception, Finding, Plan, Reassignment, Rescheduling,
    Slots, Status, Successor,
};
use crate::{events, findings, money, price, standing, validate};

/// Refuses the appointment: it is void, or another provider takes over.
///
/// A customer who has confirmed is held to the cut-off for cancelling, which declining would go round.
pub(crate) fn decline(case: &Case<'_>, decline: &Declination) -> Result<Decision, Vec<Finding>> {
    policy::check_reason(&decline.reason).map_err(one)?;
    let cutoff = case.snapshot.service.cancel_cutoff;
    let confirmed_by_customer =
        case.snapshot.actor == Actor::Customer && case.appointment.status == Status::Confirmed;
    if confirmed_by_customer && policy::is_late(case, cutoff) {
        return Err(one(findings::cancel_cutoff(cutoff)));
    }
    let declined =
        events::with_reason("appointment.declined", "The appointment was declined.", &decline.reason);
    match &decline.replacement {
        Some(provider) => {
            booking::check_hold(case).and_then(|()| deposit::check_hold_paid(case)).map_err(one)?;
            if *provider == case.appointment.provider {
                return Err(one(findings::same_provider()));
            }
            let exception = Exception { reason: decline.reason.clone() };
            let mut exceptions = policy::check_wishes(case, provider, Some(&exception))?;
            let plan = taken_over(case, provider, &[])?;
            let mut sale = Sale::of(case, Some(&plan));
            sale.settle(&Turn::of(&decline.reason)).map_err(one)?;
            let effects = sale.finish();
            let mut decision = case.decision(declined);
            decision.events.append(&mut exceptions);
            decision.events.push(reassigned(case, &plan, None));
            Ok(Decision { plan: Some(plan), slots: Slots::Take, effects, ..decision })
        }
        None => {
            let mut sale = case.sale();
            sale.settle(&Turn::of(&decline.reason)).map_err(one)?;
            // Only a customer can be late in saying no: a provider who does is no reason to keep a deposit.
            let late = case.snapshot.actor == Actor::Customer && policy::is_late(case, cutoff);
            let decision = deposit::gone(case, &mut sale, late, &decline.reason, case.decision(declined))
                .map_err(one)?;
            Ok(Decision { slots: Slots::Release, effects: sale.finish(), ..decision })
        }
    }
}

/// Calls the appointment off, with a fee where it is late and the company asks for one.
///
/// A hold binds nobody: it can be cancelled at any time. A fee is asked of those who had confirmed.
pub(crate) fn cancel(case: &Case<'_>, cancellation: &Cancellation) -> Result<Decision, Finding> {
    let Cancellation { reason, exception } = cancellation;
    policy::check_reason(reason)?;
    let cutoff = case.snapshot.service.cancel_cutoff;
    let late = case.appointment.status != Status::Open && policy::is_late(case, cutoff);
    let event = events::with_reason("appointment.cancelled", "The appointment was cancelled.", reason);
    let mut decision = case.decision(event);
    if late {
        decision.events.push(policy::except(case, findings::cancel_cutoff(cutoff), exception.as_ref())?);
    }
    let mut sale = case.sale();
    sale.settle(&Turn::of(reason))?;
    if late && case.appointment.status != Status::Scheduled {
        let kept = !is_refunded(&case.terms(), late);
        sale.fee(case.snapshot.company.late_cancel_fee, "Late cancellation fee", kept)?;
    }
    let decision = deposit::gone(case, &mut sale, late, reason, decision)?;
    Ok(Decision { slots: Slots::Release, timing: case.stopped(), effects: sale.finish(), ..decision })
}

/// Moves the appointment: this one is cancelled, and a new one is made in its place.
pub(crate) fn reschedule(case: &Case<'_>, rescheduling: &Rescheduling) -> Result<Decision, Vec<Finding>> {
    let Rescheduling { request, reason, .. } = rescheduling;
    let attributes = [("reason", reason.as_str()), ("successor", case.new_id)];
    let event = events::with("appointment.rescheduled", "The appointment was moved.", &attributes);
    let mut decision = case.decision(event);
    let mut broken = match limits(case, rescheduling) {
        Ok(mut exceptions) => {
            decision.events.append(&mut exceptions);
            Vec::new()
        }
        Err(broken) => broken,
    };
    let provider = request.provider.as_deref().unwrap_or(&case.appointment.provider);
    match policy::check_wishes(case, provider, rescheduling.exception.as_ref()) {
        Ok(mut exceptions) => decision.events.append(&mut exceptions),
        Err(mut unmet) => broken.append(&mut unmet),
    }
    broken.extend(policy::check_reason(reason).err());
    broken.extend(check_id(case.new_id).err());
    let plan = validate::plan(case.snapshot, request).map(|plan| keep_price(case, plan));
    broken.extend(plan.iter().find_map(|plan| deposit::check_rise(case, &plan.quote).err()));
    match plan {
        Ok(plan) if broken.is_empty() => {
            let mut sale = case.sale();
            sale.withdraw_to_replace(reason);
            let successor = Some(moved(case, plan, &sale, reason).map_err(one)?);
            let paid = money::nothing(case.appointment.paid);
            Ok(Decision { slots: Slots::Release, paid, effects: sale.finish(), successor, ..decision })
        }
        Ok(_) => Err(broken),
        Err(mut more) => {
            broken.append(&mut more);
            Err(broken)
        }
    }
}

/// The exceptions made for cut-off and limit, or those of the two that are broken.
fn limits(case: &Case<'_>, rescheduling: &Rescheduling) -> Result<Vec<Event>, Vec<Finding>> {
    let service = &case.snapshot.service;
    let cutoff = service.reschedule_cutoff;
    let late = policy::is_late(case, cutoff).then(|| findings::reschedule_cutoff(cutoff));
    let spent = service.reschedule_limit.filter(|limit| case.appointment.reschedules >= *limit);
    let (mut events, mut broken) = (Vec::new(), Vec::new());
    for finding in late.into_iter().chain(spent.map(findings::reschedule_limit)) {
        match policy::except(case, finding, rescheduling.exception.as_ref()) {
            Ok(event) => events.push(event),
            Err(finding) => broken.push(finding),
        }
    }
    if broken.is_empty() { Ok(events) } else { Err(broken) }
}

/// A price that was agreed stands, as long as what it was agreed for stands.
fn keep_price(case: &Case<'_>, plan: Plan) -> Plan {
    let agreed = &case.appointment.quote;
    if plan.guests == case.appointment.guests && plan.quote.currency == agreed.currency {
        return Plan { quote: agreed.clone(), ..plan };
    }
    let with_coupon = agreed.coupon.as_ref().map(|code| price::quote(case.snapshot, plan.guests, Some(code)));
    match with_coupon {
        Some(Ok(quote)) => Plan { quote, ..plan },
        // A coupon that is not accepted any more belongs to the price that was agreed, and to no other.
        Some(Err(_)) | None => plan,
    }
}

/// The appointment at the new time: confirmed, and on the order, if the old one was confirmed, unless it asks for more in
/// advance; then it waits for the rest.
fn moved(case: &Case<'_>, plan: Plan, old: &Sale<'_>, reason: &str) -> Result<Successor, Finding> {
    let status = match case.appointment.status {
        Status::Confirmed | Status::EnRoute if deposit::rise(case, &plan.quote)?.is_none() => {
            Status::Confirmed
        }
        Status::Open
        | Status::Scheduled
        | Status::Confirmed
        | Status::EnRoute
        | Status::InProgress
        | Status::Paused
        | Status::Completed
        | Status::Cancelled
        | Status::NoShow => Status::Scheduled,
    };
    let name = if status == Status::Confirmed { "appointment.confirmed" } else { "appointment.scheduled" };
    let message = "The appointment was made in place of another.";
    let event = events::with(name, message, &[("predecessor", &case.appointment.id)]);
    let mut sale = Sale::moved(case, &plan, status).after(old);
    sale.settle(&Turn { moved: true, ..Turn::of(reason) })?;
    let effects = sale.finish();
    Ok(Successor {
        status,
        plan,
        reschedules: case.appointment.reschedules.saturating_add(1),
        replaces: true,
        terms: case.agreed(status),
        paid: case.appointment.paid,
        events: vec![event],
        effects,
    })
}

/// Gives the appointment to another provider, or to other units, at the same time; the order names another provider.
pub(crate) fn reassign(case: &Case<'_>, reassignment: &Reassignment) -> Result<Decision, Vec<Finding>> {
    let present = &case.appointment.provider;
    let provider = reassignment.provider.as_deref().unwrap_or(present);
    let plan = match (provider == present, reassignment.units.is_empty()) {
        (true, true) => {
            let named = reassignment.provider.is_some();
            return Err(one(if named { findings::same_provider() } else { findings::nothing_changes() }));
        }
        (true, false) | (false, _) => taken_over(case, provider, &reassignment.units)?,
    };
    let exception = reassignment.reason.clone().map(|reason| Exception { reason });
    let mut exceptions = policy::check_wishes(case, provider, exception.as_ref())?;
    if provider == present && have_same_units(case, &plan) {
        return Err(one(findings::nothing_changes()));
    }
    let mut sale = Sale::of(case, Some(&plan));
    if provider != present {
        let reason = "Another provider performs the service";
        sale.withdraw_to_replace(reason);
        sale.settle(&Turn { moved: true, ..Turn::of(reason) }).map_err(one)?;
    }
    let (effects, mut decision) =
        (sale.finish(), case.decision(reassigned(case, &plan, reassignment.reason.as_deref())));
    decision.events.append(&mut exceptions);
    Ok(Decision { plan: Some(plan), slots: Slots::Take, effects, ..decision })
}

/// The plan with the provider and with the units named, the present ones first among the others; or everything that is
/// against it.
fn taken_over(case: &Case<'_>, provider: &str, units: &[String]) -> Result<Plan, Vec<Finding>> {
    let units = standing::take_over(case.snapshot, case.appointment, provider, units)?;
    Ok(case.plan_with(provider, units))
}

/// Whether the plan has the units that the appointment has, in whatever order.
fn have_same_units(case: &Case<'_>, plan: &Plan) -> bool {
    let mut present: Vec<&String> = case.appointment.units.iter().collect();
    present.sort_unstable();
    present.iter().copied().eq(&plan.units)
}

fn reassigned(case: &Case<'_>, plan: &Plan, reason: Option<&str>) -> Event {
    let before = case.appointment;
    let units = (before.units.join(","), plan.units.join(","));
    let mut attributes: Vec<_> = reason.map(|reason| ("reason", reason)).into_iter().collect();
    if before.provider != plan.provider {
        attributes.extend([("from", before.provider.as_str()), ("to", plan.provider.as_str())]);
    }
    if !have_same_units(case, plan) {
        attributes.extend([("units_from", units.0.as_str()), ("units_to", units.1.as_str())]);
    }
    let message = if before.provider == plan.provider {
        "Other units are used."
    } else {
        "Another provider took over."
    };
    events::with("appointment.reassigned", message, &attributes)
}
