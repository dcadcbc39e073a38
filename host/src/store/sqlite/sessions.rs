//! Sessions of people who logged in, and tries to log in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sqlite;
use super::error::{failed, unless_taken};
use super::rows::{Columns, micros, text};
use crate::model::{Account, AccountId, Session};
use crate::store::{Error, Patience, Sessions, read};

#[async_trait]
impl Sessions for Sqlite {
    async fn begin_session(&self, session: &Session) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO session (id, account, hash, agent, created_us, used_us, expires_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(text(session.id))
        .bind(text(session.account))
        .bind(&session.hash)
        .bind(&session.agent)
        .bind(micros(session.created_at))
        .bind(micros(session.used_at))
        .bind(micros(session.expires_at))
        .execute(&self.writer)
        .await
        .map_err(unless_taken(|| Error::Exists("session")))?;
        Ok(())
    }

    async fn session(&self, hash: &str) -> Result<Option<(Session, Account)>, Error> {
        let row = sqlx::query(
            "SELECT s.id AS session_id, s.account, s.hash, s.agent, s.created_us AS begun_at, s.used_us AS used_at,
                 s.expires_us AS expires_at, a.id, a.login, a.name, a.grants, a.active, a.version,
                 a.created_us AS created_at, a.updated_us AS updated_at
             FROM session s JOIN account a ON a.id = s.account WHERE s.hash = ?1",
        )
        .bind(hash)
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        let Some(row) = row.as_ref().map(Columns) else { return Ok(None) };
        Ok(Some((read::logged_in(&row)?, read::account(&row)?)))
    }

    async fn use_session(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
        let statement =
            sqlx::query("UPDATE session SET used_us = ?1 WHERE id = ?2").bind(micros(at)).bind(text(id));
        statement.execute(&self.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn logged_in(&self, account: AccountId) -> Result<Vec<Session>, Error> {
        let rows = sqlx::query(
            "SELECT id AS session_id, account, hash, agent, created_us AS begun_at, used_us AS used_at,
                 expires_us AS expires_at
             FROM session WHERE account = ?1 ORDER BY id",
        )
        .bind(text(account))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::logged_in(&Columns(row))).collect()
    }

    async fn end_sessions(&self, account: AccountId, one: Option<Uuid>) -> Result<u64, Error> {
        let done = sqlx::query("DELETE FROM session WHERE account = ?1 AND (?2 IS NULL OR id = ?2)")
            .bind(text(account))
            .bind(one.map(text))
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn forget_ended(&self, before: DateTime<Utc>) -> Result<(), Error> {
        for statement in [
            "DELETE FROM session WHERE expires_us < ?1",
            "DELETE FROM invitation WHERE expires_us < ?1",
            "DELETE FROM login_attempt WHERE tried_us < ?1",
        ] {
            sqlx::query(statement).bind(micros(before)).execute(&self.writer).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        subject: &str,
        now: DateTime<Utc>,
        patience: Patience,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        let mut transaction = self.begin().await?;
        // The row is locked by the write, so that of many tries at once each is counted before the next is judged.
        let counted: Option<i64> = sqlx::query_scalar(
            "INSERT INTO login_attempt AS l (subject, failures, tried_us, blocked_us) VALUES (?1, 1, ?2, ?2)
             ON CONFLICT (subject) DO UPDATE SET
                 failures = CASE WHEN l.tried_us < ?3 THEN 1 ELSE l.failures + 1 END, tried_us = ?2
             WHERE l.blocked_us <= ?2
             RETURNING failures",
        )
        .bind(subject)
        .bind(micros(now))
        .bind(micros(now - patience.memory))
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let until = match counted {
            Some(failures) => {
                let until = now + (patience.delay)(u32::try_from(failures).unwrap_or(u32::MAX));
                sqlx::query("UPDATE login_attempt SET blocked_us = ?1 WHERE subject = ?2")
                    .bind(micros(until))
                    .bind(subject)
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
                None
            }
            None => {
                let row =
                    sqlx::query("SELECT blocked_us AS blocked_at FROM login_attempt WHERE subject = ?1")
                        .bind(subject)
                        .fetch_one(&mut *transaction)
                        .await
                        .map_err(failed)?;
                Some(read::Columns::instant(&Columns(&row), "blocked_at")?)
            }
        };
        transaction.commit().await.map_err(failed)?;
        Ok(until)
    }

    async fn forget_attempts(&self, subject: &str) -> Result<(), Error> {
        let statement = sqlx::query("DELETE FROM login_attempt WHERE subject = ?1").bind(subject);
        statement.execute(&self.writer).await.map_err(failed)?;
        Ok(())
    }
}
