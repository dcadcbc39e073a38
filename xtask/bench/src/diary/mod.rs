//! `openings.*`, `stampede.1000` and `serve.rss_1000x90_mib`: the diary of a large company, over HTTP.
//!
//! A thousand providers, a thousand rooms, sixty per cent of every shift given away for ninety days. The visits are
//! written into the file directly: making them through the rules would take longer than all the measurements.

mod crowd;
mod openings;
mod stampede;

use std::path::Path;

use anyhow::Result;
use tokio::runtime;

use crate::report::Report;
use crate::server::Server;

/// The rows measured here.
pub(crate) const ROWS: [&str; 6] = [
    openings::ROWS[0],
    openings::ROWS[1],
    openings::ROWS[2],
    openings::ROWS[3],
    openings::MEMORY,
    stampede::ROW,
];

/// Measures on one server what is wanted of it.
pub(crate) fn measure(
    host: &Path,
    scratch: &Path,
    quick: bool,
    wanted: &dyn Fn(&[&str]) -> bool,
    report: &mut Report,
) -> Result<()> {
    let directory = scratch.join("crowd");
    let key = Server::init(host, &directory, false)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let crowd = crowd::make(&directory.join("slotledger.sqlite"), scratch).await?;
        let server = Server::start(host, &directory)?;
        let client = openings::Client::new(&server, &key)?;
        if wanted(&openings::ROWS) {
            let rows = openings::measure(&client, &crowd, scratch, quick).await?;
            rows.into_iter().for_each(|row| report.add(row));
        }
        if wanted(&[openings::MEMORY]) {
            report.add(openings::memory(&client, &server, &crowd).await?);
        }
        if wanted(&[stampede::ROW]) {
            report.add(stampede::measure(&server, &key, &crowd).await?);
        }
        Ok(())
    })
}
