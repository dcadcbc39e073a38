//! The requests that make each kind of document, in their order.
//!
//! Invariant: a document is looked up by its key before it is made, and made with its key. What takes more than one
//! request is decided from the state just read, so that whatever was cut is finished by the next post.
//!
//! Deliberately absent: shapes of records and values, which are the mapping's.

mod commissions;
mod credits;
mod invoices;
mod keys;
mod lookups;
mod orders;
mod payments;
mod stock;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono_tz::Tz;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use slotledger_erp::{Body, Class, Document, Failure, Key, Kind, Posted, Posting, Reason};

use crate::{
    Settings,
    classify::Trouble,
    client::{Client, Slice},
    mapping::{Company, Keyed, Named},
};

pub(crate) use commissions::handed_on;
pub(crate) use keys::{Holder, key_in};
pub(crate) use lookups::{company, logged_in, site_zone, version, zone};

/// More documents than stand under one key, or build on one.
const MAX_FOUND: usize = 100;
/// The field that carries our key.
pub(crate) const KEY: &str = "slotledger_key";
/// The `docstatus` of what was cancelled.
pub(crate) const CANCELLED: u8 = 2;
/// How ERPNext calls that field when it refuses a second document with its value.
const KEY_LABEL: &str = "Slotledger Key";

/// Documents with a key, oldest first.
pub(crate) const FOUND: Slice<'static> = Slice { order_by: "creation asc, name asc", limit: MAX_FOUND };

/// One company's books, for one posting.
pub(crate) struct Books<'a> {
    pub(crate) client: &'a Client,
    pub(crate) company: Arc<Company>,
    /// Where a visit has its day.
    pub(crate) zone: Tz,
    pub(crate) settings: &'a Settings,
    wrote: AtomicBool,
}

/// A record that stands, and whether it was made just now.
pub(crate) struct Made<T> {
    pub(crate) record: T,
    pub(crate) adopted: bool,
}

/// All documents a posting stands for.
pub(crate) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    let key = &posting.key;
    match &posting.body {
        Body::SalesOrder(_) => orders::find(books, key).await,
        Body::OrderCancellation(withdrawal) => orders::find_withdrawn(books, key, withdrawal).await,
        Body::OrderAmendment(amendment) => orders::find_amended(books, key, amendment).await,
        Body::SalesInvoice(_) => invoices::find(books, key, Kind::SalesInvoice).await,
        Body::CreditNote(_) => invoices::find(books, key, Kind::CreditNote).await,
        Body::StockIssue(_) | Body::StockReturn(_) => stock::find(books, posting).await,
        Body::Advance(_) | Body::AdvanceRefund(_) => payments::find(books, posting).await,
        Body::Commission(_) | Body::CommissionReversal(_) => commissions::find(books, posting).await,
    }
}

/// A document as what the posting would find, were its key on it.
pub(crate) async fn read_as(books: &Books<'_>, posting: &Posting, name: &str) -> Result<Document, Failure> {
    match posting.kind() {
        Kind::SalesOrder | Kind::OrderCancellation | Kind::OrderAmendment => {
            orders::read_as(books, posting, name).await
        }
        Kind::SalesInvoice | Kind::CreditNote | Kind::Commission | Kind::CommissionReversal => {
            invoices::read_as(books, posting, name).await
        }
        Kind::StockIssue | Kind::StockReturn => stock::read_as(books, posting, name).await,
        Kind::Advance | Kind::AdvanceRefund => payments::read_as(books, posting, name).await,
    }
}

/// Makes the document, or finishes it. What is refused because it stands already, made meanwhile under the same key by
/// somebody who was faster, is adopted.
pub(crate) async fn post(books: &Books<'_>, posting: &Posting) -> Result<Posted, Failure> {
    let failure = match settle(books, posting).await {
        Err(failure) if is_conflict(&failure) => failure,
        settled => return settled,
    };
    match find(books, posting).await?.is_empty() {
        true => Err(failure),
        false => settle(books, posting).await,
    }
}

fn is_conflict(failure: &Failure) -> bool {
    matches!(failure.class, Class::Refused { reason: Reason::Conflict, .. })
}

async fn settle(books: &Books<'_>, posting: &Posting) -> Result<Posted, Failure> {
    match &posting.body {
        Body::SalesOrder(order) => orders::post(books, posting, order).await,
        Body::OrderCancellation(withdrawal) => orders::withdraw(books, posting, withdrawal).await,
        Body::OrderAmendment(amendment) => orders::amend(books, posting, amendment).await,
        Body::SalesInvoice(invoice) => invoices::post(books, posting, invoice).await,
        Body::CreditNote(note) => credits::post(books, posting, note).await,
        Body::StockIssue(issue) => stock::issue(books, posting, issue).await,
        Body::StockReturn(back) => stock::take_back(books, posting, back).await,
        Body::Advance(advance) => payments::receive(books, posting, advance).await,
        Body::AdvanceRefund(refund) => payments::pay_back(books, posting, refund).await,
        Body::Commission(earned) => commissions::post(books, posting, earned).await,
        Body::CommissionReversal(taken_back) => commissions::reverse(books, posting, taken_back).await,
    }
}

