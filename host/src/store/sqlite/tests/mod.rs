//! The conformance suite on SQLite, and what only this engine can be asked.

mod schema;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tempfile::TempDir;

use super::Sqlite;
use crate::model::master::Kind;
use crate::store::conformance::house::{House, id, minute, record};
use crate::store::conformance::{Twice, conformance};
use crate::store::{AppointmentFilter, Diary, Error, Occupancy, Page, Records, SharedStore};

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
    let stores = join_all((0..8).map(|_| {
        let path = path.clone();
        tokio::spawn(async move { Sqlite::open(&path).await })
    }))
    .await;
    for store in stores {
        let store = store.expect("the task ends").expect("the file is shared");
        let company = id();
        store.insert(&record(Kind::Company, company, company), None).await.expect("the schema is there");
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let (_directory, path) = file();
    let store = Sqlite::open(&path).await.expect("a new database");
    let shared: SharedStore = Arc::new(store.clone());
    let house = House::build(&shared).await;
    let booked = house.store(&shared, house.hold(0, 60)).await.expect("a free slot");
    store.close().await;
    let store = Sqlite::open(&path).await.expect("the same database");
    assert_eq!(store.appointment(booked.id).await.expect("a read"), Some(booked));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_given_up_half_way_leaves_nothing_or_all() {
    let (_directory, store, house) = opened().await;
    let mut kept = 0;
    for n in 0..100_i64 {
        let commit = store.commit(house.decision(vec![house.hold(n * 60, n * 60 + 60)]));
        if tokio::time::timeout(Duration::from_micros(20) * u32::try_from(n).expect("small"), commit)
            .await
            .is_ok()
        {
            kept += 1;
        }
    }
    let last =
        store.commit(house.decision(vec![house.hold(9_000, 9_060)])).await.expect("a free slot").remove(0);
    let all = Page { after: None, limit: 1000 };
    let stored = store.appointments(&AppointmentFilter::default(), all).await.expect("a list");
    assert!(stored.len() > kept, "what was acknowledged is there");
    assert!(last.name.starts_with(&format!("APT-{:04}", stored.len())), "no number is lost: {}", last.name);
    let claims = store.claims(&[house.provider()], minute(0), minute(10_000)).await.expect("a list");
    assert_eq!(claims.len(), stored.len(), "each has its slot");
    for appointment in stored {
        assert_eq!(store.events(appointment.id).await.expect("a list").len(), 1, "each has its trail");
    }
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
