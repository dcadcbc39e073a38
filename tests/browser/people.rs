//! People and keys in Chromium: an account from the first word about it to a day's work.

use serde_json::json;

use super::phone::{daytime, soon};
use super::{account, browse_with};
use crate::support::{Host, Shop, id, written};

/// A shop of somebody who has a job today, and its administrator.
async fn look(step: &str) {
    let host = Host::on_ledger();
    let shop = Shop::with(&host, daytime().name(), json!({ "name": "Hafen Klimatechnik" })).await;
    let ada = shop.provider("Ada Brandt", "00:00", "00:00").await;
    let service = shop.service(&[&ada], json!({ "name": "Heat pump service" })).await;
    let mara = json!({ "name": "Mara Lindqvist", "phone": "+49 30 555 0101" });
    let mara = shop.add("customers", mara).await;
    let more = json!({ "provider": ada, "customer": mara });
    let held = shop.hold(&service, &written(soon(30)), more).await.expect(201);
    host.command(&id(&held), "confirm").await.expect(200);
    let login = account(&host, "administrator").await;
    browse_with(&host, &login, &[step], &[("COMPANY", &shop.company)]).await;
}

#[tokio::test]
async fn a_technician_is_given_an_account_and_sees_their_day() {
    look("people").await;
}

#[tokio::test]
async fn a_key_is_made_once_and_revoked() {
    look("keys").await;
}

#[tokio::test]
async fn people_are_added_without_script() {
    look("peoplePlain").await;
}
