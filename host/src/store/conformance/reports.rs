//! Reports: visits counted, amounts added up, time taken.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use slotledger_erp::{Document, Kind as DocumentKind, Posted, State as DocumentState};
use uuid::Uuid;

use super::Twice;
use super::house::{
    EPOCH, House, cancel, claim, document, event, id, mend, minute, moved, next, record, span, wanted,
};
use crate::model::master::Kind;
use crate::model::{Appointment, ProviderId, SharedVisit, Status};
use crate::store::{Change, Counted, Figure, Mend, Outcome, Share, SharedStore, Slots, Stretch, VisitCounts};

const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

/// A visit that goes through these statuses.
async fn visit(house: &House, store: &SharedStore, hold: Change, statuses: &[Status]) -> Appointment {
    let mut stored = house.store(store, hold).await.expect("a free slot");
    for status in statuses {
        let change = if *status == Status::Cancelled { cancel(&stored) } else { next(&stored, *status) };
        stored = house.store(store, change).await.expect("the newest revision");
    }
    stored
}

/// The same hold, of the second provider.
fn of_the_other(house: &House, mut hold: Change) -> Change {
    hold.appointment.provider = house.providers[1].into();
    hold.slots = Slots::Take(claim(&hold.appointment));
    hold
}

/// What both providers did in two times of a thousand minutes each: in which time, and who of them.
async fn counted(store: &SharedStore, house: &House) -> Vec<(usize, usize, Figure)> {
    let times = [(minute(0), minute(1000)), (minute(1000), minute(2000))];
    figures(store, house, Counted::Visits, &times).await
}

async fn figures(
    store: &SharedStore,
    house: &House,
    what: Counted,
    times: &[Stretch],
) -> Vec<(usize, usize, Figure)> {
    let share = |time: &Stretch| house.providers.map(|id| Share { provider: id.into(), time: *time });
    let shares: Vec<Share> = times.iter().flat_map(share).collect();
    let found = store.figures(house.company.into(), what, &shares).await.expect("figures");
    let mut found: Vec<_> = found.into_iter().map(|(n, figure)| (n / 2, n % 2, figure)).collect();
    found.sort_by_key(|(time, who, one)| {
        (*time, *who, one.service, one.amount.as_ref().map(|one| one.currency.clone()))
    });
    found
}

/// The counts among these.
fn counts(found: &[(usize, usize, Figure)]) -> Vec<(usize, usize, VisitCounts)> {
    let told = found.iter().map(|(time, who, figure)| (*time, *who, figure.counts));
    told.filter(|(.., counts)| *counts != VisitCounts::default()).collect()
}

/// The amounts among these, as they are written: two amounts are equal whatever zeros they end in.
fn amounts(found: &[(usize, usize, Figure)]) -> Vec<(usize, usize, String)> {
    let told = |(time, who, figure): &(usize, usize, Figure)| {
        let amount = figure.amount.as_ref()?;
        Some((*time, *who, format!("{} {}", amount.amount, amount.currency)))
    };
    found.iter().filter_map(told).collect()
}

