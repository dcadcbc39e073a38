//! A hundred thousand visits, as copies of a few that were really made.
//!
//! Making each through the rules would take longer than all the measurements. What is copied is what pages read: the
//! visits, their trails and their documents.

use std::path::Path;

use anyhow::Result;
use chrono::{NaiveTime, TimeDelta};
use serde::Serialize;
use slotledger::clock::{Clock as _, SystemClock};
use sqlx::sqlite::SqlitePool;

use super::company::Company;
use crate::booking::open;

/// Days with visits, before today and from today on.
const DAYS: std::ops::Range<i64> = -70..14;
/// When a provider's visits of a day start, in hours.
const HOURS: [i64; 6] = [7, 9, 10, 12, 14, 16];

/// Copies that one statement writes.
const AT_ONCE: usize = 5000;

/// A visit, and what it is a copy of.
#[derive(Debug, Serialize)]
struct Copy<'c> {
    source: &'c str,
    id: String,
    number: usize,
    customer: &'c str,
    provider: &'c str,
    start_us: i64,
}

/// Fills the file.
pub(super) async fn make(file: &Path, company: &Company) -> Result<()> {
    let pool = open(file).await?;
    let tables = [
        statement(
            &pool,
            "appointment",
            "id",
            &[
                ("id", "v.value ->> 'id'"),
                ("customer", "v.value ->> 'customer'"),
                ("provider", "v.value ->> 'provider'"),
                ("name", "printf('APT-%05d — Visit', v.value ->> 'number')"),
                ("start_us", "v.value ->> 'start_us'"),
                ("end_us", "t.end_us - t.start_us + (v.value ->> 'start_us')"),
                ("reserved_start_us", "t.reserved_start_us - t.start_us + (v.value ->> 'start_us')"),
                ("reserved_end_us", "t.reserved_end_us - t.start_us + (v.value ->> 'start_us')"),
            ],
        )
        .await?,
        statement(
            &pool,
            "claim",
            "appointment",
            &[
                ("appointment", "v.value ->> 'id'"),
                ("visit", "v.value ->> 'id'"),
                ("provider", "v.value ->> 'provider'"),
                ("start_us", "v.value ->> 'start_us'"),
                ("end_us", "t.end_us - t.start_us + (v.value ->> 'start_us')"),
            ],
        )
        .await?,
        statement(&pool, "event", "appointment", &[("appointment", "v.value ->> 'id'")]).await?,
        statement(
            &pool,
            "delivery",
            "appointment",
            &[
                ("appointment", "v.value ->> 'id'"),
                ("key", "replace(t.key, t.appointment, v.value ->> 'id')"),
                ("posting", "replace(t.posting, t.appointment, v.value ->> 'id')"),
                ("after_keys", "replace(t.after_keys, t.appointment, v.value ->> 'id')"),
            ],
        )
        .await?,
    ];
    let copies = copies(company);
    // It works out what a new document waits for; these stand, and their rows take no change.
    let trigger: String = sqlx::query_scalar("SELECT sql FROM sqlite_schema WHERE name = 'delivery_insert'")
        .fetch_one(&pool)
        .await?;
    sqlx::query("DROP TRIGGER delivery_insert").execute(&pool).await?;
    for copies in copies.chunks(AT_ONCE) {
        let copies = serde_json::to_string(copies)?;
        let mut transaction = pool.begin().await?;
        for statement in &tables {
            sqlx::query(sqlx::AssertSqlSafe(statement.as_str()))
                .bind(&copies)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
    sqlx::query(sqlx::AssertSqlSafe(trigger)).execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// Everybody's visits of all days.
fn copies(company: &Company) -> Vec<Copy<'_>> {
    let midnight = SystemClock.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let mut customers = company.customers.iter().cycle();
    let mut copies = Vec::new();
    for day in DAYS {
        for provider in &company.providers {
            for (hour, customer) in HOURS.iter().zip(customers.by_ref()) {
                let number = copies.len() + 1;
                let start = midnight + TimeDelta::days(day) + TimeDelta::hours(*hour);
                copies.push(Copy {
                    source: company.like(day, number),
                    id: SystemClock.new_id().to_string(),
                    number,
                    customer,
                    provider,
                    start_us: start.timestamp_micros(),
                });
            }
        }
    }
    copies
}

/// Copies rows of a table whose column `of` names the source, these columns apart. What the store numbers by itself it
/// numbers anew.
async fn statement(pool: &SqlitePool, table: &str, of: &str, apart: &[(&str, &str)]) -> Result<String> {
    let columns = "SELECT name FROM pragma_table_info(?) WHERE NOT (name = 'id' AND type = 'INTEGER')";
    let columns: Vec<String> = sqlx::query_scalar(columns).bind(table).fetch_all(pool).await?;
    let value = |column: &String| {
        let apart = apart.iter().find(|(name, _)| name == column);
        apart.map_or_else(|| format!("t.{column}"), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM json_each(?) v JOIN {table} t ON t.{of} = v.value ->> 'source'",
        columns.join(", "),
        values.join(", "),
    ))
}
