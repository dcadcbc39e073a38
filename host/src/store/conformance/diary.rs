//! Appointments, their slots and their trail.

use futures::future::join_all;

use super::Twice;
use super::house::{House, cancel, claim, id, minute, moved, next, record, wanted};
use crate::model::master::Kind;
use crate::model::{Appointment, CompanyId, Status};
use crate::store::{AppointmentFilter, Commit, Error, Page, Slots};

const ALL: Page = Page { after: None, limit: 100 };

pub(crate) async fn an_appointment_is_read_as_it_was_committed(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let change = house.hold(0, 60);
    let wished = change.appointment.clone();
    let stored = house.store(&twice.one, change).await.expect("a free slot");
    assert_eq!(stored.name, "APT-0001 — Cooling System Service");
    let created_at = stored.created_at;
    assert!(wished.created_at - created_at < chrono::TimeDelta::microseconds(1), "{created_at}");
    let expected = Appointment { name: stored.name.clone(), created_at, updated_at: created_at, ..wished };
    assert_eq!(stored, expected);
    assert_eq!(twice.other.appointment(stored.id).await.expect("a read"), Some(stored.clone()));
    let confirmed = house.store(&twice.other, next(&stored, Status::Confirmed)).await.expect("revision 1");
    assert_eq!((confirmed.revision, confirmed.hold_until), (2, None));
    assert_eq!(twice.one.appointment(stored.id).await.expect("a read"), Some(confirmed));
}

pub(crate) async fn numbers_have_no_gaps(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let booked = join_all((0..20_usize).map(|n| {
        let store = twice.side(n);
        // Every second one asks for the same slot, and all of these but one are refused.
        let from = if n < 10 { 0 } else { 100 * i64::try_from(n).expect("small") };
        async move { house.store(&store, house.hold(from, from + 60)).await }
    }))
    .await;
    let mut names = booked.into_iter().flatten().map(|appointment| appointment.name).collect::<Vec<_>>();
    names.sort();
    let expected = (1..=11).map(|n| format!("APT-{n:04} — Cooling System Service")).collect::<Vec<_>>();
    assert_eq!(names, expected);
    let first = neighbour.store(&twice.other, neighbour.hold(0, 60)).await.expect("a free slot");
    assert_eq!(first.name, "APT-0001 — Cooling System Service", "each company counts for itself");
}

pub(crate) async fn a_title_stands_behind_the_number(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let (mut plain, two) = (house.hold(0, 60), house.hold(60, 120));
    plain.title.clear();
    let stored = twice.one.commit(house.decision(vec![plain, two])).await.expect("free slots");
    assert_eq!(stored[0].name, "APT-0001");
    assert_eq!(stored[1].name, "APT-0002 — Cooling System Service");
}

pub(crate) async fn a_new_appointment_may_have_gone_further(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let held = house.hold(0, 60);
    let mut scheduled = next(&held.appointment, Status::Scheduled);
    scheduled.events.splice(0..0, held.events);
    let (title, slots) = (held.title, held.slots);
    let change = crate::store::Change { expected: None, title, slots, ..scheduled };
    let stored = house.store(&twice.one, change).await.expect("a free slot");
    assert_eq!((stored.revision, stored.name.as_str()), (2, "APT-0001 — Cooling System Service"));
    let trail = twice.other.events(stored.id).await.expect("a list");
    assert_eq!(trail.iter().map(|event| event.revision).collect::<Vec<_>>(), [1, 2]);
    house.store(&twice.other, next(&stored, Status::Confirmed)).await.expect("revision 2");
    let taken = house.store(&twice.other, house.hold(30, 90)).await;
    assert!(matches!(taken, Err(Error::DoubleBooking(_))), "{taken:?}");
}

pub(crate) async fn a_new_appointment_gives_its_number_to_its_documents(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut change = house.hold(0, 60);
    change.deliveries = vec![wanted("a/1/order", &[]), wanted("a/1/note", &[])];
    change.deliveries[0].posting.subject.clear();
    change.deliveries[1].posting.subject = "As given".to_owned();
    house.store(&twice.one, change).await.expect("a free slot");
    let stored = twice.other.deliveries(&Default::default(), 0, 10).await.expect("a list");
    let subjects = stored.iter().map(|delivery| delivery.posting.subject.as_str()).collect::<Vec<_>>();
    assert_eq!(subjects, ["APT-0001", "As given"]);
}

