//! Appointments, their slots and their trail.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::Sqlite;
use super::commit::{self, Basis, Entry};
use super::error::failed;
use super::rows::{Columns, Details, containing, from_json, from_word, micros, text};
use crate::model::{Appointment, AppointmentId, BookingId, Event, SeriesId};
use crate::store::{AppointmentFilter, Booking, Commit, Diary, Error, Page, Series};

const COLUMNS: &str =
    "SELECT id, name, company, branch, service, customer, provider, \"case\", booking, series, status, revision, start_us, end_us,
    reserved_start_us, reserved_end_us, hold_until_us, predecessor, successor, created_us, updated_us, details
    FROM appointment";

#[async_trait]
impl Diary for Sqlite {
    async fn commit(&self, commit: Commit<'_>) -> Result<Vec<Appointment>, Error> {
        let Commit { company, catalog_version, frame, changes, answer, at } = commit;
        let mut entries = changes.into_iter().map(Entry::prepare).collect::<Result<Vec<_>, _>>()?;
        let basis = Basis { company, catalog_version, frame, at };
        let mut transaction = self.begin().await?;
        commit::write(&mut transaction, &basis, &mut entries, answer).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entries.into_iter().map(|entry| entry.appointment).collect())
    }

    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
        query.push(" WHERE id = ").push_bind(text(id));
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read(&Columns(row))).transpose()
    }

    async fn appointments(&self, filter: &AppointmentFilter, page: Page) -> Result<Vec<Appointment>, Error> {
        let mut query = selection(filter);
        if let Some(after) = page.after {
            query.push(" AND id > ").push_bind(text(after));
        }
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(page.limit));
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read(&Columns(row))).collect()
    }

    async fn events(&self, id: AppointmentId) -> Result<Vec<Event>, Error> {
        let rows = sqlx::query(
            "SELECT appointment, revision, at_us, actor, name, message, from_status, to_status, rules_digest,
                 attributes
             FROM event WHERE appointment = ? ORDER BY id",
        )
        .bind(text(id))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_event(&Columns(row))).collect()
    }

    async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Error> {
        let row = sqlx::query("SELECT id, company, customer, created_us, details FROM booking WHERE id = ?")
            .bind(text(id))
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)?;
        row.as_ref().map(|row| read_booking(&Columns(row))).transpose()
    }

    async fn series(&self, id: SeriesId) -> Result<Option<Series>, Error> {
        let row = sqlx::query("SELECT id, company, created_us, details FROM series WHERE id = ?")
            .bind(text(id))
            .fetch_optional(&self.readers)
            .await
            .map_err(failed)?;
        row.as_ref().map(|row| read_series(&Columns(row))).transpose()
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
}

/// Only the conditions that are asked for, so that each combination finds its index.
fn selection(filter: &AppointmentFilter) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE TRUE");
    if let Some(company) = filter.company {
        query.push(" AND company = ").push_bind(text(company));
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
        ("\"case\"", filter.case.map(text)),
        ("booking", filter.booking.map(text)),
        ("series", filter.series.map(text)),
    ] {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
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
    if filter.standing {
        query.push(" AND status NOT IN ('completed', 'cancelled', 'no_show')");
    }
    if let Some(from) = filter.from {
        query.push(" AND end_us > ").push_bind(micros(from));
    }
    if let Some(to) = filter.to {
        query.push(" AND start_us < ").push_bind(micros(to));
    }
    if let Some(text) = &filter.text {
        query.push(" AND name LIKE ").push_bind(containing(text)).push(" ESCAPE '\\'");
    }
    query
}

fn read(row: &Columns<'_>) -> Result<Appointment, Error> {
    let details: Details = from_json("appointment", row.text("details")?)?;
    Ok(Appointment {
        id: row.id("id")?,
        name: row.text("name")?.to_owned(),
        company: row.id("company")?,
        branch: row.id("branch")?,
        service: row.id("service")?,
        customer: row.id("customer")?,
        provider: row.id("provider")?,
        units: details.units,
        shared: details.shared,
        case: row.optional_id("case")?,
        booking: row.optional_id("booking")?,
        series: row.optional_id("series")?,
        status: from_word("status", row.text("status")?)?,
        revision: row.count("revision")?,
        start: row.instant("start_us")?,
        end: row.instant("end_us")?,
        reserved_start: row.instant("reserved_start_us")?,
        reserved_end: row.instant("reserved_end_us")?,
        guests: details.guests,
        balance: Appointment::left_to_pay(&details.quote, &details.payments),
        quote: details.quote,
        payments: details.payments,
        hold_until: row.optional_instant("hold_until_us")?,
        timing: details.timing,
        reschedules: details.reschedules,
        location: details.location,
        notes: details.notes,
        remarks: details.remarks,
        cancellation_reason: details.cancellation_reason,
        predecessor: row.optional_id("predecessor")?,
        successor: row.optional_id("successor")?,
        created_at: row.instant("created_us")?,
        updated_at: row.instant("updated_us")?,
    })
}

fn read_event(row: &Columns<'_>) -> Result<Event, Error> {
    Ok(Event {
        appointment: row.id("appointment")?,
        revision: row.count("revision")?,
        at: row.instant("at_us")?,
        actor: from_word("actor", row.text("actor")?)?,
        name: row.text("name")?.to_owned(),
        message: row.text("message")?.to_owned(),
        from: row.optional_text("from_status")?.map(|status| from_word("status", status)).transpose()?,
        to: from_word("status", row.text("to_status")?)?,
        rules_digest: row.text("rules_digest")?.to_owned(),
        attributes: from_json("event", row.text("attributes")?)?,
    })
}

fn read_booking(row: &Columns<'_>) -> Result<Booking, Error> {
    Ok(Booking {
        id: row.id("id")?,
        company: row.id("company")?,
        customer: row.id("customer")?,
        created_at: row.instant("created_us")?,
        details: from_json("booking", row.text("details")?)?,
    })
}

fn read_series(row: &Columns<'_>) -> Result<Series, Error> {
    Ok(Series {
        id: row.id("id")?,
        company: row.id("company")?,
        created_at: row.instant("created_us")?,
        details: from_json("series", row.text("details")?)?,
    })
}
