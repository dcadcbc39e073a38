//! Bookings and searches: what is found can be booked, what is booked overlaps nothing, and nothing found is explained.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use slotledger_rules::fixtures::{ANNA, at, bitmap, decimal, request, snapshot, whole_day};
use slotledger_rules::wit::{OpeningsQuery, Request, Snapshot, Span};
use slotledger_rules::{find_openings, validate};

use crate::codes;

fn query(step: u32) -> OpeningsQuery {
    OpeningsQuery { step, ..whole_day() }
}

/// The snapshot with another calendar, other buffers, another duration and another moment of decision.
fn worlds() -> impl Strategy<Value = Snapshot> {
    let spans = || prop::collection::vec((0u32..1_440, 0u32..240), 0..6);
    let numbers = (1u32..300, 0u32..40, 0u32..40, 0u32..600, 0u32..3_000);
    (spans(), spans(), spans(), spans(), numbers, -24i64..24, prop::option::of(0i64..24)).prop_map(
        |(shift, absent, taken, open, (duration, before, after, lead, horizon), hour, latest)| {
            let day = |spans: Vec<(u32, u32)>| {
                bitmap(
                    &spans
                        .into_iter()
                        .map(|(start, length)| (start, (start + length).min(1_440)))
                        .collect::<Vec<_>>(),
                )
            };
            let mut world = snapshot();
            world.now = at(hour, 0);
            let service = &mut world.service;
            (service.duration, service.buffer_before, service.buffer_after) = (duration, before, after);
            (service.lead_time, service.horizon) = (lead, horizon);
            world.branch.days[0].latest_start = latest.map(|hour| at(hour, 0));
            world.branch.open.iter_mut().zip(day(open)).for_each(|(all, more)| *all |= more);
            let anna = &mut world.providers[0];
            anna.on_shift.iter_mut().zip(day(shift)).for_each(|(all, more)| *all |= more);
            (anna.absent, anna.taken) = (day(absent), day(taken));
            world
        },
    )
}

fn reserved_slots(world: &Snapshot, start: i64) -> std::ops::Range<i64> {
    let service = &world.service;
    let first = start - i64::from(service.buffer_before) * 60;
    let last = start + i64::from(service.duration + service.buffer_after) * 60;
    (first - at(0, 0)).div_euclid(300)..(last - at(0, 0) + 299).div_euclid(300)
}

fn is_set(bits: &[u64], slot: i64) -> bool {
    (0..288).contains(&slot) && bits[slot as usize / 64] >> (slot % 64) & 1 == 1
}

