//! Use cases on a real store and the real component, with a clock that the test sets.

mod accounts;
mod bookings;
mod branches;
mod corrections;
mod extensions;
mod invoicing;
mod preflight;
mod sales;
mod samples;
mod series;
mod setup;
mod waitlist;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use rust_decimal::Decimal;
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::model::{
    Actor, Appointment, AppointmentId, Branch, Company, CompanyId, Customer, Leave, Master, Provider,
    Service, Shift, Status,
};
use crate::store::sqlite::Sqlite;

/// A clock that stands still until it is told to go on.
struct Set(AtomicI64);

impl Clock for Set {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).unwrap()
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

struct World {
    app: App,
    clock: Arc<Set>,
    service: Uuid,
    customer: Uuid,
    provider: Uuid,
    other: Uuid,
    directory: TempDir,
}

/// Monday, and the only day of the week with a shift.
const MONDAY: &str = "2026-11-23T10:00:00Z";

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(Set(AtomicI64::new(utc("2026-11-22T10:00:00Z").timestamp())));
        let ledger = crate::config::Ledger {
            path: directory.path().join("books.sqlite"),
            company: Some("C".to_owned()),
            currency: "EUR".to_owned(),
            tax_percent: Decimal::TEN,
        };
        let erp = [("ledger".to_owned(), crate::config::Erp::Ledger(ledger))].into();
        let app = App::new(Ports {
            store: Arc::new(Sqlite::open(&directory.path().join("store.sqlite")).await.unwrap()),
            rules: Rules::compiled_once(),
            clock: clock.clone(),
            books: Arc::new(crate::connections::open(&erp, &Default::default()).await.unwrap()),
            wake: Arc::new(Notify::new()),
        });
        let company =
            CompanyId(add::<Company>(&app, None, r#"{"name":"C","currency":"EUR","time_zone":"UTC"}"#).await);
        let branch = add::<Branch>(&app, Some(company), r#"{"name":"B","time_zone":"UTC"}"#).await;
        let provider =
            Provider { shifts: vec![shift()], ..parsed(&format!(r#"{{"name":"P","branch":"{branch}"}}"#)) };
        let other = stored(app.create(Some(company), provider.clone(), None).await);
        let provider = stored(app.create(Some(company), provider, None).await);
        let service = format!(
            r#"{{"name":"S","item":"S","duration_minutes":60,"providers":["{provider}","{other}"],
                "prices":[{{"description":"S","basis":"per_booking","unit_price":"10.00"}}]}}"#
        );
        let service = add::<Service>(&app, Some(company), &service).await;
        let customer = add::<Customer>(&app, Some(company), r#"{"name":"A"}"#).await;
        Self { app, clock, service, customer, provider, other, directory }
    }

    fn booking(&self) -> Booking {
        let Self { service, customer, provider, .. } = self;
        parsed(&format!(
            r#"{{"service":"{service}","customer":"{customer}","provider":"{provider}","start":"{MONDAY}"}}"#
        ))
    }

    async fn command(&self, id: AppointmentId, command: Command) -> Result<Appointment> {
        self.app.command(id, None, command, Actor::Staff, None).await.map(fresh)
    }

    /// Holds and confirms.
    async fn confirmed(&self) -> AppointmentId {
        let id = self.hold().await.unwrap().id;
        self.command(id, Command::Confirm).await.unwrap();
        id
    }

    async fn hold(&self) -> Result<Appointment> {
        self.app.hold(self.booking(), Actor::Staff, None).await.map(fresh)
    }

    fn pass(&self, time: TimeDelta) {
        self.clock.0.fetch_add(time.num_seconds(), Ordering::Relaxed);
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn shift() -> Shift {
    let (start, end) = ("09:00:00".parse().unwrap(), "17:00:00".parse().unwrap());
    Shift { weekday: Weekday::Mon, start, end, breaks: vec![], valid_from: None, valid_until: None }
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn fresh<T>(reply: Reply<T>) -> T {
    match reply {
        Reply::Fresh(value) => value,
        Reply::Replayed(answer) => panic!("{answer:?}"),
    }
}

fn stored<T>(reply: Result<Reply<crate::model::Stored<T>>>) -> Uuid {
    fresh(reply.unwrap()).id
}

async fn add<T: Master>(app: &App, company: Option<CompanyId>, json: &str) -> Uuid {
    stored(app.create(company, parsed::<T>(json), None).await)
}

fn to_other(world: &World) -> Reassign {
    Reassign { provider: Some(world.other.into()), units: Vec::new(), reason: None }
}

fn codes(error: Error) -> Vec<String> {
    let Error::Refused(refusal) = error else { panic!("{error}") };
    refusal.findings.into_iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn a_hold_runs_out_by_itself_and_its_slot_is_free_again() {
    let world = World::new().await;
    let held = world.hold().await.unwrap();
    assert_eq!(codes(world.hold().await.unwrap_err()), ["SL0213"]);
    assert_eq!(world.app.expire_holds(10).await.unwrap(), 0, "it still runs");
    world.pass(TimeDelta::minutes(10));
    let confirm = world.app.command(held.id, None, Command::Confirm, Actor::Staff, None).await;
    assert_eq!(codes(confirm.unwrap_err()), ["SL0242"]);
    assert_eq!(world.app.expire_holds(10).await.unwrap(), 1);
    let ended = world.app.appointment(held.id).await.unwrap();
    assert_eq!(ended.status, Status::Cancelled);
    assert_eq!(ended.cancellation_reason.as_deref(), Some("hold_expired"));
    world.hold().await.unwrap();
}

#[tokio::test]
async fn whoever_is_beaten_at_every_try_is_told_what_else_there_is() {
    let world = World::new().await;
    let confirmed = world.confirmed().await;
    // As if somebody were faster each time, and gone again before the rules look.
    let faster =
        "CREATE TRIGGER faster BEFORE INSERT ON claim BEGIN SELECT RAISE(ABORT, 'double_booking'); END";
    let file =
        sqlx::sqlite::SqliteConnectOptions::new().filename(world.directory.path().join("store.sqlite"));
    let mut file = sqlx::ConnectOptions::connect(&file).await.unwrap();
    sqlx::raw_sql(faster).execute(&mut file).await.unwrap();
    let noon = utc("2026-11-23T12:00:00Z");
    let hold =
        world.app.hold(Booking { start: noon, ..world.booking() }, Actor::Customer, None).await.map(fresh);
    let later = Reschedule {
        start: noon,
        provider: None,
        guests: None,
        reason: "late".to_owned(),
        exception_reason: None,
    };
    let moved = world.command(confirmed, Command::Reschedule(later)).await;
    for answer in [hold, moved] {
        let Err(Error::Taken(alternatives)) = answer else { panic!("{answer:?}") };
        assert!(alternatives.iter().any(|one| one.differs == Difference::Provider && one.start == noon));
    }
}

#[tokio::test]
async fn leave_given_meanwhile_is_seen_by_the_next_decision() {
    let world = World::new().await;
    let leave = Leave { start: utc(MONDAY), end: utc("2026-11-23T12:00:00Z"), reason: String::new() };
    world.app.add_leave(world.provider.into(), leave, None).await.unwrap();
    assert_eq!(codes(world.hold().await.unwrap_err()), ["SL0212"]);
}

fn whole_day(world: &World, day: &str) -> OpeningsQuery {
    OpeningsQuery {
        service: world.service.into(),
        from: Some(utc(&format!("{day}T00:00:00Z"))),
        to: Some(utc(&format!("{day}T23:00:00Z"))),
        branch: None,
        providers: Providers::default(),
        guests: None,
        step_minutes: None,
        limit: Some(100),
        ranking: None,
        near: None,
        customer: None,
        gender: None,
        language: None,
        skill: None,
        strict: Strict::default(),
        moving: None,
    }
}

#[tokio::test]
async fn a_visit_may_move_over_its_own_time() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let starts = async |moving| {
        let providers = Providers(vec![world.provider.into()]);
        let query = OpeningsQuery { moving, providers, ..whole_day(&world, "2026-11-23") };
        let found = world.app.openings(query).await.unwrap().openings;
        found.iter().map(|opening| opening.start.format("%H:%M").to_string()).collect::<Vec<_>>()
    };
    let others = starts(None).await;
    let around = ["09:15", "09:30", "09:45", "10:15", "10:30", "10:45"].map(str::to_owned);
    assert!(
        around.iter().all(|time| !others.contains(time)),
        "from ten to eleven there is a visit: {others:?}"
    );
    let own = starts(Some(id)).await;
    assert!(around.iter().all(|time| own.contains(time)), "which is in nobody's way but others': {own:?}");
    assert!(!own.contains(&"10:00".to_owned()), "it is there already: {own:?}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_why() {
    let world = World::new().await;
    let query = |day| whole_day(&world, day);
    let monday = world.app.openings(query("2026-11-23")).await.unwrap();
    assert_eq!(monday.openings.first().map(|opening| opening.start), Some(utc("2026-11-23T09:00:00Z")));
    assert_eq!(monday.openings.last().map(|opening| opening.start), Some(utc("2026-11-23T16:00:00Z")));
    let tuesday = world.app.openings(query("2026-11-24")).await.unwrap();
    assert_eq!(tuesday.openings, []);
    assert_eq!(tuesday.reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(), ["SL0211"]);
}

#[tokio::test]
async fn a_reference_into_nowhere_is_named_by_its_field() {
    let world = World::new().await;
    let company = world.app.get::<Service>(world.service).await.unwrap().company;
    let lost = parsed::<Provider>(r#"{"name":"L","branch":"01980000-0000-7000-8000-00000000ffff"}"#);
    match world.app.create(Some(CompanyId(company)), lost, None).await {
        Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, "branch"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_rest_of_the_work_goes_to_somebody_else() {
    let world = World::new().await;
    let id = world.confirmed().await;
    world.command(id, Command::Start).await.unwrap();
    world.command(id, Command::Pause).await.unwrap();
    let rest =
        NewTime { start: utc("2026-11-23T12:00:00Z"), provider: Some(world.other.into()), guests: None };
    let done = world.command(id, Command::FollowUp(rest)).await.unwrap();
    assert_eq!(done.status, Status::Completed);
    let follower = world.app.appointment(done.successor.unwrap()).await.unwrap();
    assert_eq!((follower.status, follower.provider.0), (Status::Scheduled, world.other));
    assert_eq!(follower.predecessor, Some(id));
}

#[tokio::test]
async fn a_new_time_has_a_number_of_its_own_on_its_order() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let later = Reschedule {
        start: utc("2026-11-23T10:30:00Z"),
        provider: None,
        guests: None,
        reason: "traffic".to_owned(),
        exception_reason: None,
    };
    let old = world.command(id, Command::Reschedule(later)).await.unwrap();
    assert_eq!((old.status, old.cancellation_reason.as_deref()), (Status::Cancelled, Some("traffic")));
    let new = world.app.appointment(old.successor.unwrap()).await.unwrap();
    assert_eq!((old.name.as_str(), new.name.as_str()), ("APT-0001 — S", "APT-0002 — S"));
    let correct = Correct { to: Status::Completed, reason: "it took place".to_owned(), materials: None };
    assert_eq!(codes(world.command(id, Command::Correct(correct)).await.unwrap_err()), ["SL0255"]);
    let filter = crate::store::DeliveryFilter { appointment: Some(new.id), ..Default::default() };
    let orders = world.app.deliveries(&filter, 0, 10).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.posting.subject.as_str()).collect::<Vec<_>>(), ["APT-0002"]);
}

#[tokio::test]
async fn somebody_else_takes_over_at_the_same_time() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let moved = world.command(id, Command::Reassign(to_other(&world))).await.unwrap();
    assert_eq!((moved.status, moved.provider.0), (Status::Confirmed, world.other));
    let back = Decline { reason: "ill".to_owned(), replacement: Some(world.provider.into()) };
    let declined = world.command(id, Command::Decline(back)).await.unwrap();
    assert_eq!((declined.status, declined.provider.0), (Status::Scheduled, world.provider));
}

#[tokio::test]
async fn a_cancellation_is_put_right_only_while_its_time_is_free() {
    let world = World::new().await;
    let id = world.confirmed().await;
    let cancel = Cancel { reason: "a mistake".to_owned(), exception_reason: None };
    world.command(id, Command::Cancel(cancel)).await.unwrap();
    let other = world.hold().await.unwrap().id;
    let correct = || {
        Command::Correct(Correct {
            to: Status::Completed,
            reason: "it took place".to_owned(),
            materials: None,
        })
    };
    assert_eq!(codes(world.command(id, correct()).await.unwrap_err()), ["SL0213"]);
    let give_up = Cancel { reason: "never mind".to_owned(), exception_reason: None };
    world.command(other, Command::Cancel(give_up)).await.unwrap();
    let corrected = world.command(id, correct()).await.unwrap();
    assert_eq!((corrected.status, corrected.cancellation_reason), (Status::Completed, None));
}

#[tokio::test]
async fn an_end_that_does_not_follow_is_refused() {
    let world = World::new().await;
    let booking = Booking { end: Some(utc("2026-11-23T11:30:00Z")), ..world.booking() };
    assert_eq!(codes(world.app.hold(booking, Actor::Staff, None).await.unwrap_err()), ["SL0219"]);
}

#[tokio::test]
async fn leave_is_added_once_however_often_it_is_sent() {
    let world = World::new().await;
    let request = Request { key: "k".to_owned(), fingerprint: "f".to_owned() };
    let leave = || Leave { start: utc(MONDAY), end: utc("2026-11-23T12:00:00Z"), reason: String::new() };
    let add = || world.app.add_leave(world.provider.into(), leave(), Some(&request));
    let (first, second) = tokio::join!(add(), add());
    let replayed =
        [first.unwrap(), second.unwrap()].iter().filter(|reply| matches!(reply, Reply::Replayed(_))).count();
    assert_eq!(replayed, 1);
    let provider = world.app.get::<Provider>(world.provider).await.unwrap();
    assert_eq!(provider.data.leave.len(), 1);
}
