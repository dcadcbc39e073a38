//! `live.1000_boards_ms`: how long it takes until the last of a thousand open boards has been told of a change.
//!
//! Measured from the moment at which whoever made the change has their answer. Client and host share the machine, so
//! that reading a thousand streams is part of the figure.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::{runtime, time};

use crate::desk::Desk;
use crate::report::Row;
use crate::server::Server;

/// The rows measured here.
pub(crate) const ROWS: [&str; 1] = ["live.1000_boards_ms"];

const BOARDS: usize = 1000;

/// A change that some board has not been told of by then is lost.
const LOST: Duration = Duration::from_secs(20);

const COMPANY: &str = "01980000-0000-7000-8000-000000000001";
const SERVICE: &str = "01980000-0000-7000-8000-000000000005";
const CUSTOMER: &str = "01980000-0000-7000-8000-000000000006";

/// Opens the boards and has visits held, one after the other.
pub(crate) fn measure(host: &Path, scratch: &Path, quick: bool) -> Result<Row> {
    let directory = scratch.join("live");
    let key = Server::init(host, &directory, true)?;
    let server = Server::start(host, &directory)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let boards = Boards(Desk::new(&server, key)?);
        let slowest = boards.changes(if quick { 5 } else { 30 }).await?;
        Ok(Row::alone(ROWS[0], slowest, "ms max", "at most 250"))
    })
}

struct Boards<'s>(Desk<'s>);

impl Boards<'_> {
    /// Opens all boards; each says when it was told of a change.
    async fn open(&self) -> Result<mpsc::UnboundedReceiver<Instant>> {
        let dispatcher = self.0.person(&json!({ "role": "dispatcher", "company": COMPANY })).await?;
        let (told, when) = mpsc::unbounded_channel();
        for _ in 0..BOARDS {
            let stream = self.0.http.get(self.0.url("/board/events")).query(&[("company", COMPANY)]);
            let mut stream = stream.header("cookie", &dispatcher.cookie).send().await?.error_for_status()?;
            ensure!(stream.chunk().await?.is_some(), "a stream says that it is there");
            let told = told.clone();
            tokio::spawn(async move {
                while let Ok(Some(said)) = stream.chunk().await {
                    if said.starts_with(b"id: ") && told.send(Instant::now()).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(when)
    }

    /// The slowest of all boards in all changes, milliseconds.
    async fn changes(&self, changes: usize) -> Result<f64> {
        let mut when = self.open().await?;
        let path = format!("/api/v1/openings?service={SERVICE}&step_minutes=120&limit={changes}");
        let found = self.0.get(&path).await?;
        let mut slowest = Duration::ZERO;
        for opening in found["openings"].as_array().context("a list of openings")? {
            let visit = json!({
                "service": SERVICE, "customer": CUSTOMER, "provider": opening["provider"], "start": opening["start"],
            });
            // Two openings may overlap; what is refused changes nothing.
            if self.0.post("/api/v1/appointments", &visit).await.is_err() {
                continue;
            }
            let answered = Instant::now();
            for _ in 0..BOARDS {
                let told = time::timeout(LOST, when.recv()).await.context("a board was not told")?;
                let told = told.context("all boards are gone")?;
                slowest = slowest.max(told.saturating_duration_since(answered));
            }
        }
        ensure!(!slowest.is_zero(), "nothing was changed");
        Ok(slowest.as_secs_f64() * 1e3)
    }
}
