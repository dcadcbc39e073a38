//! Customers' links and sessions, as time goes by.

use super::*;
use crate::app::{LinkBody, LinkView, NewLink, Purpose, Welcome};
use crate::model::{Acting, Status};

impl World {
    async fn link(&self, id: AppointmentId, purpose: Purpose) -> String {
        self.app.make_link(id, &NewLink { purpose, hours: Some(2) }, "test").await.unwrap().0
    }

    async fn follow(&self, purpose: Purpose, token: &str) -> Result<LinkView> {
        let start = Some(utc("2026-11-23T13:00:00Z"));
        let (reason, name) = (Some("I cannot.".to_owned()), Some("Ana".to_owned()));
        self.app.use_link(purpose, LinkBody { token: token.to_owned(), reason, start, name }).await
    }
}

#[tokio::test]
async fn a_link_accepts_once_and_ends_the_others() {
    let world = World::new().await;
    let id = world.hold().await.unwrap().id;
    let [accept, decline] = [world.link(id, Purpose::Accept).await, world.link(id, Purpose::Decline).await];
    let shown = world.app.read_link(&accept).await.unwrap();
    assert_eq!((shown.status, shown.service.as_str()), (Status::Open, "S"));
    assert_eq!(world.follow(Purpose::Accept, &accept).await.unwrap().status, Status::Confirmed);
    for (purpose, token) in [(Purpose::Accept, &accept), (Purpose::Decline, &decline)] {
        assert!(matches!(world.follow(purpose, token).await, Err(Error::LinkMovedOn)));
    }
    let reschedule = world.link(id, Purpose::Reschedule).await;
    world.follow(Purpose::Reschedule, &reschedule).await.unwrap();
    assert_eq!(world.app.appointment(id).await.unwrap().status, Status::Cancelled);
}

#[tokio::test]
async fn of_two_uses_at_once_one_succeeds() {
    let world = World::new().await;
    let id = world.hold().await.unwrap().id;
    let token = world.link(id, Purpose::Cancel).await;
    let both = futures::join!(world.follow(Purpose::Cancel, &token), world.follow(Purpose::Cancel, &token));
    let done = [&both.0, &both.1].into_iter().filter(|used| used.is_ok()).count();
    assert_eq!(done, 1, "{both:?}");
}

#[tokio::test]
async fn a_link_ends_with_its_time() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let token = world.link(id, Purpose::Cancel).await;
    world.pass(TimeDelta::hours(2));
    assert!(matches!(world.follow(Purpose::Cancel, &token).await, Err(Error::LinkOver)));
    assert!(matches!(world.app.read_link(&token).await, Err(Error::LinkOver)));
    assert_eq!(world.app.appointment(id).await.unwrap().status, Status::Confirmed);
}

#[tokio::test]
async fn work_is_signed_for_by_link() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let early = world.link(id, Purpose::Sign).await;
    assert!(matches!(world.follow(Purpose::Sign, &early).await, Err(Error::Unfinished)));
    assert!(matches!(world.app.signature(id).await, Err(Error::Missing { .. })));
    world.command(id, Command::Complete(Complete::default())).await.unwrap();
    let token = world.link(id, Purpose::Sign).await;
    world.follow(Purpose::Sign, &token).await.unwrap();
    assert_eq!(world.app.signature(id).await.unwrap().name, "Ana");
    assert!(matches!(world.follow(Purpose::Sign, &token).await, Err(Error::LinkMovedOn)));
}

#[tokio::test]
async fn a_session_ends_when_it_lies_idle_and_after_a_week() {
    let world = World::new().await;
    let token = world.app.invite(None, "test").await.unwrap();
    let (login, name) = (Some("ana@example.org".to_owned()), Some("Ana".to_owned()));
    let welcome = Welcome { token, password: "correct horse battery".to_owned(), login, name };
    let session = world.app.welcome(&welcome, "a browser").await.unwrap();
    let known = async || world.app.identify_session(&session.secret).await.unwrap();
    for _ in 0..15 {
        world.pass(TimeDelta::hours(11));
        assert!(known().await.is_some(), "it is used");
    }
    world.pass(TimeDelta::hours(3));
    assert!(known().await.is_none(), "a week is over");
    let again = crate::app::LogIn {
        login: "ANA@example.org".to_owned(),
        password: "correct horse battery".to_owned(),
    };
    let session = world.app.log_in(&again, "192.0.2.1", "a browser").await.unwrap();
    world.pass(TimeDelta::hours(12));
    assert_eq!(world.app.identify_session(&session.secret).await.unwrap(), None, "it lay idle");
}

#[tokio::test]
async fn the_trail_names_the_account_that_sent_a_command() {
    let world = World::new().await;
    let wanted = crate::app::NewAccount {
        login: "ben@example.org".to_owned(),
        name: "Ben".to_owned(),
        grants: Vec::new(),
        active: true,
    };
    let (ben, _) = world.app.add_account(wanted, "test").await.unwrap();
    let acting = Acting { actor: Actor::Staff, by: Some(ben.id.0) };
    let held = fresh(world.app.hold(world.booking(), acting, None).await.unwrap());
    let by = world.app.events(held.id).await.unwrap().remove(0).by.unwrap();
    assert_eq!((by.id, by.name.as_deref()), (ben.id.0, Some("Ben")));
}
