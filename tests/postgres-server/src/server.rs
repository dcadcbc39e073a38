//! One running server.
//!
//! Invariant: the script that runs it has a pipe from here as its standard input; when that closes, it stops the server
//! and removes its files. That covers a drop, a panic and a parent that was killed.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::programs;

const SCRIPT: &str = include_str!("serve.sh");

/// Enough for every test that runs at once, each with two hosts.
const SETTINGS: [&str; 4] = ["-c", "max_connections=300", "-c", "shared_buffers=64MB"];

/// What makes a server forget at a power failure, and fast.
const FORGETFUL: [&str; 4] = ["-c", "fsync=off", "-c", "full_page_writes=off"];

/// Whether what is committed survives a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It does not: right for tests, whose databases nobody needs afterwards.
    None,
    /// It does, as on a server that is taken seriously: right for measurements.
    Full,
}

/// A PostgreSQL server on a private socket. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    socket: String,
}

impl Server {
    /// Makes and starts a server; it takes some seconds.
    pub fn start(durability: Durability) -> Result<Self> {
        let programs = programs::directory()?;
        let (mut shell, work) = programs::shell(SCRIPT)?;
        shell.arg(programs).arg(work).args(SETTINGS).current_dir("/");
        match durability {
            Durability::None => shell.args(FORGETFUL),
            Durability::Full => &mut shell,
        };
        // A group of its own: Ctrl-C ends the tests, and they the server.
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = shell.spawn().context("cannot start a shell as PostgreSQL's user")?;
        let socket = socket(&mut child)?;
        Ok(Self { child, socket })
    }

    /// The address of its database `postgres`, whose user may do everything.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.socket.replace('/', "%2F"))
    }
}

/// The directory of the socket, which the script prints once the server answers.
fn socket(child: &mut Child) -> Result<String> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
    if line.is_empty() {
        let mut why = String::new();
        child.stderr.take().context("no messages")?.read_to_string(&mut why)?;
        bail!("PostgreSQL did not start ({})\n{why}", child.wait()?);
    }
    Ok(line.trim_end().to_owned())
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nobody is left to tell; the closed pipe ends the server all the same.
        let _ = self.child.wait();
    }
}
