//! Scenarios a service business meets every week, one test each.

use slotledger_rules::findings::{
    CANCEL_CUTOFF, CURRENCY_REFUSED, END_REFUSED, HOLD_RAN_OUT, HOLD_STILL_RUNS, NOT_ALLOWED, REASON_MISSING,
    RESCHEDULE_CUTOFF, RESCHEDULE_LIMIT,
};
use slotledger_rules::fixtures::{
    ANNA, APPOINTMENT, BEN, CLEO, NEW_APPOINTMENT, appointment, at, bitmap, decimal, hold, input, request,
    reschedule, snapshot, stored, whole_day,
};
use slotledger_rules::wit::{
    Actor, Cancellation, Command, EffectBody, Exception, Request, Slots, Span, Status, TransitionInput,
};
use slotledger_rules::{find_openings, price, validate};

use crate::{body, granted, refused, steps};

fn cancel(exception: Option<&str>) -> Command {
    let exception = exception.map(|reason| Exception { reason: reason.to_owned() });
    Command::Cancel(Cancellation { reason: "Ill".to_owned(), exception })
}

fn exception() -> Option<Exception> {
    Some(Exception { reason: "Regular customer".to_owned() })
}

#[test]
fn no_opening_touches_the_break() {
    let mut snapshot = snapshot();
    (snapshot.service.buffer_before, snapshot.service.buffer_after) = (0, 0);
    let openings = find_openings(&snapshot, &whole_day()).expect("found");
    let starts: Vec<i64> = openings
        .found
        .iter()
        .filter(|opening| opening.provider == BEN)
        .map(|opening| opening.visit.start)
        .collect();
    assert_eq!((starts.first(), starts.last()), (Some(&at(9, 0)), Some(&at(16, 0))));
    assert!(starts.contains(&at(12, 0)) && starts.contains(&at(14, 0)));
    assert!(starts.iter().all(|start| start + 3_600 <= at(13, 0) || *start >= at(14, 0)));
    assert_eq!(starts.len(), 37 + 25);
}

#[test]
fn buffers_are_reserved_and_not_shown() {
    let openings = find_openings(&snapshot(), &whole_day()).expect("found");
    let first = openings.found.first().expect("an opening");
    assert_eq!(first.visit, Span { start: at(9, 10), end: at(10, 10) });
    let mut input = hold();
    input.command = Command::Hold(request(Some(ANNA), at(9, 10)));
    let plan = granted(&input).plan.expect("a plan");
    assert_eq!(plan.visit, first.visit);
    assert_eq!(plan.reserved, Span { start: at(9, 0), end: at(10, 20) });
    input.snapshot.providers[0].taken = bitmap(&[(10 * 60 + 15, 10 * 60 + 20)]);
    assert_eq!(refused(&input), ["SL0213"]);
}

#[test]
fn buffers_off_the_grid_are_rounded_outward() {
    let mut input = hold();
    (input.snapshot.service.buffer_before, input.snapshot.service.buffer_after) = (7, 1);
    let plan = granted(&input).plan.expect("a plan");
    assert_eq!(plan.reserved, Span { start: at(9, 50), end: at(11, 5) });
}

#[test]
fn anybody_means_who_has_least_that_day() {
    let mut input = hold();
    input.command = Command::Hold(request(None, at(10, 0)));
    let chosen = |input: &TransitionInput| granted(input).plan.expect("a plan").provider;
    assert_eq!(chosen(&input), BEN);
    input.snapshot.providers[1].taken = bitmap(&[(15 * 60, 15 * 60 + 30)]);
    assert_eq!(chosen(&input), ANNA);
    input.snapshot.providers.reverse();
    assert_eq!(chosen(&input), ANNA);
    input.snapshot.providers.retain(|calendar| calendar.provider.id == CLEO);
    assert_eq!(refused(&input), ["SL0212"]);
}

#[test]
fn load_is_counted_on_the_day_of_the_visit_only() {
    let mut input = hold();
    input.command = Command::Hold(request(None, at(10, 0)));
    input.snapshot.branch.days[0].span = Span { start: at(9, 0), end: at(14, 0) };
    input.snapshot.providers[1].taken = bitmap(&[(12 * 60, 12 * 60 + 10)]);
    assert_eq!(granted(&input).plan.expect("a plan").provider, ANNA);
}

