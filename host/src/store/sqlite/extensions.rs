//! Installed components, and what was done about extensions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::extension::Component;
use crate::model::{CompanyId, ExtensionAct, ExtensionChange};
use crate::store::extensions::{ExtensionChangeFilter, Extensions, Removal};
use crate::store::read::Columns as _;
use crate::store::words::to_json;
use crate::store::{Error, Record, read};

#[async_trait]
impl Extensions for Sqlite {
    async fn keep_component(&self, component: &Component, bytes: &[u8]) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let kept = sqlx::query(
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
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if kept.rows_affected() > 0 {
            let about = (component.name.as_str(), component.digest.as_str());
            let act = (ExtensionAct::Installed, component.by.as_str(), component.installed_at);
            note_component(&mut transaction, about, act).await?;
        }
        transaction.commit().await.map_err(failed)
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

    async fn remove_component(&self, digest: &str, by: &str, at: DateTime<Utc>) -> Result<Removal, Error> {
        let mut transaction = self.begin().await?;
        let name: Option<String> = sqlx::query_scalar("SELECT name FROM component WHERE digest = ?")
            .bind(digest)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let Some(name) = name else {
            let known =
                sqlx::query("SELECT 1 FROM extension_change WHERE digest = ? AND company IS NULL LIMIT 1")
                    .bind(digest)
                    .fetch_optional(&mut *transaction)
                    .await
                    .map_err(failed)?;
            return Ok(if known.is_some() { Removal::Gone } else { Removal::Unknown });
        };
        let users = users(&mut transaction, digest).await?;
        if !users.is_empty() {
            return Ok(Removal::InUse(users));
        }
        sqlx::query("DELETE FROM component WHERE digest = ?")
            .bind(digest)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        note_component(&mut transaction, (&name, digest), (ExtensionAct::Removed, by, at)).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(Removal::Removed)
    }

    async fn extension_changes(
        &self,
        filter: &ExtensionChangeFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionChange>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(
            "SELECT id, company, extension, digest, what, data, actor, changed_us AS changed_at
             FROM extension_change WHERE TRUE",
        );
        if let Some(company) = filter.company {
            query.push(" AND company = ").push_bind(text(company));
        }
        if let Some(extension) = &filter.extension {
            query.push(" AND extension = ").push_bind(extension);
        }
        if let Some(before) = before {
            query.push(" AND id < ").push_bind(before);
        }
        query.push(" ORDER BY id DESC LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::extension_change(&Columns(row))).collect()
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

/// Notes that a company uses an extension from now on, or uses it in another way, and makes sure that it is there.
pub(super) async fn note_use(
    connection: &mut SqliteConnection,
    record: &Record,
    act: ExtensionAct,
) -> Result<(), Error> {
    let digest = record.data.get("digest").and_then(serde_json::Value::as_str).unwrap_or_default();
    if record.active {
        // Whoever removes it waits until this is done.
        let there = sqlx::query("SELECT 1 FROM component WHERE digest = ?")
            .bind(digest)
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        there.ok_or(Error::Missing("component"))?;
    }
    sqlx::query(
        "INSERT INTO extension_change (company, extension, digest, what, data, actor, changed_us)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(text(record.company))
    .bind(&record.name)
    .bind(digest)
    .bind(act.as_str())
    .bind(to_json("change", &record.data)?)
    .bind(&record.by)
    .bind(micros(record.updated_at))
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn note_component(
    connection: &mut SqliteConnection,
    (name, digest): (&str, &str),
    (act, by, at): (ExtensionAct, &str, DateTime<Utc>),
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO extension_change (extension, digest, what, actor, changed_us) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(name)
    .bind(digest)
    .bind(act.as_str())
    .bind(by)
    .bind(micros(at))
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The companies that use a component.
async fn users(connection: &mut SqliteConnection, digest: &str) -> Result<Vec<CompanyId>, Error> {
    let rows = sqlx::query(
        "SELECT DISTINCT company FROM record
         WHERE kind = 'extension' AND active = 1 AND data ->> 'digest' = ? ORDER BY company",
    )
    .bind(digest)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| Columns(row).id("company")).collect()
}
