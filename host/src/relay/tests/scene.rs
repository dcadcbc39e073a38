//! A relay, its outbox, and books that do what a test tells them.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Body, Capabilities, CommissionEarned, Commissions, Connector, Document, Failure, Key, KeyGuard, Kind,
    Party, Posted, Posting, State, SystemInfo,
};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::outbox::Memory;
use crate::clock::Clock;
use crate::model::{AppointmentId, Circuit, CompanyId, Delivery, DeliveryState};
use crate::relay::{Books, Connection, Jitter, Ports, Relay, Settings};

/// What the books do with the next posting of a key.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Answer with this.
    Fail(Failure),
    /// Store it, and let the answer be lost.
    LoseAnswer,
    /// Take that long.
    Slow(Duration),
    /// Store another amount.
    Miscount,
    /// Break.
    Panic,
}

/// Books in memory, with a unique key.
#[derive(Default)]
pub(super) struct Script {
    acts: Mutex<HashMap<String, VecDeque<Act>>>,
    held: Mutex<Vec<Document>>,
    posts: Mutex<Vec<String>>,
    pub(super) down: AtomicBool,
    busy: AtomicUsize,
    pub(super) busiest: AtomicUsize,
}

impl Script {
    pub(super) fn on(&self, key: &str, act: Act) {
        self.acts.lock().expect("nobody panicked").entry(key.to_owned()).or_default().push_back(act);
    }

    /// Keys in the order in which they were posted, repetitions included.
    pub(super) fn posts(&self) -> Vec<String> {
        self.posts.lock().expect("nobody panicked").clone()
    }

    /// Keys of the documents that stand, in their order.
    pub(super) fn stands(&self) -> Vec<String> {
        self.held.lock().expect("nobody panicked").iter().map(|document| document.key.to_string()).collect()
    }

    fn store(&self, posting: &Posting, net: Decimal) -> Document {
        let mut held = self.held.lock().expect("nobody panicked");
        let number = format!("C-{}", held.len() + 1);
        let document = Document {
            kind: Kind::Commission,
            key: posting.key.clone(),
            reference: number.clone(),
            number,
            state: State::Posted,
            currency: "EUR".to_owned(),
            net,
            tax: Decimal::ZERO,
            total: net,
            settled: None,
            date: None,
            party: None,
            quantity: None,
        };
        held.push(document.clone());
        document
    }

    async fn act(&self, posting: &Posting) -> Result<Document, Failure> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Failure::retry("connection refused"));
        }
        if let Some(document) = self.find_by_key(posting).await?.pop() {
            return Ok(document);
        }
        let act = self
            .acts
            .lock()
            .expect("nobody panicked")
            .get_mut(posting.key.as_str())
            .and_then(VecDeque::pop_front);
        match act {
            Some(Act::Fail(failure)) => return Err(failure),
            Some(Act::LoseAnswer) => {
                self.store(posting, Decimal::TEN);
                return Err(Failure::ambiguous("the connection was closed"));
            }
            Some(Act::Miscount) => return Ok(self.store(posting, Decimal::ONE)),
            Some(Act::Panic) => panic!("the connector breaks, as the test asked it to"),
            Some(Act::Slow(time)) => sleep(time).await,
            None => {}
        }
        Ok(self.store(posting, Decimal::TEN))
    }
}

#[async_trait]
impl Connector for Script {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            key_guard: KeyGuard::Unique,
            commissions: Commissions::Posted,
            foreign_currency: false,
            grouped_invoices: false,
            sets_apart: &[],
            stand_ins: &[],
        }
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        Err(Failure::bug("nobody asks"))
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        let held = self.held.lock().expect("nobody panicked");
        Ok(held.iter().filter(|document| document.key == posting.key).cloned().collect())
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        self.posts.lock().expect("nobody panicked").push(posting.key.to_string());
        let busy = self.busy.fetch_add(1, Ordering::SeqCst) + 1;
        self.busiest.fetch_max(busy, Ordering::SeqCst);
        let answer = self.act(posting).await;
        self.busy.fetch_sub(1, Ordering::SeqCst);
        answer.map(Posted::made)
    }
}

