//! The status machine against the table of the manual: every command in every status.

use slotledger_rules::findings::{
    ALREADY, APPOINTMENT_MISSING, APPOINTMENT_UNEXPECTED, CORRECTION_UNFIT, NOT_IN_STATUS,
};
use slotledger_rules::fixtures::{STATUSES, at, cases, commands, input};
use slotledger_rules::transition;
use slotledger_rules::wit::Status::{
    self, Cancelled, Completed, Confirmed, EnRoute, InProgress, NoShow, Open, Paused, Scheduled,
};

/// Command, statuses it is allowed in, and the status it leads to.
const TRANSITIONS: &[(&str, &[Status], Status)] = &[
    ("schedule", &[Open], Scheduled),
    ("confirm", &[Open, Scheduled], Confirmed),
    ("pay", &[Open, Scheduled, Confirmed], Confirmed),
    ("expire", &[Open], Cancelled),
    ("decline", &[Open, Scheduled, Confirmed], Cancelled),
    ("decline for another", &[Open, Scheduled, Confirmed], Scheduled),
    ("depart", &[Confirmed], EnRoute),
    ("start", &[Confirmed, EnRoute], InProgress),
    ("pause", &[InProgress], Paused),
    ("resume", &[Paused], InProgress),
    ("complete", &[Confirmed, EnRoute, InProgress], Completed),
    ("complete without materials", &[Confirmed, EnRoute, InProgress], Completed),
    ("follow up", &[Paused], Completed),
    ("cancel", &[Open, Scheduled, Confirmed, EnRoute, InProgress, Paused], Cancelled),
    ("cancel by exception", &[Open, Scheduled, Confirmed, EnRoute, InProgress, Paused], Cancelled),
    ("mark no show", &[Confirmed, EnRoute], NoShow),
    ("reschedule", &[Scheduled, Confirmed, EnRoute], Cancelled),
    ("reschedule by exception", &[Scheduled, Confirmed, EnRoute], Cancelled),
    ("reassign", &[Scheduled], Scheduled),
    ("reassign", &[Confirmed], Confirmed),
    ("correct to confirmed", &[Completed, NoShow, Cancelled], Confirmed),
    ("correct to completed", &[NoShow, Cancelled], Completed),
    ("correct to cancelled", &[Completed, NoShow], Cancelled),
    ("correct to no show", &[Completed, Cancelled], NoShow),
    ("invoice", &[Completed], Completed),
];

const BY_STATUS: [&str; 4] = [ALREADY, NOT_IN_STATUS, CORRECTION_UNFIT, APPOINTMENT_UNEXPECTED];

fn expected(status: Status, name: &str) -> Option<Status> {
    let mut rows = TRANSITIONS.iter();
    rows.find(|(command, from, _)| *command == name && from.contains(&status)).map(|(_, _, to)| *to)
}

#[test]
fn every_command_in_every_status_goes_by_the_table() {
    for status in STATUSES {
        for (name, command) in commands() {
            let mut early = input(Some(status), command);
            early.appointment.iter_mut().for_each(|one| one.invoice_after = Some(at(12, 0)));
            let mut late = early.clone();
            late.snapshot.now = at(10, 15);
            early.snapshot.now = at(9, 0) - 7 * 24 * 3_600;
            let answers = [transition(&early), transition(&late)];
            match expected(status, name) {
                Some(next) => {
                    let granted =
                        answers.iter().flatten().inspect(|decision| assert_eq!(decision.next, next));
                    assert!(granted.count() > 0, "{name} in {status:?}: {answers:#?}");
                    let refused = answers.iter().filter_map(|answer| answer.as_ref().err()).flatten();
                    refused.for_each(|finding| {
                        assert!(!BY_STATUS.contains(&finding.code.as_str()), "{finding:?}")
                    });
                }
                None => answers.iter().for_each(|answer| {
                    let findings = answer.as_ref().expect_err(name);
                    assert_eq!(findings.len(), 1, "{name} in {status:?}: {findings:?}");
                    assert!(
                        BY_STATUS.contains(&findings[0].code.as_str()),
                        "{name} in {status:?}: {findings:?}"
                    );
                }),
            }
        }
    }
}

#[test]
fn a_repeated_command_has_a_code_of_its_own() {
    let pairs = [
        (Scheduled, "schedule"),
        (Confirmed, "confirm"),
        (EnRoute, "depart"),
        (InProgress, "start"),
        (InProgress, "resume"),
        (Paused, "pause"),
        (Completed, "complete"),
        (Completed, "follow up"),
        (Cancelled, "cancel"),
        (Cancelled, "decline"),
        (Cancelled, "expire"),
        (NoShow, "mark no show"),
        (Completed, "correct to completed"),
    ];
    for (status, name) in pairs {
        let (_, command) = commands().into_iter().find(|(command, _)| *command == name).expect(name);
        assert_eq!(crate::refused(&input(Some(status), command)), [ALREADY], "{name} in {status:?}");
    }
}

#[test]
fn only_a_hold_begins_an_appointment() {
    for (name, command) in commands() {
        match (name.starts_with("hold"), transition(&input(None, command))) {
            (true, answer) => assert_eq!(answer.expect(name).next, Open),
            (false, answer) => assert_eq!(crate::codes(&answer.expect_err(name)), [APPOINTMENT_MISSING]),
        }
    }
}

#[test]
fn every_decision_is_the_same_when_it_is_made_again() {
    for (name, input) in cases() {
        let once = serde_json::to_string(&transition(&input)).expect("JSON");
        let again = serde_json::to_string(&transition(&input.clone())).expect("JSON");
        assert_eq!(once, again, "{name}");
    }
}

#[test]
fn every_revision_is_one_higher() {
    for (name, input) in cases() {
        if let Ok(decision) = transition(&input) {
            let before = input.appointment.map_or(0, |appointment| appointment.revision);
            assert_eq!(decision.revision, before + 1, "{name}");
        }
    }
}
