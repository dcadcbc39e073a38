//! The main job over a line to Tryton on which every third call that writes goes wrong: the same four documents, once each.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;
use slotledger_fault_proxy::{Call, Fault, Proxy};

use super::tryton;
use crate::support::{Host, kinds};

/// What the calls are that store nothing, by the ends of their names.
const READS: [&str; 5] = ["search_read", "on_change", "get_preferences", "login", "version"];
/// Every how manieth call that writes goes wrong.
const EVERY: usize = 3;
/// After so many the line has recovered, so that the test ends.
const STRIKES: usize = 6;
/// How many jobs run at once.
const AT_ONCE: usize = 4;

const fn instead(forwarded: bool, status: u16, headers: &'static str, body: &'static str) -> Fault {
    Fault::Instead { forwarded, status, headers, body }
}

const PAGE: &str = "<!DOCTYPE html><title>Log in</title>";

const FAULTS: [(&str, Fault); 9] = [
    ("delay", Fault::Delay(Duration::from_millis(300))),
    ("cut before", Fault::CutBefore),
    ("cut after", Fault::CutAfter),
    ("half an answer", Fault::Half),
    ("slow drip", Fault::Drip(Duration::from_millis(2))),
    ("too many requests", instead(false, 429, "Retry-After: 1\r\n", "")),
    (
        "an error after the commit",
        instead(true, 500, "Content-Type: text/plain\r\n", "Internal Server Error"),
    ),
    ("a bad gateway after the commit", instead(true, 502, "Content-Type: text/html\r\n", PAGE)),
    ("a page instead of the answer", instead(false, 503, "Content-Type: text/html\r\n", PAGE)),
];

/// Longer than the host waits for one document: Tryton has stored what the host gave up on.
const GIVEN_UP: Fault = Fault::Delay(Duration::from_secs(12));

#[tokio::test]
async fn a_line_that_fails_leaves_four_documents_in_tryton() {
    let server = tryton::server();
    let url = server.url();
    futures::stream::iter(FAULTS)
        .for_each_concurrent(AT_ONCE, |(name, fault)| survive(&url, name, fault, STRIKES))
        .await;
}

#[tokio::test]
async fn answers_that_come_too_late_leave_four_documents_in_tryton() {
    let server = tryton::server();
    survive(&server.url(), "given up", GIVEN_UP, 2).await;
}

async fn survive(upstream: &str, name: &str, fault: Fault, strikes: usize) {
    let (mut written, mut struck) = (0, 0);
    let line = Proxy::to(upstream, move |call| {
        written += usize::from(writes(call));
        if !writes(call) || written % EVERY != 0 || struck == strikes {
            return Fault::None;
        }
        struck += 1;
        fault
    });
    let line = line.expect("a line");
    let host = Host::on_tryton_at(line.url());
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"], "{name}");
    let invoice = documents.iter().find(|document| document["kind"] == "sales_invoice").expect("the invoice");
    assert_eq!((&invoice["state"], &invoice["total"]), (&"posted".into(), &"155.88".into()), "{name}");
    assert!(line.struck() > 1, "{name} struck {} of {} calls", line.struck(), line.calls());
}

fn writes(call: &Call) -> bool {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    body["method"].as_str().is_some_and(|method| !READS.iter().any(|end| method.ends_with(end)))
}
