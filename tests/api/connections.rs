//! What clients cost that connect and ask for nothing.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::Host;

/// Connections that are open at once.
const OPEN: u64 = 500;
/// What one of them may take, bytes: its buffers, and nothing of the API.
const EACH: u64 = 64 << 10;

#[tokio::test]
async fn idle_connections_cost_next_to_nothing() {
    let host = Host::on_ledger();
    let address = host.url().trim_start_matches("http://").to_owned();
    host.get("/api/v1/services").await.expect(200);
    let before = host.resident_bytes();
    let mut open = Vec::new();
    for _ in 0..OPEN {
        open.push(TcpStream::connect(&address).await.expect("a connection"));
    }
    // Connections are taken in turn: once the last one has its answer, those before it have been taken.
    let last = open.last_mut().expect("a connection");
    last.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("it is sent");
    let mut answer = [0; 12];
    last.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
    let grown = host.resident_bytes().saturating_sub(before);
    assert!(grown < OPEN * EACH, "{OPEN} idle connections took {} kB", grown >> 10);
}
