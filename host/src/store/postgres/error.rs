//! What PostgreSQL says, in the store's words.

use sqlx::error::DatabaseError;

use crate::store::error::{Error, explained};

/// SQLSTATE: a deadlock, a serialization failure, a lock not given in time; no connection to be had, or not yet. In
/// each case nothing was changed. <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const BUSY: [&str; 5] = ["40P01", "40001", "55P03", "53300", "57P03"];

/// SQLSTATE: the server is told to stop, crashed, or ends a connection that was silent inside of a transaction.
const AWAY: [&str; 3] = ["57P01", "57P02", "25P03"];

/// An error that no rule of the schema explains.
pub(in crate::store) fn failed(error: sqlx::Error) -> Error {
    explained(error, |error| is_one_of(&BUSY, error), |error| is_one_of(&AWAY, error))
}

/// [`failed`], but a value that this constraint wants to be unique and that is not becomes what `taken` says.
pub(super) fn unless_taken(
    constraint: &'static str,
    taken: impl FnOnce() -> Error,
) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| if violates(&error, constraint) { taken() } else { failed(error) }
}

/// Whether this unique or exclusion constraint refused it.
fn violates(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().is_some_and(|database| database.constraint() == Some(constraint))
}

fn is_one_of(codes: &[&str], error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| codes.contains(&code.as_ref()))
}
