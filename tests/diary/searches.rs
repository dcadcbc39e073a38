//! Searches: whom they are about, what comes first where there are several branches, and where they look when they
//! find nothing.

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};

use crate::support::{Host, Shop, at, day, on_every_engine, starts};

on_every_engine! {
    rankings_hold_across_branches,
    a_search_is_about_the_providers_it_names,
    wishes_put_providers_in_order_or_choose_them,
    what_is_free_with_others_is_looked_for_from_where_the_search_begins,
    a_search_keeps_its_limits,
    words_that_are_too_long_are_no_matter_for_the_rules,
}

/// The query of the whole day.
fn whole_day(more: &str) -> String {
    format!("from={}&to={}&{more}", at(day(), "00:00"), at(day() + Days::new(1), "00:00"))
}

/// The names of the providers of the first openings.
fn names(found: &Value, first: usize) -> Vec<&str> {
    let openings = found["openings"].as_array().expect("a list");
    openings.iter().take(first).filter_map(|opening| opening["provider_name"].as_str()).collect()
}

async fn rankings_hold_across_branches(host: Host) {
    let shop = Shop::open(&host).await;
    let other = shop.elsewhere("The other branch").await;
    let (pia, ben) =
        (shop.provider("Pia", "09:00", "17:00").await, other.provider("Ben", "09:00", "17:00").await);
    let service = shop.service(&[&pia, &ben], json!({})).await;
    let ranked = async |more: &str| shop.search(&service, &whole_day(more)).await;
    let nearest = ranked(&format!("ranking=nearest&near={}", at(day(), "12:00"))).await;
    let around = ["12:00", "12:00", "11:45", "11:45", "12:15", "12:15"].map(|time| at(day(), time));
    assert_eq!(starts(&nearest)[..6], around);
    let once = starts(&ranked("ranking=earliest_starts").await);
    let mut each = starts(&ranked("").await);
    each.dedup();
    assert_eq!(once, each, "each time once, whoever could have it");

    shop.confirmed(&service, &at(day(), "09:00"), &pia).await;
    assert_eq!(names(&ranked("ranking=fairest").await, 5), ["Ben"; 5], "Pia has something to do");
    shop.confirmed(&service, &at(day(), "13:00"), &ben).await;
    let again = format!("ranking=same_provider&customer={}", shop.customer);
    assert_eq!(names(&ranked(&again).await, 5), ["Ben"; 5], "Ben's was the last visit");
    let whole = ranked("ranking=least_fragmenting").await;
    let last = names(&whole, usize::MAX).len() - 4;
    let first = names(&whole, 4);
    assert!(first.contains(&"Pia") && first.contains(&"Ben"), "both have a time that leaves no gap: {whole}");
    assert!(names(&whole, usize::MAX)[last..].contains(&"Ben"), "what leaves gaps comes last: {whole}");
}

