//! Real Odoo servers for tests, from Debian's archive.
//!
//! Role: [`provision`] installs one edition of Odoo into a chroot below the target directory and fills one database
//! with a company; [`Server`] serves a copy of that database on a free port.
//!
//! Invariant: nothing outside the target directory changes. What has to be mounted is mounted in a name space of the
//! process that needs it, so that it is gone with that process, also when it is killed. Every server has its own copy
//! of the data.
//!
//! Deliberately absent: anything that speaks Odoo's protocols. What stands in the books is the connector's affair.

mod archive;
mod chroot;
mod database;
mod edition;
mod server;
mod template;

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

pub use edition::{Edition, VARIABLE};
pub use server::Server;
pub use template::Template;

/// The company that the template's documents belong to.
pub const COMPANY: &str = "Slotledger Demo";

/// The login of the user with the rights a connector needs.
pub const USER: &str = "slotledger";

/// That user's password. The server listens on the loopback interface only and lives as long as a test.
pub const PASSWORD: &str = "slotledger-demo-only";

/// The login of the administrator, who has the same password.
pub const ADMINISTRATOR: &str = "admin";

/// Why Odoo cannot be installed on this machine, if it cannot.
#[must_use]
pub fn obstacle() -> Option<&'static str> {
    if !answers("debootstrap", &["--version"]) || !answers("apt-get", &["--version"]) {
        return Some("it is installed with debootstrap and apt-get: run `apt-get install debootstrap`");
    }
    // The very means by which it is installed and run later; it takes root.
    let isolated = ["--mount", "--pid", "--fork", "--kill-child", "true"];
    if !answers("unshare", &isolated) {
        return Some("its chroot takes root and the right to make a mount name space");
    }
    None
}

fn answers(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Installs an edition and fills a template database under `<workspace_target>/odoo`, unless both are there already.
///
/// From nothing it takes three to six minutes and two gigabytes, and it needs root on Debian. `postgres` is the
/// address of a PostgreSQL server that makes the template. `progress` is told what is being done. Several processes
/// may call it at once: one works, the others wait for it.
pub fn provision(
    workspace_target: &Path,
    edition: Edition,
    postgres: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<Template> {
    let dir = workspace_target.join("odoo").join(edition.number());
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let dir = dir.canonicalize()?;
    let _lock = lock(&dir, progress)?;
    if let Some(obstacle) = obstacle() {
        bail!("Odoo {} cannot be installed here: {obstacle}", edition.number());
    }
    let root = chroot::ensure(&dir, edition, progress)?;
    template::ensure(&dir, root, edition, postgres, progress)
}

/// Held by whoever provisions; the system releases it when that process ends.
fn lock(dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<File> {
    let file = File::create(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress("waiting for another process that sets Odoo up");
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the Odoo installation"),
    }
    Ok(file)
}

/// Whether the last finished run used the same inputs. The stamp is the inputs' own text.
fn stamped(stamp: &Path, inputs: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|last| last == inputs)
}
