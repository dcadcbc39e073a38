//! Every rule that a booking has to keep.
//!
//! Invariant: all broken rules are listed, not the first only, and a plan is made only where none is broken.
//! Deliberately absent: cut-offs and statuses, which belong to commands on appointments (`lifecycle/`).

use crate::grid::{self, Checked};
use crate::slots::{self, Needs, Place};
use crate::wit::{Appointment, Finding, Plan, Provider, ProviderCalendar, Request, Service, Snapshot, Span};
use crate::{findings, price};

/// Every rule that booking the request would break; empty when it would be valid.
///
/// The snapshot needs no customer; one that is there has to be active.
#[must_use]
pub fn validate(snapshot: &Snapshot, request: &Request) -> Vec<Finding> {
    plan(snapshot, request).err().unwrap_or_default()
}

/// Every rule that a standing appointment has come to break; empty when it can take place as agreed.
#[must_use]
pub fn recheck(snapshot: &Snapshot, appointment: &Appointment) -> Vec<Finding> {
    check_takeover(snapshot, &appointment.provider, appointment.visit, appointment.reserved)
}

/// Where and when the request takes place and what it costs, or every rule that it breaks.
pub(crate) fn plan(snapshot: &Snapshot, request: &Request) -> Result<Plan, Vec<Finding>> {
    let mut broken = Vec::new();
    check_parties(snapshot, &mut broken);
    price::check_guests(&snapshot.service, request.guests, &mut broken);
    check_currency(snapshot, request, &mut broken);
    let placed = place(snapshot, request, &mut broken);
    let quote = price::quote(snapshot, request.guests).map_err(|finding| broken.push(finding));
    match (placed, quote) {
        (Some((calendar, place)), Ok(quote)) if broken.is_empty() => Ok(Plan {
            provider: calendar.provider.id.clone(),
            visit: place.visit,
            reserved: place.reserved,
            units: Vec::new(),
            session: None,
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
}

/// Adds a finding if the company or the branch takes no bookings.
fn check_seller(snapshot: &Snapshot, broken: &mut Vec<Finding>) {
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

/// Adds a finding if the provider takes no bookings or does not offer the service.
pub(crate) fn check_offer(provider: &Provider, service: &Service, broken: &mut Vec<Finding>) {
    if !provider.active {
        broken.push(findings::provider_inactive(&provider.name));
    }
    if !service.providers.contains(&provider.id) {
        broken.push(findings::service_not_offered(&provider.name, &service.name));
    }
}

/// The provider's calendar, or the finding that there is none.
pub(crate) fn calendar<'a>(snapshot: &'a Snapshot, provider: &str) -> Result<&'a ProviderCalendar, Finding> {
    let mut calendars = snapshot.providers.iter();
    calendars
        .find(|calendar| calendar.provider.id == provider)
        .ok_or_else(|| findings::provider_unknown(provider))
}

/// Everything that keeps another provider from taking over a time that stands already.
///
/// Lead time, horizon and price were settled when the time was agreed, and are not asked about again. Nor is whether
/// service and customer are still active: what they agreed on stands.
pub(crate) fn check_takeover(
    snapshot: &Snapshot,
    provider: &str,
    visit: Span,
    reserved: Span,
) -> Vec<Finding> {
    let mut broken = Vec::new();
    check_seller(snapshot, &mut broken);
    match Checked::read(&snapshot.grid) {
        Ok(grid) => {
            let place = Place { visit, reserved };
            place.check_branch(&snapshot.branch, &grid, &mut broken);
            named(snapshot, provider, &place, &grid, &mut broken);
        }
        Err(finding) => broken.push(finding),
    }
    broken
}

/// With whom and when, as far as that can be told; adds a finding for every rule broken.
fn place<'a>(
    snapshot: &'a Snapshot,
    request: &Request,
    broken: &mut Vec<Finding>,
) -> Option<(&'a ProviderCalendar, Place)> {
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
    let calendar = match &request.provider {
        Some(provider) => named(snapshot, provider, &place, &grid, broken),
        None => least_loaded(snapshot, &place, &grid, broken),
    }?;
    Some((calendar, place))
}

/// Adds a finding for every rule on the start that is the same for all providers.
fn check_start(snapshot: &Snapshot, start: i64, grid: Option<&Checked>, broken: &mut Vec<Finding>) {
    let service = &snapshot.service;
    if grid.is_some_and(|grid| !grid.begins_slot(start)) {
        broken.push(findings::off_grid(snapshot.grid.slot_minutes));
    }
    let (earliest, latest) = bookable(snapshot);
    if start < earliest {
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

/// The calendar of the provider asked for; adds a finding for everything that keeps that provider from it.
fn named<'a>(
    snapshot: &'a Snapshot,
    provider: &str,
    place: &Place,
    grid: &Checked,
    broken: &mut Vec<Finding>,
) -> Option<&'a ProviderCalendar> {
    let calendar = calendar(snapshot, provider).map_err(|finding| broken.push(finding)).ok()?;
    check_offer(&calendar.provider, &snapshot.service, broken);
    place.check_provider(calendar, grid, broken);
    Some(calendar)
}

/// The provider who has least on that day, ties broken by identifier. Where nobody is free, each reason is told once.
fn least_loaded<'a>(
    snapshot: &'a Snapshot,
    place: &Place,
    grid: &Checked,
    broken: &mut Vec<Finding>,
) -> Option<&'a ProviderCalendar> {
    let mut reasons: Vec<Finding> = Vec::new();
    let mut best: Option<(u32, &ProviderCalendar)> = None;
    for calendar in offering(snapshot) {
        let mut against = Vec::new();
        place.check_provider(calendar, grid, &mut against);
        if against.is_empty() {
            let load = place.load(calendar, &snapshot.branch, grid);
            let goes_first = |(least, first): (u32, &ProviderCalendar)| {
                (load, &calendar.provider.id) < (least, &first.provider.id)
            };
            if best.is_none_or(goes_first) {
                best = Some((load, calendar));
            }
        }
        if best.is_none() {
            against.retain(|finding| reasons.iter().all(|known| known.code != finding.code));
            reasons.append(&mut against);
        }
    }
    if best.is_none() {
        match reasons.is_empty() {
            true => broken.push(findings::nobody_offers(&snapshot.service.name)),
            false => broken.append(&mut reasons),
        }
    }
    best.map(|(_, calendar)| calendar)
}

/// The providers that take bookings and offer the service.
pub(crate) fn offering(snapshot: &Snapshot) -> impl Iterator<Item = &ProviderCalendar> {
    snapshot.providers.iter().filter(|calendar| {
        calendar.provider.active && snapshot.service.providers.contains(&calendar.provider.id)
    })
}
