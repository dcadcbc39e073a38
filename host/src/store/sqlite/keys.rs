//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sqlite;
use super::error::{failed, unless_taken};
use super::rows::{Columns, micros, text};
use crate::model::ApiKey;
use crate::store::words::to_json;
use crate::store::{Error, Keys, Page, read};

#[async_trait]
impl Keys for Sqlite {
    async fn add_key(&self, key: &ApiKey) -> Result<(), Error> {
        let scopes = key.scopes.as_ref().map(|scopes| to_json("scopes", scopes)).transpose()?;
        sqlx::query(
            "INSERT INTO api_key (id, hash, label, grants, scopes, created_us, expires_us, used_us, revoked_us)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(text(key.id))
        .bind(&key.hash)
        .bind(&key.label)
        .bind(to_json("grants", &key.grants)?)
        .bind(scopes)
        .bind(micros(key.created_at))
        .bind(key.expires_at.map(micros))
        .bind(key.used_at.map(micros))
        .bind(key.revoked_at.map(micros))
        .execute(&self.writer)
        .await
        .map_err(unless_taken(|| Error::Exists("key")))?;
        Ok(())
    }

    async fn key(&self, hash: &str) -> Result<Option<ApiKey>, Error> {
        let row = sqlx::query(
            "SELECT id, hash, label, grants, scopes, created_us AS created_at, expires_us AS expires_at,
                 used_us AS used_at, revoked_us AS revoked_at
             FROM api_key WHERE hash = ?",
        )
        .bind(hash)
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::api_key(&Columns(row))).transpose()
    }

    async fn keys(&self, page: Page) -> Result<Vec<ApiKey>, Error> {
        let rows = sqlx::query(
            "SELECT id, hash, label, grants, scopes, created_us AS created_at, expires_us AS expires_at,
                 used_us AS used_at, revoked_us AS revoked_at
             FROM api_key WHERE id > ? ORDER BY id LIMIT ?",
        )
        .bind(page.after.map_or_else(String::new, text))
        .bind(page.limit)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::api_key(&Columns(row))).collect()
    }

    async fn use_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
        let statement =
            sqlx::query("UPDATE api_key SET used_us = ? WHERE id = ?").bind(micros(at)).bind(text(id));
        statement.execute(&self.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn revoke_key(&self, id: Uuid, at: DateTime<Utc>) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE api_key SET revoked_us = ? WHERE id = ? AND revoked_us IS NULL")
            .bind(micros(at))
            .bind(text(id))
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() > 0)
    }

    async fn has_keys(&self) -> Result<bool, Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM api_key)")
            .fetch_one(&self.readers)
            .await
            .map_err(failed)
    }
}
