//! Decisions that were recorded, and what extensions said in them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{Decision, NewAnswer, NewDecision};
use crate::store::decisions::{AnswerFilter, DecisionFilter, Decisions, KeptAnswer, KeptDecision};
use crate::store::{Error, read};

/// Records a decision, in the transaction of what it changes.
pub(super) async fn keep(connection: &mut SqliteConnection, decision: &NewDecision) -> Result<(), Error> {
    let (company, appointment) = (text(decision.company), decision.appointment.map(text));
    let kept = sqlx::query(
        "INSERT INTO decision (company, appointment, point, outcome, digest, fuel, record, decided_us)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&company)
    .bind(&appointment)
    .bind(decision.point)
    .bind(decision.outcome.as_str())
    .bind(&decision.digest)
    .bind(i64::try_from(decision.fuel).unwrap_or(i64::MAX))
    .bind(&decision.record)
    .bind(micros(decision.at))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    if decision.said.is_empty() {
        return Ok(());
    }
    // One statement for all: each would be a way to the connection's thread and back.
    sqlx::query(
        "INSERT INTO extension_answer
             (decision, place, company, appointment, extension, digest, hook, mode, outcome, fuel, asked_us)
         SELECT ?1, value ->> 6, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?4
         FROM json_each(?5) ORDER BY key",
    )
    .bind(kept.last_insert_rowid())
    .bind(company)
    .bind(appointment)
    .bind(micros(decision.at))
    .bind(json!(decision.said.iter().map(row).collect::<Vec<_>>()).to_string())
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

fn row(said: &NewAnswer) -> serde_json::Value {
    let NewAnswer { place, extension, digest, hook, mode, outcome, fuel } = said;
    json!([
        extension,
        digest,
        hook,
        mode.as_str(),
        outcome.as_str(),
        i64::try_from(*fuel).unwrap_or(i64::MAX),
        place
    ])
}

const COLUMNS: &str =
    "SELECT id, company, appointment, point, outcome, digest, fuel, decided_us AS decided_at FROM decision";

/// With the record.
const WHOLE: &str = "SELECT id, company, appointment, point, outcome, digest, fuel, decided_us AS decided_at, record FROM decision";

#[async_trait]
impl Decisions for Sqlite {
    async fn keep_decisions(&self, decisions: &[NewDecision]) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        for decision in decisions {
            keep(&mut transaction, decision).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn decisions(
        &self,
        filter: &DecisionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Decision>, Error> {
        let mut query = selection(COLUMNS, filter);
        if let Some(before) = before {
            query.push(" AND id < ").push_bind(before);
        }
        query.push(" ORDER BY id DESC LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::decision(&Columns(row))).collect()
    }

    async fn decision_records(
        &self,
        filter: &DecisionFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptDecision>, Error> {
        let mut query = selection(WHOLE, filter);
        if let Some(after) = after {
            query.push(" AND id > ").push_bind(after);
        }
        query.push(" ORDER BY id LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::kept_decision(&Columns(row))).collect()
    }

    async fn decision(&self, id: i64) -> Result<Option<KeptDecision>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(WHOLE);
        query.push(" WHERE id = ").push_bind(id);
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::kept_decision(&Columns(row))).transpose()
    }

    async fn said(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptAnswer>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(
            "SELECT a.id, a.decision, a.place, a.company, a.appointment, a.extension, a.digest, a.hook, a.mode, a.outcome,
                 a.fuel, a.asked_us AS asked_at, d.record
             FROM extension_answer a JOIN decision d ON d.id = a.decision WHERE TRUE",
        );
        if let Some(company) = filter.company {
            query.push(" AND a.company = ").push_bind(text(company));
        }
        if let Some(appointment) = filter.appointment {
            query.push(" AND a.appointment = ").push_bind(text(appointment));
        }
        if let Some(extension) = &filter.extension {
            query.push(" AND a.extension = ").push_bind(extension);
        }
        if let Some(outcome) = filter.outcome {
            query.push(" AND a.outcome = ").push_bind(outcome.as_str());
        }
        if let Some(before) = before {
            query.push(" AND a.id < ").push_bind(before);
        }
        query.push(" ORDER BY a.id DESC LIMIT ").push(limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::extension_answer(&Columns(row))).collect()
    }

    async fn forget_decisions(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, Error> {
        // Only the oldest are looked at, so that nothing is searched through where nothing is to be forgotten.
        let done = sqlx::query(
            "DELETE FROM decision WHERE id IN
                 (SELECT id FROM (SELECT id, decided_us FROM decision ORDER BY id LIMIT ?) WHERE decided_us < ?)",
        )
        .bind(i64::from(limit))
        .bind(micros(before))
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected())
    }
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(columns: &str, filter: &DecisionFilter) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(columns);
    query.push(" WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(text(appointment));
    }
    if let Some(point) = &filter.point {
        query.push(" AND point = ").push_bind(point.clone());
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND outcome = ").push_bind(outcome.as_str());
    }
    if let Some(since) = filter.since {
        query.push(" AND decided_us >= ").push_bind(micros(since));
    }
    if let Some(until) = filter.until {
        query.push(" AND decided_us < ").push_bind(micros(until));
    }
    query
}
