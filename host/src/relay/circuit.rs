//! When a connection is left alone because its ERP does not answer.
//!
//! Invariant: one circuit for each connection, so that one ERP that is down holds up nobody else's documents. While it
//! is open nothing is sent; then one document at a time is tried until one gets an answer, whatever the answer is.
//!
//! A circuit learns which companies it holds up, so that their documents stay where they are instead of being taken in
//! hand and put back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::verdict::{ceiling, later};
use crate::model::{Circuit, CircuitState as State, CompanyId};

/// Failures in a row after which a connection is left alone. Fewer would be a passing fault of the network.
const FAILURES: u32 = 5;

/// How long it is left alone the first time; each failed probe doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// No pause is longer: when the ERP is back, that is noticed within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether a document may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    Go,
    /// Not now: it stays where it was.
    Wait,
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
    /// Whose documents are known to go this way.
    companies: BTreeSet<CompanyId>,
}

impl Circuits {
    /// Asks to send a document of a company. A probe that is not heard of again within `patience` makes room for
    /// another.
    pub(super) fn admit(
        &self,
        connection: &str,
        company: CompanyId,
        now: DateTime<Utc>,
        patience: Duration,
    ) -> Admission {
        let mut all = self.lock();
        let Some(breaker) = all.get_mut(connection) else { return Admission::Go };
        match breaker.state {
            State::Closed => Admission::Go,
            State::Open | State::Probing if now >= breaker.until => {
                breaker.enter(State::Probing, now, patience);
                breaker.companies.insert(company);
                Admission::Go
            }
            State::Open | State::Probing => {
                breaker.companies.insert(company);
                Admission::Wait
            }
        }
    }

    /// The companies whose documents are not to be taken in hand now, and when the first of them may be again.
    pub(super) fn held_up(&self, now: DateTime<Utc>) -> (Vec<CompanyId>, Option<DateTime<Utc>>) {
        let all = self.lock();
        let waiting = || all.values().filter(|breaker| breaker.state != State::Closed && now < breaker.until);
        let companies = waiting().flat_map(|breaker| breaker.companies.iter().copied()).collect();
        (companies, waiting().map(|breaker| breaker.until).min())
    }

    /// The ERP gave an answer, be it a refusal. The circuit, if that closed it or nothing was known of it before.
    pub(super) fn answered(&self, connection: &str, now: DateTime<Utc>) -> Option<Circuit> {
        let mut all = self.lock();
        let before = all.get(connection).map(|breaker| (breaker.state, breaker.since));
        let since = match before {
            Some((State::Closed, since)) => since,
            Some((State::Open | State::Probing, _)) | None => now,
        };
        let breaker = Breaker { since, ..Breaker::closed(now) };
        let told = breaker.told(connection);
        all.insert(connection.to_owned(), breaker);
        (!matches!(before, Some((State::Closed, _)))).then_some(told)
    }

    /// The ERP gave none. The circuit, if that opened it, for the first time or again.
    pub(super) fn silent(&self, connection: &str, message: &str, now: DateTime<Utc>) -> Option<Circuit> {
        let mut all = self.lock();
        let breaker = all.entry(connection.to_owned()).or_insert_with(|| Breaker::closed(now));
        message.clone_into(&mut breaker.message);
        breaker.failures = breaker.failures.saturating_add(1);
        match breaker.state {
            State::Closed if breaker.failures < FAILURES => None,
            State::Closed | State::Probing => {
                breaker.trip(now, None);
                Some(breaker.told(connection))
            }
            // Sent before it opened; the pause has been reckoned already.
            State::Open => None,
        }
    }

    /// The ERP asks to be called less often: it is left alone for as long as it asks, at once.
    pub(super) fn throttled(
        &self,
        connection: &str,
        message: &str,
        now: DateTime<Utc>,
        asked: Option<Duration>,
    ) -> Option<Circuit> {
        let mut all = self.lock();
        let breaker = all.entry(connection.to_owned()).or_insert_with(|| Breaker::closed(now));
        message.clone_into(&mut breaker.message);
        breaker.failures = breaker.failures.saturating_add(1);
        let already = asked.map(|asked| later(now, asked)).is_none_or(|until| until <= breaker.until);
        if breaker.state == State::Open && already {
            return None;
        }
        breaker.trip(now, asked);
        Some(breaker.told(connection))
    }

