//! The waitlist. What makes time free, and what becomes of an offer, stands in the schema.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, SqliteConnection};

use super::Sqlite;
use super::error::failed;
use super::requests;
use super::rows::{Columns, micros, text};
use crate::model::{CompanyId, WaitId};
use crate::store::read;
use crate::store::rendered::lease_end;
use crate::store::waitlist::PLACE;
use crate::store::words::to_json;
use crate::store::{Answer, Error, Freed, Offer, Page, Wait, WaitFilter, Waitlist};

const COLUMNS: &str =
    "SELECT id, company, service, customer, from_us AS from_at, to_us AS to_at, state, appointment,
    created_us AS created_at, updated_us AS updated_at, details FROM waitlist";

#[async_trait]
impl Waitlist for Sqlite {
    async fn add_wait(&self, wait: &Wait, answer: Option<&Answer>) -> Result<(), Error> {
        let details = to_json(PLACE, &wait.details)?;
        let mut transaction = self.begin().await?;
        if let Some(answer) = answer {
            requests::keep(&mut *transaction, answer).await?;
        }
        sqlx::query(
            "INSERT INTO waitlist (id, company, service, customer, from_us, to_us, state, appointment, created_us,
                 updated_us, details)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(text(wait.id))
        .bind(text(wait.company))
        .bind(text(wait.service))
        .bind(text(wait.customer))
        .bind(micros(wait.from))
        .bind(micros(wait.to))
        .bind(wait.state.as_str())
        .bind(wait.appointment.map(text))
        .bind(micros(wait.created_at))
        .bind(micros(wait.updated_at))
        .bind(details)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn wait(&self, id: WaitId) -> Result<Option<Wait>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(text(id));
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::wait(&Columns(row))).transpose()
    }

    async fn waits(&self, filter: &WaitFilter, page: Page) -> Result<Vec<Wait>, Error> {
        let mut query = selection(filter);
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(text(after));
        }
        query.push(" ORDER BY id LIMIT ").push(page.limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::wait(&Columns(row))).collect()
    }

    async fn withdraw_wait(&self, id: WaitId, at: DateTime<Utc>) -> Result<Wait, Error> {
        let done = sqlx::query(
            "UPDATE waitlist SET state = 'withdrawn', updated_us = ? WHERE id = ? AND state = 'waiting'",
        )
        .bind(micros(at))
        .bind(text(id))
        .execute(&self.writer)
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
        let takeable =
            "SELECT id FROM freed WHERE lease_until_us IS NULL OR lease_until_us <= ? ORDER BY id LIMIT 1";
        // Looking first keeps whoever finds nothing out of the database's one writing transaction.
        let found: Option<i64> = sqlx::query_scalar(takeable)
            .bind(micros(now))
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)?;
        if found.is_none() {
            return Ok(None);
        }
        let row = sqlx::query(
            "UPDATE freed SET lease_owner = ?1, lease_until_us = ?2
             WHERE id = (SELECT id FROM freed WHERE lease_until_us IS NULL OR lease_until_us <= ?3
                         ORDER BY id LIMIT 1)
             RETURNING id, company, provider, start_us AS start_at, end_us AS end_at",
        )
        .bind(owner)
        .bind(micros(lease_end(now, lease)))
        .bind(micros(now))
        .fetch_optional(&self.writer)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::freed(&Columns(row))).transpose()
    }

    async fn finish_freed(&self, id: i64, owner: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM freed WHERE id = ? AND lease_owner = ?")
            .bind(id)
            .bind(owner)
            .execute(&self.writer)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected() > 0)
    }
}

/// Offers a hold to whoever waits, as part of the commit that makes it.
pub(super) async fn offer(
    connection: &mut SqliteConnection,
    company: CompanyId,
    offer: &Offer,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE waitlist SET state = 'offered', appointment = ?, updated_us = ?
         WHERE id = ? AND company = ? AND state = 'waiting'",
    )
    .bind(text(offer.appointment))
    .bind(micros(at))
    .bind(text(offer.wait))
    .bind(text(company))
    .execute(connection)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 0 { Err(Error::Stale(PLACE)) } else { Ok(()) }
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(filter: &WaitFilter) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE TRUE");
    for (column, id) in [
        ("company", filter.company.map(text)),
        ("customer", filter.customer.map(text)),
        ("service", filter.service.map(text)),
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
        query.push(" AND to_us > ").push_bind(micros(from));
    }
    if let Some(to) = filter.to {
        query.push(" AND from_us < ").push_bind(micros(to));
    }
    query
}
