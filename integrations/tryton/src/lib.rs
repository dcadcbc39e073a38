//! Slotledger documents in a Tryton 8.2 server, over its JSON-RPC.
//!
//! Role: [`Tryton`] is a [`Connector`]. `client.rs` speaks HTTP, `mapping` turns documents into calls and records into
//! documents without doing either, `classify.rs` sorts answers. Making one document takes several calls in Tryton, so
//! `steps/` holds their order, one file for each kind.
//!
//! Invariant: every step is decided from the state just read, never from what was sent. A call that was cut, or a
//! process that was killed between two calls, is finished by the next [`Connector::post`].
//!
//! Deliberately absent: retrying, and any memory besides the login session.

mod administration;
mod classify;
mod client;
mod mapping;
mod steps;

use async_trait::async_trait;
use secrecy::SecretString;
use slotledger_erp::{
    Capabilities, Commissions, Connector, Document, Failure, KeyGuard, Kind, Posted, Posting, StandIn,
    SystemInfo,
};

use classify::Effect;
use client::Client;
use steps::{Books, Habits};

/// What to do when the warehouse has less than was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnShortage {
    /// Refuse the issue until the stock is corrected.
    #[default]
    Refuse,
    /// Issue it all the same: the count goes negative until the next inventory. The user needs the right to force
    /// an assignment.
    Force,
}

/// How to reach one company in one Tryton database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server, without the database: `https://tryton.example.com`.
    pub url: String,
    /// The database.
    pub database: String,
    /// A login with the rights of an accounting clerk.
    pub user: String,
    /// Its password.
    pub password: SecretString,
    /// The company by its name; none takes the one the user works in.
    pub company: Option<String>,
    /// The location, by name or code, where materials go that a service used up. Its type is "Lost and Found".
    pub consumption_location: String,
    /// What to do when the warehouse has less than was used.
    pub on_shortage: OnShortage,
    /// The payment method, by its name in Tryton, for deposits that name none; none takes the only one there is.
    pub payment_method: Option<String>,
}

impl Settings {
    /// The location's name unless the settings say otherwise.
    pub const CONSUMPTION_LOCATION: &str = "Consumed by services";
}

/// Settings that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is none, or not one of a server.
    #[error("`{0}` is not the URL of a Tryton server: write it as https://tryton.example.com")]
    Url(String),
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
}

/// One company in a Tryton server.
#[derive(Debug)]
pub struct Tryton {
    client: Client,
    habits: Habits,
}

/// What Tryton has no document of its own for.
const STAND_INS: [StandIn; 5] = [
    StandIn {
        kind: Kind::Advance,
        what: "A posted entry from the payment method's account to the customer's receivable account, put towards the \
               invoice as any payment is.",
    },
    StandIn {
        kind: Kind::AdvanceRefund,
        what: "A posted entry from the customer's receivable account to the payment method's account, reconciled with \
               the deposit.",
    },
    StandIn {
        kind: Kind::StockIssue,
        what: "An internal shipment from the warehouse's storage to a location of the type Lost and Found.",
    },
    StandIn { kind: Kind::StockReturn, what: "An internal shipment back from there." },
    StandIn {
        kind: Kind::OrderAmendment,
        what: "The same sale with other lines, and a note on its first line; once it was processed, the note alone.",
    },
];

impl Tryton {
    /// Takes the settings; reaches for the server only when asked for something.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let habits = Habits {
            consumption_location: settings.consumption_location.clone(),
            on_shortage: settings.on_shortage,
            payment_method: settings.payment_method.clone(),
        };
        Ok(Self { client: Client::new(settings)?, habits })
    }

    async fn books(&self) -> Result<Books<'_>, Failure> {
        let company = self.client.company().await?;
        Ok(Books::new(&self.client, company, &self.habits))
    }
}

#[async_trait]
impl Connector for Tryton {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            key_guard: KeyGuard::LookUp,
            commissions: Commissions::Derived,
            foreign_currency: true,
            grouped_invoices: true,
            sets_apart: &[Kind::SalesOrder, Kind::SalesInvoice, Kind::StockIssue],
            stand_ins: &STAND_INS,
        }
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        let version = self.client.version().await?;
        let company = self.client.company().await?;
        // A session from an earlier call may have ended; only a call of its own shows that this login still works.
        self.client.call("model.res.user.get_preferences", vec![true.into()], Effect::Reads).await?;
        Ok(SystemInfo {
            product: "Tryton".to_owned(),
            version,
            company: company.name.clone(),
            currency: company.currency.clone(),
        })
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        steps::find(&self.books().await?, posting).await
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let books = self.books().await?;
        let posted = steps::post(&books, posting).await;
        // A document that stood was settled by looking alone.
        let adopted = !books.has_written();
        posted.map(|document| Posted { document, adopted }).map_err(|failure| books.unsettled(failure))
    }
}
