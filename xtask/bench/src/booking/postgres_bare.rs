//! The same writes on PostgreSQL without use cases, rules or types.
//!
//! Invariant: the rows that are written are those of the host's store, each in a statement of its own, with the one reading that
//! a write needs; locks that only keep others out are left out, and so are the settings of the host's connections.

use std::ops::Range;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use slotledger::clock::{Clock as _, SystemClock};
use sqlx::{PgConnection, PgPool, Row as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::company::{Company, VISIT_MINUTES};
use super::start;

const SLOT_US: i64 = 5 * 60 * 1_000_000;
const DAY_US: i64 = 288 * SLOT_US;

/// The texts of one booking as the host wrote them, in which only the identifier has to be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    id: String,
    branch: Uuid,
    details: String,
    posting: String,
    key: String,
    answers: [String; 2],
    digest: String,
    decisions: [Vec<u8>; 2],
}

impl Sample {
    /// Reads the first booking of a database.
    pub(super) async fn read(pool: &PgPool) -> Result<Self> {
        let row = sqlx::query(
            "SELECT a.id::text, a.branch, a.details::text, d.posting::text, d.key,
                 (SELECT body FROM answer WHERE key LIKE 'hold-%' AND strpos(body, a.id::text) > 0 LIMIT 1),
                 (SELECT body FROM answer WHERE key LIKE 'confirm-%' AND strpos(body, a.id::text) > 0 LIMIT 1),
                 (SELECT rules_digest FROM event WHERE appointment = a.id LIMIT 1),
                 (SELECT record FROM decision WHERE appointment = a.id AND point = 'hold' LIMIT 1),
                 (SELECT record FROM decision WHERE appointment = a.id AND point = 'confirm' LIMIT 1)
             FROM appointment a JOIN delivery d ON d.appointment = a.id ORDER BY a.id LIMIT 1",
        );
        let row = row.fetch_one(pool).await.context("the host made no booking")?;
        Ok(Self {
            id: row.try_get(0)?,
            branch: row.try_get(1)?,
            details: row.try_get(2)?,
            posting: row.try_get(3)?,
            key: row.try_get(4)?,
            answers: [row.try_get(5)?, row.try_get(6)?],
            digest: row.try_get(7)?,
            decisions: [row.try_get(8)?, row.try_get(9)?],
        })
    }
}

