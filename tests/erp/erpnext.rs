//! The main job with the stand-in of an ERPNext for its books, connected and certified by the binary.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::reconcile;
use crate::support::erpnext::{self, MANAGER_TOKEN, bare, connect};
use crate::support::{Host, ended, kinds};

#[tokio::test]
async fn a_completed_visit_has_four_documents_in_erpnext() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).expect("it stands");
    let invoice = of("sales_invoice");
    assert_eq!(invoice["state"], "posted");
    assert_eq!((&invoice["net"], &invoice["total"]), (&"129.90".into(), &"154.58".into()));
    assert_eq!(of("commission")["net"], "12.99");

    // What the host says is what stands there.
    let [stored] = server.all("Sales Invoice").try_into().expect("one invoice");
    assert_eq!(stored["name"], invoice["number"]);
    assert_eq!((&stored["docstatus"], &stored["grand_total"]), (&1.into(), &154.58.into()));
    for doctype in ["Sales Order", "Stock Entry"] {
        assert_eq!(server.all(doctype).len(), 1, "{doctype}");
    }
}

#[tokio::test]
async fn a_visit_is_confirmed_while_erpnext_is_down_and_its_order_follows() {
    let mut server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    server.stop();
    let confirmed = host.command(&id, "confirm").await.expect(200);
    assert_eq!(confirmed["status"], "confirmed");
    super::tried(&host, &id).await;
    server.restart().expect("it starts again");
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
}

/// A visit whose invoice the site does not let us make, and whose commission waits for it.
async fn without_an_invoice(server: &erpnext::Server, host: &Host) -> (String, Value) {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start"] {
        host.command(&id, command).await.expect(200);
    }
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
    server.deny("Sales Invoice");
    host.command(&id, "complete").await.expect(200);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
        let found = listed["items"].as_array().into_iter().flatten();
        let mut parked = found.filter(|delivery| delivery["state"] == "parked");
        if let Some(invoice) = parked.find(|delivery| delivery["kind"] == "sales_invoice") {
            return (id, invoice.clone());
        }
        assert!(Instant::now() < deadline, "it is never parked: {listed}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What differs is found before the key is written: else the wrong document would count as the delivery's.
#[tokio::test]
async fn an_invoice_made_by_hand_is_compared_before_it_is_adopted() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let (id, parked) = without_an_invoice(&server, &host).await;
    let path = format!("/api/v1/deliveries/{}", parked["id"]);
    let [order] = server.all("Sales Order").try_into().expect("one order");
    let invoice = |rate: f64, currency: &str| {
        let row = json!({ "item_code": order["items"][0]["item_code"], "qty": 1, "rate": rate,
            "sales_order": order["name"], "so_detail": order["items"][0]["name"] });
        let seller = &order["sales_team"][0];
        let seller = json!({ "sales_person": seller["sales_person"],
            "allocated_percentage": seller["allocated_percentage"], "commission_rate": seller["commission_rate"] });
        let body = json!({ "sales_team": [seller], "customer": order["customer"], "company": order["company"], "currency": currency,
            "conversion_rate": 1, "taxes": order["taxes"], "docstatus": 0, "items": [row] });
        let (status, answer) = server.desk("POST", "Sales Invoice", "", body);
        assert_eq!(status, 200, "{answer}");
        answer["data"]["name"].as_str().expect("a name").to_owned()
    };
    let submit = |name: &str| {
        let (status, answer) = server.desk("PUT", "Sales Invoice", name, json!({ "docstatus": 1 }));
        assert_eq!(status, 200, "{answer}");
    };
    server.allow("Sales Invoice");
    let (wrong, right) = (invoice(100.0, "EUR"), invoice(129.9, "EUR"));
    for (name, words) in [(&wrong, "its net amount is 100"), (&right, "it is a draft")] {
        let adopt = json!({ "reference": name, "reason": "made by hand" });
        let refused = host.post(&format!("{path}/adopt"), &adopt).await.problem(409, "SL0507");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{refused}");
        let keyed =
            server.all("Sales Invoice").into_iter().filter(|invoice| !invoice["slotledger_key"].is_null());
        assert_eq!(keyed.count(), 0, "nothing was written");
        assert_eq!(host.get(&path).await.expect(200)["state"], "parked");
    }
    submit(&right);
    let adopt = json!({ "reference": right, "reason": "made by hand" });
    let adopted = host.post(&format!("{path}/adopt"), &adopt).await.expect(200);
    assert_eq!((&adopted["state"], &adopted["document"]["number"]), (&json!("done"), &json!(right)));
    assert_eq!(
        kinds(&host.documents(&id).await),
        ["commission", "sales_invoice", "sales_order", "stock_issue"]
    );
}

