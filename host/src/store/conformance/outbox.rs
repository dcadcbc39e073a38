//! Leases, and what comes of a try.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use slotledger_erp::Failure;

use super::Twice;
use super::house::{House, document, key, minute, wanted};
use crate::model::{CompanyId, Delivery, DeliveryState};
use crate::store::{DeliveryFilter, Error, Outcome, SharedStore};

/// Five minutes.
pub(super) const LEASE: Duration = Duration::from_secs(300);

pub(super) async fn claim(store: &SharedStore, owner: &str, now: i64) -> Vec<Delivery> {
    store.claim_deliveries(owner, LEASE, minute(now), 100).await.expect("a claim")
}

pub(super) async fn finish(store: &SharedStore, id: i64, owner: &str, outcome: &Outcome, now: i64) -> bool {
    store.finish_delivery(id, owner, outcome, minute(now)).await.expect("a write")
}

pub(crate) fn done(delivery: &Delivery) -> Outcome {
    Outcome::Done(Box::new(document(delivery.posting.key.as_str())))
}

pub(crate) fn parked() -> Outcome {
    Outcome::Parked(Failure::refused("The period is closed.", "Open the period."))
}

pub(crate) fn again(at: i64) -> Outcome {
    Outcome::Again(Failure::retry("Connection refused."), minute(at))
}

pub(super) fn keys(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.posting.key.as_str()).collect()
}

pub(crate) async fn a_delivery_is_read_as_it_was_asked_for(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    let stored = twice.other.deliveries(&DeliveryFilter::default(), 0, 10).await.expect("a list");
    let expected = Delivery {
        id: stored[1].id,
        appointment: booked.id,
        company: CompanyId(house.company),
        posting: wanted("a/1/invoice", &[]).posting,
        after: vec![key("a/1/order")],
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: minute(0),
        lease_owner: None,
        lease_until: None,
        failure: None,
        document: None,
        created_at: minute(0),
        finished_at: None,
    };
    assert_eq!(stored[1], expected);
    assert_eq!(twice.other.delivery(expected.id).await.expect("a read"), Some(expected));
    assert_eq!(twice.other.delivery(-1).await.expect("a read"), None);
}

pub(crate) async fn a_key_is_taken_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let mut change = house.hold(100, 160);
    change.deliveries = vec![wanted("a/1/order", &[])];
    let refused = house.store(&twice.other, change).await;
    assert!(matches!(&refused, Err(Error::KeyTaken(taken)) if *taken == key("a/1/order")), "{refused:?}");
}

pub(crate) async fn twenty_claimers_lease_each_delivery_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for n in 0..30 {
        house.ask(&twice.one, n * 20, &[(&format!("{n}/1/order"), &[])]).await;
    }
    let claims = join_all((0..20).map(|n| {
        let store = twice.side(n);
        tokio::spawn(async move {
            let owner = format!("relay-{n}");
            let claimed = store.claim_deliveries(&owner, LEASE, minute(1), 4).await.expect("a claim");
            (owner, claimed)
        })
    }))
    .await;
    let mut leased = Vec::new();
    for (owner, claimed) in claims.into_iter().map(|claim| claim.expect("the task ends")) {
        for delivery in claimed {
            assert_eq!(delivery.lease_owner.as_deref(), Some(owner.as_str()));
            leased.push(delivery.id);
        }
    }
    let found = leased.len();
    leased.sort_unstable();
    leased.dedup();
    assert_eq!((found, leased.len()), (30, 30), "each once, and none left out");
}

pub(crate) async fn no_more_than_the_limit_is_claimed(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for n in 0..3 {
        house.ask(&twice.one, n * 20, &[(&format!("{n}/1/order"), &[])]).await;
    }
    let first = twice.one.claim_deliveries("r", LEASE, minute(1), 2).await.expect("a claim");
    assert_eq!(keys(&first), ["0/1/order", "1/1/order"], "what has waited longest goes first");
    assert_eq!(keys(&claim(&twice.other, "s", 1).await), ["2/1/order"]);
}

pub(crate) async fn a_delivery_that_is_done_keeps_its_document(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    assert_eq!((claimed.state, claimed.attempts), (DeliveryState::Leased, 1));
    assert_eq!(claimed.lease_until, Some(minute(6)));
    assert!(finish(&twice.other, claimed.id, "r", &done(&claimed), 2).await);
    let stored = twice.one.delivery(claimed.id).await.expect("a read").expect("kept");
    let expected = Delivery {
        state: DeliveryState::Done,
        lease_owner: None,
        lease_until: None,
        document: Some(document("a/1/order")),
        finished_at: Some(minute(2)),
        ..claimed.clone()
    };
    assert_eq!(stored, expected);
    assert!(!finish(&twice.one, claimed.id, "r", &parked(), 3).await, "it is finished once");
    assert_eq!(twice.one.delivery(claimed.id).await.expect("a read"), Some(expected));
}

pub(crate) async fn a_delivery_is_not_claimed_before_it_is_due(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &again(30), 2).await);
    let waiting = twice.other.delivery(claimed.id).await.expect("a read").expect("kept");
    assert_eq!((waiting.state, waiting.next_attempt_at), (DeliveryState::Pending, minute(30)));
    assert_eq!(waiting.failure, Some(Failure::retry("Connection refused.")));
    assert!(claim(&twice.other, "r", 29).await.is_empty());
    let second = claim(&twice.other, "r", 30).await.remove(0);
    assert_eq!(second.attempts, 2);
    assert!(finish(&twice.other, second.id, "r", &done(&second), 31).await);
    let stored = twice.one.delivery(second.id).await.expect("a read").expect("kept");
    assert_eq!(stored.failure, None, "what went wrong before is over");
}

