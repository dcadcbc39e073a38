//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Postgres;
use super::error::{failed, unless_taken};
use super::rows::Columns;
use crate::model::ApiKey;
use crate::store::words::to_json;
use crate::store::{Error, Keys, Page, read};

#[async_trait]
impl Keys for Postgres {
    async fn add_key(&self, key: &ApiKey) -> Result<(), Error> {
        let scopes = key.scopes.as_ref().map(|scopes| to_json("scopes", scopes)).transpose()?;
        sqlx::query(
            "INSERT INTO api_key (id, hash, label, grants, scopes, created_at, expires_at, used_at, revoked_at)
             VALUES ($1, $2, $3, $4::text::json, $5::text::json, $6, $7, $8, $9)",
        )
        .bind(key.id)
        .bind(&key.hash)
        .bind(&key.label)
        .bind(to_json("grants", &key.grants)?)
        .bind(scopes)
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(key.used_at)
        .bind(key.revoked_at)
        .execute(&self.pool)
        .await
        .map_err(unless_taken("api_key_hash", || Error::Exists("key")))?;
        Ok(())
    }

    async fn key(&self, hash: &str) -> Result<Option<ApiKey>, Error> {
        let row = sqlx::query(
            "SELECT id, hash, label, grants::text AS grants, scopes::text AS scopes, created_at, expires_at, used_at,
                 revoked_at
             FROM api_key WHERE hash = $1",
        )
        .bind(hash)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::api_key(&Columns(row))).transpose()
    }

    async fn keys(&self, page: Page) -> Result<Vec<ApiKey>, Error> {
        let rows = sqlx::query(
            "SELECT id, hash, label, grants::text AS grants, scopes::text AS scopes, created_at, expires_at, used_at,
                 revoked_at
             FROM api_key WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(page.after.unwrap_or(Uuid::nil()))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::api_key(&Columns(row))).collect()
    }

    async fn use_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
        let statement = sqlx::query("UPDATE api_key SET used_at = $1 WHERE id = $2").bind(at).bind(id);
        statement.execute(&self.pool).await.map_err(failed)?;
        Ok(())
    }

    async fn revoke_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(at)
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() > 0)
    }

    async fn has_keys(&self) -> Result<bool, Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM api_key)")
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
    }
}
