//! A company of a scenario's own, made over HTTP: it has what the scenario is about, and nothing else.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};

use super::{Answer, Host};

/// The days of the week, as shifts name them.
const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A company with one branch and one customer.
pub(crate) struct Shop<'a> {
    pub(crate) host: &'a Host,
    pub(crate) company: String,
    pub(crate) branch: String,
    pub(crate) customer: String,
}

impl<'a> Shop<'a> {
    /// A company whose clocks show UTC.
    pub(crate) async fn open(host: &'a Host) -> Self {
        Self::with(host, "UTC", json!({})).await
    }

    /// A company in this zone, with these fields besides.
    pub(crate) async fn with(host: &'a Host, zone: &str, more: Value) -> Self {
        let company = with(json!({ "name": "A shop", "currency": "EUR", "time_zone": zone }), more);
        let company = id(&host.post("/api/v1/companies", &company).await.expect(201));
        let mut shop = Self { host, company, branch: String::new(), customer: String::new() };
        shop.branch = shop.add("branches", json!({ "name": "The branch", "time_zone": zone })).await;
        shop.customer = shop.add("customers", json!({ "name": "A customer" })).await;
        shop
    }

    /// The same company, seen from another branch of it.
    pub(crate) async fn elsewhere(&self, name: &str) -> Self {
        let branch = self.add("branches", json!({ "name": name, "time_zone": "UTC" })).await;
        Self { host: self.host, company: self.company.clone(), branch, customer: self.customer.clone() }
    }

    /// Adds a record, and gives its identifier.
    pub(crate) async fn add(&self, kind: &str, mut fields: Value) -> String {
        fields["company"] = json!(self.company);
        id(&self.host.post(&format!("/api/v1/{kind}"), &fields).await.expect(201))
    }

    /// A provider who works every day from one time to the other.
    pub(crate) async fn provider(&self, name: &str, start: &str, end: &str) -> String {
        self.provider_with_break(name, (start, end), json!([])).await
    }

    /// The same, with breaks.
    pub(crate) async fn provider_with_break(&self, name: &str, times: (&str, &str), breaks: Value) -> String {
        self.provider_with(name, times, json!({ "shifts": week(times, &breaks) })).await
    }

    /// The same, with these fields besides.
    pub(crate) async fn provider_with(&self, name: &str, times: (&str, &str), more: Value) -> String {
        let fields = json!({ "name": name, "branch": self.branch, "shifts": week(times, &json!([])) });
        self.add("providers", with(fields, more)).await
    }

    /// A room, or whatever the type says, with these fields besides.
    pub(crate) async fn unit(&self, name: &str, unit_type: &str, more: Value) -> String {
        let fields = json!({ "name": name, "branch": self.branch, "unit_type": unit_type });
        self.add("units", with(fields, more)).await
    }

    /// A service of an hour that these offer, with these fields besides.
    pub(crate) async fn service(&self, providers: &[&String], more: Value) -> String {
        let price = json!([{ "description": "Work", "basis": "per_booking", "unit_price": "49.90" }]);
        let fields = json!({
            "name": "A service", "item": "SERVICE", "duration_minutes": 60, "providers": providers, "prices": price,
        });
        self.add("services", with(fields, more)).await
    }

    /// What a search answers; `query` goes on after the service.
    pub(crate) async fn search(&self, service: &str, query: &str) -> Value {
        let path = format!("/api/v1/openings?service={service}&limit=500&{query}");
        self.host.get(&path).await.expect(200)
    }

    /// The starts of the openings on a day, every so many minutes.
    pub(crate) async fn starts(&self, service: &str, day: NaiveDate, step_minutes: u32) -> Vec<String> {
        let next = at(day + Days::new(1), "00:00");
        let query = format!("from={}&to={next}&step_minutes={step_minutes}", at(day, "00:00"));
        starts(&self.search(service, &query).await)
    }

    /// Asks for a hold, with these fields besides.
    pub(crate) async fn hold(&self, service: &str, start: &str, more: Value) -> Answer {
        self.host.post("/api/v1/appointments", &self.booking(service, start, more)).await
    }

    /// What is sent for a hold.
    pub(crate) fn booking(&self, service: &str, start: &str, more: Value) -> Value {
        with(json!({ "service": service, "customer": self.customer, "start": start }), more)
    }

    /// An appointment of this provider, confirmed.
    pub(crate) async fn confirmed(&self, service: &str, start: &str, provider: &str) -> Value {
        let held = self.hold(service, start, json!({ "provider": provider })).await.expect(201);
        self.host.command(&id(&held), "confirm").await.expect(200)
    }

    /// All of its appointments.
    pub(crate) async fn appointments(&self) -> Vec<Value> {
        let path = format!("/api/v1/appointments?limit=200&company={}", self.company);
        let listed = self.host.get(&path).await.expect(200);
        listed["items"].as_array().expect("a list").clone()
    }

    /// A command with a body, on somebody's behalf.
    pub(crate) async fn as_(&self, actor: &str, id: &str, command: &str, body: Value) -> Answer {
        let path = format!("/api/v1/appointments/{id}/{command}");
        Answer::of(self.host.request("POST", &path).header("Slotledger-Actor", actor).json(&body)).await
    }
}

/// A shift on every day of the week.
fn week((start, end): (&str, &str), breaks: &Value) -> Vec<Value> {
    let shift = |day| json!({ "weekday": day, "start": time(start), "end": time(end), "breaks": breaks });
    WEEK.into_iter().map(shift).collect()
}

/// The first object with the fields of the second.
fn with(mut fields: Value, more: Value) -> Value {
    let more = more.as_object().expect("an object").clone();
    fields.as_object_mut().expect("an object").extend(more);
    fields
}

/// Its identifier.
pub(crate) fn id(of: &Value) -> String {
    of["id"].as_str().unwrap_or_else(|| panic!("no id: {of}")).to_owned()
}

/// The starts of a search's openings, in its order.
pub(crate) fn starts(found: &Value) -> Vec<String> {
    let openings = found["openings"].as_array().expect("a list");
    openings.iter().map(|opening| opening["start"].as_str().expect("a start").to_owned()).collect()
}

/// The codes of what a problem, or a search that found nothing, names.
pub(crate) fn codes(of: &Value) -> Vec<&str> {
    let faults = of["errors"].as_array().or_else(|| of["reasons"].as_array()).expect("a list");
    faults.iter().filter_map(|fault| fault["code"].as_str()).collect()
}

/// A day that is near enough to be booked and too far to be missed by a slow test.
pub(crate) fn day() -> NaiveDate {
    SystemClock.now().date_naive() + Days::new(4)
}

/// The moment of a time of that day in UTC, as the API writes it.
pub(crate) fn at(day: NaiveDate, time: &str) -> String {
    format!("{day}T{}Z", self::time(time))
}

/// A moment as the API writes it.
pub(crate) fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn time(time: &str) -> String {
    format!("{time}:00")
}
