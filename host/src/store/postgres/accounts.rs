//! Accounts, their invitations and signatures, and what was done with them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Postgres;
use super::error::{failed, unless_taken};
use super::rows::Columns;
use crate::model::{Account, AccountEvent, AccountId, AppointmentId, Invitation, Signature};
use crate::store::words::to_json;
use crate::store::{Accounts, Error, NewAccountEvent, Page, read};

#[async_trait]
impl Accounts for Postgres {
    async fn add_account(&self, account: &Account) -> Result<(), Error> {
        add(&self.pool, account, None).await
    }

    async fn replace_account(&self, account: &Account, expected: i64) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let was_last = !account.administers_everything() && is_last(&mut transaction, account.id).await?;
        // Whoever reads what went to another address is somebody else.
        withdraw_links(&mut transaction, account.id, Some(&account.login)).await?;
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
        if was_last {
            return Err(Error::LastAdministrator);
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
        let mut transaction = self.begin().await?;
        if let Some(account) = invitation.account {
            withdraw_links(&mut transaction, account, None).await?;
        }
        sqlx::query("INSERT INTO invitation (hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(&invitation.hash)
            .bind(invitation.account.map(|id| id.0))
            .bind(invitation.created_at)
            .bind(invitation.expires_at)
            .execute(&mut *transaction)
            .await
            .map_err(unless_taken("invitation_pkey", || Error::Exists("invitation")))?;
        transaction.commit().await.map_err(failed)
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

/// Whether this account administers everything, and no other one does. Of two that are changed at once the second waits.
async fn is_last(connection: &mut sqlx::PgConnection, id: AccountId) -> Result<bool, Error> {
    sqlx::query("LOCK TABLE account IN EXCLUSIVE MODE").execute(&mut *connection).await.map_err(failed)?;
    let others: Vec<bool> = sqlx::query_scalar(
        "SELECT DISTINCT account.id <> $1 FROM account, json_array_elements(account.grants) AS given
         WHERE active AND given ->> 'role' = 'administrator' AND given ->> 'company' IS NULL",
    )
    .bind(id.0)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    Ok(others == [false])
}

/// Ends the links that set an account's password; with an address only if it is not the account's.
async fn withdraw_links(
    connection: &mut sqlx::PgConnection,
    id: AccountId,
    login: Option<&str>,
) -> Result<(), Error> {
    sqlx::query(
        "DELETE FROM invitation
         WHERE account = $1 AND ($2::text IS NULL OR $2 <> (SELECT login FROM account WHERE id = $1))",
    )
    .bind(id.0)
    .bind(login)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
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
