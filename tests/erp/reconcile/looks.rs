//! When the books are looked at: asked for, by a notice of theirs, and every night.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use ring::hmac;
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};

use super::{around, books, by_others, compared, invoice, lose_books, open, told, visit};
use crate::support::{Answer, COMPANY, Host};

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
