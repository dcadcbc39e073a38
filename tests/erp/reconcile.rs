//! The books against what was asked of them: what is gone is found, and made again.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{COMPANY, Host, kinds, run};

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
