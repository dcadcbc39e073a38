//! `serve.start_ms` and `serve.idle_rss_mib`: what a server costs that has nothing to do.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::report::{Row, median};
use crate::server::Server;

/// The rows measured here.
pub(crate) const ROWS: [&str; 2] = ["serve.idle_rss_mib", "serve.start_ms"];

/// What a server needs to have done all that it does at its start.
const SETTLED: Duration = Duration::from_secs(2);

/// Starts the binary on a sample company some times.
pub(crate) fn measure(host: &Path, scratch: &Path, quick: bool) -> Result<[Row; 2]> {
    let directory = scratch.join("company");
    Server::init(host, &directory, true)?;
    // The first start compiles the component into the cache.
    drop(Server::start(host, &directory)?);
    let mut starts = Vec::new();
    for _ in 0..if quick { 3 } else { 15 } {
        starts.push(Server::start(host, &directory)?.took.as_secs_f64() * 1e3);
    }
    let server = Server::start(host, &directory)?;
    thread::sleep(SETTLED);
    let resident = server.resident_mib()?;
    Ok([
        Row::alone("serve.idle_rss_mib", resident, "MiB", "at most 64"),
        Row::alone("serve.start_ms", median(starts), "ms p50", "at most 200"),
    ])
}
