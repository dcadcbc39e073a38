//! Scenario 23: other rules replayed over recorded decisions, and a report of what would have been decided otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::decisions::{changed, example, install, using};
use super::root;
use crate::support::{Ended, Host, Shop, at, day, ended, id, on_every_engine};

on_every_engine! {
    a_new_version_of_an_extension_is_replayed,
    other_rules_are_replayed,
}

/// Replays, and gives the report.
fn replay(host: &Host, component: &Path, more: &[&str]) -> (Ended, Value) {
    let report = host.directory().join("report.json");
    let (component, path) = (component.display().to_string(), report.display().to_string());
    let config = host.config();
    let fixed =
        ["rules", "replay", "--with", &component, "--since", "1d", "--json", &path, "--config", &config];
    let ended = ended(&[&fixed[..], more].concat());
    let read = fs::read_to_string(&report).map(|text| serde_json::from_str(&text).expect("JSON"));
    (ended, read.unwrap_or_default())
}

fn of<'a>(report: &'a Value, point: &str) -> Vec<&'a Value> {
    let differences = report["differences"].as_array().expect("a list");
    differences.iter().filter(|one| one["point"] == point).collect()
}

fn has(difference: &Value, kind: &str, before: &Value, after: &Value) -> bool {
    let changes = difference["changes"].as_array().expect("a list");
    changes.iter().any(|one| one["kind"] == kind && one["before"] == *before && one["after"] == *after)
}

async fn a_new_version_of_an_extension_is_replayed(host: Host) {
    let (_dir, component) = changed("evening", "\"18\"", "\"12\"");
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "max_guests": 20 })).await;
    let name = "org.example.evening";
    let digest = install(&host, &component);
    using(&shop, name, &digest, json!({ "settings": { "surcharge": "10.00" } })).await;
    let morning = shop.hold(&service, &at(day(), "09:00"), json!({ "guests": 8 })).await.expect(201);
    let noon = shop.hold(&service, &at(day(), "13:00"), json!({})).await.expect(201);
    assert_eq!(noon["quote"]["net"], "59.90");
    host.command(&id(&noon), "confirm").await.expect(200);
    shop.hold(&service, &at(day(), "10:30"), json!({ "guests": 9 })).await.problem(422, "SL0290");
    let before = (shop.appointments().await, host.get("/api/v1/decisions").await.expect(200));

    // The component that decided differs in nothing.
    let (same, report) = replay(&host, &component, &["--company", &shop.company]);
    assert_eq!(same.status, Some(0), "{same:?}");
    assert_eq!((&report["replayed"], &report["differing"]), (&json!(3), &json!(0)), "{report}");
    assert_eq!(report["candidate"]["digest"], digest);

    // A version that takes fewer guests and more money.
    let (_other, newer) = changed("evening", "<= most", "< most");
    let (told, report) =
        replay(&host, &newer, &["--company", &shop.company, "--set", "surcharge=25.00", "--set", "from=12"]);
    assert_eq!(told.status, Some(2), "{told:?}");
    assert_eq!(
        (&report["differing"], &report["refused_instead"], &report["granted_instead"]),
        (&json!(2), &json!(1), &json!(0)),
        "{report}"
    );
    assert_eq!(report["points"]["hold"]["differing"], 2);
    let holds = of(&report, "hold");
    let refused = holds.iter().find(|one| one["appointment"] == morning["id"]).expect("the morning's");
    assert!(has(refused, "verdict", &json!("granted"), &json!("refused")), "{refused}");
    assert!(has(refused, "refusal", &Value::Null, &json!("There may be 8 guests at most.")), "{refused}");
    let codes: Vec<_> =
        refused["changes"].as_array().expect("a list").iter().map(|one| &one["code"]).collect();
    assert!(codes.contains(&&json!("too-many-guests")), "{refused}");
    let dearer = holds.iter().find(|one| one["appointment"] == noon["id"]).expect("the noon's");
    assert!(has(dearer, "price", &json!("59.90"), &json!("74.90")), "{dearer}");
    for expected in
        ["was: granted", "is:  refused", "too-many-guests", "was: 59.90", "is:  74.90", &id(&noon)]
    {
        assert!(told.printed.contains(expected), "{expected}: {}", told.printed);
    }

    // Twice the same, byte for byte but for the moment that `1d` means; and nothing has changed.
    let (_, again) =
        replay(&host, &newer, &["--company", &shop.company, "--set", "surcharge=25.00", "--set", "from=12"]);
    assert_eq!(again["differences"], report["differences"]);
    assert_eq!((shop.appointments().await, host.get("/api/v1/decisions").await.expect(200)), before);

    // One that nobody was asked so far.
    let (_third, surcharge) = example("weekend-surcharge");
    let (told, report) =
        replay(&host, &surcharge, &["--company", &shop.company, "--set", "days=1,2,3,4,5,6,7"]);
    assert_eq!(told.status, Some(2), "{told:?}");
    let holds = of(&report, "hold");
    let dearer = holds.iter().find(|one| one["appointment"] == morning["id"]).expect("the morning's");
    assert!(has(dearer, "price", &json!("49.90"), &json!("74.90")), "{dearer}");
    let (told, _) = replay(&host, &surcharge, &["--set", "no-such=1"]);
    assert_eq!(told.status, Some(1), "{told:?}");
    assert!(told.complained.contains("no-such"), "{told:?}");

    // Where no extension was in use at all, it is shown what the rules were shown.
    let bare = Shop::open(&host).await;
    let pit = bare.provider("Pit", "09:00", "17:00").await;
    let work = bare.service(&[&pit], json!({})).await;
    let held = bare.hold(&work, &at(day(), "09:00"), json!({})).await.expect(201);
    let (told, report) =
        replay(&host, &surcharge, &["--company", &bare.company, "--set", "days=1,2,3,4,5,6,7"]);
    assert_eq!(told.status, Some(2), "{told:?}");
    let holds = of(&report, "hold");
    assert_eq!(holds[0]["appointment"], held["id"]);
    assert!(has(holds[0], "price", &json!("49.90"), &json!("74.90")), "{report}");
}

