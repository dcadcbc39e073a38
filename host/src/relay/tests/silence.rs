//! Books that do not answer, for a moment or for a day.

use std::sync::atomic::Ordering;
use std::time::Duration;

use slotledger_erp::Failure;
use tokio::time::sleep;

use super::scene::{Act, Scene};
use crate::model::CircuitState;
use crate::relay::Settings;

fn backlog(scene: &Scene) {
    for appointment in 1..=12 {
        scene.ask(0, appointment, &format!("{appointment}/order"), &[]);
        scene.ask(0, appointment, &format!("{appointment}/invoice"), &[&format!("{appointment}/order")]);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_day_of_silence_everything_arrives_in_order_and_once() {
    let mut scene = Scene::new(Settings::default());
    scene.books[0].down.store(true, Ordering::SeqCst);
    backlog(&scene);
    scene.start();
    sleep(Duration::from_secs(86_400)).await;
    let tried = scene.books[0].posts().len();
    assert!(tried < 2 * 86_400 / 60, "{tried} tries in a day: about one a minute");
    let counted: u32 = scene.outbox.rows().iter().map(|row| row.attempts).sum();
    assert_eq!(usize::try_from(counted).expect("a small number"), tried, "who only waits was not tried");

    let circuits = scene.relay.circuits();
    assert_eq!(circuits.len(), 1);
    assert_ne!(circuits[0].state, CircuitState::Closed);
    assert_eq!(circuits[0].message.as_deref(), Some("connection refused"));

    scene.books[0].down.store(false, Ordering::SeqCst);
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    assert!(scene.seconds() < 86_400 + 600, "{} s after it was back", scene.seconds() - 86_400);
    assert_eq!(scene.relay.circuits()[0].state, CircuitState::Closed);

    let stands = scene.books[0].stands();
    assert_eq!(stands.len(), 24);
    for appointment in 1..=12 {
        let place = |step: &str| stands.iter().position(|key| *key == format!("{appointment}/{step}"));
        assert!(place("order") < place("invoice") && place("order").is_some());
    }
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn books_that_are_silent_hold_up_nobody_elses() {
    let mut scene = Scene::new(Settings { in_flight: 2, ..Settings::default() });
    scene.books[0].down.store(true, Ordering::SeqCst);
    backlog(&scene);
    scene.ask(1, 99, "99/order", &[]);
    scene.start();
    scene.until("the other company's order stands", |scene| scene.books[1].stands().len() == 1).await;
    assert!(scene.seconds() <= 5, "{} s", scene.seconds());
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_to_be_called_less_often_is_left_alone_as_a_whole() {
    let mut scene = Scene::new(Settings { in_flight: 1, ..Settings::default() });
    let asked = Some(Duration::from_secs(30));
    scene.books[0].on("1/order", Act::Fail(Failure::throttled("too many requests", asked)));
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("it was told", |scene| scene.books[0].posts().len() == 1).await;
    scene.ask(0, 2, "2/order", &[]);
    scene.ask(1, 3, "3/order", &[]);
    scene.until("the others go on", |scene| scene.books[1].stands().len() == 1).await;
    sleep(Duration::from_secs(25)).await;
    assert_eq!(scene.books[0].posts().len(), 1, "nobody calls");
    assert_eq!(scene.relay.circuits()[0].message.as_deref(), Some("too many requests"));
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    assert!((30..40).contains(&scene.seconds()), "{} s", scene.seconds());
    assert_eq!(scene.outbox.row("2/order").attempts, 1);
    scene.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_locked_is_tried_soon_and_holds_up_nobody() {
    let mut scene = Scene::new(Settings::default());
    for _ in 0..8 {
        scene.books[0].on("1/order", Act::Fail(Failure::busy("deadlock", None)));
    }
    scene.ask(0, 1, "1/order", &[]);
    scene.start();
    scene.until("it was tried often", |scene| scene.outbox.row("1/order").attempts == 7).await;
    let tried = scene.seconds();
    scene.ask(0, 2, "2/order", &[]);
    scene.until("another one stands", |scene| !scene.books[0].stands().is_empty()).await;
    assert!(scene.seconds() <= tried + 2, "the circuit is closed");
    assert_eq!(scene.relay.circuits()[0].state, CircuitState::Closed);
    scene.until("all done", |scene| scene.outbox.all_done()).await;
    assert!(scene.seconds() < 120, "{} s", scene.seconds());
    scene.stop().await;
}
