//! Writing a decision down: the steps of the one transaction behind [`Diary::commit`](crate::store::Diary::commit).
//!
//! Invariants: what can be rendered before the transaction is, because everybody else waits for it. The answer is
//! written before anything can be refused, so that a request sent twice learns that it was answered, and not that its
//! slot is taken, by itself.
//!
//! Deliberately absent: checks of what the schema checks. Its refusal is put into the store's words here.

use chrono::{DateTime, Utc};
use slotledger_erp::Posting;
use sqlx::{Row, SqliteConnection};

use super::claims::{self, Touched};
use super::error::{failed, is_refusal, unless_taken};
use super::requests;
use super::rows::{Details, kept, micros, text, to_json};
use super::waitlist;
use crate::model::{Actor, Appointment, CompanyId, Event};
use crate::store::{Answer, Change, Error, Frame, NewDelivery, PendingAnswer, Slots};

/// A change, rendered as far as it can be.
pub(super) struct Entry {
    pub(super) appointment: Appointment,
    expected: Option<u32>,
    title: String,
    slots: Slots,
    details: String,
    events: Vec<Event>,
    deliveries: Vec<Outgoing>,
}

/// A delivery, rendered as far as it can be.
struct Outgoing {
    posting: Posting,
    json: String,
    after: String,
}

impl Entry {
    pub(super) fn prepare(change: Change) -> Result<Self, Error> {
        let Change { appointment, expected, title, slots, events, deliveries } = change;
        Ok(Self {
            details: to_json("appointment", &Details::of(&appointment))?,
            appointment: as_kept(appointment),
            expected,
            title,
            slots,
            events,
            deliveries: deliveries.into_iter().map(Outgoing::prepare).collect::<Result<_, _>>()?,
        })
    }

    /// Gives a new appointment its number, and the number to the documents it asks for.
    fn number(&mut self, number: i64) -> Result<(), Error> {
        let number = format!("APT-{number:04}");
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.posting.subject.is_empty()) {
            delivery.posting.subject.clone_from(&number);
            delivery.json = to_json("posting", &delivery.posting)?;
        }
        self.appointment.name =
            if self.title.is_empty() { number } else { format!("{number} — {}", self.title) };
        Ok(())
    }
}

impl Outgoing {
    fn prepare(delivery: NewDelivery) -> Result<Self, Error> {
        let NewDelivery { posting, after } = delivery;
        Ok(Self { json: to_json("posting", &posting)?, after: to_json("posting", &after)?, posting })
    }
}

/// The appointment as it will be read back.
fn as_kept(appointment: Appointment) -> Appointment {
    Appointment {
        hold_until: appointment.hold_until.map(kept),
        created_at: kept(appointment.created_at),
        updated_at: kept(appointment.updated_at),
        ..appointment
    }
}

/// What a decision rests on besides its appointments.
pub(super) struct Basis {
    pub(super) company: CompanyId,
    pub(super) catalog_version: Option<i64>,
    pub(super) frame: Option<Frame>,
    pub(super) at: DateTime<Utc>,
}

/// All steps, in their order.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    basis: &Basis,
    entries: &mut [Entry],
    answer: Option<PendingAnswer<'_>>,
) -> Result<(), Error> {
    let catalog_version = number(connection, basis, entries).await?;
    if let Some(answer) = answer {
        let appointments: Vec<_> = entries.iter().map(|entry| &entry.appointment).collect();
        requests::keep(&mut *connection, &answer.given(&appointments, basis.at)).await?;
    }
    if basis.catalog_version.is_some() && basis.catalog_version != catalog_version {
        return Err(Error::Stale("catalogue"));
    }
    // All slots that are given up come first: an appointment may take what another of the same decision releases.
    let mut touched = Touched::default();
    for entry in entries.iter().filter(|entry| entry.expected.is_some() && entry.slots != Slots::Keep) {
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

impl PendingAnswer<'_> {
    fn given(self, appointments: &[&Appointment], at: DateTime<Utc>) -> Answer {
        let body = (self.body)(appointments);
        Answer { key: self.key, fingerprint: self.fingerprint, status: self.status, body, at }
    }
}

/// Numbers the new appointments. Gives the catalogue's version if the decision rests on it.
async fn number(
    connection: &mut SqliteConnection,
    basis: &Basis,
    entries: &mut [Entry],
) -> Result<Option<i64>, Error> {
    let new = entries.iter_mut().filter(|entry| entry.expected.is_none()).collect::<Vec<_>>();
    let statement = match (new.is_empty(), basis.catalog_version) {
        (true, None) => return Ok(None),
        (true, Some(_)) => "SELECT catalog_version, last_number FROM company WHERE id = ?1 AND ?2 = 0",
        (false, _) => {
            "UPDATE company SET last_number = last_number + ?2 WHERE id = ?1 RETURNING catalog_version, last_number"
        }
    };
    let added = i64::try_from(new.len()).unwrap_or(i64::MAX);
    let row = sqlx::query(statement)
        .bind(text(basis.company))
        .bind(added)
        .fetch_optional(connection)
        .await
        .map_err(failed)?
        .ok_or(Error::Missing("company"))?;
    let last: i64 = row.try_get("last_number").map_err(failed)?;
    for (number, entry) in (last - added + 1..).zip(new) {
        entry.number(number)?;
    }
    row.try_get("catalog_version").map(Some).map_err(failed)
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
    Ok(())
}

async fn insert(connection: &mut SqliteConnection, entry: &Entry) -> Result<(), Error> {
    let appointment = &entry.appointment;
    sqlx::query(
        "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_us, end_us,
             reserved_start_us, reserved_end_us, hold_until_us, predecessor, successor, updated_us, details,
             id, company, created_us, \"case\", booking, series)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
             predecessor = ?, successor = ?, updated_us = ?, details = ?
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
             rules_digest, attributes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::Customer => "customer",
        Actor::Provider => "provider",
        Actor::Staff => "staff",
        Actor::System => "system",
    }
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
    .bind(&delivery.after)
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
