//! The books against what was asked of them. What all of it shares: a visit whose documents stand, books in the hands of
//! somebody else, and looking.

mod doubled;
mod gone;
mod looks;
mod orders;
mod pages;
mod strangers;

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, TimeDelta};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger::config::{Config, Erp};
use slotledger_erp::{Body, Connector, Document, Finish, Invoice, Item, Key, Line, Order, Party, Posting};
use slotledger_ledger::Ledger;

use crate::support::{COMPANY, Host, id, kinds};

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

/// A confirmed visit's order, by its key.
async fn ordered(host: &Host) -> (String, String) {
    let id = id(&host.hold().await);
    host.command(&id, "confirm").await.expect(200);
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    (id, listed["items"][0]["key"].as_str().expect("a key").to_owned())
}
