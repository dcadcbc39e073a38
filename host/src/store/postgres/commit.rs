//! Writing a decision down: the steps of the one transaction behind [`Diary::commit`](crate::store::Diary::commit).
//!
//! Invariants: locks are taken in the order that [`super`] states, all of them before the first row is written, but for
//! the answer. The answer comes before anything can be refused, so that a request sent twice learns that it was
//! answered, and not that its slot is taken, by itself.
//!
//! Deliberately absent: checks of what the schema checks. Its refusal is put into the store's words here.

use sqlx::PgConnection;

use super::claims::{self, Touched};
use super::decisions;
use super::error::{failed, unless_taken};
use super::requests;
use super::rows::ids;
use super::waitlist;
use crate::model::{Appointment, Event, NewDecision};
use crate::store::error::is_refusal;
use crate::store::rendered::{self, Basis, Entry, Outgoing, new_ones};
use crate::store::words::{actor, to_json};
use crate::store::{Error, Frame, PendingAnswer, Slots};

/// All steps, in their order.
pub(super) async fn write(
    connection: &mut PgConnection,
    basis: &Basis,
    entries: &mut [Entry],
    answer: Option<PendingAnswer<'_>>,
) -> Result<(), Error> {
    number(connection, basis, entries).await?;
    if let Some(answer) = answer {
        requests::keep(&mut *connection, &answer.given(entries, basis.at)).await?;
    }
    lock(connection, basis, entries).await?;
    check_beside(connection, basis).await?;
    claims::lock_released(connection, entries).await?;
    let mut touched = Touched::default();
    // All slots that are given up come first: an appointment may take what another of the same decision releases.
    claims::release(connection, entries, &mut touched).await?;
    if let Some(frame) = &basis.frame {
        write_frame(connection, basis, frame).await?;
    }
    for entry in entries.iter() {
        write_entry(connection, basis, entry, &mut touched).await?;
    }
    touched.settle(connection).await
}

/// Numbers the new appointments. Whoever else books with this company waits from here to the end, so that a number
/// that is given back leaves no gap.
async fn number(connection: &mut PgConnection, basis: &Basis, entries: &mut [Entry]) -> Result<(), Error> {
    let added = new_ones(entries);
    if added == 0 {
        return Ok(());
    }
    let last = sqlx::query_scalar(
        "UPDATE numbering SET last_number = last_number + $2 WHERE company = $1 RETURNING last_number",
    )
    .bind(basis.company.0)
    .bind(added)
    .fetch_optional(connection)
    .await
    .map_err(failed)?
    .ok_or(Error::Missing("company"))?;
    rendered::number(entries, last)
}

/// Holds the catalogue as it is, beside other decisions that do. Locks the appointments that change or that the decision
/// rests on, and the lines that new deliveries depend on; then the providers and the units' roots of new claims.
///
/// One statement in the place of three: each step begins when the one before it has all of its locks, because it counts
/// them. Its view of the data is older than its locks. That is harmless: whatever it reads to find them follows from the
/// catalogue, whose version is checked, or never changes.
const LOCK: &str = "WITH
     catalog AS MATERIALIZED (SELECT catalog_version FROM company WHERE id = $1 FOR SHARE),
     standing AS MATERIALIZED (
         SELECT FROM appointment
         WHERE (SELECT count(*) FROM catalog) >= 0
             AND id = ANY ($2 || ARRAY(SELECT appointment FROM delivery WHERE key = ANY ($3)))
         ORDER BY id FOR NO KEY UPDATE
     ),
     owning AS MATERIALIZED (
         SELECT FROM record
         WHERE (SELECT count(*) FROM standing) >= 0
             AND id = ANY ($4 || ARRAY(SELECT unit_root(unit) FROM unnest($5) AS taken (unit)))
         ORDER BY id FOR NO KEY UPDATE
     )
     SELECT (SELECT count(*) FROM owning), (SELECT catalog_version FROM catalog)";

/// Takes the locks of [`LOCK`], and refuses a decision that was made on another catalogue.
///
/// Where time is given up, providers and units wait for [`claims::lock_released`], which takes all of them in order.
async fn lock(connection: &mut PgConnection, basis: &Basis, entries: &[Entry]) -> Result<(), Error> {
    let changing = entries.iter().filter(|entry| entry.expected.is_some());
    let changing = changing.map(|entry| entry.appointment.id);
    let changing = ids(changing.chain(basis.beside.iter().map(|(id, _)| *id)));
    let deliveries = entries.iter().flat_map(|entry| &entry.deliveries);
    let after: Vec<&str> = deliveries.flat_map(|delivery| &delivery.after).map(|key| key.as_str()).collect();
    let (providers, units) = claims::taken(entries);
    let (_, version): (i64, Option<i64>) = sqlx::query_as(LOCK)
        .bind(basis.catalog_version.map(|_| basis.company.0))
        .bind(changing)
        .bind(after)
        .bind(providers)
        .bind(units)
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    match (basis.catalog_version, version) {
        (Some(_), None) => Err(Error::Missing("company")),
        (expected, version) if expected != version => Err(Error::Stale("catalogue")),
        _ => Ok(()),
    }
}