proptest! {
    #[test]
    fn openings_are_exactly_the_starts_that_validate(world in worlds(), step in 1u32..7) {
        let step = step * 5;
        let openings = find_openings(&world, &query(step)).expect("a sane search");
        prop_assert!(!openings.more);
        prop_assert_eq!(openings.found.is_empty(), !openings.reasons.is_empty());
        let mut expected = Vec::new();
        for start in (at(0, 0)..at(24, 0)).step_by(step as usize * 60) {
            for calendar in &world.providers {
                if validate(&world, &request(Some(&calendar.provider.id), start)).is_empty() {
                    expected.push((calendar.provider.id.clone(), start));
                }
            }
        }
        let found: Vec<_> =
            openings.found.into_iter().map(|opening| (opening.provider, opening.visit.start)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_reserved_is_on_shift_present_and_free(world in worlds(), slot in 0i64..288) {
        let start = at(0, 0) + slot * 300;
        let findings = validate(&world, &request(Some(ANNA), start));
        let calendar = &world.providers[0];
        let mut slots = reserved_slots(&world, start);
        let free = slots.all(|slot| {
            is_set(&calendar.on_shift, slot) && !is_set(&calendar.absent, slot) && !is_set(&calendar.taken, slot)
        });
        let blocked = findings.iter().any(|finding| {
            ["SL0211", "SL0212", "SL0213", "SL0218"].contains(&finding.code.as_str())
        });
        prop_assert_eq!(free, !blocked);
    }

    #[test]
    fn the_limit_holds(world in worlds(), limit in 1u32..20) {
        let all = find_openings(&world, &query(5)).expect("a sane search");
        let some = find_openings(&world, &OpeningsQuery { limit, ..query(5) }).expect("a sane search");
        let kept = all.found.len().min(limit as usize);
        prop_assert_eq!(&all.found[..kept], &some.found[..]);
        prop_assert_eq!(some.more, all.found.len() > kept);
    }

    #[test]
    fn any_number_of_guests_is_answered(guests in any::<u32>()) {
        let wanted = Request { guests, ..request(Some(ANNA), at(10, 0)) };
        prop_assert_eq!(validate(&snapshot(), &wanted).is_empty(), (1..=4).contains(&guests));
    }
}

#[test]
fn every_broken_rule_is_listed() {
    let mut world = snapshot();
    world.company.active = false;
    world.branch.active = false;
    world.service.active = false;
    world.customer.as_mut().expect("a customer").active = false;
    world.providers[0].provider.active = false;
    world.service.providers.clear();
    world.providers[0].absent = bitmap(&[(0, 1_440)]);
    world.providers[0].taken = bitmap(&[(0, 1_440)]);
    world.service.horizon = 60;
    world.service.deposit_percent = decimal(101, 0);
    let wanted = Request {
        end: Some(at(18, 30)),
        guests: 9,
        currency: Some("USD".to_owned()),
        ..request(Some(ANNA), at(17, 32))
    };
    assert_eq!(
        codes(&validate(&world, &wanted)),
        [
            "SL0201", "SL0202", "SL0203", "SL0205", "SL0221", "SL0234", "SL0210", "SL0216", "SL0217",
            "SL0219", "SL0214", "SL0204", "SL0207", "SL0211", "SL0212", "SL0213", "SL0225",
        ]
    );
}

#[test]
fn starts_are_round_on_the_branch_s_clock_whatever_is_searched() {
    let mut world = snapshot();
    world.branch.days[0].span = Span { start: at(0, 0) - 19_800, end: at(18, 30) };
    world.service.buffer_before = 0;
    for from in [at(9, 0), at(9, 5), at(9, 25)] {
        let within = Span { start: from, end: at(13, 0) };
        let openings = find_openings(&world, &OpeningsQuery { within, ..query(60) }).expect("a sane search");
        assert_eq!(openings.found.first().map(|opening| opening.visit.start), Some(at(9, 30)));
    }
}

/// A change that leaves no opening, and the rule that is named for it.
type Spoiler = (fn(&mut Snapshot), &'static str);

#[test]
fn a_search_that_finds_nothing_says_why() {
    let spoilers: [Spoiler; 11] = [
        (|world| world.service.providers.clear(), "SL0209"),
        (|world| world.providers.iter_mut().for_each(|calendar| calendar.on_shift.clear()), "SL0211"),
        (
            |world| world.providers.iter_mut().for_each(|calendar| calendar.absent = vec![u64::MAX; 5]),
            "SL0212",
        ),
        (
            |world| world.providers.iter_mut().for_each(|calendar| calendar.taken = vec![u64::MAX; 5]),
            "SL0213",
        ),
        (|world| world.branch.open.clear(), "SL0214"),
        (|world| world.now = at(23, 0), "SL0215"),
        (|world| world.service.horizon = 60, "SL0216"),
        (|world| world.branch.days[0].latest_start = Some(at(0, 0) - 1), "SL0217"),
        (|world| world.grid.slots = 0, "SL0218"),
        (|world| world.service.min_guests = 2, "SL0220"),
        (|world| world.branch.active = false, "SL0202"),
    ];
    for (spoil, code) in spoilers {
        let mut world = snapshot();
        spoil(&mut world);
        let openings = find_openings(&world, &query(5)).expect("a sane search");
        assert!(openings.found.is_empty());
        assert_eq!(codes(&openings.reasons), [code]);
    }
}

#[test]
fn a_time_that_is_over_is_not_called_too_soon() {
    let said = |now: i64, lead_time: u32| {
        let mut world = snapshot();
        world.now = now;
        world.service.lead_time = lead_time;
        let found = find_openings(&world, &query(5)).expect("a sane search");
        found.reasons.first().map(|reason| reason.message.clone()).unwrap_or_default()
    };
    assert_eq!(said(at(23, 0), 0), "That time is over already.");
    assert_eq!(said(at(24, 0), 60), "That time is over already.");
    assert!(said(at(0, 0), 1440).contains("sooner than 1440 minutes"), "{}", said(at(0, 0), 1440));
}

#[test]
fn a_meaningless_search_is_refused() {
    let within = Span { start: at(10, 0), end: at(10, 0) };
    for (query, code) in [
        (OpeningsQuery { within, ..query(5) }, "SL0232"),
        (OpeningsQuery { limit: 0, ..query(5) }, "SL0232"),
        (query(0), "SL0233"),
        (query(7), "SL0233"),
    ] {
        assert_eq!(codes(&find_openings(&snapshot(), &query).expect_err("refused")), [code]);
    }
}
