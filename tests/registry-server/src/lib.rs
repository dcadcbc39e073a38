//! A real OCI registry for tests: Debian's `docker-registry`, on this machine only.
//!
//! Invariant: a registry ends with the process that started it, also when that process is killed, and leaves no file
//! behind.
//!
//! Deliberately absent: anything that knows what Slotledger keeps in it.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

const PROGRAM: &str = "docker-registry";
const SCRIPT: &str = include_str!("serve.sh");

/// The account of a registry that lets nobody else in.
pub const USER: &str = "author";
/// Its password.
pub const PASSWORD: &str = "a password for tests";
/// Its hash, as an htpasswd file has it.
const HASH: &str = "$2y$04$abcdefghijklmnopqrstuuU9tuCsSfvqLb3ZvMivaBDcGya0m8DpG";

/// Whom a registry lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// [`USER`] only.
    Closed,
}

/// A running registry. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
}

/// Whether there is a registry on this machine.
#[must_use]
pub fn installed() -> bool {
    program().is_ok()
}

fn program() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|directory| directory.join(PROGRAM)).find(|program| program.is_file());
    found.context("no registry was found: install it (Debian: apt-get install docker-registry)")
}

impl Server {
    /// Makes and starts a registry, which is empty.
    pub fn start(access: Access) -> Result<Self> {
        let account = match access {
            Access::Open => String::new(),
            Access::Closed => format!("{USER}:{HASH}"),
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "sh"]).arg(program()?).arg(account).current_dir("/");
        // A group of its own: Ctrl-C ends the tests, and they the registry.
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = shell.spawn().context("cannot start a shell")?;
        let mut address = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut address)?;
        if address.is_empty() {
            let mut why = String::new();
            child.stderr.take().context("no messages")?.read_to_string(&mut why)?;
            bail!("the registry did not start ({})\n{why}", child.wait()?);
        }
        Ok(Self { child, address: address.trim_end().to_owned() })
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nobody is left to tell; the closed pipe ends the registry all the same.
        let _ = self.child.wait();
    }
}
