//! `booking.postgres`: the same as on SQLite with sixteen clients, and once more with two hosts on the one database.
//!
//! Every turn begins with a database of its own, copied from one that holds the company. The server commits durably. A host
//! runs for days: on all sides each client makes some bookings before the clock starts, and the server looks at its tables
//! (`ANALYZE`), so that what a connection costs when it is new is not taken for what a booking costs.

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
pub(crate) const ROWS: [&str; 4] =
    ["booking.postgres", "booking.postgres_two", "booking.postgres_cpu", "booking.postgres_two_cpu"];

/// Clients at the same time, each with a provider of its own.
const CLIENTS: usize = 16;
const BOOKINGS: usize = 120;
const BOOKINGS_QUICK: usize = 30;
/// Bookings of a client before its time is taken.
const WARM: usize = 15;
const TURNS: usize = 4;
const TURNS_QUICK: usize = 2;
/// The kernel counts a process's time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// Takes turns: one host, bare, two hosts, …
pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<[Row; 4]> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let (bookings, turns) = if quick { (BOOKINGS_QUICK, TURNS_QUICK) } else { (BOOKINGS, TURNS) };
    runtime.block_on(take_turns(scratch, bookings, turns))
}

async fn take_turns(scratch: &Path, bookings: usize, turns: usize) -> Result<[Row; 4]> {
    let bench = Bench::start(scratch).await?;
    let (mut one, mut bare, mut two) = (Pace::default(), Pace::default(), Pace::default());
    let (mut alone, mut together) = (Spent::default(), Spent::default());
    for turn in 0..turns {
        let name = bench.copy(&format!("one_{turn}")).await?;
        let hosts = [bench.host(&name).await?];
        hosted::book(&hosts, &bench.company, 0..WARM).await?;
        bench.analyze(&name).await?;
        let (since, before) = (Instant::now(), bench.spent()?);
        hosted::book(&hosts, &bench.company, WARM..WARM + bookings).await?;
        one.add(CLIENTS * bookings, since);
        alone.add(&before, &bench.spent()?);

        let sample = postgres_bare::Sample::read(&bench.pool(&name).await?).await?;
        let name = bench.copy(&format!("bare_{turn}")).await?;
        let pool = bench.pool(&name).await?;
        postgres_bare::book(&pool, &bench.company, &sample, 0..WARM).await?;
        bench.analyze(&name).await?;
        let since = Instant::now();
        postgres_bare::book(&pool, &bench.company, &sample, WARM..WARM + bookings).await?;
        bare.add(CLIENTS * bookings, since);
        pool.close().await;

        let name = bench.copy(&format!("two_{turn}")).await?;
        let hosts = [bench.host(&name).await?, bench.host(&name).await?];
        hosted::book(&hosts, &bench.company, 0..WARM).await?;
        bench.analyze(&name).await?;
        let (since, before) = (Instant::now(), bench.spent()?);
        hosted::book(&hosts, &bench.company, WARM..WARM + bookings).await?;
        two.add(CLIENTS * bookings, since);
        together.add(&before, &bench.spent()?);
    }
    let rate = Row::alone("booking.postgres", one.per_second(), "bookings/s", "at least 0.70 ×");
    let twice = Row::alone("booking.postgres_two", two.per_second(), "bookings/s", "at least 0.90 ×");
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let each = |ticks: f64| ticks / TICKS_A_SECOND * 1e6 / (CLIENTS * bookings * turns) as f64;
    let cpu = |name, spent: &Spent| {
        Row::alone(name, each(spent.hosts), "us/booking", "for information")
            .beside(each(spent.database), "the database's")
    };
    Ok([
        rate.beside(bare.per_second(), "the same SQL writes, bare"),
        twice.beside(one.per_second(), "one host"),
        cpu(ROWS[2], &alone),
        cpu(ROWS[3], &together),
    ])
}

/// A server with a database that holds the company and nothing else.
struct Bench<'a> {
    server: Server,
    admin: PgPool,
    company: Company,
    scratch: &'a Path,
    /// The server's first process, whose children do all the work.
    postmaster: u32,
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
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&admin).await?;
        let postmaster = Process::read(&backend.to_string())?.parent;
        Ok(Self { server, admin, company, scratch, postmaster })
    }

    /// A database like the first.
    async fn copy(&self, name: &str) -> Result<String> {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'company'";
        sqlx::query(end).execute(&self.admin).await?;
        let create = format!("CREATE DATABASE {name} TEMPLATE company");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&self.admin).await?;
        Ok(name.to_owned())
    }

    /// What the server does by itself within a minute.
    async fn analyze(&self, database: &str) -> Result<()> {
        let pool = self.pool(database).await?;
        sqlx::query("ANALYZE").execute(&pool).await?;
        pool.close().await;
        Ok(())
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

/// Processor time in ticks: of this process, in which all hosts run, and of the database's.
#[derive(Debug, Default)]
struct Spent {
    hosts: f64,
    database: f64,
}

impl Spent {
    fn add(&mut self, before: &Self, after: &Self) {
        self.hosts += after.hosts - before.hosts;
        self.database += after.database - before.database;
    }
}

impl Bench<'_> {
    fn spent(&self) -> Result<Spent> {
        let postmaster = Process::read(&self.postmaster.to_string())?;
        let mut database = postmaster.ticks + postmaster.of_ended_children;
        for entry in fs::read_dir("/proc")? {
            // Whatever is not a process, or has just ended, has no such line.
            let process = Process::read(&entry?.file_name().to_string_lossy());
            let child = process.ok().filter(|process| process.parent == self.postmaster);
            database += child.map_or(0.0, |child| child.ticks);
        }
        Ok(Spent { hosts: Process::read("self")?.ticks, database })
    }
}

/// What the kernel says of a process.
struct Process {
    parent: u32,
    /// User and system time.
    ticks: f64,
    of_ended_children: f64,
}

impl Process {
    fn read(id: &str) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name in parentheses may hold blanks. After it come the state, the parent, and as the 12th to 15th the times.
        let fields = stat.rsplit_once(") ").context("the kernel's line about a process")?.1;
        let fields: Vec<&str> = fields.split(' ').collect();
        let field = |n: usize| fields.get(n).context("a field of the kernel's line about a process");
        let sum =
            |one, other| -> Result<f64> { Ok(field(one)?.parse::<f64>()? + field(other)?.parse::<f64>()?) };
        Ok(Self { parent: field(1)?.parse()?, ticks: sum(11, 12)?, of_ended_children: sum(13, 14)? })
    }
}
