//! A company with a thousand providers and three months of visits.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use slotledger::app::{App, Reply};
use slotledger::clock::{Clock as _, SystemClock};
use slotledger::model::{
    Branch, Company, CompanyId, Customer, CustomerId, Master, Provider, ProviderId, Service, ServiceId, Unit,
};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
use uuid::Uuid;

use crate::booking::{hosted, open};

/// Providers, and as many rooms.
pub(super) const PROVIDERS: usize = 1000;
/// Days with visits.
pub(super) const DAYS: i64 = 90;
/// Visits in the past of the one provider who has been there for long.
const PAST: i64 = 100_000;

/// Visits that one statement writes.
const AT_ONCE: usize = 5000;

const MINUTE_US: i64 = 60 * 1_000_000;
const SLOT_US: i64 = 5 * MINUTE_US;
const DAY_US: i64 = 288 * SLOT_US;
/// A visit of an hour with ten minutes before and after.
const RESERVED_SLOTS: i64 = 16;
/// The shift, in slots of the day: 08:00 to 18:00.
const SHIFT: (i64, i64) = (96, 216);

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    /// Offered by everybody.
    pub(super) service: ServiceId,
    /// Offered by a provider without a past.
    pub(super) new_hand: ServiceId,
    /// Offered by a provider with a hundred thousand visits in the past.
    pub(super) old_hand: ServiceId,
    pub(super) customer: CustomerId,
    /// When the first day with visits begins.
    pub(super) first: DateTime<Utc>,
}

/// Writes the company and its visits.
pub(super) async fn make(file: &Path, cache: &Path) -> Result<Crowd> {
    let host = hosted::open(file, cache).await?;
    let app = &host.app;
    let company = CompanyId(
        add::<Company>(
            app,
            None,
            json!({
                "name": "Crowd", "currency": "EUR", "time_zone": "UTC", "hold_minutes": 60,
            }),
        )
        .await?,
    );
    let company_id = Some(company);
    let branch = add::<Branch>(app, company_id, json!({ "name": "Crowd", "time_zone": "UTC" })).await?;
    let shifts: Vec<Value> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .map(|weekday| json!({ "weekday": weekday, "start": "08:00:00", "end": "18:00:00" }))
        .to_vec();
    let mut providers = Vec::new();
    let mut rooms = Vec::new();
    for n in 0..PROVIDERS + 2 {
        let name = format!("Provider {n}");
        let fields = json!({ "name": name, "branch": branch, "shifts": shifts });
        providers.push(ProviderId(add::<Provider>(app, company_id, fields).await?));
        let fields = json!({ "name": format!("Room {n}"), "branch": branch, "unit_type": "room" });
        rooms.push(add::<Unit>(app, company_id, fields).await?);
    }
    let customer = CustomerId(add::<Customer>(app, company_id, json!({ "name": "Customer" })).await?);
    let offer = async |name: &str, providers: &[ProviderId], units: &[&str]| {
        let fields = json!({
            "name": name, "item": "SVC", "duration_minutes": 60, "buffer_before_minutes": 10,
            "buffer_after_minutes": 10, "horizon_days": 120, "providers": providers, "required_units": units,
            "prices": [{ "description": "Visit", "basis": "per_booking", "unit_price": "49.90" }],
        });
        anyhow::Ok(ServiceId(add::<Service>(app, company_id, fields).await?))
    };
    let (crowd, hands) = providers.split_at(PROVIDERS);
    let service = offer("Visit", crowd, &["room"]).await?;
    let new_hand = offer("Visit to the new hand", &hands[..1], &[]).await?;
    let old_hand = offer("Visit to the old hand", &hands[1..], &[]).await?;
    let first = first();
    host.close().await;

    let pool = open(file).await?;
    let writer = Writer { company: company.0, branch, service: service.0, customer: customer.0 };
    writer.fill(&pool, crowd, &rooms, first).await?;
    for hand in hands {
        writer.days(&pool, hand.0, None, first, DAYS).await?;
    }
    let past = hands.last().context("two hands")?;
    writer.past(&pool, past.0, first).await?;
    pool.close().await;
    Ok(Crowd { service, new_hand, old_hand, customer, first })
}

async fn add<T: Master>(app: &App, company: Option<CompanyId>, fields: Value) -> Result<Uuid> {
    match app.create(company, serde_json::from_value::<T>(fields)?, None).await? {
        Reply::Fresh(stored) => Ok(stored.id),
        Reply::Replayed(_) => Err(anyhow!("a new database has no answers")),
    }
}

