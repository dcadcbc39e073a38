//! Accounts and keys, looked through.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use super::rows::{Columns, ids};
use crate::model::{Account, AccountId, ApiKey, ProviderId};
use crate::store::read::Columns as _;
use crate::store::words::any_case_regex;
use crate::store::{AccountFilter, Error, Means, Page, Roster, read};

#[async_trait]
impl Roster for Postgres {
    async fn roster(&self, filter: &AccountFilter, page: Page) -> Result<Vec<Account>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(
            "SELECT id, login, name, grants::text AS grants, active, version, created_at, updated_at
             FROM account WHERE true",
        );
        if let Some(wanted) = &filter.text {
            let pattern = any_case_regex(wanted);
            query.push(" AND (name ~ ").push_bind(pattern.clone());
            query.push(" OR login ~ ").push_bind(pattern).push(")");
        }
        if let Some(role) = filter.role {
            query.push(" AND EXISTS (SELECT 1 FROM json_array_elements(grants) g WHERE g ->> 'role' = ");
            query.push_bind(role.as_str()).push(")");
        }
        if let Some(active) = filter.active {
            query.push(" AND active = ").push_bind(active);
        }
        if let Some(after) = page.after {
            query.push(" AND (lower(name COLLATE \"C\"), id) > (SELECT lower(name COLLATE \"C\"), id FROM account WHERE id = ");
            query.push_bind(after).push(")");
        }
        query.push(" ORDER BY lower(name COLLATE \"C\"), id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::account(&Columns(row))).collect()
    }

    async fn means(&self, accounts: &[AccountId], now: DateTime<Utc>) -> Result<Vec<Means>, Error> {
        let rows = sqlx::query(
            "SELECT id, password IS NOT NULL AS has_password,
                 EXISTS (SELECT 1 FROM account_identity i WHERE i.account = a.id) AS is_known,
                 (SELECT max(expires_at) FROM invitation v WHERE v.account = a.id AND v.expires_at > $2) AS invited_until,
                 (SELECT happened_at FROM account_event e WHERE e.subject = a.id AND e.name = 'session.begun'
                  ORDER BY e.id DESC LIMIT 1) AS came_at
             FROM account a WHERE id = ANY ($1)",
        )
        .bind(ids(accounts.iter().copied()))
        .bind(now)
        .fetch_all(&self.pool)
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
            "SELECT subject, blocked_at FROM login_attempt WHERE subject = ANY ($1) AND blocked_at > $2",
        )
        .bind(subjects)
        .bind(now)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(Columns)
            .map(|row| Ok((row.text("subject")?.to_owned(), row.instant("blocked_at")?)))
            .collect()
    }

    async fn accounts_of(&self, providers: &[ProviderId]) -> Result<Vec<(ProviderId, AccountId)>, Error> {
        let rows = sqlx::query(
            "SELECT (g ->> 'provider')::uuid AS provider, a.id AS id FROM account a, json_array_elements(a.grants) g
             WHERE (g ->> 'provider')::uuid = ANY ($1) ORDER BY a.id",
        )
        .bind(ids(providers.iter().copied()))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(Columns).map(|row| Ok((row.id("provider")?, row.id("id")?))).collect()
    }

    async fn key_called(&self, id: Uuid) -> Result<Option<ApiKey>, Error> {
        let row = sqlx::query(
            "SELECT id, hash, label, grants::text AS grants, scopes::text AS scopes, created_at, expires_at, used_at,
                 revoked_at
             FROM api_key WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::api_key(&Columns(row))).transpose()
    }
}
