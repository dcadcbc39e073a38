//! Changes of an appointment that stands: what they have to say, and what still has to hold.

use slotledger_rules::findings::{
    BRANCH_CLOSED, BRANCH_INACTIVE, COMPANY_INACTIVE, GRID_UNUSABLE, OFF_SHIFT, PROVIDER_UNKNOWN,
    REASON_MISSING, TAKEN,
};
use slotledger_rules::fixtures::{ANNA, BEN, at, bitmap, decimal, input, reassign, request};
use slotledger_rules::wit::{
    Cancellation, Command, Declination, EffectBody, Rescheduling, Snapshot, Status, TransitionInput,
};

use crate::{body, granted, refused};

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

/// Both ways in which Ben takes over Anna's visit from ten to eleven.
fn takeovers() -> [Command; 2] {
    [reassign(Some(BEN), &[]), decline("Ill", Some(BEN))]
}

/// A change of the world, and the rules that a takeover then breaks.
type Spoiler = (fn(&mut Snapshot), &'static [&'static str]);

#[test]
fn who_takes_over_finds_the_branch_at_work() {
    let spoilers: [Spoiler; 8] = [
        (|world| world.company.active = false, &[COMPANY_INACTIVE]),
        (|world| world.branch.active = false, &[BRANCH_INACTIVE]),
        (|world| world.branch.open = bitmap(&[(10 * 60 + 5, 18 * 60)]), &[BRANCH_CLOSED]),
        (|world| world.branch.open = bitmap(&[(8 * 60, 10 * 60 + 55)]), &[BRANCH_CLOSED]),
        (
            |world| {
                world.company.active = false;
                world.branch.open.clear();
                world.providers[1].taken = vec![u64::MAX; 5];
            },
            &[COMPANY_INACTIVE, BRANCH_CLOSED, TAKEN],
        ),
        (
            |world| {
                world.branch.active = false;
                world.grid.slot_minutes = 0;
            },
            &[BRANCH_INACTIVE, GRID_UNUSABLE],
        ),
        (
            |world| {
                world.branch.active = false;
                world.providers.truncate(1);
            },
            &[BRANCH_INACTIVE, PROVIDER_UNKNOWN],
        ),
        (
            |world| {
                world.branch.open.clear();
                world.providers.truncate(1);
            },
            &[BRANCH_CLOSED, PROVIDER_UNKNOWN],
        ),
    ];
    for (spoil, codes) in spoilers {
        for command in takeovers() {
            let mut input = input(Some(Status::Confirmed), command);
            spoil(&mut input.snapshot);
            assert_eq!(refused(&input), codes);
        }
    }
}

#[test]
fn a_takeover_asks_nothing_again_that_was_agreed() {
    for command in takeovers() {
        let mut input = input(Some(Status::Confirmed), command);
        let world = &mut input.snapshot;
        world.branch.open = bitmap(&[(10 * 60, 11 * 60)]);
        world.branch.days[0].latest_start = Some(at(9, 0));
        (world.service.lead_time, world.service.horizon) = (60 * 24 * 60, 0);
        world.service.active = false;
        world.service.min_guests = 2;
        world.customer.as_mut().expect("a customer").active = false;
        let plan = granted(&input).plan.expect("a plan");
        assert_eq!((plan.provider.as_str(), plan.visit.start), (BEN, at(10, 0)));
    }
}

/// A follow-up at three to `old`'s work. Two providers are known: `old` without a calendar, and one with a free day.
/// Each has a rate of its own, Anna 10 % and Ben 20 %.
fn follow_up(old: &str, wanted: Option<&str>) -> TransitionInput {
    let mut input = input(Some(Status::Paused), Command::FollowUp(request(wanted, at(15, 0))));
    input.appointment.as_mut().expect("one").provider = old.to_owned();
    input.snapshot.providers.truncate(2);
    for (calendar, percent) in input.snapshot.providers.iter_mut().zip([10, 20]) {
        calendar.provider.commission_percent = Some(decimal(percent, 0));
        calendar.taken.clear();
        if calendar.provider.id == old {
            calendar.on_shift.clear();
        }
    }
    input
}

#[test]
fn the_rest_of_the_work_goes_to_the_provider_named_and_the_commission_to_who_did_the_first_part() {
    for (old, new, percent) in [(ANNA, BEN, 10), (BEN, ANNA, 20)] {
        // Whoever is named, or anybody: only one of the two has time.
        for wanted in [Some(new), None] {
            let decision = granted(&follow_up(old, wanted));
            let EffectBody::Commission(commission) = body(&decision, "commission") else { panic!("one") };
            assert_eq!((commission.provider.as_str(), commission.percent), (old, decimal(percent, 0)));
            assert_eq!(decision.successor.expect("a successor").plan.provider, new);
        }
        assert_eq!(refused(&follow_up(old, Some(old))), [OFF_SHIFT]);
    }
}

#[test]
fn nobody_stands_in_for_the_provider_named() {
    for (old, new, busy) in [(ANNA, BEN, 1), (BEN, ANNA, 0)] {
        let mut input = follow_up(old, Some(new));
        input.snapshot.providers[busy].taken = bitmap(&[(15 * 60, 15 * 60 + 5)]);
        input.snapshot.providers[1 - busy].on_shift = bitmap(&[(0, 24 * 60)]);
        assert_eq!(refused(&input), [TAKEN]);
        input.command = Command::FollowUp(request(None, at(15, 0)));
        assert_eq!(granted(&input).successor.expect("a successor").plan.provider, old);
    }
}
