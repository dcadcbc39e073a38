//! Changes under booked time: each is refused, or what it hits is listed. Nothing is broken in silence.

use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, codes, day, id, on_every_engine};

on_every_engine! {
    whatever_is_taken_away_under_a_booking_is_listed,
    a_smaller_unit_keeps_its_visits_and_lists_them,
    what_a_change_takes_away_is_booked_by_nobody_else,
    records_that_make_no_sense_are_refused,
}

/// Changes some fields of a record.
async fn change(host: &Host, kind: &str, id: &str, fields: Value) -> Answer {
    let path = format!("/api/v1/{kind}/{id}");
    let stored = host.get(&path).await;
    let mut record = stored.expect(200);
    let tag = stored.headers["etag"].clone();
    let all = record.as_object_mut().expect("an object");
    for own in ["id", "company", "version", "updated_at"] {
        all.remove(own);
    }
    all.extend(fields.as_object().expect("an object").clone());
    Answer::of(host.request("PUT", &path).header("If-Match", tag).json(&record)).await
}

/// What is listed of the company: the appointments, and the codes of what is in their way.
async fn listed(shop: &Shop<'_>) -> Vec<(String, Vec<String>)> {
    let found = shop.host.get(&format!("/api/v1/conflicts?company={}", shop.company)).await.expect(200);
    let items = found["items"].as_array().expect("a list");
    items
        .iter()
        .map(|conflict| {
            let findings = json!({ "errors": conflict["findings"] });
            let codes = codes(&findings).into_iter().map(str::to_owned).collect();
            (id(&conflict["appointment"]), codes)
        })
        .collect()
}

fn shift(weekday: &str, start: &str, end: &str) -> Value {
    json!({ "weekday": weekday, "start": start, "end": end })
}

async fn whatever_is_taken_away_under_a_booking_is_listed(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let room = shop.unit("Room 1", "room", json!({})).await;
    let service = shop.service(&[&pia], json!({ "required_units": ["room"] })).await;
    let visit = id(&shop.confirmed(&service, &at(day(), "15:00"), &pia).await);
    let elsewhere = shop.add("branches", json!({ "name": "Another", "time_zone": "UTC" })).await;
    assert_eq!(listed(&shop).await, []);
    let week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let shifts = |end: &str| json!({ "shifts": week.map(|day| shift(day, "09:00:00", end)) });
    let open = |end: &str| json!({ "opening_hours": week.map(|day| shift(day, "08:00:00", end)) });
    let changes = [
        ("providers", &pia, shifts("15:30:00"), shifts("17:00:00"), "SL0211"),
        ("providers", &pia, json!({ "active": false }), json!({ "active": true }), "SL0204"),
        ("providers", &pia, json!({ "branch": elsewhere }), json!({ "branch": shop.branch }), "SL0208"),
        ("services", &service, json!({ "active": false }), json!({ "active": true }), "SL0203"),
        ("services", &service, json!({ "providers": [] }), json!({ "providers": [pia] }), "SL0207"),
        (
            "services",
            &service,
            json!({ "required_units": ["room", "van"] }),
            json!({ "required_units": ["room"] }),
            "SL0267",
        ),
        ("units", &room, json!({ "active": false }), json!({ "active": true }), "SL0262"),
        ("branches", &shop.branch, json!({ "active": false }), json!({ "active": true }), "SL0202"),
        ("branches", &shop.branch, open("15:30:00"), open("18:00:00"), "SL0214"),
        ("branches", &shop.branch, json!({ "holidays": [day()] }), json!({ "holidays": [] }), "SL0212"),
        ("customers", &shop.customer, json!({ "active": false }), json!({ "active": true }), "SL0205"),
        ("companies", &shop.company, json!({ "active": false }), json!({ "active": true }), "SL0201"),
    ];
    for (kind, of, away, back, code) in changes {
        change(&host, kind, of, away.clone()).await.expect(200);
        let found = listed(&shop).await;
        let right =
            |(hit, codes): &(String, Vec<String>)| *hit == visit && codes.iter().any(|one| one == code);
        assert!(found.len() == 1 && right(&found[0]), "{kind}, {away}: {found:?}");
        change(&host, kind, of, back).await.expect(200);
        assert_eq!(listed(&shop).await, [], "{kind}, {away}, put right");
    }
    let stands = host.get(&format!("/api/v1/appointments/{visit}")).await.expect(200);
    assert_eq!((&stands["status"], &stands["revision"]), (&json!("confirmed"), &json!(2)));
}

