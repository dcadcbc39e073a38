//! A company whose pages are read: two hundred people who work, a thousand customers.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value, json};
use slotledger::clock::{Clock as _, SystemClock};
use tokio::time::{Instant, sleep};

use crate::desk::Desk;

/// People who work, a row of the board each.
const PROVIDERS: usize = 200;
const CUSTOMERS: usize = 1000;

/// Documents that are not in the books by then never will be.
const LOST: Duration = Duration::from_secs(20);

/// The page that a technician reads; all others the office does.
pub(super) const TODAY: &str = "/today";

/// It, and a visit of it in each of some states.
pub(super) struct Company {
    pub(super) id: String,
    service: String,
    pub(super) providers: Vec<String>,
    pub(super) customers: Vec<String>,
    scheduled: String,
    confirmed: String,
    completed: String,
    cancelled: String,
}

impl Company {
    /// Makes it over HTTP.
    pub(super) async fn make(desk: &Desk<'_>) -> Result<Self> {
        let company = json!({
            "name": "Pages", "currency": "EUR", "time_zone": "UTC", "portal": { "open": true },
        });
        let mut made = Self {
            id: add(desk, "companies", &company).await?,
            service: String::new(),
            providers: Vec::new(),
            customers: Vec::new(),
            scheduled: String::new(),
            confirmed: String::new(),
            completed: String::new(),
            cancelled: String::new(),
        };
        made.people(desk).await?;
        made.visits(desk).await?;
        Ok(made)
    }

    async fn people(&mut self, desk: &Desk<'_>) -> Result<()> {
        let branch = self.add(desk, "branches", json!({ "name": "Pages", "time_zone": "UTC" })).await?;
        let shifts: Vec<Value> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
            .map(|weekday| json!({ "weekday": weekday, "start": "07:00:00", "end": "18:00:00" }))
            .to_vec();
        for n in 0..PROVIDERS {
            let fields = json!({ "name": format!("Technician {n:03}"), "branch": branch, "shifts": shifts });
            let provider = self.add(desk, "providers", fields).await?;
            self.providers.push(provider);
        }
        for n in 0..CUSTOMERS {
            let fields = json!({ "name": format!("Customer {n:04}"), "email": format!("c{n}@example.org") });
            let customer = self.add(desk, "customers", fields).await?;
            self.customers.push(customer);
        }
        let service = json!({
            "name": "Visit", "item": "SVC", "duration_minutes": 60, "providers": self.providers,
            "prices": [{ "description": "Visit", "basis": "per_booking", "unit_price": "49.90" }],
        });
        self.service = self.add(desk, "services", service).await?;
        Ok(())
    }

    /// Takes one visit to each state, and waits for its documents.
    async fn visits(&mut self, desk: &Desk<'_>) -> Result<()> {
        self.scheduled = self.visit(desk, 0, &["schedule"]).await?;
        self.confirmed = self.visit(desk, 1, &["confirm"]).await?;
        self.completed = self.visit(desk, 2, &["confirm", "start", "complete"]).await?;
        self.cancelled = self.visit(desk, 3, &["confirm", "cancel"]).await?;
        let since = Instant::now();
        let waiting = format!("/api/v1/deliveries?company={}&state=pending", self.id);
        while desk.get(&waiting).await?["items"].as_array().is_none_or(|waiting| !waiting.is_empty()) {
            ensure!(since.elapsed() < LOST, "documents do not reach the books");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn visit(&self, desk: &Desk<'_>, provider: usize, commands: &[&str]) -> Result<String> {
        let tomorrow = SystemClock.now().date_naive().and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1);
        let visit = json!({
            "service": self.service, "customer": self.customers.first(), "provider": self.providers.get(provider),
            "start": tomorrow + TimeDelta::hours(8),
        });
        let visit = add(desk, "appointments", &visit).await?;
        for command in commands {
            let reason = if *command == "cancel" { json!({ "reason": "Ill" }) } else { json!({}) };
            desk.post(&format!("/api/v1/appointments/{visit}/{command}"), &reason).await?;
        }
        Ok(visit)
    }

    /// The visit that the n-th of all, on that day as seen from today, is like.
    pub(super) fn like(&self, day: i64, n: usize) -> &str {
        match (day, n % 10) {
            (_, 0) => &self.cancelled,
            (..0, _) | (0, 1..4) => &self.completed,
            (_, 1..6) => &self.confirmed,
            _ => &self.scheduled,
        }
    }

    /// The addresses of the pages, in the order of their rows.
    pub(super) async fn pages(&self, desk: &Desk<'_>) -> Result<[String; 13]> {
        let Self { id, service, completed, .. } = self;
        let deliveries = desk.get(&format!("/api/v1/deliveries?appointment={completed}")).await?;
        let delivery = &deliveries["items"][0]["id"];
        let customer = self.customers.first().context("there are customers")?;
        Ok([
            "/appointments".to_owned(),
            "/appointments?text=Customer+0123".to_owned(),
            format!("/appointments?company={id}&when=upcoming"),
            format!("/appointments/{completed}"),
            "/customers?q=customer+01".to_owned(),
            format!("/customers/{customer}"),
            format!("/board?company={id}"),
            TODAY.to_owned(),
            format!("/books?company={id}&state=done"),
            format!("/books/{delivery}"),
            format!("/reports?company={id}"),
            format!("/portal/{id}"),
            format!("/portal/{id}/times?service={service}"),
        ])
    }

    async fn add(&self, desk: &Desk<'_>, kind: &str, mut fields: Value) -> Result<String> {
        fields["company"] = json!(self.id);
        add(desk, kind, &fields).await
    }
}

/// Adds a record, and gives its identifier.
async fn add(desk: &Desk<'_>, kind: &str, fields: &Value) -> Result<String> {
    let added = desk.post(&format!("/api/v1/{kind}"), fields).await?;
    Ok(added["id"].as_str().context("what was added has an identifier")?.to_owned())
}
