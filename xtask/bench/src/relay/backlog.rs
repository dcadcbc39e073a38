//! `relay.claim_10000`: what it takes to claim documents while ten thousand wait, as after a day without the ERP.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use slotledger::clock::{Clock as _, SystemClock};
use slotledger::store::sqlite::Sqlite;
use slotledger::store::{Outbox as _, Outcome, Span};
use slotledger_erp::Failure;

use crate::booking::{CLIENTS, company, hosted as booked};
use crate::report::{Row, median};

/// The row measured here.
pub(super) const ROW: &str = "relay.claim_10000";

const FEW: usize = 96;
const MANY: usize = 10_000;
/// As many as a relay takes at once.
const LIMIT: u32 = 4;
const CLAIMS: usize = 200;
const LEASE: Duration = Duration::from_secs(60);

/// Claims and puts back, with few waiting and with many.
pub(super) async fn measure(scratch: &Path) -> Result<Row> {
    let few = claims(scratch, FEW).await?;
    let many = claims(scratch, MANY).await?;
    Ok(Row::alone(ROW, many, "us", "at most 1.2 ×").beside(few, "the same with 96 waiting"))
}

async fn claims(scratch: &Path, waiting: usize) -> Result<f64> {
    let file = scratch.join(format!("backlog-{waiting}.sqlite"));
    let company = company::make(&file, scratch).await?;
    let app = booked::open(&file, scratch).await?;
    booked::book(std::slice::from_ref(&app.app), &company, 0..waiting / CLIENTS).await?;
    app.close().await;
    let store = Sqlite::open(&file).await?;
    let mut samples = Vec::with_capacity(CLAIMS);
    for _ in 0..CLAIMS {
        let now = SystemClock.now();
        let since = Instant::now();
        let claimed = store.claim_deliveries("bench", LEASE, now, LIMIT, &[]).await?;
        samples.push(since.elapsed().as_secs_f64() * 1_000_000.0);
        ensure!(claimed.len() == LIMIT as usize, "{} were claimed, not {LIMIT}", claimed.len());
        for delivery in claimed {
            let back = Outcome::Again(Failure::retry("measured"), now);
            let span = Span { started: now, finished: now };
            store.finish_delivery(delivery.id, "bench", &back, span).await?;
        }
    }
    store.close().await;
    Ok(median(samples))
}
