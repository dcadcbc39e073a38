//! Many hosts at once: nothing is left waiting for ever, nothing happens twice, and nobody runs into a deadlock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sqlx::postgres::PgPool;

use super::{opened, twice};
use crate::model::master::Kind;
use crate::model::{AppointmentId, CompanyId, DeliveryState, Status};
use crate::store::conformance::house::{House, claim, id, minute, moved, next, record, retry, span, wanted};
use crate::store::conformance::outbox::{again, done, parked};
use crate::store::postgres::Postgres;
use crate::store::{Change, Commit, DeliveryFilter, Diary, Error, Outbox, Records, Slots};

const WORKERS: u64 = 8;
const STEPS: usize = 60;

/// How many deadlocks the server had to break up in this database.
async fn deadlocks(pool: &PgPool) -> i64 {
    sqlx::query("SELECT pg_stat_clear_snapshot()").execute(pool).await.expect("statistics");
    let found =
        sqlx::query_scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    found.fetch_one(pool).await.expect("statistics")
}

/// What is said about waiting rows, against what the triggers would find now.
async fn out_of_line(pool: &PgPool) -> Vec<i64> {
    sqlx::query_scalar(
        "SELECT d.id FROM delivery d JOIN delivery_obstacle o ON o.id = d.id
         WHERE d.state = 'pending'
             AND (d.blocked_by, d.prerequisites_left) IS DISTINCT FROM (o.obstacle, o.prerequisites_left)
         ORDER BY d.id",
    )
    .fetch_all(pool)
    .await
    .expect("a comparison")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn places_are_changed_both_ways_at_once_without_a_deadlock() {
    let (_database, store, house) = opened().await;
    let mut pair = Vec::new();
    for (from, provider) in [(0, 0), (60, 1)] {
        let mut change = house.hold(from, from + 60);
        change.appointment.provider = house.providers[provider].into();
        change.slots = Slots::Take(claim(&change.appointment));
        pair.push(store.commit(house.decision(vec![change])).await.expect("a free slot").remove(0));
    }
    for round in 0..20 {
        let swapped = |mut change: Change, provider: usize| {
            change.appointment.provider = house.providers[provider].into();
            change.slots = Slots::Take(claim(&change.appointment));
            change
        };
        let there = swapped(moved(&pair[0], 0, 60), (round + 1) % 2);
        let back = swapped(moved(&pair[1], 60, 120), round % 2);
        let orders = [vec![there.clone(), back.clone()], vec![back, there]];
        let both = join_all(orders.map(|changes| store.commit(house.decision(changes)))).await;
        assert_eq!(both.iter().filter(|result| result.is_ok()).count(), 1, "{both:?}");
        for refused in both.iter().filter_map(|result| result.as_ref().err()) {
            assert!(matches!(refused, Error::Stale("appointment")), "{refused:?}");
        }
        for appointment in &mut pair {
            *appointment = store.appointment(appointment.id).await.expect("a read").expect("kept");
        }
    }
    assert_eq!(deadlocks(&store.pool).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_decision_is_stored_on_a_catalogue_that_has_moved_on() {
    let (_database, store, house) = opened().await;
    let company = CompanyId(house.company);
    let rounds = join_all((0..40_i64).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            if n % 4 == 0 {
                let unit = record(Kind::Unit, id(), house.company);
                return store.insert(&unit, None).await.map(|()| None);
            }
            let version = store.catalog_version(company).await?;
            let changes = vec![house.hold(n * 60, n * 60 + 60)];
            let commit = Commit { catalog_version: Some(version), ..house.decision(changes) };
            let booked = store.commit(commit).await.map(|mut stored| stored.remove(0));
            // Nothing changes between the commit's look at the catalogue and its end, but it may have changed before.
            match booked {
                Ok(booked) => Ok(Some(booked.name)),
                Err(Error::Stale("catalogue")) => Ok(None),
                Err(other) => Err(other),
            }
        })
    }))
    .await;
    let mut names = Vec::new();
    for round in rounds {
        names.extend(round.expect("the task ends").expect("neither busy nor broken"));
    }
    names.sort();
    let expected = (1..=names.len()).map(|n| format!("APT-{n:04} — Cooling System Service"));
    assert_eq!(names, expected.collect::<Vec<_>>(), "refusals leave no gap");
    assert_eq!(deadlocks(&store.pool).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_prerequisites_that_end_at_once_both_count() {
    let (_guard, twice) = twice().await;
    let house = House::build(&twice.one).await;
    for round in 0..20 {
        let key = |name: &str| format!("{round}/{name}");
        let (p, q) = (key("p"), key("q"));
        house.ask(&twice.one, round * 100, &[(&p, &[])]).await;
        house.ask(&twice.one, round * 100 + 20, &[(&q, &[])]).await;
        house.ask(&twice.one, round * 100 + 40, &[(&key("d"), &[&p, &q])]).await;
        let lease = |limit| twice.one.claim_deliveries("r", Duration::from_secs(60), minute(0), limit, &[]);
        let claimed = lease(9).await.expect("a claim");
        assert_eq!(claimed.len(), 2);
        let (one, other) = (done(&claimed[0]), done(&claimed[1]));
        let (first, second) = tokio::join!(
            twice.one.finish_delivery(claimed[0].id, "r", &one, span(0)),
            twice.other.finish_delivery(claimed[1].id, "r", &other, span(0)),
        );
        assert!(first.expect("a write") && second.expect("a write"));
        let last = lease(9).await.expect("a claim");
        assert_eq!(last.len(), 1, "round {round}: what waited for both is due");
        let outcome = done(&last[0]);
        assert!(twice.one.finish_delivery(last[0].id, "r", &outcome, span(0)).await.expect("a write"));
    }
}

/// A database that several workers tear at.
struct Storm {
    store: Postgres,
    house: House,
    appointments: Vec<AppointmentId>,
    time: AtomicI64,
    asked: AtomicI64,
}

impl Storm {
    /// One random step. What it may be refused is that somebody else was faster.
    async fn step(&self, worker: u64, random: &mut StdRng) {
        let result = match random.random_range(0..6) {
            0..3 => self.deliver(worker, random).await,
            3 => self.retry(random).await,
            _ => self.ask(random).await,
        };
        match result {
            Ok(()) | Err(Error::Stale(_) | Error::Missing("delivery")) => {}
            Err(other) => panic!("neither done nor too late: {other:?}"),
        }
    }

    async fn deliver(&self, worker: u64, random: &mut StdRng) -> Result<(), Error> {
        let (owner, now) = (format!("w{worker}"), self.time.fetch_add(1, Ordering::Relaxed));
        // Some leases run out before they are finished.
        let lease = Duration::from_secs(random.random_range(1..20) * 60);
        let claimed = self.store.claim_deliveries(&owner, lease, minute(now), 3, &[]).await?;
        for delivery in claimed {
            let outcome = match random.random_range(0..5) {
                0 => parked(),
                1 => again(now),
                _ => done(&delivery),
            };
            self.store.finish_delivery(delivery.id, &owner, &outcome, span(now)).await?;
        }
        Ok(())
    }

    async fn retry(&self, random: &mut StdRng) -> Result<(), Error> {
        let id = random.random_range(1..=self.asked.load(Ordering::Relaxed).max(1));
        retry(&self.store, id, 0).await.map(drop)
    }

    /// Puts a delivery in line that comes after one or two others, of whichever appointment.
    async fn ask(&self, random: &mut StdRng) -> Result<(), Error> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let known = self.store.deliveries(&DeliveryFilter::default(), 0, 1000).await?;
        let mut after: Vec<&str> = Vec::new();
        for _ in 0..random.random_range(0..3) {
            if !known.is_empty() {
                after.push(known[random.random_range(0..known.len())].posting.key.as_str());
            }
        }
        let which = self.appointments[random.random_range(0..self.appointments.len())];
        let appointment = self.store.appointment(which).await?.expect("kept");
        let mut change = next(&appointment, Status::Confirmed);
        change.deliveries = vec![wanted(&format!("{asked}/doc"), &after)];
        self.store.commit(self.house.decision(vec![change])).await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_leaves_every_delivery_where_its_turn_comes() {
    let (_database, store, house) = opened().await;
    let mut appointments = Vec::new();
    for n in 0..5 {
        let changes = vec![house.hold(n * 60, n * 60 + 60)];
        appointments.push(store.commit(house.decision(changes)).await.expect("a free slot")[0].id);
    }
    let (time, asked) = (AtomicI64::new(1), AtomicI64::new(0));
    let storm = Arc::new(Storm { store: store.clone(), house, appointments, time, asked });
    let workers = (0..WORKERS).map(|worker| {
        let storm = storm.clone();
        tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(worker);
            for _ in 0..STEPS {
                storm.step(worker, &mut random).await;
            }
        })
    });
    for worker in join_all(workers).await {
        worker.expect("the worker ends");
    }
    assert_eq!(out_of_line(&store.pool).await, Vec::<i64>::new(), "what waits knows for what");
    assert_eq!(deadlocks(&store.pool).await, 0);
    calm(&store).await;
}

/// Everything that is left can be carried out.
async fn calm(store: &Postgres) {
    let far = 100_000;
    for delivery in store.deliveries(&DeliveryFilter::default(), 0, 1000).await.expect("a list") {
        match delivery.state {
            DeliveryState::Parked | DeliveryState::Pending => {
                retry(store, delivery.id, 0).await.expect("it waits");
            }
            DeliveryState::Leased | DeliveryState::Done | DeliveryState::Skipped => {}
        }
    }
    loop {
        let lease = Duration::from_secs(60);
        let claimed = store.claim_deliveries("last", lease, minute(far), 100, &[]).await.expect("a claim");
        if claimed.is_empty() {
            break;
        }
        for delivery in claimed {
            let outcome = done(&delivery);
            assert!(store.finish_delivery(delivery.id, "last", &outcome, span(far)).await.expect("a write"));
        }
    }
    let left = store.deliveries(&DeliveryFilter::default(), 0, 1000).await.expect("a list");
    let left = left.into_iter().filter(|delivery| delivery.state != DeliveryState::Done);
    assert_eq!(left.collect::<Vec<_>>(), [], "nothing waits for ever");
}
