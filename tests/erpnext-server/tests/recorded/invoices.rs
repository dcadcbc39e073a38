//! Invoices and credit notes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::site::{Site, invoice, kind, order, with};

#[tokio::test]
async fn billing_is_judged_by_what_was_there() {
    let site = Site::keyed().await;
    let order = site.made("Sales Order", order(json!({"docstatus": 1}))).await;
    let bill = |id: &str| {
        invoice(
            json!({"docstatus": 1, "custom_id": id, "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80,
            "sales_order": order["name"], "so_detail": order["items"][0]["name"]}]}),
        )
    };
    site.server.think(Duration::from_millis(50));
    let (a, b, c) = tokio::join!(
        site.post("Sales Invoice", bill("1")),
        site.post("Sales Invoice", bill("2")),
        site.post("Sales Invoice", bill("3"))
    );
    assert_eq!([a.0, b.0, c.0], [200; 3], "all at once pass");
    site.server.think(Duration::ZERO);
    let later = site.post("Sales Invoice", bill("4")).await;
    assert_eq!(kind(&later), (417, "OverAllowanceError"));
    let name = order["name"].as_str().unwrap();
    let stored = site.get(&format!("resource/Sales Order/{name}")).await.1;
    assert_eq!(
        (&stored["data"]["per_billed"], &stored["data"]["items"][0]["billed_amt"]),
        (&json!(100.0), &json!(80.0))
    );
    let cancel = site.put("Sales Order", name, json!({"docstatus": 2})).await;
    assert_eq!(kind(&cancel), (417, "LinkExistsError"));
    let proposal =
        "method/erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice?source_name={name}"
            .replace("{name}", name);
    let empty = site.get(&proposal).await;
    assert_eq!(empty.1["message"]["items"], json!([]));
}

#[tokio::test]
async fn credit_notes() {
    let site = Site::keyed().await;
    let sold = site.made("Sales Invoice", invoice(json!({"docstatus": 1}))).await;
    let name = sold["name"].as_str().unwrap();
    let back = |qty: i64, linked: bool, more: Value| {
        let mut row = json!({"item_code": "SVC-MAINT", "qty": qty, "rate": 80});
        if linked {
            row["sales_invoice_item"] = sold["items"][0]["name"].clone();
        }
        invoice(with(json!({"is_return": 1, "return_against": name, "docstatus": 1, "items": [row]}), more))
    };
    assert_eq!(
        kind(&site.post("Sales Invoice", back(-3, true, json!({}))).await),
        (417, "StockOverReturnError")
    );
    assert_eq!(kind(&site.post("Sales Invoice", back(1, true, json!({}))).await).0, 417);
    let note = site.made("Sales Invoice", back(-1, true, json!({"update_outstanding_for_self": 0}))).await;
    assert_eq!(note["outstanding_amount"], json!(0.0));
    let original = site.get(&format!("resource/Sales Invoice/{name}")).await.1["data"].clone();
    assert_eq!(
        (&original["status"], &original["outstanding_amount"]),
        (&json!("Credit Note Issued"), &json!(0.0))
    );
    assert_eq!(
        kind(&site.post("Sales Invoice", back(-1, true, json!({}))).await),
        (417, "StockOverReturnError")
    );
    // Without the row's name anything goes.
    let unlinked = site.post("Sales Invoice", back(-1, false, json!({}))).await;
    assert_eq!(unlinked.0, 200);
    assert!(unlinked.1["_server_messages"].as_str().unwrap().contains("does not exist"));
    let cancel = site.put("Sales Invoice", name, json!({"docstatus": 2})).await;
    assert_eq!(kind(&cancel), (417, "LinkExistsError"));
}
