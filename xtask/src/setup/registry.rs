//! A real OCI registry for the tests.

use anyhow::Result;

use super::debian;

/// Installs a registry where there is none.
pub(crate) fn install() -> Result<()> {
    if slotledger_registry_server::installed() {
        return Ok(());
    }
    debian::install(&["docker-registry"], "to test how extensions are published and fetched")
}
