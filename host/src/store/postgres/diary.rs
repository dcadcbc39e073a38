//! Appointments, their slots and their trail.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Postgres;
use super::commit;
use super::error::failed;
use super::occupancy::look_back;
use super::rows::{Columns, ids};
use super::search;
use crate::model::{Appointment, AppointmentId, BookingId, CustomerId, Event, ProviderId, SeriesId};
use crate::store::read;
use crate::store::rendered::{Basis, Entry, new_ones};
use crate::store::words::containing;
use crate::store::{
    AppointmentFilter, Booking, Commit, CustomerHistory, Diary, Error, Page, Planned, Series, Sort,
};

const COLUMNS: &str =
    "SELECT id, name, company, branch, service, customer, provider, case_id, booking, series, status, revision, start_at, end_at,
    reserved_start_at, reserved_end_at, hold_until_at, invoice_after_at, predecessor, successor, created_at,
    updated_at, details::text AS details
    FROM appointment";

const PLANNED: &str =
    "SELECT a.id, a.name, a.branch, a.service, a.provider, c.name AS customer, a.status, a.revision,
    a.start_at, a.end_at, a.reserved_start_at, a.reserved_end_at, a.details::text AS details
    FROM appointment a JOIN record c ON c.id = a.customer";

#[async_trait]
impl Diary for Postgres {
    async fn commit(&self, commit: Commit<'_>) -> Result<Vec<Appointment>, Error> {
        let Commit { company, catalog_version, beside, frame, changes, answer, at } = commit;
        let mut entries = changes.into_iter().map(Entry::prepare).collect::<Result<Vec<_>, _>>()?;
        let basis = Basis { company, catalog_version, beside, frame, at };
        // Until it is committed.
        let _turn = if new_ones(&entries) > 0 { Some(self.turns.take(company).await?) } else { None };
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
        let mut query = selection(filter, search::few(self, filter).await?);
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(after);
        }
        let (is_beyond, order) = match filter.sort {
            Sort::Made => ("", " ORDER BY id"),
            Sort::Earliest => (">", " ORDER BY start_at, id"),
            Sort::Latest => ("<", " ORDER BY start_at DESC, id DESC"),
        };
        if let Some((start, id)) = filter.beyond.filter(|_| filter.sort != Sort::Made) {
            query.push(" AND (start_at, id) ").push(is_beyond).push(" (");
            query.push_bind(start).push(", ").push_bind(id.0).push(")");
        }
        query.push(order).push(" LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::appointment(&Columns(row))).collect()
    }

    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error> {
        let rows = sqlx::query(
            "SELECT appointment, revision, happened_at, actor, name, message, from_status, to_status, rules_digest,
                 attributes::text AS attributes, by_id,
                 COALESCE((SELECT a.name FROM account a WHERE a.id = by_id),
                     (SELECT k.label FROM api_key k WHERE k.id = by_id)) AS by_name
             FROM event WHERE appointment = $1 ORDER BY id",
        )
        .bind(id.0)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::event(&Columns(row))).collect()
    }

    async fn agenda(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Planned>, Error> {
        let mut query = QueryBuilder::<sqlx::Postgres>::new(PLANNED);
        query.push(" WHERE a.id IN (SELECT appointment FROM claim WHERE provider = ANY (");
        query.push_bind(ids(providers.iter().copied())).push(") AND start_at > ");
        query.push_bind(look_back(start)).push(" AND start_at < ").push_bind(end);
        query.push(" AND end_at > ").push_bind(start).push(") ORDER BY a.provider, a.start_at, a.id");
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(|row| read::planned(&Columns(row))).collect()
    }

    async fn last_entry(&self) -> Result<i64, Error> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM event").fetch_one(&self.pool).await.map_err(failed)?;
        Ok(last.unwrap_or_default())
    }

    async fn entries(
        &self,
        after: i64,
        missing: &[i64],
        limit: u32,
    ) -> Result<Vec<(i64, AppointmentId)>, Error> {
        let rows = sqlx::query(
            "SELECT id AS number, appointment FROM event WHERE id > $1
             UNION ALL
             SELECT id, appointment FROM event WHERE id <= $1 AND id = ANY ($2)
             ORDER BY number LIMIT $3",
        )
        .bind(after)
        .bind(missing)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::entry(&Columns(row))).collect()
    }

    async fn history(&self, customer: CustomerId) -> Result<CustomerHistory, Error> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE status NOT IN ('completed', 'cancelled', 'no_show')) AS standing,
                 count(*) FILTER (WHERE status = 'completed') AS completed,
                 count(*) FILTER (WHERE status = 'cancelled' AND successor IS NULL) AS cancelled,
                 count(*) FILTER (WHERE status = 'no_show') AS no_shows
             FROM appointment WHERE customer = $1",
        )
        .bind(customer.0)
        .fetch_one(&self.pool)
        .await
        .map_err(failed)?;
        read::history(&Columns(&row))
    }

    async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Error> {
        let select =
            "SELECT id, company, customer, created_at, details::text AS details FROM booking WHERE id = $1";
        let row = sqlx::query(select).bind(id.0).fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::booking(&Columns(row))).transpose()
    }

    async fn series(&self, id: SeriesId) -> Result<Option<Series>, Error> {
        let select = "SELECT id, company, created_at, details::text AS details FROM series WHERE id = $1";
        let row = sqlx::query(select).bind(id.0).fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(|row| read::series(&Columns(row))).transpose()
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

    async fn uninvoiced(
        &self,
        now: DateTime<Utc>,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerId>, Error> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "SELECT DISTINCT customer FROM appointment WHERE invoice_after_at <= $1 AND customer > $2
             ORDER BY customer LIMIT $3",
        )
        .bind(now)
        .bind(after.map_or(Uuid::nil(), |customer| customer.0))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        Ok(ids.into_iter().map(CustomerId).collect())
    }
}

