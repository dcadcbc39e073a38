//! Leave over booked time: it closes, and whoever is concerned is named with what could be done.

use serde_json::{Value, json};

use crate::support::{Host, Shop, at, codes, day, id, on_every_engine};

on_every_engine! {
    leave_over_booked_time_lists_whom_it_hits_and_who_could_stand_in,
}

async fn leave_over_booked_time_lists_whom_it_hits_and_who_could_stand_in(host: Host) {
    let shop = Shop::open(&host).await;
    let (pia, ben) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let service = shop.service(&[&pia, &ben], json!({})).await;
    let hit = id(&shop.confirmed(&service, &at(day(), "10:00"), &pia).await);
    shop.confirmed(&service, &at(day(), "14:00"), &pia).await;
    shop.confirmed(&service, &at(day(), "11:00"), &ben).await;
    let leave = json!({ "start": at(day(), "09:00"), "end": at(day(), "12:00"), "reason": "a course" });
    let added = host.post(&format!("/api/v1/providers/{pia}/leave"), &leave).await.expect(201);
    let conflicts = added["conflicts"].as_array().expect("a list");
    assert_eq!(concerned(conflicts), [hit.as_str()]);
    let findings = json!({ "errors": conflicts[0]["findings"] });
    assert_eq!(codes(&findings), ["SL0212"]);
    let listed = host.get(&format!("/api/v1/conflicts?provider={pia}")).await.expect(200);
    assert_eq!(listed["items"], added["conflicts"]);

    let with_pia = shop
        .search(&service, &format!("provider={pia}&from={}&to={}", at(day(), "08:00"), at(day(), "12:00")))
        .await;
    assert_eq!((&with_pia["openings"], codes(&with_pia)), (&json!([]), vec!["SL0212"]));

    let alternatives = conflicts[0]["alternatives"].as_array().expect("a list");
    let first =
        |differs: &str| alternatives.iter().find(|other| other["differs"] == differs).expect("another");
    let (later, stand_in) = (first("time"), first("provider"));
    assert_eq!((&later["provider"], &later["start"]), (&json!(pia), &json!(at(day(), "12:00"))));
    assert_eq!((&stand_in["provider"], &stand_in["start"]), (&json!(ben), &json!(at(day(), "10:00"))));

    let body = json!({ "provider": stand_in["provider"] });
    host.post(&format!("/api/v1/appointments/{hit}/reassign"), &body).await.expect(200);
    let listed = host.get(&format!("/api/v1/conflicts?company={}", shop.company)).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

fn concerned(conflicts: &[Value]) -> Vec<&str> {
    conflicts.iter().filter_map(|conflict| conflict["appointment"]["id"].as_str()).collect()
}
