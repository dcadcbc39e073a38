//! Findings: one constructor for each, so that a rule has one wording.
//!
//! Invariant: a message is a sentence for a person and names the thing it is about; a hint says what would satisfy
//! the rule. Deliberately absent: points in time, which read well only in a zone that the rules do not know.

mod codes;

pub use codes::*;

use crate::wit::{Finding, Status};

fn finding(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), message: message.into(), hint: hint.into() }
}

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

pub(crate) fn no_price(guests: u32) -> Finding {
    finding(
        NO_PRICE,
        format!("The service has no price for {guests} guests."),
        "Add a price row that covers this number of guests.",
    )
}

pub(crate) fn amount_too_large() -> Finding {
    finding(
        AMOUNT_TOO_LARGE,
        "An amount does not fit into eighteen digits.",
        "Lower the price or the number of guests.",
    )
}

pub(crate) fn price_unusable() -> Finding {
    finding(
        PRICE_UNUSABLE,
        "A price is negative, or has more than eighteen digits behind the point.",
        "Give prices of zero or more with at most eighteen digits behind the point.",
    )
}

pub(crate) fn percent_unusable(what: &str) -> Finding {
    finding(
        PERCENT_UNUSABLE,
        format!("The {what} is not a percentage."),
        "Give a number from 0 to 100 with at most six digits behind the point.",
    )
}

pub(crate) fn currency_unusable(code: &str) -> Finding {
    finding(
        CURRENCY_UNUSABLE,
        format!("{code:?} with the digits given is no currency."),
        "Give three capitals by ISO 4217, and at most four digits behind the point.",
    )
}

pub(crate) fn currency_refused(asked: &str, company: &str) -> Finding {
    finding(
        CURRENCY_REFUSED,
        format!("The company does not book in {asked}."),
        format!("Book in {company}, or leave the currency out."),
    )
}

pub(crate) fn quantity_unusable(item: &str) -> Finding {
    finding(
        QUANTITY_UNUSABLE,
        format!("The quantity of {item} is not more than zero, or has too many digits."),
        "Give a quantity above zero, and leave out what was not used.",
    )
}

pub(crate) fn currency_changed(appointment: &str, company: &str) -> Finding {
    finding(
        CURRENCY_CHANGED,
        format!("The appointment is priced in {appointment}, and the company books in {company}."),
        "Cancel the appointment and book it again.",
    )
}

pub(crate) fn fee_item_missing() -> Finding {
    finding(FEE_ITEM_MISSING, "The company names no item for fees.", "Set the company's fee item.")
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
        format!("The duration or a buffer of {name} is unusable."),
        "Give a duration of 1 to 1440 minutes, and buffers of at most 1440.",
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

pub(crate) fn appointment_missing() -> Finding {
    finding(APPOINTMENT_MISSING, "There is no appointment to do this with.", "Hold a time first.")
}

pub(crate) fn appointment_unexpected() -> Finding {
    finding(APPOINTMENT_UNEXPECTED, "The appointment exists already.", "Make a hold without an appointment.")
}

pub(crate) fn id_unusable() -> Finding {
    finding(
        ID_UNUSABLE,
        "The identifier cannot become a part of a document's key.",
        "Use 1 to 64 of the characters a-z, 0-9, hyphen, underscore and full stop.",
    )
}

pub(crate) fn revisions_used_up() -> Finding {
    finding(REVISIONS_USED_UP, "The appointment was changed too often.", "Book a new appointment.")
}

pub(crate) fn already(status: Status) -> Finding {
    let status = status_name(status);
    finding(ALREADY, format!("The appointment is already {status}."), "There is nothing to do.")
}

pub(crate) fn not_in_status(command: &str, status: Status) -> Finding {
    let status = status_name(status);
    finding(
        NOT_IN_STATUS,
        format!("An appointment that is {status} cannot be {command}."),
        "Look at the appointment's status and choose a command that fits it.",
    )
}

pub(crate) fn hold_ran_out() -> Finding {
    finding(HOLD_RAN_OUT, "The hold has run out.", "Hold the time again, if it is still free.")
}

pub(crate) fn hold_still_runs() -> Finding {
    finding(HOLD_STILL_RUNS, "The hold has not run out yet.", "Wait until it has, or cancel it.")
}

pub(crate) fn not_allowed(command: &str, whose: &str) -> Finding {
    finding(
        NOT_ALLOWED,
        format!("The appointment can be {command} by {whose} only."),
        format!("Ask {whose} to do it."),
    )
}

pub(crate) fn not_started() -> Finding {
    finding(NOT_STARTED, "The visit has not started yet.", "Wait until its start.")
}

pub(crate) fn same_provider() -> Finding {
    finding(SAME_PROVIDER, "The appointment is with this provider already.", "Name another provider.")
}

pub(crate) fn cancel_cutoff(minutes: u32) -> Finding {
    finding(
        CANCEL_CUTOFF,
        format!("The appointment can be cancelled until {minutes} minutes before its start."),
        "Ask staff to make an exception with a reason.",
    )
}

pub(crate) fn reschedule_cutoff(minutes: u32) -> Finding {
    finding(
        RESCHEDULE_CUTOFF,
        format!("The appointment can be rescheduled until {minutes} minutes before its start."),
        "Ask staff to make an exception with a reason.",
    )
}

pub(crate) fn reschedule_limit(limit: u32) -> Finding {
    finding(
        RESCHEDULE_LIMIT,
        format!("The appointment can be rescheduled {limit} times."),
        "Ask staff to make an exception with a reason.",
    )
}

pub(crate) fn reason_missing() -> Finding {
    finding(REASON_MISSING, "The reason is empty.", "Say why; the reason is kept.")
}

pub(crate) fn correction_unfit(from: Status, to: Status) -> Finding {
    let (from, to) = (status_name(from), status_name(to));
    finding(
        CORRECTION_UNFIT,
        format!("An appointment that is {from} cannot be corrected to {to}."),
        "Choose a status that the appointment could have had instead.",
    )
}

/// A status as it reads in a sentence.
pub(crate) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Scheduled => "scheduled",
        Status::Confirmed => "confirmed",
        Status::EnRoute => "en route",
        Status::InProgress => "in progress",
        Status::Paused => "paused",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
        Status::NoShow => "no show",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_sorted_and_explained() {
        let codes: Vec<&str> = CODES.iter().map(|(code, _, _)| *code).collect();
        let sorted: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(codes, sorted.into_iter().collect::<Vec<_>>());
        for (code, title, explanation) in CODES {
            assert!(code.starts_with("SL02") && code.len() == 6, "{code}");
            assert!(!title.ends_with('.') && explanation.ends_with('.'), "{code}");
        }
    }
}
