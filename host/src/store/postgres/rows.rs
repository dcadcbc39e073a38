//! Columns to values. Instants are `timestamptz`, exact to the microsecond; JSON columns are selected as text.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::error::failed;
use crate::store::{Error, read};

/// A row, read column by column.
pub(super) struct Columns<'r>(pub(super) &'r PgRow);

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
        let id: Option<Uuid> = self.0.try_get(column).map_err(failed)?;
        Ok(id.map(T::from))
    }

    fn optional_instant(&self, column: &'static str) -> Result<Option<DateTime<Utc>>, Error> {
        self.0.try_get(column).map_err(failed)
    }
}

/// These identifiers as an array that a statement takes.
pub(super) fn ids<T: Into<Uuid>>(ids: impl IntoIterator<Item = T>) -> Vec<Uuid> {
    ids.into_iter().map(Into::into).collect()
}
