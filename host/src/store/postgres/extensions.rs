//! Installed components.

use async_trait::async_trait;

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::extension::Component;
use crate::store::extensions::Extensions;
use crate::store::read::Columns as _;
use crate::store::words::to_json;
use crate::store::{Error, read};

#[async_trait]
impl Extensions for Postgres {
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO component (digest, name, version, description, bytes, origin, signer, actor, installed_at)
             VALUES ($1, $2, $3, $4::text::json, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(&component.digest)
        .bind(&component.name)
        .bind(&component.version)
        .bind(to_json("component", &component.description)?)
        .bind(bytes)
        .bind(&component.origin)
        .bind(&component.signer)
        .bind(&component.by)
        .bind(component.installed_at)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn components(&self) -> Result<Vec<Component>, Error> {
        let rows = sqlx::query(
            "SELECT digest, name, version, description::text AS description, origin, signer, actor, installed_at
             FROM component ORDER BY installed_at, digest",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::component(&Columns(row))).collect()
    }

    async fn component_bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = sqlx::query("SELECT bytes FROM component WHERE digest = $1")
            .bind(digest)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.map(|row| Columns(&row).bytes("bytes").map(<[u8]>::to_vec)).transpose()
    }
}
