//! Documents that do not get to the books, and what a person does about them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::browser::{account, browse};
use crate::support::{COMPANY, Host, Shop, kinds, run};

/// A visit of the sample company, completed with a material that the books do not know by that name.
async fn with_a_wrong_code(host: &Host) -> (String, Value) {
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start"] {
        host.command(&id, command).await.expect(200);
    }
    let used = json!({ "materials": [
        { "item": "FILTER-OLD", "quantity": "1", "unit": "Unit", "warehouse": "WH" }
    ] });
    host.post(&format!("/api/v1/appointments/{id}/complete"), &used).await.expect(200);
    let parked = host.parked(&id).await;
    assert_eq!(parked["kind"], "stock_issue");
    (id, parked)
}

#[tokio::test]
async fn a_code_is_edited_and_the_document_goes_out() {
    let host = Host::on_ledger();
    let (id, parked) = with_a_wrong_code(&host).await;
    let path = format!("/api/v1/deliveries/{}", parked["id"]);
    let stranger = json!({ "codes": [{ "kind": "item", "code": "SOAP", "theirs": "MAT-FILTER" }] });
    host.post(&format!("{path}/edit"), &stranger).await.problem(422, "SL0105");

    let edit = json!({
        "codes": [{ "kind": "item", "code": "FILTER-OLD", "theirs": "MAT-FILTER", "note": "renamed" }],
        "reason": "it was renamed there",
    });
    let request =
        || host.request("POST", &format!("{path}/edit")).header("Idempotency-Key", "e-1").json(&edit);
    let first = crate::support::Answer::of(request()).await.expect(200);
    assert_eq!(first["state"], "pending");
    assert_eq!(crate::support::Answer::of(request()).await.expect(200), first, "once");
    assert_eq!(
        kinds(&host.documents(&id).await),
        ["commission", "sales_invoice", "sales_order", "stock_issue"]
    );

    let story = host.get(&path).await.expect(200);
    assert_eq!(
        story["request"]["body"]["lines"][0]["item"]["code"], "FILTER-OLD",
        "what is asked for stays: {story}"
    );
    let tries = story["tries"].as_array().expect("a list");
    assert_eq!(tries[0]["class"], "refused");
    assert_eq!(tries.last().expect("one")["class"], Value::Null);
    assert_eq!(tries.len() as u64, story["attempts"].as_u64().expect("a number"));
    let repairs = story["repairs"].as_array().expect("a list");
    assert_eq!(repairs.len(), 1, "{story}");
    assert_eq!((&repairs[0]["act"], &repairs[0]["by"]), (&json!("edit"), &json!("init")));
    assert_eq!(repairs[0]["details"]["codes"][0]["to"], "MAT-FILTER");

    let mappings = host.get("/api/v1/connections/ledger/mappings").await.expect(200);
    assert_eq!(mappings["items"][0]["theirs"], "MAT-FILTER");
    let gone = host.request("DELETE", "/api/v1/connections/ledger/mappings?kind=item&code=FILTER-OLD");
    assert_eq!(crate::support::Answer::of(gone).await.expect(200)["items"], json!([]));
    host.get("/api/v1/connections/nowhere/mappings").await.problem(404, "SL0301");
}

#[tokio::test]
async fn an_accountant_says_what_the_books_call_a_code_and_reads_the_journal() {
    let host = Host::on_ledger();
    with_a_wrong_code(&host).await;
    let login = account(&host, "accountant").await;
    browse(&host, &login, &["mapping"]).await;
    // Another company's documents go to the same books.
    Shop::open(&host).await;
    browse(&host, &login, &["shared"]).await;
}

/// The journal over HTTP: of built-in books, by days, and of nothing else.
#[tokio::test]
async fn the_journal_of_built_in_books_is_read() {
    let host = Host::on_ledger();
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let invoices = host.documents(&id).await;
    let invoice = invoices.iter().find(|document| document["kind"] == "sales_invoice").expect("an invoice");
    let journal = "/api/v1/connections/ledger/journal";
    let day = invoice["date"].as_str().expect("a day");
    let found = host.get(&format!("{journal}?from={day}&to={day}&limit=200")).await.expect(200);
    let entries = found["items"].as_array().expect("a list");
    let posted = entries.iter().find(|entry| entry["document"] == invoice["number"]).expect("its entry");
    let receivable = &posted["lines"][0];
    assert_eq!(
        (&receivable["account"], &receivable["debit"]),
        (&json!("1100"), &invoice["total"]),
        "{posted}"
    );
    let first = host.get(&format!("{journal}?limit=1")).await.expect(200);
    let after = first["next"].as_str().expect("there is more");
    let second = host.get(&format!("{journal}?limit=1&after={after}")).await.expect(200);
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    let before = host.get(&format!("{journal}?to=2001-01-01")).await.expect(200);
    assert_eq!(before["items"], json!([]));

    let balance = "/api/v1/connections/ledger/trial-balance";
    let now = host.get(balance).await.expect(200);
    assert_eq!(now["debit"], now["credit"]);
    assert_ne!(now["debit"], json!("0.00"), "{now}");
    let then = host.get(&format!("{balance}?until=2001-01-01")).await.expect(200);
    assert_eq!(then["debit"], json!("0.00"), "{then}");

    host.get(&format!("{journal}?from=2026-02-01&to=2026-01-01")).await.problem(400, "SL0107");
    host.get("/api/v1/connections/nowhere/journal").await.problem(404, "SL0301");
}

