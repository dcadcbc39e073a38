//! Shifts, breaks, buffers, and who goes first.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::support::{Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    no_opening_touches_a_break,
    a_day_has_several_shifts_and_each_holds_between_its_dates,
    buffers_are_reserved_and_not_shown,
    an_hour_with_its_buffers_needs_eighty_minutes,
    the_least_loaded_provider_goes_first,
}

async fn no_opening_touches_a_break(host: Host) {
    let shop = Shop::open(&host).await;
    let pause = json!([{ "start": "13:00:00", "end": "14:00:00" }]);
    let provider = shop.provider_with_break("Pia", ("09:00", "17:00"), pause).await;
    let service = shop.service(&[&provider], json!({})).await;
    let quarters =
        |first: u32, last: u32| (first * 4..=last * 4).map(|n| format!("{:02}:{:02}", n / 4, n % 4 * 15));
    let right: Vec<String> = quarters(9, 12).chain(quarters(14, 16)).map(|time| at(day(), &time)).collect();
    assert_eq!(shop.starts(&service, day(), 15).await, right);
    let refused = shop.hold(&service, &at(day(), "12:30"), json!({ "provider": provider })).await;
    refused.problem(422, "SL0211");
}

async fn a_day_has_several_shifts_and_each_holds_between_its_dates(host: Host) {
    let shop = Shop::open(&host).await;
    let (today, tomorrow) = (day(), day() + Days::new(1));
    let shifts = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(|weekday| {
        let shift = |start: &str, end: &str, from: Option<NaiveDate>, until: Option<NaiveDate>| {
            json!({ "weekday": weekday, "start": start, "end": end, "valid_from": from, "valid_until": until })
        };
        [
            shift("09:00:00", "10:00:00", Some(tomorrow), None),
            shift("13:00:00", "14:00:00", None, Some(today)),
            shift("16:00:00", "17:00:00", None, None),
        ]
    });
    let fields = json!({ "name": "Pia", "branch": shop.branch, "shifts": shifts.concat() });
    let provider = shop.add("providers", fields).await;
    let service = shop.service(&[&provider], json!({})).await;
    assert_eq!(shop.starts(&service, today, 60).await, ["13:00", "16:00"].map(|time| at(today, time)));
    assert_eq!(shop.starts(&service, tomorrow, 60).await, ["09:00", "16:00"].map(|time| at(tomorrow, time)));
    shop.hold(&service, &at(today, "09:00"), json!({})).await.problem(422, "SL0210");
    shop.hold(&service, &at(tomorrow, "09:00"), json!({})).await.expect(201);
}

const BUFFERS: [&str; 2] = ["buffer_before_minutes", "buffer_after_minutes"];

async fn buffers_are_reserved_and_not_shown(host: Host) {
    let shop = Shop::open(&host).await;
    let provider = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&provider], json!({ BUFFERS[0]: 10, BUFFERS[1]: 10 })).await;
    let first = shop.starts(&service, day(), 5).await[0].clone();
    assert_eq!(first, at(day(), "09:10"));
    let held = shop.hold(&service, &first, json!({})).await.expect(201);
    let said = ["start", "end", "reserved_start", "reserved_end"].map(|field| held[field].clone());
    assert_eq!(said, ["09:10", "10:10", "09:00", "10:20"].map(|time| json!(at(day(), time))));
    let left = shop.starts(&service, day(), 5).await;
    assert_eq!(left.first(), Some(&at(day(), "10:30")), "its buffer does not overlap the other one's");
    assert_eq!(left.last(), Some(&at(day(), "15:50")), "the last buffer ends with the shift");
}

async fn an_hour_with_its_buffers_needs_eighty_minutes(host: Host) {
    let shop = Shop::open(&host).await;
    let enough = shop.provider("Pia", "09:00", "10:20").await;
    let short = shop.provider("Ben", "09:00", "10:15").await;
    for (provider, openings) in [(enough, vec![at(day(), "09:10")]), (short, Vec::new())] {
        let service = shop.service(&[&provider], json!({ BUFFERS[0]: 10, BUFFERS[1]: 10 })).await;
        assert_eq!(shop.starts(&service, day(), 5).await, openings);
    }
}

async fn the_least_loaded_provider_goes_first(host: Host) {
    let mut chosen = Vec::new();
    for _ in 0..2 {
        let shop = Shop::open(&host).await;
        let mut providers = Vec::new();
        for name in ["Ana", "Ben", "Cleo"] {
            providers.push(shop.provider(name, "08:00", "18:00").await);
        }
        let all: Vec<&String> = providers.iter().collect();
        let service = shop.service(&all, json!({})).await;
        let own = json!({ "provider": providers[0] });
        for start in ["08:00", "09:00"] {
            shop.hold(&service, &at(day(), start), own.clone()).await.expect(201);
        }
        chosen.push(
            chosen_for(&shop, &service, &providers, ["10:00", "11:00", "12:00", "13:00", "14:00"]).await,
        );
    }
    // Ben and Cleo have less to do until they have two hours each, like Ana, who was booked first and longest ago.
    assert_eq!(chosen[0], [1, 2, 1, 2, 0]);
    assert_eq!(chosen[0], chosen[1], "ties are broken in the same way every time");
}

/// Which of the providers is chosen for each start, if anybody will do.
async fn chosen_for(shop: &Shop<'_>, service: &str, providers: &[String], starts: [&str; 5]) -> Vec<usize> {
    let mut chosen = Vec::new();
    for start in starts {
        let held: Value = shop.hold(service, &at(day(), start), json!({})).await.expect(201);
        let position = providers.iter().position(|provider| held["provider"] == *provider);
        chosen.push(position.unwrap_or_else(|| panic!("with nobody: {}", id(&held))));
    }
    chosen
}
