//! `ETag` and `If-Match` on bookings, series and places on the waitlist: nobody changes what they have not seen.

use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    what_has_changed_since_it_was_seen_is_left_alone,
}

/// The version that an answer names.
fn tag(answer: &Answer) -> String {
    answer.headers.get("etag").and_then(|tag| tag.to_str().ok()).expect("an ETag").to_owned()
}

/// Sends a command that is meant for this version.
async fn send(host: &Host, path: &str, seen: &str, body: Value) -> Answer {
    Answer::of(host.request("POST", path).header("If-Match", seen).json(&body)).await
}

async fn what_has_changed_since_it_was_seen_is_left_alone(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ "horizon_days": 365 })).await;
    let items = json!([{ "service": service, "start": at(day(), "12:00") }, { "service": service }]);
    let booking = json!({ "customer": shop.customer, "mode": "sequential", "items": items });
    let weekly = shop.booking(&service, &at(day(), "14:00"), json!({ "rule": "FREQ=WEEKLY;COUNT=3" }));
    let (from, to) = (at(day(), "10:00"), at(day(), "11:00"));
    let wish = json!({ "service": service, "customer": shop.customer, "from": from, "to": to });
    // Nothing is offered to the place on the waitlist.
    shop.hold(&service, &from, json!({})).await.expect(201);
    for (collection, body, command, sent) in [
        ("bookings", booking, "cancel", json!({ "reason": "a test" })),
        ("series", weekly, "cancel", json!({ "reason": "a test" })),
        ("waitlist", wish, "withdraw", json!({})),
    ] {
        let made = host.post(&format!("/api/v1/{collection}"), &body).await;
        let one = format!("/api/v1/{collection}/{}", id(&made.expect(201)));
        assert_eq!(made.headers["location"], one.as_str());
        let first = tag(&made);
        assert_eq!(tag(&host.get(&one).await), first, "{collection}");
        let path = format!("{one}/{command}");
        send(&host, &path, "\"99\"", sent.clone()).await.problem(412, "SL0302");
        assert_eq!(tag(&host.get(&one).await), first, "nothing has changed");
        let changed = send(&host, &path, &first, sent.clone()).await;
        changed.expect(200);
        let second = tag(&changed);
        assert_ne!(first, second);
        assert_eq!(tag(&host.get(&one).await), second);
        send(&host, &path, &first, sent).await.problem(412, "SL0302");
    }
}