#[test]
fn a_hold_runs_out_and_not_before() {
    let held = granted(&hold());
    let until = held.hold_until.expect("a moment");
    assert_eq!((until, held.slots), (snapshot().now + 600, Slots::Take));
    let mut input = hold();
    input.appointment = Some(stored(&hold(), &held));
    for (now, confirm, expire) in
        [(until - 1, None, Some(HOLD_STILL_RUNS)), (until, Some(HOLD_RAN_OUT), None)]
    {
        input.snapshot.now = now;
        for (command, code) in
            [(Command::Schedule, confirm), (Command::Confirm, confirm), (Command::Expire, expire)]
        {
            input.command = command;
            match code {
                Some(code) => assert_eq!(refused(&input), [code]),
                None => assert_eq!(granted(&input).hold_until, None),
            }
        }
    }
    for actor in [Actor::Customer, Actor::Provider] {
        input.snapshot.actor = actor;
        assert_eq!(refused(&input), [NOT_ALLOWED]);
    }
    input.snapshot.actor = Actor::System;
    let expired = granted(&input);
    assert_eq!((expired.next, expired.slots), (Status::Cancelled, Slots::Release));
    assert_eq!(expired.events[0].attributes, [("reason".to_owned(), "hold_expired".to_owned())]);
}

#[test]
fn an_appointment_moves_to_a_time_that_overlaps_its_own() {
    let input = input(Some(Status::Confirmed), reschedule(request(Some(ANNA), at(10, 30)), None));
    let decision = granted(&input);
    assert_eq!((decision.next, decision.slots), (Status::Cancelled, Slots::Release));
    assert!(steps(&decision).is_empty());
    let successor = decision.successor.expect("a successor");
    assert_eq!((successor.status, successor.replaces), (Status::Confirmed, true));
    assert_eq!(successor.plan.visit, Span { start: at(10, 30), end: at(11, 30) });
    assert_eq!(successor.effects[0].key, format!("{NEW_APPOINTMENT}/1/order_amendment"));
    assert_eq!(successor.effects[0].after, [format!("{APPOINTMENT}/2/sales_order")]);
    assert_eq!(successor.reschedules, 1);
    assert!(decision.events[0].attributes.contains(&("successor".to_owned(), NEW_APPOINTMENT.to_owned())));
    assert_eq!(successor.events[0].attributes, [("predecessor".to_owned(), APPOINTMENT.to_owned())]);
}

#[test]
fn a_move_keeps_the_price_that_was_agreed() {
    let mut input = input(Some(Status::Scheduled), reschedule(request(Some(ANNA), at(10, 30)), None));
    input.snapshot.service.prices[0].unit_price = decimal(10_000, 2);
    let successor = granted(&input).successor.expect("a successor");
    assert_eq!((successor.status, successor.plan.quote.net), (Status::Scheduled, decimal(8_990, 2)));
    let mut more = request(Some(ANNA), at(10, 30));
    more.guests = 2;
    input.command = reschedule(more, None);
    assert_eq!(granted(&input).successor.expect("a successor").plan.quote.net, decimal(12_067, 2));
}

#[test]
fn cut_off_and_limit_bind_all_but_excepted_staff() {
    let mut input = input(Some(Status::Confirmed), reschedule(request(Some(ANNA), at(16, 0)), None));
    input.snapshot.now = at(8, 0);
    input.snapshot.branch.days.clear();
    input.snapshot.service.buffer_after = 0;
    input.snapshot.providers[0].taken.clear();
    input.appointment.as_mut().expect("one").reschedules = 2;
    assert_eq!(refused(&input), [RESCHEDULE_CUTOFF, RESCHEDULE_LIMIT]);
    input.command = reschedule(request(Some(ANNA), at(16, 0)), exception());
    assert_eq!(granted(&input).events.len(), 3);
    input.snapshot.actor = Actor::Customer;
    assert_eq!(refused(&input), [RESCHEDULE_CUTOFF, RESCHEDULE_LIMIT]);
}

#[test]
fn inside_the_cut_off_the_customer_is_refused_and_staff_makes_an_exception() {
    let mut input = input(Some(Status::Confirmed), cancel(None));
    input.snapshot.actor = Actor::Customer;
    input.snapshot.now = at(10, 0) - 24 * 3_600;
    let in_time = granted(&input);
    assert_eq!((steps(&in_time), in_time.slots), (vec!["order_cancellation"], Slots::Release));

    input.snapshot.now += 1;
    assert_eq!(refused(&input), [CANCEL_CUTOFF]);
    input.command = cancel(Some("Ill"));
    assert_eq!(refused(&input), [CANCEL_CUTOFF]);
    input.snapshot.actor = Actor::Staff;
    let excepted = granted(&input);
    assert_eq!(steps(&excepted), ["order_cancellation", "fee_invoice"]);
    assert_eq!(excepted.events[1].name, "appointment.exception_made");
    let EffectBody::SalesInvoice(fee) = body(&excepted, "fee_invoice") else { panic!("an invoice") };
    assert_eq!((fee.order.as_ref(), fee.lines[0].unit_price), (None, decimal(2_500, 2)));
    input.command = cancel(Some(" "));
    assert_eq!(refused(&input), [REASON_MISSING]);
    input.command = cancel(Some("Ill"));
    input.snapshot.company.late_cancel_fee = None;
    assert_eq!(steps(&granted(&input)), ["order_cancellation"]);
}

