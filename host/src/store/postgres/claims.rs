//! Taking time from providers and units, and giving it back: steps of the one transaction of a commit.
//!
//! Invariants: the providers' records and the units' roots are locked before the first claim is read or written, in the
//! order that [`super`] states; whoever changes a claim notes its days in [`Touched`], and the rows of these days are
//! made anew before the transaction ends.

use std::collections::{BTreeMap, BTreeSet};

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
        let mut rows = claimed(connection, OF_PROVIDERS, self.providers).await?;
        rows.extend(claimed(connection, OF_UNITS, self.units).await?);
        rewrite(connection, &rows).await
    }
}

/// The providers and units whose time is taken, to be locked before any of it is, unless time is given up as well.
///
/// Without the lock, two that ask for one slot would each find the other's claim in the index and wait for each other.
pub(super) fn taken(entries: &[Entry]) -> (Vec<Uuid>, Vec<Uuid>) {
    if entries.iter().any(Entry::releases) { (Vec::new(), Vec::new()) } else { owners(entries) }
}

fn owners(entries: &[Entry]) -> (Vec<Uuid>, Vec<Uuid>) {
    let claims = || entries.iter().filter_map(claim);
    let units = claims().flat_map(|claim| claim.units.iter().copied());
    (ids(claims().map(|claim| claim.provider)), ids(units))
}

/// Locks the providers and units whose time is given up, and with them those whose time is taken. Which they are is read
/// once the appointments are locked: until then others may move them.
pub(super) async fn lock_released(connection: &mut PgConnection, entries: &[Entry]) -> Result<(), Error> {
    let releasing = releasing(entries);
    if releasing.is_empty() {
        return Ok(());
    }
    let (providers, units) = owners(entries);
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

const fn claim(entry: &Entry) -> Option<&Claim> {
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

/// The claims of some resources, each on a day.
macro_rules! of_days {
    ($claims:literal) => {
        concat!(
            "SELECT t.resource, t.day, c.visit, (extract(epoch FROM c.start_at) * 1000000)::bigint,
                 (extract(epoch FROM c.end_at) * 1000000)::bigint
             FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
                 AS t (resource, day, earliest, starts, ends)
             CROSS JOIN LATERAL (",
            $claims,
            " = t.resource AND start_at > t.earliest AND start_at < t.ends AND end_at > t.starts OFFSET 0) c"
        )
    };
}

const OF_PROVIDERS: &str = of_days!("SELECT visit, start_at, end_at FROM claim WHERE provider");
const OF_UNITS: &str = of_days!("SELECT visit, start_at, end_at FROM unit_claim WHERE unit");

/// The claims of each resource on its day, also where there are none left.
type Days = BTreeMap<(Uuid, i64), Vec<Taken>>;

async fn claimed(
    connection: &mut PgConnection,
    query: &'static str,
    touched: BTreeSet<(Uuid, i64)>,
) -> Result<Days, Error> {
    if touched.is_empty() {
        return Ok(Days::new());
    }
    let at = |micros: i64| {
        chrono::DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| Error::Corrupt("day", format!("{micros} is out of range").into()))
    };
    let starting = |before: i64| touched.iter().map(move |(_, day)| at(day * DAY_US - before));
    let found: Vec<(Uuid, i64, String, i64, i64)> = sqlx::query_as(query)
        .bind(touched.iter().map(|(resource, _)| *resource).collect::<Vec<_>>())
        .bind(touched.iter().map(|(_, day)| *day).collect::<Vec<_>>())
        .bind(starting(LONGEST_CLAIM_US).collect::<Result<Vec<_>, _>>()?)
        .bind(starting(0).collect::<Result<Vec<_>, _>>()?)
        .bind(starting(-DAY_US).collect::<Result<Vec<_>, _>>()?)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let mut days: Days = touched.into_iter().map(|of| (of, Vec::new())).collect();
    for (resource, day, visit, start, end) in found {
        days.entry((resource, day)).or_default().push((visit, start, end));
    }
    Ok(days)
}

async fn rewrite(connection: &mut PgConnection, days: &Days) -> Result<(), Error> {
    let rows = days.iter().map(|((resource, day), taken)| (*resource, *day, days::layers(*day, taken)));
    let (mut free, mut busy) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new(), Vec::new(), Vec::new()));
    for (resource, day, layers) in rows {
        match layers {
            None => {
                free.0.push(resource);
                free.1.push(day);
            }
            Some((layers, minutes)) => {
                busy.0.push(resource);
                busy.1.push(day);
                busy.2.push(layers);
                busy.3.push(minutes);
            }
        }
    }
    if !free.0.is_empty() {
        sqlx::query(
            "DELETE FROM busy USING unnest($1::uuid[], $2::bigint[]) AS t (resource, day)
             WHERE busy.resource = t.resource AND busy.day = t.day",
        )
        .bind(free.0)
        .bind(free.1)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    if !busy.0.is_empty() {
        sqlx::query(
            "INSERT INTO busy (resource, day, layers, minutes)
             SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::bigint[])
             ON CONFLICT (resource, day) DO UPDATE SET layers = excluded.layers, minutes = excluded.minutes",
        )
        .bind(busy.0)
        .bind(busy.1)
        .bind(busy.2)
        .bind(busy.3)
        .execute(connection)
        .await
        .map_err(failed)?;
    }
    Ok(())
}
