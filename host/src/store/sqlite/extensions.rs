//! Installed components.

use async_trait::async_trait;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros};
use crate::model::extension::Component;
use crate::store::extensions::Extensions;
use crate::store::read::Columns as _;
use crate::store::words::to_json;
use crate::store::{Error, read};

#[async_trait]
impl Extensions for Sqlite {
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO component (digest, name, version, description, bytes, origin, signer, actor, installed_us)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(&component.digest)
        .bind(&component.name)
        .bind(&component.version)
        .bind(to_json("component", &component.description)?)
        .bind(bytes)
        .bind(&component.origin)
        .bind(&component.signer)
        .bind(&component.by)
        .bind(micros(component.installed_at))
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn components(&self) -> Result<Vec<Component>, Error> {
        let rows = sqlx::query(
            "SELECT digest, name, version, description, origin, signer, actor, installed_us AS installed_at
             FROM component ORDER BY installed_us, digest",
        )
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::component(&Columns(row))).collect()
    }

    async fn component_bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = sqlx::query("SELECT bytes FROM component WHERE digest = ?")
            .bind(digest)
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)?;
        row.map(|row| Columns(&row).bytes("bytes").map(<[u8]>::to_vec)).transpose()
    }
}