/// Every client makes so many bookings, one after the other.
pub(super) async fn book(
    pool: &PgPool,
    company: &Company,
    sample: &Sample,
    bookings: Range<usize>,
) -> Result<()> {
    let mut clients = JoinSet::new();
    for client in 0..company.providers.len() {
        let (pool, company, sample) = (pool.clone(), company.clone(), sample.clone());
        let bookings = bookings.clone();
        clients.spawn(async move {
            for n in bookings {
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

struct Booking<'a> {
    sample: &'a Sample,
    company: &'a Company,
    id: Uuid,
    provider: Uuid,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    request: String,
}

impl<'a> Booking<'a> {
    fn new(company: &'a Company, sample: &'a Sample, client: usize, n: usize) -> Result<Self> {
        let begins = start(company, n)?;
        Ok(Self {
            sample,
            company,
            id: SystemClock.new_id(),
            provider: company.providers.get(client).context("a provider for each client")?.0,
            start: begins,
            end: begins + TimeDelta::minutes(VISIT_MINUTES as i64),
            request: format!("{client:04}-{n:08}"),
        })
    }

    async fn hold(&self, pool: &PgPool) -> Result<()> {
        let now = SystemClock.now();
        let mut transaction = pool.begin().await?;
        sqlx::query(
            "UPDATE numbering SET last_number = last_number + 1 WHERE company = $1 RETURNING last_number",
        )
        .bind(self.company.id.0)
        .fetch_one(&mut *transaction)
        .await?;
        self.answer(&mut transaction, 0, now).await?;
        self.insert(&mut transaction, now).await?;
        self.take(&mut transaction).await?;
        self.event(&mut transaction, 1, now).await?;
        self.record(&mut transaction, 0, now).await?;
        self.mark(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn confirm(&self, pool: &PgPool) -> Result<()> {
        let now = SystemClock.now();
        let mut transaction = pool.begin().await?;
        self.answer(&mut transaction, 1, now).await?;
        sqlx::query(
            "UPDATE appointment SET status = 'confirmed', revision = 2, hold_until_at = NULL, updated_at = $1,
                 details = $2::text::json
             WHERE id = $3 AND company = $4 AND revision = 1",
        )
        .bind(now)
        .bind(&self.sample.details)
        .bind(self.id)
        .bind(self.company.id.0)
        .execute(&mut *transaction)
        .await?;
        self.event(&mut transaction, 2, now).await?;
        sqlx::query(
            "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_at, created_at)
             VALUES ($1, $2, $3, $4::text::json, '{}', $5, $5)",
        )
        .bind(self.own(&self.sample.key))
        .bind(self.id)
        .bind(self.company.id.0)
        .bind(self.own(&self.sample.posting))
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        self.record(&mut transaction, 1, now).await?;
        Ok(transaction.commit().await?)
    }

    /// A text of the sample with this booking's identifier.
    fn own(&self, text: &str) -> String {
        text.replace(&self.sample.id, &self.id.to_string())
    }

    async fn record(&self, connection: &mut PgConnection, step: usize, now: DateTime<Utc>) -> Result<()> {
        sqlx::query(
            "INSERT INTO decision (company, appointment, point, outcome, digest, fuel, record, decided_at)
             VALUES ($1, $2, $3, 'granted', $4, $5, $6, $7) RETURNING id",
        )
        .bind(self.company.id.0)
        .bind(self.id)
        .bind(if step == 0 { "hold" } else { "confirm" })
        .bind(&self.sample.digest)
        .bind(50_000_i64)
        .bind(&self.sample.decisions[step])
        .bind(now)
        .fetch_one(connection)
        .await?;
        Ok(())
    }

    async fn answer(&self, connection: &mut PgConnection, step: usize, now: DateTime<Utc>) -> Result<()> {
        let (word, status) = if step == 0 { ("hold", 201_i64) } else { ("confirm", 200) };
        sqlx::query(
            "INSERT INTO answer (key, fingerprint, status, body, given_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(format!("{word}-{}", self.request))
        .bind(format!("{:0>64}", self.request))
        .bind(status)
        .bind(self.own(&self.sample.answers[step]))
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn insert(&self, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
        sqlx::query(
            "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_at, end_at,
                 reserved_start_at, reserved_end_at, hold_until_at, updated_at, details, id, company, created_at)
             VALUES ($1, $2, $3, $4, 'APT-0001 — Visit', 'open', 1, $5, $6, $5, $6, $7, $7, $8::text::json, $9, $10, $7)",
        )
        .bind(self.sample.branch)
        .bind(self.company.service.0)
        .bind(self.company.customer.0)
        .bind(self.provider)
        .bind(self.start)
        .bind(self.end)
        .bind(now)
        .bind(&self.sample.details)
        .bind(self.id)
        .bind(self.company.id.0)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn take(&self, connection: &mut PgConnection) -> Result<()> {
        sqlx::query(
            "INSERT INTO claim (appointment, provider, start_at, end_at, visit, guests, seats)
             VALUES ($1, $2, $3, $4, $1::text, 1, NULL)",
        )
        .bind(self.id)
        .bind(self.provider)
        .bind(self.start)
        .bind(self.end)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn event(&self, connection: &mut PgConnection, revision: i64, now: DateTime<Utc>) -> Result<()> {
        let (from, to) = if revision == 1 { (None, "open") } else { (Some("open"), "confirmed") };
        sqlx::query(
            "INSERT INTO event (appointment, revision, happened_at, actor, name, message, from_status, to_status,
                 rules_digest, attributes)
             VALUES ($1, $2, $3, 'staff', 'appointment.held', 'The time was held.', $4, $5, $6, '[]')",
        )
        .bind(self.id)
        .bind(revision)
        .bind(now)
        .bind(from)
        .bind(to)
        .bind(&self.sample.digest)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Writes the day's row.
    async fn mark(&self, connection: &mut PgConnection) -> Result<()> {
        let day = self.start.timestamp_micros().div_euclid(DAY_US);
        let at = |day: i64| DateTime::from_timestamp_micros(day * DAY_US).context("a day");
        let taken: Vec<(DateTime<Utc>, DateTime<Utc>)> = sqlx::query_as(
            "SELECT start_at, end_at FROM claim
             WHERE provider = $1 AND start_at > $2 AND start_at < $3 AND end_at > $4",
        )
        .bind(self.provider)
        .bind(at(day - 3)?)
        .bind(at(day + 1)?)
        .bind(at(day)?)
        .fetch_all(&mut *connection)
        .await?;
        let mut layer = vec![0_u8; 36];
        for (start, end) in taken {
            let slot = |at: DateTime<Utc>| (at.timestamp_micros() - day * DAY_US) / SLOT_US;
            for slot in slot(start)..slot(end) {
                let slot = usize::try_from(slot)?;
                layer[slot / 8] |= 1 << (slot % 8);
            }
        }
        let minutes: i64 = layer.iter().map(|byte| i64::from(byte.count_ones() * 5)).sum();
        sqlx::query(
            "INSERT INTO busy (resource, day, layers, minutes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (resource, day) DO UPDATE SET layers = excluded.layers, minutes = excluded.minutes",
        )
        .bind(self.provider)
        .bind(day)
        .bind(layer)
        .bind(minutes)
        .execute(connection)
        .await?;
        Ok(())
    }
}
