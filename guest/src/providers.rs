//! Who performs a visit: the provider named, or the one who goes first among all who can.
//!
//! Invariant: who goes first depends on nothing but the snapshot, and never on the order of its lists. Deliberately
//! absent: when somebody is free, see `visit.rs`.

use std::cmp::Reverse;

use crate::visit::Visit;
use crate::wit::{Finding, Instant, Preference, Provider, ProviderCalendar, Service, Snapshot};
use crate::{findings, wishes};

/// A provider's calendar, and the units that the visit uses.
pub(crate) type Found<'a> = (&'a ProviderCalendar, Vec<String>);

/// The provider's calendar, or the finding that there is none.
pub(crate) fn calendar<'a>(snapshot: &'a Snapshot, provider: &str) -> Result<&'a ProviderCalendar, Finding> {
    let mut calendars = snapshot.providers.iter();
    calendars
        .find(|calendar| calendar.provider.id == provider)
        .ok_or_else(|| findings::provider_unknown(provider))
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

/// The providers that take bookings and offer the service.
pub(crate) fn offering(snapshot: &Snapshot) -> Vec<&ProviderCalendar> {
    // The contract has them in order, and sorting what is in order costs one pass.
    let mut offering: Vec<&str> = snapshot.service.providers.iter().map(String::as_str).collect();
    offering.sort_unstable();
    let offers = |id: &str| offering.binary_search(&id).is_ok();
    let calendars = snapshot.providers.iter();
    calendars.filter(|calendar| calendar.provider.active && offers(&calendar.provider.id)).collect()
}

/// Those of them who meet every wish that is required, or why there is nobody.
pub(crate) fn eligible<'a>(
    snapshot: &'a Snapshot,
    preferences: &[Preference],
) -> Result<Vec<&'a ProviderCalendar>, Vec<Finding>> {
    let mut calendars = offering(snapshot);
    if calendars.is_empty() {
        return Err(vec![findings::nobody_offers(&snapshot.service.name)]);
    }
    if preferences.iter().any(|preference| preference.required) {
        let all = calendars.clone();
        calendars.retain(|calendar| wishes::meets_required(&calendar.provider, preferences));
        if calendars.is_empty() {
            let providers = all.into_iter().map(|calendar| &calendar.provider);
            return Err(wishes::met_by_nobody(providers, preferences, &snapshot.service.name));
        }
    }
    Ok(calendars)
}

/// The provider named; adds a finding for everything that keeps that provider from it.
pub(crate) fn named<'a>(
    visit: &Visit<'a>,
    provider: &str,
    preferences: &[Preference],
    broken: &mut Vec<Finding>,
) -> Option<Found<'a>> {
    let calendar = calendar(visit.snapshot, provider).map_err(|finding| broken.push(finding)).ok()?;
    check_offer(&calendar.provider, &visit.snapshot.service, broken);
    wishes::check(&calendar.provider, preferences, broken);
    let units = visit.check(calendar, broken)?;
    Some((calendar, units))
}

/// The provider who goes first of all who can. Where nobody can, each reason is told once.
pub(crate) fn anybody<'a>(
    visit: &Visit<'a>,
    preferences: &[Preference],
    broken: &mut Vec<Finding>,
) -> Option<Found<'a>> {
    let calendars =
        eligible(visit.snapshot, preferences).map_err(|mut more| broken.append(&mut more)).ok()?;
    let possible = calendars.iter().copied().filter(|calendar| visit.is_possible(calendar));
    match possible.min_by_key(|calendar| precedence(visit, calendar, preferences)) {
        Some(first) => visit.check(first, broken).map(|units| (first, units)),
        None => {
            let mut reasons: Vec<Finding> = Vec::new();
            for calendar in calendars {
                let mut against = Vec::new();
                visit.check(calendar, &mut against);
                against.retain(|finding| reasons.iter().all(|known| known.code != finding.code));
                reasons.append(&mut against);
            }
            broken.append(&mut reasons);
            None
        }
    }
}

/// What puts providers in order: wishes met, what there is to do on that day and recently, how long ago the last
/// booking came in, and the identifier.
type Precedence<'a> = (Reverse<usize>, u32, u64, Option<Instant>, &'a str);

fn precedence<'a>(
    visit: &Visit<'a>,
    calendar: &'a ProviderCalendar,
    preferences: &[Preference],
) -> Precedence<'a> {
    (
        Reverse(wishes::count_met(&calendar.provider, preferences)),
        visit.place.load(calendar, &visit.snapshot.branch, &visit.grid),
        calendar.workload.recent_minutes,
        calendar.workload.last_booked,
        &calendar.provider.id,
    )
}
