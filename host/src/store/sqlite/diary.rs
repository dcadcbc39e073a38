//! Appointments, their slots and their trail.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::Sqlite;
use super::commit;
use super::error::failed;
use super::rows::{Columns, micros, text};
use super::search;
use crate::model::{Appointment, AppointmentId, BookingId, CustomerId, Event, ProviderId, SeriesId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::read::{self, Columns as _};
use crate::store::rendered::{Basis, Entry};
use crate::store::words::{containing, to_json};
use crate::store::{
    AppointmentFilter, Booking, Commit, CustomerHistory, Diary, Error, Page, Planned, Series, Sort,
};

const COLUMNS: &str =
    "SELECT id, name, company, branch, service, customer, provider, case_id, booking, series, status, revision, start_us AS start_at,
    end_us AS end_at, reserved_start_us AS reserved_start_at, reserved_end_us AS reserved_end_at,
    hold_until_us AS hold_until_at, invoice_after_us AS invoice_after_at, predecessor, successor,
    created_us AS created_at, updated_us AS updated_at, details
    FROM appointment";

#[async_trait]
impl Diary for Sqlite {
    async fn commit(&self, commit: Commit<'_>) -> Result<Vec<Appointment>, Error> {
        let Commit { company, catalog_version, beside, frame, changes, answer, at } = commit;
        let mut entries = changes.into_iter().map(Entry::prepare).collect::<Result<Vec<_>, _>>()?;
        let basis = Basis { company, catalog_version, beside, frame, at };
        let mut transaction = self.begin().await?;
        commit::write(&mut transaction, &basis, &mut entries, answer).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entries.into_iter().map(|entry| entry.appointment).collect())
    }

    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(text(id));
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::appointment(&Columns(row))).transpose()
    }

    async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>, Error> {
        let few = search::few(self, filter).await?;
        let few = few.map(|few| to_json("appointment", &few)).transpose()?;
        let mut query = selection(filter, few.as_deref());
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(text(after));
        }
        // Those that are few are looked up and put in order; nothing is gained by going through all in that order.
        let (is_beyond, order) = match (filter.sort, few) {
            (Sort::Made, _) => ("", " ORDER BY id"),
            (Sort::Earliest, None) => (">", " ORDER BY start_us, id"),
            (Sort::Earliest, Some(_)) => (">", " ORDER BY +start_us, id"),
            (Sort::Latest, None) => ("<", " ORDER BY start_us DESC, id DESC"),
            (Sort::Latest, Some(_)) => ("<", " ORDER BY +start_us DESC, id DESC"),
        };
        if let Some((start, id)) = filter.beyond.filter(|_| filter.sort != Sort::Made) {
            query.push(" AND (start_us, id) ").push(is_beyond).push(" (");
            query.push_bind(micros(start)).push(", ").push_bind(text(id)).push(")");
        }
        query.push(order).push(" LIMIT ").push(page.limit);
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::appointment(&Columns(row))).collect()
    }

    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error> {
        let rows = sqlx::query(
            "SELECT appointment, revision, at_us AS happened_at, actor, name, message, from_status, to_status, rules_digest,
                 attributes, by_id, COALESCE((SELECT a.name FROM account a WHERE a.id = by_id),
                     (SELECT k.label FROM api_key k WHERE k.id = by_id)) AS by_name
             FROM event WHERE appointment = ? ORDER BY id",
        )
        .bind(text(id))
        .fetch_all(&self.readers)
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
        self.planned(providers, start, end).await
    }

    async fn last_entry(&self) -> Result<i64, Error> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM event").fetch_one(&self.readers).await.map_err(failed)?;
        Ok(last.unwrap_or_default())
    }

    async fn entries(
        &self,
        after: i64,
        missing: &[i64],
        limit: u32,
    ) -> Result<Vec<(i64, AppointmentId)>, Error> {
        let rows = sqlx::query(
            "SELECT id AS number, appointment FROM event WHERE id > ?1
             UNION ALL
             SELECT id, appointment FROM event WHERE id <= ?1 AND id IN (SELECT value FROM json_each(?2))
             ORDER BY number LIMIT ?3",
        )
        .bind(after)
        .bind(to_json("entry", &missing)?)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
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
             FROM appointment WHERE customer = ?",
        )
        .bind(text(customer))
        .fetch_one(&self.readers)
        .await
        .map_err(failed)?;
        read::history(&Columns(&row))
    }

    async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Error> {
        let row = sqlx::query(
            "SELECT id, company, customer, created_us AS created_at, details FROM booking WHERE id = ?",
        )
        .bind(text(id))
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| read::booking(&Columns(row))).transpose()
    }

    async fn series(&self, id: SeriesId) -> Result<Option<Series>, Error> {
        let row =
            sqlx::query("SELECT id, company, created_us AS created_at, details FROM series WHERE id = ?")
                .bind(text(id))
                .fetch_optional(&self.readers)
                .await
                .map_err(failed)?;
        row.as_ref().map(|row| read::series(&Columns(row))).transpose()
    }

    async fn expired_holds(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AppointmentId>, Error> {
        let rows = sqlx::query(
            "SELECT id FROM appointment WHERE status = 'open' AND hold_until_us <= ?
             ORDER BY hold_until_us, id LIMIT ?",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| Columns(row).id("id")).collect()
    }

    async fn uninvoiced(
        &self,
        now: DateTime<Utc>,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<CustomerId>, Error> {
        let rows = sqlx::query(
            "SELECT DISTINCT customer FROM appointment WHERE invoice_after_us <= ? AND customer > ?
             ORDER BY customer LIMIT ?",
        )
        .bind(micros(now))
        .bind(after.map(text).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| Columns(row).id("customer")).collect()
    }
}

/// Only the conditions that are asked for, so that each combination finds its index. `few` are those that a text is found
/// at, as JSON, where that is known.
fn selection(filter: &AppointmentFilter, few: Option<&str>) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE TRUE");
    if let Some(company) = filter.company {
        // Somebody's own visits are few: read in the order of visits, all of the company's would have to be looked at.
        let is_somebodys =
            filter.sort != Sort::Made && (filter.customer.is_some() || filter.provider.is_some());
        query
            .push(if is_somebodys || few.is_some() { " AND +company = " } else { " AND company = " })
            .push_bind(text(company));
    }
    if let Some(customer) = filter.customer {
        query.push(" AND customer = ").push_bind(text(customer));
    }
    if let Some(provider) = filter.provider {
        query.push(" AND provider = ").push_bind(text(provider));
    }
    for (column, id) in [
        ("branch", filter.branch.map(text)),
        ("service", filter.service.map(text)),
        ("case_id", filter.case.map(text)),
        ("booking", filter.booking.map(text)),
        ("series", filter.series.map(text)),
    ] {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
    if !filter.branches.is_empty() {
        let mut list = query.push(" AND branch IN (").separated(", ");
        for branch in &filter.branches {
            list.push_bind(text(*branch));
        }
        query.push(")");
    }
    if let Some(unit) = filter.unit {
        query
            .push(" AND id IN (SELECT appointment FROM unit_claim WHERE unit = ")
            .push_bind(text(unit))
            .push(")");
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if filter.uninvoiced {
        query.push(" AND invoice_after_us IS NOT NULL");
    }
    if filter.standing {
        query.push(" AND status NOT IN ('completed', 'cancelled', 'no_show')");
    }
    if let Some(over) = filter.over {
        query.push(" AND (end_us <= ").push_bind(micros(over));
        query.push(" OR status IN ('completed', 'cancelled', 'no_show'))");
    }
    if let Some(from) = filter.from {
        query.push(" AND end_us > ").push_bind(micros(from));
        // What is over needs no look: nothing lasts longer.
        query.push(" AND start_us > ").push_bind(micros(from) - LONGEST_CLAIM_US);
    }
    if let Some(to) = filter.to {
        query.push(" AND start_us < ").push_bind(micros(to));
    }
    if let Some(text) = &filter.text {
        query.push(" AND name LIKE ").push_bind(containing(text)).push(" ESCAPE '\\'");
    }
    match (few, &filter.find) {
        (Some(few), _) => {
            query.push(" AND id IN (SELECT value FROM json_each(").push_bind(few.to_owned()).push("))");
        }
        (None, Some(wanted)) => search::matches(query.push(" AND "), filter, wanted),
        (None, None) => {}
    }
    query
}
