//! Leases, and what comes of a try.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use slotledger_erp::{Days, Failure, Posted, Reason};

use super::Twice;
use super::house::{House, document, key, minute, retry, span, wanted};
use crate::model::{Attempt, CompanyId, Delivery, DeliveryState};
use crate::store::{Backlog, DeliveryFilter, Error, Outcome, SharedStore};

/// Five minutes.
pub(super) const LEASE: Duration = Duration::from_secs(300);

pub(super) async fn claim(store: &SharedStore, owner: &str, now: i64) -> Vec<Delivery> {
    store.claim_deliveries(owner, LEASE, minute(now), 100, &[]).await.expect("a claim")
}

pub(super) async fn finish(store: &SharedStore, id: i64, owner: &str, outcome: &Outcome, now: i64) -> bool {
    store.finish_delivery(id, owner, outcome, span(now)).await.expect("a write")
}

pub(crate) fn done(delivery: &Delivery) -> Outcome {
    Outcome::Done(Box::new(Posted::made(document(delivery.posting.key.as_str()))))
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
        adopted: false,
        repairs: 0,
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
            let claimed = store.claim_deliveries(&owner, LEASE, minute(1), 4, &[]).await.expect("a claim");
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
    let first = twice.one.claim_deliveries("r", LEASE, minute(1), 2, &[]).await.expect("a claim");
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

pub(crate) async fn deliveries_are_filtered_and_paged(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let first = house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &["a/1/order"])]).await;
    house.ask(&twice.one, 20, &[("b/1/order", &[])]).await;
    neighbour.ask(&twice.one, 0, &[("c/1/order", &[])]).await;
    let claimed = twice.one.claim_deliveries("r", LEASE, minute(1), 1, &[]).await.expect("a claim").remove(0);
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
    let newest = DeliveryFilter { is_newest_first: true, ..any() };
    let page = twice.other.deliveries(&newest, i64::MAX, 2).await.expect("a list");
    assert_eq!(keys(&page), ["c/1/order", "b/1/order"]);
    let rest = twice.other.deliveries(&newest, page[1].id, 5).await.expect("a list");
    assert_eq!(keys(&rest), ["a/1/invoice", "a/1/order"]);
    let names = twice.other.customer_names(&[first.id, first.id]).await.expect("a list");
    let names: Vec<_> = names.iter().map(|(id, _)| *id).collect();
    assert_eq!(names, [first.id.0], "each once");
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

pub(crate) async fn every_try_is_kept(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let refused = Outcome::Parked(Failure::refused("Closed.", "Open it.").because(Reason::ClosedPeriod));
    let id = claim(&twice.one, "r", 1).await[0].id;
    assert!(finish(&twice.one, id, "r", &again(5), 2).await);
    assert_eq!(claim(&twice.one, "r", 5).await[0].attempts, 2);
    assert!(finish(&twice.other, id, "r", &refused, 6).await);
    retry(&*twice.one, id, 7).await.expect("parked");
    assert_eq!(claim(&twice.one, "r", 8).await.len(), 1);
    let adopted = Outcome::Done(Box::new(Posted::adopted(document("a/1/order"))));
    assert!(finish(&twice.one, id, "r", &adopted, 9).await);
    assert!(!finish(&twice.one, id, "r", &adopted, 10).await, "that one is not kept");
    let failed = |number, class: &str, reason: Option<&str>, message: &str| Attempt {
        number,
        started: span([2, 6][number as usize - 1]).started,
        finished: minute([2, 6][number as usize - 1]),
        class: Some(class.to_owned()),
        reason: reason.map(str::to_owned),
        message: Some(message.to_owned()),
        adopted: false,
    };
    let stood = Attempt {
        number: 3,
        started: span(9).started,
        finished: minute(9),
        class: None,
        reason: None,
        message: None,
        adopted: true,
    };
    let expected = [
        failed(1, "retry", None, "Connection refused."),
        failed(2, "refused", Some("closed_period"), "Closed."),
        stood,
    ];
    assert_eq!(twice.other.attempts(id).await.expect("a list"), expected);
    assert!(twice.other.delivery(id).await.expect("a read").expect("kept").adopted);
}

