//! A real PostgreSQL for the tests.

use anyhow::Result;
use slotledger_postgres_server::{Durability, Server};

use super::debian;
use crate::progress::step;

/// Installs PostgreSQL where there is none.
pub(crate) fn install() -> Result<()> {
    if slotledger_postgres_server::installed() {
        return Ok(());
    }
    debian::install(&["postgresql"], "to test and measure the store on PostgreSQL")
}

/// Starts a server that serves a whole run of the tests. It ends when the server is dropped, or this program is killed.
pub(crate) fn start() -> Result<Server> {
    install()?;
    step("starting PostgreSQL", |_| Server::start(Durability::None))
}
