//! How the connections to the books stand, for people: what answers there, whether it is being left alone, what waits.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use slotledger_erp::SystemInfo;
use utoipa::ToSchema;

use super::{App, Error, Result};
use crate::model::{Circuit, CircuitState, Company, CompanyId, Known, Stored};
use crate::store::{Backlog, Page};

/// How many companies are read at a time.
const BATCH: u32 = 500;

/// How a connection to the books stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Connection)]
pub struct ConnectionView {
    /// The name that companies know it by.
    pub name: String,
    /// What kind of ERP it is; null where companies name it and nothing is configured.
    pub kind: Option<&'static str>,
    /// Whose documents go there.
    pub companies: Vec<CompanyId>,
    /// What answered when it was last asked; null before.
    pub product: Option<String>,
    /// As the system states it.
    pub version: Option<String>,
    /// The company in the books.
    pub erp_company: Option<String>,
    /// ISO 4217 code of that company's currency.
    pub currency: Option<String>,
    /// When it was asked.
    pub checked_at: Option<DateTime<Utc>>,
    /// `closed` while documents are sent, `open` while it is left alone, `probing` while one document is tried; null
    /// before anything was sent.
    pub state: Option<CircuitState>,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When the next document is tried, while it is left alone.
    pub until: Option<DateTime<Utc>>,
    /// What the last failure said, while it does not answer.
    pub message: Option<String>,
    /// Documents that wait or are being sent.
    #[schema(minimum = 0)]
    pub pending: u32,
    /// Documents that wait for a person.
    #[schema(minimum = 0)]
    pub parked: u32,
    /// When the oldest of both was asked for.
    pub oldest: Option<DateTime<Utc>>,
}

impl App {
    /// Every connection that is configured, or that a company names, by name.
    pub async fn connections(&self) -> Result<Vec<ConnectionView>> {
        let mut views: BTreeMap<String, ConnectionView> = BTreeMap::new();
        for (name, link) in self.ports.books.iter() {
            views.insert(name.to_owned(), ConnectionView { kind: Some(link.kind), ..empty(name) });
        }
        let mut backlog: BTreeMap<CompanyId, Backlog> =
            self.ports.store.backlog().await?.into_iter().map(|backlog| (backlog.company, backlog)).collect();
        for Stored { id, data: Company { erp, .. }, .. } in self.companies().await? {
            let view = views.entry(erp.clone()).or_insert_with(|| empty(&erp));
            view.companies.push(CompanyId(id));
            if let Some(waiting) = backlog.remove(&CompanyId(id)) {
                view.add(&waiting);
            }
        }
        for known in self.ports.store.known_connections().await? {
            if let Some(view) = views.get_mut(&known.name) {
                view.know(known);
            }
        }
        Ok(views.into_values().collect())
    }

    /// All companies.
    pub(super) async fn companies(&self) -> Result<Vec<Stored<Company>>> {
        let mut all: Vec<Stored<Company>> = Vec::new();
        loop {
            let after = all.last().map(|company| company.id);
            let page: Vec<Stored<Company>> = self.list(None, Page { after, limit: BATCH }).await?;
            let complete = page.len() < BATCH as usize;
            all.extend(page);
            if complete {
                return Ok(all);
            }
        }
    }

    /// Asks what answers at a connection, and remembers it.
    pub async fn ask_connection(&self, name: &str) -> Result<SystemInfo> {
        let system = self.link(name)?.books.check().await.map_err(Error::Books)?;
        self.ports.store.note_system(name, &system, self.ports.clock.now()).await?;
        Ok(system)
    }

    /// Asks every connection what answers there; none that does not answer is an error.
    pub async fn ask_connections(&self) {
        let names: BTreeSet<String> = self.ports.books.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            if let Err(error) = self.ask_connection(&name).await {
                tracing::warn!(%error, erp.connection = name, "«{name}» could not be asked what it is");
            }
        }
    }

    /// Writes down what became of a connection's circuit.
    pub async fn keep_circuit(&self, circuit: &Circuit) -> Result<()> {
        Ok(self.ports.store.note_circuit(circuit).await?)
    }
}

fn empty(name: &str) -> ConnectionView {
    ConnectionView {
        name: name.to_owned(),
        kind: None,
        companies: Vec::new(),
        product: None,
        version: None,
        erp_company: None,
        currency: None,
        checked_at: None,
        state: None,
        since: None,
        until: None,
        message: None,
        pending: 0,
        parked: 0,
        oldest: None,
    }
}

impl ConnectionView {
    fn add(&mut self, waiting: &Backlog) {
        self.pending = self.pending.saturating_add(waiting.pending);
        self.parked = self.parked.saturating_add(waiting.parked);
        self.oldest = Some(self.oldest.map_or(waiting.oldest, |oldest| oldest.min(waiting.oldest)));
    }

    fn know(&mut self, known: Known) {
        if let Some((system, at)) = known.system {
            self.product = Some(system.product);
            self.version = Some(system.version);
            self.erp_company = Some(system.company);
            self.currency = Some(system.currency);
            self.checked_at = Some(at);
        }
        if let Some(circuit) = known.circuit {
            self.state = Some(circuit.state);
            self.since = Some(circuit.since);
            self.until = circuit.until;
            self.message = circuit.message;
        }
    }
}
