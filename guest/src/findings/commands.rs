//! Findings about a command on an appointment.

use super::codes::{
    ALREADY, APPOINTMENT_MISSING, APPOINTMENT_UNEXPECTED, CANCEL_CUTOFF, CORRECTION_UNFIT, HOLD_RAN_OUT,
    HOLD_STILL_RUNS, ID_UNUSABLE, NOT_ALLOWED, NOT_IN_STATUS, NOT_STARTED, NOTHING_CHANGES, REASON_MISSING,
    RESCHEDULE_CUTOFF, RESCHEDULE_LIMIT, REVISIONS_USED_UP, SAME_PROVIDER, SUCCEEDED,
};
use super::{finding, status_name};
use crate::wit::{Finding, Status};

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

pub(crate) fn nothing_changes() -> Finding {
    finding(
        NOTHING_CHANGES,
        "Provider and units would stay as they are.",
        "Name another provider, or units that are not used yet.",
    )
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

pub(crate) fn succeeded() -> Finding {
    finding(
        SUCCEEDED,
        "Another appointment replaces or follows this one, and has its work.",
        "Correct or complete the appointment that took over.",
    )
}

pub(crate) fn correction_unfit(from: Status, to: Status) -> Finding {
    let (from, to) = (status_name(from), status_name(to));
    finding(
        CORRECTION_UNFIT,
        format!("An appointment that is {from} cannot be corrected to {to}."),
        "Choose a status that the appointment could have had instead.",
    )
}
