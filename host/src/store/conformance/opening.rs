//! A store is opened, left and opened again. These cases take the address of an empty one.

use std::time::Duration;

use futures::future::join_all;

use super::house::{House, id, minute, record};
use crate::model::master::Kind;
use crate::store::{Address, AppointmentFilter, Page, SharedStore};

/// Processes that start at once migrate once.
pub(crate) async fn at_once(address: &Address) {
    let stores = join_all((0..8).map(|_| {
        let address = address.clone();
        tokio::spawn(async move { address.open().await })
    }))
    .await;
    for store in stores {
        let store = store.expect("the task ends").expect("the database is shared");
        let company = id();
        store.insert(&record(Kind::Company, company, company), None).await.expect("the schema is there");
    }
}

/// What was stored is there after a restart.
pub(crate) async fn again(address: &Address) {
    let store = address.open().await.expect("a new database");
    let house = House::build(&store).await;
    let booked = house.store(&store, house.hold(0, 60)).await.expect("a free slot");
    drop(store);
    let store = address.open().await.expect("the same database");
    assert_eq!(store.appointment(booked.id).await.expect("a read"), Some(booked));
}

/// A commit that is given up half-way leaves nothing or all. Patience grows by `step` from one commit to the next.
pub(crate) async fn given_up(store: &SharedStore, house: &House, step: Duration) {
    let mut kept = 0;
    for n in 0..100_i64 {
        let commit = store.commit(house.decision(vec![house.hold(n * 60, n * 60 + 60)]));
        let patience = step * u32::try_from(n).expect("small");
        if tokio::time::timeout(patience, commit).await.is_ok() {
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
