//! A page of somebody else where the ERP should be: the connection waits as if the ERP were down, nothing is parked, and
//! when the ERP is back everything goes out by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::{Value, json};
use slotledger_fault_proxy::{Fault, Proxy};

use super::tryton;
use crate::support::erpnext::{self, stored};
use crate::support::{Host, id, kinds};

/// More than fail before a connection is left alone.
const VISITS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(60);

const fn page(status: u16, headers: &'static str, body: &'static str) -> Fault {
    Fault::Instead { forwarded: false, status, headers, body }
}

/// What stands before the ERP, and what a person reads of it.
const PAGES: [(Fault, &str); 4] = [
    (page(200, "Content-Type: text/html\r\n", "<!DOCTYPE html><title>Sign in</title>"), "HTTP 200: Sign in"),
    (page(302, "Location: https://login.example/\r\n", ""), "HTTP 302"),
    (page(404, "Content-Type: text/html\r\n", "<h1>No such site</h1>"), "HTTP 404: No such site"),
    (page(200, "Content-Type: application/json\r\n", r#"{"status":"maintenance"}"#), "maintenance"),
];

#[tokio::test]
async fn a_page_before_erpnext_is_waited_out() {
    let server = erpnext::server();
    let server = &server;
    let waited = PAGES.map(|(fault, words)| async move {
        let (line, away) = line(&server.url(), fault);
        let host = Host::on_erpnext_at(line.url()).await;
        for visit in wait_out(&host, "erpnext", &away, words).await {
            assert_eq!(stored(server, &visit).len(), 1, "{words}");
        }
    });
    futures::stream::iter(waited).buffer_unordered(PAGES.len()).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_page_before_tryton_is_waited_out() {
    let server = tryton::server();
    let url = server.url();
    let waited = PAGES.into_iter().take(2).map(|(fault, words)| {
        let (line, away) = line(&url, fault);
        async move {
            let host = Host::on_tryton_at(line.url());
            wait_out(&host, "tryton", &away, words).await;
        }
    });
    futures::stream::iter(waited).buffer_unordered(2).collect::<Vec<()>>().await;
}

/// A line on which something else answers, as long as the flag says so.
fn line(upstream: &str, fault: Fault) -> (Proxy, Arc<AtomicBool>) {
    let away = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&away);
    let judge = move |_: &_| if told.load(Ordering::SeqCst) { fault } else { Fault::None };
    (Proxy::to(upstream, judge).expect("a line"), away)
}

/// Confirms visits while something else answers, sees the connection left alone, lets the ERP answer again, and gives
/// the visits, each of which has its order.
async fn wait_out(host: &Host, name: &str, away: &AtomicBool, words: &str) -> Vec<String> {
    let mut visits = Vec::new();
    for _ in 0..VISITS {
        let held = host.hold().await;
        host.command(&id(&held), "confirm").await.expect(200);
        visits.push(id(&held));
    }
    let left_alone = until(host, name, |connection| connection["state"] == "open").await;
    assert_eq!((&left_alone["parked"], &left_alone["pending"]), (&json!(0), &json!(VISITS)), "{left_alone}");
    let message = left_alone["message"].as_str().unwrap_or_default();
    assert!(message.contains(words) && message.contains("check the address"), "{left_alone}");

    away.store(false, Ordering::SeqCst);
    for visit in &visits {
        assert_eq!(kinds(&host.documents(visit).await), ["sales_order"], "{words}");
    }
    until(host, name, |connection| connection["state"] == "closed").await;
    visits
}

/// Looks at the connection until it stands so.
async fn until(host: &Host, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let connections = host.get("/api/v1/connections").await.expect(200);
        let items = connections["items"].as_array().expect("a list");
        let found = items.iter().find(|one| one["name"] == name).expect("it is configured").clone();
        if wanted(&found) {
            return found;
        }
        assert!(Instant::now() < deadline, "{found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
