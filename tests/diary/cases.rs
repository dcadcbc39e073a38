//! Cases: whom their appointments are for, and where.

use serde_json::{Value, json};

use crate::support::{Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    an_appointment_of_a_case_takes_customer_and_location_from_it,
    a_case_that_does_not_fit_is_refused,
}

/// Books for the case, and says no more than this besides.
async fn booked(shop: &Shop<'_>, service: &str, time: &str, more: Value) -> crate::support::Answer {
    let mut booking = json!({ "service": service, "start": at(day(), time) });
    booking.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    shop.host.post("/api/v1/appointments", &booking).await
}

async fn an_appointment_of_a_case_takes_customer_and_location_from_it(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let fields = json!({ "name": "The boiler", "customer": shop.customer, "location": "In the cellar" });
    let case = shop.add("cases", fields).await;
    let first = booked(&shop, &service, "10:00", json!({ "case": case })).await.expect(201);
    assert_eq!(
        [&first["case"], &first["customer"], &first["location"]],
        [&json!(case), &json!(shop.customer), &json!("In the cellar")]
    );
    let own = json!({ "case": case, "customer": shop.customer, "location": "On the roof" });
    let second = booked(&shop, &service, "12:00", own).await.expect(201);
    assert_eq!(second["location"], "On the roof", "what the booking says goes before");
    booked(&shop, &service, "14:00", json!({ "customer": shop.customer })).await.expect(201);
    let listed = host.get(&format!("/api/v1/appointments?case={case}")).await.expect(200);
    let ids = listed["items"].as_array().expect("a list").iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids, [id(&first), id(&second)]);
}

async fn a_case_that_does_not_fit_is_refused(host: Host) {
    let (shop, stranger) = (Shop::open(&host).await, Shop::open(&host).await);
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let case = shop.add("cases", json!({ "name": "The boiler", "customer": shop.customer })).await;
    let closed =
        shop.add("cases", json!({ "name": "Closed", "customer": shop.customer, "active": false })).await;
    let theirs = stranger.add("cases", json!({ "name": "Theirs", "customer": stranger.customer })).await;
    let another = shop.add("customers", json!({ "name": "Another" })).await;
    for (body, status, code) in [
        (json!({ "case": closed }), 422, "SL0274"),
        (json!({ "case": case, "customer": another }), 422, "SL0275"),
        (json!({ "case": theirs }), 404, "SL0301"),
        (json!({}), 422, "SL0105"),
    ] {
        let refused = booked(&shop, &service, "10:00", body.clone()).await;
        assert_eq!(refused.problem(status, code)["code"], code, "{body}");
    }
    assert_eq!(shop.appointments().await, Vec::<Value>::new());
}
