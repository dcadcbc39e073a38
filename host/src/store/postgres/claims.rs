//! Taking time from providers and units, and giving it back: steps of the one transaction of a commit.
//!
//! Invariants: the providers' records and the units' roots are locked before the first claim is read or written, in the
//! order that [`super`] states; whoever changes a claim notes its days in [`Touched`], and the rows of these days are
//! made anew before the transaction ends.

use std::collections::BTreeSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{failed, unless_taken};
use super::rows::ids;
use crate::model::Claim;
use crate::store::days::{self, DAY_US, LONGEST_CLAIM_US, Taken};
use crate::store::error::is_refusal;
use crate::store::rendered::Entry;
use crate::store::{Error, Slots};

/// Providers and units, each with a day on which their claims have changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    providers: BTreeSet<(Uuid, i64)>,
    units: BTreeSet<(Uuid, i64)>,
}

/// A resource, and a span of it in microseconds.
type Span = (Uuid, i64, i64);

fn days_of((resource, start_us, end_us): Span) -> impl Iterator<Item = (Uuid, i64)> {
    days::touched(start_us, end_us).map(move |day| (resource, day))
}

impl Touched {
    /// Makes the rows of these days anew.
    pub(super) async fn settle(self, connection: &mut PgConnection) -> Result<(), Error> {
        for (provider, day) in self.providers {
            let taken = claimed(connection, OF_PROVIDER, provider, day).await?;
            rewrite(connection, provider, day, &taken).await?;
        }
        for (unit, day) in self.units {
            let taken = claimed(connection, OF_UNIT, unit, day).await?;
            rewrite(connection, unit, day, &taken).await?;
        }
        Ok(())
    }
}

/// Locks the providers and units whose time changes hands. Without it, two that ask for one slot would each find the
/// other's claim in the index and wait for each other.
pub(super) async fn lock(connection: &mut PgConnection, entries: &[Entry]) -> Result<(), Error> {
    let releasing = releasing(entries);
    let claims = || entries.iter().filter_map(taken);
    let providers = ids(claims().map(|claim| claim.provider));
    let units = ids(claims().flat_map(|claim| claim.units.iter().copied()));
    if releasing.is_empty() && providers.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "SELECT FROM record WHERE id = ANY (
             $1
             || ARRAY(SELECT provider FROM claim WHERE appointment = ANY ($3))
             || ARRAY(SELECT unit_root(unit) FROM unnest($2) AS taken (unit))
             || ARRAY(SELECT unit_root(unit) FROM unit_claim WHERE appointment = ANY ($3))
         ) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(providers)
    .bind(units)
    .bind(releasing)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

const fn taken(entry: &Entry) -> Option<&Claim> {
    match &entry.slots {
        Slots::Take(claim) => Some(claim),
        Slots::Keep | Slots::Release => None,
    }
}

fn releasing(entries: &[Entry]) -> Vec<Uuid> {
    ids(entries.iter().filter(|entry| entry.releases()).map(|entry| entry.appointment.id))
}

/// Gives back what appointments have taken.
pub(super) async fn release(
    connection: &mut PgConnection,
    entries: &[Entry],
    touched: &mut Touched,
) -> Result<(), Error> {
    let releasing = releasing(entries);
    if releasing.is_empty() {
        return Ok(());
    }
    let given: Vec<Span> = sqlx::query_as(
        "DELETE FROM claim WHERE appointment = ANY ($1) RETURNING provider,
             (extract(epoch FROM start_at) * 1000000)::bigint, (extract(epoch FROM end_at) * 1000000)::bigint",
    )
    .bind(&releasing)
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    touched.providers.extend(given.into_iter().flat_map(days_of));
    let given: Vec<Span> = sqlx::query_as(
        "DELETE FROM unit_claim WHERE appointment = ANY ($1) RETURNING unit,
             (extract(epoch FROM start_at) * 1000000)::bigint, (extract(epoch FROM end_at) * 1000000)::bigint",
    )
    .bind(&releasing)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    touched.units.extend(given.into_iter().flat_map(days_of));
    Ok(())
}

