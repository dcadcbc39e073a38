//! Findings about a booking or a search: who, when, and for how many.

use super::codes::{
    AWAY, BRANCH_CLOSED, BRANCH_INACTIVE, COMPANY_INACTIVE, CUSTOMER_INACTIVE, CUSTOMER_MISSING, END_REFUSED,
    GRID_UNUSABLE, NOBODY_OFFERS, OFF_GRID, OFF_SHIFT, OUTSIDE_CALENDAR, PROVIDER_INACTIVE, PROVIDER_UNKNOWN,
    SEARCH_UNUSABLE, SERVICE_INACTIVE, SERVICE_NOT_OFFERED, SERVICE_UNUSABLE, STEP_UNUSABLE, TAKEN, TOO_FAR,
    TOO_FEW_GUESTS, TOO_LATE_IN_DAY, TOO_MANY_GUESTS, TOO_SOON,
};
use super::finding;
use crate::wit::Finding;

pub(crate) fn company_inactive() -> Finding {
    finding(COMPANY_INACTIVE, "The company takes no bookings.", "Make the company active.")
}

pub(crate) fn branch_inactive() -> Finding {
    finding(BRANCH_INACTIVE, "The branch takes no bookings.", "Choose another branch, or make it active.")
}

pub(crate) fn service_inactive(name: &str) -> Finding {
    finding(
        SERVICE_INACTIVE,
        format!("{name} cannot be booked."),
        "Choose another service, or make it active.",
    )
}

pub(crate) fn provider_inactive(name: &str) -> Finding {
    finding(PROVIDER_INACTIVE, format!("{name} takes no bookings."), "Choose another provider.")
}

pub(crate) fn customer_inactive(name: &str) -> Finding {
    finding(CUSTOMER_INACTIVE, format!("{name} may not book."), "Make the customer active.")
}

pub(crate) fn customer_missing() -> Finding {
    finding(CUSTOMER_MISSING, "No customer is named.", "Say for whom the appointment is.")
}

pub(crate) fn service_not_offered(provider: &str, service: &str) -> Finding {
    finding(
        SERVICE_NOT_OFFERED,
        format!("{provider} does not offer {service}."),
        "Choose a provider that offers it.",
    )
}

pub(crate) fn provider_unknown(id: &str) -> Finding {
    finding(
        PROVIDER_UNKNOWN,
        format!("The provider {id} is not known at this branch."),
        "Choose one of the branch's providers.",
    )
}

pub(crate) fn nobody_offers(service: &str) -> Finding {
    finding(
        NOBODY_OFFERS,
        format!("Nobody at this branch offers {service}."),
        "Name an active provider of this branch in the service.",
    )
}

pub(crate) fn off_grid(slot_minutes: u32) -> Finding {
    finding(
        OFF_GRID,
        format!("The start is not on the grid of {slot_minutes} minutes."),
        format!("Choose a start at a multiple of {slot_minutes} minutes."),
    )
}

pub(crate) fn off_shift(provider: &str) -> Finding {
    finding(
        OFF_SHIFT,
        format!("{provider} is not on shift for all of the visit and its buffers."),
        "Choose a time inside a shift and outside its breaks.",
    )
}

pub(crate) fn away(provider: &str) -> Finding {
    finding(
        AWAY,
        format!("{provider} is away for a part of the visit or its buffers."),
        "Choose another day or another provider.",
    )
}

pub(crate) fn taken(provider: &str) -> Finding {
    finding(
        TAKEN,
        format!("{provider} has another appointment in a part of the visit or its buffers."),
        "Choose another time or another provider.",
    )
}

pub(crate) fn everybody_off_shift() -> Finding {
    finding(
        OFF_SHIFT,
        "Nobody is on shift long enough for the visit and its buffers.",
        "Search another day, or extend a shift.",
    )
}

pub(crate) fn everybody_away() -> Finding {
    finding(AWAY, "Everybody who would be on shift is away.", "Search another day.")
}

pub(crate) fn everything_taken() -> Finding {
    finding(
        TAKEN,
        "Everybody on shift has other appointments, and no gap holds the visit and its buffers.",
        "Search another day or a longer span.",
    )
}

pub(crate) fn branch_closed() -> Finding {
    finding(
        BRANCH_CLOSED,
        "The branch is closed for a part of the visit.",
        "Choose a time inside the opening hours.",
    )
}

/// Of a start that has passed: whether more notice would have been needed does not matter then.
pub(crate) fn over() -> Finding {
    finding(TOO_SOON, "That time is over already.", "Choose a start that is still to come.")
}

pub(crate) fn too_soon(lead_time: u32) -> Finding {
    finding(
        TOO_SOON,
        format!("The visit would start sooner than {lead_time} minutes from now."),
        format!("Choose a start at least {lead_time} minutes ahead."),
    )
}

pub(crate) fn too_far(horizon: u32) -> Finding {
    finding(
        TOO_FAR,
        format!("The visit would start later than {horizon} minutes from now."),
        format!("Choose a start at most {horizon} minutes ahead."),
    )
}

pub(crate) fn too_late_in_day() -> Finding {
    finding(
        TOO_LATE_IN_DAY,
        "The visit would start after the service's latest start of the day.",
        "Choose an earlier time of the day.",
    )
}

pub(crate) fn outside_calendar() -> Finding {
    finding(
        OUTSIDE_CALENDAR,
        "The calendar does not cover the visit and its buffers.",
        "Choose a time inside the days looked at.",
    )
}

pub(crate) fn end_refused(duration: u32) -> Finding {
    finding(
        END_REFUSED,
        format!("The end asked for is not the start and the {duration} minutes that the service takes."),
        format!("Leave the end out, or name the one {duration} minutes after the start."),
    )
}

pub(crate) fn too_few_guests(least: u32) -> Finding {
    finding(
        TOO_FEW_GUESTS,
        format!("The service is for {least} guests at least."),
        format!("Book for {least} or more."),
    )
}

pub(crate) fn too_many_guests(most: u32) -> Finding {
    finding(
        TOO_MANY_GUESTS,
        format!("The service is for {most} guests at most."),
        format!("Book for {most} or fewer."),
    )
}

pub(crate) fn grid_unusable() -> Finding {
    finding(
        GRID_UNUSABLE,
        "The slot grid's length, origin or slot length is unusable.",
        "Use slots of 1 to 1440 minutes from a multiple of their length, and a shorter span.",
    )
}

pub(crate) fn service_unusable(name: &str) -> Finding {
    finding(
        SERVICE_UNUSABLE,
        format!("The duration, a buffer or the number of seats of {name} is unusable."),
        "Give a duration of 1 to 1440 minutes, buffers of at most 1440, and one seat or more.",
    )
}

pub(crate) fn search_unusable() -> Finding {
    finding(
        SEARCH_UNUSABLE,
        "The span searched does not end after it starts, or the limit is zero.",
        "Give an end after the start, and a limit of at least one.",
    )
}

pub(crate) fn step_unusable(slot_minutes: u32) -> Finding {
    finding(
        STEP_UNUSABLE,
        format!("The step is not a multiple of {slot_minutes} minutes."),
        format!("Give a step of {slot_minutes} minutes or a multiple of it."),
    )
}