pub(crate) async fn what_was_not_tried_is_as_before(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let id = claim(&twice.one, "r", 1).await[0].id;
    assert!(finish(&twice.one, id, "r", &again(5), 2).await);
    let before = twice.other.delivery(id).await.expect("a read");
    assert_eq!(claim(&twice.one, "r", 6).await.len(), 1);
    assert!(finish(&twice.one, id, "r", &Outcome::Untried, 7).await);
    assert_eq!(twice.other.delivery(id).await.expect("a read"), before);
    assert_eq!(twice.other.attempts(id).await.expect("a list").len(), 1);
    assert_eq!(claim(&twice.one, "r", 8).await[0].attempts, 2);
}

pub(crate) async fn companies_are_passed_over(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    for n in 0..5 {
        house.ask(&twice.one, n * 20, &[(&format!("a/{n}/order"), &[])]).await;
    }
    for n in 0..3 {
        neighbour
            .ask(&twice.one, n * 20, &[(&format!("b/{n}/order"), &[]), (&format!("b/{n}/invoice"), &[])])
            .await;
    }
    let (first, second) = (CompanyId(house.company), CompanyId(neighbour.company));
    let claim = |limit, except: Vec<CompanyId>| async move {
        twice.other.claim_deliveries("r", LEASE, minute(1), limit, &except).await.expect("a claim")
    };
    let next =
        |except: Vec<CompanyId>| async move { twice.one.next_delivery_at(&except).await.expect("a read") };
    assert_eq!(next(vec![first, second]).await, None);
    assert!(claim(9, vec![first, second]).await.is_empty());
    assert_eq!(next(vec![first]).await, Some(minute(0)));
    assert_eq!(keys(&claim(2, vec![first]).await), ["b/0/order", "b/1/order"]);
    assert_eq!(keys(&claim(9, vec![first]).await), ["b/2/order"]);
    assert_eq!(next(vec![first]).await, Some(minute(6)), "when the leases end");
    assert_eq!(claim(9, vec![second]).await.len(), 5, "nobody has touched them");
}

pub(crate) async fn what_waits_is_counted_by_company(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    assert_eq!(twice.other.backlog().await.expect("counts"), []);
    for n in 0..3 {
        house.ask(&twice.one, n * 20, &[(&format!("a/{n}/order"), &[])]).await;
    }
    neighbour.ask(&twice.one, 0, &[("b/1/order", &[]), ("b/1/invoice", &[])]).await;
    let claimed = claim(&twice.one, "r", 1).await;
    for (delivery, outcome) in claimed.iter().zip([done, |_: &Delivery| parked()]) {
        assert!(finish(&twice.one, delivery.id, "r", &outcome(delivery), 2).await);
    }
    let waiting = |house: &House, pending, parked| Backlog {
        company: CompanyId(house.company),
        pending,
        parked,
        oldest: minute(0),
    };
    let expected = [waiting(&house, 1, 1), waiting(&neighbour, 2, 0)];
    assert_eq!(twice.other.backlog().await.expect("counts"), expected);
}

pub(crate) async fn documents_are_found_by_key_and_by_day(twice: &Twice) {
    let house = House::build(&twice.one).await;
    house.ask(&twice.one, 0, &[("a/1/order", &[]), ("a/1/invoice", &[])]).await;
    let order = claim(&twice.one, "r", 1).await.remove(0);
    assert!(finish(&twice.one, order.id, "r", &done(&order), 2).await);
    let found = twice.other.delivery_of(&key("a/1/order")).await.expect("a read").expect("kept");
    assert_eq!(found.id, order.id);
    assert_eq!(twice.other.delivery_of(&key("a/2/order")).await.expect("a read"), None);
    let day = order.posting.date;
    for (from, to, count) in [(day, day, 1), (day.succ_opt().expect("a day"), day + TimeDelta::days(9), 0)] {
        let filter = DeliveryFilter {
            company: Some(house.company.into()),
            state: Some(DeliveryState::Done),
            days: Some(Days { from, to }),
            ..DeliveryFilter::default()
        };
        assert_eq!(twice.one.deliveries(&filter, 0, 10).await.expect("a list").len(), count);
    }
}

async fn next(twice: &Twice) -> Option<DateTime<Utc>> {
    twice.other.next_delivery_at(&[]).await.expect("a read")
}