/// The shipped rules with other words in them, of the same length.
fn other_words(host: &Host, from: &str, into: &str) -> PathBuf {
    let mut bytes = fs::read(root().join("target/rules/slotledger_rules.wasm")).expect("the shipped rules");
    assert_eq!(from.len(), into.len());
    let mut found = 0;
    while let Some(at) = bytes.windows(from.len()).position(|window| window == from.as_bytes()) {
        bytes[at..at + from.len()].copy_from_slice(into.as_bytes());
        found += 1;
    }
    assert!(found > 0, "the rules do not say {from:?}");
    let path = host.directory().join("rules.wasm");
    fs::write(&path, bytes).expect("it is written");
    path
}

async fn other_rules_are_replayed(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    for command in ["confirm", "confirm", "start", "complete"] {
        host.command(&id(&held), command).await;
    }
    let shipped = root().join("target/rules/slotledger_rules.wasm");
    let (same, report) = replay(&host, &shipped, &[]);
    assert_eq!(same.status, Some(0), "{same:?}");
    assert_eq!(report["candidate"]["kind"], "rules");
    assert_eq!(report["replayed"], report["decisions"]);
    assert!(report["replayed"].as_u64().is_some_and(|number| number >= 5), "{report}");

    let other = other_words(&host, "There is nothing to do.", "There is nothing to DO.");
    let (told, report) = replay(&host, &other, &[]);
    assert_eq!(told.status, Some(2), "{told:?}");
    assert_eq!((&report["differing"], &report["refused_instead"]), (&json!(1), &json!(0)), "{report}");
    let again = of(&report, "confirm");
    assert_eq!(again[0]["appointment"], held["id"]);
    let (was, is) = (json!("There is nothing to do."), json!("There is nothing to DO."));
    assert!(has(again[0], "text", &was, &is) || has(again[0], "refusal", &was, &is), "{report}");

    let nothing = host.directory().join("nothing.wasm");
    fs::write(&nothing, b"\0asm\x01\0\0\0").expect("it is written");
    let (told, _) = replay(&host, &nothing, &[]);
    assert_eq!(told.status, Some(1), "{told:?}");
    assert!(told.complained.contains("SL0401"), "{told:?}");
    let (none, report) = replay(&host, &other, &["--until", "2020-01-01"]);
    assert_eq!((none.status, &report["decisions"]), (Some(0), &json!(0)), "{none:?}");
}
