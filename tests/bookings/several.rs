//! Bookings of several appointments: one customer, one price, all or none.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, codes, day, id, kinds, on_every_engine};

on_every_engine! {
    visits_one_after_another_are_one_sale,
    two_at_the_same_start_are_both_booked_or_neither,
    of_twenty_pairs_one_gets_the_hour,
    whoever_can_do_several_is_kept_for_the_visit_that_needs_them,
    a_part_of_a_booking_is_called_off,
    a_deposit_is_paid_for_all_of_them_at_once,
}

const PATH: &str = "/api/v1/bookings";

/// Asks for a booking of these items.
async fn book(shop: &Shop<'_>, mode: &str, items: Value) -> Answer {
    shop.host.post(PATH, &json!({ "customer": shop.customer, "mode": mode, "items": items })).await
}

/// A command on a booking.
async fn command(shop: &Shop<'_>, id: &str, name: &str, body: Value) -> Answer {
    shop.host.post(&format!("{PATH}/{id}/{name}"), &body).await
}

fn appointments(booking: &Value) -> &Vec<Value> {
    booking["appointments"].as_array().unwrap_or_else(|| panic!("no appointments: {booking}"))
}

/// This field of each of its appointments.
fn each<'a>(booking: &'a Value, field: &str) -> Vec<&'a str> {
    appointments(booking).iter().filter_map(|one| one[field].as_str()).collect()
}

/// Which part of the request each fault is about.
fn fields(problem: &Value) -> Vec<&str> {
    let faults = problem["errors"].as_array().expect("a list");
    faults.iter().filter_map(|fault| fault["field"].as_str()).collect()
}

async fn visits_one_after_another_are_one_sale(host: Host) {
    let shop = Shop::open(&host).await;
    let (pia, ben) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let cut = shop.service(&[&pia], json!({})).await;
    let colour = shop.service(&[&ben], json!({ "duration_minutes": 30 })).await;
    let first = json!({ "service": cut, "start": at(day(), "10:00") });
    let items = json!([first, { "service": colour }, { "service": cut }]);
    let booking = book(&shop, "sequential", items).await.expect(201);
    assert_eq!(each(&booking, "start"), [at(day(), "10:00"), at(day(), "11:00"), at(day(), "11:30")]);
    assert_eq!((&booking["net"], &booking["balance"]), (&json!("149.70"), &json!("149.70")));
    let id_of_booking = id(&booking);
    assert!(appointments(&booking).iter().all(|one| one["booking"] == booking["id"]), "{booking}");
    assert_eq!(host.get(&format!("{PATH}/{id_of_booking}")).await.expect(200), booking);
    let listed = host.get(&format!("/api/v1/appointments?booking={id_of_booking}")).await.expect(200);
    assert_eq!(listed["items"], booking["appointments"]);
    let confirmed = command(&shop, &id_of_booking, "confirm", json!({})).await.expect(200);
    assert_eq!(each(&confirmed, "status"), ["confirmed"; 3]);
    for one in appointments(&confirmed) {
        assert_eq!(kinds(&host.documents(&id(one)).await), ["sales_order"]);
    }
    let again = command(&shop, &id_of_booking, "confirm", json!({})).await.problem(409, "SL0240");
    assert_eq!(codes(&again), ["SL0240"; 3]);
    let taken = json!([{ "service": cut, "start": at(day(), "09:00") }, { "service": colour, "start": at(day(), "11:00") }]);
    let refused = book(&shop, "free", taken).await.problem(409, "SL0213");
    assert_eq!(fields(&refused), ["items[1]"]);
    assert!(refused["alternatives"].as_array().is_some_and(|all| !all.is_empty()), "{refused}");
    assert_eq!(shop.appointments().await.len(), 3, "the nine o'clock visit was not made without the other");
}

async fn two_at_the_same_start_are_both_booked_or_neither(host: Host) {
    let shop = Shop::open(&host).await;
    let (pia, ben) =
        (shop.provider("Pia", "09:00", "17:00").await, shop.provider("Ben", "09:00", "17:00").await);
    let service = shop.service(&[&pia, &ben], json!({})).await;
    let pair =
        |start: &str| json!([{ "service": service, "start": at(day(), start) }, { "service": service }]);
    let booking = book(&shop, "parallel", pair("10:00")).await.expect(201);
    assert_eq!(each(&booking, "start"), [at(day(), "10:00"), at(day(), "10:00")]);
    let mut with = each(&booking, "provider");
    with.sort_unstable();
    let mut both = [pia.as_str(), ben.as_str()];
    both.sort_unstable();
    assert_eq!(with, both);
    shop.hold(&service, &at(day(), "12:00"), json!({ "provider": pia })).await.expect(201);
    let refused = book(&shop, "parallel", pair("12:00")).await.problem(409, "SL0213");
    assert_eq!(fields(&refused), ["items[1]"]);
    assert_eq!(shop.appointments().await.len(), 3);
    shop.hold(&service, &at(day(), "12:00"), json!({ "provider": ben })).await.expect(201);
}

