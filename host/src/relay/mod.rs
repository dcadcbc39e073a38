//! Brings documents to the books, lets holds run out, and has freed time offered.
//!
//! Role: claims what is due in the outbox, hands each delivery to its company's connector in a task of its own, and
//! writes down what came of it.
//!
//! Invariants: claiming, sending and finishing are separate transactions, and finishing checks that the lease is still
//! ours. A lease outlives the wait for a turn and the longest call, so that nobody else sends the same document meanwhile.
//! Order within an appointment is the outbox's: it gives one delivery of an appointment at a time.
//!
//! The books are never idle for the sake of our own database: a document is claimed while those before it are on their
//! way, and an outcome is written down while the next one is.
//!
//! Deliberately absent: making documents, and any ERP's name.

mod books;
mod carry;
mod circuit;
pub mod rounds;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

pub use books::{Books, Connection};
pub use verdict::{Jitter, Policy, verdict};

use crate::clock::SharedClock;
use crate::faults;
use crate::model::Circuit;
use crate::store::{self, Outbox};
use circuit::Circuits;

/// The longest wait before the outbox is looked at again: other hosts on the same store do not wake this one.
pub const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The shortest, so that a row that is due but cannot be claimed yet does not keep a core busy.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);

/// How many documents are claimed beyond those on their way, though never more than those: to go on with, and so that one
/// transaction claims several. More would only keep other hosts from them.
const AHEAD: u32 = 3;

/// How long one that is claimed ahead waits for its turn. After that it is put back, so that another host can send it.
const TURN: Duration = Duration::from_secs(2);

/// How the relay works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many documents are on their way at once.
    pub in_flight: u32,
    /// What a connector may take for one document, all its calls together.
    pub longest_call: Duration,
    /// What is added to it for a lease: finishing, a busy database, and clocks of hosts that differ a little.
    pub lease_margin: Duration,
    /// How long is waited between two tries.
    pub policy: Policy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            in_flight: 8,
            // Posting takes seconds. What takes longer is looked up, and so is what a host had in hand when it died:
            // after the lease, not at once, so that what it sent last has long arrived.
            longest_call: Duration::from_secs(45),
            lease_margin: Duration::from_secs(15),
            policy: Policy::default(),
        }
    }
}

impl Settings {
    /// How long a delivery stays ours.
    #[must_use]
    pub fn lease(&self) -> Duration {
        TURN + self.longest_call + self.lease_margin
    }
}

/// What a relay stands on.
pub struct Ports {
    /// The deliveries.
    pub outbox: Arc<dyn Outbox>,
    /// Where they go.
    pub books: Arc<dyn Books>,
    /// Time and identifiers.
    pub clock: SharedClock,
    /// Told by whoever asks for documents; it only saves waiting.
    pub wake: Arc<Notify>,
    /// Chance, see [`Jitter`].
    pub jitter: Box<dyn Fn() -> Jitter + Send + Sync>,
}

/// Brings documents to the books.
pub struct Relay {
    ports: Ports,
    settings: Settings,
    circuits: Circuits,
    /// Whoever sends holds one.
    turns: Semaphore,
    /// Whether somebody waited for a turn in vain since the last answer: the books are slow, and nothing is claimed ahead.
    crowded: AtomicBool,
    /// Under this name it leases. It is new with each start: what an earlier run had in hand is waited for.
    owner: String,
}

impl Relay {
    /// A relay on these ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let owner = ports.clock.new_id().to_string();
        let turns = Semaphore::new(usize::try_from(settings.in_flight).unwrap_or(Semaphore::MAX_PERMITS));
        Self { ports, settings, circuits: Circuits::default(), turns, crowded: AtomicBool::new(false), owner }
    }

    /// The connections that have been silent at some time, and which of them are left alone for now.
    #[must_use]
    pub fn circuits(&self) -> Vec<Circuit> {
        self.circuits.list()
    }

    /// Works until it is told to stop, and then finishes what is in hand.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let (mut hands, mut finished) = (JoinSet::new(), false);
        while !*stop.borrow_and_update() {
            while let Some(done) = hands.try_join_next() {
                note(done);
                finished = true;
            }
            let pause = self.fill(&mut hands, finished).await;
            finished = false;
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { break },
                Some(done) = hands.join_next() => {
                    note(done);
                    finished = true;
                }
                () = self.ports.wake.notified() => {}
                () = sleep(pause) => {}
            }
        }
        // What waits for its turn is put back; what is on its way is finished.
        self.turns.close();
        while let Some(done) = hands.join_next().await {
            note(done);
        }
    }

    /// Takes as much in hand as there is room for, and says how long to wait if nothing happens.
    async fn fill(self: &Arc<Self>, hands: &mut JoinSet<()>, busy: bool) -> Duration {
        match self.take(hands, busy).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be read");
                LONGEST_SLEEP
            }
        }
    }

    async fn take(self: &Arc<Self>, hands: &mut JoinSet<()>, busy: bool) -> Result<Duration, store::Error> {
        let taken = u32::try_from(hands.len()).unwrap_or(u32::MAX);
        let ahead = if self.crowded.load(Ordering::Relaxed) { 0 } else { AHEAD.min(self.settings.in_flight) };
        let room = self.settings.in_flight.saturating_add(ahead).saturating_sub(taken);
        // While one still waits for its turn there is nothing to hurry for.
        if room < ahead.max(1) {
            return Ok(LONGEST_SLEEP);
        }
        let now = self.ports.clock.now();
        let (except, probe_at) = self.circuits.held_up(now);
        // Looking first keeps an idle relay out of the database's one writing transaction. One that has just finished
        // something most likely finds more.
        if !busy {
            let next = self.ports.outbox.next_delivery_at(&except).await?;
            let Some(at) = next.into_iter().chain(probe_at).min() else { return Ok(LONGEST_SLEEP) };
            if at > now {
                let wait = (at - now).to_std().unwrap_or(LONGEST_SLEEP);
                return Ok(wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP));
            }
        }
        let lease = self.settings.lease();
        let claimed = self.ports.outbox.claim_deliveries(&self.owner, lease, now, room, &except).await?;
        if busy && claimed.is_empty() {
            return Ok(Duration::ZERO);
        }
        for delivery in claimed {
            faults::point("relay.claimed");
            let relay = Arc::clone(self);
            hands.spawn(async move { relay.carry(delivery).await });
        }
        Ok(SHORTEST_SLEEP)
    }
}

/// A task that panicked leaves its delivery leased; when the lease ends, it is looked up and tried again.
fn note(done: Result<(), JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "a delivery broke off and is tried again when its lease ends");
    }
}
