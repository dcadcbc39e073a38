//! The customer portal in a real browser.

use serde_json::{Value, json};

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

#[tokio::test]
async fn what_is_shut_stays_shut() {
    visit("shut").await;
}
