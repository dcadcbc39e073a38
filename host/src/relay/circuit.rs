//! When a connection is left alone because its ERP does not answer.
//!
//! Invariant: one circuit for each connection, so that one ERP that is down holds up nobody else's documents. While it
//! is open nothing is sent; then one document at a time is tried until one gets an answer, whatever the answer is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::verdict::{ceiling, later};

/// Failures in a row after which a connection is left alone. Fewer would be a passing fault of the network.
const FAILURES: u32 = 5;

/// How long it is left alone the first time; each failed probe doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// No pause is longer: when the ERP is back, that is noticed within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is waited for while somebody else's document is the probe.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// Where a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Documents are sent.
    Closed,
    /// Nothing is sent.
    Open,
    /// One document is being tried.
    Probing,
}

/// A circuit, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Circuit {
    /// The connection, by the name that companies know it by.
    pub connection: String,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When the next document is tried; none while it is closed.
    pub until: Option<DateTime<Utc>>,
    /// What the last failure said; none if the last answer was one.
    pub message: Option<String>,
}

/// Whether a document may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    Go,
    /// Not before then, for the reason that the last failure gave.
    Wait(DateTime<Utc>, String),
}

/// All circuits of a relay.
#[derive(Debug, Default)]
pub(super) struct Circuits(Mutex<BTreeMap<String, Breaker>>);

#[derive(Debug)]
struct Breaker {
    state: State,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    failures: u32,
    trips: u32,
    message: String,
}

impl Circuits {
    /// Asks to send a document. A probe that is not heard of again within `patience` makes room for another.
    pub(super) fn admit(&self, connection: &str, now: DateTime<Utc>, patience: Duration) -> Admission {
        let mut all = self.lock();
        let Some(breaker) = all.get_mut(connection) else { return Admission::Go };
        match breaker.state {
            State::Closed => Admission::Go,
            State::Open | State::Probing if now >= breaker.until => {
                breaker.enter(State::Probing, now, patience);
                Admission::Go
            }
            State::Open => Admission::Wait(breaker.until, breaker.message.clone()),
            State::Probing => Admission::Wait(later(now, PROBE_WAIT), breaker.message.clone()),
        }
    }

    /// The ERP gave an answer, be it a refusal. True if that closed the circuit.
    pub(super) fn answered(&self, connection: &str, now: DateTime<Utc>) -> bool {
        let mut all = self.lock();
        let Some(breaker) = all.get_mut(connection) else { return false };
        let was_closed = breaker.state == State::Closed;
        *breaker = Breaker { since: if was_closed { breaker.since } else { now }, ..Breaker::closed(now) };
        !was_closed
    }

    /// The ERP gave none. True if that opened the circuit.
    pub(super) fn silent(&self, connection: &str, message: &str, now: DateTime<Utc>) -> bool {
        let mut all = self.lock();
        let breaker = all.entry(connection.to_owned()).or_insert_with(|| Breaker::closed(now));
        message.clone_into(&mut breaker.message);
        breaker.failures = breaker.failures.saturating_add(1);
        match breaker.state {
            State::Closed if breaker.failures < FAILURES => false,
            State::Closed | State::Probing => {
                breaker.trips = breaker.trips.saturating_add(1);
                let pause = ceiling(FIRST_PAUSE, breaker.trips, LONGEST_PAUSE);
                let first = breaker.state == State::Closed;
                breaker.enter(State::Open, now, pause);
                first
            }
            // Sent before it opened; the pause has been reckoned already.
            State::Open => false,
        }
    }

    pub(super) fn list(&self) -> Vec<Circuit> {
        self.lock()
            .iter()
            .map(|(connection, breaker)| Circuit {
                connection: connection.clone(),
                state: breaker.state,
                since: breaker.since,
                until: (breaker.state != State::Closed).then_some(breaker.until),
                message: (breaker.failures > 0).then(|| breaker.message.clone()),
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker {
    const fn closed(now: DateTime<Utc>) -> Self {
        Self { state: State::Closed, since: now, until: now, failures: 0, trips: 0, message: String::new() }
    }

    fn enter(&mut self, state: State, now: DateTime<Utc>, pause: Duration) {
        if self.state != state {
            self.since = now;
        }
        self.state = state;
        self.until = later(now, pause);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(100);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn opened() -> Circuits {
        let circuits = Circuits::default();
        for attempt in 1..=FAILURES {
            assert_eq!(circuits.admit("erp", at(0), PATIENCE), Admission::Go);
            assert_eq!(circuits.silent("erp", "connection refused", at(0)), attempt == FAILURES);
        }
        circuits
    }

    #[test]
    fn it_opens_for_one_connection_only_and_says_why() {
        let circuits = opened();
        let Admission::Wait(until, why) = circuits.admit("erp", at(4), PATIENCE) else {
            panic!("it is open")
        };
        assert_eq!((until, why.as_str()), (at(5), "connection refused"));
        assert_eq!(circuits.admit("other", at(4), PATIENCE), Admission::Go);
        let listed = &circuits.list()[0];
        assert_eq!((listed.state, listed.since, listed.until), (State::Open, at(0), Some(at(5))));
    }

    #[test]
    fn one_probe_at_a_time_and_longer_pauses_after_each() {
        let circuits = opened();
        let mut now = at(5);
        for pause in [10, 20, 40, 60, 60] {
            assert_eq!(circuits.admit("erp", now, PATIENCE), Admission::Go);
            assert!(matches!(circuits.admit("erp", now, PATIENCE), Admission::Wait(_, _)), "a second probe");
            assert!(!circuits.silent("erp", "still away", now), "it was open before");
            assert!(matches!(circuits.admit("erp", now, PATIENCE), Admission::Wait(until, _)
                if until == now + TimeDelta::seconds(pause)));
            now += TimeDelta::seconds(pause);
        }
    }

    #[test]
    fn an_answer_closes_it_and_forgets_the_failures() {
        let circuits = opened();
        assert_eq!(circuits.admit("erp", at(5), PATIENCE), Admission::Go);
        assert!(circuits.answered("erp", at(6)));
        assert_eq!(circuits.admit("erp", at(6), PATIENCE), Admission::Go);
        assert!(!circuits.silent("erp", "a hiccup", at(7)), "it counts from the beginning");
        assert_eq!(circuits.list()[0].state, State::Closed);
    }

    #[test]
    fn a_probe_that_never_reports_makes_room() {
        let circuits = opened();
        assert_eq!(circuits.admit("erp", at(5), PATIENCE), Admission::Go);
        assert!(matches!(circuits.admit("erp", at(104), PATIENCE), Admission::Wait(_, _)));
        assert_eq!(circuits.admit("erp", at(105), PATIENCE), Admission::Go);
    }
}