/// Time as the runtime has it, so that pausing the one pauses the other.
pub(super) struct RuntimeClock(Instant);

impl RuntimeClock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::from_std(self.0.elapsed()).expect("a short test")
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

/// The companies of a scene, each with books of its own. Company 0 is the one that goes wrong.
pub(super) struct Shelf(pub(super) Vec<Arc<Script>>);

#[async_trait]
impl Books for Shelf {
    async fn connection(&self, company: CompanyId) -> Result<Connection, Failure> {
        let number = usize::try_from(company.0.as_u128()).expect("a small number");
        let script = self.0.get(number).ok_or_else(|| Failure::retry("not configured"))?;
        let mapping = Arc::default();
        Ok(Connection { name: format!("books-{number}"), connector: script.clone(), mapping })
    }

    async fn note(&self, _: &Circuit) {}
}

/// A relay with what it works on.
pub(super) struct Scene {
    pub(super) outbox: Arc<Memory>,
    pub(super) books: Vec<Arc<Script>>,
    pub(super) relay: Arc<Relay>,
    pub(super) wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
    begun: Instant,
}

impl Scene {
    pub(super) fn new(settings: Settings) -> Self {
        let outbox = Arc::new(Memory::default());
        let books: Vec<_> = (0..2).map(|_| Arc::new(Script::default())).collect();
        let wake = Arc::new(Notify::new());
        let ports = Ports {
            outbox: outbox.clone(),
            books: Arc::new(Shelf(books.clone())),
            clock: Arc::new(RuntimeClock::start()),
            wake: wake.clone(),
            jitter: Box::new(|| Jitter(u32::MAX)),
        };
        let relay = Arc::new(Relay::new(ports, settings));
        Self {
            outbox,
            books,
            relay,
            wake,
            stop: watch::Sender::new(false),
            running: None,
            begun: Instant::now(),
        }
    }

    pub(super) fn start(&mut self) {
        self.running = Some(tokio::spawn(self.relay.clone().run(self.stop.subscribe())));
    }

    /// Asks for a document of a company's appointment.
    pub(super) fn ask(&self, company: u128, appointment: u128, key: &str, after: &[&str]) {
        let parse = |key: &str| Key::parse(key).expect("a key");
        let mut rows = self.outbox.rows();
        let id = i64::try_from(rows.len()).expect("a small number") + 1;
        rows.push(Delivery {
            id,
            appointment: AppointmentId(Uuid::from_u128(appointment)),
            company: CompanyId(Uuid::from_u128(company)),
            posting: posting(parse(key)),
            after: after.iter().copied().map(parse).collect(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: DateTime::UNIX_EPOCH,
            lease_owner: None,
            lease_until: None,
            failure: None,
            document: None,
            created_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            adopted: false,
            repairs: 0,
        });
    }

    /// Waits until it holds, and fails if it does not hold within two hours of paused time.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let polled = async {
            while !holds(self) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(2 * 3600), polled).await.unwrap_or_else(|_| panic!("never: {what}"));
    }

    pub(super) fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    /// Tells the relay to stop, and waits until it has.
    pub(super) async fn stop(&mut self) {
        self.stop.send_replace(true);
        self.running.take().expect("it was started").await.expect("it ends in order");
    }
}

fn posting(key: Key) -> Posting {
    let party = Party { code: "P".to_owned(), name: "P".to_owned(), email: None, phone: None, address: None };
    let body = Body::Commission(CommissionEarned {
        invoice: key.clone(),
        provider: party,
        currency: "EUR".to_owned(),
        base: Decimal::ONE_HUNDRED,
        percent: Decimal::TEN,
        amount: Decimal::TEN,
    });
    Posting { key, subject: "APT-0001".to_owned(), date: NaiveDate::default(), body }
}
