//! The books against what was asked of them: what is gone is found, and made again.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{NaiveDate, TimeDelta};
use ring::hmac;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger::config::{Config, Erp};
use slotledger_erp::{
    Body, Connector, Document, Finish, Invoice, Item, Key, Line, Order, OrderAmendment, OrderCancellation,
    Party, Posting,
};
use slotledger_ledger::Ledger;

use crate::support::{Answer, COMPANY, Host, erpnext, id, kinds, run};

/// A completed visit, whose four documents stand.
async fn visit(host: &Host) -> String {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    assert_eq!(host.documents(&id).await.len(), 4);
    id
}

/// The days that the documents of a visit belong to.
pub(super) async fn days(host: &Host, id: &str) -> (String, String) {
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    let items = listed["items"].as_array().expect("a list");
    let mut days: Vec<&str> = items.iter().filter_map(|delivery| delivery["date"].as_str()).collect();
    days.sort_unstable();
    (days[0].to_owned(), days[days.len() - 1].to_owned())
}

/// Asks for a comparison, and waits until a host has made it.
pub(super) async fn compared(host: &Host, (from, to): &(String, String)) -> Value {
    let span = json!({ "company": COMPANY, "from": from, "to": to });
    let asked = host.post("/api/v1/reconciliation", &span).await.expect(202);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let runs = host.get("/api/v1/reconciliation/runs").await.expect(200);
        let items = runs["items"].as_array().expect("a list");
        let run = items.iter().find(|run| run["id"] == asked["id"]).expect("it is listed");
        if run["state"] == "done" {
            return run.clone();
        }
        assert!(run["state"] != "failed" && Instant::now() < deadline, "{run}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub(super) async fn open(host: &Host) -> Vec<Value> {
    let found = host.get("/api/v1/reconciliation?state=open").await.expect(200);
    let items = found["items"].as_array().expect("a list").iter();
    items.filter(|finding| finding["information"] == false).cloned().collect()
}

/// Empties the books, as restoring an old backup would.
fn lose_books(directory: &Path) {
    for file in ["books.sqlite", "books.sqlite-wal", "books.sqlite-shm"] {
        let path = directory.join(file);
        if path.exists() {
            std::fs::remove_file(path).expect("it can be removed");
        }
    }
}

#[tokio::test]
async fn what_is_gone_from_the_books_is_found_and_made_again() {
    let mut host = Host::on_ledger();
    let id = visit(&host).await;
    let days = days(&host, &id).await;
    let run = compared(&host, &days).await;
    assert_eq!(run["compared"], 4, "{run}");
    assert_eq!(open(&host).await, Vec::<Value>::new());

    host.kill();
    lose_books(host.directory());
    host.start(&[]);
    compared(&host, &days).await;
    let found = open(&host).await;
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|finding| finding["kind"] == "missing"), "{found:?}");
    assert_eq!(found[0]["repairs"], json!(["resend", "adopt", "accept"]));
    compared(&host, &days).await;
    assert_eq!(open(&host).await.len(), 4, "each once, however often it is seen");

    let path = |finding: &Value| format!("/api/v1/reconciliation/{}", finding["id"]);
    let stock =
        found.iter().find(|finding| finding["subject"].as_str().is_some_and(|key| key.contains("stock")));
    for finding in &found {
        if Some(finding) == stock {
            let accept = json!({ "repair": "accept", "reason": "counted by hand" });
            host.post(&format!("{}/repair", path(finding)), &accept).await.expect(200);
            continue;
        }
        let resend = json!({ "repair": "resend", "reason": "the backup was old" });
        host.post(&format!("{}/repair", path(finding)), &resend).await.expect(200);
        host.post(&format!("{}/repair", path(finding)), &resend).await.problem(409, "SL0508");
    }
    let story = host.get(&path(&found[0])).await.expect(200);
    let acts: Vec<&str> =
        story["history"].as_array().expect("a list").iter().filter_map(|act| act["act"].as_str()).collect();
    assert_eq!(acts, ["found", "resend"]);
    let standing = host.documents(&id).await;
    assert_eq!(kinds(&standing), ["commission", "sales_invoice", "sales_order"]);
    compared(&host, &days).await;
    assert_eq!(open(&host).await, Vec::<Value>::new(), "what was accepted is not found again");
}

