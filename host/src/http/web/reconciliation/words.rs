//! How findings, repairs and comparisons are called on pages.

use crate::model::reconcile::{FindingKind, FindingState, Remedy, RunState};

pub(super) const fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "Missing",
        FindingKind::Doubled => "Doubled",
        FindingKind::Drifted => "Changed",
        FindingKind::Withdrawn => "Withdrawn",
        FindingKind::Stranger => "Nobody asked for it",
        FindingKind::ByHand => "Made by hand",
    }
}

pub(super) const fn state(state: FindingState) -> &'static str {
    match state {
        FindingState::Open => "Open",
        FindingState::Repaired => "Put right",
        FindingState::Accepted => "Accepted",
    }
}

/// The badge's colour, by what it means for whoever looks.
pub(super) const fn tone(kind: FindingKind, state: FindingState) -> &'static str {
    match (state, kind.is_information()) {
        (FindingState::Open, false) => "parked",
        (FindingState::Open, true) => "leased",
        (FindingState::Repaired | FindingState::Accepted, _) => "done",
    }
}

/// How a comparison stands, and the colour of that.
pub(super) const fn run(state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::Asked => ("In line", "pending"),
        RunState::Running => ("At work", "leased"),
        RunState::Done => ("Done", "done"),
        RunState::Failed => ("Broke off", "parked"),
    }
}

/// What a repair is called, what it does, and what its button says.
pub(super) const fn remedy(remedy: Remedy) -> [&'static str; 3] {
    match remedy {
        Remedy::Resend => {
            ["Send it again", "The document is made again, or brought back to what was asked for.", "Send"]
        }
        Remedy::Adopt => [
            "Take another document for it",
            "Somebody made one by hand: it is taken for this one.",
            "Take it",
        ],
        Remedy::Accept => ["It is as it should be", "It is not found again unless it changes.", "Accept"],
        Remedy::Credit => [
            "Take it back",
            "A counter-document is made, of an invoice a credit note. Nothing is deleted.",
            "Take back",
        ],
    }
}