async fn a_smaller_unit_keeps_its_visits_and_lists_them(host: Host) {
    let shop = Shop::open(&host).await;
    let mut providers = Vec::new();
    for name in ["Ana", "Ben", "Cleo"] {
        providers.push(shop.provider(name, "09:00", "17:00").await);
    }
    let scanner = shop.unit("Scanner", "scanner", json!({ "capacity": 2, "overlap_allowed": true })).await;
    let all: Vec<&String> = providers.iter().collect();
    let service = shop.service(&all, json!({ "required_units": ["scanner"] })).await;
    let mut visits = Vec::new();
    for provider in &providers[..2] {
        visits.push(id(&shop.confirmed(&service, &at(day(), "10:00"), provider).await));
    }
    change(&host, "units", &scanner, json!({ "capacity": 1 })).await.expect(200);
    let both: Vec<(String, Vec<String>)> =
        visits.iter().map(|visit| (visit.clone(), vec!["SL0263".to_owned()])).collect();
    assert_eq!(listed(&shop).await, both);
    let third = json!({ "provider": providers[2] });
    shop.hold(&service, &at(day(), "10:30"), third).await.problem(409, "SL0265");
    let cancel = json!({ "reason": "the scanner is smaller" });
    host.post(&format!("/api/v1/appointments/{}/cancel", visits[0]), &cancel).await.expect(200);
    assert_eq!(listed(&shop).await, []);
    let site = shop.unit("Van", "van", json!({})).await;
    change(&host, "units", &scanner, json!({ "parent": site })).await.expect(200);
    assert_eq!(listed(&shop).await, [], "nobody uses the van as a whole");
}

async fn what_a_change_takes_away_is_booked_by_nobody_else(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    // Clients book on while the shift is cut short: whatever comes after the change is refused, what came before is listed.
    let booking = |hour: u32| shop.booking(&service, &at(day(), &format!("{hour:02}:00")), json!({}));
    let week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let shorter = json!({ "shifts": week.map(|day| shift(day, "09:00:00", "12:00:00")) });
    let holds = futures::future::join_all((9..17).map(|hour| {
        let booking = booking(hour);
        let host = &host;
        async move { host.post("/api/v1/appointments", &booking).await }
    }));
    let (answers, changed) = futures::join!(holds, change(&host, "providers", &pia, shorter));
    changed.expect(200);
    let late = answers.iter().skip(3).filter(|answer| answer.status == 201);
    let mut late: Vec<String> = late.map(|answer| id(&answer.json())).collect();
    let mut found: Vec<String> = listed(&shop).await.into_iter().map(|(hit, _)| hit).collect();
    late.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, late);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(422, "SL0211");
    }
    shop.hold(&service, &at(day(), "14:00"), json!({})).await.problem(422, "SL0211");
}

async fn records_that_make_no_sense_are_refused(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let room = shop.unit("Room", "room", json!({})).await;
    let chair = shop.unit("Chair", "chair", json!({ "parent": room })).await;
    let other = Shop::open(&host).await;
    let elsewhere = shop.add("branches", json!({ "name": "Another", "time_zone": "UTC" })).await;
    for (kind, of, fields) in [
        ("units", &room, json!({ "parent": chair })),
        ("units", &room, json!({ "parent": room })),
        ("units", &room, json!({ "branch": other.branch })),
        ("units", &chair, json!({ "branch": elsewhere })),
        ("units", &chair, json!({ "capacity": 0 })),
        ("providers", &pia, json!({ "branch": other.branch })),
        ("providers", &pia, json!({ "leave": [{ "start": at(day(), "12:00"), "end": at(day(), "11:00") }] })),
    ] {
        change(&host, kind, of, fields).await.problem(422, "SL0105");
    }
}
