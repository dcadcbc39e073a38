//! Which books a company's documents go to, as the relay needs to know it.

use std::sync::Arc;

use async_trait::async_trait;
use slotledger_erp::{Connector, Failure};

use crate::app::{App, Error};
use crate::model::{Circuit, CompanyId, Mapping};

/// An ERP connection and its name.
#[derive(Clone)]
pub struct Connection {
    /// The name that companies know it by.
    pub name: String,
    /// What sends.
    pub connector: Arc<dyn Connector>,
    /// What our codes are called there.
    pub mapping: Arc<Mapping>,
}

/// Knows which books a company's documents go to.
#[async_trait]
pub trait Books: Send + Sync + 'static {
    /// The connection of this company, or why there is none for now.
    async fn connection(&self, company: CompanyId) -> Result<Connection, Failure>;

    /// The connection's circuit has changed.
    async fn note(&self, circuit: &Circuit);
}

#[async_trait]
impl Books for App {
    async fn connection(&self, company: CompanyId) -> Result<Connection, Failure> {
        match self.mapped_connection(company).await {
            Ok((name, link, mapping)) => Ok(Connection { name, connector: link.books, mapping }),
            // Not parked: once the connection is configured, everything queued goes out by itself.
            Err(error @ Error::NoConnection(_)) => Err(Failure::retry(error.to_string())),
            Err(error) => Err(Failure::retry(format!("the company could not be looked up: {error}"))),
        }
    }

    async fn note(&self, circuit: &Circuit) {
        if let Err(error) = self.keep_circuit(circuit).await {
            // It is only for looking at; the circuit itself is the relay's.
            tracing::warn!(%error, erp.connection = circuit.connection, "a circuit could not be written down");
        }
    }
}
