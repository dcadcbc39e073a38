//! The shipped component decides as the same rules do natively, byte for byte.

mod distribution;

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use slotledger::wasm::Rules;
use slotledger_rules::fixtures;
use slotledger_rules::wit::{Decimal, OpeningsQuery, Quality, QualityKind, Ranking, Session, Snapshot, Span};

/// The same value in the other side's types.
fn carried<T: DeserializeOwned>(value: &impl Serialize) -> T {
    let json = serde_json::to_string(value).expect("it is written");
    serde_json::from_str(&json).expect("it is read")
}

/// The shipped component, compiled once for all tests.
fn rules() -> Rules {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    Rules::embedded(Some(&cache)).expect("the component loads")
}

#[test]
fn every_case_is_decided_alike_by_the_component_and_natively() {
    let rules = rules();
    let cases = fixtures::cases();
    assert!(cases.len() > 1000, "{} cases are no coverage", cases.len());
    for (name, input) in cases {
        let native = serde_json::to_string(&slotledger_rules::transition(&input)).expect("it is written");
        let decided = rules.transition(&carried(&input)).expect("the component answers");
        assert_eq!(serde_json::to_string(&decided).expect("it is written"), native, "{name}");
    }
}

#[test]
fn the_same_case_is_decided_alike_twice() {
    let rules = rules();
    let input = carried(&fixtures::hold());
    let decide =
        || serde_json::to_string(&rules.transition(&input).expect("it answers")).expect("it is written");
    assert_eq!(decide(), decide());
}

#[test]
fn openings_prices_and_remarks_are_alike() {
    let rules = rules();
    let snapshot = fixtures::snapshot();
    for guests in [0, 1, 2, u32::MAX] {
        let native =
            serde_json::to_string(&slotledger_rules::price(&snapshot, guests, None)).expect("it is written");
        let priced = rules.price(&carried(&snapshot), guests, None).expect("the component answers");
        assert_eq!(serde_json::to_string(&priced).expect("it is written"), native);
    }
}

/// A branch whose calendars have something in every field.
fn full_calendars() -> Snapshot {
    let mut branch = fixtures::crowd(40, 3, 30);
    branch.service.seats = 4;
    let (start, slot) = (branch.grid.origin, 300);
    for (n, calendar) in (0..).zip(&mut branch.providers) {
        let quality = |kind, value: &str| Quality { kind, value: value.to_owned() };
        calendar.provider.qualities = vec![
            quality(QualityKind::Gender, "female"),
            quality(QualityKind::Language, "de"),
            quality(QualityKind::Skill, if n % 2 == 0 { "läser" } else { "" }),
        ];
        calendar.provider.commission_percent = (n % 3 == 0).then_some(Decimal { units: -n, scale: 2 });
        calendar.provider.attributes = vec![("é".to_owned(), "value".to_owned())];
        calendar.absent = vec![n.cast_unsigned(); 3];
        calendar.workload.recent_minutes = n.cast_unsigned() * 7 % 5;
        calendar.workload.last_booked = (n % 2 == 0).then_some(-n);
        let units = vec![format!("room-{n:06}"), "room-000001".to_owned()];
        calendar.sessions = vec![Session { start: start + n * 12 * slot, guests: 2, units }];
    }
    for n in 1..branch.units.len() {
        let parent = branch.units[n / 4].unit.id.clone();
        let unit = &mut branch.units[n];
        unit.unit.parent = (n % 4 == 0).then_some(parent);
        unit.unit.active = n % 5 != 0;
        unit.unit.overlap_allowed = n % 3 == 0;
        unit.unit.capacity = 2;
        unit.unit.attributes = vec![("floor".to_owned(), n.to_string())];
        unit.uses.push(vec![1 << n; 2]);
    }
    branch
}

#[test]
fn the_component_finds_the_openings_that_are_found_natively() {
    let rules = rules();
    let rankings = [
        Ranking::Earliest,
        Ranking::LeastFragmenting,
        Ranking::Fairest,
        Ranking::Nearest,
        Ranking::EarliestStarts,
    ];
    for snapshot in [fixtures::snapshot(), fixtures::crowd(60, 5, 40), full_calendars()] {
        for ranking in rankings {
            let within = Span { start: snapshot.grid.origin, end: snapshot.grid.origin + 3 * 86_400 };
            let query = OpeningsQuery { within, limit: 200, ranking, ..fixtures::whole_day() };
            let native = slotledger_rules::find_openings(&snapshot, &query);
            let native = serde_json::to_string(&native).expect("it is written");
            let found = rules.find_openings(&carried(&snapshot), &carried(&query)).expect("it answers");
            assert_eq!(serde_json::to_string(&found).expect("it is written"), native, "{ranking:?}");
        }
    }
}
