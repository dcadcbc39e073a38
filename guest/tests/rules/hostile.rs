//! Input that no sane host would send: it is answered, and never trapped on.
//!
//! Strategies are boxed: unboxed, their values alone outgrow the stack of a test.

use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use slotledger_rules::findings::CODES;
use slotledger_rules::fixtures::{
    STATUSES, appointment, at, commands, quote, reassign, request as wanted, snapshot, unit, whole_day,
};
use slotledger_rules::wit::{
    Actor, Booking, Command, Decimal, DocumentKind, DocumentLink, DocumentPart, Finding, Grid, LocalDay,
    OpeningsQuery, Payment, Preference, PriceBasis, Quality, QualityKind, Quote, Ranking, Request, Session,
    Sibling, Snapshot, Span, Status, TransitionInput, UnitCalendar, Wish,
};
use slotledger_rules::{find_openings, price, recheck, total, transition, validate};

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
        .prop_flat_map(|request| {
            let units = prop::collection::vec(text(), 0..4);
            (Just(request), units, preferences()).prop_map(|(request, units, preferences)| Request {
                units,
                preferences,
                ..request
            })
        })
        .boxed()
}

fn preferences() -> BoxedStrategy<Vec<Preference>> {
    let kind = prop::sample::select(vec![QualityKind::Gender, QualityKind::Language, QualityKind::Skill]);
    let quality = (kind, text()).prop_map(|(kind, value)| Wish::Quality(Quality { kind, value }));
    let wish = prop_oneof![text().prop_map(Wish::Provider), quality];
    let preference = (wish, any::<bool>()).prop_map(|(wish, required)| Preference { wish, required });
    prop::collection::vec(preference, 0..3).boxed()
}

/// Units whose identifiers repeat, and whose bitmaps and parents make no sense together.
fn units() -> BoxedStrategy<Vec<UnitCalendar>> {
    let calendar = (
        text(),
        text(),
        prop::option::of(text()),
        number(),
        any::<bool>(),
        prop::collection::vec(bitmap(), 0..3),
    );
    let unit = calendar.prop_map(|(id, unit_type, parent, capacity, overlap, uses)| {
        let mut calendar = unit(&id, &unit_type, parent.as_deref(), &[]);
        (calendar.unit.capacity, calendar.unit.overlap_allowed) = (capacity, overlap);
        UnitCalendar { uses, ..calendar }
    });
    prop::collection::vec(unit, 0..6).boxed()
}

fn worlds() -> BoxedStrategy<Snapshot> {
    let session = (moment(), number(), prop::collection::vec(text(), 0..3));
    let sessions = prop::collection::vec(session, 0..4);
    let required = prop::collection::vec(text(), 0..4);
    let seats = prop_oneof![4 => Just(1), 3 => number()];
    (calendars(), units(), required, seats, sessions)
        .prop_map(|(mut world, units, required, seats, sessions)| {
            (world.units, world.service.required_units, world.service.seats) = (units, required, seats);
            world.providers[0].sessions =
                sessions.into_iter().map(|(start, guests, units)| Session { start, guests, units }).collect();
            world
        })
        .boxed()
}

fn calendars() -> BoxedStrategy<Snapshot> {
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
        1 => (text(), text()).prop_map(|(provider, unit)| reassign(Some(&provider), &[&unit])),
        1 => (amount(), text()).prop_map(|(amount, currency)| {
            Command::Pay(Payment { amount, currency, reference: String::new(), method: None })
        }),
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
                (appointment.quote.deposit, appointment.paid) = (net, net);
                appointment
            });
            TransitionInput { snapshot, appointment, preferences: Vec::new(), new_id: id, command }
        })
        .boxed()
}

/// Links of any kind between a few keys, about a few appointments.
fn documents() -> BoxedStrategy<Vec<DocumentLink>> {
    let kinds = appointment(Status::Completed).documents.into_iter().map(|link| link.kind);
    let kinds: Vec<DocumentKind> = kinds
        .chain([
            DocumentKind::CreditNote,
            DocumentKind::OrderAmendment,
            DocumentKind::Advance,
            DocumentKind::AdvanceRefund,
        ])
        .collect();
    let key = || prop::sample::select(vec!["a", "b", "apt-1/4/sales_invoice", "apt-1/2/fee_invoice", ""]);
    let name = prop::sample::select(vec!["apt-1", "apt-2", "stranger"]);
    let part =
        (name, number()).prop_map(|(name, lines)| DocumentPart { appointment: name.to_owned(), lines });
    let keys = || prop::collection::vec(key().prop_map(str::to_owned), 0..3);
    let parts = prop::collection::vec(part, 0..3);
    let link = (
        key(),
        prop::sample::select(kinds),
        any::<bool>(),
        parts,
        keys(),
        keys(),
        prop::option::of(amount()),
    )
        .prop_map(|(key, kind, reversed, parts, about, settles, amount)| DocumentLink {
            key: key.to_owned(),
            kind,
            reversed,
            parts,
            about,
            settles,
            amount,
            materials: Vec::new(),
        });
    prop::collection::vec(link, 0..12).boxed()
}

