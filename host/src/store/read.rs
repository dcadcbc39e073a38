//! From rows to values, whatever the engine.
//!
//! Role: an engine says how it reads a column of each kind ([`Columns`]); what a row means stands here once. Statements
//! name their columns as they are named here, where an instant's name ends in `_at`.

use chrono::{DateTime, Utc};
use slotledger_erp::Key;
use uuid::Uuid;

use super::rendered::Details;
use super::words::{from_json, from_word};
use super::{Answer, Error, Record};
use crate::model::master::Kind;
use crate::model::{Appointment, Claim, Delivery, Event};

/// A row, read column by column.
pub(super) trait Columns {
    fn integer(&self, column: &'static str) -> Result<i64, Error>;
    fn flag(&self, column: &'static str) -> Result<bool, Error>;
    fn text(&self, column: &'static str) -> Result<&str, Error>;
    fn optional_text(&self, column: &'static str) -> Result<Option<&str>, Error>;
    fn optional_id<T: From<Uuid>>(&self, column: &'static str) -> Result<Option<T>, Error>;
    fn optional_instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Error>;

    fn id<T: From<Uuid>>(&self, column: &'static str) -> Result<T, Error> {
        self.optional_id(column)?.ok_or_else(|| absent(column))
    }

    fn instant(&self, column: &'static str) -> Result<DateTime<Utc>, Error> {
        self.optional_instant(column)?.ok_or_else(|| absent(column))
    }

    fn count(&self, column: &'static str) -> Result<u32, Error> {
        u32::try_from(self.integer(column)?).map_err(|error| Error::Corrupt(column, Box::new(error)))
    }
}

fn absent(column: &'static str) -> Error {
    Error::Corrupt(column, "it is NULL".into())
}

pub(super) fn record(kind: Kind, row: &impl Columns) -> Result<Record, Error> {
    Ok(Record {
        kind,
        id: row.id("id")?,
        company: row.id("company")?,
        name: row.text("name")?.to_owned(),
        active: row.flag("active")?,
        version: row.integer("version")?,
        updated_at: row.instant("updated_at")?,
        data: from_json("record", row.text("data")?)?,
    })
}

pub(super) fn appointment(row: &impl Columns) -> Result<Appointment, Error> {
    let details: Details = from_json("appointment", row.text("details")?)?;
    Ok(Appointment {
        id: row.id("id")?,
        name: row.text("name")?.to_owned(),
        company: row.id("company")?,
        branch: row.id("branch")?,
        service: row.id("service")?,
        customer: row.id("customer")?,
        provider: row.id("provider")?,
        status: from_word("status", row.text("status")?)?,
        revision: row.count("revision")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
        reserved_start: row.instant("reserved_start_at")?,
        reserved_end: row.instant("reserved_end_at")?,
        guests: details.guests,
        quote: details.quote,
        hold_until: row.optional_instant("hold_until_at")?,
        timing: details.timing,
        reschedules: details.reschedules,
        location: details.location,
        notes: details.notes,
        remarks: details.remarks,
        cancellation_reason: details.cancellation_reason,
        predecessor: row.optional_id("predecessor")?,
        successor: row.optional_id("successor")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
    })
}

pub(super) fn event(row: &impl Columns) -> Result<Event, Error> {
    Ok(Event {
        appointment: row.id("appointment")?,
        revision: row.count("revision")?,
        at: row.instant("happened_at")?,
        actor: from_word("actor", row.text("actor")?)?,
        name: row.text("name")?.to_owned(),
        message: row.text("message")?.to_owned(),
        from: row.optional_text("from_status")?.map(|status| from_word("status", status)).transpose()?,
        to: from_word("status", row.text("to_status")?)?,
        rules_digest: row.text("rules_digest")?.to_owned(),
        attributes: from_json("event", row.text("attributes")?)?,
    })
}

pub(super) fn claim(row: &impl Columns) -> Result<Claim, Error> {
    Ok(Claim {
        provider: row.id("provider")?,
        appointment: row.id("appointment")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
    })
}

pub(super) fn delivery(row: &impl Columns) -> Result<Delivery, Error> {
    Ok(Delivery {
        id: row.integer("id")?,
        appointment: row.id("appointment")?,
        company: row.id("company")?,
        posting: from_json("posting", row.text("posting")?)?,
        after: from_json::<Vec<Key>>("posting", row.text("after_keys")?)?,
        state: from_word("state", row.text("state")?)?,
        attempts: row.count("attempts")?,
        next_attempt_at: row.instant("next_attempt_at")?,
        lease_owner: row.optional_text("lease_owner")?.map(str::to_owned),
        lease_until: row.optional_instant("lease_until_at")?,
        failure: row.optional_text("failure")?.map(|json| from_json("failure", json)).transpose()?,
        document: row.optional_text("document")?.map(|json| from_json("document", json)).transpose()?,
        created_at: row.instant("created_at")?,
        finished_at: row.optional_instant("finished_at")?,
    })
}

pub(super) fn answer(row: &impl Columns) -> Result<Answer, Error> {
    Ok(Answer {
        key: row.text("key")?.to_owned(),
        fingerprint: row.text("fingerprint")?.to_owned(),
        status: u16::try_from(row.integer("status")?)
            .map_err(|error| Error::Corrupt("status", Box::new(error)))?,
        body: row.text("body")?.to_owned(),
        at: row.instant("given_at")?,
    })
}
