//! Sessions of people who logged in, and tries to log in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Postgres;
use super::error::{failed, unless_taken};
use super::rows::Columns;
use crate::model::{Account, AccountId, Session};
use crate::store::{Error, Patience, Sessions, read};

#[async_trait]
impl Sessions for Postgres {
    async fn begin_session(&self, session: &Session) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO session (id, account, hash, agent, created_at, used_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(session.id)
        .bind(session.account.0)
        .bind(&session.hash)
        .bind(&session.agent)
        .bind(session.created_at)
        .bind(session.used_at)
        .bind(session.expires_at)
        .execute(&self.pool)
        .await
        .map_err(unless_taken("session_hash", || Error::Exists("session")))?;
        Ok(())
    }

    async fn session(&self, hash: &str) -> Result<Option<(Session, Account)>, Error> {
        let row = sqlx::query(
            "SELECT s.id AS session_id, s.account, s.hash, s.agent, s.created_at AS begun_at, s.used_at AS used_at,
                 s.expires_at AS expires_at, a.id, a.login, a.name, a.grants::text AS grants, a.active, a.version,
                 a.created_at AS created_at, a.updated_at AS updated_at
             FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        let Some(row) = row.as_ref().map(Columns) else { return Ok(None) };
        Ok(Some((read::logged_in(&row)?, read::account(&row)?)))
    }

    async fn use_session(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
        let statement = sqlx::query("UPDATE session SET used_at = $1 WHERE id = $2").bind(at).bind(id);
        statement.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn logged_in(&self, account: AccountId) -> Result<Vec<Session>, Error> {
        let rows = sqlx::query(
            "SELECT id AS session_id, account, hash, agent, created_at AS begun_at, used_at AS used_at,
                 expires_at AS expires_at
             FROM session WHERE account = $1 ORDER BY id",
        )
        .bind(account.0)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::logged_in(&Columns(row))).collect()
    }

    async fn end_sessions(&self, account: AccountId, one: Option<Uuid>) -> Result<u64, Error> {
        let done = sqlx::query("DELETE FROM session WHERE account = $1 AND ($2::uuid IS NULL OR id = $2)")
            .bind(account.0)
            .bind(one)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn forget_ended(&self, before: DateTime<Utc>) -> Result<(), Error> {
        for statement in [
            "DELETE FROM session WHERE expires_at < $1",
            "DELETE FROM invitation WHERE expires_at < $1",
            "DELETE FROM login_attempt WHERE tried_at < $1",
        ] {
            sqlx::query(statement).bind(before).execute(&self.pool).await.map_err(failed)?;
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
            "INSERT INTO login_attempt AS l (subject, failures, tried_at, blocked_at) VALUES ($1, 1, $2, $2)
             ON CONFLICT (subject) DO UPDATE SET
                 failures = CASE WHEN l.tried_at < $3 THEN 1 ELSE l.failures + 1 END, tried_at = $2
             WHERE l.blocked_at <= $2
             RETURNING failures",
        )
        .bind(subject)
        .bind(now)
        .bind(now - patience.memory)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let until = match counted {
            Some(failures) => {
                let until = now + (patience.delay)(u32::try_from(failures).unwrap_or(u32::MAX));
                sqlx::query("UPDATE login_attempt SET blocked_at = $1 WHERE subject = $2")
                    .bind(until)
                    .bind(subject)
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
                None
            }
            None => {
                let row = sqlx::query("SELECT blocked_at FROM login_attempt WHERE subject = $1")
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
        let statement = sqlx::query("DELETE FROM login_attempt WHERE subject = $1").bind(subject);
        statement.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }
}
