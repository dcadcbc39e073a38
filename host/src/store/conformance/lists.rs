//! Appointments, claims and entries as they are looked for: filtered, in order, in pages.

use super::Twice;
use super::house::{House, cancel, claim, event, id, minute, next, record};
use crate::model::master::Kind;
use crate::model::{Appointment, AppointmentId, CompanyId, ProviderId, Status};
use crate::store::{AppointmentFilter, FEW, Page, Record, Slots, Sort};

const ALL: Page = Page { after: None, limit: 100 };

pub(crate) async fn appointments_are_filtered(twice: &Twice) {
    let (house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let morning = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let noon = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot");
    let noon = house.store(&twice.one, next(&noon, Status::Confirmed)).await.expect("revision 1");
    let mut percent = neighbour.hold(60, 120);
    percent.title = "100% Öl_wechsel".to_owned();
    let other = neighbour.store(&twice.one, percent).await.expect("a free slot");
    let any = AppointmentFilter::default;
    let text = |text: &str| AppointmentFilter { text: Some(text.to_owned()), ..any() };
    let cases = [
        (any(), vec![morning.id, noon.id, other.id]),
        (AppointmentFilter { company: Some(house.company.into()), ..any() }, vec![morning.id, noon.id]),
        (AppointmentFilter { customer: Some(neighbour.customer.into()), ..any() }, vec![other.id]),
        (AppointmentFilter { provider: Some(house.provider()), ..any() }, vec![morning.id, noon.id]),
        (AppointmentFilter { status: Some(Status::Confirmed), ..any() }, vec![noon.id]),
        (AppointmentFilter { from: Some(minute(55)), ..any() }, vec![noon.id, other.id]),
        (AppointmentFilter { to: Some(minute(65)), ..any() }, vec![morning.id]),
        (
            AppointmentFilter { from: Some(minute(54)), to: Some(minute(66)), ..any() },
            vec![morning.id, noon.id, other.id],
        ),
        (text("apt-0002"), vec![noon.id]),
        (text("0%"), vec![other.id]),
        (text("L_W"), vec![other.id]),
        (text("Öl wechsel"), vec![]),
        (AppointmentFilter { status: Some(Status::Open), ..text("cooling") }, vec![morning.id]),
    ];
    for (filter, expected) in cases {
        let found = twice.other.appointments(&filter, ALL).await.expect("a list");
        assert_eq!(ids(&found), expected, "{filter:?}");
    }
}

pub(crate) async fn appointments_come_in_pages(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut booked = Vec::new();
    for n in 0..5 {
        booked.push(house.store(&twice.one, house.hold(n * 60, n * 60 + 60)).await.expect("a free slot").id);
    }
    let filter = AppointmentFilter { company: Some(house.company.into()), ..AppointmentFilter::default() };
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page = twice.other.appointments(&filter, Page { after, limit: 2 }).await.expect("a list");
        assert!(page.len() <= 2, "a page of two holds {}", page.len());
        let Some(last) = page.last() else { break };
        after = Some(last.id.into());
        found.extend(ids(&page));
    }
    assert_eq!(found, booked);
}

pub(crate) async fn appointments_are_found_by_their_customers(twice: &Twice) {
    let (mut house, neighbour) = (House::build(&twice.one).await, House::build(&twice.one).await);
    let plain = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let mara = serde_json::json!({"name": "Mara Öström", "phone": "+49 30 123"});
    let mara =
        Record {
            name: "Mara Öström".to_owned(), data: mara, ..record(Kind::Customer, id(), house.company)
        };
    twice.one.insert(&mara, None).await.expect("a new record");
    house.customer = mara.id;
    let hers = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot");
    let other = neighbour.store(&twice.one, neighbour.hold(0, 60)).await.expect("a free slot");
    let find = async |text: &str, company: Option<CompanyId>| {
        let find = Some(text.to_owned());
        let filter = AppointmentFilter { find, company, ..AppointmentFilter::default() };
        ids(&twice.other.appointments(&filter, ALL).await.expect("a list"))
    };
    let company = Some(house.company.into());
    for text in ["ÖSTRÖM", "30 123", "+49-30-12", "49301", "APT-0002", "t-0002 — c"] {
        assert_eq!(find(text, company).await, [hers.id], "{text}");
    }
    assert_eq!(find("a CUSTOMER", company).await, [plain.id]);
    assert_eq!(find("a customer", None).await, [plain.id, other.id]);
    assert_eq!(find("cooling", company).await, [plain.id, hers.id]);
    for text in ["nobody", "ooling\" c", "cooling systemic", "49 30 124"] {
        assert_eq!(find(text, company).await, [], "{text}");
    }
}

