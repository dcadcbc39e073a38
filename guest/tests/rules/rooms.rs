//! Units and shared visits: what is chosen can be used, and what is refused could not have been chosen.

use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};
use slotledger_rules::findings::UNITS_TAKEN;
use slotledger_rules::fixtures::{ANNA, BEN, at, bitmap, request, snapshot, unit, with_seats, with_units};
use slotledger_rules::wit::{Command, Plan, Request, SharedVisit, Snapshot, TransitionInput, UnitCalendar};
use slotledger_rules::{find_openings, transition, validate};

use crate::codes;
use crate::searches::units;

fn hold(world: &Snapshot, request: Request) -> TransitionInput {
    TransitionInput {
        snapshot: world.clone(),
        command: Command::Hold(request),
        ..slotledger_rules::fixtures::hold()
    }
}

fn planned(world: &Snapshot, request: Request) -> Plan {
    crate::granted(&hold(world, request)).plan.expect("a plan")
}

fn named(units: &[&str], start: i64) -> Request {
    Request { units: units.iter().map(|unit| (*unit).to_owned()).collect(), ..request(Some(ANNA), start) }
}

/// How many visits use this very unit in a slot.
fn uses(unit: &UnitCalendar, slot: u32) -> u32 {
    let set =
        |bits: &&Vec<u64>| bits.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1);
    unit.uses.iter().filter(set).count() as u32
}

/// What a unit is a part of, read from the names.
fn above<'a>(units: &'a [UnitCalendar], unit: &'a UnitCalendar) -> Vec<&'a UnitCalendar> {
    let mut found: Vec<&UnitCalendar> = Vec::new();
    let mut next = unit.unit.parent.as_deref();
    while let Some(parent) = next.and_then(|id| units.iter().find(|unit| unit.unit.id == id)) {
        if parent.unit.id == unit.unit.id || found.iter().any(|known| known.unit.id == parent.unit.id) {
            break;
        }
        found.push(parent);
        next = parent.unit.parent.as_deref();
    }
    found
}

fn is_usable(units: &[UnitCalendar], unit: &UnitCalendar, slots: std::ops::Range<u32>) -> bool {
    let capacity = |unit: &UnitCalendar| if unit.unit.overlap_allowed { unit.unit.capacity } else { 1 };
    let parts = |whole: &UnitCalendar| -> Vec<&UnitCalendar> {
        let inside = |part: &&UnitCalendar| above(units, part).iter().any(|up| up.unit.id == whole.unit.id);
        units.iter().filter(|part| part.unit.id != whole.unit.id).filter(inside).collect()
    };
    let used = |whole: &UnitCalendar, slot| {
        uses(whole, slot) + parts(whole).iter().map(|part| uses(part, slot)).sum::<u32>()
    };
    let ancestors = above(units, unit);
    let active = unit.unit.active && ancestors.iter().all(|up| up.unit.active);
    active
        && slots.into_iter().all(|slot| {
            let whole_is_full = |up: &&UnitCalendar| uses(up, slot) > 0 && used(up, slot) >= capacity(up);
            used(unit, slot) < capacity(unit) && !ancestors.iter().any(whole_is_full)
        })
}

/// Every set of units that has one of each type and none that is a part of another.
fn choices(units: &[UnitCalendar], required: &[String], slots: &std::ops::Range<u32>) -> Vec<Vec<String>> {
    let nested = |one: &UnitCalendar, other: &UnitCalendar| {
        above(units, one).iter().any(|up| up.unit.id == other.unit.id)
            || above(units, other).iter().any(|up| up.unit.id == one.unit.id)
    };
    (0..1usize << units.len())
        .filter_map(|set| {
            let chosen: Vec<&UnitCalendar> =
                units.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, unit)| unit).collect();
            let mut types: Vec<&String> = chosen.iter().map(|unit| &unit.unit.unit_type).collect();
            types.sort();
            let apart =
                chosen.iter().enumerate().all(|(at, one)| chosen[..at].iter().all(|two| !nested(one, two)));
            let fits = types.into_iter().eq(required)
                && apart
                && chosen.iter().all(|unit| is_usable(units, unit, slots.clone()));
            fits.then(|| chosen.iter().map(|unit| unit.unit.id.clone()).collect())
        })
        .collect()
}

