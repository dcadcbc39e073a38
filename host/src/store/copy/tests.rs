//! Both ways, and what is refused.

use std::time::Duration;

use slotledger_postgres_server::Database;
use tempfile::TempDir;

use super::tables::{self, DERIVED, DERIVED_TABLES, PAGE};
use super::*;
use crate::model::master::Kind;
use crate::model::{ApiKey, Status};
use crate::store::conformance::accounts::let_in;
use crate::store::conformance::connections::known;
use crate::store::conformance::extensions::extended;
use crate::store::conformance::house::{
    House, cancel, claim as claim_of, id, minute, next, record, retry, span,
};
use crate::store::conformance::outbox::{done, parked};
use crate::store::conformance::reconcile::seen;
use crate::store::conformance::visits::worked;
use crate::store::conformance::waitlist::place;
use crate::store::{Booking, Commit, Frame, Series, SharedStore, Slots};

/// A file and a database, both empty.
fn sides() -> (TempDir, Database, [Address; 2]) {
    let directory = tempfile::tempdir().expect("a directory");
    let database = Database::create().expect("a server");
    let file = Address::Sqlite(directory.path().join("store.sqlite"));
    let server = database.url().parse().expect("an address");
    (directory, database, [file, server])
}

/// Something in every table, and a delivery in every state: done, parked, leased, pending behind each.
async fn fill(store: &SharedStore) -> House {
    let house = House::sample(store).await;
    let first =
        house.ask(store, 0, &[("a/1", &[]), ("a/2", &["a/1"]), ("a/3", &["a/2"]), ("a/4", &[])]).await;
    let second = house.ask(store, 20, &[("b/1", &["a/2"]), ("b/2", &[])]).await;
    let mut confirm = next(&first, Status::Confirmed);
    confirm.appointment.successor = Some(second.id);
    house.store(store, confirm).await.expect("revision 1");
    let gone = house.store(store, house.hold(100, 160)).await.expect("a free slot");
    house.store(store, cancel(&gone)).await.expect("revision 1");
    let body = |stored: &[&crate::model::Appointment]| stored[0].name.clone();
    store.commit(house.answered(vec![house.hold(200, 260)], "k", &body)).await.expect("a free slot");
    frames(store, &house).await;
    store.add_key(&ApiKey::administrators(id(), "0".repeat(64), "desk", minute(0))).await.expect("a new key");
    let_in(store, first.id).await;
    worked(store, first.id).await;
    for outcome in [done, |_: &_| parked()] {
        let delivery = claim(store).await.remove(0);
        assert!(
            store.finish_delivery(delivery.id, "r", &outcome(&delivery), span(1)).await.expect("a write")
        );
    }
    assert_eq!(claim(store).await.len(), 1, "one is leased");
    let waiting = store.deliveries(&Default::default(), 0, 100).await.expect("a list");
    retry(&**store, waiting.last().expect("one").id, 0).await.expect("it waits");
    known(store).await;
    seen(store, &house).await;
    extended(store, &house).await;
    house
}

/// A booking and a series, each of one appointment that uses a unit.
async fn frames(store: &SharedStore, house: &House) {
    let unit = id();
    store.insert(&record(Kind::Unit, unit, house.company), None).await.expect("a new record");
    let (company, created_at, details) = (house.company.into(), minute(0), serde_json::json!({ "n": 1 }));
    let booking = Booking {
        id: id().into(),
        company,
        customer: house.customer.into(),
        created_at,
        details: details.clone(),
    };
    let series = Series { id: id().into(), company, created_at, details };
    for (from, frame) in [(300, Frame::Booking(booking.clone())), (400, Frame::Series(series.clone()))] {
        let mut change = house.hold(from, from + 60);
        change.appointment.units = vec![unit.into()];
        match &frame {
            Frame::Booking(booking) => change.appointment.booking = Some(booking.id),
            Frame::Series(series) => change.appointment.series = Some(series.id),
            Frame::Offer(_) => {}
        }
        change.slots = Slots::Take(claim_of(&change.appointment));
        let commit = Commit { frame: Some(frame), ..house.decision(vec![change]) };
        let stored = store.commit(commit).await.expect("a free slot").remove(0);
        assert_eq!(store.appointment(stored.id).await.expect("a read"), Some(stored));
    }
    let wait = place(house, 0, 10_000);
    store.add_wait(&wait, None).await.expect("a new place");
    assert_eq!(store.booking(booking.id).await.expect("a read"), Some(booking));
    assert_eq!(store.series(series.id).await.expect("a read"), Some(series));
}

