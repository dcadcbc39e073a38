//! The waitlist, and what is offered to whom.

use super::*;
use crate::model::{WaitId, WaitState};

/// A customer of the world's company.
async fn customer(world: &World, name: &str) -> Uuid {
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    add::<Customer>(&world.app, Some(CompanyId(company)), &format!(r#"{{"name":"{name}"}}"#)).await
}

/// Takes a place for Monday between two times with the world's provider.
async fn wait(world: &World, customer: Uuid, from: &str, to: &str) -> WaitId {
    let World { service, provider, .. } = world;
    let wanted = parsed(&format!(
        r#"{{"service":"{service}","customer":"{customer}","provider":"{provider}",
            "from":"2026-11-23T{from}:00Z","to":"2026-11-23T{to}:00Z"}}"#
    ));
    fresh(world.app.wait_for(wanted, None).await.unwrap()).id
}

async fn place(world: &World, id: WaitId) -> WaitView {
    world.app.place_in_line(id).await.unwrap()
}

/// Lets the world offer what is free, until nothing is left to look at.
async fn offer(world: &World) {
    while world.app.offer_freed(10).await.unwrap() > 0 {}
}

/// The hold that a place is offered.
async fn offered(world: &World, id: WaitId) -> Appointment {
    let place = place(world, id).await;
    assert_eq!(place.state, WaitState::Offered);
    world.app.appointment(place.appointment.unwrap()).await.unwrap()
}

fn cancel() -> Command {
    Command::Cancel(Cancel { reason: "a test".to_owned(), exception_reason: None })
}

#[tokio::test]
async fn an_offer_passes_on_when_it_runs_out_or_is_declined() {
    let world = World::new().await;
    let taken = world.confirmed().await;
    let mut places = Vec::new();
    for name in ["first", "second", "third"] {
        places.push(wait(&world, customer(&world, name).await, "10:00", "11:00").await);
    }
    offer(&world).await;
    assert_eq!(place(&world, places[0]).await.state, WaitState::Waiting, "nothing is free");
    world.command(taken, cancel()).await.unwrap();
    offer(&world).await;
    let first = offered(&world, places[0]).await;
    assert_eq!((first.status, first.start), (Status::Open, utc(MONDAY)));
    assert_eq!(
        first.hold_until,
        Some(first.created_at + TimeDelta::minutes(60)),
        "the offer time, not the hold's"
    );
    world.pass(TimeDelta::minutes(60));
    assert_eq!(world.app.expire_holds(10).await.unwrap(), 1);
    offer(&world).await;
    assert_eq!(place(&world, places[0]).await.state, WaitState::Lapsed);
    let second = offered(&world, places[1]).await;
    assert_eq!(second.customer.0, place(&world, places[1]).await.customer.0);
    let decline = Decline { reason: "no time".to_owned(), replacement: None };
    world.command(second.id, Command::Decline(decline)).await.unwrap();
    offer(&world).await;
    let third = offered(&world, places[2]).await;
    world.command(third.id, Command::Confirm).await.unwrap();
    let states = [WaitState::Lapsed, WaitState::Lapsed, WaitState::Booked];
    for (id, state) in places.iter().zip(states) {
        assert_eq!(place(&world, *id).await.state, state);
    }
    world.command(third.id, cancel()).await.unwrap();
    offer(&world).await;
    assert_eq!(
        place(&world, places[2]).await.state,
        WaitState::Booked,
        "whoever gives it up later has had it"
    );
}

#[tokio::test]
async fn two_hosts_offer_a_time_once() {
    let world = World::new().await;
    let taken = world.confirmed().await;
    let mut places = Vec::new();
    for name in ["first", "second", "third", "fourth"] {
        places.push(wait(&world, customer(&world, name).await, "10:00", "11:00").await);
    }
    offer(&world).await;
    world.command(taken, cancel()).await.unwrap();
    // As if the time had become free several times over.
    let provider = world.app.get::<Provider>(world.provider).await.unwrap();
    world.app.replace(world.provider, provider.version, provider.data).await.unwrap();
    let (one, two) = tokio::join!(world.app.offer_freed(10), world.app.offer_freed(10));
    assert_eq!(one.unwrap() + two.unwrap(), 2);
    offered(&world, places[0]).await;
    for id in &places[1..] {
        assert_eq!(place(&world, *id).await.state, WaitState::Waiting);
    }
    assert_eq!(world.app.offer_freed(10).await.unwrap(), 0, "nothing is left to look at");
}