/// Refuses a decision that rests on an appointment which has changed since. Their rows are locked by now.
async fn check_beside(connection: &mut PgConnection, basis: &Basis) -> Result<(), Error> {
    for (id, revision) in &basis.beside {
        let now: Option<i64> = sqlx::query_scalar("SELECT revision FROM appointment WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        if now.and_then(|now| u32::try_from(now).ok()) != Some(*revision) {
            return Err(Error::Stale("appointment"));
        }
    }
    Ok(())
}

async fn write_frame(connection: &mut PgConnection, basis: &Basis, frame: &Frame) -> Result<(), Error> {
    let query = match frame {
        Frame::Booking(booking) => sqlx::query(
            "INSERT INTO booking (id, company, created_at, details, customer) VALUES ($1, $2, $3, $4::text::json, $5)",
        )
        .bind(booking.id.0)
        .bind(booking.company.0)
        .bind(booking.created_at)
        .bind(to_json("booking", &booking.details)?)
        .bind(booking.customer.0),
        Frame::Series(series) => {
            let insert =
                "INSERT INTO series (id, company, created_at, details) VALUES ($1, $2, $3, $4::text::json)";
            sqlx::query(insert)
                .bind(series.id.0)
                .bind(series.company.0)
                .bind(series.created_at)
                .bind(to_json("series", &series.details)?)
        }
        Frame::Offer(offer) => return waitlist::offer(connection, basis.company, offer, basis.at).await,
    };
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}

async fn write_entry(
    connection: &mut PgConnection,
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
    for delivery in &entry.deliveries {
        ask(connection, basis, &entry.appointment, delivery).await?;
    }
    Ok(())
}

/// A statement that writes an appointment, and with it its trail and the decisions behind it: each statement is a way to
/// the server and back, while others wait for the number. The values of the trail come first, those of the decisions last.
macro_rules! with_trail {
    ($write:literal, $decisions:literal) => {
        concat!(
            "WITH written AS (",
            $write,
            " RETURNING id),
             told AS (
                 INSERT INTO event (appointment, revision, happened_at, actor, name, message, from_status, to_status,
                     rules_digest, attributes, by_id)
                 SELECT e.appointment, e.revision, e.happened_at, e.actor, e.name, e.message, e.from_status,
                     e.to_status, e.rules_digest, e.attributes::json, e.by_id
                 FROM written, unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[]) WITH ORDINALITY
                     AS e (appointment, revision, happened_at, actor, name, message, from_status, to_status,
                         rules_digest, attributes, by_id, n)
                 ORDER BY e.n
             ),
             decided AS (
                 INSERT INTO decision (company, appointment, point, outcome, digest, fuel, record, decided_at)
                 SELECT d.company, d.appointment, d.point, d.outcome, d.digest, d.fuel, d.record, d.decided_at
                 FROM written, unnest(",
            $decisions,
            ") WITH ORDINALITY
                     AS d (company, appointment, point, outcome, digest, fuel, record, decided_at, n)
                 ORDER BY d.n RETURNING id
             )
             SELECT (SELECT count(*) FROM written), ARRAY(SELECT id FROM decided ORDER BY id)"
        )
    };
}

const INSERT: &str = with_trail!(
    "INSERT INTO appointment (branch, service, customer, provider, name, status, revision, start_at, end_at,
         reserved_start_at, reserved_end_at, hold_until_at, predecessor, successor, updated_at, details,
         id, company, invoice_after_at, created_at, case_id, booking, series)
     VALUES ($12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27::text::json, $28, $29, $30,
         $31, $32, $33, $34)",
    "$35::uuid[], $36::uuid[], $37::text[], $38::text[], $39::text[], $40::bigint[], $41::bytea[], $42::timestamptz[]"
);

const UPDATE: &str = with_trail!(
    "UPDATE appointment SET branch = $12, service = $13, customer = $14, provider = $15, name = $16, status = $17,
         revision = $18, start_at = $19, end_at = $20, reserved_start_at = $21, reserved_end_at = $22,
         hold_until_at = $23, predecessor = $24, successor = $25, updated_at = $26, details = $27::text::json,
         invoice_after_at = $30
     WHERE id = $28 AND company = $29 AND revision = $31",
    "$32::uuid[], $33::uuid[], $34::text[], $35::text[], $36::text[], $37::bigint[], $38::bytea[], $39::timestamptz[]"
);

