//! Money in advance, totals, and appointments that stand.

use slotledger_rules::findings::{
    ALREADY, CURRENCY_CHANGED, CURRENCY_REFUSED, DEPOSIT_DUE, DEPOSIT_RISEN, HOLD_RAN_OUT, NO_DEPOSIT,
    NOT_ALLOWED, NOTHING_CHANGES, NOTHING_TO_TOTAL, PAYMENT_UNFIT, SAME_PROVIDER,
};
use slotledger_rules::fixtures::{
    ANNA, BEN, appointment, at, bitmap, decimal, input, pay, quote, reassign, request, reschedule, snapshot,
    stored, with_seats, with_units,
};
use slotledger_rules::wit::{
    Actor, Command, Declination, Payment, PriceBasis, Request, Slots, Snapshot, Status, TransitionInput,
};
use slotledger_rules::{recheck, total, transition};

use crate::{codes, granted, refused, steps};

#[test]
fn a_deposit_paid_confirms_and_shows_the_balance() {
    for actor in [Actor::Customer, Actor::Staff, Actor::System] {
        for status in [Status::Open, Status::Scheduled] {
            let mut input = input(Some(status), pay(2_697));
            input.snapshot.actor = actor;
            let decision = granted(&input);
            assert_eq!((decision.next, decision.paid), (Status::Confirmed, decimal(2_697, 2)));
            assert_eq!(steps(&decision), ["sales_order", "advance"]);
            let names: Vec<&str> = decision.events.iter().map(|event| event.name.as_str()).collect();
            assert_eq!(names, ["appointment.deposit_paid", "appointment.confirmed"]);
            let shown: Vec<(&str, &str)> = decision.events[0]
                .attributes
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(
                shown,
                [("amount", "26.97"), ("currency", "EUR"), ("reference", "card-1"), ("balance", "62.93")]
            );
        }
    }
}

#[test]
fn a_payment_that_does_not_fit_is_refused() {
    for (cents, fits) in
        [(0, false), (-2_697, false), (2_696, false), (2_697, true), (8_990, true), (8_991, false)]
    {
        let input = input(Some(Status::Open), pay(cents));
        if fits {
            assert_eq!(granted(&input).paid, decimal(cents, 2));
        } else {
            assert_eq!(refused(&input), [PAYMENT_UNFIT], "{cents}");
        }
    }
    let payment = |amount, currency: &str| {
        Command::Pay(Payment {
            amount,
            currency: currency.to_owned(),
            reference: "card-1".to_owned(),
            method: None,
        })
    };
    let open = |command| input(Some(Status::Open), command);
    assert_eq!(refused(&open(payment(decimal(26_975, 3), "EUR"))), [PAYMENT_UNFIT]);
    assert_eq!(refused(&open(payment(decimal(30, 0), "USD"))), [CURRENCY_REFUSED]);
    assert_eq!(granted(&open(payment(decimal(30, 0), "EUR"))).paid, decimal(3_000, 2));
    let mut late = open(pay(2_697));
    late.snapshot.now += 600;
    assert_eq!(refused(&late), [HOLD_RAN_OUT]);
    late.snapshot.actor = Actor::Provider;
    assert_eq!(refused(&late), [NOT_ALLOWED]);
    let mut free = open(pay(2_697));
    free.appointment.as_mut().expect("one").quote.deposit = decimal(0, 2);
    assert_eq!(refused(&free), [NO_DEPOSIT]);
}

#[test]
fn a_deposit_that_staff_went_without_can_be_paid_later_and_once() {
    let hold = input(Some(Status::Open), Command::Confirm);
    let confirmed = granted(&hold);
    let mut input = TransitionInput { appointment: Some(stored(&hold, &confirmed)), ..hold };
    input.command = pay(2_697);
    let paid = granted(&input);
    assert_eq!((paid.next, paid.paid), (Status::Confirmed, decimal(2_697, 2)));
    assert_eq!(steps(&paid), ["advance"], "the order is there already");
    assert_eq!(paid.effects[0].after, [confirmed.effects[0].key.as_str()]);
    let names: Vec<&str> = paid.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["appointment.deposit_paid"]);
    input.appointment = Some(stored(&input, &paid));
    assert_eq!(refused(&input), [ALREADY]);
    let free = input.appointment.as_mut().expect("one");
    (free.quote.deposit, free.paid) = (decimal(0, 2), decimal(0, 2));
    assert_eq!(refused(&input), [ALREADY]);
}

#[test]
fn an_unpaid_hold_is_booked_by_staff_or_by_nobody() {
    let decline =
        Command::Decline(Declination { reason: "Ill".to_owned(), replacement: Some(BEN.to_owned()) });
    for command in [Command::Schedule, Command::Confirm, decline] {
        for (actor, due) in
            [(Actor::Customer, true), (Actor::Provider, true), (Actor::Staff, false), (Actor::System, false)]
        {
            let mut input = input(Some(Status::Open), command.clone());
            input.snapshot.actor = actor;
            if due {
                assert_eq!(refused(&input), [DEPOSIT_DUE]);
                input.appointment.as_mut().expect("one").paid = decimal(2_697, 2);
            }
            assert!(matches!(granted(&input).next, Status::Scheduled | Status::Confirmed));
        }
    }
}

