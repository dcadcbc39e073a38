//! What SQLite says, in the store's words.

use sqlx::error::DatabaseError;

use crate::store::error::{Error, explained};

/// SQLite's primary result codes for "somebody else has the lock": `SQLITE_BUSY` and `SQLITE_LOCKED`.
/// <https://www.sqlite.org/rescode.html>
const LOCKED: [i64; 2] = [5, 6];

/// The low byte of an extended result code is the primary one.
const PRIMARY: i64 = 0xff;

/// An error that no rule of the schema explains.
pub(in crate::store) fn failed(error: sqlx::Error) -> Error {
    explained(error, is_lock, |_| false)
}

/// [`failed`], but a value that has to be unique and is not becomes what `taken` says.
pub(super) fn unless_taken(taken: impl FnOnce() -> Error) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) {
            return taken();
        }
        failed(error)
    }
}

fn is_lock(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i64>().ok());
    code.is_some_and(|code| LOCKED.contains(&(code & PRIMARY)))
}
