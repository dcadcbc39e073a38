//! The calls that make each kind of document, in their order.
//!
//! Invariant: each round reads the document's state and takes the one step that follows from it, until the document
//! stands. A refused step is a failure only if the state it was taken from is still the same afterwards: an earlier
//! call that timed out may have taken it meanwhile.
//!
//! Deliberately absent: shapes of records and values, which are the mapping's.

mod adoption;
mod advances;
mod amendments;
mod apart;
mod commissions;
mod credits;
mod invoices;
mod lookups;
mod moved;
mod orders;
mod settlements;
mod stock;
mod withdrawals;

use std::{
    fmt::Debug,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use slotledger_erp::{Body, Class, Document, Failure, Posting};

pub(crate) use adoption::{adopt, candidate};
pub(crate) use apart::set_apart;

use crate::{
    OnShortage,
    classify::Effect,
    client::{self, Client},
    mapping::{Company, Day, Record},
};

/// More than the steps of any document; a document that needs more goes in circles. One that deposits pay takes up to
/// four for each of them.
const MAX_ROUNDS: usize = 60;
/// Enough to see that there is more than one.
const MAX_FOUND: usize = 10;
/// More than the lines of any order, and the entries of any deposit.
const MAX_PARTS: usize = 1000;

/// One company's books, for one posting.
pub(crate) struct Books<'a> {
    client: &'a Client,
    company: Arc<Company>,
    habits: &'a Habits,
    wrote: AtomicBool,
}

/// What the settings say about how documents are made.
#[derive(Debug)]
pub(crate) struct Habits {
    pub(crate) consumption_location: String,
    pub(crate) on_shortage: OnShortage,
    pub(crate) payment_method: Option<String>,
}

/// What one round came to.
enum Round<S, T = Document> {
    /// What was wanted stands.
    Done(T),
    /// A step was tried from this state.
    Tried(S, Result<(), Failure>),
}

/// All documents a posting stands for.
pub(crate) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let key = &posting.key;
    match &posting.body {
        Body::SalesOrder(_) => orders::find(books, key).await,
        Body::OrderCancellation(withdrawal) => withdrawals::find(books, key, withdrawal).await,
        Body::SalesInvoice(_) => invoices::find(books, key).await,
        Body::CreditNote(note) => credits::find(books, key, note).await,
        Body::StockIssue(_) | Body::StockReturn(_) => stock::find(books, posting).await,
        Body::Commission(earned) => commissions::find(books, key, earned).await,
        Body::CommissionReversal(taken_back) => commissions::find_reversal(books, key, taken_back).await,
        Body::OrderAmendment(amendment) => amendments::find(books, key, amendment).await,
        Body::Advance(_) => advances::find(books, key).await,
        Body::AdvanceRefund(_) => advances::find_refund(books, key).await,
    }
}

/// Makes the document, or finishes it.
pub(crate) async fn post(books: &Books<'_>, posting: &Posting) -> Result<Document, Failure> {
    match &posting.body {
        Body::SalesOrder(order) => orders::post(books, posting, order).await,
        Body::OrderCancellation(withdrawal) => withdrawals::withdraw(books, posting, withdrawal).await,
        Body::SalesInvoice(invoice) => invoices::post(books, posting, invoice).await,
        Body::CreditNote(note) => credits::credit(books, posting, note).await,
        Body::StockIssue(issue) => stock::issue(books, posting, issue).await,
        Body::StockReturn(back) => stock::take_back(books, posting, back).await,
        Body::Commission(earned) => commissions::post(books, posting, earned).await,
        Body::CommissionReversal(taken_back) => commissions::reverse(books, posting, taken_back).await,
        Body::OrderAmendment(amendment) => amendments::amend(books, posting, amendment).await,
        Body::Advance(advance) => advances::post(books, posting, advance).await,
        Body::AdvanceRefund(back) => advances::pay_back(books, posting, back).await,
    }
}

impl<'a> Books<'a> {
    pub(crate) const fn new(client: &'a Client, company: Arc<Company>, habits: &'a Habits) -> Self {
        Self { client, company, habits, wrote: AtomicBool::new(false) }
    }

    pub(crate) const fn client(&self) -> &'a Client {
        self.client
    }

    pub(crate) fn company(&self) -> &Company {
        &self.company
    }

    /// A failure after something was stored is no proof that nothing was.
    pub(crate) fn unsettled(&self, failure: Failure) -> Failure {
        match failure.class {
            Class::Retry { .. } | Class::Throttled { .. } | Class::Busy { .. } if self.has_written() => {
                Failure::ambiguous(failure.message)
            }
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
        self.list(domain, MAX_FOUND, json!({})).await
    }

    /// Looks for parts of one document.
    async fn parts<T: Record + DeserializeOwned>(&self, domain: Value) -> Result<Vec<T>, Failure> {
        self.list(domain, MAX_PARTS, json!({})).await
    }

    async fn list<T: Record + DeserializeOwned>(
        &self,
        domain: Value,
        limit: usize,
        context: Value,
    ) -> Result<Vec<T>, Failure> {
        let params = vec![domain, json!(0), json!(limit), json!([["id", "ASC"]]), json!(T::FIELDS)];
        let method = format!("model.{}.search_read", T::MODEL);
        client::read(self.client.call_on(&method, params, Effect::Reads, context).await?)
    }

    /// The company's day, by Tryton's clock.
    pub(crate) async fn today(&self) -> Result<NaiveDate, Failure> {
        let answer = self.client.call("model.ir.date.today", Vec::new(), Effect::Reads).await?;
        client::read::<Day>(answer).map(|day| day.0)
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

    /// Runs a wizard of one question, or of none, on some records.
    async fn wizard(
        &self,
        name: &str,
        transition: &str,
        answers: Value,
        model: &str,
        ids: &[i64],
    ) -> Result<(), Failure> {
        let method = |step| format!("wizard.{name}.{step}");
        let created = self.client.call(&method("create"), Vec::new(), Effect::Writes).await?;
        let (session, _, _): (i64, Value, Value) = client::read(created)?;
        let on = json!({"active_model": model, "active_id": ids.first(), "active_ids": ids});
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

    /// Sets lines of one account off against each other.
    async fn reconcile(&self, lines: &[i64]) -> Result<(), Failure> {
        self.wizard("account.move.reconcile_lines", "start", json!({}), "account.move.line", lines).await
    }
}

/// Takes rounds until what is wanted stands.
async fn settle<S, T, F, R>(mut round: F) -> Result<T, Failure>
where
    S: PartialEq + Debug,
    F: FnMut() -> R,
    R: Future<Output = Result<Round<S, T>, Failure>>,
{
    let mut refused: Option<(S, Failure)> = None;
    for _ in 0..MAX_ROUNDS {
        let (state, outcome) = match round().await? {
            Round::Done(wanted) => return Ok(wanted),
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
