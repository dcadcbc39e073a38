//! The status machine: which command leads from which status to which.
//!
//! Invariant: one match over (status, command) without a catch-all, so that a new status or command does not compile
//! before somebody has decided what it means. Deliberately absent: who may give a command, when, and what follows.

use crate::wit::{Command, Status};

/// What the table says of a command in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The command leads to this status.
    To(Status),
    /// The appointment has the status that the command leads to.
    Already,
    /// The command does not fit the status.
    Refused,
    /// The status could not have been this one instead.
    Uncorrectable(Status),
    /// A hold begins an appointment, and there is one.
    Exists,
}

use Command as C;
use Status as S;
use Verdict::{Already, Exists, Refused, To, Uncorrectable};

/// Where the command leads from the status.
pub(crate) const fn next(status: Status, command: &Command) -> Verdict {
    match (status, command) {
        (S::Open, C::Schedule) => To(S::Scheduled),
        (S::Open | S::Scheduled, C::Confirm) | (S::Open | S::Scheduled | S::Confirmed, C::Pay(_)) => {
            To(S::Confirmed)
        }
        (S::Open, C::Expire) => To(S::Cancelled),
        (S::Open | S::Scheduled | S::Confirmed, C::Decline(decline)) => match decline.replacement {
            Some(_) => To(S::Scheduled),
            None => To(S::Cancelled),
        },
        (S::Confirmed, C::Depart) => To(S::EnRoute),
        (S::Confirmed | S::EnRoute, C::Start) | (S::Paused, C::Resume) => To(S::InProgress),
        (S::InProgress, C::Pause) => To(S::Paused),
        (S::Confirmed | S::EnRoute | S::InProgress, C::Complete(_)) => To(S::Completed),
        (S::Paused, C::FollowUp(_)) => To(S::Completed),
        (S::Open | S::Scheduled | S::Confirmed | S::EnRoute | S::InProgress | S::Paused, C::Cancel(_)) => {
            To(S::Cancelled)
        }
        (S::Confirmed | S::EnRoute, C::MarkNoShow) => To(S::NoShow),
        (S::Scheduled | S::Confirmed | S::EnRoute, C::Reschedule(_)) => To(S::Cancelled),
        (S::Scheduled | S::Confirmed, C::Reassign(_)) => To(status),
        (S::Completed | S::NoShow | S::Cancelled, C::Correct(correction)) => corrected(status, correction.to),
        (S::Completed, C::Invoice) => To(status),

        (
            S::Open
            | S::Scheduled
            | S::Confirmed
            | S::EnRoute
            | S::InProgress
            | S::Paused
            | S::Completed
            | S::Cancelled
            | S::NoShow,
            C::Hold(_),
        ) => Exists,

        (S::Scheduled, C::Schedule)
        | (S::Confirmed, C::Confirm)
        | (S::EnRoute, C::Depart)
        | (S::InProgress, C::Start | C::Resume)
        | (S::Paused, C::Pause)
        | (S::Completed, C::Complete(_) | C::FollowUp(_))
        | (S::Cancelled, C::Cancel(_) | C::Expire | C::Decline(_))
        | (S::NoShow, C::MarkNoShow) => Already,

        (
            S::Open
            | S::Scheduled
            | S::Confirmed
            | S::EnRoute
            | S::InProgress
            | S::Paused
            | S::Cancelled
            | S::NoShow,
            C::Invoice,
        )
        | (
            S::Open,
            C::Depart
            | C::Start
            | C::Pause
            | C::Resume
            | C::Complete(_)
            | C::FollowUp(_)
            | C::MarkNoShow
            | C::Reschedule(_)
            | C::Reassign(_)
            | C::Correct(_),
        )
        | (
            S::Scheduled,
            C::Expire
            | C::Depart
            | C::Start
            | C::Pause
            | C::Resume
            | C::Complete(_)
            | C::FollowUp(_)
            | C::MarkNoShow
            | C::Correct(_),
        )
        | (S::Confirmed, C::Schedule | C::Expire | C::Pause | C::Resume | C::FollowUp(_) | C::Correct(_))
        | (
            S::EnRoute,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Expire
            | C::Decline(_)
            | C::Pause
            | C::Resume
            | C::FollowUp(_)
            | C::Reassign(_)
            | C::Correct(_),
        )
        | (
            S::InProgress,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Expire
            | C::Decline(_)
            | C::Depart
            | C::FollowUp(_)
            | C::MarkNoShow
            | C::Reschedule(_)
            | C::Reassign(_)
            | C::Correct(_),
        )
        | (
            S::Paused,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Expire
            | C::Decline(_)
            | C::Depart
            | C::Start
            | C::Complete(_)
            | C::MarkNoShow
            | C::Reschedule(_)
            | C::Reassign(_)
            | C::Correct(_),
        )
        | (
            S::Completed,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Expire
            | C::Decline(_)
            | C::Depart
            | C::Start
            | C::Pause
            | C::Resume
            | C::Cancel(_)
            | C::MarkNoShow
            | C::Reschedule(_)
            | C::Reassign(_),
        )
        | (
            S::Cancelled,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Depart
            | C::Start
            | C::Pause
            | C::Resume
            | C::Complete(_)
            | C::FollowUp(_)
            | C::MarkNoShow
            | C::Reschedule(_)
            | C::Reassign(_),
        )
        | (
            S::NoShow,
            C::Schedule
            | C::Confirm
            | C::Pay(_)
            | C::Expire
            | C::Decline(_)
            | C::Depart
            | C::Start
            | C::Pause
            | C::Resume
            | C::Complete(_)
            | C::FollowUp(_)
            | C::Cancel(_)
            | C::Reschedule(_)
            | C::Reassign(_),
        ) => Refused,
    }
}

/// What a final status can be corrected to: a status that the appointment could have had instead.
const fn corrected(from: Status, to: Status) -> Verdict {
    match (from, to) {
        (S::Completed, S::Confirmed | S::InProgress | S::Cancelled | S::NoShow)
        | (S::NoShow, S::Confirmed | S::Completed | S::Cancelled)
        | (S::Cancelled, S::Confirmed | S::Completed | S::NoShow) => To(to),
        (S::Completed, S::Completed) | (S::NoShow, S::NoShow) | (S::Cancelled, S::Cancelled) => Already,
        (S::Completed, S::Open | S::Scheduled | S::EnRoute | S::Paused)
        | (S::NoShow, S::Open | S::Scheduled | S::EnRoute | S::InProgress | S::Paused)
        | (S::Cancelled, S::Open | S::Scheduled | S::EnRoute | S::InProgress | S::Paused)
        | (
            S::Open | S::Scheduled | S::Confirmed | S::EnRoute | S::InProgress | S::Paused,
            S::Open
            | S::Scheduled
            | S::Confirmed
            | S::EnRoute
            | S::InProgress
            | S::Paused
            | S::Completed
            | S::Cancelled
            | S::NoShow,
        ) => Uncorrectable(to),
    }
}
