//! The main job over a line to its books on which calls go wrong: the same four documents, once each, and the books and
//! the host agree on them. And a sale with a deposit, a move and a correction: one document of every kind.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;
use slotledger_fault_proxy::{Call, Fault, Proxy};

use super::{reconcile, story, tryton};
use crate::support::erpnext::{self, stored};
use crate::support::{Host, kinds};

/// What the calls to Tryton are that store nothing, by the ends of their names.
const READS: [&str; 5] = ["search_read", "on_change", "get_preferences", "login", "version"];
/// After so many the line has recovered, so that the test ends.
const STRIKES: usize = 6;
/// How many jobs run at once.
const AT_ONCE: usize = 4;

const fn instead(forwarded: bool, status: u16, headers: &'static str, body: &'static str) -> Fault {
    Fault::Instead { forwarded, status, headers, body }
}

const PAGE: &str = "<!DOCTYPE html><title>Log in</title>";

const FAULTS: [(&str, Fault); 11] = [
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
    ("somebody else's page", instead(false, 200, "Content-Type: text/html\r\n", PAGE)),
    ("a login page after the commit", instead(true, 302, "Location: /login\r\n", "")),
];

/// Longer than the host waits for one document: the books have stored what the host gave up on.
const GIVEN_UP: Fault = Fault::Delay(Duration::from_secs(12));

/// Which calls go wrong: every how manieth of those that count.
#[derive(Debug, Clone, Copy)]
struct Plan {
    every: usize,
    counts: fn(&Call) -> bool,
    strikes: usize,
}

#[tokio::test]
async fn a_line_that_fails_leaves_four_documents_in_tryton() {
    let server = tryton::server();
    let url = server.url();
    let plan = Plan { every: 3, counts: writes_to_tryton, strikes: STRIKES };
    futures::stream::iter(FAULTS)
        .for_each_concurrent(AT_ONCE, |(name, fault)| in_tryton(&url, name, fault, plan))
        .await;
}

#[tokio::test]
async fn answers_that_come_too_late_leave_four_documents_in_tryton() {
    let server = tryton::server();
    let plan = Plan { every: 3, counts: writes_to_tryton, strikes: 2 };
    in_tryton(&server.url(), "given up", GIVEN_UP, plan).await;
}

#[tokio::test]
async fn a_line_that_fails_when_something_is_written_leaves_four_documents_in_erpnext() {
    let server = erpnext::server();
    let plan = Plan { every: 2, counts: |call| call.method() != "GET", strikes: STRIKES };
    futures::stream::iter(FAULTS)
        .for_each_concurrent(AT_ONCE, |(name, fault)| in_erpnext(&server, name, fault, plan))
        .await;
}

#[tokio::test]
async fn a_line_that_fails_whatever_is_asked_leaves_four_documents_in_erpnext() {
    let server = erpnext::server();
    let plan = Plan { every: 4, counts: |_| true, strikes: STRIKES };
    futures::stream::iter(FAULTS)
        .for_each_concurrent(AT_ONCE, |(name, fault)| in_erpnext(&server, name, fault, plan))
        .await;
}

#[tokio::test]
async fn answers_that_come_too_late_leave_four_documents_in_erpnext() {
    let server = erpnext::server();
    let plan = Plan { every: 2, counts: |call| call.method() != "GET", strikes: 2 };
    in_erpnext(&server, "given up", GIVEN_UP, plan).await;
}

/// The faults that leave in doubt what was stored.
const DOUBTS: [&str; 5] = [
    "cut before",
    "cut after",
    "half an answer",
    "an error after the commit",
    "a login page after the commit",
];

#[tokio::test]
async fn a_line_that_fails_leaves_a_document_of_every_kind_in_erpnext() {
    let server = erpnext::server();
    let url = server.url();
    let plan = Plan { every: 3, counts: |call| call.method() != "GET", strikes: STRIKES };
    futures::stream::iter(doubts())
        .for_each_concurrent(AT_ONCE, |(name, fault)| {
            let line = line(&url, fault, plan);
            async move {
                tell_story(&Host::on_erpnext_at(line.url()).await, name).await;
                struck(&line, name);
            }
        })
        .await;
}

#[tokio::test]
async fn a_line_that_fails_leaves_a_document_of_every_kind_in_tryton() {
    let server = tryton::server();
    let url = server.url();
    let plan = Plan { every: 5, counts: writes_to_tryton, strikes: STRIKES };
    futures::stream::iter(doubts())
        .for_each_concurrent(AT_ONCE, |(name, fault)| {
            let line = line(&url, fault, plan);
            async move {
                tell_story(&Host::on_tryton_with_deposits(line.url()), name).await;
                struck(&line, name);
            }
        })
        .await;
}

fn doubts() -> impl Iterator<Item = (&'static str, Fault)> {
    FAULTS.into_iter().filter(|(name, _)| DOUBTS.contains(name))
}

async fn tell_story(host: &Host, name: &str) {
    let times = story::prepare(host).await;
    let visit = story::tell(host, &times).await.expect("the host answers");
    story::told(host, &visit, name).await;
}

async fn in_tryton(url: &str, name: &str, fault: Fault, plan: Plan) {
    let line = line(url, fault, plan);
    let host = Host::on_tryton_at(line.url());
    survive(&host, name, "155.88").await;
    struck(&line, name);
}

async fn in_erpnext(server: &erpnext::Server, name: &str, fault: Fault, plan: Plan) {
    let line = line(&server.url(), fault, plan);
    let host = Host::on_erpnext_at(line.url()).await;
    let id = survive(&host, name, "154.58").await;
    struck(&line, name);
    let doctypes: Vec<&str> = stored(server, &id).iter().map(|(doctype, _)| *doctype).collect();
    assert_eq!(doctypes, ["Sales Invoice", "Sales Order", "Sales Team", "Stock Entry"], "{name}");
}

fn line(upstream: &str, fault: Fault, plan: Plan) -> Proxy {
    let (mut counted, mut struck) = (0, 0);
    let line = Proxy::to(upstream, move |call| {
        if !(plan.counts)(call) {
            return Fault::None;
        }
        counted += 1;
        if counted % plan.every != 0 || struck == plan.strikes {
            return Fault::None;
        }
        struck += 1;
        fault
    });
    line.expect("a line")
}

fn struck(line: &Proxy, name: &str) {
    assert!(line.struck() > 1, "{name} struck {} of {} calls", line.struck(), line.calls());
}

/// Gives the appointment, whose documents are all there.
async fn survive(host: &Host, name: &str, total: &str) -> String {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"], "{name}");
    let invoice = documents.iter().find(|document| document["kind"] == "sales_invoice").expect("the invoice");
    assert_eq!((&invoice["state"], &invoice["total"]), (&"posted".into(), &total.into()), "{name}");

    let days = reconcile::days(host, &id).await;
    let run = reconcile::compared(host, &days).await;
    assert_eq!(run["compared"], 4, "{name}: {run}");
    // The other hosts' documents are strangers to this one.
    let mut found = reconcile::open(host).await;
    found.retain(|finding| finding["subject"].as_str().is_some_and(|subject| subject.starts_with(&id)));
    assert_eq!(found, Vec::<Value>::new(), "{name}: the books hold something else");
    id
}

fn writes_to_tryton(call: &Call) -> bool {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    body["method"].as_str().is_some_and(|method| !READS.iter().any(|end| method.ends_with(end)))
}
