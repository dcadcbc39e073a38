//! Stock entries.

use serde_json::{Value, json};
use slotledger_erpnext_server::COMPANY;

use crate::site::{Site, kind, with};

#[tokio::test]
async fn stock_entries() {
    let site = Site::start();
    let issue = |more: Value| {
        with(
            json!({"stock_entry_type": "Material Issue", "company": COMPANY, "docstatus": 1,
                "items": [{"item_code": "MAT-FILTER", "qty": 2, "s_warehouse": "Stores - SD"}]}),
            more,
        )
    };
    let row = |row: Value| json!({"items": [with(json!({"item_code": "MAT-FILTER", "qty": 2, "s_warehouse": "Stores - SD"}), row)]});
    let made = site.made("Stock Entry", issue(json!({}))).await;
    assert_eq!((&made["total_outgoing_value"], &made["items"][0]["basic_rate"]), (&json!(15.0), &json!(7.5)));
    for (more, status, exc_type) in [
        (row(json!({"qty": 10_000})), 417, "NegativeStockError"),
        (row(json!({"s_warehouse": "Finished Goods - SD"})), 417, "NegativeStockError"),
        (row(json!({"item_code": "SVC-MAINT"})), 417, "ValidationError"),
        (row(json!({"item_code": "NOPE"})), 417, "ValidationError"),
        (row(json!({"s_warehouse": "Nope - SD"})), 417, "LinkValidationError"),
        (row(json!({"s_warehouse": null})), 417, "ValidationError"),
        (row(json!({"s_warehouse": "All Warehouses - SD"})), 417, "ValidationError"),
        (row(json!({"qty": 0})), 417, "InvalidQtyError"),
        (row(json!({"qty": 0.5})), 417, "UOMMustBeIntegerError"),
        (row(json!({"qty": -1})), 417, "ValidationError"),
        (json!({"stock_entry_type": null}), 417, "MandatoryError"),
        (
            json!({"set_posting_time": 1, "posting_date": "2019-10-01", "posting_time": "10:00:00"}),
            417,
            "NegativeStockError",
        ),
    ] {
        let refused = site.post("Stock Entry", issue(more.clone())).await;
        assert_eq!(kind(&refused), (status, exc_type), "{more}: {}", refused.1);
    }
    // A purpose that does not exist moves stock all the same.
    assert_eq!(
        site.made("Stock Entry", issue(json!({"stock_entry_type": "Nope"}))).await["purpose"],
        "Material Issue"
    );
    let bin =
        site.get("resource/Bin?filters=[[\"item_code\",\"=\",\"MAT-FILTER\"]]&fields=[\"actual_qty\"]").await;
    assert_eq!(bin.1["data"], json!([{"actual_qty": 996.0}]));
    assert_eq!(site.put("Stock Entry", made["name"].as_str().unwrap(), json!({"docstatus": 2})).await.0, 200);
    let bin =
        site.get("resource/Bin?filters=[[\"item_code\",\"=\",\"MAT-FILTER\"]]&fields=[\"actual_qty\"]").await;
    assert_eq!(bin.1["data"], json!([{"actual_qty": 998.0}]));
}