proptest! {
    #[test]
    fn units_are_chosen_exactly_where_there_is_a_choice(
        units in units(),
        required in prop::collection::vec(prop::sample::select(vec!["chair", "room", "van"]), 1..4),
        slot in 0u32..62,
    ) {
        let mut world = snapshot();
        world.units = units;
        let mut required: Vec<String> = required.into_iter().map(str::to_owned).collect();
        world.service.required_units.clone_from(&required);
        required.sort();
        let calendar = &mut world.providers[0];
        (calendar.on_shift, calendar.taken) = (vec![u64::MAX; 5], Vec::new());
        let start = at(9, 0) + i64::from(slot) * 300;
        let reserved = 108 + slot - 2..108 + slot + 14;
        let choices = choices(&world.units, &required, &reserved);
        let input = hold(&world, request(Some(ANNA), start));
        match transition(&input) {
            Ok(decision) => prop_assert!(choices.contains(&decision.plan.expect("a plan").units)),
            Err(findings) => {
                prop_assert!(choices.is_empty(), "{findings:?}");
                for finding in findings {
                    prop_assert!(["SL0264", "SL0265", "SL0266"].contains(&finding.code.as_str()), "{finding:?}");
                }
            }
        }
        for choice in choices {
            let wanted = Request { units: choice.clone(), ..request(Some(ANNA), start) };
            prop_assert_eq!(planned(&world, wanted).units, choice);
        }
    }
}

#[test]
fn units_go_by_identifier_unless_they_are_named() {
    let world = with_units(snapshot());
    assert_eq!(planned(&world, request(Some(ANNA), at(10, 0))).units, ["chair-2", "van"]);
    assert_eq!(planned(&world, request(Some(BEN), at(14, 30))).units, ["chair-1", "van"]);
    assert_eq!(planned(&world, named(&["van", "chair-3"], at(10, 0))).units, ["chair-3", "van"]);
    for (units, code) in [
        (["chair-1"].as_slice(), "SL0263"),
        (&["chair-9"], "SL0260"),
        (&["room-2"], "SL0261"),
        (&["chair-2", "chair-3"], "SL0261"),
    ] {
        assert_eq!(codes(&validate(&world, &named(units, at(10, 0)))), [code], "{units:?}");
    }
    let mut closed = world;
    closed.units[4].unit.active = false;
    assert_eq!(codes(&validate(&closed, &named(&["chair-3"], at(10, 0)))), ["SL0262"]);
}

#[test]
fn a_room_booked_as_a_whole_takes_its_chairs_and_the_other_way_round() {
    let mut world = with_units(snapshot());
    world.units[3].uses = vec![bitmap(&[(9 * 60, 12 * 60)])];
    assert_eq!(planned(&world, request(Some(ANNA), at(10, 0))).units, ["chair-3", "van"]);
    world.service.required_units = vec!["room".to_owned(), "chair".to_owned()];
    world.units[3].uses.clear();
    // Chair one is in use, so room one is no whole: room two, and the other chair of room one.
    assert_eq!(planned(&world, request(Some(ANNA), at(10, 0))).units, ["chair-2", "room-2"]);
    // The first chair would leave both rooms free; the first room alone leaves only chair three.
    assert_eq!(planned(&world, request(Some(BEN), at(14, 30))).units, ["chair-1", "room-2"]);
}

#[test]
fn a_part_takes_a_place_of_a_whole_in_use() {
    let mut world = snapshot();
    world.service.required_units = vec!["chair".to_owned()];
    let mut hall = unit("hall", "hall", None, &[(0, 24 * 60)]);
    (hall.unit.capacity, hall.unit.overlap_allowed) = (2, true);
    let used = unit("chair-1", "chair", Some("hall"), &[(0, 24 * 60)]);
    let free = unit("chair-2", "chair", Some("hall"), &[]);
    let request = request(Some(ANNA), at(10, 0));
    world.units = vec![used.clone(), free.clone(), hall.clone()];
    assert_eq!(codes(&validate(&world, &request)), [UNITS_TAKEN]);
    hall.uses.clear();
    world.units = vec![used, free, hall];
    assert_eq!(codes(&validate(&world, &request)), [""; 0], "nobody uses the hall as a whole");
}