pub(crate) async fn visits_are_counted_by_time_and_by_whose_they_are(twice: &Twice) {
    use Status::{Cancelled, Completed, Confirmed, NoShow, Scheduled};
    let (house, stranger) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let store = &twice.one;
    visit(&house, store, house.hold(0, 60), &[Confirmed, Completed]).await;
    visit(&house, store, house.hold(60, 120), &[Confirmed, NoShow]).await;
    visit(&house, store, house.hold(120, 180), &[Scheduled, Cancelled]).await;
    let late = visit(&house, store, house.hold(180, 240), &[Confirmed]).await;
    let mut called_off = cancel(&late);
    let mut exception = event(&called_off.appointment, Some(Confirmed));
    exception.name = "appointment.exception_made".to_owned();
    exception.attributes = vec![("rule".to_owned(), "SL0250".to_owned())];
    called_off.events.push(exception);
    house.store(store, called_off).await.expect("revision 2");
    let moved = visit(&house, store, house.hold(240, 300), &[Confirmed]).await;
    // What it is moved to lies in the second week, with the other provider.
    let there = visit(&house, store, of_the_other(&house, house.hold(1000, 1060)), &[Scheduled]).await;
    let mut gone = cancel(&moved);
    gone.appointment.successor = Some(there.id);
    house.store(store, gone).await.expect("revision 2");
    // No visits: a hold, one that ran out, what is before and after, and what is a neighbour's.
    house.store(store, house.hold(300, 360)).await.expect("a free slot");
    visit(&house, store, house.hold(360, 420), &[Cancelled]).await;
    visit(&house, store, house.hold(-60, 0), &[Confirmed]).await;
    visit(&house, store, house.hold(2000, 2060), &[Confirmed]).await;
    visit(&stranger, store, stranger.hold(0, 60), &[Confirmed]).await;
    let first = VisitCounts {
        completed: 1,
        no_shows: 1,
        cancelled: 2,
        cancelled_late: 1,
        rescheduled: 1,
        standing: 0,
    };
    let second = VisitCounts { standing: 1, ..VisitCounts::default() };
    let found = counted(&twice.other, &house).await;
    assert_eq!(counts(&found), [(0, 0, first), (1, 1, second)]);
    let is_here = |figure: &Figure| (figure.branch.0, figure.service.0) == (house.branch, house.service);
    assert!(found.iter().all(|(.., figure)| is_here(figure)), "{found:?}");
    let strangers = House { providers: stranger.providers, ..house };
    assert_eq!(counts(&counted(store, &strangers).await).len(), 1);
}

pub(crate) async fn a_customers_visits_are_counted(twice: &Twice) {
    use Status::{Cancelled, Completed, Confirmed, NoShow};
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    let elsewhere = id();
    store.insert(&record(Kind::Branch, elsewhere, house.company), None).await.expect("a new record");
    let stranger = id();
    store.insert(&record(Kind::Customer, stranger, house.company), None).await.expect("a new record");
    visit(&house, store, house.hold(0, 60), &[Confirmed, Completed]).await;
    visit(&house, store, house.hold(60, 120), &[Confirmed, NoShow]).await;
    visit(&house, store, house.hold(120, 180), &[Confirmed, Cancelled]).await;
    let moved = visit(&house, store, house.hold(180, 240), &[Confirmed]).await;
    let mut there = house.hold(240, 300);
    there.appointment.branch = elsewhere.into();
    let there = visit(&house, store, there, &[Confirmed]).await;
    let mut gone = cancel(&moved);
    gone.appointment.successor = Some(there.id);
    house.store(store, gone).await.expect("revision 2");
    // No visits of theirs: a hold, one that ran out, and what is somebody else's.
    house.store(store, house.hold(300, 360)).await.expect("a free slot");
    visit(&house, store, house.hold(360, 420), &[Cancelled]).await;
    let other = House { customer: stranger, ..house };
    visit(&other, store, other.hold(420, 480), &[Confirmed]).await;
    let counted = async |branches: &[Uuid]| {
        let branches: Vec<_> = branches.iter().map(|id| (*id).into()).collect();
        twice.other.customer_counts(house.customer.into(), &branches).await.expect("a count")
    };
    let here =
        VisitCounts { completed: 1, no_shows: 1, cancelled: 1, rescheduled: 1, ..VisitCounts::default() };
    assert_eq!(counted(&[house.branch]).await, here);
    assert_eq!(counted(&[elsewhere]).await, VisitCounts { standing: 1, ..VisitCounts::default() });
    let both = VisitCounts { standing: 1, ..here };
    assert_eq!(counted(&[house.branch, elsewhere]).await, both);
    assert_eq!(counted(&[]).await, both);
    let nobody = store.customer_counts(id().into(), &[]).await.expect("a count");
    assert_eq!(nobody, VisitCounts::default());
}

/// A visit of this price.
async fn sold(house: &House, store: &SharedStore, from: i64, price: (&str, &str), status: Status) {
    let mut hold = house.hold(from, from + 60);
    hold.appointment.quote.currency = price.0.to_owned();
    hold.appointment.quote.net = price.1.parse().expect("a decimal");
    visit(house, store, hold, &[status]).await;
}