pub(crate) async fn a_lease_that_ran_out_passes_on(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &[])]).await;
    assert_eq!(claim(&twice.one, "r", 1).await.len(), 1);
    assert!(claim(&twice.other, "s", 5).await.is_empty(), "the lease holds until minute 6");
    let taken = claim(&twice.other, "s", 6).await;
    assert_eq!(keys(&taken), ["a/1/order"], "and its turn with it");
    assert_eq!((taken[0].lease_owner.as_deref(), taken[0].attempts), (Some("s"), 2));
    assert_eq!(taken[0].lease_until, Some(minute(11)));
}

pub(crate) async fn whoever_lost_the_lease_cannot_finish(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let first = claim(&twice.one, "r", 1).await.remove(0);
    let second = claim(&twice.other, "s", 10).await.remove(0);
    assert_eq!(first.id, second.id);
    for outcome in [done(&first), again(60), parked()] {
        assert!(!finish(&twice.one, first.id, "r", &outcome, 11).await);
    }
    assert_eq!(twice.one.delivery(second.id).await.expect("a read"), Some(second.clone()));
    assert!(finish(&twice.other, second.id, "s", &done(&second), 12).await);
    assert!(!finish(&twice.other, -1, "s", &done(&second), 12).await, "there is no such delivery");
}

pub(crate) async fn a_parked_delivery_is_retried_by_hand(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &parked(), 2).await);
    assert!(claim(&twice.other, "r", 1000).await.is_empty(), "nobody tries it by himself");
    let before = twice.other.delivery(claimed.id).await.expect("a read").expect("kept");
    assert_eq!((before.state, before.finished_at), (DeliveryState::Parked, Some(minute(2))));
    let retried = twice.other.retry_delivery(claimed.id, minute(1001)).await.expect("parked");
    assert_eq!((retried.state, retried.next_attempt_at), (DeliveryState::Pending, minute(1001)));
    assert_eq!((retried.finished_at, &retried.failure), (None, &before.failure));
    assert_eq!(claim(&twice.one, "r", 1001).await.len(), 1);
}

pub(crate) async fn only_what_waits_is_retried(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    let leased = twice.other.retry_delivery(claimed.id, minute(2)).await;
    assert!(matches!(leased, Err(Error::Stale("delivery"))), "{leased:?}");
    assert!(finish(&twice.one, claimed.id, "r", &again(60), 2).await);
    let waiting = twice.other.retry_delivery(claimed.id, minute(3)).await.expect("it waits");
    assert_eq!(waiting.next_attempt_at, minute(3));
    let claimed = claim(&twice.one, "r", 3).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &done(&claimed), 4).await);
    let over = twice.other.retry_delivery(claimed.id, minute(5)).await;
    assert!(matches!(over, Err(Error::Stale("delivery"))), "{over:?}");
    let unknown = twice.other.retry_delivery(-1, minute(5)).await;
    assert!(matches!(unknown, Err(Error::Missing("delivery"))), "{unknown:?}");
}

pub(crate) async fn deliveries_are_filtered_and_paged(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let first = house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    house.ask(&twice.one, 20, &[("b/1/order", &[])]).await;
    neighbour.ask(&twice.one, 0, &[("c/1/order", &[])]).await;
    let claimed = twice.one.claim_deliveries("r", LEASE, minute(1), 1).await.expect("a claim").remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &parked(), 1).await);
    let any = DeliveryFilter::default;
    let cases = [
        (any(), vec!["a/1/order", "a/1/invoice", "b/1/order", "c/1/order"]),
        (DeliveryFilter { company: Some(neighbour.company.into()), ..any() }, vec!["c/1/order"]),
        (DeliveryFilter { appointment: Some(first.id), ..any() }, vec!["a/1/order", "a/1/invoice"]),
        (DeliveryFilter { state: Some(DeliveryState::Parked), ..any() }, vec!["a/1/order"]),
        (
            DeliveryFilter {
                state: Some(DeliveryState::Pending),
                company: Some(house.company.into()),
                ..any()
            },
            vec!["a/1/invoice", "b/1/order"],
        ),
    ];
    for (filter, expected) in cases {
        let found = twice.other.deliveries(&filter, 0, 10).await.expect("a list");
        assert_eq!(keys(&found), expected, "{filter:?}");
    }
    let page = twice.other.deliveries(&any(), claimed.id, 2).await.expect("a list");
    assert_eq!(keys(&page), ["a/1/invoice", "b/1/order"]);
}

pub(crate) async fn the_next_delivery_is_known(twice: &Twice) {
    let house = House::build(&twice.one).await;
    assert_eq!(next(twice).await, None);
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    assert_eq!(next(twice).await, Some(minute(0)));
    let claimed = claim(&twice.one, "r", 1).await.remove(0);
    assert_eq!(next(twice).await, Some(minute(6)), "the lease ends; what waits behind it does not count");
    assert!(finish(&twice.one, claimed.id, "r", &again(40), 2).await);
    assert_eq!(next(twice).await, Some(minute(40)));
    let claimed = claim(&twice.one, "r", 40).await.remove(0);
    assert!(finish(&twice.one, claimed.id, "r", &parked(), 41).await);
    assert_eq!(next(twice).await, None, "what is left waits for a person");
}

async fn next(twice: &Twice) -> Option<DateTime<Utc>> {
    twice.other.next_delivery_at().await.expect("a read")
}
