//! What people do about documents that do not get to the books: try again, do without, say which document it is, change
//! what a code means there.
//!
//! Invariants: every act is written down with who did it and why, in the transaction that it has its effect in. Nothing
//! changes what a delivery asks for; amounts least of all.

use std::borrow::Cow;

use serde_json::{Value, json};
use slotledger_erp::{Body, Document, Order, OrderAmendment, Posting};

use super::mapping::NewCode;
use super::reconcile::last_asked;
use super::request::earlier;
use super::{App, Error, Reply, Request, Result, fits, undoes};
use crate::model::connection::codes;
use crate::model::delivery::Obstacle;
use crate::model::{Attempt, CompanyId, Delivery, DeliveryState, FieldError, Repair};
use crate::store::{self, Answer, DeliveryFilter, Mend};

/// Who acts, and why.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    /// The label of an API key, or a user of the machine.
    pub by: &'a str,
    /// Why; empty where nobody has to say.
    pub reason: &'a str,
}

/// How many parked deliveries one request puts back in line: each is a transaction, and the answer is waited for.
const RETRIED_AT_ONCE: u32 = 500;

/// Entries that are read at a time.
const BATCH: u32 = 200;

/// Which parked deliveries to try again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParkedFilter {
    /// Only of this company.
    pub company: Option<CompanyId>,
    /// Only what this stands in the way of.
    pub code: Option<Obstacle>,
    /// Only what comes after this number.
    pub after: i64,
}

/// What became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// How many are back in line.
    pub count: u32,
    /// Where to go on, if there may be more.
    pub next: Option<i64>,
}

/// A delivery with all that was tried and done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStory {
    /// The delivery.
    pub delivery: Delivery,
    /// Its tries, in their order.
    pub attempts: Vec<Attempt>,
    /// What people did, in their order.
    pub repairs: Vec<Repair>,
}

impl App {
    /// A delivery with all that was tried and done about it.
    pub async fn delivery_story(&self, id: i64) -> Result<DeliveryStory> {
        let delivery = self.delivery(id).await?;
        let attempts = self.ports.store.attempts(id).await?;
        let repairs = self.ports.store.repairs(id).await?;
        Ok(DeliveryStory { delivery, attempts, repairs })
    }

    /// Puts a parked or waiting delivery back in line at once.
    pub async fn retry_delivery(&self, id: i64, voice: Voice<'_>) -> Result<Delivery> {
        self.mend(id, &Mend::Retry, voice, json!({})).await
    }

    /// Puts parked deliveries back in line at once, in their order, each with an act of its own. What is parked again
    /// meanwhile is not tried twice.
    pub async fn retry_parked(&self, which: &ParkedFilter, voice: Voice<'_>) -> Result<Retried> {
        let filter = DeliveryFilter {
            company: which.company,
            state: Some(DeliveryState::Parked),
            ..DeliveryFilter::default()
        };
        let (mut after, mut count) = (which.after, 0);
        loop {
            let page = self.deliveries(&filter, after, BATCH).await?;
            for delivery in &page {
                if count == RETRIED_AT_ONCE {
                    return Ok(Retried { count, next: Some(after) });
                }
                after = delivery.id;
                let obstacle = delivery.failure.as_ref().and_then(Obstacle::of);
                if which.code.is_some_and(|wanted| obstacle != Some(wanted)) {
                    continue;
                }
                match self.retry_delivery(delivery.id, voice).await {
                    Ok(_) => count += 1,
                    // Somebody else has just done something about it.
                    Err(Error::Stale { .. }) => {}
                    Err(other) => return Err(other),
                }
            }
            if page.len() < BATCH as usize {
                return Ok(Retried { count, next: None });
            }
        }
    }

    /// Does without a parked or waiting document. What comes after it goes on as if it stood.
    pub async fn skip_delivery(&self, id: i64, voice: Voice<'_>) -> Result<Delivery> {
        match self.mend(id, &Mend::Skip, voice, json!({})).await {
            Err(Error::Stale { .. }) => {
                self.unless(id, |delivery| delivery.state == DeliveryState::Skipped).await
            }
            done => done,
        }
    }

    /// Takes a document that somebody made by hand for the one that is parked.
    pub async fn adopt_delivery(&self, id: i64, reference: &str, voice: Voice<'_>) -> Result<Delivery> {
        let delivery = self.delivery(id).await?;
        if delivery.state != DeliveryState::Parked {
            let same = |delivery: &Delivery| {
                let document = delivery.document.as_ref();
                delivery.adopted
                    && document.is_some_and(|known| {
                        [&known.reference, &known.number].contains(&&reference.to_owned())
                    })
            };
            return self.unless(id, same).await;
        }
        self.take_for(&delivery, reference, voice).await
    }

    /// Compares the document with what the delivery asks for, writes the delivery's key onto it, and takes it for the
    /// delivery's. What does not fit is left as it is.
    pub(super) async fn take_for(
        &self,
        delivery: &Delivery,
        reference: &str,
        voice: Voice<'_>,
    ) -> Result<Delivery> {
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let asked = self.asked_last(delivery).await?;
        let posting = mapping.applied(&asked);
        let undone = self.undone(&posting).await?;
        let candidate = link.books.candidate(&posting, reference).await.map_err(Error::Books)?;
        agree(&posting, &candidate, undone.as_ref())?;
        let document = link.books.adopt(&posting, reference).await.map_err(Error::Books)?;
        // Somebody may have changed it meanwhile.
        agree(&posting, &document, undone.as_ref())?;
        let details = json!({ "reference": document.reference, "number": document.number });
        self.mend(delivery.id, &Mend::Adopt(Box::new(document)), voice, details).await
    }

