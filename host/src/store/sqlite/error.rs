//! What SQLite says, in the store's words.

use sqlx::error::DatabaseError;

use crate::model::master::Kind;
use crate::store::error::{Error, explained};
use crate::store::extensions::ACTIVE_USE;

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

/// [`unless_taken`] for a master record: its identifier has to be unique, and the active use of an extension at a company.
pub(super) fn unless_recorded(kind: Kind) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        // SQLite names the columns of an index, and not the index.
        let database = error.as_database_error();
        let is_use =
            database.is_some_and(|database| database.message().ends_with("record.company, record.name"));
        unless_taken(|| Error::Exists(if is_use { ACTIVE_USE } else { kind.as_str() }))(error)
    }
}

fn is_lock(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i64>().ok());
    code.is_some_and(|code| LOCKED.contains(&(code & PRIMARY)))
}
