//! Reports: what became of a shop's work, in figures that are known.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::support::{Answer, Host, Shop, at, day, id, on_every_engine};

on_every_engine! {
    a_report_counts_and_adds_up_what_was_done,
    whoever_is_bound_sees_their_own_figures,
}

/// A shop with a week's work that is known.
struct Work<'a> {
    shop: Shop<'a>,
    ada: String,
    ben: String,
    completed: String,
    /// The period: from today, when its invoice is made, to the day its visits are on.
    days: (NaiveDate, NaiveDate),
}

impl<'a> Work<'a> {
    async fn done(host: &'a Host) -> Self {
        let shop = Shop::open(host).await;
        let rest = json!([{ "start": "12:00:00", "end": "13:00:00" }]);
        let ada = shop.provider_with_break("Ada", ("09:00", "17:00"), rest).await;
        let ben = shop.provider("Ben", "09:00", "17:00").await;
        let visit = json!({ "name": "Visit", "cancel_cutoff_minutes": 20160 });
        let visit = shop.service(&[&ada], visit).await;
        let price = json!([{ "description": "Check", "basis": "per_booking", "unit_price": "20.05" }]);
        let check =
            json!({ "name": "Check", "duration_minutes": 30, "buffer_after_minutes": 15, "prices": price });
        let check = shop.service(&[&ben], check).await;
        let completed = shop.confirmed(&visit, &at(day(), "09:00"), &ada).await;
        for command in ["start", "complete"] {
            host.command(&id(&completed), command).await.expect(200);
        }
        let late = shop.confirmed(&visit, &at(day(), "10:00"), &ada).await;
        let reason = json!({ "reason": "Ill", "exception_reason": "A good customer" });
        shop.as_("staff", &id(&late), "cancel", reason).await.expect(200);
        let standing = shop.hold(&visit, &at(day(), "11:00"), json!({})).await.expect(201);
        host.command(&id(&standing), "schedule").await.expect(200);
        let moved = shop.confirmed(&check, &at(day(), "09:00"), &ben).await;
        let elsewhen = json!({ "start": at(day(), "15:00"), "reason": "Later" });
        shop.as_("staff", &id(&moved), "reschedule", elsewhen).await.expect(200);
        // Neither a hold nor one that is given up is a visit.
        shop.hold(&check, &at(day(), "10:00"), json!({})).await.expect(201);
        let given_up = shop.hold(&check, &at(day(), "11:00"), json!({})).await.expect(201);
        shop.as_("staff", &id(&given_up), "cancel", json!({ "reason": "No" })).await.expect(200);
        host.documents(&id(&completed)).await;
        let days = (day() - Days::new(4), day());
        Self { shop, ada, ben, completed: id(&completed), days }
    }

    async fn report(&self, what: &str, more: &str) -> Answer {
        let (from, to) = self.days;
        let company = &self.shop.company;
        let path = format!("/api/v1/reports/{what}?company={company}&from={from}&to={to}{more}");
        self.shop.host.get(&path).await
    }
}

fn figures(of: &Value) -> Vec<u64> {
    let names = ["booked", "completed", "standing", "rescheduled", "cancelled", "cancelled_late", "no_shows"];
    names.map(|name| of[name].as_u64().unwrap_or_else(|| panic!("no {name}: {of}"))).to_vec()
}

/// Of each group its name and figures.
fn groups(of: &Value) -> Vec<(&str, Vec<u64>)> {
    let groups = of.as_array().expect("a list").iter();
    groups.map(|group| (group["name"].as_str().expect("a name"), figures(&group["figures"]))).collect()
}

