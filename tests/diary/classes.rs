//! Visits that customers share.

use serde_json::{Value, json};

use crate::support::{Host, Shop, at, day, on_every_engine};

on_every_engine! {
    the_ninth_guest_of_eight_is_refused,
    the_price_of_guests_is_exact,
    two_classes_at_the_same_hour_need_two_rooms,
}

fn class() -> Value {
    let prices = json!([{ "description": "A seat", "basis": "per_guest", "unit_price": "12.35" }]);
    json!({ "seats": 8, "max_guests": 8, "prices": prices })
}

async fn the_ninth_guest_of_eight_is_refused(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "10:00").await;
    let service = shop.service(&[&provider], class()).await;
    let start = at(day(), "09:00");
    let hold = async |guests: u32| shop.hold(&service, &start, json!({ "guests": guests })).await;
    let seats_left = async || {
        let found = shop.search(&service, &format!("from={start}&to={}", at(day(), "09:05"))).await;
        found["openings"][0]["seats_left"].clone()
    };
    assert_eq!(seats_left().await, 8);
    hold(3).await.expect(201);
    hold(4).await.expect(201);
    assert_eq!(seats_left().await, 1);
    hold(2).await.problem(409, "SL0270");
    hold(1).await.expect(201);
    let ninth = hold(1).await.problem(409, "SL0270");
    let alternatives = ninth["alternatives"].as_array().expect("a list");
    assert!(!alternatives.is_empty(), "the class of another day has seats: {ninth}");
    let guests: u64 = shop.appointments().await.iter().filter_map(|each| each["guests"].as_u64()).sum();
    assert_eq!(guests, 8);
}

async fn the_price_of_guests_is_exact(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let prices = json!([
        { "description": "A seat", "basis": "per_guest", "to_guests": 3, "unit_price": "12.35" },
        { "description": "A seat", "basis": "per_guest", "from_guests": 4, "unit_price": "11.115" },
        { "description": "The room", "basis": "per_booking", "unit_price": "0.10" },
    ]);
    let service = shop.service(&[&provider], json!({ "seats": 8, "max_guests": 8, "prices": prices })).await;
    // 12.35 × 3 + 0.10, and 11.115 × 5 = 55.575, which is rounded half away from zero, + 0.10.
    for (start, guests, net) in [("09:00", 3, "37.15"), ("10:00", 5, "55.68"), ("11:00", 1, "12.45")] {
        let held = shop.hold(&service, &at(day(), start), json!({ "guests": guests })).await.expect(201);
        assert_eq!(held["quote"]["net"], net, "{guests} guests: {held}");
    }
}

async fn two_classes_at_the_same_hour_need_two_rooms(host: Host) {
    let shop = Shop::open(&host).await;
    let (one, other) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    shop.unit("Room 1", "room", json!({})).await;
    let mut fields = class();
    fields["required_units"] = json!(["room"]);
    let service = shop.service(&[&one, &other], fields).await;
    let (start, with) =
        (at(day(), "09:00"), |provider: &String| json!({ "provider": provider, "guests": 1 }));
    let bookings = [with(&one), with(&other)].map(|more| shop.booking(&service, &start, more));
    let answers =
        futures::future::join_all((0..20).map(|n| host.post("/api/v1/appointments", &bookings[n % 2]))).await;
    let held: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 201).map(crate::support::Answer::json).collect();
    assert_eq!(held.len(), 8, "one class, and all of its seats");
    assert!(held.iter().all(|each| each["provider"] == held[0]["provider"]), "{held:?}");
    let left = if held[0]["provider"] == one { &other } else { &one };
    shop.hold(&service, &start, with(left)).await.problem(409, "SL0265");
    shop.unit("Room 2", "room", json!({})).await;
    shop.hold(&service, &start, with(left)).await.expect(201);
}
