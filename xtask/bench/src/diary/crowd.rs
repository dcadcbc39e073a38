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
const PAST_A_DAY: i64 = 16;

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
    // Both have the same to do from now on: only their pasts differ.
    for hand in hands {
        writer.days(&pool, 0, (hand.0, None), first).await?;
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
        for (seed, (provider, room)) in (1..).zip(providers.iter().zip(rooms)) {
            self.days(pool, seed, (provider.0, Some(*room)), first).await?;
        }
        Ok(())
    }

    /// Four or five visits on each day: six hours of ten on the average.
    async fn days(
        &self,
        pool: &SqlitePool,
        seed: u64,
        (provider, room): (Uuid, Option<Uuid>),
        first: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = pool.begin().await?;
        let mut starts = Vec::new();
        for day in 0..DAYS {
            let day = first.timestamp_micros() / DAY_US + day;
            let slots = visits_of((seed << 32) ^ day as u64);
            let layer = layer(&slots);
            starts.extend(slots.iter().map(|slot| day * DAY_US + slot * SLOT_US));
            let minutes = slots.len() as i64 * RESERVED_SLOTS * 5;
            for resource in [Some(provider), room].into_iter().flatten() {
                mark(&mut transaction, resource, day, &layer, minutes).await?;
            }
        }
        self.visits(&mut transaction, provider, room, &starts).await?;
        Ok(transaction.commit().await?)
    }

    /// Sixteen visits a day, one after the other, back from the day before the first.
    async fn past(&self, pool: &SqlitePool, provider: Uuid, first: DateTime<Utc>) -> Result<()> {
        let mut transaction = pool.begin().await?;
        let today = first.timestamp_micros() / DAY_US - 1;
        let slots: Vec<i64> = (0..PAST_A_DAY).map(|visit| visit * RESERVED_SLOTS).collect();
        let layer = layer(&slots);
        let mut starts = Vec::new();
        for day in (0..PAST / PAST_A_DAY).map(|n| today - n) {
            starts.extend(slots.iter().map(|slot| day * DAY_US + slot * SLOT_US));
            mark(&mut transaction, provider, day, &layer, PAST_A_DAY * RESERVED_SLOTS * 5).await?;
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

/// The slots with which the visits of a day begin: four or five, with gaps between them that look random and are the
/// same every time, some of them long enough for one more.
fn visits_of(mut seed: u64) -> Vec<i64> {
    let mut chance = |below: i64| {
        // The finisher of SplitMix64: neighbouring days differ in a bit or two.
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below as u64) as i64
    };
    let visits = 4 + chance(2);
    let free = SHIFT.1 - SHIFT.0 - visits * RESERVED_SLOTS;
    let mut before: Vec<i64> = (0..visits).map(|_| chance(free + 1)).collect();
    before.sort_unstable();
    (0..).zip(before).map(|(n, before)| SHIFT.0 + before + n * RESERVED_SLOTS).collect()
}

/// The slots that visits starting so take of their day, as the store writes them.
fn layer(starts: &[i64]) -> Vec<u8> {
    let mut layer = vec![0; slotledger::store::LAYER_BYTES];
    for slot in starts.iter().flat_map(|start| *start..start + RESERVED_SLOTS) {
        layer[slot as usize / 8] |= 1 << (slot % 8);
    }
    layer
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
