//! How quick an extension has been.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::limits;
use crate::wasm::session::Spent;

/// Calls after which it is known.
const KNOWN: u8 = 3;

/// How quick an extension has been. Fuel tells, and not the clock, which also knows what else the machine had to do.
#[derive(Debug)]
pub(super) struct Pace {
    quick: AtomicBool,
    calls: AtomicU8,
}

impl Pace {
    /// Of one that may turn out to be quick, or may not.
    pub(super) const fn new(may_be_quick: bool) -> Self {
        Self { quick: AtomicBool::new(may_be_quick), calls: AtomicU8::new(0) }
    }

    pub(super) fn is_quick(&self) -> bool {
        self.quick.load(Ordering::Relaxed) && self.calls.load(Ordering::Relaxed) >= KNOWN
    }

    /// Notes a call.
    pub(super) fn note<T, E>(&self, call: Result<(T, Spent), E>) -> Result<(T, Spent), E> {
        match &call {
            Ok((_, spent)) if spent.fuel <= limits::QUICK_FUEL => {
                if self.calls.load(Ordering::Relaxed) < KNOWN {
                    self.calls.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(_) | Err(_) => self.quick.store(false, Ordering::Relaxed),
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::log::Log;

    fn call(fuel: u64) -> Result<((), Spent), ()> {
        Ok(((), Spent { fuel, log: Log::default() }))
    }

    #[test]
    fn three_quick_calls_are_enough_and_one_slow_one_is_for_ever() {
        for slow in [call(limits::QUICK_FUEL + 1), Err(())] {
            let pace = Pace::new(true);
            for n in 0..KNOWN {
                assert!(!pace.is_quick(), "{n}");
                pace.note(call(limits::QUICK_FUEL)).unwrap();
            }
            assert!(pace.is_quick());
            let _ = pace.note(slow);
            for _ in 0..5 {
                pace.note(call(1)).unwrap();
            }
            assert!(!pace.is_quick());
        }
        let large = Pace::new(false);
        (0..5).for_each(|_| pace_of(&large));
        assert!(!large.is_quick());
    }

    fn pace_of(pace: &Pace) {
        pace.note(call(1)).unwrap();
    }
}
