//! The `slotledger` binary as its own process: set up, started, ended.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use slotledger_tryton_server as tryton;

use super::client::Client;
use crate::progress::{phase, step};
use crate::{rules, shell, workspace};

/// The first start compiles the rules component; on a busy machine that takes seconds.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Where the configuration that `slotledger init` writes takes Tryton's password from.
const PASSWORD: &str = "SLOTLEDGER_TRYTON_PASSWORD";
const POLL_EVERY: Duration = Duration::from_millis(50);

/// Builds the rules and the host, and answers with the binary's path.
pub(super) fn build() -> Result<PathBuf> {
    rules::build()?;
    phase("building slotledger", || {
        let mut cargo = shell::cargo();
        // The whole workspace, so that features are those of the tests and hardly a dependency is built twice.
        cargo.args(["build", "--workspace", "--bins"]);
        shell::run(&mut cargo, "mend what the compiler names")
    })?;
    Ok(workspace::build_directory().join("debug/slotledger"))
}

/// A directory that `slotledger init` filled.
#[derive(Debug)]
pub(super) struct Installation {
    binary: PathBuf,
    directory: PathBuf,
    tryton: Option<tryton::Server>,
}

impl Installation {
    /// Makes a fresh one with the sample company, whose books are the built-in ledger or this Tryton.
    pub(super) fn fresh(binary: &Path, directory: &Path, tryton: Option<tryton::Server>) -> Result<Self> {
        if directory.exists() {
            fs::remove_dir_all(directory)
                .with_context(|| format!("cannot remove {}", directory.display()))?;
        }
        let new = Self { binary: binary.to_owned(), directory: directory.to_owned(), tryton };
        step("setting up the sample company", |_| {
            shell::capture(&mut new.init(), "its message is above").map(drop)
        })?;
        Ok(new)
    }

    /// The one of an earlier run if there is one, else a fresh one.
    pub(super) fn kept(binary: &Path, directory: &Path) -> Result<Self> {
        if !directory.join("slotledger.toml").exists() {
            return Self::fresh(binary, directory, None);
        }
        Ok(Self { binary: binary.to_owned(), directory: directory.to_owned(), tryton: None })
    }

    /// Where the API key is written.
    pub(super) fn key_file(&self) -> PathBuf {
        self.directory.join("api-key")
    }

    fn init(&self) -> Command {
        let mut command = shell::program(&self.binary);
        command.args(["init", "--sample", "--dir"]).arg(&self.directory);
        command.arg("--key-file").arg(self.key_file());
        if let Some(server) = &self.tryton {
            command.args(["--tryton-url", &server.url()]);
            command.args(["--tryton-database", server.database(), "--tryton-user", server.user()]);
            command.env(PASSWORD, server.password());
        }
        command
    }

    /// Starts the server on this port and returns when it can serve. It logs to the screen, or to a file.
    pub(super) fn serve(&self, port: u16, log: Option<&Path>) -> Result<Running> {
        let mut command = shell::program(&self.binary);
        command.arg("serve").arg("--config").arg(self.directory.join("slotledger.toml"));
        command.env("SLOTLEDGER__SERVER__LISTEN", format!("127.0.0.1:{port}"));
        if let Some(server) = &self.tryton {
            command.env(PASSWORD, server.password());
        }
        if let Some(path) = log {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        } else {
            command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        }
        let key = fs::read_to_string(self.key_file()).context("`slotledger init` left no API key")?;
        let base = format!("http://127.0.0.1:{port}");
        let child = command.spawn().context("cannot start slotledger")?;
        let mut running = Running { child, client: Client::new(&base, key.trim()), base };
        step("starting slotledger", |_| running.wait_until_ready(log))?;
        Ok(running)
    }
}

/// A server. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    pub(super) client: Client,
    pub(super) base: String,
}

impl Running {
    fn wait_until_ready(&mut self, log: Option<&Path>) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while !self.client.ready() {
            if let Some(status) = self.child.try_wait()? {
                let words = log.map(fs::read_to_string).transpose()?.unwrap_or_default();
                bail!("slotledger ended at once with {status}\n{words}");
            }
            if Instant::now() > deadline {
                bail!("slotledger was not ready within {} s", START_LIMIT.as_secs());
            }
            thread::sleep(POLL_EVERY);
        }
        Ok(())
    }

    /// Waits until somebody ends it.
    pub(super) fn wait(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { bail!("slotledger ended with {status}") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on at this moment.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on the loopback interface")?;
    Ok(listener.local_addr()?.port())
}
