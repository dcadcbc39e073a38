//! The customer portal in a real browser.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger::store::Accounts;
use slotledger::store::sqlite::Sqlite;

use super::run;
use crate::support::{COMPANY, Host, SERVICE, id};

/// The sample company with its portal open, a service that asks for a deposit besides, and a company without a portal.
async fn opened(step: &str) -> (Host, String, String) {
    let port = free_port();
    let mut host = Host::not_started();
    let embed = format!("\n[portal]\nembed_from = [\"http://localhost:{port}\"]\n");
    let config = std::fs::read_to_string(host.config()).expect("init wrote it") + &embed;
    std::fs::write(host.config(), config).expect("it can be written");
    host.start(&[]);
    let (greeting, payment) = if step == "deutsch" {
        (
            "Heizung und Kühlung in Berlin und Potsdam. Wir kommen zu Ihnen.",
            "Überweisen Sie an DE02 1203 0000 0000 2020 51.",
        )
    } else {
        (
            "Heating and cooling, kept running. We come to you in Berlin and Potsdam.",
            "Transfer it to DE02 1203 0000 0000 2020 51, Brightwater Services.",
        )
    };
    let mut portal = json!({ "open": true, "greeting": greeting, "payment": payment });
    if step == "themed" {
        portal["accent"] = json!("#ffcc00");
        portal["logo"] = json!("https://cdn.example/logo.svg");
        portal["corners"] = json!("round");
    }
    host.change_company(&json!({ "portal": portal })).await;
    let mut service: Value = host.get(&format!("/api/v1/services/{SERVICE}")).await.expect(200);
    service["name"] = json!("Cooling system inspection");
    service["company"] = json!(COMPANY);
    service["deposit_percent"] = json!("30");
    service["duration_minutes"] = json!(90);
    for field in ["id", "version", "updated_at"] {
        service.as_object_mut().expect("a service").remove(field);
    }
    host.post("/api/v1/services", &service).await.expect(201);
    let other = json!({ "name": "Another", "currency": "EUR", "time_zone": "UTC" });
    let other: Value = host.post("/api/v1/companies", &other).await.expect(201);
    let other = id(&other);
    (host, other, port.to_string())
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn visit(step: &str) {
    let (host, other, port) = opened(step).await;
    run(&host, "portal.mjs", &[("COMPANY", COMPANY), ("SECOND", &other), ("PORT", &port)], &[step]).await;
}

#[tokio::test]
async fn a_customer_books_confirms_moves_and_cancels() {
    visit("path").await;
}

#[tokio::test]
async fn a_customer_needs_no_script() {
    visit("plain").await;
}

#[tokio::test]
async fn a_customer_books_in_german() {
    visit("german").await;
}

#[tokio::test]
async fn german_pages_are_german() {
    visit("deutsch").await;
}

#[tokio::test]
async fn a_companys_colours_can_be_read() {
    visit("themed").await;
}

#[tokio::test]
async fn a_customer_books_within_another_site() {
    visit("embed").await;
}

#[tokio::test]
async fn a_customer_elsewhere_sees_their_own_time() {
    visit("elsewhere").await;
}

#[tokio::test]
async fn of_two_customers_who_want_one_time_one_gets_it() {
    visit("race").await;
}

#[tokio::test]
async fn script_that_a_customer_types_stays_text() {
    visit("text").await;
}

/// A link to accept an appointment that ends so many seconds from now. No host makes one that has ended, so it is signed here,
/// with what the host keeps.
async fn link(host: &Host, appointment: &str, seconds: i64) -> String {
    let store = Sqlite::open(&host.directory().join("slotledger.sqlite")).await.expect("the host's store");
    let now = SystemClock.now();
    let secret = store.secret("links", &[0; 32], now).await.expect("a secret");
    let said = json!({ "purpose": "accept", "appointment": appointment, "revision": 1,
        "expires": now.timestamp() + seconds })
    .to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    let mark = hmac::sign(&key, format!("slotledger link 1\n{said}").as_bytes());
    format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(&said), BASE64_URL_SAFE_NO_PAD.encode(mark))
}

/// Scenario 24 of the domain, with a link that has ended.
#[tokio::test]
async fn a_link_that_has_ended_says_so_and_nothing_else() {
    let (host, _, _) = opened("ended").await;
    let held = host.hold().await;
    let ended = link(&host, &id(&held), -60).await;
    run(&host, "portal.mjs", &[("COMPANY", COMPANY), ("ENDED", &ended)], &["ended"]).await;
    // It is the end alone that keeps it out, and nothing was done.
    let good = link(&host, &id(&held), 600).await;
    let shown = host.post("/api/v1/links/read", &json!({ "token": good })).await.expect(200);
    assert_eq!(shown["status"], "open");
}

#[tokio::test]
async fn what_is_shut_stays_shut() {
    visit("shut").await;
}
