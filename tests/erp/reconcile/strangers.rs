//! What others did in the books: documents that nobody here asked for, and changes of ours.

use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger_erp::{Body, OrderAmendment, OrderCancellation};

use super::{around, books, by_others, compared, invoice, key, line, open, order, ordered, party, told};
use crate::support::{Answer, Host, kinds};

#[tokio::test]
async fn an_invoice_that_nobody_asked_for_is_countered_once() {
    let host = Host::on_ledger();
    let books = books(&host).await;
    let (today, days) = around();
    by_others(&books, "lost/1/invoice", today, invoice()).await;
    compared(&host, &days).await;
    let found = open(&host).await;
    assert_eq!(told(&found), [("stranger", "lost/1/invoice")]);
    assert_eq!(found[0]["repairs"], json!(["credit", "accept"]));

    let path = format!("/api/v1/reconciliation/{}/repair", found[0]["id"]);
    let credit = json!({ "repair": "credit", "reason": "of a store that is lost" });
    let credited = || Answer::of(host.request("POST", &path).header("Idempotency-Key", "c-1").json(&credit));
    let first = credited().await.expect(200);
    assert_eq!(first["state"], "repaired");
    assert_eq!(credited().await.expect(200), first, "the same request");
    host.post(&path, &credit).await.problem(409, "SL0508");
    let run = compared(&host, &days).await;
    assert_eq!(run["listed"], 2, "the invoice and its credit note: {run}");
    assert_eq!(open(&host).await, Vec::<Value>::new(), "the pair adds up to nothing");
    let journal = host.ledger(&["trial-balance"]);
    let revenue = journal.lines().find(|line| line.contains("4100")).expect("it was touched");
    let sums: Vec<&str> = revenue.split_whitespace().rev().take(2).collect();
    assert_eq!(sums[0], sums[1], "{journal}");
}

#[tokio::test]
async fn what_was_changed_or_withdrawn_in_the_books_is_found() {
    let host = Host::on_ledger();
    let books = books(&host).await;
    let (today, days) = around();
    let mut orders = Vec::new();
    for n in 0..2 {
        let booking = host.booking(&host.opening(n * 3).await);
        let held = host.post("/api/v1/appointments", &booking).await.expect(201);
        let id = held["id"].as_str().expect("an id");
        host.command(id, "confirm").await.expect(200);
        assert_eq!(kinds(&host.documents(id).await), ["sales_order"]);
        let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
        orders.push(listed["items"][0]["key"].as_str().expect("a key").to_owned());
    }
    let amendment = OrderAmendment {
        order: key(&orders[0]),
        provider: party("OTHER-P"),
        lines: vec![line(71)],
        start: SystemClock.now(),
        end: SystemClock.now(),
        reason: "by telephone".to_owned(),
    };
    by_others(&books, "lost/2/amend", today, Body::OrderAmendment(amendment)).await;
    let cancel = |order: &str| {
        Body::OrderCancellation(OrderCancellation { order: key(order), reason: "by telephone".to_owned() })
    };
    by_others(&books, "lost/3/cancel", today, cancel(&orders[1])).await;
    // An order of others, and one that they have cancelled since.
    by_others(&books, "lost/4/order", today, order()).await;
    by_others(&books, "lost/5/order", today, order()).await;
    by_others(&books, "lost/5/cancel", today, cancel("lost/5/order")).await;

    compared(&host, &days).await;
    let found = open(&host).await;
    let all = told(&found);
    assert!(all.contains(&("drifted", &orders[0])) && all.contains(&("withdrawn", &orders[1])), "{all:?}");
    assert!(all.contains(&("stranger", "lost/4/order")), "{all:?}");
    assert!(all.iter().all(|(_, subject)| *subject != "lost/5/order"), "it has no effect: {all:?}");
    for finding in &found {
        let repairs = match finding["kind"].as_str() {
            Some("drifted") => json!(["resend", "accept"]),
            Some("withdrawn") => json!(["adopt", "accept"]),
            _ => json!(["accept"]),
        };
        assert_eq!(finding["repairs"], repairs, "{finding}");
        assert!(finding["advice"].as_str().is_some_and(|advice| advice.len() > 40), "{finding}");
        let accept = json!({ "repair": "accept", "reason": "agreed by telephone" });
        host.post(&format!("/api/v1/reconciliation/{}/repair", finding["id"]), &accept).await.expect(200);
    }
    compared(&host, &days).await;
    assert_eq!(open(&host).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_order_that_was_withdrawn_by_hand_is_replaced_by_one_that_a_person_names() {
    let host = Host::on_ledger();
    let books = books(&host).await;
    let (_, key_of_order) = ordered(&host).await;
    let (today, days) = around();
    let reason = "by telephone".to_owned();
    let withdrawal = OrderCancellation { order: key(&key_of_order), reason };
    by_others(&books, "lost/3/cancel", today, Body::OrderCancellation(withdrawal)).await;
    compared(&host, &days).await;
    let found = open(&host).await;
    assert_eq!(told(&found), [("withdrawn", key_of_order.as_str())]);
    assert_eq!(found[0]["repairs"], json!(["adopt", "accept"]));
    let path = format!("/api/v1/reconciliation/{}/repair", found[0]["id"]);
    host.post(&path, &json!({ "repair": "resend" })).await.problem(409, "SL0508");
    host.post(&path, &json!({ "repair": "adopt" })).await.problem(422, "SL0105");
}
