//! Answers kept for repeated requests.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::Postgres;
use super::error::{failed, unless_taken};
use super::rows::Columns;
use crate::store::{Answer, Error, Requests, read};

/// How many answers one statement forgets, so that none holds its locks for long.
const FORGET_AT_ONCE: i64 = 1000;

/// Keeps an answer, as part of a transaction or alone. Waits for whoever is about to keep one under the same key.
pub(super) async fn keep(executor: impl PgExecutor<'_>, answer: &Answer) -> Result<(), Error> {
    sqlx::query("INSERT INTO answer (key, fingerprint, status, body, given_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&answer.key)
        .bind(&answer.fingerprint)
        .bind(i64::from(answer.status))
        .bind(&answer.body)
        .bind(answer.at)
        .execute(executor)
        .await
        .map_err(unless_taken("answer_pkey", || Error::AnswerExists))?;
    Ok(())
}

#[async_trait]
impl Requests for Postgres {
    async fn answer(&self, key: &str) -> Result<Option<Answer>, Error> {
        let row = sqlx::query("SELECT key, fingerprint, status, body, given_at FROM answer WHERE key = $1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.as_ref().map(|row| read::answer(&Columns(row))).transpose()
    }

    async fn keep_answer(&self, answer: &Answer) -> Result<(), Error> {
        keep(&self.pool, answer).await
    }

    async fn forget_answers(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let mut forgotten = 0;
        loop {
            // Another host may be forgetting too: each takes what the other has not.
            let done = sqlx::query(
                "DELETE FROM answer WHERE key = ANY (ARRAY(
                     SELECT key FROM answer WHERE given_at < $1 ORDER BY given_at LIMIT $2 FOR UPDATE SKIP LOCKED
                 ))",
            )
            .bind(before)
            .bind(FORGET_AT_ONCE)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
            if done.rows_affected() == 0 {
                return Ok(forgotten);
            }
            forgotten += done.rows_affected();
        }
    }
}