    pub(super) fn list(&self) -> Vec<Circuit> {
        self.lock().iter().map(|(connection, breaker)| breaker.told(connection)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker {
    const fn closed(now: DateTime<Utc>) -> Self {
        Self {
            state: State::Closed,
            since: now,
            until: now,
            failures: 0,
            trips: 0,
            message: String::new(),
            companies: BTreeSet::new(),
        }
    }

    fn told(&self, connection: &str) -> Circuit {
        Circuit {
            connection: connection.to_owned(),
            state: self.state,
            since: self.since,
            until: (self.state != State::Closed).then_some(self.until),
            message: (self.failures > 0).then(|| self.message.clone()),
        }
    }

    fn trip(&mut self, now: DateTime<Utc>, asked: Option<Duration>) {
        self.trips = self.trips.saturating_add(1);
        let pause = asked.unwrap_or_else(|| ceiling(FIRST_PAUSE, self.trips, LONGEST_PAUSE));
        // Since when it answers no more, not since the last probe.
        let since = if self.state == State::Closed { now } else { self.since };
        self.enter(State::Open, now, pause);
        self.since = since;
    }

    fn enter(&mut self, state: State, now: DateTime<Utc>, pause: Duration) {
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

    fn company() -> CompanyId {
        CompanyId(uuid::Uuid::from_u128(1))
    }

    fn admit(circuits: &Circuits, now: DateTime<Utc>) -> Admission {
        circuits.admit("erp", company(), now, PATIENCE)
    }

    fn opened() -> Circuits {
        let circuits = Circuits::default();
        for attempt in 1..=FAILURES {
            assert_eq!(admit(&circuits, at(0)), Admission::Go);
            let opened = circuits.silent("erp", "connection refused", at(0));
            assert_eq!(opened.is_some(), attempt == FAILURES);
        }
        circuits
    }

    #[test]
    fn it_opens_for_one_connection_only_and_says_why() {
        let circuits = opened();
        assert_eq!(circuits.held_up(at(4)), (vec![], Some(at(5))), "nobody is known yet");
        assert_eq!(admit(&circuits, at(4)), Admission::Wait);
        assert_eq!(circuits.held_up(at(4)), (vec![company()], Some(at(5))));
        assert_eq!(circuits.held_up(at(5)), (vec![], None), "one may be tried");
        assert_eq!(circuits.admit("other", company(), at(4), PATIENCE), Admission::Go);
        let listed = &circuits.list()[0];
        assert_eq!((listed.state, listed.since, listed.until), (State::Open, at(0), Some(at(5))));
        assert_eq!(listed.message.as_deref(), Some("connection refused"));
    }

    #[test]
    fn one_probe_at_a_time_and_longer_pauses_after_each() {
        let circuits = opened();
        let mut now = at(5);
        for pause in [10, 20, 40, 60, 60] {
            assert_eq!(admit(&circuits, now), Admission::Go);
            assert_eq!(admit(&circuits, now), Admission::Wait, "a second probe");
            let circuit = circuits.silent("erp", "still away", now).expect("it is open again");
            assert_eq!(circuit.until, Some(now + TimeDelta::seconds(pause)));
            assert_eq!(circuit.since, at(0), "it has not answered since");
            assert_eq!(admit(&circuits, now), Admission::Wait);
            now += TimeDelta::seconds(pause);
        }
    }

    #[test]
    fn an_answer_closes_it_and_forgets_the_failures() {
        let circuits = opened();
        assert_eq!(admit(&circuits, at(5)), Admission::Go);
        assert!(circuits.answered("erp", at(6)).is_some());
        assert!(circuits.answered("erp", at(6)).is_none(), "nothing new");
        assert_eq!(admit(&circuits, at(6)), Admission::Go);
        assert!(circuits.silent("erp", "a hiccup", at(7)).is_none(), "it counts from the beginning");
        assert_eq!(circuits.list()[0].state, State::Closed);
    }

    #[test]
    fn whoever_asks_to_be_left_alone_is_at_once_and_as_long_as_asked() {
        let circuits = Circuits::default();
        let asked = Some(Duration::from_secs(120));
        let circuit = circuits.throttled("erp", "too many requests", at(0), asked).expect("it opens");
        assert_eq!((circuit.state, circuit.until), (State::Open, Some(at(120))));
        let sooner = Some(Duration::from_secs(10));
        assert_eq!(circuits.throttled("erp", "too many requests", at(1), sooner), None);
        assert_eq!(admit(&circuits, at(119)), Admission::Wait);
        assert_eq!(admit(&circuits, at(120)), Admission::Go);
    }

    #[test]
    fn a_probe_that_never_reports_makes_room() {
        let circuits = opened();
        assert_eq!(admit(&circuits, at(5)), Admission::Go);
        assert_eq!(admit(&circuits, at(104)), Admission::Wait);
        assert_eq!(admit(&circuits, at(105)), Admission::Go);
    }
}
