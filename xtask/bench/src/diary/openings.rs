//! Searches, from the request to the whole answer.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slotledger::model::ServiceId;
use slotledger::wasm::Rules;
use slotledger_rules::fixtures;

use super::crowd::{Crowd, PROVIDERS};
use crate::report::{Row, median, percentile};
use crate::server::Server;

/// The rows measured here.
pub(super) const ROWS: [&str; 4] =
    ["openings.1000x30", "openings.rules", "openings.1x30", "openings.history"];
/// What the server holds afterwards.
pub(super) const MEMORY: &str = "serve.rss_1000x90_mib";

/// Openings asked for.
const LIMIT: usize = 20;

/// The first searches read what later ones find read.
const WARM_UP: usize = 5;

/// Somebody who searches.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl Client {
    pub(super) fn new(server: &Server, key: &str) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, base: format!("http://{}/api/v1/openings", server.address), key: key.to_owned() })
    }

    /// Searches so many days and says how long it took, in milliseconds.
    async fn search(&self, service: ServiceId, from: DateTime<Utc>, days: i64) -> Result<f64> {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let query = [
            ("service", service.to_string()),
            ("from", text(from)),
            ("to", text(from + TimeDelta::days(days))),
            ("limit", LIMIT.to_string()),
        ];
        let since = Instant::now();
        let answer = self.http.get(&self.base).bearer_auth(&self.key).query(&query).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        let took = since.elapsed().as_secs_f64() * 1e3;
        let found: Value = serde_json::from_slice(&body)?;
        let openings = found["openings"].as_array().map_or(0, Vec::len);
        ensure!(status.is_success() && openings == LIMIT, "a search found {openings} openings: {found}");
        Ok(took)
    }

    /// The p99 of so many searches with each of the services, in turns.
    async fn searches<const N: usize>(
        &self,
        services: [ServiceId; N],
        crowd: &Crowd,
        times: usize,
    ) -> Result<[f64; N]> {
        let mut took = [(); N].map(|()| Vec::new());
        for time in 0..times + WARM_UP {
            for (service, took) in services.iter().zip(&mut took) {
                let taken = self.search(*service, crowd.first, 30).await?;
                if time >= WARM_UP {
                    took.push(taken);
                }
            }
        }
        Ok(took.map(|took| percentile(took, 99)))
    }
}

/// The p99 of searches among a thousand, with one, and with one who has a long past.
pub(super) async fn measure(client: &Client, crowd: &Crowd, scratch: &Path, quick: bool) -> Result<Vec<Row>> {
    let times = if quick { 200 } else { 1000 };
    let [among] = client.searches([crowd.service], crowd, times).await?;
    let [one, old] = client.searches([crowd.new_hand, crowd.old_hand], crowd, times).await?;
    let (component, native) = rules(scratch, times)?;
    let natively = among - component + native;
    Ok(vec![
        Row::alone(ROWS[0], among, "ms p99", "at most 10, and 1.50 ×").beside(natively, "with native rules"),
        Row::alone(ROWS[1], component, "ms p50", "for information").beside(native, "the rules alone, native"),
        Row::alone(ROWS[2], one, "ms p99", "at most 1.5"),
        Row::alone(ROWS[3], old, "ms p99", "at most 1.20 ×").beside(one, "without a past"),
    ])
}

/// What the rules take of such a search, as the component and natively, in milliseconds. The server asks about the first
/// day of the month, and finds enough there.
fn rules(scratch: &Path, times: usize) -> Result<(f64, f64)> {
    let providers = u32::try_from(PROVIDERS)?;
    let snapshot = fixtures::crowd(providers, 2, providers);
    let query =
        slotledger_rules::wit::OpeningsQuery { limit: u32::try_from(LIMIT)?, ..fixtures::whole_day() };
    let (hosted, asked) = (carried(&snapshot)?, carried(&query)?);
    let rules = Rules::embedded(Some(scratch))?;
    let (mut component, mut native) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let since = Instant::now();
        let found = black_box(rules.find_openings(black_box(&hosted), &asked)?);
        component.push(since.elapsed().as_secs_f64() * 1e3);
        ensure!(found.is_ok_and(|found| found.found.len() == LIMIT), "the crowd has no openings");
        let since = Instant::now();
        let found = black_box(slotledger_rules::find_openings(black_box(&snapshot), &query));
        native.push(since.elapsed().as_secs_f64() * 1e3);
        ensure!(found.is_ok_and(|found| found.found.len() == LIMIT), "the crowd has no openings");
    }
    Ok((median(component), median(native)))
}

/// The same value in the host's types: both sides write it as the same JSON.
fn carried<T: DeserializeOwned>(value: &impl Serialize) -> Result<T> {
    serde_json::from_value(serde_json::to_value(value)?)
        .context("the host and the guest were made from different WIT")
}

/// What the server holds after it has been asked about every day of everybody.
pub(super) async fn memory(client: &Client, server: &Server, crowd: &Crowd) -> Result<Row> {
    for start in [0, 30] {
        let from = crowd.first + TimeDelta::days(start);
        // Ranked by nearness, the whole span is looked at.
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let query = [
            ("service", crowd.service.to_string()),
            ("from", text(from)),
            ("to", text(from + TimeDelta::days(60))),
            ("ranking", "nearest".to_owned()),
        ];
        let answer = client.http.get(&client.base).bearer_auth(&client.key).query(&query).send().await?;
        answer.error_for_status().context("a search over two months")?;
    }
    Ok(Row::alone(MEMORY, server.resident_mib()?, "MiB", "at most 200"))
}
