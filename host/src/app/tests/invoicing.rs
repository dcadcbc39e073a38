//! One invoice for a customer's week or month.

use slotledger_erp::{Body, Posting};

use super::*;
use crate::model::Invoicing;
use crate::store::DeliveryFilter;

const DAY: TimeDelta = TimeDelta::days(1);

/// A company that invoices by the month.
async fn monthly() -> World {
    let world = World::new().await;
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let mut company = world.app.get::<Company>(company).await.unwrap();
    company.data.posting.invoicing = Invoicing::CustomerMonth;
    world.app.replace(company.id, company.version, company.data).await.unwrap();
    world
}

/// A visit by itself, done.
async fn done(world: &World, provider: Uuid, start: &str) -> AppointmentId {
    done_with(world, provider, start, Some(Vec::new())).await
}

/// The same, with materials; none takes what the service lists.
async fn done_with(
    world: &World,
    provider: Uuid,
    start: &str,
    materials: Option<Vec<crate::model::Consumable>>,
) -> AppointmentId {
    let World { service, customer, .. } = world;
    let booking = parsed(&format!(
        r#"{{"service":"{service}","customer":"{customer}","provider":"{provider}","start":"{start}"}}"#
    ));
    let id = fresh(world.app.hold(booking, Actor::Staff, None).await.unwrap()).id;
    for command in [Command::Confirm, Command::Complete(Complete { materials })] {
        world.command(id, command).await.unwrap();
    }
    id
}

/// What staff invoices before the month is over.
async fn invoiced(world: &World) -> InvoicedView {
    let customer = crate::model::CustomerId(world.customer);
    fresh(world.app.invoice_customer(customer, Actor::Staff, None).await.unwrap())
}

async fn invoices(world: &World) -> Vec<Posting> {
    let all = world.app.deliveries(&DeliveryFilter::default(), 0, 200).await.unwrap();
    let is_invoice = |posting: &Posting| matches!(posting.body, Body::SalesInvoice(_));
    all.into_iter().map(|delivery| delivery.posting).filter(is_invoice).collect()
}

#[tokio::test]
async fn a_month_of_visits_is_invoiced_once_when_it_is_over() {
    let world = monthly().await;
    let first = done(&world, world.provider, MONDAY).await;
    let second = done(&world, world.other, MONDAY).await;
    assert_eq!(world.app.invoice_due(10).await.unwrap(), 0, "the month is not over");
    let waiting = world.app.appointment(first).await.unwrap();
    assert_eq!(waiting.invoice_after, Some(utc("2026-12-01T00:00:00Z")));
    world.pass(DAY * 9);
    let third = done(&world, world.provider, "2026-12-07T10:00:00Z").await;
    let (one, two) = tokio::join!(world.app.invoice_due(10), world.app.invoice_due(10));
    one.unwrap();
    two.unwrap();
    let all = invoices(&world).await;
    let [Posting { key, body: Body::SalesInvoice(invoice), .. }] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((invoice.lines.len(), invoice.orders().len()), (2, 2), "each bills its own order");
    for id in [first, second] {
        let one = world.app.appointment(id).await.unwrap();
        assert_eq!((one.status, one.invoice_after), (Status::Completed, None));
        let about = world.app.deliveries_about(&one).await.unwrap();
        assert!(about.iter().any(|delivery| delivery.posting.key == *key), "both have the invoice");
    }
    let later = world.app.appointment(third).await.unwrap();
    assert_eq!(later.invoice_after, Some(utc("2027-01-01T00:00:00Z")));
    assert_eq!(world.app.invoice_due(10).await.unwrap(), 0);
    // Staff do not have to wait for the end of December.
    let now = invoiced(&world).await;
    assert_eq!(now.appointments.iter().map(|one| one.id).collect::<Vec<_>>(), [third]);
    assert_eq!(invoices(&world).await.len(), 2);
    let again = invoiced(&world).await;
    assert_eq!(again, InvoicedView { appointments: Vec::new(), left_out: Vec::new() });
}

#[tokio::test]
async fn a_correction_credits_the_invoice_of_the_month_and_invoices_the_rest_again() {
    for corrected in [0, 1] {
        let world = monthly().await;
        let visits = [done(&world, world.provider, MONDAY).await, done(&world, world.other, MONDAY).await];
        invoiced(&world).await;
        let correct = Correct { to: Status::Cancelled, reason: "nobody came".to_owned(), materials: None };
        world.command(visits[corrected], Command::Correct(correct)).await.unwrap();
        let all = world.app.deliveries(&DeliveryFilter::default(), 0, 200).await.unwrap();
        let kinds: Vec<_> = all.iter().map(|delivery| delivery.posting.kind().as_str()).collect();
        // What was invoiced from an order once is not invoiced from it again: the rest gets a new one.
        assert_eq!(kinds[..4], ["sales_order", "sales_order", "sales_invoice", "credit_note"]);
        assert_eq!(kinds[4..], ["order_cancellation", "order_cancellation", "sales_order", "sales_invoice"]);
        let Body::SalesInvoice(invoice) = &all[7].posting.body else { panic!("{all:?}") };
        assert_eq!(invoice.lines.len(), 1);
        let other = world.app.appointment(visits[1 - corrected]).await.unwrap();
        let about = world.app.deliveries_about(&other).await.unwrap();
        assert!(about.iter().any(|delivery| delivery.posting.key == all[7].posting.key), "{about:?}");
    }
}

