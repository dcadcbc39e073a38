//! The waitlist: places, offers, and time that becomes free.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use super::Twice;
use super::house::{House, cancel, id, minute, moved, next, record};
use crate::model::master::Kind;
use crate::model::{Status, WaitState};
use crate::store::{Answer, Change, Commit, Error, Frame, Freed, Offer, Page, SharedStore, Wait, WaitFilter};

const ALL: Page = Page { after: None, limit: 100 };
const LEASE: Duration = Duration::from_secs(60);

pub(crate) fn place(house: &House, from: i64, to: i64) -> Wait {
    Wait {
        id: id().into(),
        company: house.company.into(),
        service: house.service.into(),
        customer: house.customer.into(),
        from: minute(from),
        to: minute(to),
        state: WaitState::Waiting,
        appointment: None,
        created_at: minute(0),
        updated_at: minute(0),
        details: json!({"guests": 2}),
    }
}

/// Adds a place, and forgets that this is a reason to look.
async fn waiting(house: &House, store: &SharedStore, from: i64, to: i64) -> Wait {
    let wait = place(house, from, to);
    store.add_wait(&wait, None).await.expect("a new place");
    assert_eq!(freed(store).await.len(), 1, "whoever joins may find a place at once");
    wait
}

/// All time that has become free, taken and forgotten.
async fn freed(store: &SharedStore) -> Vec<Freed> {
    let mut all = Vec::new();
    while let Some(freed) = store.take_freed("test", LEASE, minute(0)).await.expect("a read") {
        assert!(store.finish_freed(freed.id, "test").await.expect("a write"));
        all.push(freed);
    }
    all
}

fn offering<'a>(house: &House, wait: &Wait, hold: Change) -> Commit<'a> {
    let offer = Offer { wait: wait.id, appointment: hold.appointment.id };
    Commit { frame: Some(Frame::Offer(offer)), ..house.decision(vec![hold]) }
}

async fn state(store: &SharedStore, wait: &Wait) -> WaitState {
    store.wait(wait.id).await.expect("a read").expect("a place").state
}

pub(crate) async fn a_place_is_read_as_it_was_added(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let wait = place(&house, 0, 600);
    twice.one.add_wait(&wait, None).await.expect("a new place");
    assert_eq!(twice.other.wait(wait.id).await.expect("a read"), Some(wait.clone()));
    assert_eq!(twice.other.wait(id().into()).await.expect("a read"), None);
    let stray = Wait { id: id().into(), customer: id().into(), ..wait };
    let refused = twice.one.add_wait(&stray, None).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
}