async fn insert(connection: &mut PgConnection, entry: &Entry) -> Result<(), Error> {
    let statement = bind_trail(sqlx::query_as(INSERT), &entry.events)?;
    let statement = bind_columns(statement, entry)
        .bind(entry.appointment.created_at)
        .bind(entry.appointment.case.map(|id| id.0))
        .bind(entry.appointment.booking.map(|id| id.0))
        .bind(entry.appointment.series.map(|id| id.0));
    let (_, decided) = bind_decisions(statement, &entry.decisions)
        .fetch_one(&mut *connection)
        .await
        .map_err(unless_taken("appointment_pkey", || Error::Exists("appointment")))?;
    decisions::keep_said(connection, &decided, &entry.decisions).await
}

async fn update(connection: &mut PgConnection, entry: &Entry, expected: u32) -> Result<(), Error> {
    let statement = bind_trail(sqlx::query_as(UPDATE), &entry.events)?;
    let statement = bind_columns(statement, entry).bind(i64::from(expected));
    let (written, decided) =
        bind_decisions(statement, &entry.decisions).fetch_one(&mut *connection).await.map_err(failed)?;
    if written == 0 {
        return Err(missing_or_stale(connection, &entry.appointment).await?);
    }
    decisions::keep_said(connection, &decided, &entry.decisions).await
}

/// How many appointments were written, and the numbers of the decisions in their order.
type Statement<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, (i64, Vec<i64>), sqlx::postgres::PgArguments>;

/// The first eleven values of both statements above: a list for each column.
fn bind_trail<'q>(statement: Statement<'q>, events: &'q [Event]) -> Result<Statement<'q>, Error> {
    let attributes = events.iter().map(|event| to_json("event", &event.attributes));
    Ok(statement
        .bind(events.iter().map(|event| event.appointment.0).collect::<Vec<_>>())
        .bind(events.iter().map(|event| i64::from(event.revision)).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.at).collect::<Vec<_>>())
        .bind(events.iter().map(|event| actor(event.actor)).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.message.as_str()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.from.map(|status| status.as_str())).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.to.as_str()).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.rules_digest.as_str()).collect::<Vec<_>>())
        .bind(attributes.collect::<Result<Vec<_>, _>>()?)
        .bind(events.iter().map(|event| event.by.as_ref().map(|by| by.id)).collect::<Vec<_>>()))
}

/// The nineteen values after them.
fn bind_columns<'q>(statement: Statement<'q>, entry: &'q Entry) -> Statement<'q> {
    let appointment = &entry.appointment;
    statement
        .bind(appointment.branch.0)
        .bind(appointment.service.0)
        .bind(appointment.customer.0)
        .bind(appointment.provider.0)
        .bind(&appointment.name)
        .bind(appointment.status.as_str())
        .bind(i64::from(appointment.revision))
        .bind(appointment.start)
        .bind(appointment.end)
        .bind(appointment.reserved_start)
        .bind(appointment.reserved_end)
        .bind(appointment.hold_until)
        .bind(appointment.predecessor.map(|id| id.0))
        .bind(appointment.successor.map(|id| id.0))
        .bind(appointment.updated_at)
        .bind(&entry.details)
        .bind(appointment.id.0)
        .bind(appointment.company.0)
        .bind(appointment.invoice_after)
}

/// The last eight values: a list for each column.
fn bind_decisions<'q>(statement: Statement<'q>, decisions: &'q [NewDecision]) -> Statement<'q> {
    let each = || decisions.iter();
    statement
        .bind(each().map(|decision| decision.company.0).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.appointment.map(|id| id.0)).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.point).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.outcome.as_str()).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.digest.as_str()).collect::<Vec<_>>())
        .bind(each().map(decisions::fuel).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.record.as_slice()).collect::<Vec<_>>())
        .bind(each().map(|decision| decision.at).collect::<Vec<_>>())
}

/// Why an appointment could not be changed.
async fn missing_or_stale(connection: &mut PgConnection, appointment: &Appointment) -> Result<Error, Error> {
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM appointment WHERE id = $1 AND company = $2)")
            .bind(appointment.id.0)
            .bind(appointment.company.0)
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    Ok(if exists { Error::Stale("appointment") } else { Error::Missing("appointment") })
}

async fn ask(
    connection: &mut PgConnection,
    basis: &Basis,
    appointment: &Appointment,
    delivery: &Outgoing,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO delivery (key, appointment, company, posting, after_keys, next_attempt_at, created_at)
         VALUES ($1, $2, $3, $4::text::json, $5, $6, $6)",
    )
    .bind(delivery.posting.key.as_str())
    .bind(appointment.id.0)
    .bind(basis.company.0)
    .bind(&delivery.json)
    .bind(delivery.after.iter().map(|key| key.as_str()).collect::<Vec<_>>())
    .bind(basis.at)
    .execute(connection)
    .await
    .map_err(|error| {
        if is_refusal(&error, "missing_prerequisite") {
            return Error::Missing("delivery that another comes after");
        }
        unless_taken("delivery_key_key", || Error::KeyTaken(delivery.posting.key.clone()))(error)
    })?;
    Ok(())
}
