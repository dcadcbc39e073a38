//! The stores that runs are made on: one for each run, with the house in it and nothing booked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use slotledger::store::sqlite::Sqlite;
use slotledger::store::{Address, SharedStore};
use slotledger::wasm::Rules;
use slotledger_postgres_server::Database;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::clock::Settable;
use super::house::{self, House, app, begin};

/// The file that hosts on SQLite keep everything in.
const FILE: &str = "store.sqlite";

/// Connections that are in the middle of something, but for the one that asks.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'";

/// Makes grounds.
pub(super) struct Template {
    /// A file with the house in it, copied for each run; none on PostgreSQL, where each run builds its own.
    file: Option<(TempDir, House, u64)>,
    pub(super) rules: Rules,
}

/// Where one run takes place.
pub(super) struct Ground {
    address: Address,
    pub(super) house: House,
    pub(super) clock: Arc<Settable>,
    keeper: Keeper,
}

/// What holds a ground, and takes it away when it is dropped.
enum Keeper {
    Directory { _directory: TempDir },
    Database { database: Database },
}

impl Template {
    /// Files in memory.
    pub(super) async fn sqlite() -> Self {
        let (directory, rules) = (directory(), rules());
        let clock = Arc::new(Settable::at(begin(), 1));
        let store = Sqlite::open(&directory.path().join(FILE)).await.expect("a store");
        let house = house::build(&app(Arc::new(store.clone()), rules.clone(), clock.clone())).await;
        // The file is copied without its log.
        store.close().await;
        Self { file: Some((directory, house, clock.given())), rules }
    }

    /// Databases of one server.
    pub(super) fn postgres() -> Self {
        Self { file: None, rules: rules() }
    }

    /// The ground of one run.
    pub(super) async fn ground(&self) -> Ground {
        let Some((from, house, next_id)) = &self.file else { return self.database().await };
        let directory = directory();
        let file = directory.path().join(FILE);
        std::fs::copy(from.path().join(FILE), &file).expect("a copy");
        Ground {
            address: Address::Sqlite(file),
            house: house.clone(),
            clock: Arc::new(Settable::at(begin(), *next_id)),
            keeper: Keeper::Directory { _directory: directory },
        }
    }

    async fn database(&self) -> Ground {
        let database = Database::create().expect("PostgreSQL is installed");
        let address: Address = database.url().parse().expect("an address");
        let clock = Arc::new(Settable::at(begin(), 1));
        let store = address.open().await.expect("a store");
        let house = house::build(&app(store, self.rules.clone(), clock.clone())).await;
        Ground { address, house, clock, keeper: Keeper::Database { database } }
    }
}

impl Ground {
    /// Opens the store once more.
    pub(super) async fn open(&self) -> SharedStore {
        self.address.open().await.expect("the store opens")
    }

    /// Waits until whatever a host has begun on this store and was cut off in is either done or undone.
    pub(super) async fn settle(&self, store: &SharedStore) {
        match &self.keeper {
            // Its only writer takes one thing after the other.
            Keeper::Directory { .. } => {
                store.forget_answers(chrono::DateTime::UNIX_EPOCH).await.expect("the store goes on");
            }
            Keeper::Database { database } => {
                let mut server = PgConnection::connect(&database.url()).await.expect("a connection");
                while sqlx::query_scalar::<_, i64>(BUSY).fetch_one(&mut server).await.expect("a number") > 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                server.close().await.expect("it is closed");
            }
        }
    }
}

/// Compiled once for all of the tests.
fn rules() -> Rules {
    let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules");
    Rules::embedded(Some(&compiled)).expect("the shipped rules")
}

/// In memory where the system offers it: a run commits durably after each step.
fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a directory")
}
