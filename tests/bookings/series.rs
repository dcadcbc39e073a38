//! Series: appointments that recur, foreseen, made, changed and called off.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, codes, day, id, on_every_engine};

on_every_engine! {
    a_preview_lists_what_is_in_the_way_and_makes_nothing,
    what_repeats_within_a_day_is_refused,
    a_monthly_series_leaves_out_months_without_the_day,
    one_of_a_series_moves_alone_or_with_all_that_follow,
    the_rest_of_a_series_is_called_off,
}

const PATH: &str = "/api/v1/series";

/// A shop with a provider and a service that can be booked for a year.
async fn open(host: &Host) -> (Shop<'_>, String) {
    let shop = Shop::open(host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ "horizon_days": 365 })).await;
    (shop, service)
}

/// What is sent for a series that begins at ten.
fn wanted(shop: &Shop<'_>, service: &str, rule: &str) -> Value {
    shop.booking(service, &at(day(), "10:00"), json!({ "rule": rule }))
}

async fn make(shop: &Shop<'_>, service: &str, rule: &str) -> Value {
    shop.host.post(PATH, &wanted(shop, service, rule)).await.expect(201)
}

/// The day so many weeks later.
fn week(n: u64) -> NaiveDate {
    day() + Days::new(7 * n)
}

/// The starts of the appointments that stand.
fn standing(series: &Value) -> Vec<&str> {
    let all = series["appointments"].as_array().expect("a list");
    all.iter().filter(|one| one["status"] == "scheduled").filter_map(|one| one["start"].as_str()).collect()
}

async fn a_preview_lists_what_is_in_the_way_and_makes_nothing(host: Host) {
    let (shop, service) = open(&host).await;
    shop.hold(&service, &at(week(2), "10:30"), json!({})).await.expect(201);
    let mut weekly = wanted(&shop, &service, "FREQ=WEEKLY;COUNT=4");
    let preview = host.post(&format!("{PATH}/preview"), &weekly).await.expect(200);
    assert_eq!(preview["conflicts"], 1);
    let occurrences = preview["occurrences"].as_array().expect("a list");
    let starts: Vec<&str> = occurrences.iter().filter_map(|one| one["start"].as_str()).collect();
    assert_eq!(starts, [0, 1, 2, 3].map(|n| at(week(n), "10:00")));
    let found: Vec<Vec<&str>> =
        occurrences.iter().map(|one| codes_of(one["findings"].as_array().expect("a list"))).collect();
    assert_eq!(found, [vec![], vec![], vec!["SL0213"], vec![]]);
    assert_eq!(shop.appointments().await.len(), 1, "a preview makes nothing");
    let refused = host.post(PATH, &weekly).await.problem(409, "SL0213");
    assert_eq!(refused["errors"][0]["field"], "occurrences[2]");
    let near = refused["alternatives"][0]["start"].as_str().unwrap_or_default();
    assert_eq!(near[..10], at(week(2), "10:30")[..10], "on the day that is in the way: {refused}");
    assert_eq!(shop.appointments().await.len(), 1, "all or none");
    weekly["skip_conflicts"] = json!(true);
    let series = host.post(PATH, &weekly).await.expect(201);
    assert_eq!(standing(&series), [0, 1, 3].map(|n| at(week(n), "10:00")));
    assert_eq!(series["left_out"], json!([occurrences[2]]));
    assert_eq!(host.get(&format!("{PATH}/{}", id(&series))).await.expect(200), series);
}

fn codes_of(findings: &[Value]) -> Vec<&str> {
    findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
}

async fn what_repeats_within_a_day_is_refused(host: Host) {
    let (shop, service) = open(&host).await;
    for (rule, code) in [
        ("FREQ=HOURLY;COUNT=3", "SL0115"),
        ("FREQ=MINUTELY;COUNT=3", "SL0115"),
        ("FREQ=SECONDLY;COUNT=3", "SL0115"),
        ("FREQ=WEEKLY;COUNT=201", "SL0116"),
        ("FREQ=FORTNIGHTLY", "SL0114"),
    ] {
        for path in [PATH.to_owned(), format!("{PATH}/preview")] {
            host.post(&path, &wanted(&shop, &service, rule)).await.problem(422, code);
        }
    }
    assert_eq!(shop.appointments().await, Vec::<Value>::new());
    let daily = make(&shop, &service, "FREQ=DAILY;COUNT=2").await;
    assert_eq!(standing(&daily), [at(day(), "10:00"), at(day() + Days::new(1), "10:00")]);
}

