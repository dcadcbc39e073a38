//! Searches where services need units, visits are shared and customers have wishes: what is found is exactly what can
//! be booked, in the order of the ranking.

use proptest::prelude::{
    BoxedStrategy, Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use slotledger_rules::fixtures::{at, bitmap, request, snapshot, unit, whole_day};
use slotledger_rules::wit::{
    Opening, OpeningsQuery, Precedence, Preference, Quality, QualityKind, Ranking, Request, Session,
    Snapshot, UnitCalendar, Wish, Workload,
};
use slotledger_rules::{find_openings, validate};

/// Spans of the day, most of them short.
fn spans(at_most: usize) -> BoxedStrategy<Vec<(u32, u32)>> {
    let span = (8u32 * 60..17 * 60, 5u32..120).prop_map(|(start, length)| (start, start + length));
    prop::collection::vec(span, 0..at_most).boxed()
}

fn language(value: &str) -> Quality {
    Quality { kind: QualityKind::Language, value: value.to_owned() }
}

/// Units whose parents may be missing, or lead round in a circle.
pub(crate) fn units() -> BoxedStrategy<Vec<UnitCalendar>> {
    let parent = prop::option::of(0usize..8);
    let one = (0usize..3, parent, 1u32..3, any::<bool>(), prop::bool::weighted(0.9), spans(4), spans(2));
    prop::collection::vec(one, 0..7)
        .prop_map(|units| {
            let make = |(number, (of_type, parent, capacity, overlap, active, used, twice))| {
                let types = ["chair", "room", "van"];
                let parent: Option<usize> = parent;
                let parent = parent.map(|parent| format!("unit-{parent}"));
                let mut made: UnitCalendar =
                    unit(&format!("unit-{number}"), types[of_type], parent.as_deref(), &[]);
                (made.unit.capacity, made.unit.overlap_allowed, made.unit.active) =
                    (capacity, overlap, active);
                let mut used: Vec<(u32, u32)> = used;
                let twice: Vec<(u32, u32)> = twice;
                used.extend(&twice);
                made.uses = vec![bitmap(&used), bitmap(&twice)];
                made
            };
            units.into_iter().enumerate().map(make).collect()
        })
        .boxed()
}

/// Worlds of three providers who speak different languages and have sessions, or time taken.
fn worlds() -> BoxedStrategy<Snapshot> {
    let required = prop::collection::vec(prop::sample::select(vec!["chair", "room", "van"]), 0..3);
    let sessions = prop::collection::vec((8i64..16, 0i64..12, 0u32..5, prop::option::of(0usize..7)), 0..3);
    let provider = (spans(3), sessions, 0u64..3, prop::option::of(0i64..3));
    (units(), required, 1u32..5, prop::collection::vec(provider, 3))
        .prop_map(|(units, required, seats, providers)| {
            let mut world = snapshot();
            world.units = units;
            world.service.required_units = required.into_iter().map(str::to_owned).collect();
            world.service.seats = seats;
            (world.service.buffer_after, world.service.duration) = (5, 45);
            let speaks = [vec![language("de-AT")], vec![language("DE"), language("en")], vec![]];
            for ((calendar, speaks), (taken, sessions, recent_minutes, last_booked)) in
                world.providers.iter_mut().zip(speaks).zip(providers)
            {
                calendar.absent.clear();
                calendar.provider.qualities = speaks;
                calendar.taken = bitmap(&taken);
                calendar.workload = Workload { recent_minutes, last_booked };
                let session = |(hour, slot, guests, unit): (i64, i64, u32, Option<usize>)| Session {
                    start: at(hour, slot * 5),
                    guests,
                    units: unit.map(|unit| format!("unit-{unit}")).into_iter().collect(),
                };
                calendar.sessions = sessions.into_iter().map(session).collect();
            }
            world
        })
        .boxed()
}

fn preferences() -> BoxedStrategy<Vec<Preference>> {
    let wish = prop_oneof![
        Just(Wish::Quality(language("de"))),
        Just(Wish::Quality(language("en"))),
        Just(Wish::Provider("ben".to_owned())),
    ];
    let preference = (wish, any::<bool>()).prop_map(|(wish, required)| Preference { wish, required });
    prop::collection::vec(preference, 0..3).boxed()
}

fn queries() -> BoxedStrategy<OpeningsQuery> {
    let ranking = prop::sample::select(vec![
        Ranking::Earliest,
        Ranking::LeastFragmenting,
        Ranking::SameProvider,
        Ranking::Fairest,
        Ranking::Nearest,
    ]);
    (preferences(), ranking, prop::option::of(0i64..24), 1u32..4, 1u32..4)
        .prop_map(|(preferences, ranking, near, guests, step)| OpeningsQuery {
            preferences,
            ranking,
            near: near.map(|hour| at(hour, 7)),
            guests,
            step: step * 5,
            last_provider: Some("ben".to_owned()),
            ..whole_day()
        })
        .boxed()
}

fn asked(query: &OpeningsQuery, provider: Option<&str>, start: i64) -> Request {
    Request { guests: query.guests, preferences: query.preferences.clone(), ..request(provider, start) }
}

/// What the ranking looks at before the start, read from the calendars slot by slot.
fn weight(world: &Snapshot, query: &OpeningsQuery, opening: &Opening) -> (u64, u64) {
    let calendar = world.providers.iter().find(|one| one.provider.id == opening.provider).expect("known");
    let has = |bits: &[u64], slot: i64| {
        (0..288).contains(&slot)
            && bits.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    };
    let service = &world.service;
    let start = (opening.visit.start - at(0, 0)) / 300;
    match query.ranking {
        Ranking::Earliest | Ranking::EarliestStarts => (0, 0),
        Ranking::SameProvider => (u64::from(opening.provider != "ben"), 0),
        Ranking::Fairest => {
            let load = (0..288).filter(|slot| has(&calendar.taken, *slot)).count() as u64;
            (load, calendar.workload.recent_minutes)
        }
        Ranking::Nearest => (opening.visit.start.abs_diff(query.near.unwrap_or(query.within.start)), 0),
        Ranking::LeastFragmenting => {
            let joins =
                service.seats > 1 && calendar.sessions.iter().any(|one| one.start == opening.visit.start);
            let free = |slot: i64| has(&calendar.on_shift, slot) && !has(&calendar.taken, slot);
            let first = start - i64::from(service.buffer_before).div_euclid(5);
            let end = start + (i64::from(service.duration + service.buffer_after) + 4) / 5;
            let before = (0..first).rev().take_while(|slot| free(*slot)).count() as i64;
            let after = (end..288).take_while(|slot| free(*slot)).count() as i64;
            let short = |gap: i64| if gap < end - first { gap as u64 } else { 0 };
            (if joins { 0 } else { short(before) + short(after) }, 0)
        }
    }
}

proptest! {
    #[test]
    fn openings_are_exactly_what_validates_in_the_order_of_the_ranking(world in worlds(), query in queries()) {
        let openings = find_openings(&world, &query).expect("a sane search");
        prop_assert_eq!(openings.found.is_empty(), !openings.reasons.is_empty());
        let mut expected = Vec::new();
        for start in (at(0, 0)..at(24, 0)).step_by(query.step as usize * 60) {
            for calendar in &world.providers {
                let id = &calendar.provider.id;
                if validate(&world, &asked(&query, Some(id), start)).is_empty() {
                    expected.push((id.clone(), start));
                }
            }
        }
        let mut found: Vec<_> =
            openings.found.iter().map(|opening| (opening.provider.clone(), opening.visit.start)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);

        let met = |provider: &str| {
            let soft = query.preferences.iter().filter(|preference| !preference.required);
            soft.filter(|preference| match &preference.wish {
                Wish::Provider(id) => id == provider,
                Wish::Quality(quality) if quality.value == "de" => provider != "cleo",
                Wish::Quality(_) => provider == "ben",
            }).count()
        };
        let key = |opening: &Opening| {
            let met = std::cmp::Reverse(met(&opening.provider));
            (weight(&world, &query, opening), opening.visit.start, met, opening.provider.clone())
        };
        let keys: Vec<_> = openings.found.iter().map(key).collect();
        prop_assert!(keys.is_sorted(), "{:?}: {keys:?}", query.ranking);
        let precedence = |opening: &Opening| {
            let Precedence { first, second, unmet } = opening.precedence;
            (first, second, opening.visit.start, unmet, opening.provider.clone())
        };
        let precedences: Vec<_> = openings.found.iter().map(precedence).collect();
        prop_assert!(precedences.is_sorted(), "lists of several branches are made one by it: {precedences:?}");
    }

    #[test]
    fn few_are_the_first_of_many(world in worlds(), query in queries(), limit in 1u32..12) {
        let all = find_openings(&world, &query).expect("a sane search");
        let some = find_openings(&world, &OpeningsQuery { limit, ..query }).expect("a sane search");
        let kept = all.found.len().min(limit as usize);
        prop_assert_eq!(&all.found[..kept], &some.found[..]);
        prop_assert_eq!(some.more, all.found.len() > kept);
    }

    #[test]
    fn starts_are_the_earliest_openings_without_those_that_start_together(
        world in worlds(), query in queries(), limit in 1u32..40,
    ) {
        let ranked = |ranking, limit| {
            let query = OpeningsQuery { ranking, limit, ..query.clone() };
            find_openings(&world, &query).expect("a sane search")
        };
        let mut all = ranked(Ranking::Earliest, 10_000);
        all.found.dedup_by_key(|opening| opening.visit.start);
        let some = ranked(Ranking::EarliestStarts, limit);
        let kept = all.found.len().min(limit as usize);
        prop_assert_eq!(&all.found[..kept], &some.found[..]);
        prop_assert_eq!(some.more, all.found.len() > kept);
        prop_assert_eq!(all.reasons, some.reasons);
    }

    #[test]
    fn units_and_seats_of_an_opening_are_there(world in worlds(), query in queries()) {
        let openings = find_openings(&world, &query).expect("a sane search");
        for opening in openings.found {
            let calendar = world.providers.iter().find(|one| one.provider.id == opening.provider).expect("known");
            let session = calendar.sessions.iter().find(|one| one.start == opening.visit.start);
            let session = session.filter(|_| world.service.seats > 1);
            let left = (world.service.seats > 1)
                .then(|| world.service.seats - session.map_or(0, |session| session.guests));
            prop_assert_eq!(opening.seats_left, left);
            prop_assert!(left.is_none_or(|left| query.guests <= left));
            prop_assert!(opening.units.is_sorted());
            // Named, the same units can be booked.
            let wanted = asked(&query, Some(&opening.provider), opening.visit.start);
            let named = Request { units: opening.units.clone(), ..wanted };
            prop_assert_eq!(validate(&world, &named), []);
            if let Some(session) = session {
                prop_assert_eq!(opening.units, session.units.clone());
            } else {
                let of_type = |id: &String| {
                    let unit = world.units.iter().find(|calendar| calendar.unit.id == *id).expect("known");
                    unit.unit.unit_type.clone()
                };
                let mut types: Vec<String> = opening.units.iter().map(of_type).collect();
                types.sort();
                let mut required = world.service.required_units.clone();
                required.sort();
                prop_assert_eq!(types, required);
            }
        }
    }

    #[test]
    fn anybody_is_somebody_who_can_and_the_same_in_any_order(world in worlds(), query in queries(), slot in 96i64..200) {
        let start = at(0, 0) + slot * 300;
        let can = |world: &Snapshot| validate(world, &asked(&query, None, start)).is_empty();
        let somebody = world.providers.iter().any(|calendar| {
            validate(&world, &asked(&query, Some(&calendar.provider.id), start)).is_empty()
        });
        prop_assert_eq!(can(&world), somebody);
        let mut turned = world.clone();
        turned.providers.reverse();
        turned.units.reverse();
        turned.service.providers.reverse();
        prop_assert_eq!(can(&turned), somebody);
        let first = |world: &Snapshot| find_openings(world, &query).map(|openings| openings.found);
        prop_assert_eq!(first(&world), first(&turned));
    }
}
