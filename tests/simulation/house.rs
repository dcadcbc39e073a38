//! The company that every run begins with: a branch whose clocks change while the run lasts, providers by day and by
//! night, a tree of units, and a service for each kind of rule.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use slotledger::app::{App, Connections, Ports, Reply};
use slotledger::clock::SharedClock;
use slotledger::model::{
    Branch, Company, CompanyId, Customer, CustomerId, Master, Provider, ProviderId, Service, ServiceId, Unit,
    UnitId,
};
use slotledger::store::SharedStore;
use slotledger::wasm::Rules;
use tokio::sync::Notify;
use uuid::Uuid;

/// When every run begins: a Thursday, three days before Berlin's clocks go forward.
const BEGIN: &str = "2026-03-26T05:20:00Z";

/// Who and what there is.
#[derive(Debug, Clone)]
pub(super) struct House {
    pub(super) company: CompanyId,
    pub(super) providers: Vec<ProviderId>,
    pub(super) units: Vec<UnitId>,
    pub(super) customers: Vec<CustomerId>,
    /// Performed for one customer by one provider, with buffers off the grid and no unit.
    pub(super) visit: ServiceId,
    /// Customers share it; it needs a room.
    pub(super) class: ServiceId,
    /// It needs a chair, which is a part of a room.
    pub(super) treatment: ServiceId,
    /// It asks for a deposit, and needs a device that two can use at once.
    pub(super) scan: ServiceId,
}

impl House {
    /// All services.
    pub(super) const fn services(&self) -> [ServiceId; 4] {
        [self.visit, self.class, self.treatment, self.scan]
    }
}

/// The use cases on a store.
pub(super) fn app(store: SharedStore, rules: Rules, clock: SharedClock) -> App {
    let (books, wake) = (Arc::new(Connections::default()), Arc::new(Notify::new()));
    App::new(Ports { store, rules, clock, books, wake })
}

/// The moment every run begins at.
pub(super) fn begin() -> DateTime<Utc> {
    BEGIN.parse().expect("a moment")
}

/// Builds the house.
pub(super) async fn build(app: &App) -> House {
    let company = json!({
        "name": "Runs", "currency": "EUR", "time_zone": "Europe/Berlin", "hold_minutes": 12,
        "late_cancel_fee": "15.00", "no_show_fee": "20.00",
    });
    let company = CompanyId(add::<Company>(app, None, company).await);
    let branch = add::<Branch>(app, Some(company), branch()).await;
    let mut providers = Vec::new();
    for provider in [
        provider("Day", branch, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], ("08:00:00", "18:00:00"), true),
        provider("Late", branch, ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue"], ("11:00:00", "20:00:00"), false),
        provider("Night", branch, ["Thu", "Fri", "Sat", "Sun", "Mon", "Wed"], ("22:00:00", "06:00:00"), true),
    ] {
        providers.push(ProviderId(add::<Provider>(app, Some(company), provider).await));
    }
    let units = units(app, company, branch).await;
    let mut customers = Vec::new();
    for name in ["Ana", "Ben", "Cleo"] {
        customers.push(CustomerId(add::<Customer>(app, Some(company), json!({ "name": name })).await));
    }
    let [visit, class, treatment, scan] = services(&providers);
    House {
        visit: ServiceId(add::<Service>(app, Some(company), visit).await),
        class: ServiceId(add::<Service>(app, Some(company), class).await),
        treatment: ServiceId(add::<Service>(app, Some(company), treatment).await),
        scan: ServiceId(add::<Service>(app, Some(company), scan).await),
        company,
        providers,
        units,
        customers,
    }
}

fn branch() -> Value {
    let week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let open = week.map(|weekday| json!({ "weekday": weekday, "start": "00:30:00", "end": "23:30:00" }));
    json!({ "name": "Berlin", "time_zone": "Europe/Berlin", "opening_hours": open, "holidays": ["2026-03-30"] })
}

fn provider(name: &str, branch: Uuid, days: [&str; 6], (start, end): (&str, &str), breaks: bool) -> Value {
    let pause = if start < end { ("13:00:00", "14:00:00") } else { ("23:45:00", "00:30:00") };
    let breaks = if breaks { vec![json!({ "start": pause.0, "end": pause.1 })] } else { Vec::new() };
    let shift = |weekday: &str| json!({ "weekday": weekday, "start": start, "end": end, "breaks": breaks });
    json!({ "name": name, "branch": branch, "shifts": days.map(shift) })
}

/// Two rooms with two chairs each, one room for one visit and one for two, and a device for two.
async fn units(app: &App, company: CompanyId, branch: Uuid) -> Vec<UnitId> {
    let unit = |name: &str, kind: &str, parent: Option<UnitId>, capacity: u32| {
        json!({
            "name": name, "branch": branch, "unit_type": kind, "capacity": capacity,
            "overlap_allowed": capacity > 1, "parent": parent,
        })
    };
    let add = async |data: Value| UnitId(add::<Unit>(app, Some(company), data).await);
    let site = add(unit("Site", "site", None, 1)).await;
    let small = add(unit("Small room", "room", Some(site), 1)).await;
    let large = add(unit("Large room", "room", Some(site), 2)).await;
    let mut all = vec![site, small, large];
    for (n, room) in [small, small, large, large].into_iter().enumerate() {
        all.push(add(unit(&format!("Chair {n}"), "chair", Some(room), 1)).await);
    }
    all.push(add(unit("Device", "device", None, 2)).await);
    all
}

fn services(providers: &[ProviderId]) -> [Value; 4] {
    let [day, late, night] = providers else { panic!("three providers") };
    let price = |basis: &str, unit_price: &str| json!([{ "description": "Work", "basis": basis, "unit_price": unit_price }]);
    let visit = json!({
        "name": "Visit", "item": "VISIT", "duration_minutes": 50, "buffer_before_minutes": 7, "buffer_after_minutes": 8,
        "lead_time_minutes": 60, "horizon_days": 6, "cancel_cutoff_minutes": 2400, "reschedule_cutoff_minutes": 240,
        "reschedule_limit": 2, "latest_start": "22:30:00", "providers": [day, late, night],
        "prices": price("per_booking", "49.90"), "commission_percent": "10",
        "consumables": [{ "item": "FILTER", "quantity": "1", "unit": "Unit", "warehouse": "WH" }],
    });
    let class = json!({
        "name": "Class", "item": "CLASS", "duration_minutes": 45, "buffer_after_minutes": 5, "seats": 5,
        "max_guests": 3, "providers": [day, late], "required_units": ["room"], "prices": price("per_guest", "7.50"),
    });
    let treatment = json!({
        "name": "Treatment", "item": "TREAT", "duration_minutes": 30, "providers": [day, late, night],
        "required_units": ["chair"], "prices": price("per_booking", "30.00"), "cancel_cutoff_minutes": 240,
    });
    let scan = json!({
        "name": "Scan", "item": "SCAN", "duration_minutes": 40, "buffer_before_minutes": 5, "deposit_percent": "30",
        "providers": [day, late, night], "required_units": ["device"], "prices": price("per_booking", "80.00"),
    });
    [visit, class, treatment, scan]
}

async fn add<T: Master>(app: &App, company: Option<CompanyId>, data: Value) -> Uuid {
    let data: T = serde_json::from_value(data).expect("master data");
    match app.create(company, data, None).await.expect("it is added") {
        Reply::Fresh(stored) => stored.id,
        Reply::Replayed(answer) => panic!("{answer:?}"),
    }
}
