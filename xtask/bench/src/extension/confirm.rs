//! `extension.confirm.10`: what ten extensions in Rust add to a confirmation, records of the decision included.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use slotledger::app::{App, Command};
use slotledger::model::{Actor, AppointmentId};
use tokio::runtime;

use super::project::{Projects, put_to_use};
use crate::booking::{company, hosted};
use crate::report::{Row, median};

/// How many are asked.
const EXTENSIONS: usize = 10;
const CONFIRMATIONS: usize = 600;
/// Visits of one customer: extensions are shown how many there were.
const VISITS: usize = 10;

/// Takes turns: one confirmation at a company without extensions, one at a company with ten.
pub(super) fn measure(projects: &Projects, scratch: &Path, quick: bool) -> Result<Row> {
    let bytes = projects
        .new_with("at-confirm-00", &[("vec![Hook::Hold, Hook::Reschedule]", "vec![Hook::Confirm]")])?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(take_turns(&bytes, scratch, if quick { CONFIRMATIONS / 10 } else { CONFIRMATIONS }))
}

async fn take_turns(bytes: &[u8], scratch: &Path, confirmations: usize) -> Result<Row> {
    let host = hosted::open(&scratch.join("extensions.sqlite"), scratch).await?;
    let app = &*host.app;
    let (mut plain, mut extended) = (company::fill(app, 1).await?, company::fill(app, 1).await?);
    for n in 0..EXTENSIONS {
        put_to_use(app, &extended, &renamed(bytes, n)?, "closed").await?;
    }
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for n in 0..confirmations {
        if n % VISITS == 0 {
            plain.next_customer(app).await?;
            extended.next_customer(app).await?;
        }
        without.push(confirmed(app, &plain, n).await?);
        with.push(confirmed(app, &extended, n).await?);
    }
    host.close().await;
    let (with, without) = (median(with), median(without));
    let row = Row::alone("extension.confirm.10", with - without, "us p50 more", "at most 0.5 ×");
    Ok(row.beside(without, "a confirmation without any"))
}

/// The same component by another name, which a company needs to use it once more.
fn renamed(bytes: &[u8], n: usize) -> Result<Vec<u8>> {
    let (from, into) = (b"org.example.at-confirm-00", format!("org.example.at-confirm-{n:02}"));
    let mut renamed = bytes.to_vec();
    let mut found = 0;
    while let Some(at) = renamed.windows(from.len()).position(|window| window == from && n > 0) {
        renamed[at..at + from.len()].copy_from_slice(into.as_bytes());
        found += 1;
    }
    ensure!(found > 0 || n == 0, "the component says its name in another way");
    Ok(renamed)
}

/// How long a confirmation takes, microseconds.
async fn confirmed(app: &App, company: &company::Company, n: usize) -> Result<f64> {
    let held: AppointmentId = hosted::hold(app, company, 0, n).await?.id;
    let since = Instant::now();
    let confirmed = app.command(held, None, Command::Confirm, Actor::Staff, None).await;
    let took = since.elapsed();
    confirmed.context("a confirmation was refused while it was measured")?;
    Ok(took.as_secs_f64() * 1e6)
}