/// Only the conditions that are asked for, so that each combination finds its index. `few` are those that a text is found
/// at, where that is known.
fn selection(filter: &AppointmentFilter, few: Option<Vec<Uuid>>) -> QueryBuilder<sqlx::Postgres> {
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
    for (column, id) in [
        ("branch", filter.branch.map(Uuid::from)),
        ("service", filter.service.map(Uuid::from)),
        ("case_id", filter.case.map(Uuid::from)),
        ("booking", filter.booking.map(Uuid::from)),
        ("series", filter.series.map(Uuid::from)),
    ] {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
    if !filter.branches.is_empty() {
        query.push(" AND branch = ANY (").push_bind(ids(filter.branches.iter().copied())).push(")");
    }
    if let Some(unit) = filter.unit {
        query
            .push(" AND id IN (SELECT appointment FROM unit_claim WHERE unit = ")
            .push_bind(unit.0)
            .push(")");
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if filter.uninvoiced {
        query.push(" AND invoice_after_at IS NOT NULL");
    }
    if filter.standing {
        query.push(" AND status NOT IN ('completed', 'cancelled', 'no_show')");
    }
    if let Some(over) = filter.over {
        query.push(" AND (end_at <= ").push_bind(over);
        query.push(" OR status IN ('completed', 'cancelled', 'no_show'))");
    }
    if let Some(from) = filter.from {
        query.push(" AND end_at > ").push_bind(from);
        // What is over needs no look: nothing lasts longer.
        query.push(" AND start_at > ").push_bind(look_back(from));
    }
    if let Some(to) = filter.to {
        query.push(" AND start_at < ").push_bind(to);
    }
    if let Some(text) = &filter.text {
        query.push(" AND name ILIKE ").push_bind(containing(text)).push(" ESCAPE '\\'");
    }
    match (few, &filter.find) {
        (Some(few), _) => {
            query.push(" AND id = ANY (").push_bind(few).push(")");
        }
        (None, Some(wanted)) => search::matches(query.push(" AND "), filter, wanted),
        (None, None) => {}
    }
    query
}