#[tokio::test]
async fn whoever_cannot_use_a_time_is_passed_over() {
    let world = World::new().await;
    let taken = world.confirmed().await;
    let after = Booking { start: utc("2026-11-23T11:00:00Z"), ..world.booking() };
    world.app.hold(after, Actor::Staff, None).await.unwrap();
    let late = wait(&world, customer(&world, "late").await, "10:30", "11:45").await;
    let fitting = wait(&world, customer(&world, "fitting").await, "09:30", "11:30").await;
    offer(&world).await;
    world.command(taken, cancel()).await.unwrap();
    offer(&world).await;
    assert_eq!(place(&world, late).await.state, WaitState::Waiting, "an hour does not fit into half of one");
    assert_eq!(offered(&world, fitting).await.start, utc("2026-11-23T09:30:00Z"));
}

#[tokio::test]
async fn time_is_found_at_once_and_when_leave_is_taken_back() {
    let world = World::new().await;
    let leave =
        Leave { start: utc("2026-11-23T00:00:00Z"), end: utc("2026-11-24T00:00:00Z"), reason: String::new() };
    world.app.add_leave(world.provider.into(), leave, None).await.unwrap();
    let id = wait(&world, world.customer, "12:00", "14:00").await;
    offer(&world).await;
    assert_eq!(place(&world, id).await.state, WaitState::Waiting);
    let provider = world.app.get::<Provider>(world.provider).await.unwrap();
    let back = Provider { leave: Vec::new(), ..provider.data };
    world.app.replace(world.provider, provider.version, back).await.unwrap();
    offer(&world).await;
    assert_eq!(offered(&world, id).await.start, utc("2026-11-23T12:00:00Z"));
    let next = wait(&world, world.customer, "12:00", "14:00").await;
    offer(&world).await;
    assert_eq!(offered(&world, next).await.start, utc("2026-11-23T13:00:00Z"), "it is free already");
}

#[tokio::test]
async fn a_place_is_given_up_unless_it_has_an_offer() {
    let world = World::new().await;
    let id = wait(&world, world.customer, "10:00", "11:00").await;
    let request = Request { key: "k".to_owned(), fingerprint: "f".to_owned() };
    let given_up = fresh(world.app.withdraw(id, None, Some(&request)).await.unwrap());
    assert_eq!(given_up.state, WaitState::Withdrawn);
    assert!(matches!(world.app.withdraw(id, None, Some(&request)).await.unwrap(), Reply::Replayed(_)));
    assert_eq!(fresh(world.app.withdraw(id, None, None).await.unwrap()), given_up);
    offer(&world).await;
    assert_eq!(place(&world, id).await, given_up);
    let id = wait(&world, world.customer, "10:00", "11:00").await;
    offer(&world).await;
    match world.app.withdraw(id, None, None).await {
        Err(Error::Stale { current }) => assert_eq!(current, "offered"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_seat_in_a_class_is_offered() {
    let world = World::new().await;
    let company = CompanyId(world.app.get::<Service>(world.service).await.unwrap().company);
    let provider = world.provider;
    let class = format!(
        r#"{{"name":"K","item":"K","duration_minutes":60,"seats":2,"providers":["{provider}"],
            "prices":[{{"description":"K","basis":"per_guest","unit_price":"5.00"}}]}}"#
    );
    let class = add::<Service>(&world.app, Some(company), &class).await;
    let mut taken = Vec::new();
    for name in ["one", "two"] {
        let customer = customer(&world, name).await.into();
        let booking = Booking { service: class.into(), customer: Some(customer), ..world.booking() };
        taken.push(fresh(world.app.hold(booking, Actor::Staff, None).await.unwrap()));
    }
    let wanted = format!(
        r#"{{"service":"{class}","customer":"{}","from":"2026-11-23T09:30:00Z","to":"2026-11-23T11:15:00Z"}}"#,
        world.customer
    );
    let id = fresh(world.app.wait_for(parsed(&wanted), None).await.unwrap()).id;
    offer(&world).await;
    assert_eq!(place(&world, id).await.state, WaitState::Waiting);
    world.command(taken[0].id, cancel()).await.unwrap();
    offer(&world).await;
    let seat = offered(&world, id).await;
    assert_eq!((seat.start, seat.shared), (utc(MONDAY), taken[1].shared.clone()));
}