#[test]
fn no_room_means_no_opening_and_the_answer_says_so() {
    let mut world = with_units(snapshot());
    world.units[5].uses = vec![vec![u64::MAX; 5]; 2];
    let nothing = |world: &Snapshot| {
        let openings = find_openings(world, &slotledger_rules::fixtures::whole_day()).expect("a sane search");
        assert!(openings.found.is_empty());
        openings.reasons
    };
    let reasons = nothing(&world);
    assert_eq!(codes(&reasons), ["SL0265"]);
    assert!(reasons[0].message.contains("type van"), "{reasons:?}");
    assert_eq!(codes(&validate(&world, &request(Some(ANNA), at(10, 0)))), ["SL0265"]);
    world.units.truncate(5);
    assert_eq!(codes(&nothing(&world)), ["SL0264"]);
    world.service.required_units = vec!["chair".to_owned(), "room".to_owned()];
    world.units = vec![unit("chair-1", "chair", Some("room-1"), &[]), unit("room-1", "room", None, &[])];
    assert_eq!(codes(&nothing(&world)), ["SL0266"]);
}

#[test]
fn two_share_a_unit_of_capacity_two_and_the_third_is_refused() {
    let mut world = with_units(snapshot());
    world.service.required_units = vec!["van".to_owned()];
    assert_eq!(planned(&world, request(Some(ANNA), at(10, 0))).units, ["van"]);
    world.units[5].uses.push(bitmap(&[(10 * 60, 10 * 60 + 5)]));
    assert_eq!(codes(&validate(&world, &request(Some(ANNA), at(10, 0)))), ["SL0265"]);
    world.units[5].unit.overlap_allowed = false;
    world.units[5].uses.truncate(1);
    assert_eq!(codes(&validate(&world, &request(Some(ANNA), at(10, 0)))), ["SL0265"]);
}

#[test]
fn the_ninth_guest_is_refused() {
    let world = with_seats(snapshot());
    let wanted = |guests, start| Request { guests, ..request(Some(BEN), start) };
    let mut priced = world.clone();
    priced.service.prices[1].to_guests = None;
    let joined = planned(&priced, wanted(2, at(10, 0)));
    let session = SharedVisit { key: format!("cooling@{}", at(10, 0)), seats: 8 };
    assert_eq!(joined.session, Some(session));
    assert_eq!(planned(&priced, wanted(8, at(14, 30))).session.expect("a session").seats, 8);
    let refusal = validate(&priced, &wanted(3, at(10, 0)));
    assert_eq!(codes(&refusal), ["SL0270"]);
    assert!(refusal[0].message.contains("room for 2 more"), "{refusal:?}");
    assert_eq!(codes(&validate(&priced, &wanted(1, at(10, 5)))), ["SL0213"]);
    assert_eq!(planned(&snapshot(), request(Some(BEN), at(10, 0))).session, None);
    let mut none = world;
    none.service.seats = 0;
    assert_eq!(codes(&validate(&none, &wanted(1, at(14, 30)))), ["SL0231"]);
}

#[test]
fn whoever_joins_takes_over_the_units_of_the_visit() {
    let mut world = with_seats(with_units(snapshot()));
    world.providers[1].sessions[0].units = vec!["van".to_owned(), "chair-1".to_owned()];
    world.units[5].uses = vec![vec![u64::MAX; 5]; 2];
    let wanted = |units: &[&str]| Request { provider: Some(BEN.to_owned()), ..named(units, at(10, 0)) };
    assert_eq!(planned(&world, wanted(&[])).units, ["chair-1", "van"]);
    assert_eq!(planned(&world, wanted(&["van"])).units, ["chair-1", "van"]);
    assert_eq!(codes(&validate(&world, &wanted(&["chair-3"]))), ["SL0268"]);
    assert_eq!(planned(&world, request(None, at(10, 0))).provider, BEN);
}
