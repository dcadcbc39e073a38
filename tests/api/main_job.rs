//! Book, confirm, complete: the documents stand in the books, once each.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Host, kinds};

/// The documents of a completed visit.
const FOUR: [&str; 4] = ["commission", "sales_invoice", "sales_order", "stock_issue"];

async fn completed(host: &Host) -> String {
    let held = host.hold().await;
    assert_eq!(held["status"], "open");
    let id = held["id"].as_str().expect("an id").to_owned();
    for (command, status) in [("confirm", "confirmed"), ("start", "in_progress"), ("complete", "completed")] {
        let after = host.command(&id, command).await.expect(200);
        assert_eq!(after["status"], status);
    }
    id
}

#[tokio::test]
async fn a_completed_visit_has_four_documents() {
    let host = Host::on_ledger();
    let id = completed(&host).await;
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), FOUR);
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).expect("it stands");
    assert_eq!(of("sales_order")["state"], "submitted");
    assert_eq!(of("sales_invoice")["state"], "posted");
    assert_eq!(of("sales_invoice")["net"], "129.90");
    assert_eq!(of("sales_invoice")["tax"], "25.98");
    assert_eq!(of("sales_invoice")["total"], "155.88");
    assert_eq!(of("sales_order")["total"], of("sales_invoice")["total"]);
    assert_eq!(of("stock_issue")["net"], "7.50");
    assert_eq!(of("commission")["net"], "12.99");
    let keys: BTreeSet<String> = documents.iter().map(|document| document["key"].to_string()).collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn the_trail_tells_what_happened_and_what_decided_it() {
    let host = Host::on_ledger();
    let id = completed(&host).await;
    let trail = host.get(&format!("/api/v1/appointments/{id}/events")).await.expect(200);
    let items = trail["items"].as_array().expect("a list");
    let statuses: Vec<&str> = items.iter().filter_map(|event| event["to"].as_str()).collect();
    assert_eq!(statuses, ["open", "confirmed", "in_progress", "completed"]);
    let rules = host.get("/api/v1/rules").await.expect(200);
    assert!(items.iter().all(|event| event["rules_digest"] == rules["digest"]));
}

#[tokio::test]
async fn a_repeated_command_is_refused_and_changes_nothing() {
    let host = Host::on_ledger();
    let id = completed(&host).await;
    let before = host.documents(&id).await;
    let answers = futures::future::join_all((0..50).map(|_| host.command(&id, "complete"))).await;
    assert!(answers.iter().all(|answer| answer.status == 409), "{answers:?}");
    assert_eq!(host.documents(&id).await, before);
}

#[tokio::test]
async fn of_fifty_confirmations_at_once_one_counts() {
    let host = Host::on_ledger();
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    let answers = futures::future::join_all((0..50).map(|_| host.command(&id, "confirm"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
}

#[tokio::test]
async fn an_idempotency_key_gives_the_same_answer_again() {
    let host = Host::on_ledger();
    let start = host.opening(0).await;
    let send = |body: Value| {
        Answer::of(host.request("POST", "/api/v1/appointments").header("Idempotency-Key", "k-1").json(&body))
    };
    let first = send(host.booking(&start)).await;
    first.expect(201);
    let again = futures::future::join_all((0..20).map(|_| send(host.booking(&start)))).await;
    for answer in again {
        assert_eq!((answer.status, &answer.text), (201, &first.text));
        assert_eq!(answer.headers["idempotency-replayed"], "true");
    }
    let mut other = host.booking(&start);
    other["notes"] = json!("another body");
    assert_eq!(send(other).await.status, 422);
    let listed = host.get("/api/v1/appointments").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_cancelled_visit_withdraws_its_order() {
    let host = Host::on_ledger();
    let start = host.opening(30).await;
    let held = host.post("/api/v1/appointments", &host.booking(&start)).await.expect(201);
    let id = held["id"].as_str().expect("an id");
    host.command(id, "confirm").await.expect(200);
    let reason = json!({ "reason": "the customer moved away" });
    let cancelled = host.post(&format!("/api/v1/appointments/{id}/cancel"), &reason).await.expect(200);
    assert_eq!(cancelled["cancellation_reason"], "the customer moved away");
    let documents = host.documents(id).await;
    let order = documents.iter().find(|document| document["kind"] == "sales_order").expect("the order");
    assert_eq!(order["state"], "cancelled");
    host.post("/api/v1/appointments", &host.booking(&start)).await.expect(201);
}

#[tokio::test]
async fn a_visit_moves_to_a_time_that_overlaps_its_own() {
    let host = Host::on_ledger();
    let found = format!("/api/v1/openings?service={}&step_minutes=15&limit=500", crate::support::SERVICE);
    let found = host.get(&found).await.expect(200);
    let starts: Vec<&str> = found["openings"]
        .as_array()
        .expect("a list")
        .iter()
        .rev()
        .filter_map(|opening| opening["start"].as_str())
        .collect();
    let held = host.post("/api/v1/appointments", &host.booking(starts[0])).await.expect(201);
    let id = held["id"].as_str().expect("an id");
    host.command(id, "confirm").await.expect(200);
    let earlier = starts.iter().find(|start| **start < starts[0]).expect("an earlier start");
    let body = json!({ "start": earlier, "reason": "a quarter of an hour earlier" });
    let old = host.post(&format!("/api/v1/appointments/{id}/reschedule"), &body).await.expect(200);
    assert_eq!(old["status"], "cancelled");
    let successor = old["successor"].as_str().expect("a successor");
    let new = host.get(&format!("/api/v1/appointments/{successor}")).await.expect(200);
    assert_eq!((&new["status"], &new["predecessor"]), (&json!("confirmed"), &json!(id)));
    assert_eq!(kinds(&host.documents(successor).await), ["order_amendment", "sales_order"]);
}
