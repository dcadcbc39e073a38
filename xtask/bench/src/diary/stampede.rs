//! A thousand clients who want the same slot.

use std::time::Instant;

use anyhow::{Result, ensure};
use chrono::TimeDelta;
use serde_json::json;
use tokio::task::JoinSet;

use super::crowd::Crowd;
use crate::report::Row;
use crate::server::Server;

/// The row measured here.
pub(super) const ROW: &str = "stampede.1000";

const CLIENTS: usize = 1000;

/// How long it takes until everybody has an answer.
pub(super) async fn measure(server: &Server, key: &str, crowd: &Crowd) -> Result<Row> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/api/v1/appointments", server.address);
    let url = url.as_str();
    // Past the days with visits everything is free.
    let start = crowd.first + TimeDelta::days(super::crowd::DAYS + 1) + TimeDelta::hours(9);
    let booking = json!({ "service": crowd.new_hand, "customer": crowd.customer, "start": start });
    let mut clients = JoinSet::new();
    let since = Instant::now();
    for _ in 0..CLIENTS {
        let request = http.post(url).bearer_auth(key).json(&booking);
        clients.spawn(async move { anyhow::Ok(request.send().await?.status().as_u16()) });
    }
    let mut winners = 0;
    while let Some(answer) = clients.join_next().await {
        match answer?? {
            201 => winners += 1,
            status => ensure!(status == 409, "a client was answered with {status}"),
        }
    }
    let took = since.elapsed().as_secs_f64() * 1e3;
    ensure!(winners == 1, "{winners} clients were given the same slot");
    let row = Row::alone(ROW, took, "ms", "one winner");
    Ok(Row { winners: Some(winners), ..row })
}
