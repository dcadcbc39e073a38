//! Answers kept for repeated requests.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::SqliteExecutor;

use super::Sqlite;
use super::error::{failed, unless_taken};
use super::rows::{Columns, micros};
use crate::store::{Answer, Error, Requests, read};

/// How many answers one statement forgets: bookings go between two of them.
const FORGET_AT_ONCE: i64 = 1000;

/// Keeps an answer, as part of a transaction or alone.
pub(super) async fn keep(executor: impl SqliteExecutor<'_>, answer: &Answer) -> Result<(), Error> {
    sqlx::query("INSERT INTO answer (key, fingerprint, status, body, at_us) VALUES (?, ?, ?, ?, ?)")
        .bind(&answer.key)
        .bind(&answer.fingerprint)
        .bind(i64::from(answer.status))
        .bind(&answer.body)
        .bind(micros(answer.at))
        .execute(executor)
        .await
        .map_err(unless_taken(|| Error::AnswerExists))?;
    Ok(())
}

#[async_trait]
impl Requests for Sqlite {
    async fn answer(&self, key: &str) -> Result<Option<Answer>, Error> {
        let row =
            sqlx::query("SELECT key, fingerprint, status, body, at_us AS given_at FROM answer WHERE key = ?")
                .bind(key)
                .fetch_optional(&self.readers)
                .await
                .map_err(failed)?;
        row.as_ref().map(|row| read::answer(&Columns(row))).transpose()
    }

    async fn keep_answer(&self, answer: &Answer) -> Result<(), Error> {
        keep(&self.writer, answer).await
    }

    async fn forget_answers(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let mut forgotten = 0;
        loop {
            let done = sqlx::query(
                "DELETE FROM answer WHERE key IN (SELECT key FROM answer WHERE at_us < ? ORDER BY at_us LIMIT ?)",
            )
            .bind(micros(before))
            .bind(FORGET_AT_ONCE)
            .execute(&self.writer)
            .await
            .map_err(failed)?;
            if done.rows_affected() == 0 {
                return Ok(forgotten);
            }
            forgotten += done.rows_affected();
        }
    }
}
