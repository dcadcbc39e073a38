//! One delivery, from the hand to the books and back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use slotledger_erp::{Class, Failure, Posted};
use tokio::time::{sleep, timeout};

use super::circuit::Admission;
use super::{Connection, Relay, TURN, verdict};
use crate::app::compare;
use crate::faults;
use crate::model::{Circuit, CircuitState, Delivery};
use crate::store::{Outcome, Span};

/// How often writing down an outcome is tried; after that the lease ends and the document is looked up again.
const FINISH_TRIES: u32 = 5;

/// What is waited between two of them, times the number of the try.
const FINISH_PAUSE: Duration = Duration::from_millis(200);

impl Relay {
    /// Sends a delivery that is leased to us, and writes down what came of it.
    pub(super) async fn carry(&self, delivery: Delivery) {
        let connection = self.ports.books.connection(delivery.company).await;
        let turn = timeout(TURN, self.turns.acquire()).await;
        let started = self.ports.clock.now();
        let outcome = match (&turn, &connection) {
            (Ok(Ok(_)), Ok(connection)) => self.offer(&delivery, connection).await,
            (_, Err(failure)) => self.judge(&delivery, failure),
            (_, Ok(_)) => Outcome::Untried,
        };
        self.crowded.store(turn.is_err(), Ordering::Relaxed);
        // The next one is sent while this one is written down.
        drop(turn);
        let span = Span { started, finished: self.ports.clock.now() };
        self.finish(&delivery, &outcome, span).await;
        faults::point("relay.finished");
    }

    async fn offer(&self, delivery: &Delivery, connection: &Connection) -> Outcome {
        let now = self.ports.clock.now();
        match self.circuits.admit(&connection.name, delivery.company, now, self.settings.lease()) {
            Admission::Go => {}
            Admission::Wait => return Outcome::Untried,
        }
        match self.send(delivery, connection).await {
            Ok(posted) => Outcome::Done(Box::new(posted)),
            Err(failure) => self.judge(delivery, &failure),
        }
    }

    async fn send(&self, delivery: &Delivery, connection: &Connection) -> Result<Posted, Failure> {
        let posting = connection.mapping.applied(&delivery.posting);
        faults::point("relay.before_post");
        let call = connection.connector.post(&posting);
        let answer = timeout(self.settings.longest_call, call).await.unwrap_or_else(|_| {
            let seconds = self.settings.longest_call.as_secs();
            Err(Failure::ambiguous(format!("no answer within {seconds} s")))
        });
        faults::point("relay.after_post");
        self.report(&connection.name, answer.as_ref().err()).await;
        let posted = answer?;
        compare(&posting, &posted.document)?;
        Ok(posted)
    }

    /// Tells the connection's circuit whether the ERP answered, and whoever looks after connections what that changed. A
    /// refusal is an answer; refused credentials are none.
    async fn report(&self, connection: &str, failure: Option<&Failure>) {
        let now = self.ports.clock.now();
        let changed = match failure.map(|failure| (&failure.class, &failure.message)) {
            None | Some((Class::Busy { .. } | Class::Refused { .. } | Class::Bug, _)) => {
                self.circuits.answered(connection, now)
            }
            Some((Class::Throttled { after }, message)) => {
                let asked = after.map(|after| after.min(self.settings.policy.after_max));
                self.circuits.throttled(connection, message, now, asked)
            }
            Some((Class::Retry { .. } | Class::Ambiguous | Class::Reauthenticate, message)) => {
                self.circuits.silent(connection, message, now)
            }
        };
        if let Some(circuit) = changed {
            tell_of(&circuit);
            self.ports.books.note(&circuit).await;
        }
    }

    fn judge(&self, delivery: &Delivery, failure: &Failure) -> Outcome {
        let now = self.ports.clock.now();
        let outcome = verdict(failure, delivery.attempts, &self.settings.policy, now, (self.ports.jitter)());
        tell(delivery, failure, &outcome);
        outcome
    }

    async fn finish(&self, delivery: &Delivery, outcome: &Outcome, span: Span) {
        for attempt in 1..=FINISH_TRIES {
            match self.ports.outbox.finish_delivery(delivery.id, &self.owner, outcome, span).await {
                Ok(true) => return done(delivery, outcome),
                Ok(false) => {
                    return tracing::warn!(
                        delivery.id,
                        delivery.key = %delivery.posting.key,
                        "a delivery took longer than its lease; whoever has it now finds the document by its key"
                    );
                }
                Err(error) => tracing::warn!(%error, delivery.id, "an outcome could not be written down yet"),
            }
            sleep(FINISH_PAUSE * attempt).await;
        }
    }
}

fn done(delivery: &Delivery, outcome: &Outcome) {
    if let Outcome::Done(posted) = outcome {
        let document = &posted.document;
        tracing::info!(
            document.adopted = posted.adopted,
            delivery.id,
            delivery.key = %delivery.posting.key,
            document.number,
            "{} {} stands in the books",
            document.kind.as_str(),
            document.number
        );
    }
}

fn tell(delivery: &Delivery, failure: &Failure, outcome: &Outcome) {
    let (id, key, kind) = (delivery.id, &delivery.posting.key, delivery.posting.kind().as_str());
    let message = &failure.message;
    match (&failure.class, outcome) {
        (Class::Reauthenticate, _) => {
            tracing::error!(delivery.id = id, delivery.key = %key, "the credentials do not hold: {message}");
        }
        (_, Outcome::Parked(_)) => {
            tracing::error!(delivery.id = id, delivery.key = %key, "{kind} is parked: {message}");
        }
        (_, Outcome::Again(_, at)) => {
            tracing::warn!(delivery.id = id, delivery.key = %key, next = %at, "{kind} is tried again: {message}");
        }
        (_, Outcome::Done(_) | Outcome::Untried) => {}
    }
}

fn tell_of(circuit: &Circuit) {
    let Circuit { connection, message, .. } = circuit;
    if circuit.state == CircuitState::Closed {
        tracing::info!(erp.connection = connection, "«{connection}» answers");
    } else {
        let message = message.as_deref().unwrap_or_default();
        tracing::error!(
            erp.connection = connection,
            erp.message = message,
            "«{connection}» does not answer and is left alone for a while: {message}"
        );
    }
}
