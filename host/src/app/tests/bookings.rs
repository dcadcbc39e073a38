//! Bookings of several appointments.

use super::*;

/// A service of the world's two providers.
async fn service(world: &World, fields: &str) -> Uuid {
    let World { provider, other, .. } = world;
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let json = format!(r#"{{"name":"T","item":"T","providers":["{provider}","{other}"],{fields}}}"#);
    add::<Service>(&world.app, Some(CompanyId(company)), &json).await
}

fn price(amount: &str) -> String {
    format!(r#""prices":[{{"description":"T","basis":"per_booking","unit_price":"{amount}"}}]"#)
}

fn wanted(world: &World, mode: &str, items: &[String]) -> BookingRequest {
    let World { customer, .. } = world;
    parsed(&format!(r#"{{"customer":"{customer}","mode":"{mode}","items":[{}]}}"#, items.join(",")))
}

fn item(service: Uuid, more: &str) -> String {
    format!(r#"{{"service":"{service}"{more}}}"#)
}

async fn book(world: &World, wanted: BookingRequest) -> Result<BookingView> {
    world.app.book(wanted, Actor::Staff, None).await.map(fresh)
}

async fn command(world: &World, id: crate::model::BookingId, command: BookingCommand) -> Result<BookingView> {
    world.app.command_booking(id, None, command, Actor::Staff, None).await.map(fresh)
}

fn starts(view: &BookingView) -> Vec<String> {
    view.appointments.iter().map(|one| one.start.format("%H:%M").to_string()).collect()
}

fn fields(error: Error) -> Vec<(String, Option<String>)> {
    let Error::Refused(refusal) = error else { panic!("{error}") };
    refusal.findings.into_iter().map(|finding| (finding.code, finding.field)).collect()
}

fn paying(amount: &str) -> BookingCommand {
    let (amount, reference) = (amount.parse().unwrap(), "r".to_owned());
    BookingCommand::Pay(Pay { amount, currency: None, reference, method: None })
}

async fn everything(world: &World) -> Vec<Appointment> {
    let page = crate::store::Page { after: None, limit: 100 };
    world.app.appointments(&Default::default(), page).await.unwrap()
}

#[tokio::test]
async fn both_or_neither() {
    let world = World::new().await;
    let at = |time: &str| format!(r#","provider":"{}","start":"2026-11-23T{time}:00Z""#, world.provider);
    let items = [item(world.service, &at("10:00")), item(world.service, &at("10:30"))];
    let refused = book(&world, wanted(&world, "free", &items)).await.unwrap_err();
    assert_eq!(fields(refused), [("SL0213".to_owned(), Some("items[1]".to_owned()))]);
    assert_eq!(everything(&world).await, []);
    let items = [item(world.service, &at("10:00")), item(world.service, &at("11:00"))];
    let booking = book(&world, wanted(&world, "free", &items)).await.unwrap();
    assert_eq!(starts(&booking), ["10:00", "11:00"]);
    assert_eq!((booking.net, booking.balance), (Decimal::new(20, 0), Decimal::new(20, 0)));
    assert!(booking.appointments.iter().all(|one| one.booking == Some(booking.id)));
    assert_eq!(world.app.booking(booking.id).await.unwrap(), booking);
    let confirmed = command(&world, booking.id, BookingCommand::Confirm).await.unwrap();
    assert!(confirmed.appointments.iter().all(|one| one.status == Status::Confirmed));
    let again = command(&world, booking.id, BookingCommand::Confirm).await.unwrap_err();
    assert_eq!(codes(again), ["SL0240", "SL0240"]);
}

#[tokio::test]
async fn one_visit_follows_another_and_buffers_are_the_providers_own() {
    let world = World::new().await;
    let times = r#""duration_minutes":30,"buffer_before_minutes":10,"buffer_after_minutes":15"#;
    let buffered = service(&world, &format!("{times},{}", price("5.00"))).await;
    let with = |provider: Uuid| format!(r#","provider":"{provider}""#);
    let first = format!(r#"{},"start":"2026-11-23T10:00:00Z""#, with(world.provider));
    let items = |second: String| [item(buffered, &first), item(buffered, &second)];
    let other = book(&world, wanted(&world, "sequential", &items(with(world.other)))).await.unwrap();
    assert_eq!(starts(&other), ["10:00", "10:30"], "another provider goes on at once");
    let all = CancelBooking { reason: "a test".to_owned(), exception_reason: None, appointments: Vec::new() };
    command(&world, other.id, BookingCommand::Cancel(all)).await.unwrap();
    let same = book(&world, wanted(&world, "sequential", &items(with(world.provider)))).await.unwrap();
    assert_eq!(starts(&same), ["10:00", "10:55"], "30 minutes, 15 after the one and 10 before the other");
    let noon = format!(r#"{},"start":"2026-11-23T12:00:00Z""#, with(world.provider));
    let early = format!(r#"{},"start":"2026-11-23T12:20:00Z""#, with(world.other));
    let items = [item(buffered, &noon), item(buffered, &early)];
    match book(&world, wanted(&world, "sequential", &items)).await {
        Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, "items[1].start"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it starts before the other ends"),
    }
}

#[tokio::test]
async fn parallel_visits_have_providers_of_their_own() {
    let world = World::new().await;
    let start = r#","start":"2026-11-23T10:00:00Z""#;
    let named = format!(r#","provider":"{}""#, world.provider);
    let items = [item(world.service, start), item(world.service, &named)];
    let booking = book(&world, wanted(&world, "parallel", &items)).await.unwrap();
    let providers: Vec<Uuid> = booking.appointments.iter().map(|one| one.provider.0).collect();
    assert_eq!(providers, [world.other, world.provider], "the named one is kept for whoever named them");
    assert_eq!(starts(&booking), ["10:00", "10:00"]);
    let third = [item(world.service, start)];
    assert_eq!(
        fields(book(&world, wanted(&world, "parallel", &third)).await.unwrap_err())[0].1.as_deref(),
        Some("items[0]")
    );
}

#[tokio::test]
async fn a_payment_is_divided_to_the_cent() {
    let world = World::new().await;
    let deposit =
        service(&world, &format!(r#""duration_minutes":30,"deposit_percent":"30",{}"#, price("33.33"))).await;
    let items =
        [item(deposit, r#","start":"2026-11-23T10:00:00Z""#), item(deposit, ""), item(world.service, "")];
    let booking = book(&world, wanted(&world, "sequential", &items)).await.unwrap();
    assert_eq!((booking.net, booking.deposit), (Decimal::new(7666, 2), Decimal::new(2000, 2)));
    let short = command(&world, booking.id, paying("19.99")).await.unwrap_err();
    assert_eq!(fields(short), [("SL0258".to_owned(), None)]);
    let paid = command(&world, booking.id, paying("20.01")).await.unwrap();
    assert!(paid.appointments.iter().all(|one| one.status == Status::Confirmed));
    let payments: Vec<Decimal> =
        paid.appointments.iter().flat_map(|one| &one.payments).map(|payment| payment.amount).collect();
    assert_eq!(payments, [Decimal::new(1000, 2), Decimal::new(1001, 2)]);
    assert_eq!(paid.balance, Decimal::new(5665, 2));
    assert_eq!(world.app.booking(booking.id).await.unwrap(), paid);
}

#[tokio::test]
async fn what_is_left_of_a_booking_is_what_it_costs() {
    let world = World::new().await;
    let items = [
        item(world.service, r#","start":"2026-11-23T09:00:00Z""#),
        item(world.service, ""),
        item(world.service, ""),
    ];
    let booking = book(&world, wanted(&world, "sequential", &items)).await.unwrap();
    let id = booking.appointments[0].id;
    let one = CancelBooking { reason: "less".to_owned(), exception_reason: None, appointments: vec![id] };
    let less = command(&world, booking.id, BookingCommand::Cancel(one.clone())).await.unwrap();
    assert_eq!(
        (less.net, less.balance, less.agreed.net),
        (Decimal::new(20, 0), Decimal::new(20, 0), Decimal::new(30, 0))
    );
    let again = command(&world, booking.id, BookingCommand::Cancel(one.clone())).await.unwrap_err();
    assert_eq!(fields(again), [("SL0240".to_owned(), Some(format!("appointments[{id}]")))]);
    let cancel = Cancel { reason: "less still".to_owned(), exception_reason: None };
    world.command(booking.appointments[1].id, Command::Cancel(cancel)).await.unwrap();
    assert_eq!(world.app.booking(booking.id).await.unwrap().net, Decimal::new(10, 0));
    let all = CancelBooking { appointments: Vec::new(), ..one };
    let none = command(&world, booking.id, BookingCommand::Cancel(all)).await.unwrap();
    assert_eq!((none.net, none.balance), (Decimal::ZERO, Decimal::ZERO));
    assert_eq!(none.appointments.len(), 3);
}

#[tokio::test]
async fn a_booking_sent_twice_is_made_once() {
    let world = World::new().await;
    let items = [item(world.service, r#","start":"2026-11-23T10:00:00Z""#), item(world.service, "")];
    let request = Request { key: "k".to_owned(), fingerprint: "f".to_owned() };
    let first =
        world.app.book(wanted(&world, "sequential", &items), Actor::Staff, Some(&request)).await.unwrap();
    let again =
        world.app.book(wanted(&world, "sequential", &items), Actor::Staff, Some(&request)).await.unwrap();
    let Reply::Replayed(answer) = again else { panic!("made twice") };
    assert_eq!(answer.body, serde_json::to_string(&fresh(first)).unwrap());
    assert_eq!(everything(&world).await.len(), 2);
}

#[tokio::test]
async fn a_family_shares_a_class() {
    let world = World::new().await;
    let class = format!(r#""duration_minutes":60,"seats":8,"max_guests":8,{}"#, price("5.00"));
    let class = service(&world, &class).await;
    let seats = |guests: u32| {
        let provider = world.provider;
        let more = format!(r#","provider":"{provider}","start":"2026-11-23T10:00:00Z","guests":{guests}"#);
        item(class, &more)
    };
    let refused = book(&world, wanted(&world, "free", &[3, 3, 3].map(seats))).await.unwrap_err();
    assert_eq!(
        fields(refused).into_iter().map(|one| one.1).collect::<Vec<_>>(),
        [Some("items[2]".to_owned())]
    );
    let booking = book(&world, wanted(&world, "free", &[3, 3, 2].map(seats))).await.unwrap();
    let visits: Vec<_> =
        booking.appointments.iter().map(|one| one.shared.as_ref().unwrap().key.clone()).collect();
    assert!(visits.iter().all(|visit| *visit == visits[0]), "{visits:?}");
    book(&world, wanted(&world, "free", &[seats(1)])).await.unwrap_err();
}

#[tokio::test]
async fn a_room_is_used_by_one_of_two_parallel_visits() {
    let world = World::new().await;
    let company = CompanyId(world.app.get::<Service>(world.service).await.unwrap().company);
    let branch = world.app.get::<Provider>(world.provider).await.unwrap().data.branch;
    let room = |name: &str| format!(r#"{{"name":"{name}","branch":"{branch}","unit_type":"room"}}"#);
    let treatment = format!(r#""duration_minutes":60,"required_units":["room"],{}"#, price("5.00"));
    let treatment = service(&world, &treatment).await;
    add::<crate::model::Unit>(&world.app, Some(company), &room("R1")).await;
    let start = r#","start":"2026-11-23T10:00:00Z""#;
    let items = [item(treatment, start), item(treatment, start)];
    let refused = book(&world, wanted(&world, "parallel", &items)).await.unwrap_err();
    assert_eq!(fields(refused)[0].1.as_deref(), Some("items[1]"));
    add::<crate::model::Unit>(&world.app, Some(company), &room("R2")).await;
    let booking = book(&world, wanted(&world, "parallel", &items)).await.unwrap();
    let [one, two] = booking.appointments.as_slice() else { panic!("{booking:?}") };
    assert!(one.units.len() == 1 && two.units.len() == 1 && one.units != two.units);
}

#[tokio::test]
async fn parallel_visits_are_divided_wherever_that_is_possible() {
    let world = World::new().await;
    let stored_service = world.app.get::<Service>(world.service).await.unwrap();
    let company = Some(CompanyId(stored_service.company));
    let branch = world.app.get::<Provider>(world.provider).await.unwrap().data.branch;
    let third =
        Provider { shifts: vec![shift()], ..parsed(&format!(r#"{{"name":"R","branch":"{branch}"}}"#)) };
    let third = stored(world.app.create(company, third, None).await);
    let offering = async |providers: [Uuid; 2]| {
        let [one, two] = providers;
        let json = format!(
            r#"{{"name":"T","item":"T","duration_minutes":60,"providers":["{one}","{two}"],{}}}"#,
            price("5.00")
        );
        add::<Service>(&world.app, company, &json).await
    };
    // Each visit has two candidates. Anybody means the first two for the first two visits, whatever comes after them.
    let cycle = [[world.other, third], [world.provider, third], [world.other, world.provider]];
    let start = r#","start":"2026-11-23T10:00:00Z""#;
    let mut items = Vec::new();
    for providers in cycle {
        items.push(item(offering(providers).await, start));
    }
    let booking = book(&world, wanted(&world, "parallel", &items)).await.unwrap();
    let with: Vec<Uuid> = booking.appointments.iter().map(|one| one.provider.0).collect();
    for (providers, one) in cycle.iter().zip(&with) {
        assert!(providers.contains(one));
    }
    let distinct: std::collections::BTreeSet<&Uuid> = with.iter().collect();
    assert_eq!(distinct.len(), 3);
    let refused = book(&world, wanted(&world, "parallel", &items)).await.unwrap_err();
    assert_eq!(fields(refused).len(), 3);
    assert_eq!(everything(&world).await.len(), 3);
}

#[tokio::test]
async fn two_customers_of_one_class_are_with_different_providers_in_parallel() {
    let world = World::new().await;
    let class = format!(r#""duration_minutes":60,"seats":8,"max_guests":8,{}"#, price("5.00"));
    let class = service(&world, &class).await;
    let start = r#","start":"2026-11-23T10:00:00Z""#;
    let pair = [item(class, start), item(class, start)];
    let booking = book(&world, wanted(&world, "parallel", &pair)).await.unwrap();
    assert_ne!(booking.appointments[0].provider, booking.appointments[1].provider);
    let three = [item(class, start), item(class, start), item(class, start)];
    let refused = book(&world, wanted(&world, "parallel", &three)).await.unwrap_err();
    assert_eq!(fields(refused), [("SL0273".to_owned(), Some("items[1]".to_owned()))]);
}

#[tokio::test]
async fn a_booking_that_has_changed_since_it_was_seen_is_left_alone() {
    let world = World::new().await;
    let items = [item(world.service, r#","start":"2026-11-23T10:00:00Z""#), item(world.service, "")];
    let booking = book(&world, wanted(&world, "sequential", &items)).await.unwrap();
    assert_eq!(booking.version(), 2);
    world.command(booking.appointments[1].id, Command::Confirm).await.unwrap();
    let confirm =
        |seen| world.app.command_booking(booking.id, Some(seen), BookingCommand::Confirm, Actor::Staff, None);
    match confirm(2).await {
        Err(Error::Stale { current }) => assert_eq!(current, "3"),
        other => panic!("{other:?}"),
    }
    assert_eq!(fresh(confirm(3).await.unwrap()).version(), 4);
}

#[tokio::test]
async fn a_payment_goes_to_whatever_still_takes_it() {
    let world = World::new().await;
    let deposit =
        service(&world, &format!(r#""duration_minutes":30,"deposit_percent":"50",{}"#, price("40"))).await;
    let items = [item(deposit, r#","start":"2026-11-23T10:00:00Z""#), item(deposit, ""), item(deposit, "")];
    let booking = book(&world, wanted(&world, "sequential", &items)).await.unwrap();
    let all = command(&world, booking.id, BookingCommand::Confirm).await.unwrap().appointments;
    let (first, last) = (all[0].id, all[2].id);
    let depart = || Command::Depart(crate::app::Depart::default());
    world.command(first, depart()).await.unwrap();
    let ill = Cancel { reason: "ill".to_owned(), exception_reason: None };
    world.command(last, Command::Cancel(ill)).await.unwrap();
    // All that is asked for in advance is that of the one in between.
    let too_much = command(&world, booking.id, paying("60")).await.unwrap_err();
    assert_eq!(codes(too_much), ["SL0258"]);
    let paid = command(&world, booking.id, paying("20")).await.unwrap();
    let told: Vec<_> = paid.appointments.iter().map(|one| (one.status, one.payments.len())).collect();
    assert_eq!(told, [(Status::EnRoute, 0), (Status::Confirmed, 1), (Status::Cancelled, 0)]);
    let left_out: Vec<_> =
        paid.left_out.iter().map(|one| (one.appointment, one.findings[0].code.as_str())).collect();
    assert_eq!(left_out, [(first, "SL0241")]);
    // Nothing takes it any more.
    world.command(paid.appointments[1].id, depart()).await.unwrap();
    let refused = command(&world, booking.id, paying("20")).await.unwrap_err();
    assert_eq!(codes(refused), ["SL0241", "SL0241"]);
}
