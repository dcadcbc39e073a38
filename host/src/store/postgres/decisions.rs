//! Decisions that were recorded, and what extensions said in them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, QueryBuilder};

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::{Decision, NewAnswer, NewDecision};
use crate::store::decisions::{AnswerFilter, DecisionFilter, Decisions, KeptAnswer, KeptDecision};
use crate::store::{Error, read};

/// What a decision took, as the store counts.
pub(super) fn fuel(decision: &NewDecision) -> i64 {
    i64::try_from(decision.fuel).unwrap_or(i64::MAX)
}

/// Records what extensions said in decisions that are recorded under these numbers.
pub(super) async fn keep_said(
    connection: &mut PgConnection,
    ids: &[i64],
    decisions: &[NewDecision],
) -> Result<(), Error> {
    for (id, decision) in ids.iter().zip(decisions).filter(|(_, decision)| !decision.said.is_empty()) {
        say(connection, *id, decision).await?;
    }
    Ok(())
}

/// Records a decision that changes no appointment.
async fn keep(connection: &mut PgConnection, decision: &NewDecision) -> Result<(), Error> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO decision (company, appointment, point, outcome, digest, fuel, record, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(decision.company.0)
    .bind(decision.appointment.map(|id| id.0))
    .bind(decision.point)
    .bind(decision.outcome.as_str())
    .bind(&decision.digest)
    .bind(fuel(decision))
    .bind(&decision.record)
    .bind(decision.at)
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    keep_said(connection, &[id], std::slice::from_ref(decision)).await
}

async fn say(connection: &mut PgConnection, id: i64, decision: &NewDecision) -> Result<(), Error> {
    let column = |value: fn(&NewAnswer) -> &str| -> Vec<String> {
        decision.said.iter().map(|said| value(said).to_owned()).collect()
    };
    let fuel: Vec<i64> =
        decision.said.iter().map(|said| i64::try_from(said.fuel).unwrap_or(i64::MAX)).collect();
    let places: Vec<i64> =
        decision.said.iter().map(|said| i64::try_from(said.place).unwrap_or(i64::MAX)).collect();
    // One statement for all: each would be a way to the server and back.
    sqlx::query(
        "INSERT INTO extension_answer
             (decision, place, company, appointment, extension, digest, hook, mode, outcome, fuel, asked_at)
         SELECT $1, said.place, $2, $3, said.extension, said.digest, said.hook, said.mode, said.outcome, said.fuel, $4
         FROM UNNEST($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[])
             AS said (extension, digest, hook, mode, outcome, fuel, place)
         ORDER BY said.place",
    )
    .bind(id)
    .bind(decision.company.0)
    .bind(decision.appointment.map(|id| id.0))
    .bind(decision.at)
    .bind(column(|said| &said.extension))
    .bind(column(|said| &said.digest))
    .bind(column(|said| said.hook))
    .bind(column(|said| said.mode.as_str()))
    .bind(column(|said| said.outcome.as_str()))
    .bind(fuel)
    .bind(places)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

const COLUMNS: &str =
    "SELECT id, company, appointment, point, outcome, digest, fuel, decided_at FROM decision";

/// With the record.
const WHOLE: &str =
    "SELECT id, company, appointment, point, outcome, digest, fuel, decided_at, record FROM decision";

#[async_trait]
impl Decisions for Postgres {
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
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
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
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::kept_decision(&Columns(row))).collect()
    }

    async fn decision(&self, id: i64) -> Result<Option<KeptDecision>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(WHOLE);
        query.push(" WHERE id = ").push_bind(id);
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::kept_decision(&Columns(row))).transpose()
    }

    async fn said(
        &self,
        filter: &AnswerFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<KeptAnswer>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(
            "SELECT a.id, a.decision, a.place, a.company, a.appointment, a.extension, a.digest, a.hook, a.mode,
                 a.outcome, a.fuel, a.asked_at, d.record
             FROM extension_answer a JOIN decision d ON d.id = a.decision WHERE TRUE",
        );
        if let Some(company) = filter.company {
            query.push(" AND a.company = ").push_bind(company.0);
        }
        if let Some(appointment) = filter.appointment {
            query.push(" AND a.appointment = ").push_bind(appointment.0);
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
        query.push(" ORDER BY a.id DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::extension_answer(&Columns(row))).collect()
    }

    async fn forget_decisions(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, Error> {
        // Only the oldest are looked at, so that nothing is searched through where nothing is to be forgotten.
        let done = sqlx::query(
            "DELETE FROM decision WHERE id IN
                 (SELECT id FROM (SELECT id, decided_at FROM decision ORDER BY id LIMIT $1) oldest WHERE decided_at < $2)",
        )
        .bind(i64::from(limit))
        .bind(before)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected())
    }
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(columns: &str, filter: &DecisionFilter) -> QueryBuilder<sqlx::Postgres> {
    let mut query = QueryBuilder::new(columns);
    query.push(" WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(appointment.0);
    }
    if let Some(point) = &filter.point {
        query.push(" AND point = ").push_bind(point.clone());
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND outcome = ").push_bind(outcome.as_str());
    }
    if let Some(since) = filter.since {
        query.push(" AND decided_at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" AND decided_at < ").push_bind(until);
    }
    query
}
