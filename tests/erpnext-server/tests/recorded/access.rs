//! Tokens and unique fields.

use serde_json::{Value, json};
use slotledger_erpnext_server::{NOBODY, USER};

use crate::site::{Site, kind, order, words};

#[tokio::test]
async fn tokens() {
    let site = Site::start();
    let who = "method/frappe.auth.get_logged_user";
    assert_eq!(site.send("GET", who, Some(USER), &Value::Null).await.1["message"], "slotledger@example.com");
    let wrong = site.send("GET", who, Some((USER.0, "bad")), &Value::Null).await;
    assert_eq!(kind(&wrong), (401, "AuthenticationError"));
    let nobody = site.send("GET", who, None, &Value::Null).await;
    assert_eq!(kind(&nobody), (403, "PermissionError"));
    let roleless = site.send("POST", "resource/Sales Order", Some(NOBODY), &order(json!({}))).await;
    assert_eq!(kind(&roleless), (403, "PermissionError"));
    assert_eq!(roleless.1["_error_message"], "No permission for Sales Order");
    assert_eq!(site.send("GET", "method/ping", None, &Value::Null).await.1["message"], "pong");
}

#[tokio::test]
async fn unique_fields() {
    let site = Site::start();
    // Before the field is there it is echoed, and not stored.
    let made = site.made("Sales Order", order(json!({"custom_id": "A"}))).await;
    assert_eq!(made["custom_id"], "A");
    let name = made["name"].as_str().unwrap();
    assert_eq!(site.get(&format!("resource/Sales Order/{name}")).await.1["data"]["custom_id"], Value::Null);
    let asked = site.get("resource/Sales Order?filters=[[\"custom_id\",\"=\",\"A\"]]").await;
    assert_eq!(kind(&asked), (417, "DataError"));

    let site = Site::keyed().await;
    let first = site.made("Sales Order", order(json!({"custom_id": "A-1", "docstatus": 1}))).await;
    for again in ["A-1", "a-1", "A-1 "] {
        let refused = site.post("Sales Order", order(json!({"custom_id": again}))).await;
        assert_eq!(kind(&refused), (417, "UniqueValidationError"));
        assert!(
            words(&refused).contains("SAL-ORD-2026-00002"),
            "the name is given back: {}",
            words(&refused)
        );
    }
    for _ in 0..2 {
        site.made("Sales Order", order(json!({"custom_id": ""}))).await;
    }
    let long = site.post("Sales Order", order(json!({"custom_id": "x".repeat(141)}))).await;
    assert_eq!(kind(&long), (417, "CharacterLengthExceededError"));
    // A cancelled document keeps it.
    let name = first["name"].as_str().unwrap();
    assert_eq!(site.put("Sales Order", name, json!({"docstatus": 2})).await.0, 200);
    let refused = site.post("Sales Order", order(json!({"custom_id": "A-1"}))).await;
    assert_eq!(kind(&refused), (417, "UniqueValidationError"));
    let frozen = site.put("Sales Order", name, json!({"custom_id": null})).await;
    assert_eq!(kind(&frozen), (417, "ValidationError"));
}
