//! Whom providers of OpenID Connect know.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::{Account, AccountId};
use crate::store::{Error, Identities, read};

#[async_trait]
impl Identities for Postgres {
    async fn account_known_as(&self, issuer: &str, subject: &str) -> Result<Option<Account>, Error> {
        let row = sqlx::query(
            "SELECT a.id, a.login, a.name, a.grants::text AS grants, a.active, a.version, a.created_at,
                 a.updated_at
             FROM account_identity i JOIN account a ON a.id = i.account WHERE i.issuer = $1 AND i.subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::account(&Columns(row))).transpose()
    }

    async fn know_as(
        &self,
        account: AccountId,
        issuer: &str,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        sqlx::query(
            "INSERT INTO account_identity (issuer, subject, account, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(issuer)
        .bind(subject)
        .bind(account.0)
        .bind(at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        let known = self.account_known_as(issuer, subject).await?;
        Ok(known.is_some_and(|known| known.id == account))
    }

    async fn forget_identities(&self, account: AccountId) -> Result<u64, Error> {
        let statement = sqlx::query("DELETE FROM account_identity WHERE account = $1").bind(account.0);
        Ok(statement.execute(&self.pool).await.map_err(failed)?.rows_affected())
    }
}
