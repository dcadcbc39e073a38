//! Brings documents to the books, lets holds run out, and has freed time offered.
//!
//! Role: claims what is due in the outbox, hands each delivery to its company's connector in a task of its own, and
//! writes down what came of it.
//!
//! Invariants: claiming, sending and finishing are separate transactions, and finishing checks that the lease is still
//! ours. A lease outlives the longest call, so that nobody else sends the same document meanwhile. Order within an
//! appointment is the outbox's: it gives one delivery of an appointment at a time.
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
use std::time::Duration;

use tokio::sync::{Notify, watch};
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
        self.longest_call + self.lease_margin
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
    /// Under this name it leases. It is new with each start: what an earlier run had in hand is waited for.
    owner: String,
}

impl Relay {
    /// A relay on these ports.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let owner = ports.clock.new_id().to_string();
        Self { ports, settings, circuits: Circuits::default(), owner }
    }

    /// The connections that have been silent at some time, and which of them are left alone for now.
    #[must_use]
    pub fn circuits(&self) -> Vec<Circuit> {
        self.circuits.list()
    }

    /// Works until it is told to stop, and then finishes what is in hand.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut hands = JoinSet::new();
        while !*stop.borrow_and_update() {
            while let Some(done) = hands.try_join_next() {
                note(done);
            }
            let pause = self.fill(&mut hands).await;
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { break },
                Some(done) = hands.join_next() => note(done),
                () = self.ports.wake.notified() => {}
                () = sleep(pause) => {}
            }
        }
        while let Some(done) = hands.join_next().await {
            note(done);
        }
    }

    /// Takes as much in hand as there is room for, and says how long to wait if nothing happens.
    async fn fill(self: &Arc<Self>, hands: &mut JoinSet<()>) -> Duration {
        match self.take(hands).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be read");
                LONGEST_SLEEP
            }
        }
    }

    async fn take(self: &Arc<Self>, hands: &mut JoinSet<()>) -> Result<Duration, store::Error> {
        let taken = u32::try_from(hands.len()).unwrap_or(u32::MAX);
        let room = self.settings.in_flight.saturating_sub(taken);
        if room == 0 {
            return Ok(LONGEST_SLEEP);
        }
        let now = self.ports.clock.now();
        let (except, probe_at) = self.circuits.held_up(now);
        // Looking first keeps an idle relay out of the database's one writing transaction.
        let next = self.ports.outbox.next_delivery_at(&except).await?;
        let Some(at) = next.into_iter().chain(probe_at).min() else { return Ok(LONGEST_SLEEP) };
        if at > now {
            let wait = (at - now).to_std().unwrap_or(LONGEST_SLEEP);
            return Ok(wait.clamp(SHORTEST_SLEEP, LONGEST_SLEEP));
        }
        let lease = self.settings.lease();
        let claimed = self.ports.outbox.claim_deliveries(&self.owner, lease, now, room, &except).await?;
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
