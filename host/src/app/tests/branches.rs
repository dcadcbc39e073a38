//! Services that several branches offer.

use super::*;
use crate::model::BranchId;

/// A second branch with one provider, who offers the world's service too.
async fn second(world: &World) -> (BranchId, Uuid) {
    let stored = world.app.get::<Service>(world.service).await.unwrap();
    let company = Some(CompanyId(stored.company));
    let branch = add::<Branch>(&world.app, company, r#"{"name":"B2","time_zone":"Europe/Berlin"}"#).await;
    let provider =
        Provider { shifts: vec![shift()], ..parsed(&format!(r#"{{"name":"Q","branch":"{branch}"}}"#)) };
    let provider = stored_id(world, company, provider).await;
    let mut service = stored.data;
    // The order in which a service names its providers says nothing about its branches.
    service.providers.insert(0, provider.into());
    world.app.replace(world.service, stored.version, service).await.unwrap();
    (branch.into(), provider)
}

async fn stored_id(world: &World, company: Option<CompanyId>, provider: Provider) -> Uuid {
    stored(world.app.create(company, provider, None).await)
}

async fn hold(world: &World, branch: Option<BranchId>) -> Result<Appointment> {
    let booking = Booking { provider: None, branch, ..world.booking() };
    world.app.hold(booking, Actor::Customer, None).await.map(fresh)
}

#[tokio::test]
async fn where_any_branch_will_do_the_oldest_that_can_goes_first() {
    let world = World::new().await;
    let (branch, provider) = second(&world).await;
    let mut with = Vec::new();
    for _ in 0..3 {
        with.push(hold(&world, None).await.unwrap().provider.0);
    }
    with[..2].sort_unstable();
    let mut first = [world.provider, world.other];
    first.sort_unstable();
    assert_eq!(with, [first[0], first[1], provider]);
    assert_eq!(codes(hold(&world, Some(branch)).await.unwrap_err()), ["SL0213"]);
    let Err(Error::Refused(refusal)) = hold(&world, None).await else { panic!("all are taken") };
    assert_eq!(refusal.findings.len(), 1, "each reason once: {refusal:?}");
    assert!(!refusal.alternatives.is_empty());
}

#[tokio::test]
async fn each_branch_says_why_it_cannot() {
    let world = World::new().await;
    let (_, provider) = second(&world).await;
    // It is six in the evening in Berlin, and five in the afternoon in UTC.
    let late = Booking { provider: None, start: utc("2026-11-23T17:00:00Z"), ..world.booking() };
    let leave = Leave { start: utc(MONDAY), end: utc("2026-11-24T00:00:00Z"), reason: String::new() };
    world.app.add_leave(provider.into(), leave, None).await.unwrap();
    let refused = world.app.hold(late, Actor::Customer, None).await.unwrap_err();
    assert_eq!(codes(refused), ["SL0211", "SL0212"]);
}

#[tokio::test]
async fn two_at_once_are_divided_among_branches() {
    let world = World::new().await;
    let (_, provider) = second(&world).await;
    let Booking { service, customer, start, .. } = world.booking();
    let customer = customer.unwrap();
    let item = format!(r#"{{"service":"{service}","start":"{}"}}"#, start.to_rfc3339());
    let items = vec![item; 3].join(",");
    let wanted = parsed(&format!(r#"{{"customer":"{customer}","mode":"parallel","items":[{items}]}}"#));
    let booking = fresh(world.app.book(wanted, Actor::Customer, None).await.unwrap());
    assert!(booking.appointments.iter().any(|one| one.provider.0 == provider));
}

#[tokio::test]
async fn a_series_is_read_in_the_local_time_of_one_branch() {
    let world = World::new().await;
    let (branch, provider) = second(&world).await;
    let World { service, customer, .. } = &world;
    let wanted: SeriesRequest = parsed(&format!(
        r#"{{"service":"{service}","customer":"{customer}","start":"{MONDAY}","rule":"FREQ=WEEKLY;COUNT=2"}}"#
    ));
    match world.app.preview_series(&wanted, Actor::Staff).await {
        Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, "branch"),
        other => panic!("{other:?}"),
    }
    let there = SeriesRequest { branch: Some(branch), ..wanted };
    let preview = world.app.preview_series(&there, Actor::Staff).await.unwrap();
    assert_eq!(preview.occurrences[0].provider, Some(provider.into()));
}
