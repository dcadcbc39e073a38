//! What a store can refuse, and what can befall it.

use slotledger_erp::Key;
use sqlx::error::DatabaseError;

use crate::model::AppointmentId;

/// What a store can refuse, and what can befall it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record or appointment named does not exist.
    #[error("the {0} does not exist")]
    Missing(&'static str),
    /// It exists already.
    #[error("the {0} exists already")]
    Exists(&'static str),
    /// What the decision was made on has changed since.
    #[error("the {0} has changed since it was read")]
    Stale(&'static str),
    /// Nobody would administer everything any more.
    #[error("nobody else administers everything")]
    LastAdministrator,
    /// The catalogue that a record was judged on has changed since.
    #[error("the catalogue has changed since the record was judged")]
    Unjudged,
    /// A slot asked for belongs to another appointment.
    #[error("the time asked for by appointment {0} is taken")]
    DoubleBooking(AppointmentId),
    /// A delivery with this key exists.
    #[error("a delivery with key {0} exists already")]
    KeyTaken(Key),
    /// The idempotency key has an answer already.
    #[error("the request was answered meanwhile")]
    AnswerExists,
    /// The database is locked by somebody else for longer than the host waits. Nothing was changed.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// The database cannot be reached, or the connection to it broke: whether a commit under way was made is not known.
    #[error("the database cannot be reached")]
    Away(#[source] sqlx::Error),
    /// A row does not hold what it should.
    #[error("the stored {0} cannot be read")]
    Corrupt(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The database could not be brought up to date.
    #[error("the database could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// What an engine says, in the store's words, where no rule of the schema explains it. `is_busy` knows the engine's codes
/// for "somebody else has the lock", `is_away` those for "this connection ends".
pub(super) fn explained(
    error: sqlx::Error,
    is_busy: impl FnOnce(&dyn DatabaseError) -> bool,
    is_away: impl FnOnce(&dyn DatabaseError) -> bool,
) -> Error {
    if matches!(error, sqlx::Error::PoolTimedOut) || error.as_database_error().is_some_and(is_busy) {
        return Error::Busy(error);
    }
    if matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
    ) || error.as_database_error().is_some_and(is_away)
    {
        return Error::Away(error);
    }
    if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
        return Error::Corrupt("row", Box::new(error));
    }
    if error.as_database_error().is_some_and(DatabaseError::is_foreign_key_violation) {
        return Error::Missing("record that is named");
    }
    Error::Database(error)
}

/// Whether a trigger refused it with this word.
pub(super) fn is_refusal(error: &sqlx::Error, word: &str) -> bool {
    error.as_database_error().is_some_and(|database| database.message() == word)
}