pub(crate) async fn prices_are_added_up_exactly_by_currency(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    let prices =
        [("EUR", "0.10"), ("EUR", "0.20"), ("EUR", "922337203685.37"), ("JPY", "1500"), ("TND", "0.005")];
    for (n, price) in (0..).zip(prices) {
        sold(&house, store, n * 60, price, Status::Confirmed).await;
    }
    sold(&house, store, 1000, ("EUR", "99.99"), Status::Scheduled).await;
    sold(&house, store, 400, ("EUR", "7.00"), Status::Cancelled).await;
    sold(&house, store, 460, ("EUR", "7.00"), Status::NoShow).await;
    house.store(store, house.hold(520, 580)).await.expect("a hold is no sale");
    let told = amounts(&counted(&twice.other, &house).await);
    let expected =
        [(0, 0, "922337203685.67 EUR"), (0, 0, "1500 JPY"), (0, 0, "0.005 TND"), (1, 0, "99.99 EUR")];
    assert_eq!(told, expected.map(|(time, who, amount)| (time, who, amount.to_owned())));
}

pub(crate) async fn invoices_are_added_up_less_what_was_credited(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    let (invoice, credit) = (DocumentKind::SalesInvoice, DocumentKind::CreditNote);
    let stands = DocumentState::Posted;
    let documents = [
        (invoice, stands, "100.10", "2027-01-15"),
        (invoice, DocumentState::Draft, "20.20", "2027-01-17"),
        (credit, stands, "30.35", "2027-01-18"),
        // None of these counts: the first was withdrawn, the second is none, the last ones lie outside.
        (invoice, DocumentState::Cancelled, "1.00", "2027-01-15"),
        (DocumentKind::SalesOrder, stands, "1.00", "2027-01-15"),
        (invoice, stands, "1.00", "2027-01-10"),
        (invoice, stands, "1.00", "2027-01-25"),
    ];
    for (n, (kind, state, net, day)) in (0..).zip(documents) {
        let key = format!("k{n}");
        let mut hold = house.hold(n * 60, n * 60 + 60);
        let mut delivery = wanted(&key, &[]);
        delivery.posting.date = day.parse().expect("a day");
        hold.deliveries.push(delivery);
        house.store(store, hold).await.expect("a free slot");
        let taken = store.claim_deliveries("r", LEASE, minute(0), 1, &[]).await.expect("a claim").remove(0);
        let made = Document { kind, state, net: net.parse().expect("a decimal"), ..document(&key) };
        let done = Outcome::Done(Box::new(Posted::made(made)));
        assert!(store.finish_delivery(taken.id, "r", &done, span(0)).await.expect("a write"));
    }
    let days = ["2027-01-15", "2027-01-16", "2027-01-17", "2027-01-18"].map(day);
    let told = amounts(&figures(&twice.other, &house, Counted::Documents, &days).await);
    let expected = [(0, 0, "100.10 EUR"), (2, 0, "20.20 EUR"), (3, 0, "-30.35 EUR")];
    assert_eq!(told, expected.map(|(day, who, amount)| (day, who, amount.to_owned())));
}

/// A day in UTC.
fn day(text: &str) -> Stretch {
    let start = text.parse::<NaiveDate>().expect("a day").and_time(NaiveTime::MIN).and_utc();
    (start, start + TimeDelta::days(1))
}

pub(crate) async fn taken_time_is_what_lies_in_the_period_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    visit(&house, store, house.hold(-30, 30), &[Status::Confirmed]).await;
    visit(&house, store, house.hold(100, 160), &[Status::Confirmed, Status::NoShow]).await;
    visit(&house, store, house.hold(200, 260), &[Status::Confirmed, Status::Cancelled]).await;
    house.store(store, house.hold(300, 360)).await.expect("a hold takes nothing yet");
    for _ in 0..3 {
        let mut class = of_the_other(&house, house.hold(400, 445));
        class.appointment.shared = Some(SharedVisit { key: "a class".to_owned(), seats: 8 });
        class.slots = Slots::Take(claim(&class.appointment));
        visit(&house, store, class, &[Status::Confirmed]).await;
    }
    let found = counted(&twice.other, &house).await;
    let minutes = found.iter().map(|(time, who, figure)| (*time, *who, figure.minutes));
    assert_eq!(minutes.filter(|(.., minutes)| *minutes > 0).collect::<Vec<_>>(), [(0, 0, 90), (0, 1, 45)]);
}

