//! What is taken from whom: units and their parts, shared visits, and the rows derived from claims.

use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Twice;
use super::house::{House, cancel, claim, id, minute, record};
use crate::model::master::Kind;
use crate::model::{Appointment, SharedVisit, UnitId};
use crate::store::{Busy, Change, Error, LAYER_BYTES, Record, SharedStore, Slots, Workload};

/// Slots of five minutes from the day's begin to [`minute`] zero.
const EPOCH_SLOT: usize = 96;
const EPOCH_DAY: i64 = super::house::EPOCH / 86_400;

async fn unit(store: &SharedStore, house: &House, fields: Value) -> UnitId {
    let id = id();
    let mut data = json!({ "name": "A unit", "unit_type": "room", "capacity": 1, "overlap_allowed": false });
    data.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let record = Record { data, ..record(Kind::Unit, id, house.company) };
    store.insert(&record, None).await.expect("a new record");
    id.into()
}

/// A hold of one of the two providers that uses these units.
fn using(house: &House, provider: usize, from: i64, to: i64, units: &[UnitId]) -> Change {
    let mut change = house.hold(from, to);
    change.appointment.provider = house.providers[provider].into();
    change.appointment.units = units.to_vec();
    change.slots = Slots::Take(claim(&change.appointment));
    change
}

/// A hold of so many seats in a class.
fn seated(house: &House, key: &str, from: i64, guests: u32, seats: u32) -> Change {
    let mut change = house.hold(from, from + 60);
    change.appointment.guests = guests;
    change.appointment.shared = Some(SharedVisit { key: key.to_owned(), seats });
    change.slots = Slots::Take(claim(&change.appointment));
    change
}

fn assert_taken(result: Result<Appointment, Error>) {
    assert!(matches!(result, Err(Error::DoubleBooking(_))), "{result:?}");
}

pub(crate) async fn a_unit_is_used_once_at_a_time(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let room = unit(&twice.one, &house, json!({})).await;
    let first = house.store(&twice.one, using(&house, 0, 0, 60, &[room])).await.expect("a free room");
    assert_taken(house.store(&twice.other, using(&house, 1, 30, 90, &[room])).await);
    house.store(&twice.other, using(&house, 1, 60, 120, &[room])).await.expect("a free room");
    house.store(&twice.one, cancel(&first)).await.expect("revision 1");
    house.store(&twice.one, using(&house, 0, 0, 60, &[room])).await.expect("it is free again");
    let claims = twice.one.unit_claims(&[room], minute(0), minute(60)).await.expect("a list");
    assert_eq!(claims.len(), 1, "neither what was given up nor what lies beside it");
}

pub(crate) async fn a_unit_with_room_for_two_is_shared_by_two(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let third = id();
    twice.one.insert(&record(Kind::Provider, third, house.company), None).await.expect("a new record");
    let hall = unit(&twice.one, &house, json!({ "capacity": 2, "overlap_allowed": true })).await;
    house.store(&twice.one, using(&house, 0, 0, 60, &[hall])).await.expect("room for one");
    house.store(&twice.one, using(&house, 1, 30, 90, &[hall])).await.expect("room for two");
    let mut full = using(&house, 0, 80, 140, &[hall]);
    full.appointment.provider = third.into();
    full.slots = Slots::Take(claim(&full.appointment));
    house.store(&twice.other, full).await.expect("the first has left by then");
    let mut third_at_once = using(&house, 0, 40, 60, &[hall]);
    third_at_once.appointment.provider = third.into();
    third_at_once.slots = Slots::Take(claim(&third_at_once.appointment));
    assert_taken(house.store(&twice.other, third_at_once).await);
    let busy = twice.one.busy(&[hall.0], EPOCH_DAY, EPOCH_DAY).await.expect("a list");
    assert_eq!(busy.first().map(|row| row.layers.len()), Some(2 * LAYER_BYTES));
}

