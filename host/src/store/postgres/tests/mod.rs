//! The conformance suite on PostgreSQL, and what only this engine can be asked.

mod races;
mod schema;

use std::sync::Arc;
use std::time::Duration;

use slotledger_postgres_server::Database;
use sqlx::postgres::PgConnectOptions;

use super::Postgres;
use crate::model::master::Kind;
use crate::store::conformance::house::{House, id, record};
use crate::store::conformance::{Twice, conformance, opening};
use crate::store::{Address, Error, Records, SharedStore};

conformance!(twice);

async fn twice() -> (Database, Twice) {
    let (database, server) = database();
    let one = Arc::new(Postgres::open(&server).await.expect("a new database"));
    let other = Arc::new(Postgres::open(&server).await.expect("the same database"));
    (database, Twice { one, other })
}

/// One handle, with its connections within reach.
async fn opened() -> (Database, Postgres, House) {
    let (database, server) = database();
    let store = Postgres::open(&server).await.expect("a new database");
    let shared: SharedStore = Arc::new(store.clone());
    let house = House::build(&shared).await;
    (database, store, house)
}

fn database() -> (Database, PgConnectOptions) {
    let database = Database::create().expect("a server");
    let server = database.url().parse().expect("an address");
    (database, server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_migrate_once() {
    let (_database, server) = database();
    opening::at_once(&Address::Postgres(server.into())).await;
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let (_database, server) = database();
    opening::again(&Address::Postgres(server.into())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_given_up_half_way_leaves_nothing_or_all() {
    let (_database, store, house) = opened().await;
    let store: SharedStore = Arc::new(store);
    opening::given_up(&store, &house, Duration::from_micros(60)).await;
}

#[tokio::test]
async fn commits_are_durable_whatever_the_server_is_set_to() {
    let (_database, store, _) = opened().await;
    let settings = [
        ("SHOW synchronous_commit", "on"),
        ("SHOW transaction_isolation", "read committed"),
        ("SHOW lock_timeout", "8s"),
        ("SHOW idle_in_transaction_session_timeout", "5s"),
    ];
    for (setting, expected) in settings {
        let found: String = sqlx::query_scalar(setting).fetch_one(&store.pool).await.expect("a setting");
        assert_eq!(found, expected, "{setting}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_reported_as_a_database_out_of_reach() {
    let (_database, store, _) = opened().await;
    let mut cut = store.begin().await.expect("a connection");
    let own: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *cut).await.expect("a number");
    sqlx::query("SELECT pg_terminate_backend($1)").bind(own).execute(&store.pool).await.expect("it is ended");
    let refused = sqlx::query("SELECT 1").execute(&mut *cut).await.map_err(super::failed);
    assert!(matches!(refused, Err(Error::Away(_))), "{refused:?}");
}

#[tokio::test]
async fn a_lock_held_too_long_is_reported_as_busy() {
    let (_database, server) = database();
    let other = Postgres::open(&server).await.expect("a new database");
    let store = Postgres {
        pool: sqlx::postgres::PgPoolOptions::new()
            .connect_lazy_with(server.clone().options([("lock_timeout", "20ms")])),
        turns: std::sync::Arc::default(),
    };
    let company = id();
    other.insert(&record(Kind::Company, company, company), None).await.expect("a new record");
    let mut holding = other.begin().await.expect("a connection");
    sqlx::query("SELECT FROM company FOR UPDATE").execute(&mut *holding).await.expect("a lock");
    let branch = record(Kind::Branch, id(), company);
    let refused = store.insert(&branch, None).await;
    assert!(matches!(refused, Err(Error::Busy(_))), "{refused:?}");
    let stuck = store.replace(&record(Kind::Company, company, company), 1, None).await;
    assert!(matches!(stuck, Err(Error::Busy(_))), "{stuck:?}");
    holding.rollback().await.expect("a rollback");
    store.insert(&branch, None).await.expect("the lock is free");
}