impl<'a> Books<'a> {
    pub(crate) fn new(client: &'a Client, company: Arc<Company>, zone: Tz, settings: &'a Settings) -> Self {
        Self { client, company, zone, settings, wrote: AtomicBool::new(false) }
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

    /// The document with a key that another one builds on.
    pub(crate) async fn standing<T: Keyed + DeserializeOwned>(&self, key: &Key) -> Result<T, Failure> {
        let found: Option<T> = self.by_key(key).await?;
        let found = found.ok_or_else(|| {
            let message = format!("ERPNext has no {} with the key {key}", T::DOCTYPE);
            Failure::refused(message, format!("deliver {key} first")).because(Reason::MissingDocument)
        })?;
        match found.docstatus() {
            0 => Err(Failure::busy(
                format!("the {} {} is still a draft in ERPNext: submit it there", T::DOCTYPE, found.name()),
                None,
            )),
            1 => Ok(found),
            _ => Err(self.withdrawn(&found)),
        }
    }

    /// Why nothing can be built on a document, and why it is not made again.
    pub(crate) fn withdrawn<T: Keyed>(&self, record: &T) -> Failure {
        let message = format!("the {} {} was cancelled in ERPNext", T::DOCTYPE, record.name());
        let fix = "amend it in ERPNext and adopt the amendment, or leave this delivery out";
        Failure::refused(message, fix).because(Reason::Conflict)
    }

    /// Reads a document that was just written.
    pub(crate) async fn read<T: Keyed + DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let found = self.client.document(T::DOCTYPE, name).await?;
        found.ok_or_else(|| Failure::ambiguous(format!("the {} {name} was stored and is gone", T::DOCTYPE)))
    }

    /// Makes a document with a key, unless somebody else did meanwhile.
    pub(crate) async fn make<T: Keyed + DeserializeOwned>(
        &self,
        key: &Key,
        body: &impl Serialize,
    ) -> Result<Made<T>, Failure> {
        match self.client.create::<Named>(T::DOCTYPE, body).await {
            Ok(named) => {
                self.wrote.store(true, Ordering::Relaxed);
                Ok(Made { record: self.read(&named.name).await?, adopted: false })
            }
            Err(Trouble::Duplicate(failure)) if failure.message.contains(KEY_LABEL) => {
                // Whoever has it may not have committed yet.
                let found = self.by_key(key).await?;
                let record = found.ok_or_else(|| Failure::ambiguous(failure.message))?;
                Ok(Made { record, adopted: true })
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Changes a document and reads it again.
    pub(crate) async fn change<T: Keyed + DeserializeOwned>(
        &self,
        name: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.client.update::<serde::de::IgnoredAny>(T::DOCTYPE, name, body).await?;
        self.wrote.store(true, Ordering::Relaxed);
        self.read(name).await
    }

    /// Submits a draft that nobody changed since it was read. Without the time stamp ERPNext would answer a second one
    /// as if it had submitted it.
    pub(crate) async fn submit<T: Keyed + DeserializeOwned>(&self, draft: &T) -> Result<T, Failure> {
        self.change(draft.name(), &json!({"docstatus": 1, "modified": draft.modified()})).await
    }

    /// Changes a document of any type.
    pub(crate) async fn command_on(
        &self,
        doctype: &str,
        name: &str,
        body: &impl Serialize,
    ) -> Result<(), Failure> {
        self.client.update::<serde::de::IgnoredAny>(doctype, name, body).await?;
        self.wrote.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Has a method change something.
    pub(crate) async fn command(&self, method: &str, arguments: &impl Serialize) -> Result<(), Failure> {
        self.client.command(method, arguments).await?;
        self.wrote.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl<T> Made<T> {
    /// A record that was there.
    pub(crate) const fn adopted(record: T) -> Self {
        Self { record, adopted: true }
    }

    /// A record that was made or finished.
    pub(crate) const fn now(record: T) -> Self {
        Self { record, adopted: false }
    }

    /// The document it is.
    pub(crate) fn posted(self, document: impl FnOnce(&T) -> Document) -> Posted {
        let document = document(&self.record);
        if self.adopted { Posted::adopted(document) } else { Posted::made(document) }
    }
}
