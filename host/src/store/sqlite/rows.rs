//! Columns to values and back. Every instant is a whole number of microseconds since 1970, UTC.

use chrono::{DateTime, SubsecRound, Utc};
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::error::failed;
use crate::model::{Appointment, Payment, Quote, SharedVisit, Timing, UnitId};
use crate::store::Error;

/// The finest part of a second that is kept, in digits.
const DIGITS: u16 = 6;

/// An instant as a column holds it.
pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// An instant as it will be read back.
pub(super) fn kept(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(DIGITS)
}

/// The instant a column holds.
pub(super) fn instant(micros: i64) -> Result<DateTime<Utc>, Error> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| Error::Corrupt("instant", format!("{micros} is out of range").into()))
}

/// An identifier as a column holds it.
pub(super) fn text(id: impl Into<Uuid>) -> String {
    id.into().hyphenated().to_string()
}

/// The JSON a column shall hold.
pub(super) fn to_json(what: &'static str, value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// The value whose JSON a column holds.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// A plain enumeration's value by its name.
pub(super) fn from_word<'de, T: Deserialize<'de>>(what: &'static str, word: &'de str) -> Result<T, Error> {
    let deserializer: StrDeserializer<'de, WordError> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// What of an appointment nobody searches by, kept as one JSON object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Details {
    pub(super) guests: u32,
    pub(super) quote: Quote,
    pub(super) payments: Vec<Payment>,
    pub(super) units: Vec<UnitId>,
    pub(super) shared: Option<SharedVisit>,
    pub(super) timing: Timing,
    pub(super) reschedules: u32,
    pub(super) location: Option<String>,
    pub(super) notes: String,
    pub(super) remarks: String,
    pub(super) cancellation_reason: Option<String>,
}

impl Details {
    pub(super) fn of(appointment: &Appointment) -> Self {
        Self {
            guests: appointment.guests,
            quote: appointment.quote.clone(),
            payments: appointment.payments.clone(),
            units: appointment.units.clone(),
            shared: appointment.shared.clone(),
            timing: appointment.timing.clone(),
            reschedules: appointment.reschedules,
            location: appointment.location.clone(),
            notes: appointment.notes.clone(),
            remarks: appointment.remarks.clone(),
            cancellation_reason: appointment.cancellation_reason.clone(),
        }
    }
}

/// A row, read column by column.
pub(super) struct Columns<'r>(pub(super) &'r SqliteRow);

impl<'r> Columns<'r> {
    pub(super) fn integer(&self, column: &'static str) -> Result<i64, Error> {
        self.0.try_get(column).map_err(failed)
    }

    pub(super) fn count(&self, column: &'static str) -> Result<u32, Error> {
        u32::try_from(self.integer(column)?).map_err(|error| Error::Corrupt(column, Box::new(error)))
    }

    pub(super) fn text(&self, column: &'static str) -> Result<&'r str, Error> {
        self.0.try_get(column).map_err(failed)
    }

    pub(super) fn optional_count(&self, column: &'static str) -> Result<Option<u32>, Error> {
        let count: Option<i64> = self.0.try_get(column).map_err(failed)?;
        let count = count.map(u32::try_from).transpose();
        count.map_err(|error| Error::Corrupt(column, Box::new(error)))
    }

    pub(super) fn bytes(&self, column: &'static str) -> Result<&'r [u8], Error> {
        self.0.try_get(column).map_err(failed)
    }

    pub(super) fn optional_text(&self, column: &'static str) -> Result<Option<&'r str>, Error> {
        self.0.try_get(column).map_err(failed)
    }

    pub(super) fn id<T: From<Uuid>>(&self, column: &'static str) -> Result<T, Error> {
        parse_id(column, self.text(column)?)
    }

    pub(super) fn optional_id<T: From<Uuid>>(&self, column: &'static str) -> Result<Option<T>, Error> {
        self.optional_text(column)?.map(|id| parse_id(column, id)).transpose()
    }

    pub(super) fn instant(&self, column: &'static str) -> Result<DateTime<Utc>, Error> {
        instant(self.integer(column)?)
    }

    pub(super) fn optional_instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Error> {
        let micros: Option<i64> = self.0.try_get(column).map_err(failed)?;
        micros.map(instant).transpose()
    }
}

fn parse_id<T: From<Uuid>>(what: &'static str, id: &str) -> Result<T, Error> {
    Uuid::parse_str(id).map(T::from).map_err(|error| Error::Corrupt(what, Box::new(error)))
}

/// The pattern that finds `text` anywhere, for `LIKE … ESCAPE '\'`.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
