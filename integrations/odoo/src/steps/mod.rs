//! The calls that make each kind of document, in their order.
//!
//! Invariant: each round reads the document's state and takes the one step that follows from it, until the document
//! stands. A step that the document's state may have forbidden is a failure only if that state is still the same
//! afterwards: an earlier call that timed out may have taken it meanwhile.
//!
//! Deliberately absent: shapes of records and rows, which are the mapping's.

mod advances;
mod amendments;
mod commissions;
mod credits;
mod invoices;
mod lookups;
mod moved;
mod moves;
mod orders;
mod periods;
mod shortage;
mod stock;
mod stock_moves;
mod taxes;

pub(crate) use moves::move_type;
pub(crate) use periods::Side;

use std::{
    collections::HashMap,
    fmt::Debug,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json, value::RawValue};
use slotledger_erp::{Body, Class, Document, Failure, Posted, Posting, Reason};

use crate::{
    Settings,
    classify::{Effect, Loaded},
    client::{Call, Client, read},
    mapping::{Party, Rows},
    session::Session,
};

/// More than the steps of any document; a document that needs more goes in circles.
const MAX_ROUNDS: usize = 24;
/// Enough to see that there is more than one.
const MAX_FOUND: usize = 20;
/// More lines than any document has.
const MAX_LINES: usize = 2_000;

/// One company's books, for one posting.
pub(crate) struct Books<'a> {
    client: &'a Client,
    pub(crate) session: Arc<Session>,
    pub(crate) settings: &'a Settings,
    wrote: AtomicBool,
}

/// What one round came to.
enum Round<S> {
    /// The document stands.
    Stands(Document),
    /// A step was tried from this state.
    Tried(S, Result<(), Failure>),
}

/// All documents a posting stands for.
pub(crate) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let key = &posting.key;
    match &posting.body {
        Body::SalesOrder(_) => orders::find(books, key).await,
        Body::OrderCancellation(withdrawal) => orders::find_withdrawn(books, key, withdrawal).await,
        Body::OrderAmendment(amendment) => amendments::find(books, key, amendment).await,
        Body::SalesInvoice(invoice) => invoices::find(books, key, invoice).await,
        Body::CreditNote(_) => credits::find(books, posting).await,
        Body::StockIssue(_) | Body::StockReturn(_) => stock::find(books, posting).await,
        Body::Commission(_) | Body::CommissionReversal(_) => commissions::find(books, posting).await,
        Body::Advance(_) | Body::AdvanceRefund(_) => advances::find(books, posting).await,
    }
}

/// A document as what the posting would find, were its key on it; none where there is no such document.
pub(crate) async fn read_as(
    books: &Books<'_>,
    posting: &Posting,
    id: i64,
) -> Result<Option<Document>, Failure> {
    match &posting.body {
        Body::SalesOrder(_) => orders::read_as(books, &posting.key, id).await,
        Body::SalesInvoice(invoice) => invoices::read_as(books, &posting.key, invoice, id).await,
        Body::CreditNote(_) => credits::read_as(books, posting, id).await,
        Body::StockIssue(_) | Body::StockReturn(_) => stock::read_as(books, posting, id).await,
        Body::Commission(_) | Body::CommissionReversal(_) => commissions::read_as(books, posting, id).await,
        Body::Advance(_) | Body::AdvanceRefund(_) => advances::read_as(books, posting, id).await,
        // Changes of an order, and no documents.
        Body::OrderCancellation(_) | Body::OrderAmendment(_) => Ok(None),
    }
}

/// Makes the document, or finishes it.
pub(crate) async fn post(books: &Books<'_>, posting: &Posting) -> Result<Posted, Failure> {
    match &posting.body {
        Body::SalesOrder(order) => orders::post(books, posting, order).await,
        Body::OrderCancellation(withdrawal) => orders::withdraw(books, posting, withdrawal).await,
        Body::OrderAmendment(amendment) => amendments::post(books, posting, amendment).await,
        Body::SalesInvoice(invoice) => invoices::post(books, posting, invoice).await,
        Body::CreditNote(note) => credits::post(books, posting, note).await,
        Body::StockIssue(issue) => stock::issue(books, posting, issue).await,
        Body::StockReturn(back) => stock::take_back(books, posting, back).await,
        Body::Commission(earned) => commissions::post(books, posting, earned).await,
        Body::CommissionReversal(taken_back) => commissions::reverse(books, posting, taken_back).await,
        Body::Advance(advance) => advances::post(books, posting, advance).await,
        Body::AdvanceRefund(refund) => advances::refund(books, posting, refund).await,
    }
}