#[tokio::test]
async fn a_document_is_done_without_from_the_command_line() {
    let host = Host::on_ledger();
    let (_, parked) = with_a_wrong_code(&host).await;
    let config = host.directory().join("slotledger.toml");
    let config = config.to_str().expect("text");
    let number = parked["id"].to_string();
    let deliveries = |act: &[&str]| run(&[&["deliveries", "--config", config], act].concat());
    let listed = deliveries(&["list"]).expect("a list");
    assert!(listed.contains("stock_issue") && listed.contains("parked"), "{listed}");
    deliveries(&["skip", &number]).expect_err("nobody says why");
    let skipped = ["skip", &number, "--reason", "counted by hand", "--by", "ana"];
    assert!(deliveries(&skipped).expect("it is parked").contains("skipped"));
    let refused = deliveries(&["retry", &number]).expect_err("it is done without");
    assert!(refused.contains("the delivery is skipped"), "{refused}");
    let shown = deliveries(&["show", &number]).expect("a story");
    for words in ["try 1", "refused", "by ana (command line): counted by hand"] {
        assert!(shown.contains(words), "no {words}: {shown}");
    }
    let story = host.get(&format!("/api/v1/deliveries/{number}")).await.expect(200);
    assert_eq!(story["state"], "skipped");
}

#[tokio::test]
async fn what_one_thing_stands_in_the_way_of_is_tried_again_together() {
    let host = Host::on_ledger();
    let mut visits = Vec::new();
    for _ in 0..3 {
        visits.push(with_a_wrong_code(&host).await);
    }
    let path = "/api/v1/deliveries/retry";
    let retry = |body: Value, key: &'static str| {
        crate::support::Answer::of(host.request("POST", path).header("Idempotency-Key", key).json(&body))
    };
    host.post(path, &json!({ "code": "rain" })).await.problem(422, "SL0105");
    let nothing = json!({ "retried": 0, "next": null });
    assert_eq!(retry(json!({ "code": "closed_period" }), "b-1").await.expect(200), nothing);
    let elsewhere = json!({ "company": "01980000-0000-7000-8000-00000000ffff" });
    assert_eq!(retry(elsewhere, "b-2").await.expect(200), nothing);

    host.map("ledger", &["item:FILTER-OLD=MAT-FILTER"]);
    let first = visits[0].1["id"].as_i64().expect("a number");
    let rest = json!({ "code": "unknown_item", "after": first, "reason": "it was renamed there" });
    let both = json!({ "retried": 2, "next": null });
    assert_eq!(retry(rest.clone(), "b-3").await.expect(200), both);
    assert_eq!(retry(rest, "b-3").await.expect(200), both, "the same request");
    for (id, parked) in &visits[1..] {
        assert_eq!(host.documents(id).await.len(), 4);
        let story = host.get(&format!("/api/v1/deliveries/{}", parked["id"])).await.expect(200);
        let repairs = story["repairs"].as_array().expect("a list");
        assert_eq!(repairs.len(), 1, "{story}");
        assert_eq!(
            (&repairs[0]["act"], &repairs[0]["reason"]),
            (&json!("retry"), &json!("it was renamed there"))
        );
    }
    assert_eq!(host.parked(&visits[0].0).await["id"], first, "nobody asked for this one");

    let config = host.config();
    let deliveries = |act: &[&str]| run(&[&["deliveries", "--config", &config, "retry"], act].concat());
    deliveries(&[]).expect_err("it names none");
    deliveries(&["7", "--parked"]).expect_err("one or all");
    assert!(deliveries(&["--parked", "--code", "out_of_stock"]).expect("a count").contains("0 deliveries"));
    let told = deliveries(&["--parked", "--code", "unknown_item", "--company", COMPANY]).expect("a count");
    assert!(told.contains("1 deliveries"), "{told}");
    assert_eq!(host.documents(&visits[0].0).await.len(), 4);
}

#[tokio::test]
async fn while_the_books_are_away_the_backlog_is_seen_and_nothing_is_tried_in_vain() {
    let host = Host::without_books();
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    host.command(&id, "confirm").await.expect(200);
    let deadline = Instant::now() + Duration::from_secs(120);
    let connection = loop {
        let found = host.get("/api/v1/connections").await.expect(200)["items"][0].clone();
        if found["state"] == "open" {
            break found;
        }
        assert!(Instant::now() < deadline, "it never opens: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!((&connection["name"], &connection["kind"]), (&json!("tryton"), &json!("tryton")));
    assert_eq!((&connection["pending"], &connection["parked"]), (&json!(1), &json!(0)));
    assert!(connection["message"].as_str().is_some_and(|message| !message.is_empty()), "{connection}");
    assert!(connection["oldest"].is_string() && connection["until"].is_string(), "{connection}");

    let second = host.post("/api/v1/appointments", &host.booking(&host.opening(3).await)).await.expect(201);
    host.command(second["id"].as_str().expect("an id"), "confirm").await.expect(200);
    let attempts = || async {
        let listed = host.get("/api/v1/deliveries").await.expect(200);
        let items = listed["items"].as_array().expect("a list").clone();
        assert!(items.iter().all(|delivery| delivery["state"] != "parked"), "{items:?}");
        items.iter().filter_map(|delivery| delivery["attempts"].as_u64()).sum::<u64>()
    };
    let before = attempts().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(attempts().await <= before + 1, "no more than a probe");
}