#[tokio::test]
async fn the_command_line_compares_and_repairs() {
    let mut host = Host::on_ledger();
    let id = visit(&host).await;
    let (from, to) = days(&host, &id).await;
    let config = host.directory().join("slotledger.toml");
    let config = config.to_str().expect("text").to_owned();
    let reconcile = |more: &[&str]| {
        run(&[&["reconcile", "--config", &config, "--from", &from, "--to", &to, "--by", "ana"], more]
            .concat())
    };
    let told = reconcile(&[]).expect("nothing differs");
    assert!(told.contains("4 documents compared") && told.contains("Everything stands"), "{told}");
    host.kill();
    lose_books(host.directory());
    assert!(reconcile(&[]).is_err(), "its exit status tells");
    host.start(&[]);
    for finding in open(&host).await {
        reconcile(&["--apply", &finding["id"].to_string(), "--with", "resend"]).expect("it is gone");
    }
    // The new books have nothing in stock.
    assert_eq!(host.parked(&id).await["kind"], "stock_issue");
    let span = json!({ "company": COMPANY, "from": to, "to": "1999-01-01" });
    host.post("/api/v1/reconciliation", &span).await.problem(422, "SL0105");
}

/// The host's books, in the hands of somebody else.
async fn books(host: &Host) -> Ledger {
    let config = Config::load(&host.directory().join("slotledger.toml")).expect("a configuration");
    let Some(Erp::Ledger(settings)) = config.erp.get("ledger") else { panic!("the books are built in") };
    slotledger::connections::ledger("ledger", settings).await.expect("they can be opened")
}

/// Posts what nobody asked the host for.
async fn by_others(books: &Ledger, key: &str, date: NaiveDate, body: Body) -> Document {
    let posting = Posting { key: self::key(key), subject: "By others".to_owned(), date, body };
    books.post(&posting).await.expect("the books take it").document
}

fn key(text: &str) -> Key {
    Key::parse(text).expect("a key")
}

fn party(code: &str) -> Party {
    Party { code: code.to_owned(), name: code.to_owned(), email: None, phone: None, address: None }
}

fn line(price: u32) -> Line {
    let item = Item { code: "OTHER".to_owned(), name: "Other".to_owned() };
    Line::new(item, "Other", Decimal::ONE, price.into())
}

fn invoice() -> Body {
    Body::SalesInvoice(Invoice {
        order: None,
        customer: party("OTHER"),
        currency: "EUR".to_owned(),
        lines: vec![line(70)],
        finish: Finish::Posted,
        earners: Vec::new(),
        advances: Vec::new(),
    })
}

fn order() -> Body {
    Body::SalesOrder(Order {
        customer: party("OTHER"),
        provider: party("OTHER-P"),
        currency: "EUR".to_owned(),
        lines: vec![line(70)],
        start: SystemClock.now(),
        end: SystemClock.now(),
        commission_percent: Decimal::ZERO,
    })
}

/// Today and some days around it.
fn around() -> (NaiveDate, (String, String)) {
    let today = SystemClock.now().date_naive();
    (today, ((today - TimeDelta::days(20)).to_string(), (today + TimeDelta::days(20)).to_string()))
}

fn told(findings: &[Value]) -> Vec<(&str, &str)> {
    let text = |value| Value::as_str(value).expect("text");
    findings.iter().map(|finding| (text(&finding["kind"]), text(&finding["subject"]))).collect()
}

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

/// A confirmed visit's order, by its key.
async fn ordered(host: &Host) -> (String, String) {
    let id = id(&host.hold().await);
    host.command(&id, "confirm").await.expect(200);
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    (id, listed["items"][0]["key"].as_str().expect("a key").to_owned())
}

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