async fn of_twenty_pairs_one_gets_the_hour(host: Host) {
    let shop = Shop::open(&host).await;
    let mut providers = Vec::new();
    for name in ["Ana", "Ben", "Cleo"] {
        providers.push(shop.provider(name, "09:00", "17:00").await);
    }
    let all: Vec<&String> = providers.iter().collect();
    let service = shop.service(&all, json!({})).await;
    let pair = || json!([{ "service": service, "start": at(day(), "10:00") }, { "service": service }]);
    let answers = join_all((0..20).map(|_| book(&shop, "parallel", pair()))).await;
    let won: Vec<Value> = answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
    assert_eq!(won.len(), 1, "of three providers one is left");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let problem = answer.expect(409);
        assert!(problem["code"].as_str().is_some_and(|code| code.starts_with("SL0")), "{problem}");
    }
    assert_eq!(&shop.appointments().await, appointments(&won[0]), "nothing is left half-made");
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201);
    shop.hold(&service, &at(day(), "10:00"), json!({})).await.problem(409, "SL0213");
}

async fn whoever_can_do_several_is_kept_for_the_visit_that_needs_them(host: Host) {
    let shop = Shop::open(&host).await;
    let mut providers = Vec::new();
    for name in ["Ana", "Ben", "Cleo"] {
        providers.push(shop.provider(name, "09:00", "17:00").await);
    }
    let [ana, ben, cleo] = providers.as_slice() else { panic!("three") };
    // Each has two candidates, and Ana goes first where anybody will do: the third would be left with nobody.
    let cut = shop.service(&[ana, cleo], json!({})).await;
    let colour = shop.service(&[ben, cleo], json!({})).await;
    let wash = shop.service(&[ana, ben], json!({})).await;
    for hour in ["09:00", "15:00"] {
        shop.hold(&colour, &at(day(), hour), json!({ "provider": cleo })).await.expect(201);
    }
    let items =
        json!([{ "service": cut, "start": at(day(), "11:00") }, { "service": colour }, { "service": wash }]);
    let booking = book(&shop, "parallel", items.clone()).await.expect(201);
    let with = each(&booking, "provider");
    assert!([vec![ana, cleo, ben], vec![cleo, ben, ana]].iter().any(|right| *right == with), "{with:?}");
    let refused = book(&shop, "parallel", items).await.problem(409, "SL0213");
    assert_eq!(fields(&refused), ["items[0]", "items[1]", "items[2]"]);
}

async fn a_part_of_a_booking_is_called_off(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let items = json!([{ "service": service, "start": at(day(), "10:00") }, { "service": service }, { "service": service }]);
    let booking = book(&shop, "sequential", items).await.expect(201);
    let booked = id(&booking);
    command(&shop, &booked, "confirm", json!({})).await.expect(200);
    let second = id(&appointments(&booking)[1]);
    let less = json!({ "reason": "no time for it", "appointments": [second] });
    let left = command(&shop, &booked, "cancel", less.clone()).await.expect(200);
    assert_eq!(each(&left, "status"), ["confirmed", "cancelled", "confirmed"]);
    assert_eq!((&left["net"], &left["agreed"]["net"]), (&json!("99.80"), &json!("149.70")));
    assert_eq!(kinds(&host.documents(&second).await), ["order_amendment", "sales_order"]);
    command(&shop, &booked, "cancel", less).await.problem(409, "SL0240");
    shop.hold(&service, &at(day(), "11:00"), json!({})).await.expect(201);
    let unknown = json!({ "reason": "a slip", "appointments": [booked] });
    let unknown = command(&shop, &booked, "cancel", unknown).await.problem(422, "SL0105");
    assert_eq!(fields(&unknown), ["appointments[0]"]);
    host.command(&id(&appointments(&booking)[0]), "start").await.expect(200);
    host.command(&id(&appointments(&booking)[0]), "complete").await.expect(200);
    let rest = command(&shop, &booked, "cancel", json!({ "reason": "ill" })).await.expect(200);
    assert_eq!(each(&rest, "status"), ["completed", "cancelled", "cancelled"]);
    assert_eq!(rest["net"], "49.90");
}

async fn a_deposit_is_paid_for_all_of_them_at_once(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "deposit_percent": "30" })).await;
    let free = shop.service(&[&pia], json!({})).await;
    let items = json!([{ "service": service, "start": at(day(), "10:00") }, { "service": service }, { "service": free }]);
    let booking = book(&shop, "sequential", items).await.expect(201);
    assert_eq!((&booking["net"], &booking["deposit"]), (&json!("149.70"), &json!("29.94")));
    let booked = id(&booking);
    let as_customer = |name: &str, body: Value| {
        let path = format!("{PATH}/{booked}/{name}");
        Answer::of(host.request("POST", &path).header("Slotledger-Actor", "customer").json(&body))
    };
    assert_eq!(codes(&as_customer("confirm", json!({})).await.problem(409, "SL0256")), ["SL0256"; 2]);
    let pay = |amount: &str| json!({ "amount": amount, "reference": "transfer 1" });
    as_customer("pay-deposit", pay("29.93")).await.problem(422, "SL0258");
    let paid = as_customer("pay-deposit", pay("30.01")).await.expect(200);
    assert_eq!(each(&paid, "status"), ["confirmed"; 3]);
    assert_eq!((&paid["balance"], &paid["deposit"]), (&json!("119.69"), &json!("29.94")));
    let payments: Vec<&Value> =
        appointments(&paid).iter().filter_map(|one| one["payments"].as_array()).flatten().collect();
    assert_eq!(payments.len(), 2, "the one that asks for nothing in advance is confirmed with them");
    assert_eq!(host.get(&format!("{PATH}/{booked}")).await.expect(200), paid);
}
