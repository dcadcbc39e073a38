//! `pages.*`: what the pages take with a hundred thousand appointments in the store, and what a browser makes of the
//! largest of them.
//!
//! Measured over HTTP, from the request to the last byte of the answer, one after the other; whatever else the machine
//! does is part of the figure. Between two readings of a page all others are read, as it happens in a company.

mod browser;
mod company;
mod copies;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use reqwest::header;
use serde_json::json;
use tokio::runtime;

use crate::desk::{Desk, Person};
use crate::report::{Row, percentile};
use crate::server::Server;
use company::Company;

/// The rows measured here.
pub(crate) const ROWS: [&str; 15] = [
    "pages.appointments",
    "pages.appointments_text",
    "pages.appointments_upcoming",
    "pages.appointment",
    "pages.customers",
    "pages.customer",
    "pages.board",
    "pages.today",
    "pages.books",
    "pages.document",
    "pages.reports",
    "pages.portal",
    "pages.portal_times",
    browser::ROWS[0],
    browser::ROWS[1],
];

const AIM: &str = "at most 15";

/// The first ones read what later ones find read.
const WARM_UP: usize = 3;

/// Makes the company and reads its pages.
pub(crate) fn measure(
    host: &Path,
    scratch: &Path,
    quick: bool,
    wanted: &dyn Fn(&[&str]) -> bool,
) -> Result<Vec<Row>> {
    let directory = scratch.join("pages");
    let key = Server::init(host, &directory, false)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let company = {
            let server = Server::start(host, &directory)?;
            Company::make(&Desk::new(&server, key.clone())?).await?
        };
        copies::make(&directory.join("slotledger.sqlite"), &company).await?;
        let server = Server::start(host, &directory)?;
        let desk = Desk::new(&server, key)?;
        let readers = Readers::of(&desk, &company).await?;
        let mut rows = read(&desk, &company, &readers, if quick { 100 } else { 500 }, wanted).await?;
        if wanted(&browser::ROWS) {
            rows.extend(browser::measure(&desk, &company, &readers.office.login)?);
        }
        Ok(rows)
    })
}

/// The p99 of each page.
async fn read(
    desk: &Desk<'_>,
    company: &Company,
    readers: &Readers,
    times: usize,
    wanted: &dyn Fn(&[&str]) -> bool,
) -> Result<Vec<Row>> {
    let pages: Vec<(&'static str, String)> =
        ROWS.into_iter().zip(company.pages(desk).await?).filter(|(name, _)| wanted(&[name])).collect();
    let mut took = vec![Vec::new(); pages.len()];
    for time in 0..times + WARM_UP {
        for ((name, path), took) in pages.iter().zip(&mut took) {
            let taken = readers.page(desk, path).await.with_context(|| format!("{name}: {path}"))?;
            if time >= WARM_UP {
                took.push(taken);
            }
        }
    }
    let row = |(name, took)| Row::alone(name, percentile(took, 99), "ms p99", AIM);
    Ok(pages.iter().map(|(name, _)| *name).zip(took).map(row).collect())
}

/// Those who read.
struct Readers {
    office: Person,
    technician: Person,
}

impl Readers {
    async fn of(desk: &Desk<'_>, company: &Company) -> Result<Self> {
        let provider = company.providers.first();
        let technician = json!({ "role": "technician", "company": company.id, "provider": provider });
        Ok(Self {
            office: desk.person(&json!({ "role": "administrator" })).await?,
            technician: desk.person(&technician).await?,
        })
    }

    /// Milliseconds until all of a page is there.
    async fn page(&self, desk: &Desk<'_>, path: &str) -> Result<f64> {
        let reader = if path == company::TODAY { &self.technician } else { &self.office };
        let since = Instant::now();
        let answer = desk.http.get(desk.url(path)).header(header::COOKIE, &reader.cookie).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        let took = since.elapsed().as_secs_f64() * 1e3;
        ensure!(status == 200, "answered with {status}: {}", String::from_utf8_lossy(&body));
        Ok(took)
    }
}
