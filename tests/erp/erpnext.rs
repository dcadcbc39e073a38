//! The main job with the stand-in of an ERPNext for its books, connected and certified by the binary.

use serde_json::Value;

use crate::support::erpnext::{self, MANAGER_TOKEN, bare, connect};
use crate::support::{Host, ended, kinds};

#[tokio::test]
async fn a_completed_visit_has_four_documents_in_erpnext() {
    let server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    for command in ["confirm", "start", "complete"] {
        host.command(&id, command).await.expect(200);
    }
    let documents = host.documents(&id).await;
    assert_eq!(kinds(&documents), ["commission", "sales_invoice", "sales_order", "stock_issue"]);
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).expect("it stands");
    let invoice = of("sales_invoice");
    assert_eq!(invoice["state"], "posted");
    assert_eq!((&invoice["net"], &invoice["total"]), (&"129.90".into(), &"154.58".into()));
    assert_eq!(of("commission")["net"], "12.99");

    // What the host says is what stands there.
    let [stored] = server.all("Sales Invoice").try_into().expect("one invoice");
    assert_eq!(stored["name"], invoice["number"]);
    assert_eq!((&stored["docstatus"], &stored["grand_total"]), (&1.into(), &154.58.into()));
    for doctype in ["Sales Order", "Stock Entry"] {
        assert_eq!(server.all(doctype).len(), 1, "{doctype}");
    }
}

#[tokio::test]
async fn a_visit_is_confirmed_while_erpnext_is_down_and_its_order_follows() {
    let mut server = erpnext::server();
    let host = Host::on_erpnext(&server).await;
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    server.stop();
    let confirmed = host.command(&id, "confirm").await.expect(200);
    assert_eq!(confirmed["status"], "confirmed");
    super::tried(&host, &id).await;
    server.restart().expect("it starts again");
    assert_eq!(kinds(&host.documents(&id).await), ["sales_order"]);
}

#[test]
fn a_site_is_looked_at_then_connected_and_connected_again() {
    let server = bare();
    let looked = connect(&server, &[]);
    assert_eq!(looked.status, Some(2), "something is missing: {looked:?}");
    assert!(looked.printed.contains("`slotledger connect erpnext --apply` makes them"), "{looked:?}");
    let fields = |server: &erpnext::Server| server.all("Custom Field").len();
    assert_eq!(fields(&server), 0, "looking changes nothing");

    let applied = connect(&server, &["--apply"]);
    assert_eq!(applied.status, Some(0), "{applied:?}");
    assert!(applied.printed.lines().any(|line| line.starts_with("made ")), "{applied:?}");
    assert!(applied.printed.contains("«erpnext» is ready."), "{applied:?}");

    let made: Vec<Value> = server.all("Custom Field");
    assert!(!made.is_empty());
    for again in [connect(&server, &["--apply"]), connect(&server, &[])] {
        assert_eq!(again.status, Some(0), "{again:?}");
        assert!(!again.printed.lines().any(|line| line.starts_with("made ")), "{again:?}");
        assert_eq!(server.all("Custom Field"), made, "repeating it changes nothing");
    }
}

#[test]
fn erpnext_is_certified() {
    let server = bare();
    let url = server.url();
    let ended = ended(&["erp", "certify", "--erp", "erpnext", "--url", &url, "--token-env", MANAGER_TOKEN]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.printed.contains("This makes documents in Slotledger Demo."), "{}", ended.printed);
    assert!(ended.printed.contains(" held, 0 did not"), "{}", ended.printed);
    assert!(!ended.printed.contains("NOT HELD"), "{}", ended.printed);
}
