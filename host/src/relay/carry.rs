//! One delivery, from the hand to the books and back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use slotledger_erp::{Class, Document, Failure};
use tokio::time::{sleep, timeout};

use super::circuit::Admission;
use super::{Connection, Relay, compare, verdict};
use crate::faults;
use crate::model::Delivery;
use crate::relay::verdict::later;
use crate::store::Outcome;

/// How often writing down an outcome is tried; after that the lease ends and the document is looked up again.
const FINISH_TRIES: u32 = 5;

/// What is waited between two of them, times the number of the try.
const FINISH_PAUSE: Duration = Duration::from_millis(200);

/// Waiting deliveries come back spread over this time after a pause, not all in one moment.
const SPREAD: Duration = Duration::from_secs(2);

impl Relay {
    /// Sends a delivery that is leased to us, and writes down what came of it.
    pub(super) async fn carry(&self, delivery: Delivery) {
        let outcome = match self.ports.books.connection(delivery.company).await {
            Ok(connection) => self.offer(&delivery, &connection).await,
            Err(failure) => self.judge(&delivery, &failure),
        };
        self.finish(&delivery, &outcome).await;
        faults::point("relay.finished");
    }

    async fn offer(&self, delivery: &Delivery, connection: &Connection) -> Outcome {
        let now = self.ports.clock.now();
        match self.circuits.admit(&connection.name, now, self.settings.lease()) {
            Admission::Go => {}
            Admission::Wait(until, message) => return self.hold_back(until, message),
        }
        match self.send(delivery, connection).await {
            Ok(document) => Outcome::Done(Box::new(document)),
            Err(failure) => self.judge(delivery, &failure),
        }
    }

    async fn send(&self, delivery: &Delivery, connection: &Connection) -> Result<Document, Failure> {
        faults::point("relay.before_post");
        let call = connection.connector.post(&delivery.posting);
        let answer = timeout(self.settings.longest_call, call).await.unwrap_or_else(|_| {
            let seconds = self.settings.longest_call.as_secs();
            Err(Failure::ambiguous(format!("no answer within {seconds} s")))
        });
        faults::point("relay.after_post");
        self.report(&connection.name, answer.as_ref().err());
        let document = answer?.document;
        compare(&delivery.posting, &document)?;
        Ok(document)
    }

    /// Tells the connection's circuit whether the ERP answered. A refusal is an answer; refused credentials are none.
    fn report(&self, connection: &str, failure: Option<&Failure>) {
        let now = self.ports.clock.now();
        match failure.map(|failure| (&failure.class, &failure.message)) {
            None | Some((Class::Busy { .. } | Class::Refused { .. } | Class::Bug, _)) => {
                if self.circuits.answered(connection, now) {
                    tracing::info!(erp.connection = connection, "«{connection}» answers again");
                }
            }
            Some((
                Class::Retry { .. } | Class::Throttled { .. } | Class::Ambiguous | Class::Reauthenticate,
                message,
            )) => {
                if self.circuits.silent(connection, message, now) {
                    tracing::error!(
                        erp.connection = connection,
                        erp.message = message,
                        "«{connection}» does not answer and is left alone for a while: {message}"
                    );
                }
            }
        }
    }

    fn judge(&self, delivery: &Delivery, failure: &Failure) -> Outcome {
        let now = self.ports.clock.now();
        let outcome = verdict(failure, delivery.attempts, &self.settings.policy, now, (self.ports.jitter)());
        tell(delivery, failure, &outcome);
        outcome
    }

    /// The circuit is open: the delivery waits without having been tried.
    fn hold_back(&self, until: DateTime<Utc>, message: String) -> Outcome {
        let at = later(until, (self.ports.jitter)().up_to(SPREAD));
        Outcome::Again(Failure::retry(message), at)
    }

    async fn finish(&self, delivery: &Delivery, outcome: &Outcome) {
        for attempt in 1..=FINISH_TRIES {
            let now = self.ports.clock.now();
            match self.ports.outbox.finish_delivery(delivery.id, &self.owner, outcome, now).await {
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
    if let Outcome::Done(document) = outcome {
        tracing::info!(
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
        (_, Outcome::Done(_)) => {}
    }
}