pub(crate) async fn a_place_is_added_once_for_a_request(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let results = join_all((0..10).map(|n| {
        let (store, wait) = (twice.side(n), place(&house, 0, 600));
        let (key, fingerprint) = ("k".to_owned(), "f".to_owned());
        let answer = Answer { key, fingerprint, status: 201, body: "{}".to_owned(), at: minute(0) };
        async move { store.add_wait(&wait, Some(&answer)).await }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(twice.one.waits(&WaitFilter::default(), ALL).await.expect("a list").len(), 1);
}

pub(crate) async fn places_are_in_line_by_age(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let first = waiting(&house, &twice.one, 0, 600).await;
    let second = waiting(&house, &twice.other, 300, 900).await;
    waiting(&neighbour, &twice.one, 0, 600).await;
    let listed = |filter: WaitFilter, page| async move {
        let filter = WaitFilter { company: Some(house.company.into()), ..filter };
        let found = twice.other.waits(&filter, page).await.expect("a list");
        found.into_iter().map(|wait| wait.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(WaitFilter::default(), ALL).await, [first.id, second.id]);
    let rest = Page { after: Some(first.id.0), limit: 1 };
    assert_eq!(listed(WaitFilter::default(), rest).await, [second.id]);
    let late = WaitFilter { from: Some(minute(600)), ..WaitFilter::default() };
    assert_eq!(listed(late, ALL).await, [second.id], "the first ends when this begins");
    let early = WaitFilter { to: Some(minute(300)), ..WaitFilter::default() };
    assert_eq!(listed(early, ALL).await, [first.id], "the second begins when this ends");
    twice.one.withdraw_wait(first.id, minute(1)).await.expect("it waits");
    let state = Some(WaitState::Waiting);
    let here = WaitFilter { state, service: Some(house.service.into()), ..WaitFilter::default() };
    assert_eq!(listed(here, ALL).await, [second.id]);
    let nobody = WaitFilter { customer: Some(neighbour.customer.into()), ..WaitFilter::default() };
    assert_eq!(listed(nobody, ALL).await, []);
}

pub(crate) async fn a_place_is_given_up_while_it_waits(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let wait = waiting(&house, &twice.one, 0, 600).await;
    let given_up = twice.other.withdraw_wait(wait.id, minute(5)).await.expect("it waits");
    assert_eq!((given_up.state, given_up.updated_at), (WaitState::Withdrawn, minute(5)));
    let again = twice.one.withdraw_wait(wait.id, minute(6)).await;
    assert!(matches!(again, Err(Error::Stale(_))), "{again:?}");
    let unknown = twice.one.withdraw_wait(id().into(), minute(6)).await;
    assert!(matches!(unknown, Err(Error::Missing(_))), "{unknown:?}");
}

pub(crate) async fn a_place_is_offered_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let wait = waiting(&house, &twice.one, 0, 600).await;
    let results = join_all((0..10_i64).map(|n| {
        let store = twice.side(usize::try_from(n).expect("small"));
        let commit = offering(&house, &wait, house.hold(n * 60, n * 60 + 60));
        async move { store.commit(commit).await }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter(|result| result.is_err()) {
        assert!(matches!(refused, Err(Error::Stale("place on the waitlist"))), "{refused:?}");
    }
    let held = results.into_iter().flatten().flatten().next().expect("one was made");
    let offered = twice.other.wait(wait.id).await.expect("a read").expect("a place");
    assert_eq!((offered.state, offered.appointment), (WaitState::Offered, Some(held.id)));
    let all = twice.one.appointments(&Default::default(), ALL).await.expect("a list");
    assert_eq!(all.len(), 1, "the others are not made without their offer");
}

pub(crate) async fn an_offer_goes_the_way_of_its_hold(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for (status, expected) in [
        (Status::Scheduled, WaitState::Booked),
        (Status::Confirmed, WaitState::Booked),
        (Status::Cancelled, WaitState::Lapsed),
    ] {
        let wait = waiting(&house, &twice.one, 0, 600).await;
        let hold = house.hold(0, 60);
        let held = twice.one.commit(offering(&house, &wait, hold)).await.expect("a free slot").remove(0);
        assert_eq!(state(&twice.other, &wait).await, WaitState::Offered);
        let mut change = next(&held, status);
        change.slots = crate::store::Slots::Release;
        let ended = house.store(&twice.other, change).await.expect("revision 1");
        assert_eq!(state(&twice.one, &wait).await, expected, "{status:?}");
        if status != Status::Cancelled {
            house.store(&twice.one, cancel(&ended)).await.expect("revision 2");
            assert_eq!(state(&twice.one, &wait).await, expected, "what was taken stays taken");
        }
        assert_eq!(freed(&twice.one).await, [], "nobody else waits");
    }
}

pub(crate) async fn time_becomes_free_with_whatever_gives_it_up(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let first = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let second = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot");
    house.store(&twice.one, cancel(&first)).await.expect("revision 1");
    assert_eq!(freed(&twice.one).await, [], "nobody waits");
    waiting(&house, &twice.one, 30, 90).await;
    let span = |freed: &Freed| (freed.provider, freed.start, freed.end);
    let provider = Some(house.provider());
    let gone = house.store(&twice.other, moved(&second, 600, 660)).await.expect("revision 1");
    assert_eq!(
        freed(&twice.one).await.iter().map(span).collect::<Vec<_>>(),
        [(provider, minute(60), minute(120))]
    );
    house.store(&twice.one, cancel(&gone)).await.expect("revision 2");
    assert_eq!(freed(&twice.one).await, [], "nobody waits for that");
    let mut refused = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    refused.revision += 1;
    assert!(house.store(&twice.one, cancel(&refused)).await.is_err());
    assert_eq!(freed(&twice.one).await, [], "a commit that is refused frees nothing");
}

pub(crate) async fn changed_master_data_are_a_reason_to_look(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let provider = record(Kind::Provider, house.providers[0], house.company);
    let version = |version| crate::store::Record { version, ..provider.clone() };
    twice.one.replace(&version(2), 1, None).await.expect("version 1");
    assert_eq!(freed(&twice.one).await, [], "nobody waits");
    waiting(&house, &twice.one, 30, 90).await;
    waiting(&house, &twice.one, 60, 600).await;
    twice.other.replace(&version(3), 2, None).await.expect("version 2");
    twice.other.replace(&version(4), 3, None).await.expect("version 3");
    twice.other.insert(&record(Kind::Customer, id(), house.company), None).await.expect("a new record");
    let found = freed(&twice.one).await;
    assert_eq!(found.len(), 1, "once is enough");
    assert_eq!((found[0].provider, found[0].start, found[0].end), (None, minute(30), minute(600)));
    twice.other.insert(&record(Kind::Unit, id(), house.company), None).await.expect("a new record");
    assert_eq!(freed(&twice.one).await.len(), 1);
}

pub(crate) async fn freed_time_is_in_one_hand_at_a_time(twice: &Twice) {
    let house = House::build(&twice.one).await;
    twice.one.add_wait(&place(&house, 0, 600), None).await.expect("a new place");
    let takers = (0..10).map(|n| {
        let store = twice.side(n);
        async move { store.take_freed(&format!("host {n}"), LEASE, minute(0)).await }
    });
    let taken = join_all(takers).await.into_iter().map(|taken| taken.expect("a read"));
    let taken: Vec<(usize, Freed)> =
        taken.enumerate().filter_map(|(n, taken)| taken.map(|taken| (n, taken))).collect();
    let [(holder, freed)] = taken.as_slice() else { panic!("{taken:?}") };
    let later = minute(0) + LEASE;
    let passed_on = twice.one.take_freed("late", LEASE, later).await.expect("a read");
    assert_eq!(passed_on.as_ref(), Some(freed), "whoever had it has died");
    assert!(!twice.one.finish_freed(freed.id, &format!("host {holder}")).await.expect("a write"));
    assert!(twice.other.finish_freed(freed.id, "late").await.expect("a write"));
    assert_eq!(twice.one.take_freed("late", LEASE, later + LEASE).await.expect("a read"), None);
}
