//! The conformance suite on SQLite, and what only this engine can be asked.

mod schema;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{QueryBuilder, Row as _};
use tempfile::TempDir;

use super::{DURABLE, RELAXED, Sqlite};
use crate::model::master::Kind;
use crate::store::conformance::house::{House, id, record};
use crate::store::conformance::{Twice, conformance, opening};
use crate::store::{Address, Diary, Error, Records, SharedStore};

conformance!(twice);

async fn twice() -> (TempDir, Twice) {
    let (directory, path) = file();
    let one = Arc::new(Sqlite::open(&path).await.expect("a new database"));
    let other = Arc::new(Sqlite::open(&path).await.expect("the same database"));
    (directory, Twice { one, other })
}

/// One handle, with its connections within reach.
async fn opened() -> (TempDir, Sqlite, House) {
    let (directory, path) = file();
    let store = Sqlite::open(&path).await.expect("a new database");
    let shared: SharedStore = Arc::new(store.clone());
    let house = House::build(&shared).await;
    (directory, store, house)
}

fn file() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("slotledger.db");
    (directory, path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_migrate_once() {
    let (_directory, path) = file();
    opening::at_once(&Address::Sqlite(path)).await;
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let (_directory, path) = file();
    opening::again(&Address::Sqlite(path)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_given_up_half_way_leaves_nothing_or_all() {
    let (_directory, store, house) = opened().await;
    let store: SharedStore = Arc::new(store);
    opening::given_up(&store, &house, Duration::from_micros(20)).await;
}

#[tokio::test]
async fn whatever_follows_an_outcome_that_may_be_lost_is_durable_again() {
    let (_directory, store, _) = opened().await;
    let level = async || {
        let level = sqlx::query_scalar::<_, i64>("PRAGMA synchronous").fetch_one(&store.writer).await;
        level.expect("a pragma")
    };
    let enclosed = |text: &'static str| {
        let mut statements = QueryBuilder::new(RELAXED);
        statements.push(text).push(DURABLE);
        statements
    };
    let within = store.execute_relaxed(enclosed("SELECT synchronous FROM pragma_synchronous")).await;
    let within = within.expect("it reads").iter().map(|row| row.get(0)).collect::<Vec<i64>>();
    assert_eq!((within, level().await), (vec![1], 2), "NORMAL, and FULL after it");
    // Half-way it fails: the rest of the text, which would end the transaction, is not executed.
    store.execute_relaxed(enclosed("DELETE FROM record; SELECT json('{')")).await.expect_err("no JSON");
    assert_eq!(level().await, 2);
    // Or whoever waits for it goes away, which may be anywhere in it.
    for micros in [0, 5, 20, 50, 100, 200] {
        let soon = Duration::from_micros(micros);
        let _ =
            tokio::time::timeout(soon, store.execute_relaxed(enclosed("SELECT count(*) FROM record"))).await;
        assert_eq!(level().await, 2);
    }
    store.begin().await.expect("no transaction is left behind").commit().await.expect("a commit");
}

#[tokio::test]
async fn commits_are_durable_and_readers_only_read() {
    let (_directory, store, _) = opened().await;
    let pragma = |name: &'static str| sqlx::query_scalar::<_, i64>(name);
    let synchronous = pragma("PRAGMA synchronous").fetch_one(&store.writer).await.expect("a pragma");
    assert_eq!(synchronous, 2, "FULL: the log is synced at every commit");
    let journal: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.writer).await.expect("a pragma");
    assert_eq!(journal, "wal");
    for pool in [&store.writer, &store.readers] {
        assert_eq!(pragma("PRAGMA foreign_keys").fetch_one(pool).await.expect("a pragma"), 1);
    }
    sqlx::query("DELETE FROM claim").execute(&store.readers).await.expect_err("readers do not write");
}

#[tokio::test]
async fn a_lock_held_too_long_is_reported_as_busy() {
    let (_directory, path) = file();
    let other = Sqlite::open(&path).await.expect("a new database");
    let store = Sqlite::open_waiting(&path, Duration::from_millis(20)).await.expect("the same database");
    let holding = other.begin().await.expect("nobody else writes");
    let refused = store.insert(&record(Kind::Company, id(), id()), None).await;
    assert!(matches!(refused, Err(Error::Busy(_))), "{refused:?}");
    holding.rollback().await.expect("a rollback");
    let company = id();
    store.insert(&record(Kind::Company, company, company), None).await.expect("the lock is free");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let (_directory, store, house) = opened().await;
    let booked = store.commit(house.decision(vec![house.hold(0, 60)])).await.expect("a free slot").remove(0);
    sqlx::query("UPDATE appointment SET revision = revision + 1, details = '{}'")
        .execute(&store.writer)
        .await
        .expect("the schema allows it");
    let corrupt = store.appointment(booked.id).await;
    assert!(matches!(corrupt, Err(Error::Corrupt("appointment", _))), "{corrupt:?}");
}
