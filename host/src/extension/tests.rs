//! Versions of the package beside each other, and what an extension says.

use super::small::Small;
use super::words::Attribute;
use super::*;

/// One of the next version: a function more, which finds fault with any settings.
fn next() -> Small {
    Small {
        wit: "wit/extension/next",
        wit_version: "0.2.0",
        denies: true,
        more: r#"(func (export "check-settings") (param i32 i32) (result i32)
            (if (result i32) (local.get 1) (then (i32.const 136)) (else (i32.const 128))))"#,
        ..Small::default()
    }
}

fn load(small: &Small) -> Result<Extension, Error> {
    Extension::load(small.id, &small.component(), None)
}

fn input() -> Input {
    let text = include_str!("../../../sdk/templates/fixtures/afternoon.json");
    let fixture: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(fixture["input"].clone()).unwrap()
}

#[test]
fn a_version_more_leaves_the_older_as_it_is() {
    let before = load(&Small::default()).unwrap();
    let said = before.review(&input()).unwrap();
    let after = load(&next()).unwrap();
    assert_eq!(after.description().wit_version, "0.2.0");
    // By turns: neither minds the other.
    for _ in 0..3 {
        assert_eq!(before.review(&input()).unwrap(), said);
        assert_eq!(before.propose(&input()).unwrap().value, Vec::new());
        assert_eq!(after.review(&input()).unwrap().value[0].code, "closed");
        assert_eq!(after.propose(&input()).unwrap().value, Vec::new());
    }
    let set = [Attribute { name: "days".to_owned(), value: "8".to_owned() }];
    let found = after.check_settings(&set).unwrap().unwrap();
    assert_eq!(found.value[0].message, "Nothing may be booked.");
    assert_eq!(after.check_settings(&[]).unwrap().unwrap().value, Vec::new());
    assert!(before.check_settings(&set).is_none(), "0.1.0 has no such question");
}

#[test]
fn a_component_is_taken_only_as_what_it_was_built_for() {
    // It says 0.2.0 and was built for 0.1.0, and the other way round.
    for small in [
        Small { wit_version: "0.2.0", ..Small::default() },
        Small { wit_version: "0.1.0", ..next() },
        Small { wit_version: "7.0.0", ..Small::default() },
    ] {
        let error = load(&small).unwrap_err();
        assert_eq!(error.code(), "SL0403", "{error}");
        assert!(error.to_string().contains(small.wit_version), "{error}");
    }
}

#[test]
fn what_a_component_may_do_does_not_depend_on_its_version() {
    let component = r#"(component
        (import "slotledger:extension/words@0.1.0" (instance))
        (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func)))))"#;
    for version in ["0.1.0", "0.2.0", "9.0.0"] {
        let bytes = wat::parse_str(component.replace("0.1.0", version)).unwrap();
        let error = Extension::load("it", &bytes, None).unwrap_err();
        assert_eq!(error.code(), "SL0402");
        assert!(error.to_string().contains("it imports wasi:clocks/wall-clock@0.2.0#now"), "{error}");
    }
}

#[test]
fn one_that_breaks_off_says_what_it_took() {
    let broken = load(&Small { fails: true, ..Small::default() }).unwrap();
    let error = broken.review(&input()).unwrap_err();
    assert_eq!(error.code(), "SL0411");
    let (log, fuel) = error.spent();
    assert!(fuel > 0 && log == Log::default(), "{fuel} {log:?}");
}
