//! What takes the time of providers, as a board shows it.
//!
//! It comes as one text. A row that is handed from thread to thread is copied column by column, and a board has a thousand.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Sqlite;
use super::error::failed;
use super::rows::{instant, micros};
use crate::model::{AppointmentId, BranchId, ProviderId, ServiceId, Status, UnitId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::words::{from_json, to_json};
use crate::store::{Error, Planned};

/// The claims are few pages side by side; what they belong to is looked up one by one. In the order of [`Packed`].
const PACKED: &str =
    "SELECT json_group_array(json_array(a.id, a.name, a.branch, a.service, a.provider, c.name, a.status, a.revision,
        json_array(a.start_us, a.end_us), json_array(a.reserved_start_us, a.reserved_end_us),
        json_extract(a.details, '$.units', '$.expected_arrival')))
    FROM json_each(?) wanted CROSS JOIN claim k CROSS JOIN appointment a CROSS JOIN record c
    WHERE k.provider = wanted.value AND k.start_us > ? AND k.start_us < ? AND k.end_us > ?
        AND a.id = k.appointment AND c.id = a.customer";

/// The text of one appointment, and of its customer the name.
#[derive(Deserialize)]
struct Packed(
    AppointmentId,
    String,
    BranchId,
    ServiceId,
    ProviderId,
    String,
    Status,
    u32,
    (i64, i64),
    (i64, i64),
    (Vec<UnitId>, Option<DateTime<Utc>>),
);

impl Packed {
    fn unpack(self) -> Result<Planned, Error> {
        let Self(id, name, branch, service, provider, customer, status, revision, visit, reserved, details) =
            self;
        let (units, expected_arrival) = details;
        Ok(Planned {
            id,
            name,
            branch,
            service,
            provider,
            customer,
            units,
            status,
            revision,
            start: instant(visit.0)?,
            end: instant(visit.1)?,
            reserved_start: instant(reserved.0)?,
            reserved_end: instant(reserved.1)?,
            expected_arrival,
        })
    }
}

impl Sqlite {
    pub(super) async fn planned(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Planned>, Error> {
        let packed: String = sqlx::query_scalar(PACKED)
            .bind(to_json("provider", &providers)?)
            .bind(micros(start) - LONGEST_CLAIM_US)
            .bind(micros(end))
            .bind(micros(start))
            .fetch_one(&self.readers)
            .await
            .map_err(failed)?;
        let packed: Vec<Packed> = from_json("appointment", &packed)?;
        let mut planned: Vec<Planned> = packed.into_iter().map(Packed::unpack).collect::<Result<_, _>>()?;
        // The engine would copy the text of each once more to bring it into its place.
        planned.sort_by_key(|one| (one.provider, one.start, one.id));
        Ok(planned)
    }
}
