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

use crate::report::Row;
use crate::server::Server;

/// Measures everything on one server.
pub(crate) fn measure(host: &Path, scratch: &Path, quick: bool) -> Result<Vec<Row>> {
    let directory = scratch.join("crowd");
    let key = Server::init(host, &directory, false)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let crowd = crowd::make(&directory.join("slotledger.sqlite"), scratch).await?;
        let server = Server::start(host, &directory)?;
        let client = openings::Client::new(&server, &key)?;
        let mut rows = openings::measure(&client, &crowd, scratch, quick).await?;
        rows.push(openings::memory(&client, &server, &crowd).await?);
        rows.push(stampede::measure(&server, &key, &crowd).await?);
        Ok(rows)
    })
}
