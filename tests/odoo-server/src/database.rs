//! Odoo's databases on a test's PostgreSQL server.
//!
//! Invariant: databases belong to the role `odoo`, because Odoo refuses to work as PostgreSQL's administrator.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};
use slotledger_postgres_server::{program, psql};

pub(crate) const ROLE: &str = "odoo";
/// Several processes may try at once; the one that comes late is content.
const MAKE_ROLE: &str = "DO $$ BEGIN CREATE ROLE odoo LOGIN; \
                         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n";

/// Where a PostgreSQL server is reached, and as whom.
#[derive(Debug, Clone)]
pub(crate) struct Socket {
    /// The directory of its socket.
    pub(crate) directory: PathBuf,
    /// The owner of that directory: nobody else may enter it.
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Socket {
    /// The socket in a server's address.
    pub(crate) fn of(postgres: &str) -> Result<Self> {
        let host = postgres.split_once('@').and_then(|(_, rest)| rest.split_once('/')).map(|(host, _)| host);
        let directory =
            host.map(|host| PathBuf::from(host.replace("%2F", "/"))).filter(|path| path.is_absolute());
        let Some(directory) = directory else {
            bail!(
                "Odoo is tested with a PostgreSQL server on a socket of this machine, not with {postgres}: \
                 unset {}",
                slotledger_postgres_server::VARIABLE
            );
        };
        let owner = directory.metadata().with_context(|| format!("cannot see {}", directory.display()))?;
        Ok(Self { user: owner.uid(), group: owner.gid(), directory })
    }
}

/// A new, empty database.
pub(crate) fn make(postgres: &str, name: &str) -> Result<()> {
    let create = format!("CREATE DATABASE {name} OWNER {ROLE} ENCODING 'UTF8' TEMPLATE template0;\n");
    psql(postgres, &format!("{MAKE_ROLE}{create}")).map(drop)
}

/// A copy of another database.
pub(crate) fn copy(postgres: &str, from: &str, name: &str) -> Result<()> {
    psql(postgres, &format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {from};\n")).map(drop)
}

/// Removes it, whoever still uses it.
pub(crate) fn remove(postgres: &str, name: &str) -> Result<()> {
    psql(postgres, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE);\n")).map(drop)
}

pub(crate) fn rename(postgres: &str, from: &str, to: &str) -> Result<()> {
    psql(postgres, &format!("ALTER DATABASE {from} RENAME TO {to};\n")).map(drop)
}

pub(crate) fn exists(postgres: &str, name: &str) -> Result<bool> {
    let query = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}';\n");
    Ok(psql(postgres, &query)? == "1")
}

/// Writes a database to a file.
pub(crate) fn dump(postgres: &str, name: &str, file: &Path) -> Result<()> {
    let mut dump = Command::new(program("pg_dump")?);
    dump.args(["--format=custom", "--compress=1", "--no-owner", "--file"])
        .arg(file)
        .arg(address(postgres, name));
    finished(dump, "pg_dump")
}

/// Fills an empty database from a file.
pub(crate) fn restore(postgres: &str, name: &str, file: &Path) -> Result<()> {
    let mut restore = Command::new(program("pg_restore")?);
    restore.args(["--no-owner", "--role", ROLE, "--jobs=2", "--exit-on-error", "--dbname"]);
    restore.arg(address(postgres, name)).arg(file);
    finished(restore, "pg_restore")
}

/// The server's address with another database.
fn address(postgres: &str, name: &str) -> String {
    let base = postgres.rsplit_once('/').map_or(postgres, |(base, _)| base);
    format!("{base}/{name}")
}

fn finished(mut command: Command, name: &str) -> Result<()> {
    let output: Output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