    /// What a delivery asks for, and of an order what its amendments have made of it since.
    async fn asked_last<'a>(&self, delivery: &'a Delivery) -> Result<Cow<'a, Posting>> {
        let Body::SalesOrder(order) = &delivery.posting.body else {
            return Ok(Cow::Borrowed(&delivery.posting));
        };
        let appointment = self.appointment(delivery.appointment).await?;
        let line = self.deliveries_with(&appointment).await?;
        let Some(OrderAmendment { lines, provider, start, end, .. }) = last_asked(delivery, &line, "") else {
            return Ok(Cow::Borrowed(&delivery.posting));
        };
        let order = Order { lines, provider, start, end, ..order.clone() };
        Ok(Cow::Owned(Posting { body: Body::SalesOrder(order), ..delivery.posting.clone() }))
    }

    /// The document that a posting undoes, as it was posted.
    async fn undone(&self, posting: &Posting) -> Result<Option<Document>> {
        let Some(key) = undoes(&posting.body) else { return Ok(None) };
        Ok(self.ports.store.delivery_of(key).await?.and_then(|delivery| delivery.document))
    }

    /// Changes what codes that the document names are called in its books, and tries it again.
    ///
    /// It holds for every document of the connection from now on: those of the same appointment come next.
    pub async fn edit_delivery(&self, id: i64, new: Vec<NewCode>, voice: Voice<'_>) -> Result<Delivery> {
        let delivery = self.delivery(id).await?;
        if !matches!(delivery.state, DeliveryState::Parked | DeliveryState::Pending) {
            return Err(Error::Stale { current: delivery.state.as_str().to_owned() });
        }
        let named = codes(&delivery.posting);
        let strangers =
            new.iter().enumerate().filter(|(_, new)| !named.contains(&(new.kind, new.code.clone())));
        let errors: Vec<FieldError> = strangers
            .map(|(n, new)| FieldError {
                field: format!("codes[{n}].code"),
                message: format!("the document names no {} {}", new.kind.as_str(), new.code),
            })
            .collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let (name, _, before) = self.mapped_connection(delivery.company).await?;
        let told = |new: &NewCode| {
            let before = before.theirs(new.kind, &new.code);
            json!({ "kind": new.kind, "code": new.code, "from": before, "to": new.theirs })
        };
        let details = json!({ "connection": name, "codes": new.iter().map(told).collect::<Vec<_>>() });
        // In one transaction: a relay that takes the delivery in this moment leaves the codes as they were.
        let codes = self.said(new, voice.by);
        self.mend(id, &Mend::Edit { connection: name, codes }, voice, details).await
    }

    /// Has the document of a delivery made again that is gone from the books.
    pub(super) async fn resend(&self, id: i64, voice: Voice<'_>, details: Value) -> Result<Delivery> {
        self.mend(id, &Mend::Resend, voice, details).await
    }

    /// Carries out an act that may be asked for twice with the same key. `written` renders the answer that is kept, with
    /// this status.
    ///
    /// The answer is kept after the act, not with it: each act, once done, changes nothing by being done again.
    pub async fn repeatable<T: Send>(
        &self,
        request: Option<&Request>,
        status: u16,
        written: impl Fn(&T) -> String + Send,
        act: impl Future<Output = Result<T>> + Send,
    ) -> Result<Reply<T>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        let now = self.ports.clock.now();
        let done = act.await?;
        let Some(Request { key, fingerprint }) = request.cloned() else { return Ok(Reply::Fresh(done)) };
        let answer = Answer { key, fingerprint, status, body: written(&done), at: now };
        match self.ports.store.keep_answer(&answer).await {
            Ok(()) => Ok(Reply::Fresh(done)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    async fn mend(&self, id: i64, mend: &Mend, voice: Voice<'_>, details: Value) -> Result<Delivery> {
        let act = Repair {
            // The store counts.
            number: 0,
            at: self.ports.clock.now(),
            by: voice.by.to_owned(),
            act: mend.act(),
            reason: voice.reason.to_owned(),
            details,
        };
        match self.ports.store.mend_delivery(id, mend, &act).await {
            Ok(delivery) => {
                self.ports.wake.notify_one();
                Ok(delivery)
            }
            Err(store::Error::Missing(kind)) => Err(Error::missing(kind, id)),
            Err(store::Error::Stale(_)) => {
                Err(Error::Stale { current: self.delivery(id).await?.state.as_str().to_owned() })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The delivery as it is, if that is what was wanted.
    async fn unless(&self, id: i64, wanted: impl Fn(&Delivery) -> bool) -> Result<Delivery> {
        let delivery = self.delivery(id).await?;
        if wanted(&delivery) {
            return Ok(delivery);
        }
        Err(Error::Stale { current: delivery.state.as_str().to_owned() })
    }
}

/// A document that somebody made has to say what was asked for.
fn agree(posting: &Posting, document: &Document, undone: Option<&Document>) -> Result<()> {
    fits(posting, document, undone).map_err(|failure| Error::Differs(failure.message))
}
