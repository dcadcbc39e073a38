//! Input that no sane host would send: it is answered, and never trapped on.
//!
//! Strategies are boxed: unboxed, their values alone outgrow the stack of a test.

use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use slotledger_rules::findings::CODES;
use slotledger_rules::fixtures::{
    STATUSES, appointment, at, commands, reassign, request as wanted, snapshot, whole_day,
};
use slotledger_rules::wit::{
    Actor, Command, Decimal, Finding, Grid, LocalDay, OpeningsQuery, PriceBasis, Request, Snapshot, Span,
    TransitionInput,
};
use slotledger_rules::{find_openings, price, transition, validate};

fn moment() -> BoxedStrategy<i64> {
    prop_oneof![
        4 => at(0, 0)..at(24, 0), 2 => (0i64..288).prop_map(|slot| at(0, 0) + slot * 300),
        1 => Just(i64::MIN), 1 => Just(i64::MAX), 1 => Just(0), 1 => any::<i64>(),
    ]
    .boxed()
}

fn number() -> BoxedStrategy<u32> {
    prop_oneof![4 => 0u32..100, 1 => Just(u32::MAX), 1 => Just(0), 1 => Just(1_440), 1 => any::<u32>()]
        .boxed()
}

fn amount() -> BoxedStrategy<Decimal> {
    let units = prop_oneof![4 => 0i64..100_000, 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => any::<i64>()];
    let scale = prop_oneof![4 => 0u8..5, 1 => Just(u8::MAX), 1 => 0u8..=18];
    (units, scale).prop_map(|(units, scale)| Decimal { units, scale }).boxed()
}

fn span() -> BoxedStrategy<Span> {
    (moment(), moment()).prop_map(|(start, end)| Span { start, end }).boxed()
}

fn bitmap() -> BoxedStrategy<Vec<u64>> {
    let word = prop_oneof![Just(0), Just(u64::MAX), any::<u64>()];
    prop_oneof![2 => prop::collection::vec(word, 0..8), 1 => Just(vec![u64::MAX; 5]), 1 => Just(vec![u64::MAX; 20_000])].boxed()
}

fn grid() -> BoxedStrategy<Grid> {
    let sane = snapshot().grid;
    prop_oneof![
        3 => Just(sane),
        1 => (moment(), number(), number()).prop_map(|(origin, slot_minutes, slots)| Grid { origin, slot_minutes, slots }),
        1 => Just(Grid { slot_minutes: 1, slots: 366 * 1_440, ..sane }),
    ].boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![2 => Just("anna".to_owned()), 1 => Just("EUR".to_owned()), 1 => ".{0,80}", 1 => Just(String::new())].boxed()
}

fn request() -> BoxedStrategy<Request> {
    let end = prop::option::of(moment());
    (prop::option::of(text()), moment(), end, number(), prop::option::of(text()))
        .prop_map(|(provider, start, end, guests, currency)| Request {
            provider,
            start,
            end,
            guests,
            currency,
            ..wanted(None, 0)
        })
        .boxed()
}

fn worlds() -> BoxedStrategy<Snapshot> {
    let times = (number(), number(), number(), number(), number());
    let money = (amount(), amount(), amount(), prop::option::of(amount()), any::<u8>());
    let calendars = (bitmap(), bitmap(), bitmap(), bitmap(), prop::collection::vec(span(), 0..4));
    (moment(), grid(), times, money, calendars, text(), number(), any::<bool>())
        .prop_map(|(now, grid, times, money, calendars, words, number, per_guest)| {
            let mut world = snapshot();
            (world.now, world.grid) = (now, grid);
            let service = &mut world.service;
            (
                service.duration,
                service.buffer_before,
                service.buffer_after,
                service.lead_time,
                service.horizon,
            ) = times;
            (service.cancel_cutoff, service.reschedule_cutoff, service.max_guests) = (number, number, number);
            let (price, deposit, commission, fee, digits) = money;
            (service.prices[0].unit_price, service.deposit_percent, service.commission_percent) =
                (price, deposit, commission);
            service.consumables[0].quantity = deposit;
            if per_guest {
                service.prices[0].basis = PriceBasis::PerGuest;
            }
            (world.company.late_cancel_fee, world.company.no_show_fee) = (fee, fee);
            world.company.hold_minutes = number;
            (world.company.currency_digits, world.company.fee_item) = (digits % 6, words);
            let anna = &mut world.providers[0];
            (anna.on_shift, anna.absent, anna.taken, world.branch.open) =
                (calendars.0, calendars.1, calendars.2, calendars.3);
            let days = calendars.4.into_iter();
            world.branch.days = days.map(|span| LocalDay { span, latest_start: Some(span.end) }).collect();
            world
        })
        .boxed()
}

