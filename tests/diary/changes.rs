//! Changes of mind: rescheduling over one's own time, and cancelling too late.

use chrono::{TimeDelta, Timelike};
use serde_json::json;
use slotledger::clock::{Clock, SystemClock};

use crate::support::{Host, Shop, at, codes, day, id, kinds, on_every_engine, written};

on_every_engine! {
    an_appointment_moves_over_its_own_time_and_its_order_follows,
    a_late_cancellation_is_staffs_to_allow_and_costs_a_fee,
    a_mistaken_cancellation_is_put_right_while_its_time_is_free,
    the_trail_says_who_had_somebody_else_take_over_and_why,
    what_a_customer_required_holds_for_whoever_takes_over,
}

async fn an_appointment_moves_over_its_own_time_and_its_order_follows(host: Host) {
    let shop = Shop::open(&host).await;
    let (provider, other) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let service = shop.service(&[&provider, &other], json!({})).await;
    let old = id(&shop.confirmed(&service, &at(day(), "10:00"), &provider).await);
    let body = json!({ "start": at(day(), "10:30"), "reason": "half an hour later" });
    let moved = host.post(&format!("/api/v1/appointments/{old}/reschedule"), &body).await.expect(200);
    assert_eq!(
        (&moved["status"], &moved["cancellation_reason"]),
        (&json!("cancelled"), &json!("half an hour later"))
    );
    let new = moved["successor"].as_str().expect("a successor");
    let after = host.get(&format!("/api/v1/appointments/{new}")).await.expect(200);
    assert_eq!((&after["status"], &after["predecessor"]), (&json!("confirmed"), &json!(old)));
    assert_eq!((&after["start"], &after["reschedules"]), (&json!(at(day(), "10:30")), &json!(1)));
    assert_eq!(after["replaces"], json!([old]));
    let (before, standing) = (host.documents(&old).await, host.documents(new).await);
    assert_eq!(
        (kinds(&before), kinds(&standing)),
        (vec!["sales_order"], vec!["order_amendment", "sales_order"])
    );
    assert!(standing.iter().all(|document| document["state"] == "submitted"), "{standing:?}");
    assert_eq!(standing[0]["number"], standing[1]["number"], "one order under one number");
    let starts = shop.starts(&service, day(), 30).await;
    let with_pia = starts.iter().filter(|start| **start == at(day(), "09:30")).count();
    assert_eq!(with_pia, 2, "the half hour that was given up is free for both");
}

async fn a_late_cancellation_is_staffs_to_allow_and_costs_a_fee(host: Host) {
    let shop = Shop::with(&host, "UTC", json!({ "late_cancel_fee": "25.00" })).await;
    let provider = shop.provider("Pia", "00:00", "00:00").await;
    let service = shop.service(&[&provider], json!({ "cancel_cutoff_minutes": 24 * 60 })).await;
    let soon = (SystemClock.now() + TimeDelta::hours(3)).with_minute(0).and_then(|at| at.with_second(0));
    let soon = written(soon.and_then(|at| at.with_nanosecond(0)).expect("a full hour"));
    let late = id(&shop.confirmed(&service, &soon, &provider).await);
    let cancel = async |actor: &str, id: &str, exception: Option<&str>| {
        let body = json!({ "reason": "no time", "exception_reason": exception });
        shop.as_(actor, id, "cancel", body).await
    };
    assert_eq!(codes(&cancel("customer", &late, None).await.expect(422)), ["SL0250"]);
    assert_eq!(codes(&cancel("customer", &late, Some("please")).await.expect(422)), ["SL0250"]);
    assert_eq!(codes(&cancel("staff", &late, None).await.expect(422)), ["SL0250"]);
    let declined = shop.as_("customer", &late, "decline", json!({ "reason": "no time" })).await;
    assert_eq!(codes(&declined.expect(422)), ["SL0250"], "declining does not go round it");
    let cancelled = cancel("staff", &late, Some("a death in the family")).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    let documents = host.documents(&late).await;
    assert_eq!(kinds(&documents), ["order_cancellation", "sales_invoice", "sales_order"]);
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).expect("it stands");
    assert_eq!(
        (&of("sales_invoice")["net"], &of("sales_order")["state"]),
        (&json!("25.00"), &json!("cancelled"))
    );
    let trail = host.get(&format!("/api/v1/appointments/{late}/events")).await.expect(200);
    assert!(trail.to_string().contains("a death in the family"), "{trail}");
    let early = id(&shop.confirmed(&service, &at(day(), "10:00"), &provider).await);
    cancel("customer", &early, None).await.expect(200);
    let documents = host.documents(&early).await;
    assert_eq!(kinds(&documents), ["order_cancellation", "sales_order"], "in time it costs nothing");
}

