//! The waitlist: time that becomes free is offered to the next in line, held for a while, and passed on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    an_offer_that_runs_out_goes_to_the_next_who_takes_it,
    two_hosts_offer_a_freed_hour_to_one_of_five,
    an_offer_is_passed_on_when_it_is_declined,
    what_can_never_be_offered_is_not_waited_for,
}

const PATH: &str = "/api/v1/waitlist";

/// What a host needs to notice that time is free, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The shortest offer there is.
const OFFER: Duration = Duration::from_secs(60);

/// A shop with one provider who works one hour a day, and a service that fills it.
async fn open(host: &Host) -> (Shop<'_>, String) {
    let shop = Shop::with(host, "UTC", json!({ "offer_minutes": 1, "hold_minutes": 30 })).await;
    let provider = shop.provider("Pia", "10:00", "11:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    (shop, service)
}

/// A place in line for the hour, taken by a customer of this name.
async fn wait(shop: &Shop<'_>, service: &str, name: &str) -> String {
    let customer = shop.add("customers", json!({ "name": name })).await;
    let (from, to) = (at(day(), "00:00"), at(day(), "23:00"));
    let wish = json!({ "service": service, "customer": customer, "from": from, "to": to });
    id(&shop.host.post(PATH, &wish).await.expect(201))
}

async fn place(host: &Host, id: &str) -> Value {
    host.get(&format!("{PATH}/{id}")).await.expect(200)
}

/// The place, once it is in this state.
async fn reaching(host: &Host, id: &str, state: &str, patience: Duration) -> Value {
    let deadline = Instant::now() + patience;
    loop {
        let now = place(host, id).await;
        if now["state"] == state {
            return now;
        }
        assert!(Instant::now() < deadline, "it never was {state}: {now}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Calls an appointment off.
async fn call_off(host: &Host, id: &str) {
    let path = format!("/api/v1/appointments/{id}/cancel");
    host.post(&path, &json!({ "reason": "no time" })).await.expect(200);
}

async fn an_offer_that_runs_out_goes_to_the_next_who_takes_it(host: Host) {
    let (shop, service) = open(&host).await;
    let taken = id(&shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201));
    let (first, second) = (wait(&shop, &service, "first").await, wait(&shop, &service, "second").await);
    assert_eq!(place(&host, &first).await["state"], "waiting");
    call_off(&host, &taken).await;
    let offered = reaching(&host, &first, "offered", PATIENCE).await;
    let offer = offered["appointment"].as_str().expect("a hold").to_owned();
    let held = host.get(&format!("/api/v1/appointments/{offer}")).await.expect(200);
    assert_eq!((&held["status"], &held["start"]), (&json!("open"), &json!(at(day(), "10:00"))));
    assert_eq!(held["customer"], offered["customer"]);
    assert_eq!(place(&host, &second).await["state"], "waiting");
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(409, "SL0213");
    reaching(&host, &first, "lapsed", OFFER + PATIENCE).await;
    let offered = reaching(&host, &second, "offered", PATIENCE).await;
    let late = host.command(&offer, "confirm").await;
    late.problem(409, "SL0241");
    host.command(offered["appointment"].as_str().expect("a hold"), "confirm").await.expect(200);
    assert_eq!(place(&host, &second).await["state"], "booked");
    assert_eq!(place(&host, &first).await["state"], "lapsed");
}

async fn two_hosts_offer_a_freed_hour_to_one_of_five(host: Host) {
    let twin = host.twin();
    let (shop, service) = open(&host).await;
    let mut taken = id(&shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201));
    let mut line = Vec::new();
    for name in ["first", "second", "third", "fourth", "fifth"] {
        line.push(wait(&shop, &service, name).await);
    }
    // Each is offered the hour once the one before them has given it up, and nobody beside them.
    for n in 0..line.len() {
        call_off(if n % 2 == 0 { &host } else { &twin }, &taken).await;
        let offered = reaching(&twin, &line[n], "offered", PATIENCE).await;
        taken = offered["appointment"].as_str().expect("a hold").to_owned();
        let mut states = Vec::new();
        for one in &line {
            states.push(place(&host, one).await["state"].as_str().expect("a state").to_owned());
        }
        let right = (0..line.len()).map(|one| match one.cmp(&n) {
            std::cmp::Ordering::Less => "lapsed",
            std::cmp::Ordering::Equal => "offered",
            std::cmp::Ordering::Greater => "waiting",
        });
        assert_eq!(states, right.collect::<Vec<_>>());
    }
    let open: Vec<Value> =
        shop.appointments().await.into_iter().filter(|one| one["status"] != "cancelled").collect();
    assert_eq!(open.iter().map(id).collect::<Vec<_>>(), [taken]);
}

async fn an_offer_is_passed_on_when_it_is_declined(host: Host) {
    let (shop, service) = open(&host).await;
    // The hour is free: it is offered at once.
    let first = wait(&shop, &service, "first").await;
    let offered = reaching(&host, &first, "offered", PATIENCE).await;
    let second = wait(&shop, &service, "second").await;
    host.post(&format!("{PATH}/{first}/withdraw"), &json!({})).await.problem(409, "SL0305");
    let decline = json!({ "reason": "too early" });
    let offer = offered["appointment"].as_str().expect("a hold");
    shop.as_("customer", offer, "decline", decline).await.expect(200);
    reaching(&host, &second, "offered", PATIENCE).await;
    assert_eq!(place(&host, &first).await["state"], "lapsed");
    let third = wait(&shop, &service, "third").await;
    let given_up = host.post(&format!("{PATH}/{third}/withdraw"), &json!({})).await.expect(200);
    assert_eq!(given_up["state"], "withdrawn");
    let waiting = host.get(&format!("{PATH}?service={service}&state=waiting")).await.expect(200);
    assert_eq!(waiting["items"], json!([]));
}

async fn what_can_never_be_offered_is_not_waited_for(host: Host) {
    let (shop, service) = open(&host).await;
    let stranger = shop.provider("Ben", "10:00", "11:00").await;
    let annexe = shop.elsewhere("The annexe").await.branch;
    let wish = async |until: &str, more: Value| {
        let (from, to) = (at(day(), "10:00"), at(day(), until));
        let mut wish = json!({ "service": service, "customer": shop.customer, "from": from, "to": to });
        wish.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        host.post(PATH, &wish).await
    };
    for (until, more, field) in [
        ("10:55", json!({}), "to"),
        ("11:00", json!({ "provider": stranger }), "provider"),
        ("11:00", json!({ "branch": annexe }), "branch"),
    ] {
        let refused = wish(until, more).await.problem(422, "SL0105");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    wish("11:00", json!({})).await.expect(201);
}
