//! What is taken from whom, read for decisions.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Postgres;
use super::error::failed;
use super::rows::{Columns, ids};
use crate::model::{Claim, CustomerId, ProviderId, ServiceId, UnitClaim, UnitId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::read;
use crate::store::{Busy, Error, Occupancy, Session, Workload};

/// The earliest start of a claim that reaches into a span.
pub(super) fn look_back(start: DateTime<Utc>) -> DateTime<Utc> {
    start.checked_sub_signed(TimeDelta::microseconds(LONGEST_CLAIM_US)).unwrap_or(start)
}

#[async_trait]
impl Occupancy for Postgres {
    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error> {
        let rows = sqlx::query(
            "SELECT provider, appointment, start_at, end_at, visit, guests, seats,
                 array_to_json(ARRAY(
                     SELECT unit FROM unit_claim u WHERE u.appointment = c.appointment ORDER BY unit
                 ))::text AS units
             FROM claim c
             WHERE provider = ANY ($1) AND start_at > $2 AND start_at < $3 AND end_at > $4
             ORDER BY provider, start_at, appointment",
        )
        .bind(ids(providers.iter().copied()))
        .bind(look_back(start))
        .bind(end)
        .bind(start)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::claim(&Columns(row))).collect()
    }

    async fn unit_claims(
        &self,
        units: &[UnitId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<UnitClaim>, Error> {
        let rows = sqlx::query(
            "SELECT unit, appointment, visit, start_at, end_at FROM unit_claim
             WHERE unit = ANY ($1) AND start_at > $2 AND start_at < $3 AND end_at > $4
             ORDER BY unit, start_at, appointment",
        )
        .bind(ids(units.iter().copied()))
        .bind(look_back(start))
        .bind(end)
        .bind(start)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::unit_claim(&Columns(row))).collect()
    }

    async fn busy(&self, resources: &[Uuid], first: i64, last: i64) -> Result<Vec<Busy>, Error> {
        let rows = sqlx::query(
            "SELECT resource, day, layers FROM busy WHERE resource = ANY ($1) AND day BETWEEN $2 AND $3
             ORDER BY resource, day",
        )
        .bind(resources)
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::busy(&Columns(row))).collect()
    }

    async fn sessions(
        &self,
        service: ServiceId,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error> {
        let rows = sqlx::query(
            "SELECT s.provider, s.start_at, s.guests, array_to_json(ARRAY(
                 SELECT unit FROM unit_claim u WHERE u.appointment = s.one ORDER BY unit
             ))::text AS units
             FROM (
                 SELECT c.provider, a.start_at, sum(c.guests)::bigint AS guests, min(c.appointment::text)::uuid AS one
                 FROM claim c JOIN appointment a ON a.id = c.appointment
                 WHERE c.provider = ANY ($1) AND c.start_at > $2 AND c.start_at < $3
                     AND c.seats IS NOT NULL AND a.service = $4 AND a.start_at >= $5 AND a.start_at < $3
                 GROUP BY c.provider, a.start_at
             ) s ORDER BY s.provider, s.start_at",
        )
        .bind(ids(providers.iter().copied()))
        .bind(look_back(start))
        .bind(end)
        .bind(service.0)
        .bind(start)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::session(&Columns(row))).collect()
    }

    async fn workloads(
        &self,
        providers: &[ProviderId],
        first: i64,
        last: i64,
    ) -> Result<Vec<Workload>, Error> {
        let rows = sqlx::query(
            "SELECT p.provider,
                 (SELECT coalesce(sum(minutes), 0)::bigint FROM busy
                  WHERE resource = p.provider AND day BETWEEN $2 AND $3) AS minutes,
                 (SELECT max(created_at) FROM appointment a WHERE a.provider = p.provider) AS last_at
             FROM unnest($1) AS p (provider) ORDER BY p.provider",
        )
        .bind(ids(providers.iter().copied()))
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::workload(&Columns(row))).collect()
    }

    async fn last_provider(
        &self,
        customer: CustomerId,
        service: ServiceId,
    ) -> Result<Option<ProviderId>, Error> {
        let provider: Option<Uuid> = sqlx::query_scalar(
            "SELECT provider FROM appointment
             WHERE customer = $1 AND service = $2 AND status NOT IN ('open', 'cancelled', 'no_show')
             ORDER BY start_at DESC, id DESC LIMIT 1",
        )
        .bind(customer.0)
        .bind(service.0)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        Ok(provider.map(ProviderId))
    }
}