fn command() -> BoxedStrategy<Command> {
    let known: Vec<Command> = commands().into_iter().map(|(_, command)| command).collect();
    prop_oneof![
        4 => prop::sample::select(known),
        1 => request().prop_map(Command::Hold),
        1 => request().prop_map(Command::FollowUp),
        1 => request().prop_map(|request| slotledger_rules::fixtures::reschedule(request, None)),
        1 => text().prop_map(|provider| reassign(Some(&provider), &[])),
    ]
    .boxed()
}

fn inputs() -> BoxedStrategy<TransitionInput> {
    let actor = prop::sample::select(vec![Actor::Customer, Actor::Provider, Actor::Staff, Actor::System]);
    let status = prop::option::of(prop::sample::select(STATUSES.to_vec()));
    let state = (status, moment(), moment(), span(), span(), amount(), any::<u32>(), text());
    (worlds(), actor, command(), state)
        .prop_map(|(mut snapshot, actor, command, state)| {
            snapshot.actor = actor;
            let (status, started, paused, visit, reserved, net, revision, id) = state;
            let appointment = status.map(|status| {
                let mut appointment = appointment(status);
                (appointment.visit, appointment.reserved, appointment.revision) = (visit, reserved, revision);
                (appointment.timing.started, appointment.timing.paused) = (Some(started), Some(paused));
                appointment.timing.paused_seconds = u64::MAX;
                (appointment.quote.net, appointment.reschedules) = (net, revision);
                appointment
            });
            TransitionInput { snapshot, appointment, new_id: id, command }
        })
        .boxed()
}

/// Every finding is complete and in the table.
fn are_known(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| {
        CODES.iter().any(|(code, _, _)| *code == finding.code)
            && !finding.message.is_empty()
            && !finding.hint.is_empty()
    })
}

proptest! {
    #[test]
    fn any_command_is_answered(input in inputs()) {
        match transition(&input) {
            Ok(decision) => prop_assert!(decision.revision > 0),
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }

    #[test]
    fn any_request_is_answered(world in worlds(), request in request()) {
        prop_assert!(are_known(&validate(&world, &request)));
    }

    #[test]
    fn any_number_of_guests_has_a_price_or_a_reason(world in worlds(), guests in number()) {
        match price(&world, guests) {
            Ok(quote) => prop_assert!(quote.net.units >= 0 && quote.deposit.units <= quote.net.units),
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }

    #[test]
    fn any_search_is_answered(
        world in worlds(), within in span(), guests in number(), step in number(), limit in number(),
    ) {
        let query = OpeningsQuery { within, guests, step, limit, ..whole_day() };
        match find_openings(&world, &query) {
            Ok(openings) => {
                prop_assert!(openings.found.len() <= limit as usize);
                prop_assert!(are_known(&openings.reasons));
                for opening in openings.found.iter().take(3) {
                    let provider = Some(opening.provider.clone());
                    let Span { start, end } = opening.visit;
                    let wanted = Request { provider, start, end: Some(end), guests, ..wanted(None, 0) };
                    prop_assert!(validate(&world, &wanted).is_empty());
                }
            }
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }
}