/// What was cancelled keeps its key for ever, and ERPNext lets nobody write on it: what a person made in its stead gets
/// the next place behind the key, with everything that belonged to the first.
#[tokio::test]
async fn an_invoice_that_replaces_a_cancelled_one_is_adopted_and_nothing_differs_any_more() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    host.documents(&id).await;
    let [first] = server.all("Sales Invoice").try_into().expect("one invoice");
    let name = first["name"].as_str().expect("a name");
    let desk = |method: &str, name: &str, body: Value| {
        let (status, answer) = server.desk(method, "Sales Invoice", name, body);
        assert_eq!(status, 200, "{answer}");
        answer["data"]["name"].as_str().expect("a name").to_owned()
    };
    desk("PUT", name, json!({ "docstatus": 2 }));
    let of = |row: &Value, fields: &[&str]| {
        let fields = fields.iter().map(|field| ((*field).to_owned(), row[*field].clone()));
        Value::Object(fields.collect())
    };
    let mut copy =
        of(&first, &["naming_series", "customer", "company", "currency", "conversion_rate", "taxes"]);
    let item = ["item_code", "qty", "rate", "sales_order", "so_detail"];
    copy["items"] = json!([of(&first["items"][0], &item)]);
    let seller = ["sales_person", "allocated_percentage", "commission_rate"];
    copy["sales_team"] = json!([of(&first["sales_team"][0], &seller)]);
    copy["set_posting_time"] = json!(1);
    for field in ["posting_date", "remarks"] {
        copy[field] = first[field].clone();
    }
    copy["amended_from"] = json!(name);
    copy["docstatus"] = json!(1);
    let second = desk("POST", "", copy);

    let span = reconcile::days(&host, &id).await;
    reconcile::compared(&host, &span).await;
    let found = reconcile::open(&host).await;
    let withdrawn: Vec<&Value> = found.iter().map(|finding| &finding["kind"]).collect();
    assert_eq!(withdrawn, ["withdrawn", "withdrawn"], "the invoice, and the commission on it: {found:?}");
    let invoice = found.iter().find(|finding| finding["details"]["was"]["kind"] == "sales_invoice");
    let path = format!("/api/v1/reconciliation/{}/repair", invoice.expect("it is found")["id"]);
    let adopt = |reference: &str| json!({ "repair": "adopt", "reference": reference, "reason": "amended" });
    host.post(&path, &adopt(name)).await.problem(502, "SL0503");
    let adopted = host.post(&path, &adopt(&second)).await.expect(200);
    assert_eq!(adopted["state"], "repaired");
    reconcile::compared(&host, &span).await;
    assert_eq!(reconcile::open(&host).await, Vec::<Value>::new());
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let invoice = documents.iter().find(|document| document["kind"] == "sales_invoice");
    assert_eq!(invoice.expect("it stands")["number"], second);

    // What comes after builds on it.
    let correct = json!({ "to": "cancelled", "reason": "the wrong customer" });
    host.post(&format!("/api/v1/appointments/{id}/correct"), &correct).await.expect(200);
    host.documents(&id).await;
    let notes: Vec<Value> =
        server.all("Sales Invoice").into_iter().filter(|invoice| invoice["is_return"] == 1).collect();
    assert_eq!((notes.len(), &notes[0]["return_against"]), (1, &json!(second)));
}

#[test]
fn a_site_is_looked_at_then_connected_and_connected_again() {
    let server = bare();
    let looked = connect(&server, &[]);
    assert_eq!(looked.status, Some(2), "something is missing: {looked:?}");
    assert!(looked.printed.contains("`slotledger connect erpnext --apply` makes them"), "{looked:?}");
    let fields = |server: &erpnext::Server| server.all("Custom Field").len();
    assert_eq!(connect(&server, &["--dry-run"]).printed, looked.printed, "it is what happens without it");
    let both = connect(&server, &["--dry-run", "--apply"]);
    assert!(both.complained.contains("cannot be used with"), "{both:?}");
    assert_eq!(fields(&server), 0, "looking changes nothing");

    let applied = connect(&server, &["--apply"]);
    assert_eq!(applied.status, Some(0), "{applied:?}");
    assert!(applied.printed.lines().any(|line| line.starts_with("made ")), "{applied:?}");
    assert!(applied.printed.contains("«erpnext» is ready."), "{applied:?}");

    let made: Vec<Value> = server.all("Custom Field");
    assert!(!made.is_empty());
    for again in [connect(&server, &["--apply"]), connect(&server, &[])] {
        assert_eq!(again.status, Some(0), "{again:?}");
        assert!(!again.printed.lines().any(|line| line.starts_with("made ")), "{again:?}");
        assert_eq!(server.all("Custom Field"), made, "repeating it changes nothing");
    }
}

#[test]
fn erpnext_is_certified() {
    let server = bare();
    let url = server.url();
    let ended = ended(&["erp", "certify", "--erp", "erpnext", "--url", &url, "--token-env", MANAGER_TOKEN]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.printed.contains("This makes documents in Slotledger Demo."), "{}", ended.printed);
    assert!(ended.printed.contains(" held, 0 did not"), "{}", ended.printed);
    assert!(!ended.printed.contains("NOT HELD"), "{}", ended.printed);
}
