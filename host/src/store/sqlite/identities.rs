//! Whom providers of OpenID Connect know.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{Account, AccountId};
use crate::store::{Error, Identities, read};

#[async_trait]
impl Identities for Sqlite {
    async fn account_known_as(&self, issuer: &str, subject: &str) -> Result<Option<Account>, Error> {
        let row = sqlx::query(
            "SELECT a.id, a.login, a.name, a.grants, a.active, a.version, a.created_us AS created_at,
                 a.updated_us AS updated_at
             FROM account_identity i JOIN account a ON a.id = i.account WHERE i.issuer = ?1 AND i.subject = ?2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&self.readers)
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
            "INSERT INTO account_identity (issuer, subject, account, created_us) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
        )
        .bind(issuer)
        .bind(subject)
        .bind(text(account))
        .bind(micros(at))
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        let known = self.account_known_as(issuer, subject).await?;
        Ok(known.is_some_and(|known| known.id == account))
    }

    async fn forget_identities(&self, account: AccountId) -> Result<u64, Error> {
        let statement = sqlx::query("DELETE FROM account_identity WHERE account = ?1").bind(text(account));
        Ok(statement.execute(&self.writer).await.map_err(failed)?.rows_affected())
    }
}
