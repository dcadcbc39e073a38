//! What an administrator does with a connection: set it up, look at its records, list and adopt documents.
//!
//! Role: the port behind `slotledger connect`, `erp import`, `erp certify` and `reconcile`. The relay never uses it.
//!
//! Invariant: nothing here makes, changes or deletes a business document, except [`Administration::adopt`], which
//! writes a key, [`Administration::set_apart`], which writes one or withdraws a draft, [`Stock::receive`], and
//! [`Administration::furnish`], which is for test companies.

use async_trait::async_trait;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Connector, Document, Failure, Journal, Key, Kind, Posting, Reason, State, Stock, conformance};

/// The most entries of one [`Page`].
pub const MAX_PAGE: usize = 500;

/// Whether [`Administration::prepare`] may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Look, and say what would be made.
    Look,
    /// Make what is missing and can be made.
    Apply,
}

/// How one thing that a connection needs stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it should be.
    Ready,
    /// Missing; [`Mode::Apply`] makes it.
    Missing,
    /// Missing before, and made just now.
    Made,
    /// Works, but wants looking at: a clock that differs, a key that expires soon.
    Doubtful,
    /// Not as it should be, and nothing that could be made from here.
    Wrong,
}

/// One thing that a connection needs, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What, in few words: `version`, `company`, `right to post invoices`, `field slotledger_key of Sales Order`.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// What was found, or what would be made.
    pub detail: String,
    /// What to do about it, as an instruction to an ERP administrator; none where nothing is to be done.
    pub fix: Option<String>,
}

impl Check {
    /// Something that is as it should be.
    pub fn ready(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), standing: Standing::Ready, detail: detail.into(), fix: None }
    }

    /// Something that is not, and what to do about it.
    pub fn wrong(name: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.into(), standing: Standing::Wrong, detail: detail.into(), fix: Some(fix.into()) }
    }
}

/// Is told each [`Check`] as soon as it is known.
pub type Tell<'t> = &'t (dyn Fn(&Check) + Send + Sync);

/// Checks as they come in: each is told, then kept.
pub struct Checks<'t> {
    known: Vec<Check>,
    tell: Tell<'t>,
}

impl<'t> Checks<'t> {
    /// None yet.
    #[must_use]
    pub const fn told(tell: Tell<'t>) -> Self {
        Self { known: Vec::new(), tell }
    }

    /// One more.
    pub fn push(&mut self, check: Check) {
        (self.tell)(&check);
        self.known.push(check);
    }

    /// Some more.
    pub fn extend(&mut self, checks: impl IntoIterator<Item = Check>) {
        checks.into_iter().for_each(|check| self.push(check));
    }

    /// All of them, in the order they came in.
    #[must_use]
    pub fn all(self) -> Vec<Check> {
        self.known
    }
}

/// The kinds of master data that Slotledger refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// What is sold or used up.
    Item,
    /// Who buys.
    Customer,
    /// Who can earn a commission: an employee, a sales person, an agent, a vendor.
    Provider,
    /// Where materials leave from.
    Warehouse,
    /// What the books call a set of taxes.
    TaxTemplate,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Item, Self::Customer, Self::Provider, Self::Warehouse, Self::TaxTemplate];
}

/// One record of master data in the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The code by which postings refer to it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The unit an item is counted in.
    pub unit: Option<String>,
    /// Whether an item is kept in stock.
    pub stocked: bool,
    /// An item's net price in the company's currency, where the books have one.
    pub price: Option<Decimal>,
    /// Whether new documents may use it.
    pub active: bool,
}

/// A stretch of a longer list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most [`MAX_PAGE`].
    pub entries: Vec<T>,
    /// What to hand in for the next page; none at the end.
    pub next: Option<String>,
}

