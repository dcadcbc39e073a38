//! What becomes of single deliveries.

use std::sync::atomic::Ordering;
use std::time::Duration;

use slotledger_erp::{Class, Failure};
use tokio::time::{Instant, sleep};

use super::scene::{Act, Scene};
use crate::model::DeliveryState;
use crate::relay::Settings;
use crate::store::conformance::house::span;
use crate::store::{Outbox, Outcome};

#[tokio::test(start_paused = true)]
async fn each_appointments_documents_go_in_order_and_once() {
    let mut scene = Scene::new(Settings::default());
    for step in 1..=3 {
        for appointment in 1..=5 {
            scene.ask(0, appointment, &format!("{appointment}/{step}"), &[]);
        }
    }
    scene.start();
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    let posts = scene.books[0].posts();
    assert_eq!(posts.len(), 15);
    for appointment in 1..=5 {
        let own: Vec<_> = posts.iter().filter(|key| key.starts_with(&format!("{appointment}/"))).collect();
        assert_eq!(own, [1, 2, 3].map(|step| format!("{appointment}/{step}")).iter().collect::<Vec<_>>());
    }
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_parked_holds_up_what_builds_on_it_and_nothing_else() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/order", Act::Fail(Failure::refused("the period is closed", "reopen it")));
    scene.ask(0, 1, "1/order", &[]);
    scene.ask(0, 1, "1/stock", &[]);
    scene.ask(0, 1, "1/invoice", &["1/order"]);
    scene.ask(0, 2, "2/order", &[]);
    scene.start();
    scene.until("the others are done", |scene| scene.books[0].stands().len() == 2).await;
    sleep(Duration::from_secs(3600)).await;

    let parked = scene.outbox.row("1/order");
    assert_eq!(parked.state, DeliveryState::Parked);
    assert_eq!(parked.failure.expect("why").message, "the period is closed");
    assert_eq!(scene.outbox.row("1/invoice").state, DeliveryState::Pending);
    assert_eq!(scene.books[0].stands(), ["2/order", "1/stock"]);
    assert_eq!(scene.books[0].posts().len(), 3, "what is parked is not tried again by itself");

    scene.outbox.back_in_line(parked.id);
    scene.until("the rest follows", |scene| scene.outbox.all_done()).await;
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_document_whose_answer_was_lost_is_found_and_adopted() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/order", Act::LoseAnswer);
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("done", |scene| scene.outbox.all_done()).await;
    assert_eq!(scene.books[0].stands(), ["1/order"]);
    assert_eq!(scene.outbox.row("1/order").attempts, 2);
    assert!(scene.seconds() >= 1, "it had time to arrive");
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_given_up_and_looked_up() {
    let settings = Settings { longest_call: Duration::from_secs(20), ..Settings::default() };
    let mut scene = Scene::new(settings);
    scene.books[0].on("1/order", Act::Slow(Duration::from_secs(3600)));
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("the call is given up", |scene| scene.outbox.row("1/order").failure.is_some()).await;
    assert_eq!(scene.seconds(), 20);
    assert_eq!(scene.outbox.row("1/order").failure.expect("why").class, Class::Ambiguous);
    scene.until("done", |scene| scene.outbox.all_done()).await;
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_lost_the_lease_writes_nothing() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/order", Act::Slow(Duration::from_secs(10)));
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("it is on its way", |scene| scene.books[0].posts().len() == 1).await;
    let theirs = Failure::refused("theirs", "theirs");
    {
        let mut rows = scene.outbox.rows();
        rows[0].lease_owner = Some("another host".to_owned());
    }
    let finished =
        scene.outbox.finish_delivery(1, "another host", &Outcome::Parked(theirs.clone()), span(0)).await;
    assert!(finished.expect("it is finished"));
    scene.until("the first one comes back", |scene| !scene.books[0].stands().is_empty()).await;
    scene.stop().await;
    assert_eq!(scene.outbox.row("1/order").state, DeliveryState::Parked);
    assert_eq!(scene.outbox.row("1/order").failure, Some(theirs));
}

#[tokio::test(start_paused = true)]
async fn a_difference_is_parked_with_both_amounts() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/commission", Act::Miscount);
    scene.ask(0, 1, "1/commission", &[]);
    scene.start();
    scene.until("parked", |scene| scene.outbox.row("1/commission").state == DeliveryState::Parked).await;
    let why = scene.outbox.row("1/commission").failure.expect("why").message;
    assert!(why.contains("net amount is 1, not 10"), "{why}");
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_broke_off_is_tried_again_when_its_lease_ends() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/order", Act::Panic);
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("done", |scene| scene.outbox.all_done()).await;
    assert_eq!(scene.seconds(), Settings::default().lease().as_secs());
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_are_on_their_way_than_allowed() {
    let mut scene = Scene::new(Settings { in_flight: 4, ..Settings::default() });
    for appointment in 1..=20 {
        let key = format!("{appointment}/order");
        scene.books[0].on(&key, Act::Slow(Duration::from_secs(1)));
        scene.ask(0, appointment, &key, &[]);
    }
    scene.start();
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    assert_eq!(scene.books[0].busiest.load(Ordering::SeqCst), 4);
    assert_eq!(scene.seconds(), 5, "and no fewer");
    scene.stop().await;
}

/// The one that is claimed ahead is no more than in hand, and not for long.
#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_too_long_is_put_back_for_other_hosts() {
    let mut scene = Scene::new(Settings { in_flight: 1, ..Settings::default() });
    for appointment in 1..=3 {
        let key = format!("{appointment}/order");
        scene.books[0].on(&key, Act::Slow(Duration::from_secs(30)));
        scene.ask(0, appointment, &key, &[]);
    }
    let leased = |scene: &Scene| {
        let rows = scene.outbox.rows();
        rows.iter().filter(|row| row.state == DeliveryState::Leased).count()
    };
    scene.start();
    scene.until("one is sent and one waits", |scene| leased(scene) == 2).await;
    scene.until("the other is put back", |scene| leased(scene) == 1).await;
    assert!(scene.seconds() <= 2, "{} s", scene.seconds());
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    assert_eq!(scene.books[0].posts(), ["1/order", "2/order", "3/order"]);
    assert_eq!(scene.outbox.row("3/order").attempts, 1, "waiting is no try");
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_is_put_back_when_it_stops() {
    let mut scene = Scene::new(Settings { in_flight: 1, ..Settings::default() });
    for appointment in 1..=2 {
        let key = format!("{appointment}/order");
        scene.books[0].on(&key, Act::Slow(Duration::from_secs(1)));
        scene.ask(0, appointment, &key, &[]);
    }
    scene.start();
    scene.until("one is on its way", |scene| scene.books[0].posts().len() == 1).await;
    scene.stop().await;
    let states = ["1/order", "2/order"].map(|key| scene.outbox.row(key).state);
    assert_eq!(states, [DeliveryState::Done, DeliveryState::Pending]);
    assert_eq!(scene.outbox.row("2/order").attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_hand_is_finished_before_it_stops() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].on("1/order", Act::Slow(Duration::from_secs(5)));
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("it is on its way", |scene| scene.books[0].posts().len() == 1).await;
    scene.ask(0, 1, "1/invoice", &[]);
    scene.stop().await;
    assert_eq!(scene.outbox.row("1/order").state, DeliveryState::Done);
    assert_eq!(scene.outbox.row("1/invoice").state, DeliveryState::Pending, "and nothing new is begun");
}

#[tokio::test(start_paused = true)]
async fn it_is_woken_at_once_and_looks_by_itself_every_second() {
    let mut scene = Scene::new(Settings::default());
    scene.start();
    sleep(Duration::from_millis(10_100)).await;
    let begun = Instant::now();
    scene.ask(0, 1, "1/order", &[]);
    scene.wake.notify_one();
    scene.until("done", |scene| scene.outbox.all_done()).await;
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());

    let begun = Instant::now();
    scene.ask(0, 2, "2/order", &[]);
    scene.until("done", |scene| scene.outbox.all_done()).await;
    assert!(begun.elapsed() <= Duration::from_millis(1_100), "{:?}", begun.elapsed());
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_company_without_a_connection_waits_for_one() {
    let mut scene = Scene::new(Settings::default());
    scene.ask(9, 1, "1/order", &[]);
    scene.start();
    scene.until("it was tried", |scene| scene.outbox.row("1/order").attempts == 3).await;
    let row = scene.outbox.row("1/order");
    assert_ne!(row.state, DeliveryState::Parked);
    assert_eq!(row.failure.expect("why").message, "not configured");
    scene.stop().await;
}
