//! Columns to values and back. Every instant is a whole number of microseconds since 1970, UTC.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::error::failed;
use crate::store::{Error, read};

/// An instant as a column holds it.
pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
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

/// A row, read column by column.
pub(super) struct Columns<'r>(pub(super) &'r SqliteRow);

impl read::Columns for Columns<'_> {
    fn bytes(&self, column: &'static str) -> Result<&[u8], Error> {
        self.0.try_get(column).map_err(failed)
    }

    fn optional_integer(&self, column: &'static str) -> Result<Option<i64>, Error> {
        self.0.try_get(column).map_err(failed)
    }

    fn flag(&self, column: &'static str) -> Result<bool, Error> {
        self.0.try_get(column).map_err(failed)
    }

    fn text(&self, column: &'static str) -> Result<&str, Error> {
        self.0.try_get(column).map_err(failed)
    }

    fn optional_text(&self, column: &'static str) -> Result<Option<&str>, Error> {
        self.0.try_get(column).map_err(failed)
    }

    fn optional_id<T: From<Uuid>>(&self, column: &'static str) -> Result<Option<T>, Error> {
        self.optional_text(column)?.map(|id| parse_id(column, id)).transpose()
    }

    fn optional_instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Error> {
        let micros: Option<i64> = self.0.try_get(column).map_err(failed)?;
        micros.map(instant).transpose()
    }
}

fn parse_id<T: From<Uuid>>(what: &'static str, id: &str) -> Result<T, Error> {
    Uuid::parse_str(id).map(T::from).map_err(|error| Error::Corrupt(what, Box::new(error)))
}
