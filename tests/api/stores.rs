//! Hosts on PostgreSQL, and the way there from SQLite.

use serde_json::json;
use slotledger_postgres_server::Database;

use crate::support::{Host, kinds, run};

#[tokio::test]
async fn a_completed_visit_has_four_documents_with_the_store_on_postgres() {
    let host = Host::on_postgres();
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let config = host.directory().join("slotledger.toml");
    let checked = run(&["check", "--config", config.to_str().expect("text")]).expect("everything works");
    assert!(checked.contains("ok      store            postgres://postgres@"), "{checked}");
}

#[tokio::test]
async fn of_a_hundred_clients_of_two_hosts_one_gets_the_slot() {
    let host = Host::on_postgres();
    let twin = host.twin();
    let booking = host.booking(&host.opening(0).await);
    let sent = (0..100).map(|n| if n % 2 == 0 { &host } else { &twin });
    let answers =
        futures::future::join_all(sent.map(|host| host.post("/api/v1/appointments", &booking))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect(409);
    }
    let listed = twin.get("/api/v1/appointments?limit=200").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "nothing is left half-made");
}

#[tokio::test]
async fn a_store_is_moved_to_postgres_and_goes_on_there() {
    let mut host = Host::on_ledger();
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    host.command(&id, "confirm").await.expect(200);
    host.documents(&id).await;
    host.kill();
    let database = Database::create().expect("PostgreSQL is installed");
    let from = format!("sqlite:{}", host.directory().join("slotledger.sqlite").display());
    let to = database.url();
    let told = run(&["store", "copy", "--from", &from, "--to", &to]).expect("the target is empty");
    for line in ["appointment               1 of 1", "delivery                  1 of 1"] {
        assert!(told.contains(line), "{told}");
    }
    let refused = run(&["store", "copy", "--from", &from, "--to", &to]).expect_err("it is full now");
    assert!(refused.contains("the target is not empty"), "{refused}");
    host.start(&[("SLOTLEDGER__STORE__URL", &to)]);
    for command in ["start", "complete"] {
        host.post(&format!("/api/v1/appointments/{id}/{command}"), &json!({})).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
}

#[test]
fn an_address_that_cannot_be_used_is_not_repeated() {
    let secret = "postgres://desk:s3cret@127.0.0.1:1/diary";
    let broken = [
        vec!["init", "--dir", "/nowhere", "--store-url", secret],
        vec!["store", "copy", "--from", "mysql://desk:s3cret@h/d", "--to", secret],
        vec!["store", "copy", "--from", secret, "--to", secret],
    ];
    for arguments in broken {
        let told = run(&arguments).expect_err("it cannot work");
        assert!(!told.contains("s3cret"), "{told}");
    }
}
