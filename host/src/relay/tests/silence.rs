//! Books that do not answer, for a moment or for a day.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::scene::Scene;
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
