//! `booking.postgres`: the same as on SQLite with sixteen clients, and once more with two hosts on the one database.
//!
//! Every turn begins with a database of its own, copied from one that holds the company. The server commits durably.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use slotledger::app::App;
use slotledger::store::Address;
use slotledger_postgres_server::{Durability, Server};
use sqlx::PgPool;
use tokio::runtime;

use super::company::{self, Company};
use super::{Pace, hosted, postgres_bare};
use crate::report::Row;

/// The rows measured here.
pub(crate) const ROWS: [&str; 3] = ["booking.postgres", "booking.postgres_two", "booking.postgres_cpu"];

/// Clients at the same time, each with a provider of its own.
const CLIENTS: usize = 16;
const BOOKINGS: usize = 120;
const BOOKINGS_QUICK: usize = 30;
const TURNS: usize = 4;
const TURNS_QUICK: usize = 2;
/// The kernel counts a process's time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// Takes turns: one host, bare, two hosts, …
pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<[Row; 3]> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let (bookings, turns) = if quick { (BOOKINGS_QUICK, TURNS_QUICK) } else { (BOOKINGS, TURNS) };
    runtime.block_on(take_turns(scratch, bookings, turns))
}

async fn take_turns(scratch: &Path, bookings: usize, turns: usize) -> Result<[Row; 3]> {
    let bench = Bench::start(scratch).await?;
    let (mut one, mut bare, mut two) = (Pace::default(), Pace::default(), Pace::default());
    let mut ticks = 0.0;
    for turn in 0..turns {
        let name = bench.copy(&format!("one_{turn}")).await?;
        let hosts = [bench.host(&name).await?];
        let (since, before) = (Instant::now(), spent()?);
        hosted::book(&hosts, &bench.company, bookings).await?;
        one.add(CLIENTS * bookings, since);
        ticks += spent()? - before;

        let sample = postgres_bare::Sample::read(&bench.pool(&name).await?).await?;
        let pool = bench.pool(&bench.copy(&format!("bare_{turn}")).await?).await?;
        let since = Instant::now();
        postgres_bare::book(&pool, &bench.company, &sample, bookings).await?;
        bare.add(CLIENTS * bookings, since);
        pool.close().await;

        let name = bench.copy(&format!("two_{turn}")).await?;
        let hosts = [bench.host(&name).await?, bench.host(&name).await?];
        let since = Instant::now();
        hosted::book(&hosts, &bench.company, bookings).await?;
        two.add(CLIENTS * bookings, since);
    }
    let rate = Row::alone("booking.postgres", one.per_second(), "bookings/s", "at least 0.70 ×");
    let twice = Row::alone("booking.postgres_two", two.per_second(), "bookings/s", "at least 0.90 ×");
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let cpu = ticks / TICKS_A_SECOND * 1e6 / (CLIENTS * bookings * turns) as f64;
    Ok([
        rate.beside(bare.per_second(), "the same SQL writes, bare"),
        twice.beside(one.per_second(), "one host"),
        Row::alone("booking.postgres_cpu", cpu, "us/booking", "the host's own, database apart"),
    ])
}

/// A server with a database that holds the company and nothing else.
struct Bench<'a> {
    server: Server,
    admin: PgPool,
    company: Company,
    scratch: &'a Path,
}

impl<'a> Bench<'a> {
    async fn start(scratch: &'a Path) -> Result<Self> {
        let server = Server::start(Durability::Full)
            .context("PostgreSQL is needed: `cargo xtask test` installs it")?;
        let admin = PgPool::connect(&server.url()).await?;
        sqlx::query("CREATE DATABASE company").execute(&admin).await?;
        let app = host(&address(&server, "company"), scratch).await?;
        let company = company::fill(&app, CLIENTS).await?;
        drop(app);
        Ok(Self { server, admin, company, scratch })
    }

    /// A database like the first.
    async fn copy(&self, name: &str) -> Result<String> {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'company'";
        sqlx::query(end).execute(&self.admin).await?;
        let create = format!("CREATE DATABASE {name} TEMPLATE company");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&self.admin).await?;
        Ok(name.to_owned())
    }

    async fn host(&self, database: &str) -> Result<Arc<App>> {
        host(&address(&self.server, database), self.scratch).await
    }

    async fn pool(&self, database: &str) -> Result<PgPool> {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(10);
        Ok(pool.connect(&address(&self.server, database)).await?)
    }
}

async fn host(address: &str, cache: &Path) -> Result<Arc<App>> {
    let address: Address = address.parse()?;
    hosted::on(address.open().await?, cache)
}

fn address(server: &Server, database: &str) -> String {
    let url = server.url();
    url.rsplit_once('/').map_or_else(|| url.clone(), |(base, _)| format!("{base}/{database}"))
}

/// Processor time that this process has spent, in ticks.
fn spent() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold blanks; user and system time are the 12th and 13th after it.
    let fields = stat.rsplit_once(") ").context("the kernel's line about this process")?.1;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()?)
}
