//! Rooms and equipment: without one there is no visit.

use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, codes, day, id, on_every_engine};

on_every_engine! {
    without_a_room_there_is_no_opening_and_the_answer_says_so,
    a_room_in_use_closes_its_hour_to_everybody,
    a_unit_for_two_is_shared_by_two_and_refused_to_the_third,
    a_room_and_its_chairs_are_not_used_at_once,
    a_disabled_unit_is_used_no_more,
    of_two_units_made_parts_of_each_other_at_once_one_is_refused,
}

async fn without_a_room_there_is_no_opening_and_the_answer_says_so(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ "required_units": ["room"] })).await;
    let found = shop.search(&service, "").await;
    assert_eq!((&found["openings"], codes(&found)), (&json!([]), vec!["SL0264"]));
    let said = found["reasons"][0]["message"].as_str().expect("a sentence");
    assert!(said.contains("room"), "{said}");
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(422, "SL0264");
    shop.unit("Room 1", "room", json!({})).await;
    assert_eq!(shop.starts(&service, day(), 60).await.len(), 8);
}

async fn a_room_in_use_closes_its_hour_to_everybody(host: Host) {
    let shop = Shop::open(&host).await;
    let (one, other) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let room = shop.unit("Room 1", "room", json!({})).await;
    let service = shop.service(&[&one, &other], json!({ "required_units": ["room"] })).await;
    let held = shop.hold(&service, &at(day(), "10:00"), json!({ "provider": one })).await.expect(201);
    assert_eq!(held["units"], json!([room]));
    let starts = shop.starts(&service, day(), 60).await;
    assert!(!starts.contains(&at(day(), "10:00")), "{starts:?}");
    assert_eq!(starts.len(), 14, "seven hours with either of two");
    let within = format!("from={}&to={}", at(day(), "10:00"), at(day(), "10:30"));
    let found = shop.search(&service, &within).await;
    assert_eq!(codes(&found), ["SL0265"]);
    let refused = shop.hold(&service, &at(day(), "10:00"), json!({ "provider": other })).await;
    let problem = refused.problem(409, "SL0265");
    assert_ne!(problem["alternatives"], Value::Null);
}

async fn a_unit_for_two_is_shared_by_two_and_refused_to_the_third(host: Host) {
    let shop = Shop::open(&host).await;
    let mut providers = Vec::new();
    for name in ["Ana", "Ben", "Cleo"] {
        providers.push(shop.provider(name, "09:00", "17:00").await);
    }
    let device = shop.unit("Scanner", "scanner", json!({ "capacity": 2, "overlap_allowed": true })).await;
    let all: Vec<&String> = providers.iter().collect();
    let service = shop.service(&all, json!({ "required_units": ["scanner"] })).await;
    let hold = async |provider: &str| {
        shop.hold(&service, &at(day(), "10:00"), json!({ "provider": provider })).await
    };
    for provider in &providers[..2] {
        assert_eq!(hold(provider).await.expect(201)["units"], json!([device]));
    }
    hold(&providers[2]).await.problem(409, "SL0265");
    shop.hold(&service, &at(day(), "11:00"), json!({ "provider": providers[2] })).await.expect(201);
    assert_eq!(shop.appointments().await.len(), 3);
}

async fn a_room_and_its_chairs_are_not_used_at_once(host: Host) {
    let shop = Shop::open(&host).await;
    let (one, other) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let room = shop.unit("Room 1", "room", json!({})).await;
    shop.unit("Chair 1", "chair", json!({ "parent": room })).await;
    let in_chair = shop.service(&[&one, &other], json!({ "required_units": ["chair"] })).await;
    let in_room = shop.service(&[&one, &other], json!({ "required_units": ["room"] })).await;
    let with = |provider: &String| json!({ "provider": provider });
    shop.hold(&in_chair, &at(day(), "10:00"), with(&one)).await.expect(201);
    shop.hold(&in_room, &at(day(), "10:00"), with(&other)).await.problem(409, "SL0265");
    shop.hold(&in_room, &at(day(), "12:00"), with(&one)).await.expect(201);
    shop.hold(&in_chair, &at(day(), "12:00"), with(&other)).await.problem(409, "SL0265");
}

async fn a_disabled_unit_is_used_no_more(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let broken = shop.unit("Room 1", "room", json!({})).await;
    let spare = shop.unit("Room 2", "room", json!({})).await;
    let service = shop.service(&[&provider], json!({ "required_units": ["room"] })).await;
    change(&shop, &broken, json!({ "name": "Room 1", "active": false })).await.expect(200);
    let held = shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    assert_eq!(held["units"], json!([spare]), "{}", id(&held));
    let named = json!({ "units": [broken] });
    shop.hold(&service, &at(day(), "12:00"), named).await.problem(422, "SL0262");
}

async fn of_two_units_made_parts_of_each_other_at_once_one_is_refused(host: Host) {
    let shop = Shop::open(&host).await;
    for n in 0..10 {
        let (one, other) = (format!("One {n}"), format!("Other {n}"));
        let first = shop.unit(&one, "room", json!({})).await;
        let second = shop.unit(&other, "room", json!({})).await;
        let (of_second, of_first) = tokio::join!(
            change(&shop, &first, json!({ "name": one, "parent": second })),
            change(&shop, &second, json!({ "name": other, "parent": first })),
        );
        let mut both = [of_second, of_first];
        both.sort_by_key(|answer| answer.status);
        both[0].expect(200);
        let refused = both[1].problem(422, "SL0105");
        assert_eq!(refused["errors"][0]["field"], "parent", "{refused}");
    }
}

/// Gives a unit, a room that was not changed before, these fields.
async fn change(shop: &Shop<'_>, unit: &str, more: Value) -> Answer {
    let mut fields = json!({ "branch": shop.branch, "unit_type": "room" });
    fields.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let path = format!("/api/v1/units/{unit}");
    Answer::of(shop.host.request("PUT", &path).header("If-Match", "\"1\"").json(&fields)).await
}
