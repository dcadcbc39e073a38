//! What is taken from whom, read for decisions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, from_json, micros, text, to_json};
use crate::model::{Claim, CustomerId, ProviderId, ServiceId, SharedVisit, UnitClaim, UnitId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::{Busy, Error, Occupancy, Session, Workload};

#[async_trait]
impl Occupancy for Sqlite {
    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error> {
        let rows = sqlx::query(
            "SELECT provider, appointment, start_us, end_us, visit, guests, seats,
                 (SELECT json_group_array(unit) FROM unit_claim u WHERE u.appointment = c.appointment) AS units
             FROM claim c
             WHERE provider IN (SELECT value FROM json_each(?1)) AND start_us > ?2 AND start_us < ?3 AND end_us > ?4
             ORDER BY provider, start_us, appointment",
        )
        .bind(to_json("provider", &providers)?)
        .bind(micros(start) - LONGEST_CLAIM_US)
        .bind(micros(end))
        .bind(micros(start))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_claim(&Columns(row))).collect()
    }

    async fn unit_claims(
        &self,
        units: &[UnitId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<UnitClaim>, Error> {
        let rows = sqlx::query(
            "SELECT unit, appointment, visit, start_us, end_us FROM unit_claim
             WHERE unit IN (SELECT value FROM json_each(?1)) AND start_us > ?2 AND start_us < ?3 AND end_us > ?4
             ORDER BY unit, start_us, appointment",
        )
        .bind(to_json("unit", &units)?)
        .bind(micros(start) - LONGEST_CLAIM_US)
        .bind(micros(end))
        .bind(micros(start))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_unit_claim(&Columns(row))).collect()
    }

    async fn busy(&self, resources: &[Uuid], first: i64, last: i64) -> Result<Vec<Busy>, Error> {
        let rows = sqlx::query(
            "SELECT resource, day, layers FROM busy
             WHERE resource IN (SELECT value FROM json_each(?1)) AND day BETWEEN ?2 AND ?3
             ORDER BY resource, day",
        )
        .bind(to_json("resource", &resources)?)
        .bind(first)
        .bind(last)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_busy(&Columns(row))).collect()
    }

    async fn sessions(
        &self,
        service: ServiceId,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error> {
        let rows = sqlx::query(
            "SELECT c.provider AS provider, a.start_us AS start_us, sum(c.guests) AS guests,
                 (SELECT json_group_array(unit) FROM unit_claim u WHERE u.appointment = min(c.appointment)) AS units
             FROM claim c JOIN appointment a ON a.id = c.appointment
             WHERE c.provider IN (SELECT value FROM json_each(?1)) AND c.start_us > ?2 AND c.start_us < ?3
                 AND c.seats IS NOT NULL AND a.service = ?4 AND a.start_us >= ?5 AND a.start_us < ?3
             GROUP BY c.provider, a.start_us ORDER BY c.provider, a.start_us",
        )
        .bind(to_json("provider", &providers)?)
        .bind(micros(start) - LONGEST_CLAIM_US)
        .bind(micros(end))
        .bind(text(service))
        .bind(micros(start))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_session(&Columns(row))).collect()
    }

    async fn workloads(
        &self,
        providers: &[ProviderId],
        first: i64,
        last: i64,
    ) -> Result<Vec<Workload>, Error> {
        let rows = sqlx::query(
            "SELECT value AS provider,
                 (SELECT coalesce(sum(minutes), 0) FROM busy WHERE resource = value AND day BETWEEN ?2 AND ?3)
                     AS minutes,
                 (SELECT max(created_us) FROM appointment WHERE provider = value) AS last_us
             FROM json_each(?1) ORDER BY value",
        )
        .bind(to_json("provider", &providers)?)
        .bind(first)
        .bind(last)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read_workload(&Columns(row))).collect()
    }

    async fn last_provider(
        &self,
        customer: CustomerId,
        service: ServiceId,
    ) -> Result<Option<ProviderId>, Error> {
        let row = sqlx::query(
            "SELECT provider FROM appointment
             WHERE customer = ? AND service = ? AND status NOT IN ('open', 'cancelled', 'no_show')
             ORDER BY start_us DESC, id DESC LIMIT 1",
        )
        .bind(text(customer))
        .bind(text(service))
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        row.as_ref().map(|row| Columns(row).id("provider")).transpose()
    }
}

fn read_claim(row: &Columns<'_>) -> Result<Claim, Error> {
    let visit = row.text("visit")?;
    let seats = row.optional_count("seats")?;
    Ok(Claim {
        provider: row.id("provider")?,
        appointment: row.id("appointment")?,
        start: row.instant("start_us")?,
        end: row.instant("end_us")?,
        shared: seats.map(|seats| SharedVisit { key: visit.to_owned(), seats }),
        guests: row.count("guests")?,
        units: from_json("unit", row.text("units")?)?,
    })
}

fn read_unit_claim(row: &Columns<'_>) -> Result<UnitClaim, Error> {
    Ok(UnitClaim {
        unit: row.id("unit")?,
        appointment: row.id("appointment")?,
        visit: row.text("visit")?.to_owned(),
        start: row.instant("start_us")?,
        end: row.instant("end_us")?,
    })
}

fn read_busy(row: &Columns<'_>) -> Result<Busy, Error> {
    Ok(Busy {
        resource: row.id("resource")?,
        day: row.integer("day")?,
        layers: row.bytes("layers")?.to_vec(),
    })
}

fn read_session(row: &Columns<'_>) -> Result<Session, Error> {
    Ok(Session {
        provider: row.id("provider")?,
        start: row.instant("start_us")?,
        guests: row.count("guests")?,
        units: from_json("unit", row.text("units")?)?,
    })
}

fn read_workload(row: &Columns<'_>) -> Result<Workload, Error> {
    Ok(Workload {
        provider: row.id("provider")?,
        minutes: u64::from(row.count("minutes")?),
        last_booked: row.optional_instant("last_us")?,
    })
}
