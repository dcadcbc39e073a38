//! `relay.*`: what the relay costs beside what the books take.
//!
//! The books are a real Tryton. The other side is the connector alone, called in a loop with the same documents under
//! other keys: it looks each up and makes it, as the relay's does, but leases and writes down nothing.

mod backlog;
mod bare;
mod hosted;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::time::{ClockId, clock_gettime};
use secrecy::SecretString;
use slotledger_erp::Posting;
use slotledger_tryton::{OnShortage, Settings, Tryton};
use slotledger_tryton_server::{DATABASE, PASSWORD, Server, USER, provision};
use tokio::runtime;

use crate::booking::{CLIENTS, company, hosted as booked};
use crate::report::Row;

/// The rows measured here.
pub(crate) const ROWS: [&str; 4] =
    ["relay.utilisation.1", "relay.utilisation.4", "relay.overhead", backlog::ROW];

/// Orders a turn; Tryton makes some eight in a second.
const ORDERS: usize = 48;
const ORDERS_QUICK: usize = 16;
const TURNS: usize = 4;
const TURNS_QUICK: usize = 2;

/// Measures what is wanted.
pub(crate) fn measure(
    scratch: &Path,
    target: &Path,
    quick: bool,
    wanted: &dyn Fn(&[&str]) -> bool,
) -> Result<Vec<Row>> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut rows = Vec::new();
        if wanted(&ROWS[..3]) {
            rows.extend(deliveries(scratch, target, quick).await?);
        }
        if wanted(&ROWS[3..]) {
            rows.push(backlog::measure(scratch).await?);
        }
        Ok(rows)
    })
}

async fn deliveries(scratch: &Path, target: &Path, quick: bool) -> Result<[Row; 3]> {
    let template = provision(target, &mut |step| eprintln!("{step} …"))?;
    let server = Server::start(&template)?;
    let books = Arc::new(connect(&server)?);
    let empty = scratch.join("relay-empty.sqlite");
    let company = company::make(&empty, scratch).await?;
    let (orders, turns) = if quick { (ORDERS_QUICK, TURNS_QUICK) } else { (ORDERS, TURNS) };
    let (mut relayed, mut bare) = ([Pace::default(); 2], [Pace::default(); 2]);
    for turn in 0..turns {
        for (pace, in_flight) in [1, 4].into_iter().enumerate() {
            let file = copy(&empty, scratch, &format!("relay-{turn}-{in_flight}"))?;
            let app = booked::open(&file, scratch).await?;
            booked::book(std::slice::from_ref(&app.app), &company, 0..orders / CLIENTS).await?;
            app.close().await;
            let postings = hosted::postings(&file).await?;
            ensure!(postings.len() == orders, "{} orders were asked for, not {orders}", postings.len());

            if turn == 0 {
                // The first documents find a Tryton that has just started, and open the connections.
                let first = renamed(&postings, &format!("warm-{in_flight}"))?;
                bare::deliver(books.clone(), first, in_flight).await?;
            }
            let again = renamed(&postings, &format!("bare-{turn}-{in_flight}"))?;
            let store = hosted::open(&file).await?;
            // Whoever comes second finds more documents there: each does every other time.
            for by_relay in [turn % 2 == 0, turn % 2 != 0] {
                let since = Watch::start()?;
                if by_relay {
                    hosted::deliver(&store, books.clone(), orders, in_flight).await?;
                    relayed[pace].add(orders, since)?;
                } else {
                    bare::deliver(books.clone(), again.clone(), in_flight).await?;
                    bare[pace].add(orders, since)?;
                }
            }
            store.close().await;
        }
    }
    Ok([
        utilisation(ROWS[0], relayed[0], bare[0]),
        utilisation(ROWS[1], relayed[1], bare[1]),
        overhead(relayed[1], bare[1]),
    ])
}

fn utilisation(name: &'static str, relayed: Pace, bare: Pace) -> Row {
    let row = Row::alone(name, relayed.per_second(), "documents/s", "at least 0.95 ×");
    row.beside(bare.per_second(), "the connector alone")
}

/// What the relay takes besides the connector: how many calls a document is to an ERP is the ERP's affair.
fn overhead(relayed: Pace, bare: Pace) -> Row {
    let row = Row::alone(ROWS[2], relayed.cpu_ms() - bare.cpu_ms(), "ms CPU/doc more", "at most 1.0");
    row.beside(bare.cpu_ms(), "the connector alone")
}

fn connect(server: &Server) -> Result<Tryton> {
    let settings = Settings {
        url: server.url(),
        database: DATABASE.to_owned(),
        user: USER.to_owned(),
        password: SecretString::from(PASSWORD),
        company: None,
        consumption_location: Settings::CONSUMPTION_LOCATION.to_owned(),
        on_shortage: OnShortage::Refuse,
        payment_method: None,
    };
    Ok(Tryton::new(settings)?)
}

/// The same documents under other keys.
fn renamed(postings: &[Posting], before: &str) -> Result<Vec<Posting>> {
    let rename = |posting: &Posting| {
        let key = format!("{before}/{}", posting.key);
        let key = slotledger_erp::Key::parse(&key).context("a longer key")?;
        Ok(Posting { key, ..posting.clone() })
    };
    postings.iter().map(rename).collect()
}

fn copy(from: &Path, scratch: &Path, name: &str) -> Result<PathBuf> {
    let to = scratch.join(name).with_extension("sqlite");
    fs::copy(from, &to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(to)
}

/// When something began, by the clock and by this process's own time on the processor.
struct Watch {
    wall: Instant,
    cpu: Duration,
}

impl Watch {
    fn start() -> Result<Self> {
        Ok(Self { wall: Instant::now(), cpu: cpu()? })
    }
}

/// What all threads of this process have spent so far.
fn cpu() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(ClockId::ProcessCPUTime))?)
}

/// What was delivered in which time.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    documents: usize,
    wall: Duration,
    cpu: Duration,
}

#[allow(clippy::cast_precision_loss, reason = "some hundreds")]
impl Pace {
    fn add(&mut self, documents: usize, since: Watch) -> Result<()> {
        self.documents += documents;
        self.wall += since.wall.elapsed();
        self.cpu += cpu()?.saturating_sub(since.cpu);
        Ok(())
    }

    fn per_second(&self) -> f64 {
        self.documents as f64 / self.wall.as_secs_f64()
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000.0 / self.documents as f64
    }
}
