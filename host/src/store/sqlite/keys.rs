//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Sqlite;
use super::error::{failed, unless_taken};
use super::rows::micros;
use crate::store::{Error, Keys};

#[async_trait]
impl Keys for Sqlite {
    async fn add_key(&self, hash: &str, label: &str, at: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query("INSERT INTO api_key (hash, label, created_us) VALUES (?, ?, ?)")
            .bind(hash)
            .bind(label)
            .bind(micros(at))
            .execute(&self.writer)
            .await
            .map_err(unless_taken(|| Error::Exists("key")))?;
        Ok(())
    }

    async fn key_label(&self, hash: &str) -> Result<Option<String>, Error> {
        sqlx::query_scalar("SELECT label FROM api_key WHERE hash = ?")
            .bind(hash)
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)
    }

    async fn has_keys(&self) -> Result<bool, Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM api_key)")
            .fetch_one(&self.readers)
            .await
            .map_err(failed)
    }
}
