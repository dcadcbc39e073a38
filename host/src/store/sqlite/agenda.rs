//! What takes the time of providers, as a board shows it.
//!
//! It comes as one text. A row that is handed from thread to thread is copied column by column, and a board has a thousand.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::QueryBuilder;

use super::Sqlite;
use super::error::failed;
use super::rows::{instant, micros};
use crate::model::{AppointmentId, BranchId, ProviderId, ServiceId, Status, UnitId};
use crate::store::days::LONGEST_CLAIM_US;
use crate::store::words::{from_json, to_json};
use crate::store::{Error, Planned};

/// In the order of [`Packed`].
const PACKED: &str = "SELECT json_group_array(json_array(a.id, a.name, a.branch, a.service, a.provider, c.name, a.status, a.revision,
        json_array(a.start_us, a.end_us), json_array(a.reserved_start_us, a.reserved_end_us),
        json_extract(a.details, '$.units', '$.expected_arrival')) ORDER BY a.provider, a.start_us, a.id)
    FROM appointment a CROSS JOIN record c WHERE c.id = a.customer AND ";

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
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(PACKED);
        // The claims are few pages side by side; the appointments are looked up one by one.
        query.push("a.id IN (SELECT appointment FROM claim WHERE provider IN (SELECT value FROM json_each(");
        query.push_bind(to_json("provider", &providers)?).push(")) AND start_us > ");
        query.push_bind(micros(start) - LONGEST_CLAIM_US).push(" AND start_us < ").push_bind(micros(end));
        query.push(" AND end_us > ").push_bind(micros(start)).push(")");
        let packed: String = query.build_query_scalar().fetch_one(&self.readers).await.map_err(failed)?;
        let packed: Vec<Packed> = from_json("appointment", &packed)?;
        packed.into_iter().map(Packed::unpack).collect()
    }
}
