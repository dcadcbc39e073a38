//! Completed work whose materials were said wrong: taken back and completed anew, both or neither.

use slotledger_erp::{Body, Posting};

use super::*;
use crate::model::Consumable;
use crate::store::DeliveryFilter;

fn filters(quantity: i64) -> Vec<Consumable> {
    let [item, unit, warehouse] = ["FILTER", "Unit", "Van"].map(str::to_owned);
    vec![Consumable { item, quantity: quantity.into(), unit, warehouse }]
}

fn correct(to: Status, materials: Option<Vec<Consumable>>) -> Command {
    Command::Correct(Correct { to, reason: "miscounted".to_owned(), materials })
}

async fn asked(world: &World) -> Vec<Posting> {
    let all = world.app.deliveries(&DeliveryFilter::default(), 0, 200).await.unwrap();
    all.into_iter().map(|delivery| delivery.posting).collect()
}

#[tokio::test]
async fn other_material_takes_the_work_back_and_completes_it_anew() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let done = world.command(id, Command::Complete(Complete { materials: Some(filters(1)) })).await.unwrap();
    let corrected = world.command(id, correct(Status::Completed, Some(filters(3)))).await.unwrap();
    assert_eq!((corrected.status, corrected.revision), (Status::Completed, done.revision + 2));
    assert_eq!(corrected, world.app.appointment(id).await.unwrap());
    let all = asked(&world).await;
    let kinds: Vec<_> = all.iter().map(|posting| posting.kind().as_str()).collect();
    assert_eq!(kinds[..3], ["sales_order", "sales_invoice", "stock_issue"]);
    let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
    for (kind, times) in [("credit_note", 1), ("stock_return", 1), ("sales_invoice", 2), ("stock_issue", 2)] {
        assert_eq!(count(kind), times, "{kinds:?}");
    }
    let Some(Body::StockIssue(last)) =
        all.iter().rev().map(|one| &one.body).find(|body| matches!(body, Body::StockIssue(_)))
    else {
        panic!("{all:?}")
    };
    assert_eq!(last.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [Decimal::from(3)]);
    let trail = world.app.events(id).await.unwrap();
    let last: Vec<_> =
        trail.iter().rev().take(2).map(|event| (event.name.as_str(), event.revision)).collect();
    let revision = corrected.revision;
    assert_eq!(last, [("appointment.completed", revision), ("appointment.corrected", revision - 1)]);
}

#[tokio::test]
async fn nothing_is_taken_back_where_it_cannot_be_completed_anew() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let open = world.command(id, correct(Status::Completed, Some(filters(1)))).await;
    assert_eq!(codes(open.unwrap_err()), ["SL0241"], "it is not over");
    world.command(id, Command::Complete(Complete { materials: Some(filters(1)) })).await.unwrap();
    let before = asked(&world).await;
    let none = world.command(id, correct(Status::Completed, Some(filters(0)))).await;
    assert!(matches!(none, Err(Error::Refused(_))), "{none:?}");
    let elsewhere = world.command(id, correct(Status::NoShow, Some(filters(1)))).await;
    assert!(matches!(elsewhere, Err(Error::Invalid(_))), "{elsewhere:?}");
    assert_eq!(asked(&world).await, before);
    assert_eq!(world.app.appointment(id).await.unwrap().status, Status::Completed);
}

#[tokio::test]
async fn a_part_of_a_booking_is_completed_anew_and_invoiced_with_the_others() {
    let world = World::new().await;
    let item = |start: &str| {
        format!(r#"{{"service":"{}","provider":"{}","start":"{start}"}}"#, world.service, world.provider)
    };
    let items = [item("2026-11-23T10:00:00Z"), item("2026-11-23T11:00:00Z")].join(",");
    let wanted = format!(r#"{{"customer":"{}","mode":"free","items":[{items}]}}"#, world.customer);
    let booking = fresh(world.app.book(parsed(&wanted), Actor::Staff, None).await.unwrap());
    let confirm = BookingCommand::Confirm;
    fresh(world.app.command_booking(booking.id, None, confirm, Actor::Staff, None).await.unwrap());
    for one in &booking.appointments {
        let complete = Command::Complete(Complete { materials: Some(filters(1)) });
        world.command(one.id, complete).await.unwrap();
    }
    let before = asked(&world).await.len();
    let id = booking.appointments[0].id;
    world.command(id, correct(Status::Completed, Some(filters(2)))).await.unwrap();
    let all = asked(&world).await;
    let billed: usize = all[before..]
        .iter()
        .filter_map(
            |posting| if let Body::SalesInvoice(invoice) = &posting.body { Some(invoice) } else { None },
        )
        .map(|invoice| invoice.lines.len())
        .sum();
    assert_eq!(billed, 2, "{:?}", &all[before..]);
}
