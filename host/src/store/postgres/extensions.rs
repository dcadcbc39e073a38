//! Installed components, and what extensions said.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::extension::{Component, ExtensionAnswer};
use crate::store::extensions::{AnswerFilter, Extensions};
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

    async fn keep_said(&self, answers: &[ExtensionAnswer]) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        for said in answers {
            sqlx::query(
                "INSERT INTO extension_answer
                     (company, appointment, extension, digest, hook, mode, outcome, fuel, input, answer, asked_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::json, $10::text::json, $11)",
            )
            .bind(said.company.0)
            .bind(said.appointment.map(|id| id.0))
            .bind(&said.extension)
            .bind(&said.digest)
            .bind(&said.hook)
            .bind(said.mode.as_str())
            .bind(said.outcome.as_str())
            .bind(i64::try_from(said.fuel).unwrap_or(i64::MAX))
            .bind(to_json("input", &said.input)?)
            .bind(to_json("answer", &said.answer)?)
            .bind(said.asked_at)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn said(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExtensionAnswer>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(
            "SELECT id, company, appointment, extension, digest, hook, mode, outcome, fuel, input::text AS input,
                 answer::text AS answer, asked_at
             FROM extension_answer WHERE TRUE",
        );
        if let Some(company) = filter.company {
            query.push(" AND company = ").push_bind(company.0);
        }
        if let Some(appointment) = filter.appointment {
            query.push(" AND appointment = ").push_bind(appointment.0);
        }
        if let Some(extension) = &filter.extension {
            query.push(" AND extension = ").push_bind(extension);
        }
        if let Some(outcome) = filter.outcome {
            query.push(" AND outcome = ").push_bind(outcome.as_str());
        }
        if let Some(before) = before {
            query.push(" AND id < ").push_bind(before);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::extension_answer(&Columns(row))).collect()
    }

    async fn forget_said(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let done = sqlx::query("DELETE FROM extension_answer WHERE asked_at < $1")
            .bind(before)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected())
    }
}