pub(crate) async fn of_fifty_for_one_slot_one_wins(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let results = join_all((0..50).map(|n| {
        let store = twice.side(n);
        tokio::spawn(async move {
            let change = house.hold(0, 60);
            (change.appointment.id, house.store(&store, change).await)
        })
    }))
    .await;
    let mut winners = Vec::new();
    for result in results {
        match result.expect("the task ends") {
            (_, Ok(appointment)) => winners.push(appointment.id),
            (id, Err(Error::DoubleBooking(refused))) => assert_eq!(id, refused),
            (_, Err(other)) => panic!("not a refusal: {other:?}"),
        }
    }
    assert_eq!(winners.len(), 1);
    let stored = twice.one.appointments(&AppointmentFilter::default(), ALL).await.expect("a list");
    assert_eq!(stored.iter().map(|appointment| appointment.id).collect::<Vec<_>>(), winners);
}

pub(crate) async fn neighbours_do_not_overlap(twice: &Twice) {
    let house = House::build(&twice.one).await;
    for (from, to) in [(60, 120), (0, 60), (120, 180)] {
        house.store(&twice.one, house.hold(from, to)).await.expect("a free slot");
    }
    let mut elsewhere = house.hold(60, 120);
    elsewhere.appointment.provider = house.providers[1].into();
    elsewhere.slots = Slots::Take(claim(&elsewhere.appointment));
    house.store(&twice.other, elsewhere).await.expect("another provider is free");
}

pub(crate) async fn an_overlap_is_found_whichever_way_it_lies(twice: &Twice) {
    let house = House::build(&twice.one).await;
    // As long as a claim can be, so that the look-back is tried at its end.
    let end = 10_000 + 3 * 24 * 60;
    house.store(&twice.one, house.hold(10_000, end)).await.expect("a free slot");
    let overlaps =
        [(10_000, end), (9_980, 10_001), (end - 1, end + 20), (11_000, 11_060), (9_000, 9_000 + 4320)];
    for (from, to) in overlaps {
        let refused = house.store(&twice.other, house.hold(from, to)).await;
        assert!(matches!(refused, Err(Error::DoubleBooking(_))), "{from}–{to}: {refused:?}");
    }
    for (from, to) in [(9_980, 10_000), (end, end + 20)] {
        house.store(&twice.other, house.hold(from, to)).await.expect("a free slot");
    }
}

pub(crate) async fn a_slot_may_move_over_itself(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let later = house.store(&twice.other, moved(&booked, 30, 90)).await.expect("only itself is in the way");
    house.store(&twice.one, house.hold(0, 30)).await.expect("what it left is free");
    let refused = house.store(&twice.one, house.hold(80, 110)).await;
    assert!(matches!(refused, Err(Error::DoubleBooking(_))), "{refused:?}");
    let found = twice.one.claims(&[house.provider()], minute(30), minute(90)).await.expect("a list");
    assert_eq!(found, [claim(&later)]);
}

pub(crate) async fn a_released_slot_is_taken_in_the_same_commit(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let (mut new, mut old) = (house.hold(30, 90), cancel(&booked));
    new.appointment.predecessor = Some(booked.id);
    old.appointment.successor = Some(new.appointment.id);
    // The one that takes is named first: the order must not matter.
    let stored = twice.other.commit(house.decision(vec![new, old])).await.expect("the slot is given up");
    assert_eq!(stored[0].predecessor, Some(booked.id));
    let old = twice.one.appointment(booked.id).await.expect("a read").expect("kept");
    assert_eq!((old.successor, old.status), (Some(stored[0].id), Status::Cancelled));
}

pub(crate) async fn two_appointments_can_change_places(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let first = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let second = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot");
    let changes = vec![moved(&first, 60, 120), moved(&second, 0, 60)];
    twice.other.commit(house.decision(changes)).await.expect("each gives up what the other takes");
    let found = twice.one.claims(&[house.provider()], minute(0), minute(120)).await.expect("a list");
    assert_eq!(found.iter().map(|claim| claim.appointment).collect::<Vec<_>>(), [second.id, first.id]);
}

pub(crate) async fn a_released_slot_is_free(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    house.store(&twice.other, cancel(&booked)).await.expect("revision 1");
    house.store(&twice.one, house.hold(0, 60)).await.expect("the slot is free again");
}

