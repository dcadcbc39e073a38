//! `booking.sqlite` and `booking.records`: bookings a second through the use cases, the rules and the store, against a bare program that makes
//! the same SQL writes, and against a host that records no decisions.
//!
//! A booking is a hold and its confirmation: two durable commits, the second with the sales order in the outbox. Both
//! sides run eight clients on files that began as copies of one, and in the end both files are compared: a bare program
//! that wrote less would make a flattering figure.

mod bare;
pub(crate) mod company;
mod compare;
pub(crate) mod hosted;
pub(crate) mod postgres;
mod postgres_bare;
mod sample;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::runtime;

pub(crate) use self::bare::open;
use self::company::Company;
use self::sample::Sample;
use crate::report::Row;

/// The rows measured here.
pub(crate) const ROWS: [&str; 2] = ["booking.sqlite", "booking.records"];

/// Clients at the same time, each with a provider of its own.
pub(crate) const CLIENTS: usize = 8;
const BOOKINGS: usize = 200;
const BOOKINGS_QUICK: usize = 40;
const TURNS: usize = 5;
const TURNS_QUICK: usize = 2;

/// Takes turns: hosted, bare, hosted without records of decisions, and so on.
pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<[Row; 2]> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let (bookings, turns) = if quick { (BOOKINGS_QUICK, TURNS_QUICK) } else { (BOOKINGS, TURNS) };
    runtime.block_on(take_turns(scratch, bookings, turns))
}

async fn take_turns(scratch: &Path, bookings: usize, turns: usize) -> Result<[Row; 2]> {
    let empty = scratch.join("empty.sqlite");
    let company = company::make(&empty, scratch).await?;
    let (mut hosted, mut bare, mut unrecorded) = (Pace::default(), Pace::default(), Pace::default());
    for turn in 0..turns {
        let file = copy(&empty, scratch, &format!("hosted-{turn}"))?;
        let app = hosted::open(&file, scratch).await?;
        let since = Instant::now();
        hosted::book(std::slice::from_ref(&app.app), &company, 0..bookings).await?;
        hosted.add(CLIENTS * bookings, since);
        app.close().await;

        let sample = Sample::read(&file).await?;
        let other = copy(&empty, scratch, &format!("bare-{turn}"))?;
        let database = bare::open(&other).await?;
        let since = Instant::now();
        bare::book(&database, &company, &sample, bookings).await?;
        bare.add(CLIENTS * bookings, since);
        database.close().await;
        compare::compare(&file, &other).await?;

        let third = copy(&empty, scratch, &format!("unrecorded-{turn}"))?;
        let app = hosted::open_unrecorded(&third, scratch).await?;
        let since = Instant::now();
        hosted::book(std::slice::from_ref(&app.app), &company, 0..bookings).await?;
        unrecorded.add(CLIENTS * bookings, since);
        app.close().await;
    }
    let (value, against) = (hosted.per_second(), bare.per_second());
    let row = |name, target| Row::alone(name, value, "bookings/s", target);
    Ok([
        row("booking.sqlite", "at least 0.70 ×").beside(against, "the same SQL writes, bare"),
        row("booking.records", "at least 0.90 ×").beside(unrecorded.per_second(), "no decision recorded"),
    ])
}

fn copy(from: &Path, scratch: &Path, name: &str) -> Result<PathBuf> {
    let to = scratch.join(name).with_extension("sqlite");
    fs::copy(from, &to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(to)
}

/// What was done in which time.
#[derive(Debug, Default)]
struct Pace {
    bookings: usize,
    seconds: f64,
}

impl Pace {
    fn add(&mut self, bookings: usize, since: Instant) {
        self.bookings += bookings;
        self.seconds += since.elapsed().as_secs_f64();
    }

    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    fn per_second(&self) -> f64 {
        self.bookings as f64 / self.seconds
    }
}

/// When a client's n-th visit starts: a quarter of an hour each, the shifts of as many days as it takes.
fn start(company: &Company, n: usize) -> Result<chrono::DateTime<chrono::Utc>> {
    let (day, quarter) = (n / company::VISITS_A_DAY, n % company::VISITS_A_DAY);
    let minutes = i64::try_from(day * 24 * 60 + quarter * company::VISIT_MINUTES)?;
    Ok(company.first + chrono::TimeDelta::minutes(minutes))
}