async fn a_report_counts_and_adds_up_what_was_done(host: Host) {
    let work = Work::done(&host).await;
    let visits = work.report("visits", "").await.expect(200);
    let total = &visits["total"];
    assert_eq!(figures(total), [5, 1, 2, 1, 1, 1, 0], "{visits}");
    assert_eq!(
        (&total["no_show_percent"], &total["late_cancellation_percent"]),
        (&json!("0.0"), &json!("50.0"))
    );
    let (ada, ben) = (vec![3, 1, 1, 0, 1, 1, 0], vec![2, 0, 1, 1, 0, 0, 0]);
    assert_eq!(groups(&visits["branches"]), [("The branch", vec![5, 1, 2, 1, 1, 1, 0])]);
    assert_eq!(groups(&visits["providers"]), [("Ada", ada.clone()), ("Ben", ben.clone())]);
    assert_eq!(groups(&visits["services"]), [("Check", ben.clone()), ("Visit", ada)]);
    let weeks = visits["weeks"].as_array().expect("a list");
    let last = weeks.last().expect("a week");
    assert_eq!((figures(&last["figures"])[0], &last["to"]), (5, &json!(work.days.1)));
    let of_ben = work.report("visits", &format!("&provider={}", work.ben)).await.expect(200);
    assert_eq!(figures(&of_ben["total"]), ben);

    let used = work.report("utilisation", "").await.expect(200);
    let rows = used["providers"].as_array().expect("a list").iter();
    let rows: Vec<_> = rows
        .map(|row| (&row["name"], &row["booked_minutes"], &row["shift_minutes"], &row["percent"]))
        .collect();
    let ada = (&json!("Ada"), &json!(120), &json!(5 * 420), &json!("5.7"));
    let ben = (&json!("Ben"), &json!(45), &json!(5 * 480), &json!("1.9"));
    assert_eq!(rows, [ada, ben]);
    assert_eq!((&used["booked_minutes"], &used["percent"]), (&json!(165), &json!("3.7")));

    let revenue = work.report("revenue", "").await.expect(200);
    let euros = &revenue["currencies"][0];
    let told = |of: &Value| (of["booked"].clone(), of["invoiced"].clone());
    assert_eq!(told(euros), (json!("119.85"), json!("49.90")), "{revenue}");
    assert_eq!(euros["currency"], "EUR");
    let of_ben = work.report("revenue", &format!("&provider={}", work.ben)).await.expect(200);
    assert_eq!(told(&of_ben["currencies"][0]), (json!("20.05"), json!("0.00")), "{of_ben}");
    // What was done is found not to have been, and is credited.
    let correction = json!({ "to": "cancelled", "reason": "It was not done" });
    work.shop.as_("staff", &work.completed, "correct", correction).await.expect(200);
    host.documents(&work.completed).await;
    let revenue = work.report("revenue", &format!("&provider={}", work.ada)).await.expect(200);
    assert_eq!(told(&revenue["currencies"][0]), (json!("49.90"), json!("0.00")), "{revenue}");

    let (from, to) = work.days;
    let company = &work.shop.company;
    for what in ["visits", "utilisation", "revenue"] {
        let path = |query: &str| format!("/api/v1/reports/{what}?{query}");
        for days in
            [format!("from={to}&to={from}"), format!("from=2020-01-01&to={to}"), "to=0001-01-01".to_owned()]
        {
            host.get(&path(&format!("company={company}&{days}"))).await.problem(400, "SL0133");
        }
        host.get(&path("from=yesterday")).await.problem(400, "SL0107");
        host.get(&path("")).await.problem(400, "SL0107");
        host.get(&path("company=01980000-0000-7000-8000-00000000dead")).await.problem(404, "SL0301");
    }
}

async fn whoever_is_bound_sees_their_own_figures(host: Host) {
    let work = Work::done(&host).await;
    let annexe = work.shop.elsewhere("The annexe").await;
    let cleo = annexe.provider("Cleo", "09:00", "17:00").await;
    let service = annexe.service(&[&cleo], json!({ "name": "Talk" })).await;
    annexe.confirmed(&service, &at(day(), "09:00"), &cleo).await;
    let key = async |role: &str, branch: &str| {
        let grants = json!([{ "role": role, "company": work.shop.company, "branch": branch }]);
        let body = json!({ "label": format!("{role} at {branch}"), "grants": grants });
        let key = host.post("/api/v1/keys", &body).await.expect(201);
        key["secret"].as_str().unwrap_or_else(|| panic!("no secret: {key}")).to_owned()
    };
    let get = async |key: &str, what: &str| {
        let (from, to) = work.days;
        let joint = if what.contains('?') { '&' } else { '?' };
        let path = format!("/api/v1/reports/{what}{joint}from={from}&to={to}");
        Answer::of(host.request_as(key, "GET", &path)).await
    };
    let dispatcher = key("dispatcher", &annexe.branch).await;
    let visits = get(&dispatcher, "visits").await.expect(200);
    assert_eq!(groups(&visits["providers"]), [("Cleo", vec![1, 0, 1, 0, 0, 0, 0])]);
    let used = get(&dispatcher, "utilisation").await.expect(200);
    assert_eq!(used["providers"].as_array().map(Vec::len), Some(1), "{used}");
    get(&dispatcher, "revenue").await.problem(403, "SL0119");
    get(&dispatcher, &format!("visits?branch={}", work.shop.branch)).await.problem(403, "SL0120");
    let accountant = key("accountant", &annexe.branch).await;
    let revenue = get(&accountant, "revenue").await.expect(200);
    assert_eq!(revenue["currencies"][0]["booked"], "49.90", "{revenue}");
    assert_eq!(revenue["currencies"][0]["invoiced"], "0.00", "{revenue}");
    let desk = key("front_desk", &annexe.branch).await;
    get(&desk, "visits").await.problem(403, "SL0119");
}