/// Takes time for an appointment from its provider and its units.
pub(super) async fn take(
    connection: &mut PgConnection,
    claim: &Claim,
    touched: &mut Touched,
) -> Result<(), Error> {
    let appointment = claim.appointment.to_string();
    let visit = claim.shared.as_ref().map_or(appointment.as_str(), |shared| shared.key.as_str());
    sqlx::query(
        "INSERT INTO claim (appointment, provider, start_at, end_at, visit, guests, seats)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(claim.appointment.0)
    .bind(claim.provider.0)
    .bind(claim.start)
    .bind(claim.end)
    .bind(visit)
    .bind(i64::from(claim.guests))
    .bind(claim.shared.as_ref().map(|shared| i64::from(shared.seats)))
    .execute(&mut *connection)
    .await
    .map_err(|error| refused(error, claim))?;
    let span = |resource| days_of((resource, claim.start.timestamp_micros(), claim.end.timestamp_micros()));
    touched.providers.extend(span(claim.provider.0));
    for unit in &claim.units {
        sqlx::query(
            "INSERT INTO unit_claim (appointment, unit, start_at, end_at, visit) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(claim.appointment.0)
        .bind(unit.0)
        .bind(claim.start)
        .bind(claim.end)
        .bind(visit)
        .execute(&mut *connection)
        .await
        .map_err(|error| refused(error, claim))?;
        touched.units.extend(span(unit.0));
    }
    Ok(())
}

/// The words with which the schema refuses a claim.
const REFUSALS: [&str; 4] = ["double_booking", "no_seat_left", "unit_taken", "visit_elsewhere"];

fn refused(error: sqlx::Error, claim: &Claim) -> Error {
    if REFUSALS.iter().any(|word| is_refusal(&error, word)) {
        return Error::DoubleBooking(claim.appointment);
    }
    unless_taken("double_booking", || Error::DoubleBooking(claim.appointment))(error)
}

const OF_PROVIDER: &str = "SELECT visit, (extract(epoch FROM start_at) * 1000000)::bigint,
         (extract(epoch FROM end_at) * 1000000)::bigint FROM claim
     WHERE provider = $1 AND start_at > $2 AND start_at < $3 AND end_at > $4";
const OF_UNIT: &str = "SELECT visit, (extract(epoch FROM start_at) * 1000000)::bigint,
         (extract(epoch FROM end_at) * 1000000)::bigint FROM unit_claim
     WHERE unit = $1 AND start_at > $2 AND start_at < $3 AND end_at > $4";

async fn claimed(
    connection: &mut PgConnection,
    query: &'static str,
    resource: Uuid,
    day: i64,
) -> Result<Vec<Taken>, Error> {
    let at = |micros: i64| {
        chrono::DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| Error::Corrupt("day", format!("{day} is out of range").into()))
    };
    let (start, end) = (day * DAY_US, (day + 1) * DAY_US);
    sqlx::query_as(query)
        .bind(resource)
        .bind(at(start - LONGEST_CLAIM_US)?)
        .bind(at(end)?)
        .bind(at(start)?)
        .fetch_all(connection)
        .await
        .map_err(failed)
}

async fn rewrite(
    connection: &mut PgConnection,
    resource: Uuid,
    day: i64,
    taken: &[Taken],
) -> Result<(), Error> {
    let query = match days::layers(day, taken) {
        None => sqlx::query("DELETE FROM busy WHERE resource = $1 AND day = $2").bind(resource).bind(day),
        Some((layers, minutes)) => sqlx::query(
            "INSERT INTO busy (resource, day, layers, minutes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (resource, day) DO UPDATE SET layers = excluded.layers, minutes = excluded.minutes",
        )
        .bind(resource)
        .bind(day)
        .bind(layers)
        .bind(minutes),
    };
    query.execute(connection).await.map_err(failed)?;
    Ok(())
}
