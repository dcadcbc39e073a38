//! One customer's appointment from the search to the last document, through the HTTP API alone.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::client::Client;
use super::report::{Appointment, Document, Report};
use super::sample;
use crate::progress::step;

/// A Tryton on a busy machine takes some seconds a document; ten times that means that something is wrong.
const DELIVERY_LIMIT: Duration = Duration::from_secs(180);
const POLL_EVERY: Duration = Duration::from_millis(100);

/// Holds, confirms, starts and completes an appointment, and reads its documents back from the books.
pub(crate) fn travel(client: &Client, erp: &'static str) -> Result<Report> {
    let opening = step("searching for openings", |_| first_opening(client))?;
    let held = step("holding the first one", |_| hold(client, &opening))?;
    let mut appointment = held;
    for command in ["confirm", "start", "complete"] {
        appointment =
            step(&format!("{} {command}", appointment.name), |_| order(client, &appointment, command))?;
    }
    step("waiting for the documents", |step| {
        delivered(client, &appointment, &mut |detail| step.detail(detail))
    })?;
    let documents = step("reading the books", |_| documents(client, &appointment))?;
    Ok(Report { erp, appointment, documents })
}

fn first_opening(client: &Client) -> Result<Value> {
    let found = client.get(&format!("/api/v1/openings?service={}&limit=1", sample::SERVICE))?;
    match found["openings"].get(0) {
        Some(opening) => Ok(opening.clone()),
        None => bail!("there is no opening: {}", found["reasons"]),
    }
}

fn hold(client: &Client, opening: &Value) -> Result<Appointment> {
    let booking = json!({
        "service": sample::SERVICE,
        "customer": sample::CUSTOMER,
        "provider": opening["provider"],
        "start": opening["start"],
    });
    appointment(client.post("/api/v1/appointments", "demo-hold", &booking)?)
}

fn order(client: &Client, appointment: &Appointment, command: &str) -> Result<Appointment> {
    let path = format!("/api/v1/appointments/{}/{command}", appointment.id);
    self::appointment(client.post(&path, &format!("demo-{command}"), &json!({}))?)
}

fn appointment(body: Value) -> Result<Appointment> {
    serde_json::from_value(body).context("the answer is no appointment")
}

/// Waits until every document asked for stands. One that was parked ends the wait with the books' own words.
fn delivered(client: &Client, appointment: &Appointment, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let path = format!("/api/v1/deliveries?appointment={}", appointment.id);
    let deadline = Instant::now() + DELIVERY_LIMIT;
    let mut said = None;
    loop {
        let page = client.get(&path)?;
        let rows = page["items"].as_array().context("the answer lists no deliveries")?;
        if let Some(row) = rows.iter().find(|row| row["state"] == "parked") {
            bail!("{} was refused by the books: {}", row["kind"], row["failure"]);
        }
        let open = rows.iter().filter(|row| row["state"] != "done").count();
        if open == 0 && !rows.is_empty() {
            return Ok(());
        }
        if said.replace(open) != Some(open) {
            progress(&format!("{open} of {} on their way", rows.len()));
        }
        if Instant::now() > deadline {
            bail!("{open} documents were not delivered within {} s: {page}", DELIVERY_LIMIT.as_secs());
        }
        thread::sleep(POLL_EVERY);
    }
}

fn documents(client: &Client, appointment: &Appointment) -> Result<Vec<Document>> {
    let page = client.get(&format!("/api/v1/appointments/{}/documents", appointment.id))?;
    serde_json::from_value(page["items"].clone()).context("the answer lists no documents")
}
