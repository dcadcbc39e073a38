//! Reports: visits counted, amounts added up, time taken.

use rust_decimal::Decimal;
use slotledger_erp::{Days, Document, Kind as DocumentKind, Posted, State as DocumentState};
use uuid::Uuid;

use super::Twice;
use super::house::{House, cancel, claim, document, event, id, minute, next, record, span, wanted};
use crate::model::master::Kind;
use crate::model::{Appointment, SharedVisit, Status};
use crate::store::{By, Change, Outcome, ReportFilter, SharedStore, Slots, VisitCounts, WeekAmount};

const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

fn all_of(house: &House) -> ReportFilter {
    ReportFilter { company: house.company.into(), branch: None, provider: None, service: None }
}

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

/// What a filter finds in two weeks of a thousand minutes each, in order.
async fn counted(store: &SharedStore, filter: ReportFilter) -> Vec<(By, VisitCounts)> {
    let weeks = [(minute(0), minute(1000)), (minute(1000), minute(2000))];
    let mut found = store.visit_counts(&filter, &weeks).await.expect("a report");
    found.sort_by_key(|(by, _)| *by);
    found
}

pub(crate) async fn visits_are_counted_by_week_and_by_whose_they_are(twice: &Twice) {
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
    let both = VisitCounts { standing: 1, ..first };
    let expected = [
        (By::Week(0), first),
        (By::Week(1), second),
        (By::Branch(house.branch), both),
        (By::Provider(house.providers[0]), first),
        (By::Provider(house.providers[1]), second),
        (By::Service(house.service), both),
    ];
    assert_eq!(counted(&twice.other, all_of(&house)).await, expected);
    let narrowed = |by: By| {
        let whose = |wanted: fn(Uuid) -> By, id: Uuid| (wanted(id) == by).then_some(id);
        ReportFilter {
            branch: whose(By::Branch, house.branch).map(Into::into),
            provider: whose(By::Provider, house.providers[1]).map(Into::into),
            service: whose(By::Service, house.service).map(Into::into),
            ..all_of(&house)
        }
    };
    for by in [By::Branch(house.branch), By::Service(house.service)] {
        assert_eq!(counted(store, narrowed(by)).await, expected, "{by:?}");
    }
    let of_one = counted(store, narrowed(By::Provider(house.providers[1]))).await;
    assert_eq!(of_one.first(), Some(&(By::Week(1), second)));
    let unknown = Some(id().into());
    assert_eq!(counted(store, ReportFilter { branch: unknown, ..all_of(&house) }).await, []);
    let neighbours = Some(stranger.provider());
    assert_eq!(counted(store, ReportFilter { provider: neighbours, ..all_of(&house) }).await, []);
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

fn amount(week: u32, currency: &str, amount: &str) -> WeekAmount {
    WeekAmount { week, currency: currency.to_owned(), amount: amount.parse::<Decimal>().expect("a decimal") }
}

/// As they are written: two amounts are equal whatever zeros they end in.
fn written(amounts: Vec<WeekAmount>) -> Vec<(u32, String, String)> {
    amounts.into_iter().map(|one| (one.week, one.currency, one.amount.to_string())).collect()
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
    let weeks = [(minute(0), minute(1000)), (minute(1000), minute(2000))];
    let found = twice.other.booked_amounts(&all_of(&house), &weeks).await.expect("a report");
    let expected = vec![
        amount(0, "EUR", "922337203685.67"),
        amount(1, "EUR", "99.99"),
        amount(0, "JPY", "1500"),
        amount(0, "TND", "0.005"),
    ];
    assert_eq!(written(found), written(expected));
    let nobody = ReportFilter { provider: Some(house.providers[1].into()), ..all_of(&house) };
    assert_eq!(store.booked_amounts(&nobody, &weeks).await.expect("a report"), []);
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
    let days =
        |from: &str, to: &str| Days { from: from.parse().expect("a day"), to: to.parse().expect("a day") };
    let weeks = [days("2027-01-11", "2027-01-17"), days("2027-01-18", "2027-01-24")];
    let found = twice.other.invoiced_amounts(&all_of(&house), &weeks).await.expect("a report");
    let expected = vec![amount(0, "EUR", "120.30"), amount(1, "EUR", "-30.35")];
    assert_eq!(written(found), written(expected));
    let here = ReportFilter { branch: Some(house.branch.into()), ..all_of(&house) };
    assert_eq!(store.invoiced_amounts(&here, &weeks).await.expect("a report").len(), 2);
    let nobody = ReportFilter { provider: Some(house.providers[1].into()), ..all_of(&house) };
    assert_eq!(store.invoiced_amounts(&nobody, &weeks).await.expect("a report"), []);
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
    let time = (minute(0), minute(1000));
    let taken = twice.other.taken_minutes(&all_of(&house), time).await.expect("a report");
    let [first, second] = house.providers;
    assert_eq!(taken, [(first.into(), 90), (second.into(), 45)]);
    let other = id();
    store.insert(&record(Kind::Service, other, house.company), None).await.expect("a new record");
    let unsold = ReportFilter { service: Some(other.into()), ..all_of(&house) };
    assert_eq!(store.taken_minutes(&unsold, time).await.expect("a report"), []);
}
