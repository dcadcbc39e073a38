//! The front desk in a real browser.

use serde_json::{Value, json};

use super::{account, browse};
use crate::support::{COMPANY, Host, SERVICE};

#[tokio::test]
async fn a_deposit_is_gone_without_knowingly_and_a_time_held_twice_on_purpose() {
    let host = Host::on_ledger();
    let mut service: Value = host.get(&format!("/api/v1/services/{SERVICE}")).await.expect(200);
    service["name"] = json!("Cooling system inspection");
    service["company"] = json!(COMPANY);
    service["deposit_percent"] = json!("30");
    for field in ["id", "version", "updated_at"] {
        service.as_object_mut().expect("a service").remove(field);
    }
    host.post("/api/v1/services", &service).await.expect(201);
    let login = account(&host, "front_desk").await;
    browse(&host, &login, &["deposit"]).await;
}

#[tokio::test]
async fn what_was_typed_survives_the_end_of_a_session() {
    let host = Host::on_ledger();
    let login = account(&host, "front_desk").await;
    browse(&host, &login, &["kept"]).await;
}
