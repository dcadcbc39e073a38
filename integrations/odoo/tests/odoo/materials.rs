//! Materials as they lie in a real warehouse: on several shelves, and in lots.

use serde_json::{Value, json};
use slotledger_erp::{Class, Connector, State};
use slotledger_odoo_server::{Edition, Server};

use crate::support::{
    connect, made,
    postings::{Appointment, decimal, material},
    prepared,
    rpc::Administrator,
};

/// The place of the warehouse's stock, and its shelves.
async fn shelves(admin: &Administrator) -> [i64; 2] {
    let stock = admin.search("stock.location", json!([["complete_name", "=", "WH/Stock"]])).await[0];
    let fields = ["id", "name", "location_id/.id"];
    let rows = json!([["by_hand.shelf_a", "Shelf A", stock], ["by_hand.shelf_b", "Shelf B", stock]]);
    admin.load("stock.location", &fields, rows).await.try_into().unwrap()
}

/// A product that is kept in stock.
async fn product(server: &Server, admin: &Administrator, code: &str, tracking: &str) -> i64 {
    let mut fields = vec!["id", "name", "default_code", "standard_price", "tracking", "type"];
    let mut row =
        vec![json!(format!("by_hand.{code}")), json!(code), json!(code), json!("4.00"), json!(tracking)];
    match server.edition() {
        Edition::Fourteen => row.push(json!("product")),
        Edition::Nineteen => {
            fields.push("is_storable");
            row.extend([json!("consu"), json!("1")]);
        }
    }
    admin.load("product.product", &fields, json!([row])).await[0]
}

/// Three lie there, as somebody has counted.
async fn three(server: &Server, admin: &Administrator, product: i64, place: i64, lot: Value) {
    let quant = json!({"product_id": product, "location_id": place, "lot_id": lot, "inventory_quantity": 3});
    let argument = match server.edition() {
        Edition::Fourteen => "vals",
        Edition::Nineteen => "vals_list",
    };
    let counting = json!({argument: quant, "context": {"inventory_mode": true}});
    let made = admin.call("stock.quant", "create", &[], counting).await;
    if server.edition() == Edition::Nineteen {
        let made = made.as_i64().or_else(|| made[0].as_i64()).unwrap();
        admin.call("stock.quant", "action_apply_inventory", &[made], json!({})).await;
    }
}

async fn from_several_shelves(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let shelved = product(server, &admin, "MAT-SHELF", "none").await;
    for shelf in shelves(&admin).await {
        three(server, &admin, shelved, shelf, json!(false)).await;
    }
    let appointment = Appointment("shelves".into());
    let issue = made(&books, &appointment.issue(vec![material("MAT-SHELF", 5)])).await;
    assert_eq!(
        (issue.state, issue.quantity, issue.net),
        (State::Posted, Some(decimal("5")), decimal("20.00"))
    );
    let back = made(&books, &appointment.stock_return(vec![material("MAT-SHELF", 5)])).await;
    assert_eq!((back.quantity, back.net), (issue.quantity, issue.net));
}

async fn in_lots(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let tracked = product(server, &admin, "MAT-LOT", "lot").await;
    let model = match server.edition() {
        Edition::Fourteen => "stock.production.lot",
        Edition::Nineteen => "stock.lot",
    };
    let fields = ["id", "name", "product_id/.id", "company_id/.id"];
    let rows = json!([["by_hand.lot_1", "L1", tracked, 1], ["by_hand.lot_2", "L2", tracked, 1]]);
    let [shelf, _] = shelves(&admin).await;
    let lots = admin.load(model, &fields, rows).await;
    for lot in &lots {
        three(server, &admin, tracked, shelf, json!(lot)).await;
    }
    let appointment = Appointment("lots".into());
    let issue = made(&books, &appointment.issue(vec![material("MAT-LOT", 4)])).await;
    assert_eq!((issue.quantity, issue.net), (Some(decimal("4")), decimal("16.00")));

    // Which lot comes back only a person can say, who enters it in the transfer.
    let back = appointment.stock_return(vec![material("MAT-LOT", 4)]);
    let failure = books.post(&back).await.unwrap_err();
    assert!(matches!(failure.class, Class::Refused { .. }), "{failure:?}");
    assert!(failure.message.to_lowercase().contains("lot/serial number"), "{failure:?}");
    let waiting = json!([["picking_id.origin", "=", back.key]]);
    admin.change("stock.move.line", waiting, json!({"lot_id": lots[0]})).await;
    let posted = books.post(&back).await.unwrap().document;
    assert_eq!((posted.state, posted.quantity), (State::Posted, issue.quantity));
}

async fn all(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    from_several_shelves(&server).await;
    in_lots(&server).await;
}

#[tokio::test]
async fn shelves_and_lots_on_odoo_19() {
    all(Edition::Nineteen).await;
}

#[tokio::test]
async fn shelves_and_lots_on_odoo_14() {
    all(Edition::Fourteen).await;
}