async fn a_search_is_about_the_providers_it_names(host: Host) {
    let shop = Shop::open(&host).await;
    let other = shop.elsewhere("The other branch").await;
    let (pia, ben, cleo) = (
        shop.provider("Pia", "09:00", "10:00").await,
        shop.provider("Ben", "09:00", "10:00").await,
        other.provider("Cleo", "09:00", "10:00").await,
    );
    let service = shop.service(&[&pia, &ben, &cleo], json!({})).await;
    let named = async |ids: &[&str]| {
        let found = shop.search(&service, &whole_day(&format!("provider={}", ids.join(",")))).await;
        let mut names: Vec<String> = names(&found, usize::MAX).into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(named(&[]).await, ["Ben", "Cleo", "Pia"]);
    assert_eq!(named(&[&pia]).await, ["Pia"]);
    assert_eq!(named(&[&cleo, &pia, &cleo]).await, ["Cleo", "Pia"], "whoever is named twice counts once");
    let path = |more: &str| format!("/api/v1/openings?service={service}&{more}");
    host.get(&path(&format!("provider={pia},nobody"))).await.problem(400, "SL0107");
    let elsewhere = host.get(&path(&format!("provider={pia},{cleo}&branch={}", shop.branch))).await;
    elsewhere.problem(400, "SL0107");
    let unknown = host.get(&path(&format!("provider={}", shop.customer))).await;
    assert_eq!(unknown.status, 404);
    let crowd = vec![pia.as_str(); 101].join(",");
    host.get(&path(&format!("provider={crowd}"))).await.problem(400, "SL0107");
}

async fn wishes_put_providers_in_order_or_choose_them(host: Host) {
    let shop = Shop::open(&host).await;
    let mut all = Vec::new();
    for (name, more) in [
        ("Ada", json!({})),
        ("Bea", json!({ "gender": "female", "languages": ["de"] })),
        ("Cid", json!({ "gender": "male", "languages": ["de"], "skills": ["surgery"] })),
    ] {
        all.push(shop.provider_with(name, ("09:00", "10:00"), more).await);
    }
    let service = shop.service(&all.iter().collect::<Vec<_>>(), json!({})).await;
    let wished = async |more: &str| shop.search(&service, &whole_day(more)).await;
    for (wish, first, strict) in [
        ("gender=female", &["Bea", "Ada", "Cid"][..], &["Bea"][..]),
        ("language=de", &["Bea", "Cid", "Ada"], &["Bea", "Cid"]),
        ("skill=surgery&language=de", &["Cid", "Bea", "Ada"], &["Cid"]),
    ] {
        assert_eq!(names(&wished(wish).await, 3), first, "{wish}");
        assert_eq!(names(&wished(&format!("{wish}&strict=true")).await, 3), strict, "{wish}");
    }
    let one_of_two = wished("skill=surgery&language=de&strict=language").await;
    assert_eq!(names(&one_of_two, 3), ["Cid", "Bea"], "the skill is a wish");
    let wrong = format!("/api/v1/openings?service={service}&skill=surgery&strict=talent");
    host.get(&wrong).await.problem(400, "SL0107");
    let nobody = wished("skill=juggling&strict=true").await;
    assert_eq!((names(&nobody, 1), crate::support::codes(&nobody).len()), (vec![], 1), "{nobody}");
    let wish = json!([{ "kind": "language", "value": "de", "required": true }]);
    let held = shop.hold(&service, &at(day(), "09:00"), json!({ "preferences": wish })).await.expect(201);
    assert_ne!(held["provider"], json!(all[0]), "who is chosen meets it: {held}");
}

async fn what_is_free_with_others_is_looked_for_from_where_the_search_begins(host: Host) {
    let shop = Shop::open(&host).await;
    let anna = shop.add("providers", json!({ "name": "Anna", "branch": shop.branch })).await;
    let other = shop.elsewhere("The other branch").await;
    let (ben, cleo) =
        (shop.provider("Ben", "09:00", "17:00").await, other.provider("Cleo", "09:00", "17:00").await);
    let service = shop.service(&[&anna, &ben, &cleo], json!({})).await;
    let found = shop.search(&service, &format!("provider={anna}")).await;
    assert_eq!(starts(&found), Vec::<String>::new());
    let alternatives = found["alternatives"].as_array().expect("a list");
    let soon = SystemClock.now() + TimeDelta::days(2);
    for (differs, who) in [("provider", &ben), ("branch", &cleo)] {
        let first = alternatives.iter().find(|one| one["differs"] == differs);
        let first = first.unwrap_or_else(|| panic!("nothing in {differs}: {found}"));
        assert_eq!(first["provider"], json!(who));
        let start: DateTime<Utc> = first["start"].as_str().and_then(|at| at.parse().ok()).expect("a start");
        assert!(start < soon, "two weeks hence is not nearest: {found}");
    }
}

async fn words_that_are_too_long_are_no_matter_for_the_rules(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    for long in ["😀".repeat(101), "x".repeat(100_000), "\u{202e}".repeat(4_000), String::new()] {
        for field in ["coupon", "currency"] {
            let refused = shop.hold(&service, &at(day(), "10:00"), json!({ field: long })).await;
            assert_eq!(refused.problem(422, "SL0105")["errors"][0]["field"], field);
        }
        let item = json!({ "service": service, "start": at(day(), "10:00"), "coupon": long });
        let booking = json!({ "customer": shop.customer, "mode": "free", "items": [item] });
        let refused = host.post("/api/v1/bookings", &booking).await.problem(422, "SL0105");
        assert_eq!(refused["errors"][0]["field"], "items[0].coupon");
    }
    let hundred = json!({ "coupon": "😀".repeat(100) });
    assert_eq!(
        shop.hold(&service, &at(day(), "10:00"), hundred).await.status,
        422,
        "the rules do not know it"
    );
}

async fn a_search_keeps_its_limits(host: Host) {
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "horizon_days": 365 })).await;
    let search = async |more: &str| host.get(&format!("/api/v1/openings?service={service}&{more}")).await;
    let until =
        |days: u64| format!("from={}&to={}", at(day(), "00:00"), at(day() + Days::new(days), "00:00"));
    let month = search(&format!("{}&limit=500", until(62))).await.expect(200);
    assert_eq!((starts(&month).len(), &month["more"]), (500, &json!(true)));
    let limits = ["501", "0", "-1", "many"].map(|limit| format!("{}&limit={limit}", until(1)));
    for wrong in limits.into_iter().chain([until(63), until(0)]) {
        search(&wrong).await.problem(400, "SL0107");
    }
    for guests in ["0", "10001"] {
        search(&format!("guests={guests}")).await.problem(400, "SL0107");
    }
    for step in ["7", "0", "1445"] {
        search(&format!("step_minutes={step}")).await.problem(400, "SL0107");
    }
}
