//! Every rule that a booking has to keep.
//!
//! Invariant: all broken rules are listed, not the first only, and a plan is made only where none is broken.
//! Deliberately absent: cut-offs and statuses, which belong to commands on appointments (`lifecycle/`).

use crate::grid::{self, Checked};
use crate::providers::{self, Found};
use crate::slots::{self, Needs, Place};
use crate::units::Asked;
use crate::visit::Visit;
use crate::wit::{Finding, Plan, Request, ServiceCase, Snapshot};
use crate::{findings, price, seats};

/// Every rule that booking the request would break; empty when it would be valid.
///
/// The snapshot needs no customer; one that is there has to be active.
#[must_use]
pub fn validate(snapshot: &Snapshot, request: &Request) -> Vec<Finding> {
    plan(snapshot, request).err().unwrap_or_default()
}

/// Where and when the request takes place and what it costs, or every rule that it breaks.
pub(crate) fn plan(snapshot: &Snapshot, request: &Request) -> Result<Plan, Vec<Finding>> {
    let mut broken = Vec::new();
    check_parties(snapshot, &mut broken);
    price::check_guests(&snapshot.service, request.guests, &mut broken);
    check_currency(snapshot, request, &mut broken);
    let placed = place(snapshot, request, &mut broken);
    let quote = price::quote(snapshot, request.guests, request.coupon.as_deref())
        .map_err(|finding| broken.push(finding));
    match (placed, quote) {
        (Some((place, (calendar, units))), Ok(quote)) if broken.is_empty() => Ok(Plan {
            provider: calendar.provider.id.clone(),
            visit: place.visit,
            reserved: place.reserved,
            units,
            session: seats::shared_visit(&snapshot.service, place.visit.start),
            guests: request.guests,
            quote,
        }),
        (Some(_) | None, Ok(_) | Err(())) => Err(broken),
    }
}

/// Adds a finding for everybody and everything that takes no bookings.
pub(crate) fn check_parties(snapshot: &Snapshot, broken: &mut Vec<Finding>) {
    check_seller(snapshot, broken);
    if !snapshot.service.active {
        broken.push(findings::service_inactive(&snapshot.service.name));
    }
    if let Some(customer) = snapshot.customer.as_ref().filter(|customer| !customer.active) {
        broken.push(findings::customer_inactive(&customer.name));
    }
    if let Some(case) = &snapshot.case {
        check_case(snapshot, case, broken);
    }
}

/// Adds a finding for a case that takes no appointments, or none for this customer.
fn check_case(snapshot: &Snapshot, case: &ServiceCase, broken: &mut Vec<Finding>) {
    if !case.active {
        broken.push(findings::case_inactive(&case.name));
    }
    if snapshot.customer.as_ref().is_some_and(|customer| customer.id != case.customer) {
        broken.push(findings::case_of_another(&case.name));
    }
}

/// Adds a finding if the company or the branch takes no bookings.
pub(crate) fn check_seller(snapshot: &Snapshot, broken: &mut Vec<Finding>) {
    if !snapshot.company.active {
        broken.push(findings::company_inactive());
    }
    if !snapshot.branch.active {
        broken.push(findings::branch_inactive());
    }
}

/// Adds a finding if the request names another currency than the company's.
fn check_currency(snapshot: &Snapshot, request: &Request, broken: &mut Vec<Finding>) {
    let booked_in = &snapshot.company.currency;
    if let Some(asked) = request.currency.as_ref().filter(|asked| *asked != booked_in) {
        broken.push(findings::currency_refused(asked, booked_in));
    }
}

/// When, with whom and where, as far as that can be told; adds a finding for every rule broken.
fn place<'a>(
    snapshot: &'a Snapshot,
    request: &'a Request,
    broken: &mut Vec<Finding>,
) -> Option<(Place, Found<'a>)> {
    let needs = Needs::of(&snapshot.service).map_err(|finding| broken.push(finding)).ok();
    let grid = Checked::read(&snapshot.grid).map_err(|finding| broken.push(finding)).ok();
    check_start(snapshot, request.start, grid.as_ref(), broken);
    let (needs, grid) = (needs?, grid?);
    let Some(place) = needs.placed_at(request.start, &grid) else {
        broken.push(findings::outside_calendar());
        return None;
    };
    if request.end.is_some_and(|end| end != place.visit.end) {
        broken.push(findings::end_refused(needs.duration));
    }
    place.check_branch(&snapshot.branch, &grid, broken);
    let asked = Asked { named: &request.units, preferred: &[] };
    let visit = Visit::new(snapshot, grid, place, request.guests, asked);
    let found = match &request.provider {
        Some(provider) => providers::named(&visit, provider, &request.preferences, broken),
        None => providers::anybody(&visit, &request.preferences, broken),
    };
    Some((place, found?))
}

/// Adds a finding for every rule on the start that is the same for all providers.
fn check_start(snapshot: &Snapshot, start: i64, grid: Option<&Checked>, broken: &mut Vec<Finding>) {
    let service = &snapshot.service;
    if grid.is_some_and(|grid| !grid.begins_slot(start)) {
        broken.push(findings::off_grid(snapshot.grid.slot_minutes));
    }
    let (earliest, latest) = bookable(snapshot);
    if start < snapshot.now {
        broken.push(findings::over());
    } else if start < earliest {
        broken.push(findings::too_soon(service.lead_time));
    }
    if start > latest {
        broken.push(findings::too_far(service.horizon));
    }
    let day = snapshot.branch.days.iter().find(|day| slots::contains(day.span, start));
    if day.and_then(|day| day.latest_start).is_some_and(|latest| start > latest) {
        broken.push(findings::too_late_in_day());
    }
}

/// The first and the last moment at which a visit booked now may start.
pub(crate) fn bookable(snapshot: &Snapshot) -> (i64, i64) {
    let ahead = |minutes| snapshot.now.saturating_add(grid::seconds(minutes));
    (ahead(snapshot.service.lead_time), ahead(snapshot.service.horizon))
}
