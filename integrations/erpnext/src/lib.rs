//! Slotledger documents in an ERPNext 15 server, over its REST interface.
//!
//! Role: [`Erpnext`] is a [`Connector`] and an [`Administration`]. `client.rs` speaks HTTP, `mapping` turns documents
//! into bodies and records into documents without doing either, `classify.rs` sorts answers. `steps/` holds the order of
//! calls, one file for each kind of document.
//!
//! Invariant: a document is made and submitted in one request, with our key in a field that ERPNext keeps unique. A
//! request that may have stored something is never sent again without the key that would make it a duplicate, and a
//! duplicate is looked up and adopted.
//!
//! Deliberately absent: retrying, cookies, and any memory of what was sent.

mod administration;
mod classify;
mod client;
mod mapping;
mod steps;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono_tz::Tz;
use secrecy::SecretString;
use slotledger_erp::{
    Administration, Balance, Capabilities, Check, Commissions, Connector, Days, Document, Failure, KeyGuard,
    Kind, Listed, Mode, Page, Posted, Posting, Record, RecordKind, StandIn, SystemInfo, Tell, conformance,
};
use tokio::sync::OnceCell;

use client::Client;
use mapping::Company;
use steps::Books;

/// How to reach one company in one ERPNext site.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The site: `https://erp.example.com`.
    pub url: String,
    /// The API key of the user the connector works as.
    pub api_key: String,
    /// That key's secret.
    pub api_secret: SecretString,
    /// The company by its name; none takes the site's only one.
    pub company: Option<String>,
    /// The "Sales Taxes and Charges Template" whose rows are put on documents; none takes the company's default one.
    pub tax_template: Option<String>,
    /// The account that deposits are paid into; none takes the company's default cash account.
    pub deposit_account: Option<String>,
    /// The zone in which a visit has its day on an order, and its time in the order's note; none takes the site's own.
    pub time_zone: Option<Tz>,
    /// How long to wait for an answer. ERPNext itself waits up to 50 s for a lock.
    pub timeout: Duration,
}

impl Settings {
    /// How long to wait for an answer unless the settings say otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(75);

    /// Settings of which everything else is as usual.
    pub fn new(url: impl Into<String>, api_key: impl Into<String>, api_secret: SecretString) -> Self {
        Self {
            url: url.into(),
            api_key: api_key.into(),
            api_secret,
            company: None,
            tax_template: None,
            deposit_account: None,
            time_zone: None,
            timeout: Self::TIMEOUT,
        }
    }
}

/// Settings that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is none, or not one of a site.
    #[error("`{0}` is not the URL of an ERPNext site: write it as https://erp.example.com")]
    Url(String),
    /// The key or the secret has characters that no token has.
    #[error("the API key or its secret has characters that cannot be sent")]
    Token,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
}

/// One company in an ERPNext site.
#[derive(Debug)]
pub struct Erpnext {
    client: Client,
    settings: Settings,
    company: OnceCell<Arc<Company>>,
    zone: OnceCell<Tz>,
}

impl Erpnext {
    /// Takes the settings; reaches for the site only when asked for something.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            client: Client::new(&settings)?,
            settings,
            company: OnceCell::new(),
            zone: OnceCell::new(),
        })
    }

    async fn company(&self) -> Result<Arc<Company>, Failure> {
        let named = self.settings.company.as_deref();
        self.company.get_or_try_init(|| steps::company(&self.client, named)).await.map(Arc::clone)
    }

    async fn zone(&self) -> Result<Tz, Failure> {
        let named = self.settings.time_zone;
        self.zone.get_or_try_init(|| steps::zone(&self.client, named)).await.copied()
    }

    async fn books(&self) -> Result<Books<'_>, Failure> {
        Ok(Books::new(&self.client, self.company().await?, self.zone().await?, &self.settings))
    }
}

#[async_trait]
impl Connector for Erpnext {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            key_guard: KeyGuard::Unique,
            commissions: Commissions::Posted,
            foreign_currency: true,
            grouped_invoices: true,
            sets_apart: &[],
            stand_ins: &[
                StandIn {
                    kind: Kind::Commission,
                    what: "A row of the invoice's sales team, with the provider's share and incentive; nothing is \
                           posted to accounts.",
                },
                StandIn {
                    kind: Kind::CommissionReversal,
                    what: "A row of the credit note's sales team with a negative incentive.",
                },
                StandIn { kind: Kind::Advance, what: "A payment entry that is allocated to the order." },
                StandIn { kind: Kind::StockIssue, what: "A stock entry of the purpose Material Issue." },
                StandIn { kind: Kind::StockReturn, what: "A stock entry of the purpose Material Receipt." },
            ],
        }
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        steps::logged_in(&self.client).await?;
        let company = self.company().await?;
        Ok(SystemInfo {
            product: "ERPNext".to_owned(),
            version: steps::version(&self.client).await?,
            company: company.name.clone(),
            currency: company.default_currency.clone(),
        })
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        steps::find(&self.books().await?, posting).await
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let books = self.books().await?;
        let posted = steps::post(&books, posting).await;
        posted.map_err(|failure| books.unsettled(failure))
    }
}

#[async_trait]
impl Administration for Erpnext {
    async fn prepare_telling(&self, mode: Mode, tell: Tell<'_>) -> Result<Vec<Check>, Failure> {
        administration::prepare(&self.client, &self.settings, mode, tell).await
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>) -> Result<Page<Record>, Failure> {
        administration::records(&self.books().await?, kind, after).await
    }

    async fn documents(&self, kind: Kind, days: Days, after: Option<&str>) -> Result<Page<Listed>, Failure> {
        administration::documents(&self.books().await?, kind, days, after).await
    }

    async fn candidate(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        administration::candidate(&self.books().await?, posting, reference).await
    }

    async fn adopt(&self, posting: &Posting, reference: &str) -> Result<Document, Failure> {
        administration::adopt(&self.books().await?, posting, reference).await
    }

    async fn furnish(&self, run: &str, today: chrono::NaiveDate) -> Result<conformance::Setup, Failure> {
        administration::furnish(&self.books().await?, run, today).await
    }

    async fn balance(&self) -> Result<Balance, Failure> {
        administration::balance(&self.books().await?).await
    }
}
