//! What is taken from whom, read for decisions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Sqlite;
use super::error::failed;
use super::rows::{Columns, micros, text};
use crate::model::{Claim, CustomerId, ProviderId, ServiceId, UnitClaim, UnitId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::read::{self, Columns as _};
use crate::store::words::to_json;
use crate::store::{Busy, Error, Occupancy, Session, Workload};

/// All rows as one text. A search among a thousand asks for some thousand rows, and each row that is handed over by
/// itself, from the thread that reads to the one that asks, takes several times as long as finding it.
const BUSY: &str = "SELECT group_concat(resource || ' ' || day || ' ' || hex(layers), ';') FROM busy
     WHERE resource IN (SELECT value FROM json_each(?1)) AND day BETWEEN ?2 AND ?3";

/// The same of many for few days, day by day: the rows of a day lie side by side in this index.
const BUSY_BY_DAY: &str = "SELECT group_concat(resource || ' ' || day || ' ' || hex(layers), ';')
     FROM busy INDEXED BY busy_by_day
     WHERE resource IN (SELECT value FROM json_each(?1))
         AND day IN (WITH RECURSIVE days (day) AS (VALUES (?2) UNION ALL SELECT day + 1 FROM days WHERE day < ?3)
                     SELECT day FROM days)";

/// So many resources are many, and so many days few: where both hold, [`BUSY_BY_DAY`] was measured to read faster.
const MANY: usize = 500;
const FEW_DAYS: i64 = 3;

#[async_trait]
impl Occupancy for Sqlite {
    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error> {
        let rows = sqlx::query(
            "SELECT provider, appointment, start_us AS start_at, end_us AS end_at, visit, guests, seats,
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
        rows.iter().map(|row| read::claim(&Columns(row))).collect()
    }

    async fn unit_claims(
        &self,
        units: &[UnitId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<UnitClaim>, Error> {
        let rows = sqlx::query(
            "SELECT unit, appointment, visit, start_us AS start_at, end_us AS end_at FROM unit_claim
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
        rows.iter().map(|row| read::unit_claim(&Columns(row))).collect()
    }

    async fn busy(&self, resources: &[Uuid], first: i64, last: i64) -> Result<Vec<Busy>, Error> {
        let by_day = resources.len() >= MANY && (0..FEW_DAYS).contains(&(last - first));
        let all: Option<String> = sqlx::query_scalar(if by_day { BUSY_BY_DAY } else { BUSY })
            .bind(to_json("resource", &resources)?)
            .bind(first)
            .bind(last)
            .fetch_one(&self.readers)
            .await
            .map_err(failed)?;
        let mut busy =
            all.iter().flat_map(|all| all.split(';')).map(busy).collect::<Result<Vec<_>, Error>>()?;
        busy.sort_unstable_by_key(|busy| (busy.resource, busy.day));
        Ok(busy)
    }

    async fn sessions(
        &self,
        service: ServiceId,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error> {
        let rows = sqlx::query(
            "SELECT c.provider AS provider, a.start_us AS start_at, sum(c.guests) AS guests,
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
        rows.iter().map(|row| read::session(&Columns(row))).collect()
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
                 (SELECT max(created_us) FROM appointment WHERE provider = value) AS last_at
             FROM json_each(?1) ORDER BY value",
        )
        .bind(to_json("provider", &providers)?)
        .bind(first)
        .bind(last)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::workload(&Columns(row))).collect()
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

/// A row as [`BUSY`] writes it.
fn busy(row: &str) -> Result<Busy, Error> {
    let corrupt = || Error::Corrupt("busy", format!("not a row of a day: {row}").into());
    let mut parts = row.split(' ');
    let mut part = || parts.next().ok_or_else(corrupt);
    Ok(Busy {
        resource: part()?.parse().map_err(|_| corrupt())?,
        day: part()?.parse().map_err(|_| corrupt())?,
        layers: unhex(part()?).ok_or_else(corrupt)?,
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect()
}