#[tokio::test]
async fn a_signed_notice_has_its_document_compared() {
    let mut host = Host::on_ledger();
    let id = visit(&host).await;
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    let key = listed["items"][0]["key"].as_str().expect("a key").to_owned();
    host.kill();
    let config = host.directory().join("slotledger.toml");
    let written = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{written}\n[notices.ledger]\nsecret_env = \"NOTICES\"\n"))
        .expect("it can be written");
    lose_books(host.directory());
    host.start(&[("NOTICES", "s3cret")]);

    let body = json!({ "doc": { "slotledger_key": key } }).to_string();
    let signature = |secret: &[u8]| {
        BASE64_STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body.as_bytes()))
    };
    let notice = |signature: String| {
        let request = host.request("POST", "/api/v1/connections/ledger/notices");
        Answer::of(request.header("X-Frappe-Webhook-Signature", signature).body(body.clone()))
    };
    notice(signature(b"another")).await.problem(401, "SL0118");
    assert_eq!(notice(signature(b"s3cret")).await.expect(202), json!({ "noted": true }));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let found = open(&host).await;
        if !found.is_empty() {
            assert_eq!(told(&found), [("missing", key.as_str())]);
            break;
        }
        assert!(Instant::now() < deadline, "nothing was compared");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let runs = host.get("/api/v1/reconciliation/runs").await.expect(200);
    assert_eq!((&runs["items"][0]["key"], &runs["items"][0]["by"]), (&json!(key), &json!("ledger")));
}

#[tokio::test]
async fn every_night_the_last_days_are_compared_once_by_one_host() {
    let mut host = Host::not_started();
    let books = books(&host).await;
    let day = SystemClock.now().date_naive() - TimeDelta::days(3);
    by_others(&books, "lost/7/invoice", day, invoice()).await;
    // Whatever the hour is where the company is, its night has come.
    let night = [("SLOTLEDGER__RECONCILIATION__HOUR", "0")];
    host.start(&night);
    let twin = host.twin();
    let deadline = Instant::now() + Duration::from_secs(90);
    // To its end: one that is broken off is taken up again only when its lease is over.
    while looked_by_night(&twin).await != [json!("done")] {
        assert!(Instant::now() < deadline, "nobody looks");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let found = open(&twin).await;
    assert_eq!(told(&found), [("stranger", "lost/7/invoice")]);
    host.kill();
    host.start(&night);
    // It asks for the night when it starts: by the time that it has done a look, it has asked.
    let (_, days) = around();
    compared(&host, &days).await;
    assert_eq!(looked_by_night(&host).await, [json!("done")]);
}

/// How the nightly looks stand.
async fn looked_by_night(host: &Host) -> Vec<Value> {
    let runs = host.get("/api/v1/reconciliation/runs").await.expect(200);
    let nightly = runs["items"].as_array().expect("a list").iter().filter(|run| run["nightly"] == true);
    let states = nightly.map(|run| {
        assert_eq!(run["by"], "night", "{run}");
        run["state"].clone()
    });
    states.collect()
}

#[tokio::test]
async fn a_comparison_is_asked_for_once_with_a_key_and_a_company_keeps_its_books() {
    let host = Host::on_ledger();
    let (_, (from, to)) = around();
    let span = json!({ "company": COMPANY, "from": from, "to": to });
    let asked = || {
        Answer::of(
            host.request("POST", "/api/v1/reconciliation").header("Idempotency-Key", "r-1").json(&span),
        )
    };
    let first = asked().await.expect(202);
    assert_eq!(asked().await.expect(202), first, "once");
    let runs = host.get("/api/v1/reconciliation/runs").await.expect(200);
    let runs = runs["items"].as_array().expect("a list");
    // A host that starts also asks for the night's.
    assert_eq!(runs.iter().filter(|run| run["nightly"] == false).count(), 1, "{runs:?}");

    let path = format!("/api/v1/companies/{COMPANY}");
    let stored = host.get(&path).await;
    let tag = stored.headers["etag"].clone();
    let mut company = stored.expect(200);
    let fields = company.as_object_mut().expect("an object");
    for own in ["id", "company", "version", "updated_at"] {
        fields.remove(own);
    }
    fields.insert("erp".to_owned(), json!("elsewhere"));
    visit(&host).await;
    Answer::of(host.request("PUT", &path).header("If-Match", tag).json(&company))
        .await
        .problem(422, "SL0509");
}
