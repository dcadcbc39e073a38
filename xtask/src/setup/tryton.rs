//! A real Tryton to post to, under `target/tryton`.

use anyhow::Result;
use slotledger_tryton_server::{Template, provision};

use super::python;
use crate::progress::{announce, step};
use crate::workspace;

/// Installs Tryton and prepares its books, unless that has been done.
pub(crate) fn ready() -> Result<Template> {
    python::with_venv()?;
    let target = workspace::target();
    if !target.join("tryton").exists() {
        announce("installing Tryton from PyPI into target/tryton; about a minute, once");
    }
    step("preparing Tryton", |step| provision(&target, &mut |detail| step.detail(detail)))
}
