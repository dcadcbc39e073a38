//! Time and identifiers of a run: nothing moves unless the run says so, and the same run makes the same identifiers.

use std::sync::Arc;
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

/// A host's own clock: a little ahead of the others, as far as clocks of machines are apart.
pub(super) struct Own {
    common: Arc<Settable>,
    ahead: TimeDelta,
}

impl Own {
    /// The clock of a host that is so far ahead.
    pub(super) fn of(common: Arc<Settable>, ahead: TimeDelta) -> Self {
        Self { common, ahead }
    }
}

impl Clock for Own {
    fn now(&self) -> DateTime<Utc> {
        self.common.now() + self.ahead
    }

    fn new_id(&self) -> Uuid {
        self.common.new_id()
    }
}
