//! The waitlist. What makes time free, and what becomes of an offer, stands in the schema.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, QueryBuilder};
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use super::requests;
use super::rows::Columns;
use crate::model::{CompanyId, WaitId};
use crate::store::read;
use crate::store::rendered::lease_end;
use crate::store::waitlist::PLACE;
use crate::store::words::to_json;
use crate::store::{Answer, Error, Freed, Offer, Page, Wait, WaitFilter, Waitlist};

const COLUMNS: &str =
    "SELECT id, company, service, customer, from_at, to_at, state, appointment, created_at, updated_at,
    details::text AS details FROM waitlist";

#[async_trait]
impl Waitlist for Postgres {
    async fn add_wait(&self, wait: &Wait, answer: Option<&Answer>) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        if let Some(answer) = answer {
            requests::keep(&mut *transaction, answer).await?;
        }
        sqlx::query(
            "INSERT INTO waitlist (id, company, service, customer, from_at, to_at, state, appointment, created_at,
                 updated_at, details)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::json)",
        )
        .bind(wait.id.0)
        .bind(wait.company.0)
        .bind(wait.service.0)
        .bind(wait.customer.0)
        .bind(wait.from)
        .bind(wait.to)
        .bind(wait.state.as_str())
        .bind(wait.appointment.map(Uuid::from))
        .bind(wait.created_at)
        .bind(wait.updated_at)
        .bind(to_json(PLACE, &wait.details)?)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn wait(&self, id: WaitId) -> Result<Option<Wait>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(id.0);
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::wait(&Columns(row))).transpose()
    }

    async fn waits(&self, filter: &WaitFilter, page: Page) -> Result<Vec<Wait>, Error> {
        let mut query = selection(filter);
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(after);
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::wait(&Columns(row))).collect()
    }

    async fn withdraw_wait(&self, id: WaitId, at: DateTime<Utc>) -> Result<Wait, Error> {
        let done = sqlx::query(
            "UPDATE waitlist SET state = 'withdrawn', updated_at = $1 WHERE id = $2 AND state = 'waiting'",
        )
        .bind(at)
        .bind(id.0)
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        let wait = self.wait(id).await?.ok_or(Error::Missing(PLACE))?;
        if done.rows_affected() == 0 { Err(Error::Stale(PLACE)) } else { Ok(wait) }
    }

    async fn take_freed(
        &self,
        owner: &str,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<Freed>, Error> {
        let row = sqlx::query(
            "UPDATE freed SET lease_owner = $1, lease_until_at = $2
             WHERE id = (SELECT id FROM freed WHERE lease_until_at IS NULL OR lease_until_at <= $3
                         ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, company, provider, start_at, end_at",
        )
        .bind(owner)
        .bind(lease_end(now, lease))
        .bind(now)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::freed(&Columns(row))).transpose()
    }

    async fn finish_freed(&self, id: i64, owner: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM freed WHERE id = $1 AND lease_owner = $2")
            .bind(id)
            .bind(owner)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() > 0)
    }
}

/// Offers a hold to whoever waits, as part of the commit that makes it.
pub(super) async fn offer(
    connection: &mut PgConnection,
    company: CompanyId,
    offer: &Offer,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE waitlist SET state = 'offered', appointment = $1, updated_at = $2
         WHERE id = $3 AND company = $4 AND state = 'waiting'",
    )
    .bind(offer.appointment.0)
    .bind(at)
    .bind(offer.wait.0)
    .bind(company.0)
    .execute(connection)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 0 { Err(Error::Stale(PLACE)) } else { Ok(()) }
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(filter: &WaitFilter) -> QueryBuilder<sqlx::Postgres> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE TRUE");
    for (column, id) in [
        ("company", filter.company.map(Uuid::from)),
        ("customer", filter.customer.map(Uuid::from)),
        ("service", filter.service.map(Uuid::from)),
    ] {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
    if let Some(state) = filter.state {
        // A constant, so that the partial index of those who wait is found.
        query.push(" AND state = '").push(state.as_str()).push("'");
    }
    if let Some(from) = filter.from {
        query.push(" AND to_at > ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND from_at < ").push_bind(to);
    }
    query
}
