//! The port between the relay and an ERP.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Document, Failure, Kind, Posted, Posting};

/// Who sees to it that a key is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyGuard {
    /// The ERP refuses a second document with the same key, whoever sends it.
    Unique,
    /// The ERP stores the key but allows a second one: our lease allows one writer, and a look-up comes first.
    LookUp,
}

/// How the ERP takes commissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commissions {
    /// As a document that is posted.
    Posted,
    /// The ERP makes it by itself when it posts the invoice; the connector finds it and compares the amount.
    Derived,
}

/// What takes the place of something an ERP cannot hold natively.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StandIn {
    /// The kind of document it is about.
    pub kind: Kind,
    /// What is made instead, as a sentence for an accountant.
    pub what: &'static str,
}

/// What an ERP can hold natively.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// Who sees to it that a key is used once.
    pub key_guard: KeyGuard,
    /// How commissions come about.
    pub commissions: Commissions,
    /// Whether documents may be in another currency than the company's.
    pub foreign_currency: bool,
    /// Whether one invoice may bill several orders.
    pub grouped_invoices: bool,
    /// The kinds of which a second document that carries a key can be set apart and countered, see
    /// [`Administration::set_apart`](crate::Administration::set_apart). None where the books take no second one.
    pub sets_apart: &'static [Kind],
    /// What is held by something else than the ERP's own kind of document.
    pub stand_ins: &'static [StandIn],
}

/// What answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemInfo {
    /// `Tryton`, `Slotledger ledger`.
    pub product: String,
    /// As the system states it.
    pub version: String,
    /// The company its documents belong to.
    pub company: String,
    /// ISO 4217 code of that company's currency.
    pub currency: String,
}

/// One ERP company that documents can be made in.
///
/// An implementation is three files: `client.rs` (HTTP), `mapping.rs` (pure) and `classify.rs`. It keeps no memory of
/// what it sent: the ERP is the memory.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// What this ERP can hold natively.
    fn capabilities(&self) -> Capabilities;

    /// Reaches the ERP, logs in, and says what answered. Changes nothing.
    async fn check(&self) -> Result<SystemInfo, Failure>;

    /// All documents in the books that this posting stands for: none, one, or, where something went wrong, more.
    ///
    /// They are found by [`Posting::key`] where the document can carry it. What has no key of its own in the
    /// books (a cancelled order, a commission that the ERP derives) is found by the key that the posting names.
    /// Changes nothing.
    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure>;

    /// Makes the document, or finishes one that was begun, and answers with it as the books then hold it.
    ///
    /// Looks the key up first: a document that stands is adopted and nothing is sent. Safe to repeat after any
    /// failure and any crash. Two calls with one key at the same time are the caller's fault (it holds a lease),
    /// unless [`Capabilities::key_guard`] is [`KeyGuard::Unique`].
    async fn post(&self, posting: &Posting) -> Result<Posted, Failure>;
}
