//! A real Tryton server for tests, the demo and the benchmark.
//!
//! Role: [`provision`] installs Tryton from PyPI into the target directory and fills one database with a company;
//! [`Server`] serves a copy of it on a free port.
//!
//! Invariant: every server has its own copy of the data, and ends with the process that started it, also when that
//! process is killed.
//!
//! Deliberately absent: anything that speaks Tryton's protocol. What stands in the books is the connector's affair.

mod environment;
mod server;
mod template;

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use anyhow::{Context, Result};

pub use server::Server;
pub use template::{Engine, Template};

/// The company that the template's documents belong to.
pub const COMPANY: &str = "Slotledger Demo";

/// The login of the user with the rights a connector needs.
pub const USER: &str = "slotledger";

/// The login of the user who has what it takes to fill the company with what the conformance suite needs besides.
pub const CERTIFIER: &str = "slotledger-certify";

/// Both users' password. The server listens on the loopback interface only and lives as long as a test.
pub const PASSWORD: &str = "slotledger-demo-only";

/// The name of every SQLite server's database.
pub const DATABASE: &str = "slotledger";

/// Installs Tryton and fills a template database under `<workspace_target>/tryton`, unless both are there already.
///
/// From nothing it takes about a minute, and it needs `python3` with its `venv` module and PyPI. `progress` is told
/// before each long step. Several processes may call it at once: one works, the others wait for it.
pub fn provision(workspace_target: &Path, progress: &mut dyn FnMut(&str)) -> Result<Template> {
    provision_on(Engine::Sqlite, workspace_target, progress)
}

/// The same for servers that keep their data in `engine`. With PostgreSQL it takes a minute longer.
pub fn provision_on(
    engine: Engine,
    workspace_target: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Template> {
    let dir = workspace_target.join("tryton");
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let dir = dir.canonicalize()?;
    let _lock = lock(&dir, progress)?;
    let environment = environment::ensure(&dir, progress)?;
    template::ensure(&dir, environment, engine, progress)
}

/// Held by whoever provisions; the system releases it when that process ends.
fn lock(dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<File> {
    let file = File::create(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress("waiting for another process that sets Tryton up");
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the Tryton installation"),
    }
    Ok(file)
}

/// Whether the last finished run used the same inputs. The stamp is the inputs' own text.
fn stamped(stamp: &Path, inputs: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|last| last == inputs)
}