pub(crate) async fn a_stale_revision_is_refused(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let results = join_all((0..10).map(|n| {
        let (store, change) = (twice.side(n), next(&booked, Status::Confirmed));
        async move { house.store(&store, change).await }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter(|result| result.is_err()) {
        assert!(matches!(refused, Err(Error::Stale("appointment"))), "{refused:?}");
    }
    assert_eq!(twice.one.events(booked.id).await.expect("a list").len(), 2);
}

pub(crate) async fn a_stale_catalogue_is_refused(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let version = twice.one.catalog_version(CompanyId(house.company)).await.expect("a company");
    let based = |changes| Commit { catalog_version: Some(version), ..house.decision(changes) };
    let booked =
        twice.one.commit(based(vec![house.hold(0, 60)])).await.expect("nothing has changed").remove(0);
    twice.other.insert(&record(Kind::Unit, id(), house.company), None).await.expect("a new record");
    for change in [house.hold(60, 120), next(&booked, Status::Confirmed)] {
        let refused = twice.one.commit(based(vec![change])).await;
        assert!(matches!(refused, Err(Error::Stale("catalogue"))), "{refused:?}");
    }
    house.store(&twice.one, next(&booked, Status::Confirmed)).await.expect("it rests on no catalogue");
}

pub(crate) async fn a_decision_rests_on_the_appointments_beside_it(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let other = house.store(&twice.one, house.hold(0, 60)).await.expect("it is free");
    let beside = vec![(other.id, other.revision)];
    let based = |change| Commit { beside: beside.clone(), ..house.decision(vec![change]) };
    let booked = twice.one.commit(based(house.hold(60, 120))).await.expect("nothing has changed").remove(0);
    house.store(&twice.other, next(&other, Status::Confirmed)).await.expect("it goes on");
    for change in [house.hold(120, 180), next(&booked, Status::Confirmed)] {
        let refused = twice.one.commit(based(change)).await;
        assert!(matches!(refused, Err(Error::Stale("appointment"))), "{refused:?}");
    }
}

pub(crate) async fn an_unknown_appointment_is_missing(twice: &Twice) {
    let house = House::build(&twice.one).await;
    assert_eq!(twice.one.appointment(id().into()).await.expect("a read"), None);
    let unknown = house.store(&twice.one, next(&house.hold(0, 60).appointment, Status::Confirmed)).await;
    assert!(matches!(unknown, Err(Error::Missing("appointment"))), "{unknown:?}");
    let mut stray = house.hold(0, 60);
    stray.appointment.customer = id().into();
    let stray = house.store(&twice.one, stray).await;
    assert!(matches!(stray, Err(Error::Missing(_))), "{stray:?}");
}

pub(crate) async fn a_refused_commit_leaves_nothing(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.ask(&twice.one, 0, &[("a/1/order", &[])]).await;
    let mut fresh = house.hold(100, 160);
    let fresh_id = fresh.appointment.id;
    fresh.deliveries = vec![wanted("b/1/order", &[]), wanted("a/1/order", &[])];
    let body = |stored: &[&Appointment]| stored[0].name.clone();
    let refused = twice.other.commit(house.answered(vec![cancel(&booked), fresh], "k", &body)).await;
    assert!(matches!(&refused, Err(Error::KeyTaken(key)) if key.as_str() == "a/1/order"), "{refused:?}");
    assert_eq!(twice.one.appointment(booked.id).await.expect("a read"), Some(booked.clone()));
    assert_eq!(twice.one.appointment(fresh_id).await.expect("a read"), None);
    assert_eq!(twice.one.events(booked.id).await.expect("a list").len(), 1);
    assert_eq!(twice.one.events(fresh_id).await.expect("a list"), []);
    let claims = twice.one.claims(&[house.provider()], minute(0), minute(500)).await.expect("a list");
    assert_eq!(claims, [claim(&booked)]);
    assert_eq!(twice.one.answer("k").await.expect("a read"), None);
    assert_eq!(twice.one.deliveries(&Default::default(), 0, 10).await.expect("a list").len(), 1);
    let second = house.store(&twice.one, house.hold(100, 160)).await.expect("a free slot");
    assert!(second.name.starts_with("APT-0002"), "the number is given to the next: {}", second.name);
}

pub(crate) async fn a_request_sent_twenty_times_at_once_books_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let results = join_all((0..20).map(|n| {
        let store = twice.side(n);
        tokio::spawn(async move {
            let body = |stored: &[&Appointment]| stored[0].name.clone();
            store.commit(house.answered(vec![house.hold(0, 60)], "k", &body)).await
        })
    }))
    .await;
    let results = results.into_iter().map(|result| result.expect("the task ends")).collect::<Vec<_>>();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter(|result| result.is_err()) {
        assert!(matches!(refused, Err(Error::AnswerExists)), "not told that it was answered: {refused:?}");
    }
    let answer = twice.other.answer("k").await.expect("a read").expect("kept");
    assert_eq!((answer.status, answer.body.as_str()), (201, "APT-0001 — Cooling System Service"));
}
