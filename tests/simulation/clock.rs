//! Time and identifiers of a run: nothing moves unless the run says so, and the same run makes the same identifiers.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use slotledger::clock::Clock;
use uuid::Uuid;

/// A clock that stands still until it is set, shared by all hosts of a run.
pub(super) struct Settable {
    micros: AtomicI64,
    next_id: AtomicU64,
}

impl Settable {
    /// A clock that stands at this moment and whose next identifier is the n-th.
    pub(super) fn at(now: DateTime<Utc>, next_id: u64) -> Self {
        Self { micros: AtomicI64::new(now.timestamp_micros()), next_id: AtomicU64::new(next_id) }
    }

    /// Moves it, back as well as forward.
    pub(super) fn pass(&self, time: TimeDelta) {
        self.micros.fetch_add(time.num_microseconds().expect("years at most"), Ordering::Relaxed);
    }

    /// How many identifiers it has given.
    pub(super) fn given(&self) -> u64 {
        self.next_id.load(Ordering::Relaxed)
    }
}

impl Clock for Settable {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::Relaxed)).expect("a moment")
    }

    fn new_id(&self) -> Uuid {
        let n = self.next_id.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
    }
}