/// Another appointment of the same booking, which may be the same appointment.
fn siblings() -> BoxedStrategy<Option<Booking>> {
    let one = (prop::sample::select(STATUSES.to_vec()), text(), text(), amount(), any::<bool>());
    let one = one.prop_map(|(status, id, replaced, net, along)| {
        let mut appointment = appointment(status);
        (appointment.id, appointment.replaces, appointment.quote.net) = (id, vec![replaced], net);
        let (service, provider) = (snapshot().service, snapshot().providers.remove(0).provider);
        appointment.invoice_after = along.then_some(0);
        Sibling { appointment, service, provider, along }
    });
    let booking = (prop::collection::vec(one, 0..4), any::<bool>());
    prop::option::of(booking.prop_map(|(others, leads)| Booking { others, leads })).boxed()
}

fn rankings() -> BoxedStrategy<Ranking> {
    prop::sample::select(vec![
        Ranking::Earliest,
        Ranking::LeastFragmenting,
        Ranking::SameProvider,
        Ranking::Fairest,
        Ranking::Nearest,
        Ranking::EarliestStarts,
    ])
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
    fn any_command_is_answered(input in inputs(), documents in documents(), booking in siblings()) {
        let mut input = input;
        if let Some(appointment) = input.appointment.as_mut().filter(|_| !documents.is_empty()) {
            appointment.documents = documents;
        }
        input.snapshot.booking = booking;
        match transition(&input) {
            Ok(decision) => prop_assert!(decision.revision > 0),
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }

    #[test]
    fn any_appointment_is_rechecked(input in inputs()) {
        if let Some(mut appointment) = input.appointment {
            appointment.units = input.snapshot.units.iter().map(|unit| unit.unit.id.clone()).collect();
            prop_assert!(are_known(&recheck(&input.snapshot, &appointment)));
        }
    }

    #[test]
    fn any_quotes_have_a_total_or_a_reason(world in worlds(), amounts in prop::collection::vec((amount(), amount()), 0..4)) {
        let quotes: Vec<Quote> = amounts.into_iter().map(|(net, deposit)| Quote { net, deposit, ..quote() }).collect();
        match total(&world, &quotes) {
            Ok(sum) => prop_assert!(sum.lines.len() == quotes.len()),
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }

    #[test]
    fn any_request_is_answered(world in worlds(), request in request()) {
        prop_assert!(are_known(&validate(&world, &request)));
    }

    #[test]
    fn any_number_of_guests_has_a_price_or_a_reason(world in worlds(), guests in number()) {
        match price(&world, guests, None) {
            Ok(quote) => prop_assert!(quote.net.units >= 0 && quote.deposit.units <= quote.net.units),
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }

    #[test]
    fn any_search_is_answered(
        world in worlds(), within in span(), numbers in (number(), number(), number()), ranking in rankings(),
        preferences in preferences(), near in prop::option::of(moment()),
    ) {
        let (guests, step, limit) = numbers;
        let query = OpeningsQuery { within, guests, step, limit, ranking, preferences, near, ..whole_day() };
        match find_openings(&world, &query) {
            Ok(openings) => {
                prop_assert!(openings.found.len() <= limit as usize);
                prop_assert!(are_known(&openings.reasons));
                for opening in openings.found.iter().take(3) {
                    let provider = Some(opening.provider.clone());
                    let Span { start, end } = opening.visit;
                    let preferences = query.preferences.clone();
                    let wanted = Request { provider, start, end: Some(end), guests, preferences, ..wanted(None, 0) };
                    prop_assert!(validate(&world, &wanted).is_empty());
                }
            }
            Err(findings) => prop_assert!(!findings.is_empty() && are_known(&findings)),
        }
    }
}
