//! A real PostgreSQL for the tests.

use anyhow::Result;
use slotledger_postgres_server::{Durability, Server};

use super::debian;
use crate::progress::step;

/// Starts a server that serves a whole run of the tests, installing PostgreSQL where there is none. It ends when the
/// server is dropped, or this program is killed.
pub(crate) fn start() -> Result<Server> {
    if !slotledger_postgres_server::installed() {
        debian::install(&["postgresql"], "to test the store on PostgreSQL")?;
    }
    step("starting PostgreSQL", |_| Server::start(Durability::None))
}
