//! The booking rules: what may be booked, what it costs, and what follows from it.
//!
//! Invariant: the same input gives the same output, byte for byte. Nothing here knows the time, a random number or
//! another process; whatever a decision depends on stands in its input. Input of any kind is answered, never trapped
//! on: arithmetic is checked and every loop is bounded by the input's own length.
//!
//! This file adapts the functions to the component's exports and decides nothing. Natively the same functions can be
//! called as they are; nothing is exported under a C name there.
//!
//! Deliberately absent: storage, sending, and local times.

mod bits;
mod coupons;
mod describe;
mod division;
mod effects;
mod events;
pub mod findings;
#[cfg(feature = "fixtures")]
pub mod fixtures;
mod grid;
mod lifecycle;
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
mod memory;
mod money;
mod openings;
mod packed;
mod price;
mod providers;
mod seats;
mod shares;
mod slots;
mod standing;
mod tally;
mod units;
mod validate;
mod visit;
mod wishes;
pub mod wit;

pub use describe::describe;
pub use division::divide;
pub use lifecycle::transition;
pub use openings::find_openings;
pub use price::{price, total};
pub use shares::share;
pub use standing::recheck;
pub use validate::validate;

use wit::{
    Appointment, Decimal, Decision, Description, Finding, Guest, LeftOver, Openings, OpeningsQuery,
    PackedCalendars, Payment, Quote, Request, Snapshot, TransitionInput,
};

/// What the component exports.
#[derive(Debug)]
pub struct Component;

impl Guest for Component {
    fn describe() -> Description {
        describe()
    }

    fn find_openings(
        snapshot: Snapshot,
        calendars: PackedCalendars,
        query: OpeningsQuery,
    ) -> Result<Openings, Vec<Finding>> {
        match packed::unpack(snapshot, &calendars) {
            Some(snapshot) => find_openings(&snapshot, &query),
            None => Err(vec![findings::search_unusable()]),
        }
    }

    fn validate(snapshot: Snapshot, request: Request) -> Vec<Finding> {
        validate(&snapshot, &request)
    }

    fn transition(input: TransitionInput) -> Result<Decision, Vec<Finding>> {
        transition(&input)
    }

    fn recheck(snapshot: Snapshot, appointment: Appointment) -> Vec<Finding> {
        recheck(&snapshot, &appointment)
    }

    fn price(snapshot: Snapshot, guests: u32, coupon: Option<String>) -> Result<Quote, Vec<Finding>> {
        price(&snapshot, guests, coupon.as_deref())
    }

    fn divide(visits: Vec<Vec<String>>) -> Result<Vec<String>, LeftOver> {
        divide(&visits)
    }

    fn share(
        snapshot: Snapshot,
        payment: Payment,
        appointments: Vec<Appointment>,
    ) -> Result<Vec<Option<Decimal>>, Vec<Finding>> {
        share(&snapshot, &payment, &appointments).map_err(|finding| vec![finding])
    }

    fn total(snapshot: Snapshot, quotes: Vec<Quote>) -> Result<Quote, Vec<Finding>> {
        total(&snapshot, &quotes)
    }
}

/// The component's entry points, as the generator writes them. They read what the host has laid out in memory: beside
/// handing that out, the only unsafe code here.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
mod exports {
    crate::wit::bindings::export!(Component with_types_in crate::wit::bindings);

    use super::Component;
}
