//! Documents on their way to the books.
//!
//! Whose turn it is stands in the schema: triggers keep in each waiting row which other it waits for, so that claiming
//! is one look into an index, however long the queue and the history are.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, instant, micros, text};
use crate::model::Delivery;
use crate::store::read;
use crate::store::rendered::{Finish, lease_end};
use crate::store::{DeliveryFilter, Error, Outbox, Outcome};

const COLUMNS: &str =
    "id, appointment, company, posting, after_keys, state, attempts, next_attempt_us AS next_attempt_at, lease_owner,
    lease_until_us AS lease_until_at, failure, document, created_us AS created_at, finished_us AS finished_at";

#[async_trait]
impl Outbox for Sqlite {
    async fn claim_deliveries(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let until = lease_end(now, lease);
        let mut transaction = self.begin().await?;
        end_leases(&mut transaction, now).await?;
        let claimed = lease_due(&mut transaction, owner, until, now, limit).await?;
        transaction.commit().await.map_err(failed)?;
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
        let done = sqlx::query(
            "UPDATE delivery SET state = ?, document = ?, failure = ?, next_attempt_us = coalesce(?, next_attempt_us),
                 finished_us = ?, lease_owner = NULL, lease_until_us = NULL
             WHERE id = ? AND state = 'leased' AND lease_owner = ?",
        )
        .bind(finish.state.as_str())
        .bind(finish.document)
        .bind(finish.failure)
        .bind(finish.next_attempt.map(micros))
        .bind(finish.finished.map(micros))
        .bind(id)
        .bind(owner)
        .execute(&self.writer)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn retry_delivery(&self, id: i64, now: DateTime<Utc>) -> Result<Delivery, Error> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE delivery SET state = 'pending', next_attempt_us = ?, finished_us = NULL
             WHERE id = ? AND state IN ('pending', 'parked')",
        )
        .bind(micros(now))
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
        let mut connection = self.readers.acquire().await.map_err(failed)?;
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
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::delivery(&Columns(row))).collect()
    }

    async fn next_delivery_at(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT min(at_us) FROM (
                 SELECT min(next_attempt_us) AS at_us FROM delivery WHERE state = 'pending' AND blocked_by IS NULL
                 UNION ALL
                 SELECT min(lease_until_us) FROM delivery WHERE state = 'leased'
             )",
        )
        .fetch_one(&self.readers)
        .await
        .map_err(failed)?;
        next.map(instant).transpose()
    }
}

/// Puts back in line what somebody took and did not finish in time.
async fn end_leases(connection: &mut SqliteConnection, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "UPDATE delivery SET state = 'pending', lease_owner = NULL, lease_until_us = NULL
         WHERE state = 'leased' AND lease_until_us <= ?",
    )
    .bind(micros(now))
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Leases what has waited longest. The index is named because the planner has no statistics to choose it by.
async fn lease_due(
    connection: &mut SqliteConnection,
    owner: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Delivery>, Error> {
    let mut query = QueryBuilder::<sqlx::Sqlite>::new("UPDATE delivery SET state = 'leased', lease_owner = ");
    query
        .push_bind(owner)
        .push(", lease_until_us = ")
        .push_bind(micros(until))
        .push(", attempts = attempts + 1 WHERE id IN (SELECT id FROM delivery INDEXED BY delivery_due")
        .push(" WHERE state = 'pending' AND blocked_by IS NULL AND next_attempt_us <= ")
        .push_bind(micros(now))
        .push(" ORDER BY next_attempt_us, id LIMIT ")
        .push_bind(i64::from(limit))
        .push(") RETURNING ")
        .push(COLUMNS);
    let rows = query.build().fetch_all(connection).await.map_err(failed)?;
    let mut claimed = rows.iter().map(|row| read::delivery(&Columns(row))).collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|delivery| delivery.id);
    Ok(claimed)
}

async fn one(connection: &mut SqliteConnection, id: i64) -> Result<Option<Delivery>, Error> {
    let mut query = QueryBuilder::<sqlx::Sqlite>::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE id = ").push_bind(id);
    let row = query.build().fetch_optional(connection).await.map_err(failed)?;
    row.as_ref().map(|row| read::delivery(&Columns(row))).transpose()
}

fn selection(filter: &DeliveryFilter) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM delivery WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
    }
    if let Some(appointment) = filter.appointment {
        query.push(" AND appointment = ").push_bind(text(appointment));
    }
    if let Some(state) = filter.state {
        // As a constant: a partial index is not used for a value that is bound.
        query.push(" AND state = '").push(state.as_str()).push("'");
    }
    query
}
