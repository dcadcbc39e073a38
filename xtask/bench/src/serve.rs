//! `serve.start_ms` and `serve.idle_rss_mib`: what a server costs that has nothing to do.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::report::{Row, median};

/// A start that takes longer than this has failed.
const LIMIT: Duration = Duration::from_secs(60);
const POLL_EVERY: Duration = Duration::from_millis(1);
/// What a server needs to have done all that it does at its start.
const SETTLED: Duration = Duration::from_secs(2);

/// Starts the binary on a sample company some times.
pub(crate) fn measure(host: &Path, scratch: &Path, quick: bool) -> Result<[Row; 2]> {
    let directory = scratch.join("company");
    let made = Command::new(host).args(["init", "--sample", "--dir"]).arg(&directory).output();
    let made = made.with_context(|| format!("cannot start {}", host.display()))?;
    ensure!(made.status.success(), "`slotledger init` failed: {}", String::from_utf8_lossy(&made.stderr));
    // The first start compiles the component into the cache.
    drop(start(host, &directory)?);
    let mut starts = Vec::new();
    for _ in 0..if quick { 3 } else { 15 } {
        let (_server, took) = start(host, &directory)?;
        starts.push(took.as_secs_f64() * 1e3);
    }
    let (server, _) = start(host, &directory)?;
    thread::sleep(SETTLED);
    let resident = resident_mib(server.0.id())?;
    Ok([
        row("serve.idle_rss_mib", resident, "MiB", "at most 64"),
        row("serve.start_ms", median(starts), "ms p50", "at most 200"),
    ])
}

fn row(name: &'static str, value: f64, unit: &'static str, target: &'static str) -> Row {
    Row { name, value, unit, against: None, ratio: None, against_what: None, target }
}

/// A server, ended when this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it and says how long it took until it could serve.
fn start(host: &Path, directory: &Path) -> Result<(Server, Duration)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(host);
    command.arg("serve").arg("--config").arg(directory.join("slotledger.toml"));
    command.env("SLOTLEDGER__SERVER__LISTEN", address.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let since = Instant::now();
    let mut server = Server(command.spawn()?);
    while !ready(address) {
        if let Some(status) = server.0.try_wait()? {
            bail!("`slotledger serve` ended at once with {status}");
        }
        ensure!(since.elapsed() < LIMIT, "`slotledger serve` was not ready within {} s", LIMIT.as_secs());
        thread::sleep(POLL_EVERY);
    }
    Ok((server, since.elapsed()))
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

fn resident_mib(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the kernel names no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().context("VmRSS is no number")?;
    Ok(kib / 1024.0)
}
