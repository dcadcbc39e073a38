//! One booking as the host wrote it, for the bare program to repeat.

use std::path::Path;

use anyhow::{Context as _, Result};
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use super::bare::open;

/// The texts of one booking as the host wrote them, in which only the identifier has to be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) branch: String,
    pub(super) details: String,
    pub(super) posting: String,
    pub(super) key: String,
    pub(super) answers: [String; 2],
    pub(super) events: [Event; 2],
    pub(super) decisions: [Vec<u8>; 2],
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) message: String,
    pub(super) digest: String,
    pub(super) attributes: String,
}

impl Sample {
    /// Reads the first booking of a file.
    pub(super) async fn read(file: &Path) -> Result<Self> {
        let pool = open(file).await?;
        let row = sqlx::query("SELECT id, name, branch, details FROM appointment ORDER BY id LIMIT 1");
        let row = row.fetch_one(&pool).await.context("the host made no booking")?;
        let id: String = row.try_get("id")?;
        let delivery = sqlx::query("SELECT key, posting FROM delivery WHERE appointment = ?").bind(&id);
        let delivery = delivery.fetch_one(&pool).await.context("a booking asks for one document")?;
        let sample = Self {
            name: row.try_get("name")?,
            branch: row.try_get("branch")?,
            details: row.try_get("details")?,
            posting: delivery.try_get("posting")?,
            key: delivery.try_get("key")?,
            answers: [answer(&pool, &id, "hold").await?, answer(&pool, &id, "confirm").await?],
            events: [event(&pool, &id, 1).await?, event(&pool, &id, 2).await?],
            decisions: [decision(&pool, &id, "hold").await?, decision(&pool, &id, "confirm").await?],
            id,
        };
        pool.close().await;
        Ok(sample)
    }
}

async fn answer(pool: &SqlitePool, id: &str, step: &str) -> Result<String> {
    let query = sqlx::query_scalar("SELECT body FROM answer WHERE key LIKE ? || '-%' AND instr(body, ?) > 0");
    query.bind(step).bind(id).fetch_one(pool).await.context("a booking leaves an answer for each step")
}

async fn decision(pool: &SqlitePool, id: &str, point: &str) -> Result<Vec<u8>> {
    let query = sqlx::query_scalar("SELECT record FROM decision WHERE appointment = ? AND point = ?");
    query.bind(id).bind(point).fetch_one(pool).await.context("a booking leaves a record of each decision")
}

async fn event(pool: &SqlitePool, id: &str, revision: i64) -> Result<Event> {
    let query =
        "SELECT name, message, rules_digest, attributes FROM event WHERE appointment = ? AND revision = ?";
    let row = sqlx::query(query).bind(id).bind(revision).fetch_one(pool).await;
    let row = row.context("a booking leaves one event for each step")?;
    Ok(Event {
        name: row.try_get("name")?,
        message: row.try_get("message")?,
        digest: row.try_get("rules_digest")?,
        attributes: row.try_get("attributes")?,
    })
}
