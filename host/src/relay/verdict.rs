//! From what a connector said to what happens next. Pure: time and chance are parameters.
//!
//! Invariant: only what a person has to change is parked. A system that is merely down is waited for, however long.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use slotledger_erp::{Class, Failure};

use crate::store::Outcome;

/// How long is waited between two tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The longest first wait; each further try doubles it.
    pub base: Duration,
    /// No wait grows longer than this: when the books are back, the queue follows within that time.
    pub cap: Duration,
    /// No wait for a document that is locked in the books grows longer than this.
    pub busy_cap: Duration,
    /// The longest first wait after refused credentials. Trying fast locks accounts.
    pub locked_out: Duration,
    /// The longest time the books can ask to be left alone.
    pub after_max: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(300),
            busy_cap: Duration::from_secs(20),
            locked_out: Duration::from_secs(60),
            after_max: Duration::from_secs(3600),
        }
    }
}

/// A number drawn evenly from the whole of `u32`, so that many waiting relays do not come back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter(pub u32);

impl Jitter {
    /// A fresh draw.
    #[must_use]
    pub fn draw() -> Self {
        Self(rand::random())
    }

    /// A time from nothing up to the ceiling.
    #[must_use]
    pub fn up_to(self, ceiling: Duration) -> Duration {
        let nanos = ceiling.as_nanos() * u128::from(self.0) / u128::from(u32::MAX);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// What becomes of a delivery that failed for the `attempts`-th time.
#[must_use]
pub fn verdict(
    failure: &Failure,
    attempts: u32,
    policy: &Policy,
    now: DateTime<Utc>,
    jitter: Jitter,
) -> Outcome {
    let wait = match &failure.class {
        // The ERP works: a lock is gone within moments, and nobody else is to wait.
        Class::Busy { after } => {
            let asked = after.unwrap_or_default().min(policy.after_max);
            asked + jitter.up_to(ceiling(policy.base, attempts, policy.busy_cap))
        }
        Class::Retry { after } | Class::Throttled { after } => {
            let asked = after.unwrap_or_default().min(policy.after_max);
            asked + jitter.up_to(ceiling(policy.base, attempts, policy.cap))
        }
        // What was sent may still be on its way in: it is given time to arrive before it is looked up.
        Class::Ambiguous => policy.base + jitter.up_to(ceiling(policy.base, attempts, policy.cap)),
        Class::Reauthenticate => jitter.up_to(ceiling(policy.locked_out, attempts, policy.cap)),
        Class::Refused { .. } | Class::Bug => return Outcome::Parked(failure.clone()),
    };
    Outcome::Again(failure.clone(), later(now, wait))
}

/// A moment that much later, or the end of time.
#[must_use]
pub(super) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// `first` doubled with every attempt after the first one, up to `cap`.
#[must_use]
pub(super) fn ceiling(first: Duration, attempts: u32, cap: Duration) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    first.checked_mul(doubled).unwrap_or(cap).min(cap)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: Jitter = Jitter(u32::MAX);
    const LEAST: Jitter = Jitter(0);

    fn wait(failure: &Failure, attempts: u32, jitter: Jitter) -> Option<Duration> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        match verdict(failure, attempts, &Policy::default(), now, jitter) {
            Outcome::Again(_, at) => (at - now).to_std().ok(),
            Outcome::Done(_) | Outcome::Parked(_) | Outcome::Untried => None,
        }
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        let down = Failure::retry("connection refused");
        let waits = [1, 2, 3, 4, 9, 10, 33, u32::MAX].map(|attempts| wait(&down, attempts, MOST));
        assert_eq!(waits, [1, 2, 4, 8, 256, 300, 300, 300].map(|seconds| Some(Duration::from_secs(seconds))));
        assert_eq!(wait(&down, 5, LEAST), Some(Duration::ZERO));
    }

    #[test]
    fn a_time_the_books_name_is_kept_to_within_reason() {
        let after = |seconds| Failure {
            class: Class::Retry { after: Some(Duration::from_secs(seconds)) },
            message: "too many requests".to_owned(),
        };
        assert_eq!(wait(&after(30), 1, LEAST), Some(Duration::from_secs(30)));
        assert_eq!(wait(&after(86_400), 1, LEAST), Some(Duration::from_secs(3600)));
    }

    #[test]
    fn what_is_locked_is_tried_again_soon_or_when_the_books_say() {
        let busy = |after| Failure::busy("deadlock", after);
        let waits = [1, 2, 5, 6, 40].map(|attempts| wait(&busy(None), attempts, MOST));
        assert_eq!(waits, [1, 2, 16, 20, 20].map(|seconds| Some(Duration::from_secs(seconds))));
        let named = Some(Duration::from_secs(600));
        assert_eq!(wait(&busy(named), 1, LEAST), named);
    }

    #[test]
    fn what_may_still_arrive_is_not_looked_up_at_once() {
        assert_eq!(wait(&Failure::ambiguous("no answer"), 7, LEAST), Some(Duration::from_secs(1)));
    }

    #[test]
    fn refused_credentials_are_tried_again_slowly() {
        assert_eq!(wait(&Failure::reauthenticate("wrong password"), 1, MOST), Some(Duration::from_secs(60)));
    }

    #[test]
    fn what_a_person_has_to_change_is_parked_at_once() {
        for failure in [Failure::refused("the period is closed", "reopen it"), Failure::bug("a surprise")] {
            let now = DateTime::<Utc>::UNIX_EPOCH;
            assert_eq!(verdict(&failure, 1, &Policy::default(), now, MOST), Outcome::Parked(failure.clone()));
        }
    }

    proptest! {
        #[test]
        fn a_system_that_is_down_is_never_given_up(attempts in 1_u32.., jitter: u32) {
            for failure in [Failure::retry(""), Failure::ambiguous(""), Failure::reauthenticate("")] {
                let wait = wait(&failure, attempts, Jitter(jitter)).expect("it is tried again");
                prop_assert!(wait <= Policy::default().cap + Policy::default().base);
            }
        }
    }
}
