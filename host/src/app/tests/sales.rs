//! What the books are asked for a sale: on one order, wherever it is moved and with whatever it was booked.

use slotledger_erp::{Body, Posting};

use super::*;
use crate::model::{BookingId, PostingPolicy};
use crate::store::DeliveryFilter;

/// Everything the company asked for, oldest first.
async fn asked(world: &World) -> Vec<Posting> {
    let all = world.app.deliveries(&DeliveryFilter::default(), 0, 200).await.unwrap();
    all.into_iter().map(|delivery| delivery.posting).collect()
}

fn kinds(postings: &[Posting]) -> Vec<&'static str> {
    postings.iter().map(|posting| posting.kind().as_str()).collect()
}

/// Three visits of the first provider, one after another, each with a deposit of 3.00 on 10.00.
async fn booked(world: &World) -> BookingView {
    let (provider, other) = (world.provider, world.other);
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let service = format!(
        r#"{{"name":"T","item":"T","duration_minutes":30,"providers":["{provider}","{other}"],"deposit_percent":"30",
            "commission_percent":"10","prices":[{{"description":"T","basis":"per_booking","unit_price":"10.00"}}]}}"#
    );
    let service = add::<Service>(&world.app, Some(CompanyId(company)), &service).await;
    let item = |more: &str| format!(r#"{{"service":"{service}","provider":"{provider}"{more}}}"#);
    let first = item(r#","start":"2026-11-23T10:00:00Z""#);
    let items = [first, item(""), item("")].join(",");
    let customer = world.customer;
    let wanted = format!(r#"{{"customer":"{customer}","mode":"sequential","items":[{items}]}}"#);
    fresh(world.app.book(parsed(&wanted), Actor::Staff, None).await.unwrap())
}

async fn command(world: &World, id: BookingId, command: BookingCommand) -> BookingView {
    fresh(world.app.command_booking(id, None, command, Actor::Staff, None).await.unwrap())
}

async fn keep_books(world: &World, change: impl FnOnce(&mut Company)) {
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let mut company = world.app.get::<Company>(company).await.unwrap();
    change(&mut company.data);
    world.app.replace(company.id, company.version, company.data).await.unwrap();
}

fn complete() -> Command {
    Command::Complete(Complete { materials: Some(Vec::new()) })
}

fn cancel() -> Cancel {
    Cancel { reason: "a test".to_owned(), exception_reason: None }
}

#[tokio::test]
async fn a_booking_is_ordered_once_and_invoiced_once() {
    let world = World::new().await;
    let booking = booked(&world).await;
    command(&world, booking.id, BookingCommand::Confirm).await;
    let order = asked(&world).await;
    let [Posting { key, body: Body::SalesOrder(draft), .. }] = order.as_slice() else { panic!("{order:?}") };
    assert_eq!(draft.lines.len(), 3);
    assert_eq!((draft.start, draft.end), (utc(MONDAY), utc("2026-11-23T11:30:00Z")));
    // What was agreed at the confirmation holds, whatever the company does since.
    keep_books(&world, |company| company.posting.invoicing = crate::model::Invoicing::Appointment).await;
    for one in booking.appointments.iter().rev() {
        let done = world.command(one.id, complete()).await.unwrap();
        assert_eq!(done.terms, Some(PostingPolicy::default()));
    }
    let all = asked(&world).await;
    assert_eq!(kinds(&all), ["sales_order", "sales_invoice", "commission"]);
    let Body::SalesInvoice(invoice) = &all[1].body else { panic!("{all:?}") };
    let bills: Vec<_> = invoice.lines.iter().filter_map(|line| line.bills.as_ref()).collect();
    assert!(bills.iter().all(|bills| bills.order == *key), "{bills:?}");
    assert_eq!(bills.iter().map(|bills| bills.line).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((invoice.earners.len(), invoice.earners[0].base), (1, Decimal::new(30, 0)));
    for one in &booking.appointments {
        let one = world.app.appointment(one.id).await.unwrap();
        assert_eq!(world.app.deliveries_about(&one).await.unwrap().len(), 3, "each has the documents of all");
    }
}

#[tokio::test]
async fn parts_confirmed_at_once_have_one_order() {
    let world = World::new().await;
    let booking = booked(&world).await;
    let confirm = |n: usize| world.command(booking.appointments[n].id, Command::Confirm);
    let (one, two, three) = tokio::join!(confirm(0), confirm(1), confirm(2));
    for confirmed in [one, two, three] {
        confirmed.unwrap();
    }
    let all = asked(&world).await;
    assert_eq!(kinds(&all), ["sales_order", "order_amendment", "order_amendment"]);
    let Body::OrderAmendment(last) = &all[2].body else { panic!("{all:?}") };
    assert_eq!((&last.order, last.lines.len()), (&all[0].key, 3));
}

#[tokio::test]
async fn a_deposit_is_taken_settled_and_paid_back() {
    let world = World::new().await;
    let booking = booked(&world).await;
    let (amount, reference) = (Decimal::new(1200, 2), "r-1".to_owned());
    let pay = Pay { amount, currency: None, reference, method: Some("Cash".to_owned()) };
    command(&world, booking.id, BookingCommand::Pay(pay)).await;
    let paid = asked(&world).await;
    assert_eq!(kinds(&paid), ["sales_order", "advance", "advance", "advance"]);
    for posting in &paid[1..] {
        let Body::Advance(advance) = &posting.body else { panic!("{posting:?}") };
        assert_eq!((advance.order.as_ref(), advance.amount), (Some(&paid[0].key), Decimal::new(400, 2)));
        assert_eq!((advance.receipt.as_deref(), advance.method.as_deref()), (Some("r-1"), Some("Cash")));
    }
    let [first, second, third] = booking.appointments.as_slice() else { panic!("{booking:?}") };
    world.command(first.id, complete()).await.unwrap();
    world.command(second.id, complete()).await.unwrap();
    let gone = world.command(third.id, Command::Cancel(cancel())).await.unwrap();
    assert_eq!(gone.payments.iter().map(|one| one.amount).sum::<Decimal>(), Decimal::ZERO);
    let all = asked(&world).await;
    assert_eq!(kinds(&all[4..]), ["order_amendment", "sales_invoice", "commission", "advance_refund"]);
    let Body::SalesInvoice(invoice) = &all[5].body else { panic!("{all:?}") };
    assert_eq!(invoice.advances, [paid[1].key.clone(), paid[2].key.clone()]);
}

#[tokio::test]
async fn a_booking_called_off_is_withdrawn_once() {
    let world = World::new().await;
    let booking = booked(&world).await;
    command(&world, booking.id, BookingCommand::Confirm).await;
    world.command(booking.appointments[1].id, Command::Cancel(cancel())).await.unwrap();
    let Cancel { reason, exception_reason } = cancel();
    let rest = CancelBooking { reason, exception_reason, appointments: Vec::new() };
    command(&world, booking.id, BookingCommand::Cancel(rest)).await;
    assert_eq!(kinds(&asked(&world).await), ["sales_order", "order_amendment", "order_cancellation"]);
}

#[tokio::test]
async fn an_order_follows_its_visit_and_is_invoiced_by_its_old_key() {
    let world = World::new().await;
    keep_books(&world, |company| {
        company.books_closed_until = Some("2026-11-30".parse().unwrap());
        company.posting.posting_date = crate::model::PostingDate::NextOpenDay;
    })
    .await;
    let mut id = world.confirmed().await;
    for start in ["2026-11-23T12:00:00Z", "2026-11-23T10:30:00Z"] {
        let later = Reschedule {
            start: utc(start),
            provider: Some(world.other.into()),
            guests: None,
            reason: "traffic".to_owned(),
            exception_reason: None,
        };
        id = world.command(id, Command::Reschedule(later)).await.unwrap().successor.unwrap();
    }
    world.command(id, complete()).await.unwrap();
    let all = asked(&world).await;
    assert_eq!(kinds(&all), ["sales_order", "order_amendment", "order_amendment", "sales_invoice"]);
    let (Body::OrderAmendment(last), Body::SalesInvoice(invoice)) = (&all[2].body, &all[3].body) else {
        panic!("{all:?}")
    };
    assert_eq!((&last.order, last.start), (&all[0].key, utc("2026-11-23T10:30:00Z")));
    assert_eq!(last.provider.code, world.other.to_string());
    assert_eq!(invoice.order.as_ref(), Some(&all[0].key));
    assert!(all.iter().all(|posting| posting.date.to_string() == "2026-12-01"), "the books open then");
    let done = world.app.appointment(id).await.unwrap();
    assert_eq!(done.replaces.len(), 2);
    assert_eq!(world.app.deliveries_about(&done).await.unwrap().len(), 4);
    let called_off =
        Command::Correct(Correct { to: Status::Cancelled, reason: "it was not".to_owned(), materials: None });
    world.command(id, called_off).await.unwrap();
    let all = asked(&world).await;
    assert_eq!(kinds(&all[4..]), ["credit_note", "order_cancellation"]);
}

#[tokio::test]
async fn a_coupon_lowers_the_price_that_is_agreed() {
    let world = World::new().await;
    keep_books(&world, |company| {
        company.coupons = vec![parsed(r#"{"code":"Spring","value":{"percent":"15"},"item":"OFF"}"#)];
    })
    .await;
    let wrong = Booking { coupon: Some("autumn".to_owned()), ..world.booking() };
    assert_eq!(codes(world.app.hold(wrong, Actor::Staff, None).await.unwrap_err()), ["SL0280"]);
    let booking = Booking { coupon: Some("SPRING".to_owned()), ..world.booking() };
    let held = fresh(world.app.hold(booking, Actor::Staff, None).await.unwrap());
    assert_eq!((held.quote.net, held.quote.coupon.as_deref()), (Decimal::new(850, 2), Some("Spring")));
    world.command(held.id, Command::Confirm).await.unwrap();
    let all = asked(&world).await;
    let Body::SalesOrder(order) = &all[0].body else { panic!("{all:?}") };
    assert_eq!(order.lines[1].unit_price, Decimal::new(-150, 2));
}