async fn claim(store: &SharedStore) -> Vec<crate::model::Delivery> {
    store.claim_deliveries("r", Duration::from_secs(60), minute(1), 1, &[]).await.expect("a claim")
}

async fn rows(address: &Address) -> Vec<Vec<Row>> {
    let mut side = open(address).await.expect("it opens");
    let mut tables = Vec::new();
    for table in tables::all() {
        tables.push(side.page(table, None).await.expect("rows"));
    }
    tables
}

/// What the house does next, the same on every copy.
async fn go_on(store: &SharedStore, house: &House) -> Vec<String> {
    let booked = house.store(store, house.hold(1_000, 1_060)).await.expect("a free slot");
    let refused = house.store(store, house.hold(200, 230)).await;
    assert!(matches!(refused, Err(StoreError::DoubleBooking(_))), "{refused:?}");
    let mut said = vec![booked.name];
    for delivery in store.deliveries(&Default::default(), 0, 100).await.expect("a list") {
        let _ = retry(&**store, delivery.id, 100).await;
    }
    loop {
        let lease = Duration::from_secs(60);
        let claimed = store.claim_deliveries("s", lease, minute(100), 1, &[]).await.expect("a claim");
        let Some(delivery) = claimed.first() else { return said };
        said.push(delivery.posting.key.as_str().to_owned());
        assert!(store.finish_delivery(delivery.id, "s", &done(delivery), span(100)).await.expect("a write"));
    }
}

