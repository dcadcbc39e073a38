//! Where PostgreSQL's programs are, and as whom they run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Debian keeps each version's programs apart, and only the clients in PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The user that the server runs as when its caller is root, which PostgreSQL refuses to run as.
const USER: &str = "postgres";

/// Whether there is a PostgreSQL server on this machine.
#[must_use]
pub fn installed() -> bool {
    directory().is_ok()
}

/// One of the programs that come with the server: `pg_dump`.
pub fn program(name: &str) -> Result<PathBuf> {
    Ok(directory()?.join(name))
}

/// The directory with `initdb` and `postgres`: of PATH, or else Debian's newest.
pub(crate) fn directory() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).find(|directory| complete(directory)).or_else(newest);
    found.context("PostgreSQL was not found: install its server (Debian: apt-get install postgresql)")
}

fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).ok()?.flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    versions.filter(|(_, directory)| complete(directory)).max().map(|(_, directory)| directory)
}

fn complete(directory: &Path) -> bool {
    ["initdb", "postgres", "pg_isready"].iter().all(|program| directory.join(program).is_file())
}

/// A shell that runs `script` as somebody PostgreSQL accepts, and a directory that this user may write to.
pub(crate) fn shell(script: &str) -> Result<(Command, PathBuf)> {
    if !is_root()? {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]);
        return Ok((shell, env::temp_dir()));
    }
    let mut shell = Command::new("runuser");
    shell.args(["-u", USER, "--", "sh", "-c", script, "sh"]);
    // Root's own directory for temporary files may be closed to others.
    Ok((shell, PathBuf::from("/tmp")))
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output().context("cannot run `id`")?;
    if !output.status.success() {
        bail!("`id -u` ended with {}", output.status);
    }
    Ok(output.stdout.trim_ascii() == b"0")
}
