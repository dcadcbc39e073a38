//! The calls that make each kind of document, in their order.
//!
//! Invariant: each round reads the document's state and takes the one step that follows from it, until the document
//! stands. A refused step is a failure only if the state it was taken from is still the same afterwards: an earlier
//! call that timed out may have taken it meanwhile.
//!
//! Deliberately absent: shapes of records and values, which are the mapping's.

mod commissions;
mod invoices;
mod lookups;
mod orders;
mod stock;

use std::{
    fmt::Debug,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use slotledger_erp::{Body, Class, Document, Failure, Posting, Reason};

use crate::{
    OnShortage,
    classify::Effect,
    client::{self, Client},
    mapping::{Company, Record},
};

/// More than the steps of any document; a document that needs more goes in circles.
const MAX_ROUNDS: usize = 12;
/// Enough to see that there is more than one.
const MAX_FOUND: usize = 10;

/// One company's books, for one posting.
pub(crate) struct Books<'a> {
    client: &'a Client,
    company: Arc<Company>,
    consumption_location: &'a str,
    on_shortage: OnShortage,
    wrote: AtomicBool,
}

/// What one round came to.
enum Round<S> {
    /// The document stands.
    Done(Document),
    /// A step was tried from this state.
    Tried(S, Result<(), Failure>),
}

/// All documents a posting stands for.
pub(crate) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let key = &posting.key;
    match &posting.body {
        Body::SalesOrder(_) => orders::find(books, key).await,
        Body::OrderCancellation(withdrawal) => orders::find_withdrawn(books, key, withdrawal).await,
        Body::SalesInvoice(_) => invoices::find(books, key).await,
        Body::CreditNote(note) => invoices::find_credit(books, key, note).await,
        Body::StockIssue(_) | Body::StockReturn(_) => stock::find(books, posting).await,
        Body::Commission(earned) => commissions::find(books, key, earned).await,
        Body::CommissionReversal(taken_back) => commissions::find_reversal(books, key, taken_back).await,
        Body::OrderAmendment(_) | Body::Advance(_) | Body::AdvanceRefund(_) => Ok(Vec::new()),
    }
}

/// Makes the document, or finishes it.
pub(crate) async fn post(books: &Books<'_>, posting: &Posting) -> Result<Document, Failure> {
    match &posting.body {
        Body::SalesOrder(order) => orders::post(books, posting, order).await,
        Body::OrderCancellation(withdrawal) => orders::withdraw(books, posting, withdrawal).await,
        Body::SalesInvoice(invoice) => match &invoice.order {
            Some(order) => invoices::post_order(books, posting, order, invoice).await,
            None => invoices::post_fee(books, posting, invoice).await,
        },
        Body::CreditNote(note) => invoices::credit(books, posting, note).await,
        Body::StockIssue(issue) => stock::issue(books, posting, issue).await,
        Body::StockReturn(back) => stock::take_back(books, posting, back).await,
        Body::Commission(earned) => commissions::post(books, posting, earned).await,
        Body::CommissionReversal(taken_back) => commissions::reverse(books, posting, taken_back).await,
        Body::OrderAmendment(_) | Body::Advance(_) | Body::AdvanceRefund(_) => Err(unsupported(posting)),
    }
}

fn unsupported(posting: &Posting) -> Failure {
    let message = format!("Tryton is sent no {}", posting.kind().as_str());
    Failure::refused(message, "switch such documents off for this company").because(Reason::Unsupported)
}

impl<'a> Books<'a> {
    pub(crate) fn new(
        client: &'a Client,
        company: Arc<Company>,
        consumption_location: &'a str,
        on_shortage: OnShortage,
    ) -> Self {
        Self { client, company, consumption_location, on_shortage, wrote: AtomicBool::new(false) }
    }

    /// A look-up that failed after something was stored is no proof that nothing was.
    pub(crate) fn unsettled(&self, failure: Failure) -> Failure {
        match failure.class {
            Class::Retry { .. } if self.wrote.load(Ordering::Relaxed) => Failure::ambiguous(failure.message),
            Class::Retry { .. }
            | Class::Throttled { .. }
            | Class::Busy { .. }
            | Class::Ambiguous
            | Class::Reauthenticate
            | Class::Refused { .. }
            | Class::Bug => failure,
        }
    }