#[test]
fn declining_does_not_go_round_the_cut_off() {
    let command = || {
        let decline = slotledger_rules::wit::Declination { reason: "Ill".to_owned(), replacement: None };
        Command::Decline(decline)
    };
    for (status, actor, code) in [
        (Status::Confirmed, Actor::Customer, Some(CANCEL_CUTOFF)),
        (Status::Confirmed, Actor::Provider, None),
        (Status::Scheduled, Actor::Customer, None),
    ] {
        let mut input = input(Some(status), command());
        (input.snapshot.now, input.snapshot.actor) = (at(8, 0), actor);
        match code {
            Some(code) => assert_eq!(refused(&input), [code]),
            None => assert_eq!(granted(&input).next, Status::Cancelled),
        }
    }
}

#[test]
fn a_provider_who_declines_is_replaced() {
    let decline =
        slotledger_rules::wit::Declination { reason: "Ill".to_owned(), replacement: Some(BEN.to_owned()) };
    let mut input = input(Some(Status::Confirmed), Command::Decline(decline));
    input.snapshot.actor = Actor::Provider;
    let decision = granted(&input);
    assert_eq!((decision.next, decision.slots), (Status::Scheduled, Slots::Take));
    assert_eq!(decision.plan.as_ref().expect("a plan").provider, BEN);
    assert_eq!(steps(&decision), ["order_cancellation"]);
    input.snapshot.providers[1].taken = bitmap(&[(11 * 60, 11 * 60 + 5)]);
    assert_eq!(refused(&input), ["SL0213"]);
}

#[test]
fn another_currency_is_refused() {
    let mut request = request(Some(ANNA), at(10, 0));
    for (currency, expected) in [(None, vec![]), (Some("EUR"), vec![]), (Some("USD"), vec![CURRENCY_REFUSED])]
    {
        request.currency = currency.map(str::to_owned);
        assert_eq!(crate::codes(&validate(&snapshot(), &request)), expected);
    }
    let mut other = input(Some(Status::Scheduled), Command::Confirm);
    other.snapshot.company.currency = "USD".to_owned();
    assert_eq!(refused(&other), ["SL0228"]);
}

#[test]
fn an_end_that_the_service_does_not_give_is_refused() {
    type Given = fn(Request) -> Command;
    let commands: [(Option<Status>, Given); 3] = [
        (None, Command::Hold),
        (Some(Status::Scheduled), |request| reschedule(request, None)),
        (Some(Status::Paused), Command::FollowUp),
    ];
    for (end, service_s) in [
        (None, true),
        (Some(at(12, 30)), true),
        (Some(at(12, 29)), false),
        (Some(at(12, 30) + 1), false),
        (Some(at(11, 30)), false),
        (Some(i64::MIN), false),
        (Some(i64::MAX), false),
    ] {
        let wanted = Request { end, ..request(Some(BEN), at(11, 30)) };
        let expected: &[&str] = if service_s { &[] } else { &[END_REFUSED] };
        assert_eq!(crate::codes(&validate(&snapshot(), &wanted)), expected);
        for (status, command) in commands {
            let input = input(status, command(wanted.clone()));
            if service_s {
                let decision = granted(&input);
                let plan = decision.successor.map(|successor| successor.plan).or(decision.plan);
                assert_eq!(plan.expect("a plan").visit, Span { start: at(11, 30), end: at(12, 30) });
            } else {
                assert_eq!(refused(&input), [END_REFUSED]);
            }
        }
    }
}

#[test]
fn a_price_is_the_sum_of_its_rounded_lines() {
    let quote = price(&snapshot(), 3, None).expect("a price");
    let amounts: Vec<_> = quote.lines.iter().map(|line| line.amount).collect();
    assert_eq!(amounts, [decimal(8_990, 2), decimal(3_101, 2)]);
    assert_eq!((quote.net, quote.deposit), (decimal(12_091, 2), decimal(3_627, 2)));
    for (guests, code) in [(0, "SL0220"), (5, "SL0221")] {
        assert_eq!(crate::codes(&price(&snapshot(), guests, None).expect_err("refused"))[0], code);
    }
}

#[test]
fn eight_seats_at_a_price_each_are_exact() {
    let mut snapshot = snapshot();
    snapshot.service.max_guests = 8;
    snapshot.service.prices.truncate(1);
    snapshot.service.prices[0].basis = slotledger_rules::wit::PriceBasis::PerGuest;
    snapshot.service.prices[0].unit_price = decimal(1_995, 2);
    assert_eq!(price(&snapshot, 8, None).expect("a price").net, decimal(15_960, 2));
}

#[test]
fn the_fixture_is_what_the_rules_would_have_made() {
    let quoted = price(&snapshot(), 1, None).expect("a price");
    assert_eq!(quoted, appointment(Status::Confirmed).quote);
}
