//! Extensions that keep failing are parked: they cost nobody any more time, and somebody is told.
//!
//! Invariant: a parked extension is tried again once in a while by one decision; the first success ends it, and so does another
//! component in its place. This is a host's own memory: another host finds out by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{CompanyId, Extension};

/// Failures in a row after which an extension is parked.
pub(super) const FAILURES: u32 = 5;

/// How long it is left alone before it is tried again.
const REST: TimeDelta = TimeDelta::seconds(60);

/// How an extension has been doing at a company, as far as this host knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// How often it has failed in a row.
    pub failures: u32,
    /// Until when it is left alone; none where it is asked.
    pub parked_until: Option<DateTime<Utc>>,
}

/// How extensions have been doing, by company and name.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<HashMap<(CompanyId, String), State>>);

#[derive(Debug, Clone)]
struct State {
    /// The component that failed.
    digest: String,
    failures: u32,
    again_at: DateTime<Utc>,
}

/// Whose state it is.
fn key(company: CompanyId, of: &Extension) -> (CompanyId, String) {
    (company, of.name.clone())
}

impl Breaker {
    /// How often it has failed in a row, if it is parked now. Whoever is let through is the one who tries.
    pub(super) fn parked(&self, company: CompanyId, of: &Extension, now: DateTime<Utc>) -> Option<u32> {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.get_mut(&key(company, of))?;
        if state.failures < FAILURES || state.digest != of.digest {
            return None;
        }
        if now >= state.again_at {
            state.again_at = now + REST;
            return None;
        }
        Some(state.failures)
    }

    /// Notes a failure, and whether it is the one that parks the extension.
    pub(super) fn failed(&self, company: CompanyId, of: &Extension, now: DateTime<Utc>) -> bool {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = State { digest: of.digest.clone(), failures: 0, again_at: now };
        let state = states.entry(key(company, of)).or_insert_with(|| fresh.clone());
        if state.digest != of.digest {
            *state = fresh;
        }
        state.failures = state.failures.saturating_add(1);
        state.again_at = now + REST;
        state.failures == FAILURES
    }

    /// How often it has failed in a row, and until when it is parked, if it is. Whoever looks tries nothing.
    pub(super) fn health(&self, company: CompanyId, of: &Extension, now: DateTime<Utc>) -> Health {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.get(&key(company, of)).filter(|state| state.digest == of.digest);
        let Some(state) = state else { return Health::default() };
        let is_parked = state.failures >= FAILURES && now < state.again_at;
        Health { failures: state.failures, parked_until: is_parked.then_some(state.again_at) }
    }

    /// Notes that it answered.
    pub(super) fn answered(&self, company: CompanyId, of: &Extension) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(company, of));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a company uses.
    fn used(name: &str, digest: &str) -> Extension {
        let fields = serde_json::json!({ "name": name, "digest": digest });
        serde_json::from_value(fields).expect("an extension")
    }

    #[test]
    fn five_failures_park_it_and_a_minute_later_one_decision_tries() {
        let (breaker, company) = (Breaker::default(), CompanyId(uuid::Uuid::nil()));
        let (a, b) = (&used("a", "1"), &used("b", "1"));
        let now = DateTime::UNIX_EPOCH;
        for n in 1..FAILURES {
            assert!(!breaker.failed(company, a, now), "{n}");
            assert_eq!(breaker.parked(company, a, now), None);
        }
        assert!(breaker.failed(company, a, now), "the last one parks it");
        assert_eq!(breaker.parked(company, a, now), Some(FAILURES));
        assert_eq!(breaker.parked(company, b, now), None);
        let parked = Health { failures: FAILURES, parked_until: Some(now + REST) };
        assert_eq!(
            (breaker.health(company, a, now), breaker.health(company, b, now)),
            (parked, Health::default())
        );
        let later = now + REST;
        assert_eq!(breaker.parked(company, a, later), None, "one tries");
        assert_eq!(breaker.parked(company, a, later), Some(FAILURES), "the others do not");
        assert_eq!(breaker.health(company, a, later + REST).parked_until, None, "it is due");
        breaker.answered(company, a);
        assert_eq!(breaker.parked(company, a, later), None);
    }

    #[test]
    fn another_component_in_its_place_begins_anew() {
        let (breaker, company) = (Breaker::default(), CompanyId(uuid::Uuid::nil()));
        let now = DateTime::UNIX_EPOCH;
        let (old, new) = (&used("a", "1"), &used("a", "2"));
        for _ in 0..FAILURES {
            breaker.failed(company, old, now);
        }
        assert_eq!(breaker.parked(company, old, now), Some(FAILURES));
        assert_eq!(breaker.parked(company, new, now), None);
        assert_eq!(breaker.health(company, new, now), Health::default());
        breaker.failed(company, new, now);
        assert_eq!(breaker.health(company, new, now).failures, 1);
    }
}
