//! Taking time from providers and units, and giving it back: steps of the one transaction of a commit.
//!
//! Invariant: whoever changes a claim notes its days in [`Touched`], and the rows of these days are made anew before the
//! transaction ends.

use std::collections::BTreeSet;

use sqlx::{Row, SqliteConnection};

use super::error::failed;
use super::rows::{micros, text};
use crate::model::{AppointmentId, Claim};
use crate::store::Error;
use crate::store::days::{self, DAY_US, LONGEST_CLAIM_US, Taken};
use crate::store::error::is_refusal;

/// Providers and units, each with a day on which their claims have changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    providers: BTreeSet<(String, i64)>,
    units: BTreeSet<(String, i64)>,
}

impl Touched {
    fn provider(&mut self, provider: &str, start_us: i64, end_us: i64) {
        self.providers.extend(days::touched(start_us, end_us).map(|day| (provider.to_owned(), day)));
    }

    fn unit(&mut self, unit: &str, start_us: i64, end_us: i64) {
        self.units.extend(days::touched(start_us, end_us).map(|day| (unit.to_owned(), day)));
    }

    /// Makes the rows of these days anew.
    pub(super) async fn settle(self, connection: &mut SqliteConnection) -> Result<(), Error> {
        for (provider, day) in self.providers {
            let taken = claimed(connection, OF_PROVIDER, &provider, day).await?;
            rewrite(connection, &provider, day, &taken).await?;
        }
        for (unit, day) in self.units {
            let taken = claimed(connection, OF_UNIT, &unit, day).await?;
            rewrite(connection, &unit, day, &taken).await?;
        }
        Ok(())
    }
}

/// Gives back what an appointment has taken.
pub(super) async fn release(
    connection: &mut SqliteConnection,
    appointment: AppointmentId,
    touched: &mut Touched,
) -> Result<(), Error> {
    let id = text(appointment);
    let given = "DELETE FROM claim WHERE appointment = ? RETURNING provider, start_us, end_us";
    for row in sqlx::query(given).bind(&id).fetch_all(&mut *connection).await.map_err(failed)? {
        let (provider, start, end) = span(&row)?;
        touched.provider(&provider, start, end);
    }
    let given = "DELETE FROM unit_claim WHERE appointment = ? RETURNING unit, start_us, end_us";
    for row in sqlx::query(given).bind(&id).fetch_all(&mut *connection).await.map_err(failed)? {
        let (unit, start, end) = span(&row)?;
        touched.unit(&unit, start, end);
    }
    Ok(())
}

/// Takes time for an appointment from its provider and its units.
pub(super) async fn take(
    connection: &mut SqliteConnection,
    claim: &Claim,
    touched: &mut Touched,
) -> Result<(), Error> {
    let (appointment, provider) = (text(claim.appointment), text(claim.provider));
    let (start, end) = (micros(claim.start), micros(claim.end));
    let visit = claim.shared.as_ref().map_or_else(|| appointment.clone(), |shared| shared.key.clone());
    let insert = "INSERT INTO claim (appointment, provider, start_us, end_us, visit, guests, seats)
                  VALUES (?, ?, ?, ?, ?, ?, ?)";
    sqlx::query(insert)
        .bind(&appointment)
        .bind(&provider)
        .bind(start)
        .bind(end)
        .bind(&visit)
        .bind(claim.guests)
        .bind(claim.shared.as_ref().map(|shared| shared.seats))
        .execute(&mut *connection)
        .await
        .map_err(|error| taken(error, claim))?;
    touched.provider(&provider, start, end);
    for unit in claim.units.iter().map(|unit| text(*unit)) {
        let insert =
            "INSERT INTO unit_claim (appointment, unit, start_us, end_us, visit) VALUES (?, ?, ?, ?, ?)";
        sqlx::query(insert)
            .bind(&appointment)
            .bind(&unit)
            .bind(start)
            .bind(end)
            .bind(&visit)
            .execute(&mut *connection)
            .await
            .map_err(|error| taken(error, claim))?;
        touched.unit(&unit, start, end);
    }
    Ok(())
}

/// The words with which the schema refuses a claim.
const REFUSALS: [&str; 4] = ["double_booking", "no_seat_left", "unit_taken", "visit_elsewhere"];

fn taken(error: sqlx::Error, claim: &Claim) -> Error {
    if REFUSALS.iter().any(|word| is_refusal(&error, word)) {
        return Error::DoubleBooking(claim.appointment);
    }
    failed(error)
}

fn span(row: &sqlx::sqlite::SqliteRow) -> Result<(String, i64, i64), Error> {
    let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    read().map_err(failed)
}

const OF_PROVIDER: &str = "SELECT visit, start_us, end_us FROM claim
     WHERE provider = ? AND start_us > ? AND start_us < ? AND end_us > ?";
const OF_UNIT: &str = "SELECT visit, start_us, end_us FROM unit_claim
     WHERE unit = ? AND start_us > ? AND start_us < ? AND end_us > ?";

async fn claimed(
    connection: &mut SqliteConnection,
    query: &'static str,
    resource: &str,
    day: i64,
) -> Result<Vec<Taken>, Error> {
    let (start, end) = (day * DAY_US, (day + 1) * DAY_US);
    let rows = sqlx::query(query)
        .bind(resource)
        .bind(start - LONGEST_CLAIM_US)
        .bind(end)
        .bind(start)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter().map(span).collect()
}

async fn rewrite(
    connection: &mut SqliteConnection,
    resource: &str,
    day: i64,
    taken: &[Taken],
) -> Result<(), Error> {
    let query = match days::layers(day, taken) {
        None => sqlx::query("DELETE FROM busy WHERE resource = ? AND day = ?").bind(resource).bind(day),
        Some((layers, minutes)) => sqlx::query(
            "INSERT INTO busy (resource, day, layers, minutes) VALUES (?, ?, ?, ?)
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
