//! What can go wrong in the books, and what class of failure it is to the relay.

use std::path::PathBuf;
use std::time::Duration;

use slotledger_erp::{Failure, Reason};

/// How soon it is worth asking whether an accountant has posted a draft.
const DRAFT_PAUSE: Duration = Duration::from_secs(900);

/// Primary result codes of SQLite (sqlite.org/rescode.html), the low byte of the extended ones.
mod sqlite {
    pub(super) const BUSY: u32 = 5;
    pub(super) const LOCKED: u32 = 6;
    pub(super) const READONLY: u32 = 8;
    pub(super) const IOERR: u32 = 10;
    pub(super) const FULL: u32 = 13;
    pub(super) const CANTOPEN: u32 = 14;
}

/// Why the ledger could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting that no books can have.
    #[error("the ledger's setting `{setting}` cannot be {value}: {reason}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What it was.
        value: String,
        /// What it should be.
        reason: &'static str,
    },
    /// The file holds another company's books.
    #[error("the books are kept in {kept}, not in {asked}: use another file, or set the currency back")]
    Currency {
        /// What the file says, with its decimal places.
        kept: String,
        /// What was asked for.
        asked: String,
    },
    /// There is no such file, and it cannot be made; or it is no database.
    #[error("the ledger's file {} could not be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file's tables could not be brought up to date.
    #[error("the ledger's tables could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The request is understood and not possible.
    #[error("{message}")]
    Refused {
        /// What kind of thing stands in the way.
        reason: Reason,
        /// What is wrong with it.
        message: String,
        /// What somebody can do about it.
        fix: String,
    },
    /// It builds on a draft that nobody has posted yet.
    #[error("{number} is a draft, and has to be posted first")]
    Drafted {
        /// The draft's number.
        number: String,
    },
    /// The database did not do what it was told; nothing was stored.
    #[error("the ledger's database failed: {0}")]
    Store(#[from] sqlx::Error),
    /// The database failed while it was storing.
    #[error("the ledger's database failed while storing: {0}")]
    Commit(#[source] sqlx::Error),
    /// The file holds something the ledger never writes.
    #[error("the ledger's file is damaged: {0}")]
    Damaged(String),
}

impl Error {
    /// Whether somebody else has the file in hand.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Open { source, .. } | Self::Store(source) | Self::Commit(source) if waits(source))
    }

    pub(crate) fn refused(reason: Reason, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Refused { reason, message: message.into(), fix: fix.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Refused { reason, message, fix } => Self::refused(message, fix).because(reason),
            Error::Drafted { .. } => Self::busy(message, Some(DRAFT_PAUSE)),
            Error::Store(cause) if passes(&cause) => Self::retry(message),
            Error::Commit(cause) if waits(&cause) => Self::retry(message),
            Error::Commit(_) => Self::ambiguous(message),
            Error::Open { .. } => Self::retry(message),
            Error::Setting { .. } | Error::Currency { .. } | Error::Migrate(_) => {
                Self::refused(message, "Correct the ledger's settings.").because(Reason::Setup)
            }
            Error::Store(_) | Error::Damaged(_) => Self::bug(message),
        }
    }
}

/// Another process holds the file: the statement did nothing.
fn waits(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(sqlite::BUSY | sqlite::LOCKED))
}

/// Whether time, or room on the disk, would help.
fn passes(error: &sqlx::Error) -> bool {
    let outside = [sqlite::READONLY, sqlite::IOERR, sqlite::FULL, sqlite::CANTOPEN];
    waits(error)
        || matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_))
        || primary_code(error).is_some_and(|code| outside.contains(&code))
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}
