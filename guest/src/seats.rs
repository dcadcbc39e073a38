//! Visits that customers share.
//!
//! Customers share a visit when service, provider and start are the same. Whoever comes first begins it; the others
//! join, and take neither time nor units beyond what it has.
//!
//! Invariant: a visit never has more guests than seats. Deliberately absent: how many guests one customer may bring,
//! see `price.rs`.

use crate::findings;
use crate::wit::{Finding, Instant, ProviderCalendar, Service, Session, SharedVisit};

/// Whether customers share visits of the service.
pub(crate) const fn are_shared(service: &Service) -> bool {
    service.seats > 1
}

/// The visit that a booking at this start is a part of; none if a visit is one customer's own.
pub(crate) fn shared_visit(service: &Service, start: Instant) -> Option<SharedVisit> {
    are_shared(service).then(|| SharedVisit { key: format!("{}@{start}", service.id), seats: service.seats })
}

/// The provider's visit at this start that can be joined, if there is one.
pub(crate) fn session<'a>(
    service: &Service,
    calendar: &'a ProviderCalendar,
    start: Instant,
) -> Option<&'a Session> {
    calendar.sessions.iter().filter(|_| are_shared(service)).find(|session| session.start == start)
}

/// How many more guests the visit has room for; none if it is not shared. A visit that begins has all of its seats.
pub(crate) fn left(service: &Service, session: Option<&Session>) -> Option<u32> {
    let there = session.map_or(0, |session| session.guests);
    are_shared(service).then(|| service.seats.saturating_sub(there))
}

/// Adds a finding if the visit has no room for so many guests more.
pub(crate) fn check(service: &Service, session: Option<&Session>, guests: u32, broken: &mut Vec<Finding>) {
    if let Some(left) = left(service, session).filter(|left| guests > *left) {
        broken.push(findings::seats_too_few(left));
    }
}
