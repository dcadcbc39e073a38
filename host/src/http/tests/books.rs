//! Books that several companies share, and who may do what with them over HTTP.

use uuid::Uuid;

use super::lists::Place;
use super::*;
use crate::model::{Grant, Role};

#[tokio::test]
async fn books_are_kept_by_whoever_keeps_those_of_all_their_companies() {
    let api = Api::with_books().await;
    let here = Place::found(&api, "Here", json!({})).await;
    let accountant = here.grant(Role::Accountant, None);
    let key = api.key(&[accountant], None).await;
    let goods = json!({"key": "dn/1", "item": "OIL", "quantity": "2", "unit": "Litre", "unit_cost": "3",
        "warehouse": "Main", "reference": "DN-1"});
    let mapping = json!({"codes": [{"kind": "item", "code": "OIL", "theirs": "OIL-5"}]});
    let calls = [
        ("GET", "stock", Value::Null),
        ("POST", "receipts", goods),
        ("PUT", "mappings", mapping),
        ("GET", "mappings", Value::Null),
        ("DELETE", "mappings?kind=item&code=OIL", Value::Null),
        ("GET", "journal", Value::Null),
        ("GET", "trial-balance", Value::Null),
    ];
    let path = |what: &str| format!("/api/v1/connections/ledger/{what}");
    for (method, what, body) in &calls {
        let done = api.as_key(&key, method, &path(what), body.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{method} {what}: {}", done.text);
    }
    let again = api.as_key(&key, "POST", &path("receipts"), calls[1].2.clone()).await;
    assert_eq!(again.json()["number"], "REC-00001");
    let stock = api.as_key(&key, "GET", &path("stock"), Value::Null).await.json();
    assert_eq!(stock["items"][0]["quantity"], "2");
    let mut other = calls[1].2.clone();
    other["quantity"] = json!("3");
    api.as_key(&key, "POST", &path("receipts"), other).await.is_problem(422, "SL0105");
    api.as_key(&key, "GET", "/api/v1/connections/odoo/stock", Value::Null).await.is_problem(404, "SL0301");
    // Another company's documents go there as well: what is said of the books holds for it too.
    let there = Place::found(&api, "There", json!({})).await;
    let stranger = api.key(&[there.grant(Role::FrontDesk, None)], None).await;
    let both = api.key(&[accountant, there.grant(Role::Accountant, None)], None).await;
    for (method, what, body) in &calls {
        api.as_key(&key, method, &path(what), body.clone()).await.is_problem(403, "SL0119");
        api.as_key(&stranger, method, &path(what), body.clone()).await.is_problem(403, "SL0119");
        let done = api.as_key(&both, method, &path(what), body.clone()).await;
        assert_eq!(done.status, StatusCode::OK, "{method} {what}: {}", done.text);
    }
    let cookie = api.somebody(vec![accountant]).await;
    assert_eq!(api.page(&cookie, "/books/stock").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nobody_joins_the_books_of_companies_that_are_not_theirs() {
    let api = Api::with_books().await;
    let keeper = Place::found(&api, "Keeper", json!({})).await;
    let mut data = company();
    data["erp"] = json!("other");
    let guest = api.call("POST", "/api/v1/companies", &[], data.clone()).await.json()["id"].clone();
    let guest: Uuid = serde_json::from_value(guest).unwrap();
    let own = vec![Grant { company: Some(guest.into()), ..Grant::everywhere(Role::Administrator) }];
    let both = [own.clone(), vec![keeper.grant(Role::Administrator, None)]].concat();
    let path = format!("/api/v1/companies/{guest}");
    data["erp"] = json!("ledger");
    let key = api.key(&own, None).await;
    let joins = async |key: &str| {
        let request = Request::put(&path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json")
            .header("if-match", "*");
        api.send(request.body(Body::from(data.to_string())).unwrap()).await
    };
    joins(&key).await.is_problem(403, "SL0119");
    let cookie = api.somebody(own).await;
    let page = api.page(&cookie, &format!("/setup/{guest}/books")).await;
    assert!(!page.text.contains("value=\"ledger\""), "{}", page.text);
    let joined = joins(&api.key(&both, None).await).await;
    assert_eq!(joined.status, StatusCode::OK, "{}", joined.text);
    assert_eq!(joins(&key).await.status, StatusCode::OK, "it is there already");
}