pub(crate) async fn a_text_is_found_at_few_and_at_many(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut made = Vec::new();
    for n in 0..FEW + 2 {
        let mut change = house.hold(n * 20, n * 20 + 20);
        change.title = if n % 2 == 0 { "Even — Ölwechsel" } else { "Odd" }.to_owned();
        made.push(house.store(&twice.one, change).await.expect("a free slot").id);
    }
    let find = async |text: &str, sort: Sort, limit| {
        let company = Some(house.company.into());
        let filter =
            AppointmentFilter { find: Some(text.to_owned()), company, sort, ..AppointmentFilter::default() };
        ids(&twice.other.appointments(&filter, Page { after: None, limit }).await.expect("a list"))
    };
    let even: Vec<_> = made.iter().step_by(2).copied().collect();
    let mut latest = even.clone();
    latest.reverse();
    for text in ["even", "N — öLW", "öl", "VEN"] {
        assert_eq!(find(text, Sort::Made, 1000).await, even, "{text}");
        assert_eq!(find(text, Sort::Latest, 1000).await, latest, "{text}");
    }
    assert_eq!(find("apt-0", Sort::Earliest, 1000).await, made);
    assert_eq!(find("a customer", Sort::Earliest, 2).await, made[..2]);
}

pub(crate) async fn appointments_come_in_the_order_of_visits(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let elsewhere = id();
    twice.one.insert(&record(Kind::Branch, elsewhere, house.company), None).await.expect("a new record");
    let mut made = Vec::new();
    for (from, provider) in [(120, 0), (0, 0), (60, 0), (0, 1), (180, 0)] {
        let mut hold = house.hold(from, from + 60);
        hold.appointment.provider = house.providers[provider].into();
        hold.slots = Slots::Take(claim(&hold.appointment));
        if from == 60 {
            hold.appointment.branch = elsewhere.into();
        }
        made.push(house.store(&twice.one, hold).await.expect("a free slot"));
    }
    house.store(&twice.one, cancel(&made[4])).await.expect("revision 1");
    let all = |sort| AppointmentFilter { company: Some(house.company.into()), sort, ..Default::default() };
    let expected = [1, 3, 2, 0, 4].map(|n: usize| made[n].id);
    for sort in [Sort::Earliest, Sort::Latest] {
        let (mut beyond, mut found) = (None, Vec::new());
        loop {
            let page = Page { after: None, limit: 2 };
            let page = twice.other.appointments(&AppointmentFilter { beyond, ..all(sort) }, page).await;
            let page = page.expect("a list");
            let Some(last) = page.last() else { break };
            beyond = Some((last.start, last.id));
            found.extend(ids(&page));
        }
        if sort == Sort::Latest {
            found.reverse();
        }
        assert_eq!(found, expected, "{sort:?}");
    }
    let found = async |filter| ids(&twice.one.appointments(&filter, ALL).await.expect("a list"));
    let over = AppointmentFilter { over: Some(minute(115)), ..all(Sort::Earliest) };
    assert_eq!(found(over).await, [1, 3, 2, 4].map(|n: usize| made[n].id), "ended, or called off");
    for (branches, expected) in [
        (vec![house.branch.into(), elsewhere.into()], expected.to_vec()),
        (vec![elsewhere.into()], vec![made[2].id]),
        (vec![id().into()], vec![]),
    ] {
        assert_eq!(found(AppointmentFilter { branches, ..all(Sort::Earliest) }).await, expected);
    }
}

pub(crate) async fn the_trail_is_in_order(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let booked = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    let mut confirm = next(&booked, Status::Confirmed);
    let noted = event(&confirm.appointment, Some(Status::Confirmed));
    confirm.events.push(noted.clone());
    let expected = [event(&booked, None), confirm.events[0].clone(), noted];
    house.store(&twice.other, confirm).await.expect("revision 1");
    assert_eq!(twice.one.events(booked.id).await.expect("a list"), expected);
}

pub(crate) async fn claims_are_found_by_provider_and_span(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut booked = Vec::new();
    for (provider, from) in [(1, 0), (0, 60), (0, 0), (1, 60)] {
        let mut change = house.hold(from, from + 60);
        change.appointment.provider = house.providers[provider].into();
        change.slots = Slots::Take(claim(&change.appointment));
        booked.push(claim(&house.store(&twice.one, change).await.expect("a free slot")));
    }
    let both = house.providers.map(ProviderId::from);
    let of = |providers: Vec<ProviderId>, from, to| {
        let store = twice.other.clone();
        async move { store.claims(&providers, minute(from), minute(to)).await.expect("a list") }
    };
    let expected = |numbers: &[usize]| numbers.iter().map(|n| booked[*n].clone()).collect::<Vec<_>>();
    assert_eq!(of(both.to_vec(), 0, 120).await, expected(&[2, 1, 0, 3]));
    assert_eq!(of(vec![both[0], both[0]], 59, 61).await, expected(&[2, 1]));
    assert_eq!(of(both.to_vec(), 60, 61).await, expected(&[1, 3]));
    assert_eq!(of(both.to_vec(), 120, 500).await, []);
    assert_eq!(of(Vec::new(), 0, 120).await, []);
}

