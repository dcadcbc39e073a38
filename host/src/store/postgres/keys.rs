//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Postgres;
use super::error::{failed, unless_taken};
use crate::store::{Error, Keys};

#[async_trait]
impl Keys for Postgres {
    async fn add_key(&self, hash: &str, label: &str, at: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query("INSERT INTO api_key (hash, label, created_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(label)
            .bind(at)
            .execute(&self.pool)
            .await
            .map_err(unless_taken("api_key_pkey", || Error::Exists("key")))?;
        Ok(())
    }

    async fn key_label(&self, hash: &str) -> Result<Option<String>, Error> {
        sqlx::query_scalar("SELECT label FROM api_key WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)
    }

    async fn has_keys(&self) -> Result<bool, Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM api_key)")
            .fetch_one(&self.pool)
            .await
            .map_err(failed)
    }
}
