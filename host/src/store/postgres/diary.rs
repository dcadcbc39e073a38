//! Appointments, their slots and their trail.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Postgres;
use super::commit;
use super::error::failed;
use super::rows::{Columns, ids};
use crate::model::{Appointment, AppointmentId, Claim, Event, ProviderId};
use crate::store::read;
use crate::store::rendered::{Basis, Entry};
use crate::store::words::containing;
use crate::store::{AppointmentFilter, Commit, Diary, Error, Page};

/// No claim is longer (see the schema), so none that starts earlier than this before a span reaches into it.
const LONGEST_CLAIM: TimeDelta = TimeDelta::days(3);

const COLUMNS: &str =
    "SELECT id, name, company, branch, service, customer, provider, status, revision, start_at, end_at,
    reserved_start_at, reserved_end_at, hold_until_at, predecessor, successor, created_at, updated_at,
    details::text AS details
    FROM appointment";

#[async_trait]
impl Diary for Postgres {
    async fn commit(&self, commit: Commit<'_>) -> Result<Vec<Appointment>, Error> {
        let Commit { company, catalog_version, changes, answer, at } = commit;
        let mut entries = changes.into_iter().map(Entry::prepare).collect::<Result<Vec<_>, _>>()?;
        let basis = Basis { company, catalog_version, at };
        let mut transaction = self.begin().await?;
        commit::write(&mut transaction, &basis, &mut entries, answer).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entries.into_iter().map(|entry| entry.appointment).collect())
    }

    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(id.0);
        let row = query.build().fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::appointment(&Columns(row))).transpose()
    }

    async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>, Error> {
        let mut query = selection(filter);
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(after);
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::appointment(&Columns(row))).collect()
    }

    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error> {
        let rows = sqlx::query(
            "SELECT appointment, revision, happened_at, actor, name, message, from_status, to_status, rules_digest,
                 attributes::text AS attributes
             FROM event WHERE appointment = $1 ORDER BY id",
        )
        .bind(id.0)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::event(&Columns(row))).collect()
    }

    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error> {
        let rows = sqlx::query(
            "SELECT provider, appointment, start_at, end_at FROM claim
             WHERE provider = ANY ($1) AND start_at > $2 AND start_at < $3 AND end_at > $4
             ORDER BY provider, start_at",
        )
        .bind(ids(providers.iter().copied()))
        .bind(start.checked_sub_signed(LONGEST_CLAIM).unwrap_or(start))
        .bind(end)
        .bind(start)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::claim(&Columns(row))).collect()
    }

    async fn expired_holds(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AppointmentId>, Error> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "SELECT id FROM appointment WHERE status = 'open' AND hold_until_at <= $1
             ORDER BY hold_until_at, id LIMIT $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        Ok(ids.into_iter().map(AppointmentId).collect())
    }
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(filter: &AppointmentFilter) -> QueryBuilder<sqlx::Postgres> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(company.0);
    }
    if let Some(customer) = filter.customer {
        query.push(" AND customer = ").push_bind(customer.0);
    }
    if let Some(provider) = filter.provider {
        query.push(" AND provider = ").push_bind(provider.0);
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" AND end_at > ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND start_at < ").push_bind(to);
    }
    if let Some(text) = &filter.text {
        query.push(" AND name ILIKE ").push_bind(containing(text)).push(" ESCAPE '\\'");
    }
    query
}