/// Days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// A document of the company in the books, whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Our key; none on a document that Slotledger did not make.
    pub key: Option<Key>,
    /// The identifier the ERP needs to fetch it again; what [`Administration::adopt`] takes.
    pub reference: String,
    /// The number a person reads on it.
    pub number: String,
    /// How firmly it stands.
    pub state: State,
    /// ISO 4217 code.
    pub currency: String,
    /// With tax, positive.
    pub total: Decimal,
    /// The day it belongs to.
    pub date: NaiveDate,
    /// Our code of its party, where it has one.
    pub party: Option<String>,
}

/// All accounts of the company, added up, in its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The sum of all debits.
    pub debit: Decimal,
    /// The sum of all credits.
    pub credit: Decimal,
}

/// What an administrator does with one ERP company.
#[async_trait]
pub trait Administration: Connector {
    /// Looks at everything a posting of any kind will need: credentials, version, company and its currency, a right for
    /// each kind of document, fields and sequences, clock and zone. With [`Mode::Apply`] it makes what is missing
    /// and can be made; repeating that changes nothing.
    ///
    /// # Errors
    /// Only when the ERP cannot be asked at all. What is wrong in it is a [`Check`].
    async fn prepare(&self, mode: Mode) -> Result<Vec<Check>, Failure> {
        self.prepare_telling(mode, &|_| {}).await
    }

    /// The same, for whoever watches.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    async fn prepare_telling(&self, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure>;

    /// Master data by code, a page at a time, beginning after `after`.
    async fn records(&self, kind: RecordKind, after: Option<&str>) -> Result<Page<Record>, Failure>;

    /// The company's documents of one kind whose day lies in `days`, ours and others', a page at a time, each once.
    ///
    /// Kinds that are no documents of their own in these books (see [`Kind`]) have none.
    async fn documents(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Failure>;

    /// Reads a document that somebody made by hand as what [`Connector::find_by_key`] would find, were the posting's key
    /// on it. Nothing is written, so that whoever asks can compare the two before [`Self::adopt`].
    ///
    /// # Errors
    /// [`Refused`](crate::Class::Refused) when there is no such document, it is of another kind or party, or it has
    /// another key already.
    async fn candidate(&self, posting: &Posting, reference: &str) -> Result<Document, Failure>;

    /// Writes the posting's key onto a document that somebody made by hand, so that it counts as the posting's.
    ///
    /// # Errors
    /// As [`Self::candidate`], before anything is written; or when the books do not let the key be written.
    async fn adopt(&self, posting: &Posting, reference: &str) -> Result<Document, Failure>;

    /// Tells a document that carries the posting's key apart from the one that the key is meant for, and says how it
    /// stands then. A draft of an entry is withdrawn, as the ERP does that. What is more than a draft keeps its effect and gets
    /// the key [`Key::surplus`] in the place of the posting's, under which it can be found, listed and countered.
    /// Repeating it changes nothing.
    ///
    /// Which of several it is, the caller has made sure of.
    ///
    /// # Errors
    /// [`Refused`](crate::Class::Refused) when there is no such document, it does not carry the key, or these books cannot:
    /// see [`Capabilities::sets_apart`](crate::Capabilities::sets_apart).
    async fn set_apart(&self, posting: &Posting, reference: &str) -> Result<State, Failure> {
        let kind = posting.kind().as_str().replace('_', " ");
        Err(Failure::refused(
            format!("the {kind} {reference} cannot be told apart from another one with its key"),
            "cancel or credit it in the ERP",
        )
        .because(Reason::Unsupported))
    }

    /// The journal, where these books show it nowhere else.
    fn journal(&self) -> Option<&dyn Journal> {
        None
    }

    /// The stock, where these books show it nowhere else.
    fn stock(&self) -> Option<&dyn Stock> {
        None
    }

    /// Makes, in a company that is there for tests, what the conformance suite uses: items, parties, stock. What
    /// stands already is used; everything made is named so that it can be told apart.
    async fn furnish(&self, run: &str, today: NaiveDate) -> Result<conformance::Setup, Failure>;

    /// The company's trial balance, added up.
    async fn balance(&self) -> Result<Balance, Failure>;
}