pub(crate) async fn expired_holds_come_longest_ago_first(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut held = Vec::new();
    for (n, until) in [(0, 30), (1, 10), (2, 20), (3, 31), (4, 5)] {
        let mut change = house.hold(n * 60, n * 60 + 60);
        change.appointment.hold_until = Some(minute(until));
        held.push(house.store(&twice.one, change).await.expect("a free slot"));
    }
    house.store(&twice.one, cancel(&held[4])).await.expect("revision 1");
    let expired = twice.other.expired_holds(minute(30), 10).await.expect("a list");
    assert_eq!(expired, [held[1].id, held[2].id, held[0].id]);
    assert_eq!(twice.other.expired_holds(minute(30), 1).await.expect("a list"), [held[1].id]);
}

pub(crate) async fn whose_work_waits_to_be_invoiced_is_found_in_order(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut waiting = Vec::new();
    for (n, after) in [(0, Some(30)), (1, Some(10)), (2, None), (3, Some(31))] {
        let booked = house.store(&twice.one, house.hold(n * 60, n * 60 + 60)).await.expect("a free slot");
        let mut change = next(&booked, Status::Completed);
        change.appointment.invoice_after = after.map(minute);
        waiting.push(house.store(&twice.one, change).await.expect("revision 1"));
    }
    assert_eq!(twice.other.appointment(waiting[0].id).await.expect("a read"), Some(waiting[0].clone()));
    let due = |at, after| twice.other.uninvoiced(minute(at), after, 10);
    let customer = waiting[0].customer;
    assert_eq!(due(9, None).await.expect("a list"), []);
    assert_eq!(due(30, None).await.expect("a list"), [customer]);
    assert_eq!(due(30, Some(customer)).await.expect("a list"), []);
    let filter = AppointmentFilter { uninvoiced: true, ..AppointmentFilter::default() };
    let all = twice.other.appointments(&filter, Page { after: None, limit: 10 }).await.expect("a list");
    assert_eq!(ids(&all), [waiting[0].id, waiting[1].id, waiting[3].id]);
}

fn ids(appointments: &[Appointment]) -> Vec<AppointmentId> {
    appointments.iter().map(|appointment| appointment.id).collect()
}

pub(crate) async fn the_agenda_is_what_takes_time_from_whom(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let mut booked = Vec::new();
    for (provider, from) in [(1, 0), (0, 60), (0, 0)] {
        let mut change = house.hold(from, from + 60);
        change.appointment.provider = house.providers[provider].into();
        change.slots = Slots::Take(claim(&change.appointment));
        booked.push(house.store(&twice.one, change).await.expect("a free slot"));
    }
    let both = house.providers.map(ProviderId::from);
    let agenda = |from, to| {
        let store = twice.other.clone();
        async move {
            let found = store.agenda(&both, minute(from), minute(to)).await.expect("a list");
            found.into_iter().map(|appointment| appointment.id).collect::<Vec<_>>()
        }
    };
    let [second, later, first] = [0, 1, 2].map(|n: usize| booked[n].id);
    assert_eq!(agenda(0, 120).await, [first, later, second]);
    // The last minutes of a visit's time are buffer, and taken as well.
    assert_eq!(agenda(58, 60).await, [first, second]);
    house.store(&twice.one, cancel(&booked[1])).await.expect("revision 1");
    assert_eq!(agenda(60, 120).await, []);
    assert_eq!(twice.one.agenda(&[], minute(0), minute(120)).await.expect("a list"), []);
}

pub(crate) async fn entries_are_read_from_a_number_on(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let before = twice.one.last_entry().await.expect("a number");
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot");
    house.store(&twice.other, next(&visit, Status::Confirmed)).await.expect("revision 1");
    let other = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot");
    let all = twice.other.entries(before, &[], 9).await.expect("a list");
    assert_eq!(all.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [visit.id, visit.id, other.id]);
    let last = twice.other.last_entry().await.expect("a number");
    assert_eq!(all[2].0, last);
    assert_eq!(twice.one.entries(before, &[], 1).await.expect("a list"), all[..1]);
    let missing = twice.one.entries(all[1].0, &[all[0].0, last + 9], 9).await.expect("a list");
    assert_eq!(missing, [all[0], all[2]]);
}