#[tokio::test]
async fn what_was_agreed_on_other_terms_goes_on_another_invoice() {
    let world = monthly().await;
    let first = done(&world, world.provider, MONDAY).await;
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let mut company = world.app.get::<Company>(company).await.unwrap();
    company.data.posting.invoices = crate::model::InvoiceFinish::Draft;
    world.app.replace(company.id, company.version, company.data).await.unwrap();
    let second = done(&world, world.other, MONDAY).await;
    let now = invoiced(&world).await;
    assert_eq!(
        (now.appointments.iter().map(|one| one.id).collect::<Vec<_>>(), now.left_out),
        (vec![first, second], vec![])
    );
    assert_eq!(invoices(&world).await.len(), 2);
    let linked = world.app.appointment(second).await.unwrap().invoiced_with;
    assert_eq!(linked, [], "each has an invoice of its own");
}

#[tokio::test]
async fn the_customer_may_not_invoice() {
    let world = monthly().await;
    done(&world, world.provider, MONDAY).await;
    let customer = crate::model::CustomerId(world.customer);
    let refused = world.app.invoice_customer(customer, Actor::Customer, None).await;
    let Err(Error::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.findings[0].code, "SL0244");
}

#[tokio::test]
async fn as_many_visits_as_go_on_one_invoice_are_invoiced_and_corrected() {
    let world = monthly().await;
    let service = world.app.get::<Service>(world.service).await.unwrap();
    let material = r#"[{"item":"M","quantity":"1","unit":"Unit","warehouse":"WH"}]"#;
    let consumables = serde_json::from_str(material).unwrap();
    let data = Service { consumables, commission_percent: Decimal::TEN, ..service.data };
    world.app.replace(service.id, service.version, data).await.unwrap();
    let mut visits = Vec::new();
    for week in 0..7 {
        for hour in 9..17 {
            for provider in [world.provider, world.other] {
                let start = utc(&format!("2026-11-23T{hour:02}:00:00Z")) + TimeDelta::weeks(week);
                let id = done_with(&world, provider, &start.to_rfc3339(), None).await;
                visits.push(id);
            }
        }
    }
    let now = invoiced(&world).await;
    assert_eq!((now.appointments.len(), now.left_out.len()), (100, 0));
    let correct = Correct { to: Status::Cancelled, reason: "nobody came".to_owned(), materials: None };
    world.command(visits[50], Command::Correct(correct)).await.unwrap();
    let other = world.app.appointment(visits[0]).await.unwrap();
    let about = world.app.deliveries_about(&other).await.unwrap();
    let is_invoice = |posting: &&Posting| matches!(posting.body, Body::SalesInvoice(_));
    assert_eq!(about.iter().map(|delivery| &delivery.posting).filter(is_invoice).count(), 2);
}

#[tokio::test]
async fn what_is_ordered_anew_joins_no_other_bookings_order() {
    let world = monthly().await;
    let World { service, customer, provider, .. } = &world;
    let alone = done(&world, world.other, MONDAY).await;
    let item =
        |start: &str| format!(r#"{{"service":"{service}","provider":"{provider}","start":"{start}"}}"#);
    let items = [item(MONDAY), item("2026-11-23T13:00:00Z")].join(",");
    let booking = parsed(&format!(r#"{{"customer":"{customer}","mode":"free","items":[{items}]}}"#));
    let booked = fresh(world.app.book(booking, Actor::Staff, None).await.unwrap());
    let [first, second] = [0, 1].map(|n| booked.appointments[n].id);
    for command in [Command::Confirm, Command::Complete(Complete { materials: Some(Vec::new()) })] {
        world.command(first, command).await.unwrap();
    }
    invoiced(&world).await;
    // Nothing joins an order that was invoiced from: the second visit of the booking has one of its own.
    world.command(second, Command::Confirm).await.unwrap();
    let correct = Correct { to: Status::Cancelled, reason: "nobody came".to_owned(), materials: None };
    world.command(first, Command::Correct(correct)).await.unwrap();
    let all = world.app.deliveries(&DeliveryFilter::default(), 0, 200).await.unwrap();
    let kinds: Vec<_> = all.iter().map(|delivery| delivery.posting.kind().as_str()).collect();
    assert!(!kinds.contains(&"order_amendment"), "the order of the other booking is left alone: {kinds:?}");
    let about = async |id| {
        let one = world.app.appointment(id).await.unwrap();
        let about = world.app.deliveries_about(&one).await.unwrap();
        about.into_iter().map(|delivery| delivery.posting.key).collect::<Vec<_>>()
    };
    let (alone, second) = (about(alone).await, about(second).await);
    assert!(alone.iter().all(|key| !second.contains(key)), "{alone:?} and {second:?}");
    let last = all.last().expect("the invoice");
    assert!(
        matches!(last.posting.body, Body::SalesInvoice(_)) && alone.contains(&last.posting.key),
        "{kinds:?}"
    );
}
