//! Companies that were made to try things out, and their end.

use std::time::Duration;

use super::Twice;
use super::accounts::let_in;
use super::extensions::extended;
use super::house::{House, cancel, claim as claim_of, id, minute, next, record, retry, span};
use super::outbox::{done, parked};
use super::reconcile::seen;
use super::visits::worked;
use super::waitlist::place;
use crate::model::master::Kind;
use crate::model::{CompanyId, Delivery, Status};
use crate::store::{AppointmentFilter, DeliveryFilter, Error, Leaving, Page, Sample, SharedStore, Slots};

const ALL: Page = Page { after: None, limit: 100 };
const LEASE: Duration = Duration::from_secs(60);

/// Something of everything that a company can have.
async fn live(store: &SharedStore, house: &House) {
    let documents: [(&str, &[&str]); 3] = [("a/1", &[]), ("a/2", &["a/1"]), ("a/3", &[])];
    let visit = house.ask(store, 0, &documents).await;
    let mut moved = next(&visit, Status::Confirmed);
    let second = house.store(store, house.hold(100, 160)).await.expect("a free slot");
    moved.appointment.successor = Some(second.id);
    house.store(store, moved).await.expect("revision 1");
    let gone = house.store(store, house.hold(200, 260)).await.expect("a free slot");
    store.add_wait(&place(house, 0, 10_000), None).await.expect("a new place");
    house.store(store, cancel(&gone)).await.expect("revision 1");
    let unit = id();
    store.insert(&record(Kind::Unit, unit, house.company), None).await.expect("a new record");
    let mut roomy = house.hold(300, 360);
    roomy.appointment.units = vec![unit.into()];
    roomy.slots = Slots::Take(claim_of(&roomy.appointment));
    house.store(store, roomy).await.expect("a free slot");
    for outcome in [done, |_: &_| parked()] {
        let delivery = claim(store).await.remove(0);
        assert!(
            store.finish_delivery(delivery.id, "r", &outcome(&delivery), span(1)).await.expect("a write")
        );
    }
    let last = store.deliveries(&of(house), 0, 100).await.expect("a list").pop().expect("one");
    retry(&**store, last.id, 0).await.expect("it waits");
    let_in(store, visit.id).await;
    worked(store, visit.id).await;
    seen(store, house).await;
    extended(store, house).await;
}

fn of(house: &House) -> DeliveryFilter {
    DeliveryFilter { company: Some(house.company.into()), ..DeliveryFilter::default() }
}

async fn claim(store: &SharedStore) -> Vec<Delivery> {
    store.claim_deliveries("r", LEASE, minute(1), 1, &[]).await.expect("a claim")
}

async fn leave(store: &SharedStore, house: &House, emptied: bool) -> Leaving {
    let asked = Box::pin(async move { emptied });
    store.remove_sample(house.company.into(), asked).await.expect("it is answered")
}

pub(crate) async fn a_sample_is_marked_when_it_is_made(twice: &Twice) {
    let house = House::sample(&twice.one).await;
    let name = record(Kind::Company, house.company, house.company).name;
    let made_at = record(Kind::Company, house.company, house.company).updated_at;
    let sample = Sample { company: house.company.into(), name, by: "Ada".to_owned(), made_at };
    assert_eq!(twice.other.samples().await.expect("a list"), [sample]);
    let again = twice.other.insert_sample(&record(Kind::Company, house.company, house.company), "Ada").await;
    assert!(matches!(again, Err(Error::Exists("company"))), "{again:?}");
}

pub(crate) async fn a_sample_goes_with_everything_in_it_and_nothing_else(twice: &Twice) {
    let house = House::sample(&twice.one).await;
    live(&twice.one, &house).await;
    let neighbour = House::build(&twice.one).await;
    let kept = neighbour.ask(&twice.one, 0, &[("n/1", &[])]).await;
    assert_eq!(leave(&twice.other, &house, true).await, Leaving::Gone);
    for kind in [Kind::Company, Kind::Branch, Kind::Service, Kind::Provider, Kind::Unit, Kind::Customer] {
        assert_eq!(twice.one.records(kind, Some(house.company), ALL).await.expect("a list"), [], "{kind:?}");
    }
    let filter = AppointmentFilter { company: Some(house.company.into()), ..AppointmentFilter::default() };
    assert_eq!(twice.one.appointments(&filter, ALL).await.expect("a list"), []);
    assert_eq!(twice.one.deliveries(&of(&house), 0, 100).await.expect("a list"), []);
    assert_eq!(twice.one.samples().await.expect("a list"), []);
    let version = twice.one.catalog_version(CompanyId(house.company)).await;
    assert!(matches!(version, Err(Error::Missing("company"))), "{version:?}");
    assert_eq!(twice.one.appointment(kept.id).await.expect("a read"), Some(kept.clone()));
    assert_eq!(claim(&twice.one).await.len(), 1, "the neighbour's document is sent");
    neighbour.store(&twice.one, next(&kept, Status::Confirmed)).await.expect("life goes on");
    assert_eq!(leave(&twice.one, &house, true).await, Leaving::NoSample, "once");
}

pub(crate) async fn what_is_no_sample_stays(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    assert_eq!(leave(&twice.one, &house, true).await, Leaving::NoSample);
    assert_eq!(twice.other.appointment(visit.id).await.expect("a read"), Some(visit));
}

pub(crate) async fn a_sample_stays_while_a_document_of_it_is_sent_or_its_books_are_kept(twice: &Twice) {
    let house = House::sample(&twice.one).await;
    let visit = house.ask(&twice.one, 0, &[("a/1", &[])]).await;
    assert_eq!(leave(&twice.one, &house, false).await, Leaving::Kept);
    let delivery = claim(&twice.other).await.remove(0);
    assert_eq!(leave(&twice.one, &house, true).await, Leaving::InHand);
    assert_eq!(twice.one.appointment(visit.id).await.expect("a read"), Some(visit));
    assert_eq!(twice.one.samples().await.expect("a list").len(), 1);
    assert!(twice.other.finish_delivery(delivery.id, "r", &done(&delivery), span(1)).await.expect("a write"));
    assert_eq!(leave(&twice.one, &house, true).await, Leaving::Gone);
}
