//! From rows to values, whatever the engine.
//!
//! Role: an engine says how it reads a column of each kind ([`Columns`]); what a row means stands here once. Statements
//! name their columns as they are named here, where an instant's name ends in `_at`.

mod agenda;
mod books;
mod decisions;
mod outbox;
mod people;
mod reports;
mod visits;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::model::master::Kind;
use crate::model::{Appointment, AppointmentId, By, Claim, CompanyId, Event, SharedVisit, UnitClaim};
use crate::store::CustomerHistory;
use crate::store::rendered::Details;
use crate::store::waitlist::{self, Freed, Wait};
use crate::store::words::{from_json, from_word};
use crate::store::{Answer, Booking, Busy, Error, Owner, Record, Sample, Series, Session, View, Workload};

pub(super) use agenda::planned;
pub(super) use books::{finding, finding_act, imported, known_connection, mapped_code, run};
pub(super) use decisions::{component, decision, extension_answer, extension_change, kept_decision};
pub(super) use outbox::{attempt, backlog, delivery, repair};
pub(super) use people::{account, account_event, api_key, invitation, logged_in, means, signature};
pub(super) use reports::{changes, changes_of, counts, invoiced, taken, visits};
pub(super) use visits::{note, photo};

/// A row, read column by column.
pub(super) trait Columns {
    fn flag(&self, column: &'static str) -> Result<bool, Error>;
    fn text(&self, column: &'static str) -> Result<&str, Error>;
    fn optional_text(&self, column: &'static str) -> Result<Option<&str>, Error>;
    fn bytes(&self, column: &'static str) -> Result<&[u8], Error>;
    fn optional_integer(&self, column: &'static str) -> Result<Option<i64>, Error>;
    fn optional_id<T: From<Uuid>>(&self, column: &'static str) -> Result<Option<T>, Error>;
    fn optional_instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Error>;

    fn id<T: From<Uuid>>(&self, column: &'static str) -> Result<T, Error> {
        self.optional_id(column)?.ok_or_else(|| absent(column))
    }

    fn instant(&self, column: &'static str) -> Result<DateTime<Utc>, Error> {
        self.optional_instant(column)?.ok_or_else(|| absent(column))
    }

    fn count(&self, column: &'static str) -> Result<u32, Error> {
        self.optional_count(column)?.ok_or_else(|| absent(column))
    }

    fn optional_count(&self, column: &'static str) -> Result<Option<u32>, Error> {
        let count = self.optional_integer(column)?.map(u32::try_from).transpose();
        count.map_err(|error| Error::Corrupt(column, Box::new(error)))
    }

    fn integer(&self, column: &'static str) -> Result<i64, Error> {
        self.optional_integer(column)?.ok_or_else(|| absent(column))
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
        by: None,
        judged_on: None,
    })
}

/// What a record is called.
pub(super) fn name(row: &impl Columns) -> Result<(Uuid, String), Error> {
    Ok((row.id("id")?, row.text("name")?.to_owned()))
}

/// A sample company.
pub(super) fn sample(row: &impl Columns) -> Result<Sample, Error> {
    Ok(Sample {
        company: row.id("company")?,
        name: row.text("name")?.to_owned(),
        by: row.text("actor")?.to_owned(),
        made_at: row.instant("made_at")?,
    })
}

/// A list that somebody keeps.
pub(super) fn view(row: &impl Columns) -> Result<View, Error> {
    Ok(View {
        id: row.id("id")?,
        account: row.id("account")?,
        name: row.text("name")?.to_owned(),
        query: row.text("query")?.to_owned(),
        created_at: row.instant("created_at")?,
    })
}

/// The version of a company's catalogue.
pub(super) fn catalog_version(row: &impl Columns) -> Result<(CompanyId, i64), Error> {
    Ok((row.id("id")?, row.integer("catalog_version")?))
}

/// An entry in a trail, and whose it is.
pub(super) fn entry(row: &impl Columns) -> Result<(i64, AppointmentId), Error> {
    Ok((row.integer("number")?, row.id("appointment")?))
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
        units: details.units,
        shared: details.shared,
        case: row.optional_id("case_id")?,
        booking: row.optional_id("booking")?,
        series: row.optional_id("series")?,
        status: from_word("status", row.text("status")?)?,
        revision: row.count("revision")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
        reserved_start: row.instant("reserved_start_at")?,
        reserved_end: row.instant("reserved_end_at")?,
        guests: details.guests,
        balance: Appointment::left_to_pay(&details.quote, &details.payments),
        quote: details.quote,
        payments: details.payments,
        hold_until: row.optional_instant("hold_until_at")?,
        invoice_after: row.optional_instant("invoice_after_at")?,
        timing: details.timing,
        expected_arrival: details.expected_arrival,
        reschedules: details.reschedules,
        preferences: details.preferences,
        location: details.location,
        notes: details.notes,
        remarks: details.remarks,
        cancellation_reason: details.cancellation_reason,
        replaces: details.replaces,
        terms: details.terms,
        shared_documents: details.shared_documents,
        invoiced_with: details.invoiced_with,
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
        by: by(row)?,
        name: row.text("name")?.to_owned(),
        message: row.text("message")?.to_owned(),
        from: row.optional_text("from_status")?.map(|status| from_word("status", status)).transpose()?,
        to: from_word("status", row.text("to_status")?)?,
        rules_digest: row.text("rules_digest")?.to_owned(),
        attributes: from_json("event", row.text("attributes")?)?,
    })
}

/// Who sent a command: the columns are `by_id` and `by_name`.
fn by(row: &impl Columns) -> Result<Option<By>, Error> {
    let Some(id) = row.optional_id("by_id")? else { return Ok(None) };
    Ok(Some(By { id, name: row.optional_text("by_name")?.map(str::to_owned) }))
}

pub(super) fn booking(row: &impl Columns) -> Result<Booking, Error> {
    Ok(Booking {
        id: row.id("id")?,
        company: row.id("company")?,
        customer: row.id("customer")?,
        created_at: row.instant("created_at")?,
        details: from_json("booking", row.text("details")?)?,
    })
}

pub(super) fn series(row: &impl Columns) -> Result<Series, Error> {
    Ok(Series {
        id: row.id("id")?,
        company: row.id("company")?,
        created_at: row.instant("created_at")?,
        details: from_json("series", row.text("details")?)?,
    })
}

pub(super) fn wait(row: &impl Columns) -> Result<Wait, Error> {
    Ok(Wait {
        id: row.id("id")?,
        company: row.id("company")?,
        service: row.id("service")?,
        customer: row.id("customer")?,
        from: row.instant("from_at")?,
        to: row.instant("to_at")?,
        state: from_word("state", row.text("state")?)?,
        appointment: row.optional_id("appointment")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
        details: from_json(waitlist::PLACE, row.text("details")?)?,
    })
}

pub(super) fn freed(row: &impl Columns) -> Result<Freed, Error> {
    Ok(Freed {
        id: row.integer("id")?,
        company: row.id("company")?,
        provider: row.optional_id("provider")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
    })
}

pub(super) fn claim(row: &impl Columns) -> Result<Claim, Error> {
    let visit = row.text("visit")?;
    let seats = row.optional_count("seats")?;
    Ok(Claim {
        provider: row.id("provider")?,
        appointment: row.id("appointment")?,
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
        shared: seats.map(|seats| SharedVisit { key: visit.to_owned(), seats }),
        guests: row.count("guests")?,
        units: from_json("unit", row.text("units")?)?,
    })
}

pub(super) fn unit_claim(row: &impl Columns) -> Result<UnitClaim, Error> {
    Ok(UnitClaim {
        unit: row.id("unit")?,
        appointment: row.id("appointment")?,
        visit: row.text("visit")?.to_owned(),
        start: row.instant("start_at")?,
        end: row.instant("end_at")?,
    })
}

/// The columns are the customer's, and the company's version as `catalog_version`.
pub(super) fn owner(row: &impl Columns) -> Result<Owner, Error> {
    let customer = row.optional_id::<Uuid>("id")?.map(|_| record(Kind::Customer, row)).transpose()?;
    Ok(Owner { company: row.id("company")?, catalog_version: row.integer("catalog_version")?, customer })
}

pub(super) fn busy(row: &impl Columns) -> Result<Busy, Error> {
    let layers = row.bytes("layers")?.to_vec();
    Ok(Busy { resource: row.id("resource")?, day: row.integer("day")?, layers })
}

pub(super) fn session(row: &impl Columns) -> Result<Session, Error> {
    Ok(Session {
        provider: row.id("provider")?,
        start: row.instant("start_at")?,
        guests: row.count("guests")?,
        units: from_json("unit", row.text("units")?)?,
    })
}

pub(super) fn workload(row: &impl Columns) -> Result<Workload, Error> {
    Ok(Workload {
        provider: row.id("provider")?,
        minutes: u64::from(row.count("minutes")?),
        last_booked: row.optional_instant("last_at")?,
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

pub(super) fn history(row: &impl Columns) -> Result<CustomerHistory, Error> {
    Ok(CustomerHistory {
        standing: row.count("standing")?,
        completed: row.count("completed")?,
        cancelled: row.count("cancelled")?,
        no_shows: row.count("no_shows")?,
    })
}