#[test]
fn a_move_takes_the_money_along() {
    let mut input = input(Some(Status::Scheduled), reschedule(request(Some(ANNA), at(10, 30)), None));
    input.appointment.as_mut().expect("one").paid = decimal(2_697, 2);
    let moved = granted(&input);
    let successor = moved.successor.clone().expect("a successor");
    assert_eq!((moved.paid, successor.paid), (decimal(0, 2), decimal(2_697, 2)));
    assert_eq!(stored(&input, &moved).paid, decimal(0, 2));
    let appointment = input.appointment.as_mut().expect("one");
    (input.command, input.snapshot.actor) = (Command::Confirm, Actor::Customer);
    appointment.paid = successor.paid;
    assert_eq!(granted(&input).paid, decimal(2_697, 2));
    input.command = pay(6_293);
    assert_eq!(granted(&input).paid, decimal(8_990, 2));
    input.command = pay(6_294);
    assert_eq!(refused(&input), [PAYMENT_UNFIT]);
}

/// A confirmed appointment whose deposit was paid, to be moved by half an hour with two guests: twice the price.
fn moved_for_two(actor: Actor) -> TransitionInput {
    let two = Request { guests: 2, ..request(Some(ANNA), at(10, 30)) };
    let mut input = input(Some(Status::Confirmed), reschedule(two, None));
    input.snapshot.actor = actor;
    let prices = &mut input.snapshot.service.prices;
    prices.truncate(1);
    prices[0].basis = PriceBasis::PerGuest;
    input.appointment.as_mut().expect("one").paid = decimal(2_697, 2);
    input
}

#[test]
fn a_move_that_raises_the_deposit_is_staffs_to_make_and_waits_for_the_rest() {
    for actor in [Actor::Customer, Actor::Provider] {
        let findings = transition(&moved_for_two(actor)).expect_err("more is due");
        assert_eq!(codes(&findings), [DEPOSIT_RISEN]);
        assert!(findings[0].message.contains("26.97 EUR"), "{}", findings[0].message);
    }
    let input = moved_for_two(Actor::Staff);
    let moved = granted(&input);
    let successor = moved.successor.clone().expect("a successor");
    assert_eq!((successor.status, successor.paid), (Status::Scheduled, decimal(2_697, 2)));
    assert_eq!(successor.plan.quote.deposit, decimal(5_394, 2));
    assert!(successor.effects[0].key.ends_with("/order_cancellation"), "what waits is not ordered");
    assert_eq!((successor.effects.len(), steps(&moved)), (1, vec![]));
}

#[test]
fn the_rest_of_a_deposit_confirms_what_was_moved() {
    let successor = granted(&moved_for_two(Actor::Staff)).successor.expect("a successor");
    let mut input = input(Some(Status::Scheduled), Command::Confirm);
    input.snapshot.actor = Actor::Customer;
    let appointment = input.appointment.as_mut().expect("one");
    (appointment.quote, appointment.paid) = (successor.plan.quote, successor.paid);
    assert_eq!(refused(&input), [DEPOSIT_DUE]);
    input.command = pay(2_696);
    assert_eq!(refused(&input), [PAYMENT_UNFIT]);
    input.command = pay(2_697);
    assert_eq!((granted(&input).next, granted(&input).paid), (Status::Confirmed, decimal(5_394, 2)));
}

#[test]
fn a_move_asks_again_for_no_deposit_that_was_paid_or_that_staff_went_without() {
    for actor in [Actor::Customer, Actor::Staff] {
        let mut paid = moved_for_two(actor);
        paid.appointment.as_mut().expect("one").paid = decimal(5_394, 2);
        let mut unpaid = input(Some(Status::Confirmed), reschedule(request(Some(ANNA), at(10, 30)), None));
        unpaid.snapshot.actor = actor;
        for input in [paid, unpaid] {
            let successor = granted(&input).successor.expect("a successor");
            assert_eq!(successor.status, Status::Confirmed, "{actor:?}");
        }
    }
}

#[test]
fn a_total_has_all_lines_and_exact_sums() {
    let sum = total(&snapshot(), &[quote(), quote(), quote()]).expect("a total");
    assert_eq!((sum.lines.len(), sum.net, sum.deposit), (3, decimal(26_970, 2), decimal(8_091, 2)));
    assert_eq!(codes(&total(&snapshot(), &[]).expect_err("refused")), [NOTHING_TO_TOTAL]);
    let mut dollars = quote();
    dollars.currency = "USD".to_owned();
    assert_eq!(codes(&total(&snapshot(), &[quote(), dollars]).expect_err("refused")), [CURRENCY_CHANGED]);
    let mut huge = quote();
    huge.net = decimal(i64::MAX, 2);
    assert_eq!(codes(&total(&snapshot(), &[huge.clone(), huge]).expect_err("refused")), ["SL0223"]);
}

