//! Accounts, their sessions and invitations, and what was done with them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Postgres;
use super::error::{failed, unless_taken};
use super::rows::Columns;
use crate::model::{Account, AccountEvent, AccountId, AppointmentId, Invitation, Session, Signature};
use crate::store::words::to_json;
use crate::store::{Accounts, Error, NewAccountEvent, Page, Patience, read};

#[async_trait]
impl Accounts for Postgres {
    async fn add_account(&self, account: &Account) -> Result<(), Error> {
        add(&self.pool, account, None).await
    }

    async fn replace_account(&self, account: &Account, expected: i64) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE account SET login = $1, name = $2, grants = $3::text::json, active = $4, version = $5, updated_at = $6
             WHERE id = $7 AND version = $8",
        )
        .bind(&account.login)
        .bind(&account.name)
        .bind(to_json("grants", &account.grants)?)
        .bind(account.active)
        .bind(account.version)
        .bind(account.updated_at)
        .bind(account.id.0)
        .bind(expected)
        .execute(&mut *transaction)
        .await
        .map_err(unless_taken("account_login", || Error::Exists("account")))?;
        if done.rows_affected() == 0 {
            let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE id = $1)")
                .bind(account.id.0)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            return Err(if there { Error::Stale("account") } else { Error::Missing("account") });
        }
        if !account.active {
            shut_out(&mut transaction, account.id, None).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, Error> {
        let row = sqlx::query(
            "SELECT id, login, name, grants::text AS grants, active, version, created_at, updated_at
             FROM account WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::account(&Columns(row))).transpose()
    }

    async fn account_by_login(&self, login: &str) -> Result<Option<(Account, Option<String>)>, Error> {
        let row = sqlx::query(
            "SELECT id, login, name, grants::text AS grants, active, version, created_at, updated_at, password
             FROM account WHERE login = $1",
        )
        .bind(login)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        let Some(row) = row.as_ref().map(Columns) else { return Ok(None) };
        let password = read::Columns::optional_text(&row, "password")?.map(str::to_owned);
        Ok(Some((read::account(&row)?, password)))
    }

    async fn accounts(&self, page: Page) -> Result<Vec<Account>, Error> {
        let rows = sqlx::query(
            "SELECT id, login, name, grants::text AS grants, active, version, created_at, updated_at
             FROM account WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(page.after.unwrap_or(Uuid::nil()))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::account(&Columns(row))).collect()
    }

    async fn has_accounts(&self) -> Result<bool, Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account)")
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
    }

    async fn set_password(&self, id: AccountId, hash: &str, but: Option<Uuid>) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        set(&mut transaction, id, hash).await?;
        shut_out(&mut transaction, id, but).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn invite(&self, invitation: &Invitation) -> Result<(), Error> {
        sqlx::query("INSERT INTO invitation (hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(&invitation.hash)
            .bind(invitation.account.map(|id| id.0))
            .bind(invitation.created_at)
            .bind(invitation.expires_at)
            .execute(&self.pool)
            .await
            .map_err(unless_taken("invitation_pkey", || Error::Exists("invitation")))?;
        Ok(())
    }

    async fn redeem(
        &self,
        hash: &str,
        password: &str,
        first: Option<&Account>,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, Error> {
        let mut transaction = self.begin().await?;
        // Of two first administrators at once one is made.
        if first.is_some() {
            sqlx::query("LOCK TABLE account IN EXCLUSIVE MODE")
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        let taken: Option<Option<Uuid>> = sqlx::query_scalar(
            "DELETE FROM invitation WHERE hash = $1 AND expires_at > $2 RETURNING account",
        )
        .bind(hash)
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let Some(account) = taken else { return Ok(None) };
        let id = match (account, first) {
            (Some(id), _) => AccountId(id),
            (None, Some(first)) => {
                let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account)")
                    .fetch_one(&mut *transaction)
                    .await
                    .map_err(failed)?;
                if there {
                    return Ok(None);
                }
                add(&mut *transaction, first, None).await?;
                sqlx::query("DELETE FROM invitation WHERE account IS NULL")
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
                first.id
            }
            (None, None) => return Ok(None),
        };
        set(&mut transaction, id, password).await?;
        shut_out(&mut transaction, id, None).await?;
        let row = sqlx::query(
            "SELECT id, login, name, grants::text AS grants, active, version, created_at, updated_at
             FROM account WHERE id = $1 AND active",
        )
        .bind(id.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let account = row.as_ref().map(|row| read::account(&Columns(row))).transpose()?;
        transaction.commit().await.map_err(failed)?;
        Ok(account)
    }

    async fn invitation(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Invitation>, Error> {
        let row = sqlx::query(
            "SELECT hash, account, created_at, expires_at FROM invitation WHERE hash = $1 AND expires_at > $2",
        )
        .bind(hash)
        .bind(now)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::invitation(&Columns(row))).transpose()
    }

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

    async fn note(&self, event: &NewAccountEvent) -> Result<(), Error> {
        sqlx::query("INSERT INTO account_event (happened_at, actor, name, subject, message) VALUES ($1, $2, $3, $4, $5)")
            .bind(event.at)
            .bind(&event.by)
            .bind(event.name)
            .bind(event.subject)
            .bind(&event.message)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn account_events(
        &self,
        subject: Option<Uuid>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AccountEvent>, Error> {
        let rows = sqlx::query(
            "SELECT id, happened_at, actor, name, subject, message FROM account_event
             WHERE ($1::uuid IS NULL OR subject = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(subject)
        .bind(before)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::account_event(&Columns(row))).collect()
    }

    async fn secret(&self, name: &str, fresh: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, Error> {
        const READ: &str = "SELECT bytes FROM signing_secret WHERE name = $1";
        let known = sqlx::query_scalar(READ).bind(name).fetch_optional(&self.pool).await.map_err(failed)?;
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        sqlx::query(
            "INSERT INTO signing_secret (name, bytes, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(fresh)
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        sqlx::query_scalar(READ).bind(name).fetch_one(&self.pool).await.map_err(failed)
    }

    async fn sign(&self, signature: &Signature) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO signature (appointment, revision, name, drawing, signed_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(signature.appointment.0)
        .bind(i64::from(signature.revision))
        .bind(&signature.name)
        .bind(&signature.drawing)
        .bind(signature.at)
        .execute(&self.pool)
        .await
        .map_err(unless_taken("signature_pkey", || Error::Exists("signature")))?;
        Ok(())
    }

    async fn signature(&self, appointment: AppointmentId) -> Result<Option<Signature>, Error> {
        let row = sqlx::query(
            "SELECT appointment, revision, name, drawing, signed_at FROM signature WHERE appointment = $1",
        )
        .bind(appointment.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::signature(&Columns(row))).transpose()
    }
}

async fn add(
    executor: impl sqlx::PgExecutor<'_>,
    account: &Account,
    password: Option<&str>,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO account (id, login, name, password, grants, active, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5::text::json, $6, $7, $8, $9)",
    )
    .bind(account.id.0)
    .bind(&account.login)
    .bind(&account.name)
    .bind(password)
    .bind(to_json("grants", &account.grants)?)
    .bind(account.active)
    .bind(account.version)
    .bind(account.created_at)
    .bind(account.updated_at)
    .execute(executor)
    .await
    .map_err(unless_taken("account_login", || Error::Exists("account")))?;
    Ok(())
}

async fn set(connection: &mut sqlx::PgConnection, id: AccountId, password: &str) -> Result<(), Error> {
    let statement = sqlx::query("UPDATE account SET password = $1 WHERE id = $2").bind(password).bind(id.0);
    let done = statement.execute(connection).await.map_err(failed)?;
    if done.rows_affected() == 0 { Err(Error::Missing("account")) } else { Ok(()) }
}

/// Ends an account's sessions but one, and its invitations.
async fn shut_out(
    connection: &mut sqlx::PgConnection,
    id: AccountId,
    but: Option<Uuid>,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM session WHERE account = $1 AND ($2::uuid IS NULL OR id <> $2)")
        .bind(id.0)
        .bind(but)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    sqlx::query("DELETE FROM invitation WHERE account = $1")
        .bind(id.0)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(())
}
