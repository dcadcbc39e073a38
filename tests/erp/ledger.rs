//! The built-in books, as the person who keeps them uses them.

use crate::support::{Host, kinds};

#[tokio::test]
async fn a_shortage_is_parked_with_its_fix_and_goes_out_once_goods_have_come_in() {
    let host = Host::on_ledger();
    let item = host.get(&format!("/api/v1/services/{}", crate::support::SERVICE)).await.expect(200);
    assert_eq!(item["consumables"][0]["item"], "MAT-FILTER");
    let id = host.hold().await["id"].as_str().expect("an id").to_owned();
    host.command(&id, "confirm").await.expect(200);
    host.command(&id, "start").await.expect(200);
    let used = serde_json::json!({ "materials": [
        { "item": "MAT-FILTER", "quantity": "1001", "unit": "Unit", "warehouse": "WH" }
    ] });
    host.post(&format!("/api/v1/appointments/{id}/complete"), &used).await.expect(200);

    let parked = host.parked(&id).await;
    assert_eq!(parked["kind"], "stock_issue");
    assert_eq!(parked["failure"]["class"], "refused", "{parked}");
    let standing = host.get(&format!("/api/v1/appointments/{id}/documents")).await.expect(200);
    let standing = standing["items"].as_array().expect("a list").clone();
    assert_eq!(kinds(&standing), ["commission", "sales_invoice", "sales_order"], "the invoice stands");

    let goods = [
        "--item",
        "MAT-FILTER",
        "--quantity",
        "1",
        "--unit-cost",
        "7.50",
        "--warehouse",
        "WH",
        "--key",
        "r-1",
    ];
    let first = host.ledger(&[&["receive"], &goods[..]].concat());
    assert_eq!(host.ledger(&[&["receive"], &goods[..]].concat()), first, "taken in once");
    host.post(&format!("/api/v1/deliveries/{}/retry", parked["id"]), &serde_json::json!({}))
        .await
        .expect(200);
    assert_eq!(
        kinds(&host.documents(&id).await),
        ["commission", "sales_invoice", "sales_order", "stock_issue"]
    );

    let balance = host.ledger(&["trial-balance"]);
    let total: Vec<&str> = balance.lines().last().expect("a total").split_whitespace().collect();
    assert_eq!(total[1], total[2], "{balance}");
}
