//! Accounts and keys, looked through.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{Account, AccountId, ApiKey, ProviderId};
use crate::store::read::Columns as _;
use crate::store::words::{any_case_glob, to_json};
use crate::store::{AccountFilter, Error, Means, Page, Roster, read};

#[async_trait]
impl Roster for Sqlite {
    async fn roster(&self, filter: &AccountFilter, page: Page) -> Result<Vec<Account>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(
            "SELECT id, login, name, grants, active, version, created_us AS created_at, updated_us AS updated_at
             FROM account WHERE true",
        );
        if let Some(wanted) = &filter.text {
            let pattern = any_case_glob(wanted);
            query.push(" AND (name GLOB ").push_bind(pattern.clone());
            query.push(" OR login GLOB ").push_bind(pattern).push(")");
        }
        if let Some(role) = filter.role {
            query.push(" AND EXISTS (SELECT 1 FROM json_each(grants) WHERE value ->> '$.role' = ");
            query.push_bind(role.as_str()).push(")");
        }
        if let Some(active) = filter.active {
            query.push(" AND active = ").push_bind(active);
        }
        if let Some(after) = page.after {
            query.push(" AND (lower(name), id) > (SELECT lower(name), id FROM account WHERE id = ");
            query.push_bind(text(after)).push(")");
        }
        query.push(" ORDER BY lower(name), id LIMIT ").push(page.limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::account(&Columns(row))).collect()
    }

    async fn means(&self, accounts: &[AccountId], now: DateTime<Utc>) -> Result<Vec<Means>, Error> {
        let rows = sqlx::query(
            "SELECT id, password IS NOT NULL AS has_password,
                 EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id) AS is_known,
                 (SELECT max(expires_us) FROM invitation v WHERE v.account = a.id AND v.expires_us > ?2) AS invited_until,
                 (SELECT at_us FROM account_event e WHERE e.subject = a.id AND e.name = 'session.begun'
                  ORDER BY e.id DESC LIMIT 1) AS came_at
             FROM account a WHERE id IN (SELECT value FROM json_each(?1))",
        )
        .bind(to_json("account", &accounts)?)
        .bind(micros(now))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::means(&Columns(row))).collect()
    }

    async fn blocked(
        &self,
        subjects: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, Error> {
        let rows = sqlx::query(
            "SELECT subject, blocked_us AS blocked_at FROM login_attempt
             WHERE subject IN (SELECT value FROM json_each(?1)) AND blocked_us > ?2",
        )
        .bind(to_json("subject", &subjects)?)
        .bind(micros(now))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(Columns)
            .map(|row| Ok((row.text("subject")?.to_owned(), row.instant("blocked_at")?)))
            .collect()
    }

    async fn accounts_of(&self, providers: &[ProviderId]) -> Result<Vec<(ProviderId, AccountId)>, Error> {
        let rows = sqlx::query(
            "SELECT g.value ->> '$.provider' AS provider, a.id AS id FROM account a, json_each(a.grants) g
             WHERE g.value ->> '$.provider' IN (SELECT value FROM json_each(?1)) ORDER BY a.id",
        )
        .bind(to_json("provider", &providers)?)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(Columns).map(|row| Ok((row.id("provider")?, row.id("id")?))).collect()
    }

    async fn key_called(&self, id: Uuid) -> Result<Option<ApiKey>, Error> {
        let row = sqlx::query(
            "SELECT id, hash, label, grants, scopes, created_us AS created_at, expires_us AS expires_at,
                 used_us AS used_at, revoked_us AS revoked_at
             FROM api_key WHERE id = ?1",
        )
        .bind(text(id))
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::api_key(&Columns(row))).transpose()
    }
}
