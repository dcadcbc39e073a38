//! A server to measure, as its own process.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// A start that takes longer than this has failed.
const LIMIT: Duration = Duration::from_secs(60);
const POLL_EVERY: Duration = Duration::from_millis(1);

/// A server, ended when this is dropped.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took until it could serve.
    pub(crate) took: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Makes the directory of a company; gives its API key.
    pub(crate) fn init(host: &Path, directory: &Path, sample: bool) -> Result<String> {
        let key = directory.with_extension("key");
        let mut command = Command::new(host);
        command.arg("init").arg("--dir").arg(directory).arg("--key-file").arg(&key);
        if sample {
            command.arg("--sample");
        }
        let made = command.output().with_context(|| format!("cannot start {}", host.display()))?;
        ensure!(made.status.success(), "`slotledger init` failed: {}", String::from_utf8_lossy(&made.stderr));
        let key = fs::read_to_string(key).context("`slotledger init` makes a key")?;
        Ok(key.trim().to_owned())
    }

    /// Starts it and waits until it can serve.
    pub(crate) fn start(host: &Path, directory: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(host);
        command.arg("serve").arg("--config").arg(directory.join("slotledger.toml"));
        command.env("SLOTLEDGER__SERVER__LISTEN", address.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let since = Instant::now();
        let mut server = Self { process: command.spawn()?, address, took: Duration::ZERO };
        while !ready(address) {
            if let Some(status) = server.process.try_wait()? {
                bail!("`slotledger serve` ended at once with {status}");
            }
            ensure!(since.elapsed() < LIMIT, "`slotledger serve` was not ready within {} s", LIMIT.as_secs());
            thread::sleep(POLL_EVERY);
        }
        server.took = since.elapsed();
        Ok(server)
    }

    /// Memory that it has in use, MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("the kernel names no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().context("VmRSS is no number")?;
        Ok(kib / 1024.0)
    }
}

fn ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}
