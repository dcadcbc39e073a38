//! A host that dies at every step of the main job, and is started again: the same four documents, once each. And one that
//! dies in the course of a sale with a deposit, a move and a correction: one document of every kind.
//!
//! The client behaves as a good client does: it repeats every request with its idempotency key until it has an answer.

use futures::StreamExt;
use serde_json::{Value, json};
use slotledger::faults::POINTS;

use super::{story, tryton};
use crate::support::erpnext::{self, stored};
use crate::support::{Answer, Host, kinds};

/// The commits of the main job (hold, confirm, start, complete), and its documents.
const TIMES: u32 = 4;
/// How many hosts die at once.
const AT_ONCE: usize = 6;

/// Every place at which the host can die, and the how manieth time it comes past.
fn deaths() -> impl Iterator<Item = String> {
    POINTS.iter().flat_map(|point| (1..=TIMES).map(move |time| format!("{point}:{time}")))
}

#[tokio::test]
async fn a_host_that_dies_at_any_step_leaves_four_documents_on_the_ledger() {
    futures::stream::iter(deaths())
        .for_each_concurrent(AT_ONCE, |death| async move {
            survive(Host::on_ledger(), &death).await;
        })
        .await;
}

#[tokio::test]
async fn a_host_that_dies_at_any_step_leaves_four_documents_from_postgres() {
    futures::stream::iter(deaths())
        .for_each_concurrent(AT_ONCE, |death| async move {
            survive(Host::on_postgres(), &death).await;
        })
        .await;
}

#[tokio::test]
async fn a_host_that_dies_at_any_step_leaves_four_documents_on_tryton() {
    let server = tryton::server();
    let server = &server;
    futures::stream::iter(deaths())
        .for_each_concurrent(AT_ONCE, |death| async move {
            survive(Host::on_tryton(server), &death).await;
        })
        .await;
}

#[tokio::test]
async fn a_host_that_dies_at_any_step_leaves_four_documents_on_erpnext() {
    let server = erpnext::server();
    let server = &server;
    futures::stream::iter(deaths())
        .for_each_concurrent(AT_ONCE, |death| async move {
            let id = survive(Host::on_erpnext(server).await, &death).await;
            let doctypes: Vec<&str> = stored(server, &id).iter().map(|(doctype, _)| *doctype).collect();
            assert_eq!(doctypes, ["Sales Invoice", "Sales Order", "Sales Team", "Stock Entry"], "{death}");
        })
        .await;
}

/// Deaths in the course of the long story: early, in the middle, and among the documents that take everything back.
fn deaths_of_the_story() -> impl Iterator<Item = String> {
    POINTS.iter().flat_map(|point| {
        let times: &[u32] = if point.starts_with("commit") { &[2, 3, 6] } else { &[2, 6, 10] };
        times.iter().map(move |time| format!("{point}:{time}"))
    })
}

#[tokio::test]
async fn a_host_that_dies_in_the_course_of_a_sale_leaves_a_document_of_every_kind_on_the_ledger() {
    futures::stream::iter(deaths_of_the_story())
        .for_each_concurrent(AT_ONCE, |death| async move {
            survive_the_story(Host::on_ledger(), &death).await;
        })
        .await;
}

#[tokio::test]
async fn a_host_that_dies_in_the_course_of_a_sale_leaves_a_document_of_every_kind_on_erpnext() {
    let server = erpnext::server();
    let server = &server;
    futures::stream::iter(deaths_of_the_story())
        .for_each_concurrent(AT_ONCE, |death| async move {
            survive_the_story(Host::on_erpnext(server).await, &death).await;
        })
        .await;
}

/// Tryton takes its time: only the deaths of whoever sends, each at another document.
#[tokio::test]
async fn a_host_that_dies_in_the_course_of_a_sale_leaves_a_document_of_every_kind_on_tryton() {
    let server = tryton::server();
    let url = server.url();
    let deaths = POINTS.iter().filter(|point| point.starts_with("relay"));
    futures::stream::iter(deaths.zip([3, 5, 7, 10].into_iter().cycle()))
        .for_each_concurrent(AT_ONCE, |(point, time)| {
            let host = Host::on_tryton_with_deposits(&url);
            async move { survive_the_story(host, &format!("{point}:{time}")).await }
        })
        .await;
}

async fn survive_the_story(mut host: Host, death: &str) {
    let times = story::prepare(&host).await;
    host.kill();
    host.start(&[("SLOTLEDGER_FAULT", death)]);
    let _ = story::tell(&host, &times).await;
    host.wait_for_death().await;
    host.start(&[]);
    let visit = story::tell(&host, &times).await.expect("it does not die again");
    story::told(&host, &visit, death).await;
}

/// Gives the appointment.
async fn survive(mut host: Host, death: &str) -> String {
    let start = host.opening(0).await;
    host.kill();
    host.start(&[("SLOTLEDGER_FAULT", death)]);
    // The host dies under a request, or, where the relay is the one to die, some time after the last answer.
    let _ = job(&host, &start).await;
    host.wait_for_death().await;
    host.start(&[]);
    let id = job(&host, &start).await.expect("it does not die again");
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"], "{death}");
    let listed = host.get("/api/v1/appointments").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{death}");
    id
}

/// The main job, each request with a key of its own. Safe to repeat from the start.
async fn job(host: &Host, start: &str) -> reqwest::Result<String> {
    let held = send(host, "/api/v1/appointments", "hold", &host.booking(start)).await?.expect(201);
    let id = held["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        send(host, &format!("/api/v1/appointments/{id}/{command}"), command, &json!({})).await?.expect(200);
    }
    Ok(id)
}

async fn send(host: &Host, path: &str, key: &str, body: &Value) -> reqwest::Result<Answer> {
    Answer::try_of(host.request("POST", path).header("Idempotency-Key", key).json(body)).await
}