async fn there_and_back(first: &Address, second: &Address, third: &Address) {
    let store = first.open().await.expect("a new store");
    let house = fill(&store).await;
    let mut told = Vec::new();
    copy(first, second, &mut |progress| told.push(progress)).await.expect("an empty target");
    let tables =
        told.iter().filter(|progress| progress.done == progress.total).map(|progress| progress.table);
    let mut tables = tables.collect::<Vec<_>>();
    tables.dedup();
    assert_eq!(tables, tables::all().map(|table| table.name).collect::<Vec<_>>());
    copy(second, third, &mut |_| {}).await.expect("an empty target");
    let expected = rows(first).await;
    assert!(expected.iter().all(|rows| !rows.is_empty()), "there is something in every table");
    assert_eq!(rows(second).await, expected);
    assert_eq!(rows(third).await, expected);
    let expected = go_on(&store, &house).await;
    assert!(expected.len() > 4, "{expected:?}");
    for copied in [second, third] {
        assert_eq!(go_on(&copied.open().await.expect("it opens"), &house).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_moved_to_a_server_and_back() {
    let (directory, _database, [file, server]) = sides();
    there_and_back(&file, &server, &Address::Sqlite(directory.path().join("back.sqlite"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_moved_to_a_file_and_back() {
    let (_directory, _database, [file, server]) = sides();
    let back = Database::create().expect("a server");
    there_and_back(&server, &file, &back.url().parse().expect("an address")).await;
}

#[tokio::test]
async fn tables_longer_than_a_page_are_copied_whole() {
    let (_directory, _database, [file, server]) = sides();
    let store = file.open().await.expect("a new store");
    let company = id();
    store.insert(&record(crate::model::master::Kind::Company, company, company), None).await.expect("new");
    for _ in 0..PAGE * 2 {
        store.insert(&record(crate::model::master::Kind::Customer, id(), company), None).await.expect("new");
    }
    let mut records = 0;
    copy(&file, &server, &mut |progress| {
        if progress.table == "record" {
            records = progress.done;
        }
    })
    .await
    .expect("an empty target");
    assert_eq!(records, i64::try_from(PAGE * 2 + 1).expect("small"));
}

#[tokio::test]
async fn a_target_that_is_not_empty_is_left_alone() {
    let (_directory, _database, [file, server]) = sides();
    for (from, to) in [(&file, &server), (&server, &file)] {
        let store = to.open().await.expect("it opens");
        store
            .add_key(&ApiKey::administrators(id(), "1".repeat(64), "desk", minute(0)))
            .await
            .expect("a new key");
        let refused = copy(from, to, &mut |_| {}).await.expect_err("there is a key");
        assert!(matches!(refused, Error::NotEmpty("api_key")), "{refused:?}");
    }
}

#[tokio::test]
async fn triggers_are_back_after_a_copy() {
    let (directory, _database, [file, server]) = sides();
    fill(&file.open().await.expect("a new store")).await;
    let back = Address::Sqlite(directory.path().join("back.sqlite"));
    copy(&file, &server, &mut |_| {}).await.expect("an empty target");
    copy(&server, &back, &mut |_| {}).await.expect("an empty target");
    let (Address::Postgres(server), Address::Sqlite(back)) = (&server, &back) else { panic!("two engines") };
    let pool = sqlx::PgPool::connect_with((**server).clone()).await.expect("a connection");
    let refused = sqlx::query("DELETE FROM event").execute(&pool).await.expect_err("history stays");
    assert!(refused.to_string().contains("event_append_only"), "{refused}");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(back);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("a connection");
    let refused = sqlx::query("DELETE FROM event").execute(&pool).await.expect_err("history stays");
    assert!(refused.to_string().contains("event_append_only"), "{refused}");
}

/// Sorted `table.column`, but for those that are derived.
fn sorted(columns: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let is_derived = |table: &str| DERIVED_TABLES.iter().any(|derived| table.starts_with(derived));
    let kept = columns.into_iter().filter(|(table, column)| {
        !is_derived(table) && !DERIVED.contains(&(table.as_str(), column.as_str()))
    });
    let mut names = kept.map(|(table, column)| format!("{table}.{column}")).collect::<Vec<_>>();
    names.sort();
    names
}

#[tokio::test]
async fn every_column_of_sqlite_is_copied() {
    let (_directory, _database, [file, _]) = sides();
    file.open().await.expect("a new store");
    let Address::Sqlite(path) = &file else { panic!("a file") };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("a connection");
    let there: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '!_sqlx%' ESCAPE '!'",
    )
    .fetch_all(&pool)
    .await
    .expect("the schema");
    let copied = tables::all().flat_map(|table| {
        table.columns.iter().map(|column| (table.name.to_owned(), column.sqlite.to_owned()))
    });
    assert_eq!(sorted(copied), sorted(there));
}

#[tokio::test]
async fn every_column_of_postgres_is_copied() {
    let (_directory, _database, [_, server]) = sides();
    server.open().await.expect("a new store");
    let Address::Postgres(options) = &server else { panic!("a server") };
    let pool = sqlx::PgPool::connect_with((**options).clone()).await.expect("a connection");
    let there: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name NOT LIKE '!_sqlx%' ESCAPE '!'
             AND table_name NOT IN ('company', 'numbering', 'delivery_obstacle', 'unit_room')",
    )
    .fetch_all(&pool)
    .await
    .expect("the schema");
    let copied = tables::all().flat_map(|table| {
        table.columns.iter().map(|column| (table.postgres.to_owned(), column.postgres.to_owned()))
    });
    assert_eq!(sorted(copied), sorted(there));
}
