//! A database of a test's own.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::{Durability, Server, VARIABLE, programs};

/// The server makes the name up, because several processes ask at once.
const CREATE: &str = "SELECT 'slotledger_' || replace(gen_random_uuid()::text, '-', '') AS name \\gset\n\
                      CREATE DATABASE :name;\n\\echo :name\n";

/// The server of this process, where the environment names none.
static OWN: Mutex<Option<Server>> = Mutex::new(None);

/// A new, empty database. It is removed when this is dropped, whoever still uses it.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one on the server that [`VARIABLE`] names, or else on one that is started for this process.
    pub fn create() -> Result<Self> {
        let server = shared()?;
        let name = psql(&server, CREATE)?;
        Ok(Self { server, name })
    }

    /// Its name on its server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        let (base, parameters) = match self.server.split_once('?') {
            Some((base, parameters)) => (base, format!("?{parameters}")),
            None => (self.server.as_str(), String::new()),
        };
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        format!("{base}/{}{parameters}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // One that stays is removed with its server.
        let _ = psql(&self.server, &format!("DROP DATABASE {} WITH (FORCE);\n", self.name));
    }
}

/// The address of the server that the tests of a run share: the one [`VARIABLE`] names, or else one that is started for
/// this process.
pub fn shared() -> Result<String> {
    if let Ok(url) = env::var(VARIABLE) {
        return Ok(url);
    }
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    let server = match own.take() {
        Some(server) => server,
        None => Server::start(Durability::None)?,
    };
    Ok(own.insert(server).url())
}

/// Runs a script on the server with this address and gives what it printed.
pub fn psql(server: &str, script: &str) -> Result<String> {
    let mut psql = Command::new(programs::directory()?.join("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]);
    psql.arg(server).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = psql.spawn().context("cannot start psql")?;
    child.stdin.take().context("no input")?.write_all(script.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("psql ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