/// Anna's appointment at ten in a chair, with the van.
fn in_a_chair(status: Status, command: Command) -> TransitionInput {
    let mut input = input(Some(status), command);
    input.snapshot = with_units(input.snapshot);
    input.appointment.as_mut().expect("one").units = vec!["chair-3".to_owned(), "van".to_owned()];
    input
}

#[test]
fn reassigning_changes_provider_units_or_both() {
    let units = |command| granted(&in_a_chair(Status::Confirmed, command)).plan.expect("a plan");
    assert_eq!(units(reassign(Some(BEN), &[])).units, ["chair-3", "van"]);
    let moved = granted(&in_a_chair(Status::Confirmed, reassign(None, &["chair-2"])));
    assert_eq!((steps(&moved), moved.slots), (vec![], Slots::Take));
    let plan = moved.plan.expect("a plan");
    assert_eq!((plan.provider.as_str(), plan.units), (ANNA, vec!["chair-2".to_owned(), "van".to_owned()]));
    let both = units(reassign(Some(BEN), &["chair-2"]));
    assert_eq!((both.provider.as_str(), both.units), (BEN, vec!["chair-2".to_owned(), "van".to_owned()]));
    for (command, code) in [
        (reassign(None, &[]), NOTHING_CHANGES),
        (reassign(None, &["chair-3"]), NOTHING_CHANGES),
        (reassign(Some(ANNA), &["chair-3", "van"]), NOTHING_CHANGES),
        (reassign(Some(ANNA), &[]), SAME_PROVIDER),
        (reassign(None, &["chair-1"]), "SL0263"),
    ] {
        assert_eq!(refused(&in_a_chair(Status::Confirmed, command)), [code]);
    }
    // What does not fit any more is replaced.
    let mut input = in_a_chair(Status::Confirmed, reassign(Some(BEN), &[]));
    input.snapshot.units[2].uses = vec![vec![u64::MAX; 5]];
    assert_eq!(granted(&input).plan.expect("a plan").units, ["chair-2", "van"]);
}

#[test]
fn a_cancelled_visit_comes_back_only_while_its_units_are_free() {
    let correct = slotledger_rules::wit::Correction { to: Status::Completed, reason: "Wrong".to_owned() };
    let mut input = in_a_chair(Status::Cancelled, Command::Correct(correct));
    granted(&input);
    input.snapshot.units[2].uses = vec![bitmap(&[(11 * 60, 12 * 60)])];
    assert_eq!(refused(&input), ["SL0263"]);
}

/// A change that breaks a standing appointment, and the rules that it then breaks.
type Spoiler = (fn(&mut Snapshot), &'static [&'static str]);

#[test]
fn what_a_standing_appointment_has_come_to_break_is_told() {
    let appointment = in_a_chair(Status::Confirmed, Command::Depart).appointment.expect("one");
    let mut world = with_units(snapshot());
    world.service.horizon = 0;
    assert_eq!(recheck(&world, &appointment), []);
    let spoilers: [Spoiler; 17] = [
        (|world| world.company.active = false, &["SL0201"]),
        (|world| world.branch.active = false, &["SL0202"]),
        (|world| world.service.active = false, &["SL0203"]),
        (|world| world.providers[0].provider.active = false, &["SL0204"]),
        (|world| world.customer.as_mut().expect("one").active = false, &["SL0205"]),
        (|world| world.service.providers.clear(), &["SL0207"]),
        (|world| world.providers.clear(), &["SL0208"]),
        (|world| world.providers[0].on_shift.clear(), &["SL0211"]),
        (|world| world.providers[0].absent = bitmap(&[(11 * 60, 11 * 60 + 5)]), &["SL0212"]),
        (|world| world.providers[0].taken = bitmap(&[(9 * 60, 10 * 60)]), &["SL0213"]),
        (|world| world.branch.open.clear(), &["SL0214"]),
        (|world| world.grid.slots = 0, &["SL0218"]),
        (|world| world.grid.slot_minutes = 0, &["SL0230"]),
        (|world| drop(world.units.remove(2)), &["SL0260", "SL0267"]),
        (|world| world.units[4].unit.active = false, &["SL0262"]),
        (|world| world.units[5].unit.capacity = 1, &["SL0263"]),
        (|world| world.service.required_units.push("room".to_owned()), &["SL0267"]),
    ];
    for (spoil, expected) in spoilers {
        let mut world = world.clone();
        spoil(&mut world);
        assert_eq!(codes(&recheck(&world, &appointment)), expected);
    }
}

#[test]
fn a_shared_visit_is_rechecked_with_the_others_in_it() {
    let mut world = with_seats(snapshot());
    let mut shared = appointment(Status::Confirmed);
    (shared.provider, shared.guests) = (BEN.to_owned(), 2);
    assert_eq!(recheck(&world, &shared), []);
    world.service.seats = 7;
    assert_eq!(codes(&recheck(&world, &shared)), ["SL0270"]);
}
