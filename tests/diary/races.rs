//! Many clients, one place: one of them wins, the others are told so, and nothing is left half-made.

use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    of_a_thousand_clients_one_gets_the_slot,
    of_a_thousand_clients_one_gets_the_last_seat,
    of_a_thousand_clients_one_gets_the_last_room,
    of_many_clients_one_gets_the_slot_of_a_hold_that_ends,
}

/// How many requests are on their way at once.
const CONNECTIONS: usize = 200;

/// Sends so many bookings to a host.
async fn race(host: &Host, clients: usize, booking: impl Fn(usize) -> Value) -> Vec<Answer> {
    race_on(&[host], clients, booking).await
}

/// Sends so many bookings, to these hosts in turns, the n-th as `booking` says.
async fn race_on(hosts: &[&Host], clients: usize, booking: impl Fn(usize) -> Value) -> Vec<Answer> {
    let booking = &booking;
    let requests = (0..clients)
        .map(|n| async move { hosts[n % hosts.len()].post("/api/v1/appointments", &booking(n)).await });
    futures::stream::iter(requests).buffer_unordered(CONNECTIONS).collect().await
}

/// The one that won. Every other one was refused with a code, and told what can be had instead.
fn winner(answers: &[Answer]) -> Value {
    let mut won = answers.iter().filter(|answer| answer.status == 201);
    let winner = won.next().unwrap_or_else(|| panic!("nobody won: {:?}", answers.first())).json();
    assert_eq!(won.count(), 0, "more than one won");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let problem = answer.expect(409);
        assert!(problem["code"].as_str().is_some_and(|code| code.starts_with("SL0")), "{problem}");
        assert!(problem["alternatives"].as_array().is_some_and(|all| !all.is_empty()), "{problem}");
    }
    winner
}

#[tokio::test]
async fn of_a_thousand_clients_of_three_hosts_one_gets_the_slot() {
    let host = Host::on_postgres();
    let (second, third) = (host.twin(), host.twin());
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let booking = shop.booking(&service, &at(day(), "10:00"), json!({ "provider": provider }));
    let won = winner(&race_on(&[&host, &second, &third], 1000, |_| booking.clone()).await);
    assert_eq!(shop.appointments().await, [won]);
}

async fn of_a_thousand_clients_one_gets_the_slot(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let booking = shop.booking(&service, &at(day(), "10:00"), json!({ "provider": provider }));
    let answers = race(&host, 1000, |_| booking.clone()).await;
    let won = winner(&answers);
    let listed = shop.appointments().await;
    assert_eq!(listed, std::slice::from_ref(&won));
    let trail = host.get(&format!("/api/v1/appointments/{}/events", id(&won))).await.expect(200);
    assert_eq!(trail["items"].as_array().map(Vec::len), Some(1));
    let next = shop.hold(&service, &at(day(), "11:00"), json!({})).await.expect(201);
    let number =
        |appointment: &Value| appointment["name"].as_str().and_then(|name| name.get(..8)).map(str::to_owned);
    assert_eq!((number(&won), number(&next)), (Some("APT-0001".to_owned()), Some("APT-0002".to_owned())));
    assert_eq!(shop.starts(&service, day(), 60).await.len(), 6, "no other hour is gone");
}

async fn of_a_thousand_clients_one_gets_the_last_seat(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ "seats": 8, "max_guests": 8 })).await;
    let start = at(day(), "10:00");
    shop.hold(&service, &start, json!({ "guests": 7 })).await.expect(201);
    let booking = shop.booking(&service, &start, json!({ "guests": 1, "provider": provider }));
    winner(&race_on(&[&host, &host.twin(), &host.twin()], 1000, |_| booking.clone()).await);
    let guests: Vec<u64> =
        shop.appointments().await.iter().filter_map(|each| each["guests"].as_u64()).collect();
    assert_eq!(guests, [7, 1]);
}

async fn of_a_thousand_clients_one_gets_the_last_room(host: Host) {
    let shop = Shop::open(&host).await;
    let mut providers = Vec::new();
    for name in ["Ana", "Ben", "Cleo", "Dora", "Emil"] {
        providers.push(shop.provider(name, "09:00", "17:00").await);
    }
    let room = shop.unit("Room 1", "room", json!({})).await;
    let all: Vec<&String> = providers.iter().collect();
    let service = shop.service(&all, json!({ "required_units": ["room"] })).await;
    let start = at(day(), "10:00");
    let with =
        |n: usize| shop.booking(&service, &start, json!({ "provider": providers[n % providers.len()] }));
    let won = winner(&race_on(&[&host, &host.twin(), &host.twin()], 1000, with).await);
    assert_eq!(won["units"], json!([room]));
    assert_eq!(shop.appointments().await, [won]);
}

/// The shortest hold there is.
const HOLD: Duration = Duration::from_secs(60);
/// How many clients ask in one go for what is about to be free.
const CROWD: usize = 1000;

async fn of_many_clients_one_gets_the_slot_of_a_hold_that_ends(host: Host) {
    let hosts = [&host, &host.twin(), &host.twin()];
    let shop = Shop::with(&host, "UTC", json!({ "hold_minutes": 1 })).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let booking = shop.booking(&service, &at(day(), "10:00"), json!({}));
    let held = id(&host.post("/api/v1/appointments", &booking).await.expect(201));
    tokio::time::sleep(HOLD - Duration::from_secs(2)).await;
    let mut answers = Vec::new();
    while !answers.iter().any(|answer: &Answer| answer.status == 201) {
        answers.extend(race_on(&hosts, CROWD, |_| booking.clone()).await);
    }
    answers.extend(race_on(&hosts, CROWD, |_| booking.clone()).await);
    let won = winner(&answers);
    let ended = host.get(&format!("/api/v1/appointments/{held}")).await.expect(200);
    assert_eq!(ended["cancellation_reason"], "hold_expired");
    assert_eq!(shop.appointments().await, [ended, won]);
}
