//! Work that is interrupted.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{Host, Shop, at, day, id, kinds, on_every_engine};

on_every_engine! {
    work_paused_twice_leaves_the_pauses_out_and_issues_materials_once,
    what_is_left_of_paused_work_gets_an_appointment_of_its_own,
}

/// How long each pause lasts, and no shorter.
const PAUSE: Duration = Duration::from_secs(2);

async fn work_paused_twice_leaves_the_pauses_out_and_issues_materials_once(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let materials = json!([{ "item": "MAT-FILTER", "quantity": "2", "unit": "Unit", "warehouse": "WH" }]);
    let service = shop.service(&[&provider], json!({ "consumables": materials })).await;
    let visit = id(&shop.confirmed(&service, &at(day(), "10:00"), &provider).await);
    host.command(&visit, "start").await.expect(200);
    for _ in 0..2 {
        host.command(&visit, "pause").await.expect(200);
        assert_eq!(host.command(&visit, "complete").await.status, 409, "what is paused is not finished");
        tokio::time::sleep(PAUSE).await;
        host.command(&visit, "resume").await.expect(200);
    }
    let done = host.command(&visit, "complete").await.expect(200);
    let timing = &done["timing"];
    let paused = timing["paused_seconds"].as_i64().expect("a number");
    let whole = moment(&timing["finished"]) - moment(&timing["started"]);
    assert!(paused >= 4, "{timing}: two pauses of two seconds each");
    assert!(TimeDelta::seconds(paused) <= whole, "{timing}");
    assert_eq!(timing["paused"], Value::Null);
    assert_eq!(host.command(&visit, "complete").await.status, 409);
    let documents = host.documents(&visit).await;
    assert_eq!(kinds(&documents), ["sales_invoice", "sales_order", "stock_issue"]);
    let issue = documents.iter().find(|document| document["kind"] == "stock_issue").expect("the issue");
    assert_eq!(issue["net"], "15.00", "two filters, once: {issue}");
}

async fn what_is_left_of_paused_work_gets_an_appointment_of_its_own(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({})).await;
    let first = id(&shop.confirmed(&service, &at(day(), "10:00"), &provider).await);
    let follow_up = async |time: &str| {
        let body = json!({ "start": at(day(), time) });
        host.post(&format!("/api/v1/appointments/{first}/follow-up"), &body).await
    };
    host.command(&first, "start").await.expect(200);
    assert_eq!(follow_up("14:00").await.status, 409, "work that goes on is not followed up");
    host.command(&first, "pause").await.expect(200);
    follow_up("18:00").await.problem(422, "SL0210");
    let done = follow_up("14:00").await.expect(200);
    assert_eq!(done["status"], "completed");
    let next = done["successor"].as_str().expect("a successor");
    let next = host.get(&format!("/api/v1/appointments/{next}")).await.expect(200);
    assert_eq!(
        [&next["status"], &next["predecessor"], &next["start"]],
        [&json!("scheduled"), &json!(first), &json!(at(day(), "14:00"))]
    );
    assert_eq!(follow_up("15:00").await.status, 409, "it is followed up once");
}

fn moment(at: &Value) -> DateTime<Utc> {
    at.as_str().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("no moment: {at}"))
}
