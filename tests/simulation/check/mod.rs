//! What has to be true of the store after every step, whoever asked for what.
//!
//! Nothing here asks the rules or the host's code what is right: each promise is worked out anew from what is stored.

mod books;
mod busy;
mod claims;
mod openings;
mod overlap;
mod together;
mod trail;
mod upset;

pub(super) use openings::{Search, expected as expected_openings};
pub(super) use upset::upset;

use slotledger::model::WaitState;

use super::facts::Facts;

/// What is wrong, or nothing.
pub(super) type Verdict = Result<(), String>;

/// Checks everything that the store holds.
pub(super) fn all(facts: &Facts) -> Verdict {
    overlap::check(facts)?;
    claims::check(facts)?;
    busy::check(facts)?;
    trail::check(facts)?;
    together::check(facts)?;
    books::check(facts)
}

/// What a step has brought about beside the events of trails.
pub(super) fn happened<'a>(before: &Facts, after: &Facts) -> impl Iterator<Item = &'a str> + use<'a> {
    let more = |name: &'static str, before: usize, after: usize| (after > before).then_some(name);
    let offers = |facts: &Facts| facts.waits.iter().filter(|place| place.appointment.is_some()).count();
    let taken = |facts: &Facts| facts.waits.iter().filter(|place| place.state == WaitState::Booked).count();
    [
        more("booking.made", before.bookings.len(), after.bookings.len()),
        more("series.made", before.series.len(), after.series.len()),
        more("waitlist.offered", offers(before), offers(after)),
        more("waitlist.booked", taken(before), taken(after)),
    ]
    .into_iter()
    .flatten()
}

/// Fails with the words unless it holds.
fn ensure(holds: bool, words: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(words()) }
}
