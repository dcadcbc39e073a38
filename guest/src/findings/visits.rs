//! Findings about what a visit needs beside a provider's time: units, seats, and wishes met.

use super::codes::{
    CASE_INACTIVE, CASE_OF_ANOTHER, NOBODY_LEFT, SEATS_TOO_FEW, UNIT_INACTIVE, UNIT_MISSING, UNIT_NOT_NEEDED,
    UNIT_TAKEN, UNIT_UNKNOWN, UNITS_ELSEWHERE, UNITS_NESTED, UNITS_TAKEN, UNITS_TOO_FEW, WISH_UNMET,
};
use super::finding;
use crate::wit::Finding;

pub(crate) fn unit_unknown(id: &str) -> Finding {
    finding(
        UNIT_UNKNOWN,
        format!("The unit {id} is not known at this branch."),
        "Choose one of the branch's units, or leave the units out.",
    )
}

pub(crate) fn unit_not_needed(name: &str) -> Finding {
    finding(
        UNIT_NOT_NEEDED,
        format!("The service does not need {name}, or not beside the other units named."),
        "Name units of the types that the service needs, no more of a type than it needs.",
    )
}

pub(crate) fn unit_inactive(name: &str) -> Finding {
    finding(
        UNIT_INACTIVE,
        format!("{name} takes no bookings, or is a part of a unit that takes none."),
        "Choose another unit.",
    )
}

pub(crate) fn unit_taken(name: &str) -> Finding {
    finding(
        UNIT_TAKEN,
        format!("{name} is in use to its capacity in a part of the visit or its buffers."),
        "Choose another unit or another time.",
    )
}

pub(crate) fn unit_missing(unit_type: &str, needed: usize) -> Finding {
    finding(
        UNIT_MISSING,
        format!("The service needs {needed} of the type {unit_type}, and the branch has fewer."),
        format!("Give the branch active units of the type {unit_type}, or choose another branch."),
    )
}

pub(crate) fn units_taken(unit_type: &str) -> Finding {
    finding(
        UNITS_TAKEN,
        format!("Too few units of the type {unit_type} are free for all of the visit and its buffers."),
        "Choose another time.",
    )
}

pub(crate) fn units_nested() -> Finding {
    finding(
        UNITS_NESTED,
        "One of the units would be a part of another one.",
        "Choose units that are not a part of one another, or another time.",
    )
}

pub(crate) fn units_too_few(unit_type: &str) -> Finding {
    finding(
        UNITS_TOO_FEW,
        format!("The service needs more units of the type {unit_type} than the appointment has."),
        "Reassign the appointment to units that the branch has.",
    )
}

pub(crate) fn other_units(name: &str) -> Finding {
    finding(
        UNITS_ELSEWHERE,
        format!("Others share the visit, and it does not use {name}."),
        "Leave the units out: the visit has its own.",
    )
}

pub(crate) fn seats_too_few(left: u32) -> Finding {
    finding(
        SEATS_TOO_FEW,
        format!("The visit has room for {left} more guests."),
        "Book for fewer guests, or choose another visit.",
    )
}

pub(crate) fn no_seats_left(guests: u32) -> Finding {
    finding(
        SEATS_TOO_FEW,
        format!("No visit has room for {guests} more guests."),
        "Book for fewer guests, or search another day.",
    )
}

pub(crate) fn nobody_left() -> Finding {
    finding(
        NOBODY_LEFT,
        "Visits that start together are with different providers, and nobody else is free.",
        "Name another time, or another provider.",
    )
}

pub(crate) fn case_inactive(name: &str) -> Finding {
    finding(
        CASE_INACTIVE,
        format!("{name} takes no more appointments."),
        "Make the case active, or leave it out.",
    )
}

pub(crate) fn case_of_another(name: &str) -> Finding {
    finding(
        CASE_OF_ANOTHER,
        format!("{name} is another customer's case."),
        "Leave out the case or the customer.",
    )
}

pub(crate) fn wish_unmet(who: &str, wish: &str) -> Finding {
    finding(
        WISH_UNMET,
        format!("{who} does not meet the wish for {wish}."),
        "Choose another provider, or make the wish one that need not be met.",
    )
}

pub(crate) fn nobody_meets(service: &str, wish: &str) -> Finding {
    finding(
        WISH_UNMET,
        format!("Nobody who offers {service} meets the wish for {wish}."),
        "Make the wish one that need not be met, or choose another branch.",
    )
}

pub(crate) fn nobody_meets_all(service: &str) -> Finding {
    finding(
        WISH_UNMET,
        format!("Nobody who offers {service} meets all wishes together."),
        "Make some of the wishes ones that need not be met.",
    )
}