/// The next midnight.
fn first() -> DateTime<Utc> {
    (SystemClock.now() + TimeDelta::days(1)).date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Writes visits as the store would.
struct Writer {
    company: Uuid,
    branch: Uuid,
    service: Uuid,
    customer: Uuid,
}

impl Writer {
    async fn fill(
        &self,
        pool: &SqlitePool,
        providers: &[ProviderId],
        rooms: &[Uuid],
        first: DateTime<Utc>,
    ) -> Result<()> {
        for (provider, room) in providers.iter().zip(rooms) {
            self.days(pool, provider.0, Some(*room), first, DAYS).await?;
        }
        Ok(())
    }

    /// Four or five visits on each day: six hours of ten on the average.
    async fn days(
        &self,
        pool: &SqlitePool,
        provider: Uuid,
        room: Option<Uuid>,
        first: DateTime<Utc>,
        days: i64,
    ) -> Result<()> {
        let mut transaction = pool.begin().await?;
        let mut starts = Vec::new();
        for day in 0..days {
            let day = first.timestamp_micros() / DAY_US + day;
            let seed = provider.as_u128() as i64 ^ day;
            let visits = 4 + seed.rem_euclid(2);
            // What is left of the shift lies between the visits, as whole gaps.
            let free = SHIFT.1 - SHIFT.0 - visits * RESERVED_SLOTS;
            let mut layer = vec![0_u8; 36];
            for n in 0..visits {
                let gap = (free * (n + 1) / (visits + 1) + seed.rem_euclid(5)).min(free);
                let slot = SHIFT.0 + gap + n * RESERVED_SLOTS;
                (slot..slot + RESERVED_SLOTS).for_each(|slot| layer[slot as usize / 8] |= 1 << (slot % 8));
                starts.push(day * DAY_US + slot * SLOT_US);
            }
            for resource in [Some(provider), room].into_iter().flatten() {
                mark(&mut transaction, resource, day, &layer, visits * RESERVED_SLOTS * 5).await?;
            }
        }
        self.visits(&mut transaction, provider, room, &starts).await?;
        Ok(transaction.commit().await?)
    }

    /// One hundred visits a day, back from the first day.
    async fn past(&self, pool: &SqlitePool, provider: Uuid, first: DateTime<Utc>) -> Result<()> {
        let mut transaction = pool.begin().await?;
        let today = first.timestamp_micros() / DAY_US - 1;
        let mut starts = Vec::new();
        for n in 0..PAST / RESERVED_SLOTS {
            let day = today - n;
            starts.extend((0..RESERVED_SLOTS).map(|visit| day * DAY_US + visit * RESERVED_SLOTS * SLOT_US));
            mark(&mut transaction, provider, day, &[0xff; 36], 24 * 60).await?;
        }
        for starts in starts.chunks(AT_ONCE) {
            self.visits(&mut transaction, provider, None, starts).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Writes visits that start so, a statement a table: one by one they would take minutes.
    async fn visits(
        &self,
        connection: &mut SqliteConnection,
        provider: Uuid,
        room: Option<Uuid>,
        starts: &[i64],
    ) -> Result<()> {
        let visits: Vec<(String, i64)> =
            starts.iter().map(|start| (SystemClock.new_id().to_string(), *start)).collect();
        let visits = serde_json::to_string(&visits)?;
        let (length, buffer) = (RESERVED_SLOTS * SLOT_US, 2 * SLOT_US);
        sqlx::query(
            "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_us, end_us,
                 reserved_start_us, reserved_end_us, updated_us, details, id, company, created_us)
             SELECT ?1, ?2, ?3, ?4, 'APT', 'confirmed', 2, value ->> 1 + ?6, value ->> 1 + ?7 - ?6,
                 value ->> 1, value ->> 1 + ?7, value ->> 1, '{}', value ->> 0, ?5, value ->> 1
             FROM json_each(?8)",
        )
        .bind(self.branch.to_string())
        .bind(self.service.to_string())
        .bind(self.customer.to_string())
        .bind(provider.to_string())
        .bind(self.company.to_string())
        .bind(buffer)
        .bind(length)
        .bind(&visits)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO claim (appointment, provider, start_us, end_us, visit, guests, seats)
             SELECT value ->> 0, ?1, value ->> 1, value ->> 1 + ?2, value ->> 0, 1, NULL FROM json_each(?3)",
        )
        .bind(provider.to_string())
        .bind(length)
        .bind(&visits)
        .execute(&mut *connection)
        .await?;
        if let Some(room) = room {
            sqlx::query(
                "INSERT INTO unit_claim (appointment, unit, start_us, end_us, visit)
                 SELECT value ->> 0, ?1, value ->> 1, value ->> 1 + ?2, value ->> 0 FROM json_each(?3)",
            )
            .bind(room.to_string())
            .bind(length)
            .bind(&visits)
            .execute(connection)
            .await?;
        }
        Ok(())
    }
}

async fn mark(
    connection: &mut SqliteConnection,
    resource: Uuid,
    day: i64,
    layer: &[u8],
    minutes: i64,
) -> Result<()> {
    sqlx::query("INSERT INTO busy (resource, day, layers, minutes) VALUES (?, ?, ?, ?)")
        .bind(resource.to_string())
        .bind(day)
        .bind(layer)
        .bind(minutes)
        .execute(connection)
        .await?;
    Ok(())
}
