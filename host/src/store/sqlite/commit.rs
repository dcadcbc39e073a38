//! Writing a decision down: the steps of the one transaction behind [`Diary::commit`](crate::store::Diary::commit).
//!
//! Invariant: the answer is written before anything can be refused, so that a request sent twice learns that it was
//! answered, and not that its slot is taken, by itself.
//!
//! Deliberately absent: checks of what the schema checks. Its refusal is put into the store's words here.

use sqlx::{Row, SqliteConnection};

use super::claims::{self, Touched};
use super::decisions;
use super::error::{failed, unless_taken};
use super::requests;
use super::rows::{micros, text};
use super::waitlist;
use crate::model::{Appointment, Event};
use crate::store::error::is_refusal;
use crate::store::rendered::{self, Basis, Entry, Outgoing, new_ones};
use crate::store::words::{actor, to_json};
use crate::store::{Error, Frame, PendingAnswer, Slots};

/// All steps, in their order.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    basis: &Basis,
    entries: &mut [Entry],
    answer: Option<PendingAnswer<'_>>,
) -> Result<(), Error> {
    let catalog_version = number(connection, basis, entries).await?;
    if let Some(answer) = answer {
        requests::keep(&mut *connection, &answer.given(entries, basis.at)).await?;
    }
    if basis.catalog_version.is_some() && basis.catalog_version != catalog_version {
        return Err(Error::Stale("catalogue"));
    }
    check_beside(connection, basis).await?;
    // All slots that are given up come first: an appointment may take what another of the same decision releases.
    let mut touched = Touched::default();
    for entry in entries.iter().filter(|entry| entry.releases()) {
        claims::release(connection, entry.appointment.id, &mut touched).await?;
    }
    if let Some(frame) = &basis.frame {
        write_frame(connection, basis, frame).await?;
    }
    for entry in entries.iter() {
        write_entry(connection, basis, entry, &mut touched).await?;
    }
    touched.settle(connection).await
}

/// Numbers the new appointments. Gives the catalogue's version if the decision rests on it.
async fn number(
    connection: &mut SqliteConnection,
    basis: &Basis,
    entries: &mut [Entry],
) -> Result<Option<i64>, Error> {
    let added = new_ones(entries);
    let statement = match (added, basis.catalog_version) {
        (0, None) => return Ok(None),
        (0, Some(_)) => "SELECT catalog_version, last_number FROM company WHERE id = ?1 AND ?2 = 0",
        (_, _) => {
            "UPDATE company SET last_number = last_number + ?2 WHERE id = ?1 RETURNING catalog_version, last_number"
        }
    };
    let row = sqlx::query(statement)
        .bind(text(basis.company))
        .bind(added)
        .fetch_optional(connection)
        .await
        .map_err(failed)?
        .ok_or(Error::Missing("company"))?;
    rendered::number(entries, row.try_get("last_number").map_err(failed)?)?;
    row.try_get("catalog_version").map(Some).map_err(failed)
}

/// Refuses a decision that rests on an appointment which has changed since.
async fn check_beside(connection: &mut SqliteConnection, basis: &Basis) -> Result<(), Error> {
    for (id, revision) in &basis.beside {
        let now: Option<u32> = sqlx::query_scalar("SELECT revision FROM appointment WHERE id = ?")
            .bind(text(*id))
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        if now != Some(*revision) {
            return Err(Error::Stale("appointment"));
        }
    }
    Ok(())
}

