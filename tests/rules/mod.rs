//! The shipped component decides as the same rules do natively, byte for byte.

mod distribution;

use serde::Serialize;
use serde::de::DeserializeOwned;
use slotledger::wasm::Rules;
use slotledger_rules::fixtures;

/// The same value in the other side's types.
fn carried<T: DeserializeOwned>(value: &impl Serialize) -> T {
    let json = serde_json::to_string(value).expect("it is written");
    serde_json::from_str(&json).expect("it is read")
}

#[test]
fn every_case_is_decided_alike_by_the_component_and_natively() {
    let rules = Rules::embedded(None).expect("the component loads");
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
    let rules = Rules::embedded(None).expect("the component loads");
    let input = carried(&fixtures::hold());
    let decide =
        || serde_json::to_string(&rules.transition(&input).expect("it answers")).expect("it is written");
    assert_eq!(decide(), decide());
}

#[test]
fn openings_prices_and_remarks_are_alike() {
    let rules = Rules::embedded(None).expect("the component loads");
    let snapshot = fixtures::snapshot();
    for guests in [0, 1, 2, u32::MAX] {
        let native =
            serde_json::to_string(&slotledger_rules::price(&snapshot, guests, None)).expect("it is written");
        let priced = rules.price(&carried(&snapshot), guests, None).expect("the component answers");
        assert_eq!(serde_json::to_string(&priced).expect("it is written"), native);
    }
}
