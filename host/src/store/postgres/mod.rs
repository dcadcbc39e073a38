//! The store on PostgreSQL: one database, any number of host processes on any number of machines.
//!
//! Invariants: every transaction is READ COMMITTED and locks what it rests on by name; a statement after the lock sees
//! what the one before it in line has committed. Commits are durable (`synchronous_commit = on`): an acknowledged
//! booking survives the crash of the server. Every statement is a constant or built from constants, so each is prepared
//! once for a connection.
//!
//! Whoever locks does so in this order, and rows of one table in the order of their primary key, so that no two
//! transactions wait for each other:
//!
//! 1. `numbering`, where a new appointment needs a number;
//! 2. `answer`, by writing the answer to keep;
//! 3. `company`: shared by a decision that rests on the catalogue, exclusively by a change of its records;
//! 4. `appointment`: those that change, and those whose deliveries a new delivery comes after. A relay begins here,
//!    with the appointment of its delivery;
//! 5. `record`: the providers whose time is taken or given up, and for each of their units the unit that it is a part
//!    of in the end; the record that a change of the catalogue is about;
//! 6. `waitlist`: the place that a hold is offered to, or was;
//! 7. `delivery`: see `migrations/postgres/0003_outbox.sql` and `0012_resend.sql`. Leasing locks deliveries only, and skips locked ones.
//!
//! What must hold whoever writes (no double booking, unique keys, whose turn a delivery is) stands in the schema,
//! `migrations/postgres`. Locks only see to it that a race ends in a plain refusal and not in a deadlock.
//!
//! Deliberately absent: SERIALIZABLE, which would have every caller repeat what PostgreSQL could not order; and reads
//! from a replica, which may not know yet what was decided.

mod accounts;
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
mod turns;
mod views;
mod visits;
mod waitlist;

use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Transaction};

pub(super) use self::error::failed;
use self::turns::Turns;
use super::Error;

/// How long a request waits for a connection: longer than for a lock, so that the cause is reported first.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections of one host, unless it is told otherwise. A booking holds one for some milliseconds; a server takes a
/// hundred unless told otherwise.
pub const CONNECTIONS: u32 = 10;

/// How long a connection may lie idle and still be taken for alive.
const TRUSTED: Duration = Duration::from_secs(1);

/// What every connection is told when it begins.
const SETTINGS: [(&str, &str); 9] = [
    ("default_transaction_isolation", "read committed"),
    ("synchronous_commit", "on"),
    // Each transaction takes milliseconds. A host that froze or vanished in the middle of one holds its locks no longer
    // than this,
    ("idle_in_transaction_session_timeout", "5s"),
    // and whoever waits for them waits a little longer: nobody is refused because of it.
    ("lock_timeout", "8s"),
    ("statement_timeout", "60s"),
    ("timezone", "UTC"),
    // Each statement is planned once a connection: planning them anew took a tenth of the database's time. What a plan may
    // rest on, such as a state that has an index of its own, stands in the statement and not among its values.
    ("plan_cache_mode", "force_generic_plan"),
    // A plan made while a table was empty would read all of it, until the server looks at its size a minute later. All that
    // is asked for often has an index.
    ("enable_seqscan", "off"),
    // What has none looks expensive, and is not worth compiling.
    ("jit", "off"),
];

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The store on PostgreSQL.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
    turns: Arc<Turns>,
}

impl Postgres {
    /// Connects to the database and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] if there is no such database or it lets nobody in, [`Error::Migration`] if its schema was
    /// made by a newer version or may not be changed.
    pub async fn open(server: &PgConnectOptions) -> Result<Self, Error> {
        Self::open_with(server, CONNECTIONS).await
    }

    /// The same, with so many connections at most.
    ///
    /// # Errors
    ///
    /// See [`Self::open`].
    pub async fn open_with(server: &PgConnectOptions, connections: u32) -> Result<Self, Error> {
        let server = server.clone().application_name("slotledger");
        migrate(&server).await?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(QUEUE_TIMEOUT)
            // A connection that was just used is alive; asking it would be one round trip more for each statement.
            .test_before_acquire(false)
            .before_acquire(|connection, known| {
                Box::pin(async move {
                    if known.idle_for > TRUSTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(server.options(SETTINGS));
        Ok(Self { pool, turns: Arc::default() })
    }

    /// Closes every connection once it is idle.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction; it is rolled back if it is dropped.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Postgres>, Error> {
        self.pool.begin().await.map_err(failed)
    }
}

/// On a connection of its own: the migrator's lock is the connection's, and ends with it whatever happens. Hosts that
/// start at once wait here for the first of them.
async fn migrate(server: &PgConnectOptions) -> Result<(), Error> {
    let mut connection = server.connect().await.map_err(failed)?;
    let migrated = MIGRATIONS.run_direct(None, &mut connection, false).await;
    connection.close().await.map_err(failed)?;
    Ok(migrated?)
}