pub(crate) async fn a_unit_and_its_parts_are_not_used_at_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let site = unit(&twice.one, &house, json!({})).await;
    let room = unit(&twice.one, &house, json!({ "parent": site })).await;
    let chair = unit(&twice.one, &house, json!({ "parent": room })).await;
    let other_chair = unit(&twice.one, &house, json!({ "parent": room })).await;
    house.store(&twice.one, using(&house, 0, 0, 60, &[chair])).await.expect("a free chair");
    assert_taken(house.store(&twice.other, using(&house, 1, 30, 90, &[site])).await);
    house.store(&twice.one, using(&house, 1, 0, 60, &[other_chair])).await.expect("another free chair");
    house.store(&twice.one, using(&house, 0, 60, 120, &[site])).await.expect("everything is free");
    assert_taken(house.store(&twice.other, using(&house, 1, 90, 150, &[chair])).await);
    assert_taken(house.store(&twice.other, using(&house, 1, 90, 150, &[room])).await);
    house.store(&twice.other, using(&house, 1, 120, 180, &[room])).await.expect("the site is free again");
}

pub(crate) async fn a_part_takes_a_place_of_a_whole_in_use(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let third = id();
    twice.one.insert(&record(Kind::Provider, third, house.company), None).await.expect("a new record");
    let hall = unit(&twice.one, &house, json!({ "capacity": 2, "overlap_allowed": true })).await;
    let mut chairs = Vec::new();
    for _ in 0..2 {
        chairs.push(unit(&twice.one, &house, json!({ "parent": hall })).await);
    }
    let of_third = |units: &[UnitId]| {
        let mut change = using(&house, 0, 0, 60, units);
        change.appointment.provider = third.into();
        change.slots = Slots::Take(claim(&change.appointment));
        change
    };
    let whole = house.store(&twice.one, using(&house, 0, 0, 60, &[hall])).await.expect("room for one");
    house.store(&twice.one, using(&house, 1, 0, 60, &chairs[..1])).await.expect("room for two");
    assert_taken(house.store(&twice.other, of_third(&chairs[1..])).await);
    house.store(&twice.one, cancel(&whole)).await.expect("revision 1");
    house.store(&twice.other, of_third(&chairs[1..])).await.expect("nobody uses the hall as a whole");
    assert_taken(house.store(&twice.one, using(&house, 0, 0, 60, &[hall])).await);
}

pub(crate) async fn of_twenty_for_one_unit_one_wins(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let room = unit(&twice.one, &house, json!({})).await;
    let mut providers = Vec::new();
    for _ in 0..20 {
        let provider = id();
        twice.one.insert(&record(Kind::Provider, provider, house.company), None).await.expect("a new record");
        providers.push(provider);
    }
    let results = join_all(providers.into_iter().enumerate().map(|(n, provider)| {
        let store = twice.side(n);
        let mut change = using(&house, 0, 0, 60, &[room]);
        change.appointment.provider = provider.into();
        change.slots = Slots::Take(claim(&change.appointment));
        tokio::spawn(async move { house.store(&store, change).await })
    }))
    .await;
    let won = results.into_iter().filter(|result| result.as_ref().is_ok_and(Result::is_ok)).count();
    assert_eq!(won, 1);
}

pub(crate) async fn a_shared_visit_has_its_seats(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let results = join_all((0..10).map(|n| {
        let store = twice.side(n);
        tokio::spawn(async move { house.store(&store, seated(&house, "class", 0, 2, 8)).await })
    }))
    .await;
    let won = results.into_iter().filter(|result| result.as_ref().is_ok_and(Result::is_ok)).count();
    assert_eq!(won, 4, "eight seats, two guests each");
    assert_taken(house.store(&twice.one, seated(&house, "class", 0, 1, 8)).await);
    assert_taken(house.store(&twice.one, seated(&house, "another class", 0, 1, 8)).await);
    assert_taken(house.store(&twice.one, house.hold(30, 90)).await);
    let provider = house.provider();
    let sessions =
        twice.other.sessions(house.service.into(), &[provider], minute(0), minute(60)).await.expect("a list");
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].guests, sessions[0].start), (8, minute(5)));
    let busy = twice.one.busy(&[provider.0], EPOCH_DAY, EPOCH_DAY).await.expect("a list");
    assert_eq!(busy[0].layers.len(), LAYER_BYTES, "a visit that four share counts once");
}

