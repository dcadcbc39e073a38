//! Lists.

use serde_json::{Value, json};
use slotledger_erpnext_server::USER;

use crate::site::{Site, kind, order};

#[tokio::test]
async fn lists() {
    let site = Site::keyed().await;
    for at in 0..25 {
        site.made("Sales Order", order(json!({"custom_id": format!("L-{at}")}))).await;
    }
    let names = |answer: &(u16, Value)| answer.1["data"].as_array().unwrap().len();
    assert_eq!(names(&site.get("resource/Sales Order").await), 20);
    assert_eq!(names(&site.get("resource/Sales Order?limit_page_length=0").await), 25);
    let like = "resource/Sales Order?filters=[[\"custom_id\",\"like\",\"L_1%25\"]]&limit_page_length=0";
    assert_eq!(names(&site.get(like).await), 11);
    let counted = site.get("resource/Sales Order?fields=[\"count(name) as n\"]").await;
    assert_eq!(counted.1["data"], json!([{"n": 25}]));
    let unset = site.get("resource/Sales Order?filters=[[\"custom_id\",\"is\",\"not set\"]]").await;
    assert_eq!(names(&unset), 0);
    assert_eq!(kind(&site.get("resource/Sales Order?filters=x").await), (500, "JSONDecodeError"));
    assert_eq!(kind(&site.get("resource/Sales Ordder").await), (404, "DoesNotExistError"));
    assert_eq!(kind(&site.get("resource/Sales Order Item").await), (403, "PermissionError"));
    let injected = site.get("resource/Sales Order?order_by=modified; drop table x").await;
    assert_eq!(kind(&injected), (417, "ValidationError"));
    let deleted =
        site.send("DELETE", "resource/Sales Order/SAL-ORD-2026-00025", Some(USER), &Value::Null).await;
    assert_eq!(deleted.0, 202);
    assert_eq!(
        site.made("Sales Order", order(json!({}))).await["name"],
        "SAL-ORD-2026-00025",
        "a name comes again"
    );
}
