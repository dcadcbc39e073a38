//! Slotledger documents in an Odoo server: Odoo 19 by JSON-2, Odoo 14 to 18 by JSON-RPC.
//!
//! Role: [`Odoo`] is a [`Connector`] and its [`Administration`](slotledger_erp::Administration). `client` speaks HTTP,
//! `mapping` turns documents into rows and records into documents without doing either, `classify.rs` sorts answers.
//! Making one document takes several calls in Odoo, so `steps/` holds their order, one file for each kind.
//!
//! Invariant: every step is decided from the state just read, never from what was sent. A call that was cut, or a
//! process that was killed between two calls, is finished by the next [`Connector::post`]. What is made is made by
//! `load` with an external identifier that follows from the key: Odoo itself refuses a second record with it.
//!
//! Deliberately absent: retrying, and any memory besides who is logged in.

mod administration;
mod classify;
mod client;
mod mapping;
mod session;
mod settings;
mod steps;

use std::sync::Arc;

use async_trait::async_trait;
use slotledger_erp::{
    Capabilities, Commissions, Connector, Document, Failure, KeyGuard, Kind, Posted, Posting, StandIn,
    SystemInfo,
};
use tokio::sync::Mutex;

pub use settings::{Error, Protocol, Settings};

use client::Client;
use session::Session;
use steps::Books;

/// One company in an Odoo server.
#[derive(Debug)]
pub struct Odoo {
    client: Client,
    settings: Settings,
    /// Documents are posted one after another: those posted at once to one company fail to serialise in Odoo.
    lane: Mutex<()>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Odoo {
    /// Takes the settings; reaches for the server only when asked for something.
    ///
    /// # Errors
    /// When the settings cannot work with any server.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let client = Client::new(&settings)?;
        Ok(Self { client, settings, lane: Mutex::new(()), session: Mutex::new(None) })
    }

    async fn books(&self) -> Result<Books<'_>, Failure> {
        let session = self.session().await?;
        Ok(Books::new(&self.client, session, &self.settings))
    }

    /// Who we are and where, asked for once.
    async fn session(&self) -> Result<Arc<Session>, Failure> {
        let mut known = self.session.lock().await;
        if let Some(session) = known.as_ref() {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(session::open(&self.client, &self.settings).await?);
        tracing::debug!(company = session.company.name, version = session.version.text, "reached Odoo");
        *known = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Credentials that were changed, or a server that was upgraded, are noticed by looking again.
    async fn forget(&self) {
        *self.session.lock().await = None;
    }
}

#[async_trait]
impl Connector for Odoo {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            key_guard: KeyGuard::Unique,
            commissions: Commissions::Posted,
            foreign_currency: true,
            grouped_invoices: true,
            sets_apart: &SETS_APART,
            stand_ins: &STAND_INS,
        }
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        self.forget().await;
        let session = self.session().await?;
        Ok(SystemInfo {
            product: "Odoo".to_owned(),
            version: session.version.text.clone(),
            company: session.company.name.clone(),
            currency: session.company.currency.code.clone(),
        })
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        steps::find(&self.books().await?, posting).await
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let _lane = self.lane.lock().await;
        let books = self.books().await?;
        let posted = steps::post(&books, posting).await.map_err(|failure| books.unsettled(failure));
        if let Err(Failure { class: slotledger_erp::Class::Reauthenticate, .. }) = &posted {
            self.forget().await;
        }
        posted
    }
}

/// The kinds of which a second document with a key can be told from the first.
static SETS_APART: [Kind; 4] = [Kind::SalesOrder, Kind::SalesInvoice, Kind::StockIssue, Kind::Commission];

/// What Odoo has no kind of document for.
static STAND_INS: [StandIn; 6] = [
    StandIn { kind: Kind::StockIssue, what: "a transfer to a location of what services consume" },
    StandIn { kind: Kind::StockReturn, what: "a transfer back from that location" },
    StandIn { kind: Kind::Commission, what: "a vendor bill of the provider" },
    StandIn { kind: Kind::CommissionReversal, what: "a vendor credit note of the provider" },
    StandIn { kind: Kind::Advance, what: "a customer payment, matched with the invoice later" },
    StandIn { kind: Kind::AdvanceRefund, what: "a payment to the customer, matched with the advance" },
];
