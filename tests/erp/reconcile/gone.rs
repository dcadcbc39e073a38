//! What is gone from the books is found, and made again.

use serde_json::{Value, json};

use super::{compared, days, lose_books, open, visit};
use crate::support::{COMPANY, Host, kinds, run};

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
