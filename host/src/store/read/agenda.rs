//! Appointments as a board shows them.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Columns;
use crate::model::UnitId;
use crate::store::words::{from_json, from_word};
use crate::store::{Error, Planned};

/// What of the details a board shows: the rest is passed over.
#[derive(Deserialize)]
struct Brief {
    units: Vec<UnitId>,
    #[serde(default)]
    expected_arrival: Option<DateTime<Utc>>,
}

pub(in crate::store) fn planned(row: &impl Columns) -> Result<Planned, Error> {
    let Brief { units, expected_arrival } = from_json("appointment", row.text("details")?)?;
    Ok(Planned {
        id: row.id("id")?,
        name: row.text("name")?.to_owned(),
        branch: row.id("branch")?,
        service: row.id("service")?,
        provider: row.id("provider")?,
        customer: row.text("customer")?.to_owned(),
        units,
        status: from_word("status", row.text("status")?)?,
        revision: row.count("revision")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
        reserved_start: row.instant("reserved_start_at")?,
        reserved_end: row.instant("reserved_end_at")?,
        expected_arrival,
    })
}