async fn write_frame(connection: &mut SqliteConnection, basis: &Basis, frame: &Frame) -> Result<(), Error> {
    let query = match frame {
        Frame::Booking(booking) => sqlx::query(
            "INSERT INTO booking (id, company, created_us, details, customer) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(text(booking.id))
        .bind(text(booking.company))
        .bind(micros(booking.created_at))
        .bind(to_json("booking", &booking.details)?)
        .bind(text(booking.customer)),
        Frame::Series(series) => {
            sqlx::query("INSERT INTO series (id, company, created_us, details) VALUES (?, ?, ?, ?)")
                .bind(text(series.id))
                .bind(text(series.company))
                .bind(micros(series.created_at))
                .bind(to_json("series", &series.details)?)
        }
        Frame::Offer(offer) => return waitlist::offer(connection, basis.company, offer, basis.at).await,
    };
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

async fn write_entry(
    connection: &mut SqliteConnection,
    basis: &Basis,
    entry: &Entry,
    touched: &mut Touched,
) -> Result<(), Error> {
    match entry.expected {
        None => insert(connection, entry).await?,
        Some(expected) => update(connection, entry, expected).await?,
    }
    match &entry.slots {
        Slots::Keep | Slots::Release => {}
        Slots::Take(claim) => claims::take(connection, claim, touched).await?,
    }
    for event in &entry.events {
        record(connection, event).await?;
    }
    for delivery in &entry.deliveries {
        ask(connection, basis, &entry.appointment, delivery).await?;
    }
    for decision in &entry.decisions {
        decisions::keep(connection, decision).await?;
    }
    Ok(())
}

async fn insert(connection: &mut SqliteConnection, entry: &Entry) -> Result<(), Error> {
    let appointment = &entry.appointment;
    sqlx::query(
        "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_us, end_us,
             reserved_start_us, reserved_end_us, hold_until_us, invoice_after_us, predecessor, successor, updated_us,
             details, id, company, created_us, case_id, booking, series)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(text(appointment.branch))
    .bind(text(appointment.service))
    .bind(text(appointment.customer))
    .bind(text(appointment.provider))
    .bind(&appointment.name)
    .bind(appointment.status.as_str())
    .bind(appointment.revision)
    .bind(micros(appointment.start))
    .bind(micros(appointment.end))
    .bind(micros(appointment.reserved_start))
    .bind(micros(appointment.reserved_end))
    .bind(appointment.hold_until.map(micros))
    .bind(appointment.invoice_after.map(micros))
    .bind(appointment.predecessor.map(text))
    .bind(appointment.successor.map(text))
    .bind(micros(appointment.updated_at))
    .bind(&entry.details)
    .bind(text(appointment.id))
    .bind(text(appointment.company))
    .bind(micros(appointment.created_at))
    .bind(appointment.case.map(text))
    .bind(appointment.booking.map(text))
    .bind(appointment.series.map(text))
    .execute(connection)
    .await
    .map_err(unless_taken(|| Error::Exists("appointment")))?;
    Ok(())
}

async fn update(connection: &mut SqliteConnection, entry: &Entry, expected: u32) -> Result<(), Error> {
    let appointment = &entry.appointment;
    let done = sqlx::query(
        "UPDATE appointment SET branch = ?, service = ?, customer = ?, provider = ?, name = ?, status = ?,
             revision = ?, start_us = ?, end_us = ?, reserved_start_us = ?, reserved_end_us = ?, hold_until_us = ?,
             invoice_after_us = ?, predecessor = ?, successor = ?, updated_us = ?, details = ?
         WHERE id = ? AND company = ? AND revision = ?",
    )
    .bind(text(appointment.branch))
    .bind(text(appointment.service))
    .bind(text(appointment.customer))
    .bind(text(appointment.provider))
    .bind(&appointment.name)
    .bind(appointment.status.as_str())
    .bind(appointment.revision)
    .bind(micros(appointment.start))
    .bind(micros(appointment.end))
    .bind(micros(appointment.reserved_start))
    .bind(micros(appointment.reserved_end))
    .bind(appointment.hold_until.map(micros))
    .bind(appointment.invoice_after.map(micros))
    .bind(appointment.predecessor.map(text))
    .bind(appointment.successor.map(text))
    .bind(micros(appointment.updated_at))
    .bind(&entry.details)
    .bind(text(appointment.id))
    .bind(text(appointment.company))
    .bind(expected)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 0 {
        return Err(missing_or_stale(connection, appointment).await?);
    }
    Ok(())
}

/// Why an appointment could not be changed.
async fn missing_or_stale(
    connection: &mut SqliteConnection,
    appointment: &Appointment,
) -> Result<Error, Error> {
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM appointment WHERE id = ? AND company = ?)")
            .bind(text(appointment.id))
            .bind(text(appointment.company))
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    Ok(if exists { Error::Stale("appointment") } else { Error::Missing("appointment") })
}

async fn record(connection: &mut SqliteConnection, event: &Event) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO event (appointment, revision, at_us, actor, name, message, from_status, to_status,
             rules_digest, attributes, by_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(text(event.appointment))
    .bind(event.revision)
    .bind(micros(event.at))
    .bind(actor(event.actor))
    .bind(&event.name)
    .bind(&event.message)
    .bind(event.from.map(|status| status.as_str()))
    .bind(event.to.as_str())
    .bind(&event.rules_digest)
    .bind(to_json("event", &event.attributes)?)
    .bind(event.by.as_ref().map(|by| text(by.id)))
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn ask(
    connection: &mut SqliteConnection,
    basis: &Basis,
    appointment: &Appointment,
    delivery: &Outgoing,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_us, created_us)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )
    .bind(delivery.posting.key.as_str())
    .bind(text(appointment.id))
    .bind(text(basis.company))
    .bind(&delivery.json)
    .bind(to_json("posting", &delivery.after)?)
    .bind(micros(basis.at))
    .execute(connection)
    .await
    .map_err(|error| {
        if is_refusal(&error, "missing_prerequisite") {
            return Error::Missing("delivery that another comes after");
        }
        unless_taken(|| Error::KeyTaken(delivery.posting.key.clone()))(error)
    })?;
    Ok(())
}
