//! Changes of an appointment that stands: what they have to say, and what still has to hold.

use slotledger_rules::findings::REASON_MISSING;
use slotledger_rules::fixtures::{ANNA, BEN, at, input, request};
use slotledger_rules::wit::{Cancellation, Command, Declination, Rescheduling, Status};

use crate::{granted, refused};

fn decline(reason: &str, replacement: Option<&str>) -> Command {
    let replacement = replacement.map(str::to_owned);
    Command::Decline(Declination { reason: reason.to_owned(), replacement })
}

/// Every command that is kept with a reason of its own.
fn with_reason(reason: &str) -> [Command; 4] {
    let request = request(Some(ANNA), at(10, 30));
    [
        decline(reason, None),
        decline(reason, Some(BEN)),
        Command::Cancel(Cancellation { reason: reason.to_owned(), exception: None }),
        Command::Reschedule(Rescheduling { request, reason: reason.to_owned(), exception: None }),
    ]
}

#[test]
fn a_change_of_mind_needs_a_reason() {
    for reason in ["", " ", "\n\t"] {
        for command in with_reason(reason) {
            assert_eq!(refused(&input(Some(Status::Confirmed), command)), [REASON_MISSING]);
        }
    }
    for command in with_reason("Ill") {
        granted(&input(Some(Status::Confirmed), command));
    }
}
