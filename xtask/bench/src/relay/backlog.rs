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

/// Claims and puts back, with few waiting and with many, by turns: what else the machine does then meets both.
pub(super) async fn measure(scratch: &Path) -> Result<Row> {
    let (few, many) = (outbox(scratch, FEW).await?, outbox(scratch, MANY).await?);
    let (mut beside_few, mut beside_many) = (Vec::new(), Vec::new());
    for _ in 0..CLAIMS {
        beside_few.push(claim(&few).await?);
        beside_many.push(claim(&many).await?);
    }
    few.close().await;
    many.close().await;
    let row = Row::alone(ROW, median(beside_many), "us", "at most 1.2 ×");
    Ok(row.beside(median(beside_few), "the same with 96 waiting"))
}

/// A store in which so many wait.
async fn outbox(scratch: &Path, waiting: usize) -> Result<Sqlite> {
    let file = scratch.join(format!("backlog-{waiting}.sqlite"));
    let company = company::make(&file, scratch).await?;
    let app = booked::open(&file, scratch).await?;
    booked::book(std::slice::from_ref(&app.app), &company, 0..waiting / CLIENTS).await?;
    app.close().await;
    Ok(Sqlite::open(&file).await?)
}

/// How long a claim takes, microseconds.
async fn claim(store: &Sqlite) -> Result<f64> {
    let now = SystemClock.now();
    let since = Instant::now();
    let claimed = store.claim_deliveries("bench", LEASE, now, LIMIT, &[]).await?;
    let took = since.elapsed().as_secs_f64() * 1_000_000.0;
    ensure!(claimed.len() == LIMIT as usize, "{} were claimed, not {LIMIT}", claimed.len());
    for delivery in claimed {
        let back = Outcome::Again(Failure::retry("measured"), now);
        let span = Span { started: now, finished: now };
        store.finish_delivery(delivery.id, "bench", &back, span).await?;
    }
    Ok(took)
}