/// How often something changed, by day from the first one on and by provider, where it did.
async fn changes(twice: &Twice, house: &House, what: Counted) -> BTreeMap<(i64, ProviderId), i64> {
    let (company, first) = (house.company.into(), EPOCH / 86_400);
    let by_day = twice.other.changes(company, what, (first - 1, first + 9)).await.expect("numbers");
    let days: Vec<i64> = by_day.iter().map(|(day, _)| *day).collect();
    let of = twice.other.changes_of(company, what, &days).await.expect("numbers");
    for (day, changes) in by_day {
        let sum: i64 = of.iter().filter(|(of, ..)| *of == day).map(|(.., changes)| changes).sum();
        assert_eq!(sum, changes);
    }
    let mut all = BTreeMap::new();
    for (day, provider, changes) in of {
        *all.entry((day - first, provider)).or_default() += changes;
    }
    all
}

pub(crate) async fn whatever_changes_a_figure_is_noted(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    let [one, other] = house.providers.map(ProviderId::from);
    let mut before = BTreeMap::new();
    // Which days of whom have changed since the last look.
    let mut since = async || {
        let now = changes(twice, &house, Counted::Visits).await;
        let changed: Vec<_> = now
            .iter()
            .filter(|(key, changes)| before.get(*key) != Some(*changes))
            .map(|(key, _)| *key)
            .collect();
        before = now;
        changed
    };
    // The first day is over after 960 minutes.
    let held = house.store(store, house.hold(900, 1000)).await.expect("a free slot");
    assert_eq!(since().await, [], "a hold is no visit");
    let booked = house.store(store, next(&held, Status::Confirmed)).await.expect("revision 1");
    assert_eq!(since().await, [(0, one), (1, one)]);
    let begun = house.store(store, next(&booked, Status::InProgress)).await.expect("revision 2");
    assert_eq!(since().await, [(0, one), (1, one)]);
    let there = house.store(store, moved(&begun, 2500, 2600)).await.expect("a free slot");
    assert_eq!(since().await, [(0, one), (1, one), (2, one)]);
    let mut given = next(&there, Status::Scheduled);
    given.appointment.provider = other;
    given.slots = Slots::Take(claim(&given.appointment));
    let given = house.store(store, given).await.expect("a free slot");
    let mut expected = [(2, one), (2, other)];
    expected.sort();
    assert_eq!(since().await, expected);
    house.store(store, cancel(&given)).await.expect("the newest revision");
    assert_eq!(since().await, [(2, other)]);
    assert_eq!(since().await, []);
}

pub(crate) async fn whatever_changes_an_invoice_is_noted(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let store = &twice.one;
    let [one, other] = house.providers.map(ProviderId::from);
    let sum = async || changes(twice, &house, Counted::Documents).await;
    let mut hold = house.hold(0, 60);
    hold.deliveries = vec![wanted("i", &[]), wanted("o", &["i"])];
    let held = house.store(store, hold).await.expect("a free slot");
    assert!(sum().await.is_empty());
    let done = |key: &str, kind| Outcome::Done(Box::new(Posted::made(Document { kind, ..document(key) })));
    for (key, kind) in [("i", DocumentKind::SalesInvoice), ("o", DocumentKind::SalesOrder)] {
        let taken = store.claim_deliveries("r", LEASE, minute(0), 1, &[]).await.expect("a claim").remove(0);
        assert!(store.finish_delivery(taken.id, "r", &done(key, kind), span(0)).await.expect("a write"));
        let known = if key == "i" { 1 } else { 2 };
        assert_eq!(sum().await, BTreeMap::from([((0, one), known)]), "{key}");
        if key == "i" {
            let adopted = Mend::Adopt(Box::new(Document { kind, ..document(key) }));
            mend(&**store, taken.id, &adopted, 1).await.expect("it is adopted");
            assert_eq!(sum().await, BTreeMap::from([((0, one), 2)]));
        }
    }
    let mut given = next(&held, Status::Scheduled);
    given.appointment.provider = other;
    given.slots = Slots::Take(claim(&given.appointment));
    house.store(store, given).await.expect("a free slot");
    assert_eq!(sum().await, BTreeMap::from([((0, one), 3), ((0, other), 1)]));
}
