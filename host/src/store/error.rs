//! What a store can refuse, and what can befall it.

use slotledger_erp::Key;

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
