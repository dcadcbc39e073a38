//! The same writes without use cases, rules or types: statements and strings, and the one reading that a write needs.
//!
//! Invariant: the statements and the settings of the connection are those of the host's store. `compare.rs` sees to it
//! that what they leave behind is as much.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use slotledger::clock::{Clock as _, SystemClock};
use sqlx::SqliteConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::task::JoinSet;

use super::company::{Company, VISIT_MINUTES};
use super::sample::{Event, Sample};
use super::start;

/// Opens the file as the host's store does for writing.
pub(crate) async fn open(file: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false);
    Ok(pool.connect_with(options).await?)
}

/// Every client makes so many bookings, one after the other.
pub(super) async fn book(
    pool: &SqlitePool,
    company: &Company,
    sample: &Sample,
    bookings: usize,
) -> Result<()> {
    let mut clients = JoinSet::new();
    for client in 0..company.providers.len() {
        let (pool, company, sample) = (pool.clone(), company.clone(), sample.clone());
        clients.spawn(async move {
            for n in 0..bookings {
                let booking = Booking::new(&company, &sample, client, n)?;
                booking.hold(&pool).await?;
                booking.confirm(&pool).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

const SLOT_US: i64 = 5 * 60 * 1_000_000;
const DAY_US: i64 = 288 * SLOT_US;

struct Booking<'a> {
    sample: &'a Sample,
    id: String,
    company: String,
    service: String,
    customer: String,
    provider: String,
    start: i64,
    end: i64,
    client: usize,
    n: usize,
}

impl<'a> Booking<'a> {
    fn new(company: &Company, sample: &'a Sample, client: usize, n: usize) -> Result<Self> {
        let begins = start(company, n)?;
        let ends = begins + chrono::TimeDelta::minutes(VISIT_MINUTES as i64);
        Ok(Self {
            sample,
            id: SystemClock.new_id().to_string(),
            company: company.id.to_string(),
            service: company.service.to_string(),
            customer: company.customer.to_string(),
            provider: company.providers.get(client).context("a provider for each client")?.to_string(),
            start: begins.timestamp_micros(),
            end: ends.timestamp_micros(),
            client,
            n,
        })
    }

    async fn hold(&self, pool: &SqlitePool) -> Result<()> {
        let now = SystemClock.now().timestamp_micros();
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("UPDATE company SET last_number = last_number + ?2 WHERE id = ?1 RETURNING catalog_version, last_number")
            .bind(&self.company)
            .bind(1_i64)
            .fetch_one(&mut *transaction)
            .await?;
        self.answer(&mut transaction, 0, now).await?;
        self.insert(&mut transaction, now).await?;
        self.take(&mut transaction).await?;
        self.event(&mut transaction, 0, now).await?;
        self.record(&mut transaction, 0, now).await?;
        self.mark(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn confirm(&self, pool: &SqlitePool) -> Result<()> {
        let now = SystemClock.now().timestamp_micros();
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        self.answer(&mut transaction, 1, now).await?;
        self.update(&mut transaction, now).await?;
        self.event(&mut transaction, 1, now).await?;
        self.ask(&mut transaction, now).await?;
        self.record(&mut transaction, 1, now).await?;
        Ok(transaction.commit().await?)
    }

    async fn take(&self, connection: &mut SqliteConnection) -> Result<()> {
        sqlx::query(
            "INSERT INTO claim (appointment, provider, start_us, end_us, visit, guests, seats)
             VALUES (?, ?, ?, ?, ?, 1, NULL)",
        )
        .bind(&self.id)
        .bind(&self.provider)
        .bind(self.start)
        .bind(self.end)
        .bind(&self.id)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Writes the day's row. What stands in it is told by the visits before: they fill the day without gaps.
    async fn mark(&self, connection: &mut SqliteConnection) -> Result<()> {
        let day = self.start.div_euclid(DAY_US);
        let taken: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT start_us, end_us FROM claim
             WHERE provider = ? AND start_us > ? AND start_us < ? AND end_us > ?",
        )
        .bind(&self.provider)
        .bind((day - 3) * DAY_US)
        .bind((day + 1) * DAY_US)
        .bind(day * DAY_US)
        .fetch_all(&mut *connection)
        .await?;
        let mut layer = vec![0_u8; 36];
        for slot in taken
            .iter()
            .flat_map(|(start, end)| (start - day * DAY_US) / SLOT_US..(end - day * DAY_US) / SLOT_US)
        {
            let slot = usize::try_from(slot)?;
            layer[slot / 8] |= 1 << (slot % 8);
        }
        let minutes: u32 = layer.iter().map(|byte| byte.count_ones() * 5).sum();
        sqlx::query(
            "INSERT INTO busy (resource, day, layers, minutes) VALUES (?, ?, ?, ?)
             ON CONFLICT (resource, day) DO UPDATE SET layers = excluded.layers, minutes = excluded.minutes",
        )
        .bind(&self.provider)
        .bind(day)
        .bind(layer)
        .bind(minutes)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// A text of the sample with this booking's identifier.
    fn own(&self, text: &str) -> String {
        text.replace(&self.sample.id, &self.id)
    }

    async fn answer(&self, connection: &mut SqliteConnection, step: usize, now: i64) -> Result<()> {
        let (word, status) = if step == 0 { ("hold", 201_i64) } else { ("confirm", 200) };
        let (client, n) = (self.client, self.n);
        sqlx::query("INSERT INTO answer (key, fingerprint, status, body, at_us) VALUES (?, ?, ?, ?, ?)")
            .bind(format!("{word}-{client:04}-{n:08}"))
            .bind(format!("{client:032x}{n:032x}"))
            .bind(status)
            .bind(self.own(&self.sample.answers[step]))
            .bind(now)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn insert(&self, connection: &mut SqliteConnection, now: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_us, end_us,
                 reserved_start_us, reserved_end_us, hold_until_us, predecessor, successor, updated_us, details,
                 id, company, created_us, case_id, booking, series)
             VALUES (?, ?, ?, ?, ?, 'open', 1, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
        )
        .bind(&self.sample.branch)
        .bind(&self.service)
        .bind(&self.customer)
        .bind(&self.provider)
        .bind(&self.sample.name)
        .bind(self.start)
        .bind(self.end)
        .bind(self.start)
        .bind(self.end)
        .bind(now)
        .bind(now)
        .bind(&self.sample.details)
        .bind(&self.id)
        .bind(&self.company)
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn update(&self, connection: &mut SqliteConnection, now: i64) -> Result<()> {
        sqlx::query(
            "UPDATE appointment SET branch = ?, service = ?, customer = ?, provider = ?, name = ?,
                 status = 'confirmed', revision = 2, start_us = ?, end_us = ?, reserved_start_us = ?,
                 reserved_end_us = ?, hold_until_us = NULL, predecessor = NULL, successor = NULL, updated_us = ?,
                 details = ?
             WHERE id = ? AND company = ? AND revision = 1",
        )
        .bind(&self.sample.branch)
        .bind(&self.service)
        .bind(&self.customer)
        .bind(&self.provider)
        .bind(&self.sample.name)
        .bind(self.start)
        .bind(self.end)
        .bind(self.start)
        .bind(self.end)
        .bind(now)
        .bind(&self.sample.details)
        .bind(&self.id)
        .bind(&self.company)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn event(&self, connection: &mut SqliteConnection, step: usize, now: i64) -> Result<()> {
        let Event { name, message, digest, attributes } = &self.sample.events[step];
        let (revision, from, to) =
            if step == 0 { (1_i64, None, "open") } else { (2, Some("open"), "confirmed") };
        sqlx::query(
            "INSERT INTO event (appointment, revision, at_us, actor, name, message, from_status, to_status,
                 rules_digest, attributes)
             VALUES (?, ?, ?, 'staff', ?, ?, ?, ?, ?, ?)",
        )
        .bind(&self.id)
        .bind(revision)
        .bind(now)
        .bind(name)
        .bind(message)
        .bind(from)
        .bind(to)
        .bind(digest)
        .bind(attributes)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn record(&self, connection: &mut SqliteConnection, step: usize, now: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO decision (company, appointment, point, outcome, digest, fuel, record, decided_us)
             VALUES (?, ?, ?, 'granted', ?, ?, ?, ?)",
        )
        .bind(&self.company)
        .bind(&self.id)
        .bind(if step == 0 { "hold" } else { "confirm" })
        .bind(&self.sample.events[step].digest)
        .bind(50_000_i64)
        .bind(&self.sample.decisions[step])
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn ask(&self, connection: &mut SqliteConnection, now: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_us, created_us)
             VALUES (?1, ?2, ?3, ?4, '[]', ?5, ?5)",
        )
        .bind(self.own(&self.sample.key))
        .bind(&self.id)
        .bind(&self.company)
        .bind(self.own(&self.sample.posting))
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }
}
