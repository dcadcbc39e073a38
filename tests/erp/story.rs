//! A sale with everything that can happen to it: a deposit, another time, the work, and a correction that takes all of it
//! back. One document of every kind there is.
//!
//! Every request carries a key, so that the whole of it is safe to repeat from the start.

use serde_json::{Value, json};

use super::reconcile;
use crate::support::{Answer, Host, SERVICE, kinds};

/// What stands in the books at its end, in the order of the alphabet.
const EVERY_KIND: [&str; 11] = [
    "advance",
    "advance_refund",
    "commission",
    "commission_reversal",
    "credit_note",
    "order_amendment",
    "order_cancellation",
    "sales_invoice",
    "sales_order",
    "stock_issue",
    "stock_return",
];

/// When the visit is to be, and when it is instead.
pub(super) struct Times {
    first: String,
    second: String,
}

/// Has the sample's service ask for a deposit, and finds two times that are far enough off.
pub(super) async fn prepare(host: &Host) -> Times {
    let path = format!("/api/v1/services/{SERVICE}");
    let stored = host.get(&path).await;
    let tag = stored.headers["etag"].clone();
    let mut service = stored.expect(200);
    let fields = service.as_object_mut().expect("an object");
    for own in ["id", "company", "version", "updated_at"] {
        fields.remove(own);
    }
    fields.insert("deposit_percent".to_owned(), json!("30"));
    Answer::of(host.request("PUT", &path).header("If-Match", tag).json(&service)).await.expect(200);
    Times { first: host.opening(30).await, second: host.opening(40).await }
}

/// The whole of it, up to the correction; gives the appointment that took the place of the first.
pub(super) async fn tell(host: &Host, times: &Times) -> reqwest::Result<String> {
    let held = send(host, "/api/v1/appointments", "hold", &host.booking(&times.first)).await?.expect(201);
    let first = id(&held["id"]);
    let deposit = json!({ "amount": held["quote"]["deposit"], "reference": "transfer 1" });
    command(host, &first, "pay-deposit", &deposit).await?;
    let elsewhen = json!({ "start": times.second, "reason": "the customer is away" });
    let moved = command(host, &first, "reschedule", &elsewhen).await?;
    let visit = id(&moved["successor"]);
    for done in ["start", "complete"] {
        command(host, &visit, done, &json!({})).await?;
    }
    let correction = json!({ "to": "cancelled", "reason": "it was entered for the wrong customer" });
    command(host, &visit, "correct", &correction).await?;
    Ok(visit)
}

/// Sees that the books hold one document of every kind, and that they and the host agree on them.
pub(super) async fn told(host: &Host, visit: &str, name: &str) {
    let documents = host.documents(visit).await;
    assert_eq!(kinds(&documents), EVERY_KIND, "{name}");
    let total = |kind: &str| {
        let found = documents.iter().find(|document| document["kind"] == kind).expect("it stands");
        found["total"].clone()
    };
    for (counter, original) in [
        ("credit_note", "sales_invoice"),
        ("advance_refund", "advance"),
        ("commission_reversal", "commission"),
    ] {
        assert_eq!(total(counter), total(original), "{name}: {counter}");
    }
    let days = reconcile::days(host, visit).await;
    let run = reconcile::compared(host, &days).await;
    assert_eq!(run["compared"], EVERY_KIND.len(), "{name}: {run}");
    let listed = host.get("/api/v1/deliveries?limit=200").await.expect(200);
    let items = listed["items"].as_array().expect("a list");
    let keys: Vec<&str> = items.iter().filter_map(|delivery| delivery["key"].as_str()).collect();
    let mut found = reconcile::open(host).await;
    // The other hosts' documents are strangers to this one.
    found.retain(|finding| finding["subject"].as_str().is_some_and(|key| keys.contains(&key)));
    assert_eq!(found, Vec::<Value>::new(), "{name}: the books hold something else");
}

async fn command(host: &Host, id: &str, command: &str, body: &Value) -> reqwest::Result<Value> {
    let path = format!("/api/v1/appointments/{id}/{command}");
    Ok(send(host, &path, command, body).await?.expect(200))
}

async fn send(host: &Host, path: &str, key: &str, body: &Value) -> reqwest::Result<Answer> {
    Answer::try_of(host.request("POST", path).header("Idempotency-Key", key).json(body)).await
}

fn id(of: &Value) -> String {
    of.as_str().unwrap_or_else(|| panic!("no id: {of}")).to_owned()
}