async fn a_monthly_series_leaves_out_months_without_the_day(host: Host) {
    let (shop, service) = open(&host).await;
    let series = make(&shop, &service, "FREQ=MONTHLY;COUNT=3").await;
    let months = (0..).filter_map(|n| day().checked_add_months(Months::new(n)));
    let with_the_day = months.filter(|date| date.day() == day().day()).take(3);
    assert_eq!(standing(&series), with_the_day.map(|date| at(date, "10:00")).collect::<Vec<_>>());
}

async fn one_of_a_series_moves_alone_or_with_all_that_follow(host: Host) {
    let (shop, service) = open(&host).await;
    let series = make(&shop, &service, "FREQ=WEEKLY;COUNT=5").await;
    let path = format!("{PATH}/{}", id(&series));
    let one = |n: usize| id(&series["appointments"][n]);
    let later = json!({ "start": at(week(1), "12:00"), "reason": "a meeting" });
    host.post(&format!("/api/v1/appointments/{}/reschedule", one(1)), &later).await.expect(200);
    let mut now = host.get(&path).await.expect(200);
    sort(&mut now);
    assert_eq!(
        standing(&now),
        [
            at(week(0), "10:00"),
            at(week(1), "12:00"),
            at(week(2), "10:00"),
            at(week(3), "10:00"),
            at(week(4), "10:00")
        ]
    );
    let in_the_way = shop.hold(&service, &at(week(4), "11:00"), json!({})).await.expect(201);
    let following = json!({ "from": one(2), "start": at(week(2), "11:00"), "reason": "school" });
    let refused = host.post(&format!("{path}/reschedule"), &following).await.problem(409, "SL0213");
    assert_eq!(refused["errors"][0]["field"], format!("appointments[{}]", one(4)));
    host.post(&format!("/api/v1/appointments/{}/cancel", id(&in_the_way)), &json!({ "reason": "gone" }))
        .await
        .expect(200);
    let mut moved = host.post(&format!("{path}/reschedule"), &following).await.expect(200);
    sort(&mut moved);
    assert_eq!(
        standing(&moved),
        [
            at(week(0), "10:00"),
            at(week(1), "12:00"),
            at(week(2), "11:00"),
            at(week(3), "11:00"),
            at(week(4), "11:00")
        ]
    );
    shop.hold(&service, &at(week(3), "10:00"), json!({})).await.expect(201);
}

/// Puts appointments in the order of their starts: one that was moved is the youngest.
fn sort(series: &mut Value) {
    let all = series["appointments"].as_array_mut().expect("a list");
    all.sort_by_key(|one| one["start"].to_string());
}

async fn the_rest_of_a_series_is_called_off(host: Host) {
    let (shop, service) = open(&host).await;
    let series = make(&shop, &service, "FREQ=WEEKLY;COUNT=4").await;
    let cancel = async |body: Value| host.post(&format!("{PATH}/{}/cancel", id(&series)), &body).await;
    let rest = json!({ "from": series["appointments"][2]["id"], "reason": "enough" });
    let called_off: Answer = cancel(rest).await;
    assert_eq!(standing(&called_off.expect(200)), [0, 1].map(|n| at(week(n), "10:00")));
    shop.hold(&service, &at(week(2), "10:00"), json!({})).await.expect(201);
    assert_eq!(standing(&cancel(json!({ "reason": "all of it" })).await.expect(200)), [""; 0]);
    let again = cancel(json!({ "reason": "once more" })).await.problem(409, "SL0240");
    assert_eq!(codes(&again), ["SL0240"; 4]);
}
