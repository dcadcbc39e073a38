//! An order that was changed by hand is brought back.

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger_erp::{Body, Connector, Item, Line, OrderAmendment, Party, Posting};

use super::{around, books, compared, key, line, open, ordered, party};
use crate::support::{Answer, Host, erpnext};

/// Has an order changed by somebody else, who gives it one line of another price.
async fn change_by_hand(books: &dyn Connector, order: &str, provider: Party, line: Line) {
    let amendment = OrderAmendment {
        order: key(order),
        provider,
        lines: vec![line],
        start: SystemClock.now() + TimeDelta::days(2),
        end: SystemClock.now() + TimeDelta::days(2),
        reason: "by telephone".to_owned(),
    };
    let posting = Posting {
        key: key("lost/2/amend"),
        subject: "By others".to_owned(),
        date: SystemClock.now().date_naive(),
        body: Body::OrderAmendment(amendment),
    };
    books.post(&posting).await.expect("the books take it");
}

/// Finds the order changed, brings it back, and goes on with the visit as if nothing had been.
async fn brought_back(host: &Host, visit: &str, order: &str) {
    let (_, days) = around();
    let before = host.documents(visit).await;
    compared(host, &days).await;
    let found = open(host).await;
    let found = found.iter().find(|finding| finding["subject"] == order).expect("it has changed");
    assert_eq!((&found["kind"], &found["repairs"]), (&json!("drifted"), &json!(["resend", "accept"])));
    let path = format!("/api/v1/reconciliation/{}/repair", found["id"]);
    let resend = json!({ "repair": "resend", "reason": "nobody agreed to that" });
    let repaired = || Answer::of(host.request("POST", &path).header("Idempotency-Key", "b-1").json(&resend));
    let first = repaired().await.expect(200);
    assert_eq!(first["state"], "repaired");
    assert_eq!(repaired().await.expect(200), first, "the same request");
    host.post(&path, &resend).await.problem(409, "SL0508");
    compared(host, &days).await;
    let left = open(host).await;
    let of_ours = |finding: &&Value| finding["subject"].as_str().is_some_and(|key| key.starts_with(order));
    assert_eq!(left.iter().find(of_ours), None, "it is as it was, and what brought it back is known");
    let after = host.documents(visit).await;
    assert_ne!(before[0]["total"], after[0]["total"], "it had changed");
    for command in ["start", "complete"] {
        host.command(visit, command).await.expect(200);
    }
    assert_eq!(host.documents(visit).await.len(), 4);
}

#[tokio::test]
async fn an_order_that_was_changed_by_hand_is_brought_back_on_the_ledger() {
    let host = Host::on_ledger();
    let (visit, order) = ordered(&host).await;
    change_by_hand(&books(&host).await, &order, party("OTHER-P"), line(71)).await;
    brought_back(&host, &visit, &order).await;
}

#[tokio::test]
async fn an_order_that_was_changed_by_hand_is_brought_back_on_erpnext() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let (visit, order) = ordered(&host).await;
    let books = erpnext::books(&server);
    let item = Item { code: "SVC-MAINT".to_owned(), name: "Maintenance".to_owned() };
    let line = Line::new(item, "Maintenance", Decimal::TWO, 71.into());
    change_by_hand(&books, &order, party("Sam"), line).await;
    brought_back(&host, &visit, &order).await;
}