pub(crate) async fn a_shared_visit_is_in_one_place(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let room = unit(&twice.one, &house, json!({})).await;
    let other_room = unit(&twice.one, &house, json!({})).await;
    let seated_in = |room: UnitId| {
        let mut change = seated(&house, "class", 0, 1, 8);
        change.appointment.units = vec![room];
        change.slots = Slots::Take(claim(&change.appointment));
        change
    };
    let first = house.store(&twice.one, seated_in(room)).await.expect("a free room");
    assert_taken(house.store(&twice.other, seated_in(other_room)).await);
    house.store(&twice.other, seated_in(room)).await.expect("a seat beside the first");
    house.store(&twice.one, cancel(&first)).await.expect("revision 1");
    assert_taken(house.store(&twice.one, seated_in(other_room)).await);
}

pub(crate) async fn busy_days_follow_the_claims(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let provider = house.provider().0;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let across = house.store(&twice.one, house.hold(900, 980)).await.expect("a free slot");
    let row = |slots: &[usize], day| {
        let mut layers = vec![0; LAYER_BYTES];
        slots.iter().for_each(|slot| layers[slot / 8] |= 1 << (slot % 8));
        Busy { resource: provider, day, layers }
    };
    let first: Vec<usize> = (EPOCH_SLOT..EPOCH_SLOT + 12).collect();
    let night: Vec<usize> = (276..288).collect();
    let both = || async {
        let rows = twice.other.busy(&[provider, Uuid::nil()], EPOCH_DAY, EPOCH_DAY + 1).await;
        rows.expect("a list")
    };
    let next_day: Vec<usize> = (0..4).collect();
    let all = [first, night.clone()].concat();
    assert_eq!(both().await, [row(&all, EPOCH_DAY), row(&next_day, EPOCH_DAY + 1)]);
    house.store(&twice.other, cancel(&booked)).await.expect("revision 1");
    assert_eq!(both().await, [row(&night, EPOCH_DAY), row(&next_day, EPOCH_DAY + 1)]);
    house.store(&twice.one, cancel(&across)).await.expect("revision 1");
    assert_eq!(both().await, []);
}

pub(crate) async fn workloads_count_days_and_bookings(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let both = house.providers.map(Into::into);
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    house.store(&twice.one, house.hold(24 * 60, 24 * 60 + 30)).await.expect("a free slot");
    let of = |minutes, last_booked, provider| Workload { provider, minutes, last_booked };
    let first = twice.other.workloads(&both, EPOCH_DAY, EPOCH_DAY).await.expect("a list");
    assert_eq!(first, [of(60, Some(booked.created_at), both[0]), of(0, None, both[1])]);
    let two = twice.other.workloads(&both[..1], EPOCH_DAY - 90, EPOCH_DAY + 1).await.expect("a list");
    assert_eq!(two, [of(90, Some(booked.created_at), both[0])]);
}

pub(crate) async fn the_last_provider_is_known(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let last = || async {
        let last = twice.other.last_provider(house.customer.into(), house.service.into()).await;
        last.expect("a read")
    };
    let mut visits = Vec::new();
    for (provider, from) in [(1, 600), (0, 0)] {
        let mut change = using(&house, provider, from, from + 60, &[]);
        change.appointment.status = crate::model::Status::Scheduled;
        change.appointment.hold_until = None;
        visits.push(house.store(&twice.one, change).await.expect("a free slot"));
    }
    assert_eq!(last().await, Some(house.providers[1].into()), "the later visit, not the later booking");
    house.store(&twice.one, cancel(&visits[0])).await.expect("revision 1");
    assert_eq!(last().await, Some(house.provider()));
}