async fn a_mistaken_cancellation_is_put_right_while_its_time_is_free(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let correct = async |id: &str| {
        let body = json!({ "to": "confirmed", "reason": "the wrong row" });
        host.post(&format!("/api/v1/appointments/{id}/correct"), &body).await
    };
    let mut cancelled = Vec::new();
    for time in ["10:00", "12:00"] {
        let visit = id(&shop.confirmed(&service, &at(day(), time), &provider).await);
        shop.as_("staff", &visit, "cancel", json!({ "reason": "a slip" })).await.expect(200);
        cancelled.push(visit);
    }
    shop.hold(&service, &at(day(), "12:30"), json!({})).await.expect(201);
    correct(&cancelled[1]).await.problem(409, "SL0213");
    assert_eq!(correct(&cancelled[0]).await.expect(200)["status"], "confirmed");
    shop.hold(&service, &at(day(), "10:30"), json!({})).await.problem(409, "SL0213");
    let documents = host.documents(&cancelled[0]).await;
    assert_eq!(kinds(&documents), ["order_cancellation", "sales_order", "sales_order"]);
    let done = host.command(&cancelled[0], "complete").await.expect(200);
    assert_eq!(done["status"], "completed");
}

async fn the_trail_says_who_had_somebody_else_take_over_and_why(host: Host) {
    let shop = Shop::open(&host).await;
    let (pia, ben) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let service = shop.service(&[&pia, &ben], json!({})).await;
    let visit = id(&shop.confirmed(&service, &at(day(), "10:00"), &pia).await);
    let body = json!({ "provider": ben, "reason": "Pia is ill" });
    shop.as_("staff", &visit, "reassign", body).await.expect(200);
    let trail = host.get(&format!("/api/v1/appointments/{visit}/events")).await.expect(200);
    let events = trail["items"].as_array().expect("a list");
    let event = events.iter().find(|event| event["name"] == "appointment.reassigned").expect("it is kept");
    assert_eq!(event["attributes"], json!([["reason", "Pia is ill"], ["from", pia], ["to", ben]]));
    assert_eq!((&event["actor"], &event["by"]["name"]), (&json!("staff"), &json!("init")), "{event}");
    assert_eq!((&event["from"], &event["to"]), (&json!("confirmed"), &json!("confirmed")), "{event}");
    let decides = host.get("/api/v1/rules").await.expect(200);
    assert_eq!(event["rules_digest"], decides["digest"], "{event}");
}

async fn what_a_customer_required_holds_for_whoever_takes_over(host: Host) {
    let shop = Shop::open(&host).await;
    let speaking = async |name: &str, tag: &str| {
        shop.provider_with(name, ("09:00", "17:00"), json!({ "languages": [tag] })).await
    };
    let (pia, ben) = (speaking("Pia", "fr").await, speaking("Ben", "en").await);
    let service = shop.service(&[&pia, &ben], json!({})).await;
    let preferences = json!([{ "kind": "language", "value": "fr", "required": true }]);
    let wished = json!({ "preferences": preferences });
    let visit = shop.hold(&service, &at(day(), "10:00"), wished).await.expect(201);
    assert_eq!((&visit["provider"], &visit["preferences"]), (&json!(pia), &preferences));
    let visit = id(&visit);
    host.command(&visit, "confirm").await.expect(200);
    let refused =
        shop.as_("staff", &visit, "reassign", json!({ "provider": ben })).await.problem(422, "SL0272");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("fr")), "{refused}");
    let decline = json!({ "reason": "ill", "replacement": ben });
    shop.as_("provider", &visit, "decline", decline).await.problem(422, "SL0272");
    let agreed = json!({ "provider": ben, "reason": "the customer agrees" });
    shop.as_("staff", &visit, "reassign", agreed).await.expect(200);
    let events = host.get(&format!("/api/v1/appointments/{visit}/events")).await.expect(200);
    let events = events["items"].as_array().expect("a list");
    assert!(events.iter().any(|event| event["name"] == "appointment.exception_made"), "{events:?}");
}
