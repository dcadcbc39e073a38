//! A second document with the key of one of ours: taken back as an accountant does it, never deleted.

use serde_json::{Value, json};
use slotledger_tryton_server::Server;

use super::{around, compared, open, told, visit};
use crate::erp::tryton::{self, call};
use crate::support::{Answer, Host};

/// The keys of a visit's documents, by their kinds.
async fn keys(host: &Host, id: &str) -> Vec<(String, String)> {
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    let items = listed["items"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    items.map(|delivery| (text(&delivery["kind"]), text(&delivery["key"]))).collect()
}

fn key<'a>(keys: &'a [(String, String)], kind: &str) -> &'a str {
    keys.iter().find(|(known, _)| known == kind).map(|(_, key)| key.as_str()).expect("a key")
}

/// What a person does in Tryton who copies a document, its reference included, and carries the copy through.
async fn copy(server: &Server, (model, key): (&str, &str), buttons: &[&str]) -> i64 {
    let found = call(server, &format!("{model}.search"), json!([[["reference", "=", key]]])).await;
    let copied = call(server, &format!("{model}.copy"), json!([found, { "reference": key }])).await;
    for button in buttons {
        call(server, &format!("{model}.{button}"), json!([copied])).await;
    }
    copied[0].as_i64().expect("a number")
}

/// What fields of some records say.
async fn read(server: &Server, model: &str, domain: Value, fields: &[&str]) -> Vec<Value> {
    let params = json!([domain, 0, 50, [["id", "ASC"]], fields]);
    let found = call(server, &format!("{model}.search_read"), params).await;
    found.as_array().expect("a list").clone()
}

async fn credited(host: &Host, finding: &Value) -> Answer {
    let path = format!("/api/v1/reconciliation/{}/repair", finding["id"]);
    host.post(&path, &json!({ "repair": "credit", "reason": "posted twice by hand" })).await
}

#[tokio::test]
async fn what_was_doubled_in_tryton_is_taken_back_and_the_first_one_stays() {
    let server = tryton::server();
    let host = Host::on_tryton(&server);
    let id = visit(&host).await;
    let keys = keys(&host, &id).await;
    let (order, invoice, issue) =
        (key(&keys, "sales_order"), key(&keys, "sales_invoice"), key(&keys, "stock_issue"));
    let sale = copy(&server, ("sale.sale", order), &["quote"]).await;
    let twin = copy(&server, ("account.invoice", invoice), &["post"]).await;
    let moved = copy(&server, ("stock.shipment.internal", issue), &["wait", "assign_try", "do"]).await;
    let (_, days) = around();
    compared(&host, &days).await;
    let found = open(&host).await;
    // What the second invoice earned counts with the first one's, for as long as they have one key.
    let earned = key(&keys, "commission");
    let all = [("doubled", order), ("doubled", invoice), ("doubled", issue), ("drifted", earned)];
    assert_eq!(told(&found), all);
    for finding in &found[..3] {
        assert_eq!(finding["repairs"], json!(["credit", "accept"]), "{finding}");
        let message = finding["message"].as_str().expect("words");
        assert!(message.ends_with(" can be taken back from here"), "{message}");
        assert_eq!(credited(&host, finding).await.expect(200)["state"], "repaired");
        credited(&host, finding).await.problem(409, "SL0508");
        let story = host.get(&format!("/api/v1/reconciliation/{}", finding["id"])).await.expect(200);
        let last = story["history"].as_array().and_then(|acts| acts.last()).expect("an act");
        assert_eq!((&last["act"], &last["reason"]), (&json!("credit"), &json!("posted twice by hand")));
    }
    let invoices =
        read(&server, "account.invoice", json!([["type", "=", "out"]]), &["state", "total_amount"]).await;
    let totals: Vec<&str> =
        invoices.iter().filter_map(|invoice| invoice["total_amount"]["decimal"].as_str()).collect();
    assert_eq!(totals, ["155.88", "155.88", "-155.88"], "{invoices:?}");
    let countered = invoices.iter().find(|invoice| invoice["id"] == twin).expect("it is there");
    assert_eq!(countered["state"], "cancelled", "as Tryton calls one that its credit note has settled");
    assert_eq!(invoices[0]["state"], "posted", "the first one is still to be paid");
    let sales = read(&server, "sale.sale", json!([["id", "=", sale]]), &["state"]).await;
    assert_eq!(sales[0]["state"], "cancelled");
    let shipments = read(&server, "stock.shipment.internal", json!([]), &["state", "reference"]).await;
    let back = format!("{issue}/surplus_{moved}/counter");
    assert_eq!(shipments.len(), 3, "{shipments:?}");
    assert!(shipments.iter().any(|shipment| shipment["reference"] == back.as_str()), "{shipments:?}");

    assert_eq!(host.documents(&id).await.len(), 4, "none of them is the visit's");
    for _ in 0..2 {
        compared(&host, &days).await;
        assert_eq!(open(&host).await, Vec::<Value>::new());
    }
    let again = read(&server, "account.invoice", json!([["type", "=", "out"]]), &["state"]).await;
    assert_eq!(again.len(), 3);
}

#[tokio::test]
async fn what_was_only_told_apart_is_found_and_taken_back_and_a_draft_is_withdrawn() {
    let server = tryton::server();
    let host = Host::on_tryton(&server);
    let id = visit(&host).await;
    let keys = keys(&host, &id).await;
    let (invoice, issue) = (key(&keys, "sales_invoice"), key(&keys, "stock_issue"));
    // As if the host had been killed after it had told them apart.
    let twin = copy(&server, ("account.invoice", invoice), &["post"]).await;
    let line = call(&server, "account.invoice.line.search", json!([[["invoice", "=", twin]]])).await;
    let apart = format!("{invoice}/surplus_{twin}");
    let note = json!({ "note": format!("{apart} apart: it carries another reference") });
    call(&server, "account.invoice.line.write", json!([[line[0]], note])).await;
    let moved = copy(&server, ("stock.shipment.internal", issue), &["wait", "assign_try", "do"]).await;
    let gone = format!("{issue}/surplus_{moved}");
    let renamed = json!({ "reference": gone });
    call(&server, "stock.shipment.internal.write", json!([[moved], renamed])).await;
    let (_, days) = around();
    compared(&host, &days).await;
    let found = open(&host).await;
    assert_eq!(told(&found), [("stranger", apart.as_str()), ("stranger", gone.as_str())]);
    for finding in &found {
        assert_eq!(finding["repairs"], json!(["credit", "accept"]), "{finding}");
        assert_eq!(credited(&host, finding).await.expect(200)["state"], "repaired");
    }
    let draft = copy(&server, ("account.invoice", invoice), &[]).await;
    compared(&host, &days).await;
    let found = open(&host).await;
    assert_eq!(told(&found), [("doubled", invoice)], "{found:?}");
    credited(&host, &found[0]).await.expect(200);
    let drafts = read(&server, "account.invoice", json!([["id", "=", draft]]), &["state", "number"]).await;
    assert_eq!((&drafts[0]["state"], &drafts[0]["number"]), (&json!("cancelled"), &Value::Null));
    compared(&host, &days).await;
    assert_eq!(open(&host).await, Vec::<Value>::new());
}
