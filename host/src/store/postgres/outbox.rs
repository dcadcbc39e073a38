//! Documents on their way to the books.
//!
//! Whose turn it is stands in the schema: triggers keep in each waiting row what it waits for, so that claiming is one
//! look into an index, however long the queue and the history are. Whoever changes a delivery's state, but for leasing,
//! locks its appointment first (see the order of locks in [`super`]).

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, QueryBuilder};

use super::Postgres;
use super::error::failed;
use super::rows::Columns;
use crate::model::Delivery;
use crate::store::rendered::{Finish, lease_end};
use crate::store::{DeliveryFilter, Error, Outbox, Outcome, read};

/// How many leases that have run out one claim ends; each takes a transaction of its own.
const END_AT_ONCE: i64 = 100;

const COLUMNS: &str =
    "id, appointment, company, posting::text AS posting, to_json(after_keys)::text AS after_keys, state, attempts,
    next_attempt_at, lease_owner, lease_until_at, failure::text AS failure, document::text AS document, created_at,
    finished_at";

#[async_trait]
impl Outbox for Postgres {
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        self.end_leases(now).await?;
        // `MATERIALIZED`, or the planner may look for due deliveries more than once.
        let mut query = QueryBuilder::<sqlx::Postgres>::new(
            "WITH due AS MATERIALIZED (
                 SELECT id AS due_id FROM delivery
                 WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0 AND next_attempt_at <= ",
        );
        query
            .push_bind(now)
            .push(" ORDER BY next_attempt_at, id LIMIT ")
            .push_bind(i64::from(limit))
            .push(" FOR NO KEY UPDATE SKIP LOCKED) UPDATE delivery SET state = 'leased', lease_owner = ")
            .push_bind(owner)
            .push(", lease_until_at = ")
            .push_bind(lease_end(now, lease))
            .push(", attempts = attempts + 1 FROM due WHERE id = due_id RETURNING ")
            .push(COLUMNS);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        let claimed = rows.iter().map(|row| read::delivery(&Columns(row)));
        let mut claimed = claimed.collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|delivery| delivery.id);
        Ok(claimed)
    }

    async fn finish_delivery(
        &self,
        id: i64,
        owner: &str,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let finish = Finish::of(outcome, now)?;
        let mut transaction = self.begin().await?;
        lock_line(&mut transaction, id).await?;
        let done = sqlx::query(
            "UPDATE delivery SET state = $1, document = $2::text::json, failure = $3::text::json,
                 next_attempt_at = coalesce($4, next_attempt_at), finished_at = $5, lease_owner = NULL,
                 lease_until_at = NULL
             WHERE id = $6 AND state = 'leased' AND lease_owner = $7",
        )
        .bind(finish.state.as_str())
        .bind(finish.document)
        .bind(finish.failure)
        .bind(finish.next_attempt)
        .bind(finish.finished)
        .bind(id)
        .bind(owner)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn retry_delivery(&self, id: i64, now: DateTime<Utc>) -> Result<Delivery, Error> {
        let mut transaction = self.begin().await?;
        lock_line(&mut transaction, id).await?;
        let done = sqlx::query(
            "UPDATE delivery SET state = 'pending', next_attempt_at = $1, finished_at = NULL
             WHERE id = $2 AND state IN ('pending', 'parked')",
        )
        .bind(now)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        let delivery = one(&mut transaction, id).await?.ok_or(Error::Missing("delivery"))?;
        if done.rows_affected() == 0 {
            return Err(Error::Stale("delivery"));
        }
        transaction.commit().await.map_err(failed)?;
        Ok(delivery)
    }

    async fn delivery(&self, id: i64) -> Result<Option<Delivery>, Error> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        one(&mut connection, id).await
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let mut query = selection(filter);
        query.push(" AND id > ").push_bind(after).push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::delivery(&Columns(row))).collect()
    }

    async fn next_delivery_at(&self) -> Result<Option<DateTime<Utc>>, Error> {
        sqlx::query_scalar(
            "SELECT least(
                 (SELECT min(next_attempt_at) FROM delivery
                  WHERE state = 'pending' AND blocked_by IS NULL AND prerequisites_left = 0),
                 (SELECT min(lease_until_at) FROM delivery WHERE state = 'leased')
             )",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(failed)
    }
}

impl Postgres {
    /// Puts back in line what somebody took and did not finish in time.
    async fn end_leases(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let overdue: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM delivery WHERE state = 'leased' AND lease_until_at <= $1 ORDER BY lease_until_at LIMIT $2",
        )
        .bind(now)
        .bind(END_AT_ONCE)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        for id in overdue {
            let mut transaction = self.begin().await?;
            lock_line(&mut transaction, id).await?;
            sqlx::query(
                "UPDATE delivery SET state = 'pending', lease_owner = NULL, lease_until_at = NULL
                 WHERE id = $1 AND state = 'leased' AND lease_until_at <= $2",
            )
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(())
    }
}

/// Has the line that a delivery stands in to itself until the transaction ends.
async fn lock_line(connection: &mut PgConnection, id: i64) -> Result<(), Error> {
    sqlx::query(
        "SELECT FROM appointment WHERE id = (SELECT appointment FROM delivery WHERE id = $1) FOR NO KEY UPDATE",
    )
    .bind(id)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn one(connection: &mut PgConnection, id: i64) -> Result<Option<Delivery>, Error> {
    let mut query = QueryBuilder::<sqlx::Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
}

fn selection(filter: &DeliveryFilter) -> QueryBuilder<sqlx::Postgres> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(appointment.0);
    }
    if let Some(state) = filter.state {
        // As a constant: a partial index is not used for a value that is bound.
        query.push(" AND state = '").push(state.as_str()).push("'");
    }
    query
}
