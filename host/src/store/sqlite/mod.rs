//! The store on SQLite: one file, any number of host processes on one machine.
//!
//! Invariants: a process has one connection that writes, and every write transaction begins with `BEGIN IMMEDIATE`, so
//! it waits for its turn at the start and never fails half-way for a lock. Commits are durable (`synchronous = FULL`):
//! an acknowledged booking survives a power cut; only what came of a try to deliver is looked up again after one
//! (decision 0027). Every statement is a constant or built from constants, so each is prepared once for a connection. Limits of
//! lists stand in the text: SQLite plans a statement anew each time that one is bound to it.
//!
//! What must hold whoever writes (no double booking, unique keys, whose turn a delivery is) stands in the schema,
//! `migrations/sqlite`.
//!
//! Deliberately absent: a database in memory, which would hide what locking does.

mod accounts;
mod agenda;
mod claims;
mod commit;
mod connections;
mod decisions;
mod diary;
mod error;
mod extensions;
mod identities;
mod keys;
mod occupancy;
mod outbox;
mod reconcile;
mod records;
mod reports;
mod requests;
mod roster;
mod rows;
mod samples;
mod search;
mod sessions;
#[cfg(test)]
mod tests;
mod views;
mod visits;
mod waitlist;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Acquire, QueryBuilder, Transaction};
use tokio::time::sleep;

pub(super) use self::error::failed;
use super::Error;

/// How long a statement waits for another process to finish its transaction, each of which takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a write waits for those of its own process before it; twice that, so that the cause is reported first.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads run beside the writer. They take well under a millisecond, so more connections would only take memory.
const READERS: u32 = 4;

/// Rows that are read ahead of whoever takes them. Two threads that hand over a few at a time wait for each other more than
/// they read.
const ROWS: usize = 1024;

/// SQLite refuses to begin a new file's write-ahead log, instead of waiting, while somebody else begins it.
const OPEN_TRIES: u32 = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// What begins a transaction that does not wait for the disk, and what ends it.
const RELAXED: &str = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; ";
const DURABLE: &str = "; COMMIT; PRAGMA synchronous = FULL";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The store on SQLite.
#[derive(Debug, Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Whether the connection that writes has not been told yet to wait for the disk again.
    relaxed: Arc<AtomicBool>,
}

impl Sqlite {
    /// Opens the database at `path`, makes it if there is none, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] if the file cannot be opened, [`Error::Migration`] if it was written by a newer version,
    /// [`Error::Busy`] if another process holds it for too long.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        for _ in 0..OPEN_TRIES {
            match Self::open_waiting(path, BUSY_TIMEOUT).await {
                Err(Error::Busy(_)) => sleep(OPEN_PAUSE).await,
                opened => return opened,
            }
        }
        Self::open_waiting(path, BUSY_TIMEOUT).await
    }

    async fn open_waiting(path: &Path, busy_timeout: Duration) -> Result<Self, Error> {
        let file = SqliteConnectOptions::new().filename(path).busy_timeout(busy_timeout).foreign_keys(true);
        let writing = file
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let relaxed = Arc::new(AtomicBool::new(false));
        let writer = durable_again(pool(1), &relaxed).connect_with(writing).await.map_err(failed)?;
        let reading = file.pragma("query_only", "on").row_buffer_size(ROWS);
        let readers = pool(READERS).connect_lazy_with(reading);
        let store = Self { writer, readers, relaxed };
        store.migrate().await?;
        Ok(store)
    }

    /// Closes every connection once it is idle, and folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// One transaction for all steps: two processes that start at once do not migrate twice, and none sees half.
    async fn migrate(&self) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let connection = transaction.acquire().await.map_err(failed)?;
        MIGRATIONS.run_direct(None, connection, false).await?;
        transaction.commit().await.map_err(failed)
    }

    /// Begins a write transaction; it is rolled back if it is dropped.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Sqlite>, Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)
    }

    /// Executes statements that [`RELAXED`] and [`DURABLE`] enclose, all of them in one go, and gives their rows. It is for what
    /// can be found out anew: a power cut before the next durable commit undoes it, whole.
    async fn execute_relaxed(
        &self,
        mut statements: QueryBuilder<sqlx::Sqlite>,
    ) -> Result<Vec<SqliteRow>, Error> {
        let mut connection = self.writer.acquire().await.map_err(failed)?;
        self.relaxed.store(true, Ordering::Relaxed);
        let rows = statements.build().fetch_all(&mut *connection).await.map_err(failed)?;
        self.relaxed.store(false, Ordering::Relaxed);
        Ok(rows)
    }
}

/// Whoever breaks off between [`RELAXED`] and [`DURABLE`] leaves the connection as it was before all the same. One that cannot be
/// brought back is closed.
fn durable_again(pool: SqlitePoolOptions, relaxed: &Arc<AtomicBool>) -> SqlitePoolOptions {
    let relaxed = Arc::clone(relaxed);
    pool.after_release(move |connection, _| {
        let relaxed = Arc::clone(&relaxed);
        Box::pin(async move {
            if relaxed.swap(false, Ordering::Relaxed) {
                // There may be no transaction: then it was the beginning that failed.
                let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
                sqlx::query("PRAGMA synchronous = FULL").execute(connection).await?;
            }
            Ok(true)
        })
    })
}

/// Connections are kept for ever, for the sake of their prepared statements, and not tested before use: a file
/// does not hang up.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(QUEUE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}