impl<'a> Books<'a> {
    pub(crate) fn new(client: &'a Client, session: Arc<Session>, settings: &'a Settings) -> Self {
        Self { client, session, settings, wrote: AtomicBool::new(false) }
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

    /// Records that match, the oldest first.
    pub(crate) async fn search<T: DeserializeOwned>(
        &self,
        model: &'static str,
        domain: Value,
        fields: &[&str],
    ) -> Result<Vec<T>, Failure> {
        self.list(model, domain, fields, "id", MAX_FOUND).await
    }

    /// Records that match, in an order.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        model: &'static str,
        domain: Value,
        fields: &[&str],
        order: &str,
        limit: usize,
    ) -> Result<Vec<T>, Failure> {
        let call = Call::of(model, "search_read")
            .with("domain", domain)
            .with("fields", json!(fields))
            .with("order", json!(order))
            .with("limit", json!(limit));
        read(&self.call(call, &[], Effect::Reads).await?)
    }

    /// The lines of documents.
    async fn lines<T: DeserializeOwned>(
        &self,
        model: &'static str,
        domain: Value,
        fields: &[&str],
        order: &str,
    ) -> Result<Vec<T>, Failure> {
        self.list(model, domain, fields, order, MAX_LINES).await
    }

    /// Records also where they are archived.
    pub(crate) async fn search_archived<T: DeserializeOwned>(
        &self,
        model: &'static str,
        domain: Value,
        fields: &[&str],
    ) -> Result<Vec<T>, Failure> {
        let call = Call::of(model, "search_read")
            .with("domain", domain)
            .with("fields", json!(fields))
            .with("order", json!("id"))
            .with("limit", json!(MAX_FOUND));
        read(&self.call(call, &[("active_test", json!(false))], Effect::Reads).await?)
    }

    /// Our codes of parties.
    pub(crate) async fn codes(
        &self,
        parties: impl IntoIterator<Item = i64>,
    ) -> Result<HashMap<i64, String>, Failure> {
        let ids: Vec<i64> = parties.into_iter().collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let call = Call::on(Party::MODEL, "read", &ids).with("fields", json!(Party::FIELDS));
        let found: Vec<Party> = read(&self.call(call, &[], Effect::Reads).await?)?;
        Ok(found.into_iter().filter_map(|party| Some((party.id, party.code?))).collect())
    }

    /// Makes a record under its external identifier, or finds the one that has it. Either way nothing is written twice.
    pub(crate) async fn load(&self, model: &'static str, rows: &Rows) -> Result<i64, Failure> {
        let call =
            Call::of(model, "load").with("fields", json!(rows.fields())).with("data", json!(rows.data()));
        // Only with all three is a repeat silent: else it appends the lines again.
        let silent =
            [("mode", json!("update")), ("noupdate", json!(true)), ("tracking_disable", json!(true))];
        let loaded: Loaded = read(&self.call(call, &silent, Effect::Writes).await?)?;
        let id = loaded.id()?;
        self.wrote.store(true, Ordering::Relaxed);
        Ok(id)
    }

    /// Calls a method of one record for what it does.
    async fn act(&self, model: &'static str, method: &str, id: i64) -> Result<(), Failure> {
        self.change(Call::on(model, method, &[id]), &[]).await.map(drop)
    }

    pub(crate) async fn write(&self, model: &'static str, id: i64, values: Value) -> Result<(), Failure> {
        self.change(Call::on(model, "write", &[id]).with("vals", values), &[]).await.map(drop)
    }

    pub(crate) async fn change(
        &self,
        call: Call,
        context: &[(&str, Value)],
    ) -> Result<Box<RawValue>, Failure> {
        let answer = self.call(call, context, Effect::Writes).await?;
        self.wrote.store(true, Ordering::Relaxed);
        Ok(answer)
    }

    pub(crate) async fn call(
        &self,
        call: Call,
        context: &[(&str, Value)],
        effect: Effect,
    ) -> Result<Box<RawValue>, Failure> {
        let call = call.in_context(self.session.context(context));
        self.client.send(self.session.login, &call, effect).await
    }
}

/// Takes rounds until the document stands.
async fn settle<S, F, R>(mut round: F) -> Result<Posted, Failure>
where
    S: PartialEq + Debug,
    F: FnMut() -> R,
    R: Future<Output = Result<Round<S>, Failure>>,
{
    let mut refused: Option<(S, Failure)> = None;
    for count in 0..MAX_ROUNDS {
        let (state, outcome) = match round().await? {
            Round::Stands(document) => return Ok(Posted { document, adopted: count == 0 }),
            Round::Tried(state, outcome) => (state, outcome),
        };
        refused = match (outcome, refused) {
            (Ok(()), _) => None,
            (Err(failure), Some((before, _))) if before == state => return Err(failure),
            (Err(failure), _) if may_be_stale(&failure) => Some((state, failure)),
            (Err(failure), _) => return Err(failure),
        };
    }
    Err(Failure::bug("the document in Odoo does not settle: every step leads to another one"))
}

/// Whether a refusal may be about a state that has changed since it was read. Where somebody else answers for Odoo, or
/// it does not let us in, nobody has looked at the document.
fn may_be_stale(failure: &Failure) -> bool {
    let Class::Refused { reason, .. } = &failure.class else { return false };
    !matches!(reason, Reason::Setup | Reason::Permission | Reason::WrongCompany)
}