    /// Whether anything was stored in Tryton so far.
    pub(crate) fn has_written(&self) -> bool {
        self.wrote.load(Ordering::Relaxed)
    }

    async fn search<T: Record + DeserializeOwned>(&self, domain: Value) -> Result<Vec<T>, Failure> {
        let params = vec![domain, json!(0), json!(MAX_FOUND), json!([["id", "ASC"]]), json!(T::FIELDS)];
        let method = format!("model.{}.search_read", T::MODEL);
        client::read(self.client.call(&method, params, Effect::Reads).await?)
    }

    /// Lets Tryton fill in what follows from `fields`.
    async fn proposal<T: DeserializeOwned>(
        &self,
        model: &str,
        record: Value,
        fields: &[&str],
    ) -> Result<T, Failure> {
        let method = format!("model.{model}.on_change");
        client::read(self.client.call(&method, vec![record, json!(fields)], Effect::Reads).await?)
    }

    async fn write_call(&self, method: &str, params: Vec<Value>) -> Result<Value, Failure> {
        let answer = self.client.call(method, params, Effect::Writes).await;
        if answer.is_ok() {
            self.wrote.store(true, Ordering::Relaxed);
        }
        answer
    }

    async fn create(&self, model: &str, values: Value) -> Result<(), Failure> {
        self.write_call(&format!("model.{model}.create"), vec![json!([values])]).await.map(drop)
    }

    async fn write(&self, model: &str, id: i64, values: Value) -> Result<(), Failure> {
        self.write_call(&format!("model.{model}.write"), vec![json!([id]), values]).await.map(drop)
    }

    /// Presses a button, which Tryton also does silently for no record at all: hence a single identifier.
    async fn button(&self, model: &str, name: &str, id: i64) -> Result<(), Failure> {
        self.write_call(&format!("model.{model}.{name}"), vec![json!([id])]).await.map(drop)
    }

    async fn delete(&self, model: &str, id: i64) -> Result<(), Failure> {
        self.write_call(&format!("model.{model}.delete"), vec![json!([id])]).await.map(drop)
    }

    /// Runs a wizard of one question on one record.
    async fn wizard(
        &self,
        name: &str,
        transition: &str,
        answers: Value,
        model: &str,
        id: i64,
    ) -> Result<(), Failure> {
        let method = |step| format!("wizard.{name}.{step}");
        let created = self.client.call(&method("create"), Vec::new(), Effect::Writes).await?;
        let (session, _, _): (i64, Value, Value) = client::read(created)?;
        let on = json!({"active_model": model, "active_id": id, "active_ids": [id]});
        let params = vec![json!(session), answers, json!(transition)];
        let outcome = self.client.call_on(&method("execute"), params, Effect::Writes, on).await;
        if outcome.is_ok() {
            self.wrote.store(true, Ordering::Relaxed);
        }
        // The session is only the wizard's memory; Tryton drops those left over.
        if let Err(failure) = self.client.call(&method("delete"), vec![json!(session)], Effect::Writes).await
        {
            tracing::debug!(%failure, wizard = name, "a wizard's session was left over");
        }
        outcome.map(drop)
    }
}

/// Takes rounds until the document stands.
async fn settle<S, F, R>(mut round: F) -> Result<Document, Failure>
where
    S: PartialEq + Debug,
    F: FnMut() -> R,
    R: Future<Output = Result<Round<S>, Failure>>,
{
    let mut refused: Option<(S, Failure)> = None;
    for _ in 0..MAX_ROUNDS {
        let (state, outcome) = match round().await? {
            Round::Done(document) => return Ok(document),
            Round::Tried(state, outcome) => (state, outcome),
        };
        refused = match (outcome, refused) {
            (Ok(()), _) => None,
            (Err(failure), Some((before, _))) if before == state => return Err(failure),
            (Err(failure), _) if is_refusal(&failure) => Some((state, failure)),
            (Err(failure), _) => return Err(failure),
        };
    }
    Err(Failure::bug("the document in Tryton does not settle: every step leads to another one"))
}

fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.class, Class::Refused { .. })
}
