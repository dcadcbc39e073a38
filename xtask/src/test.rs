//! `cargo xtask test`: everything the tests need, then the tests.
//!
//! Invariant: the test runner prints last, so that the end of a log is its verdict.

use std::num::NonZeroUsize;

use anyhow::Result;

use crate::progress::phase;
use crate::setup::odoo::{self, With};
use crate::setup::{browser, node, postgres, python, registry, tryton, wasm};
use crate::{rules, shell};

/// Sets up, builds and tests; a filter is handed to the test runner.
pub(crate) fn test(filter: Option<&str>, with: &[With]) -> Result<()> {
    rules::build()?;
    let schemathesis = python::schemathesis()?;
    let (componentize_qjs, componentize_py) = (node::componentize_qjs()?, python::componentize_py()?);
    let browser = browser::ready()?;
    let cargo_for_extensions = wasm::cargo_for_extensions()?;
    tryton::ready()?;
    registry::install()?;
    build()?;
    let server = postgres::start()?;
    let editions = odoo::ready(with, &server.url())?;
    let run = |arguments: &[&str]| {
        let mut cargo = shell::cargo();
        cargo.args(arguments).args(filter).env("SLOTLEDGER_SCHEMATHESIS", &schemathesis);
        cargo.env("SLOTLEDGER_COMPONENTIZE_QJS", &componentize_qjs);
        cargo.env("SLOTLEDGER_COMPONENTIZE_PY", &componentize_py);
        cargo.env("SLOTLEDGER_BROWSER", &browser);
        cargo.envs(cargo_for_extensions.iter().map(|path| ("SLOTLEDGER_CARGO", path)));
        cargo.env(slotledger_postgres_server::VARIABLE, server.url());
        cargo.env(slotledger_odoo_server::VARIABLE, &editions);
        shell::run(&mut cargo, "the failures are above")
    };
    if !shell::exists("cargo-nextest") {
        return run(&["test", "--workspace"]);
    }
    if filter.is_none() {
        // nextest runs no documentation tests; they go first, so that its summary comes last.
        run(&["test", "--quiet", "--workspace", "--doc"])?;
    }
    run(&["nextest", "run", "--workspace", "--test-threads", &threads().to_string()])
}

/// Many tests wait for a hold, a lease or a server: one more than there are processors keeps those busy.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get) + 1
}

/// Builds the binaries together with the tests: some tests start the server as its own process, and features are
/// unified over the whole workspace, so that nothing is built twice.
fn build() -> Result<()> {
    phase("building the tests", || {
        let mut cargo = shell::cargo();
        cargo.args(["build", "--workspace", "--bins", "--tests"]);
        shell::run(&mut cargo, "mend what the compiler names")
    })
}
