//! One HTTP request as it came in, and its answer.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// More than any connector sends; whoever sends more is broken, and the test should say so.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A call on its way to the server.
#[derive(Debug, Clone)]
pub struct Call {
    /// Counted from 1 in the order of arrival.
    pub number: usize,
    /// `POST /slotledger/rpc/ HTTP/1.1` and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
    bytes: Vec<u8>,
}

impl Call {
    /// `GET`, `POST` and so on.
    #[must_use]
    pub fn method(&self) -> &str {
        self.head.split_whitespace().next().unwrap_or_default()
    }

    /// The path and the query, as sent.
    #[must_use]
    pub fn target(&self) -> &str {
        self.head.split_whitespace().nth(1).unwrap_or_default()
    }

    /// Reads a whole request: its head, and as much body as the head says.
    pub(crate) fn read(client: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            let count = client.read(&mut chunk)?;
            if count == 0 || bytes.len() > MAX_BYTES {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(&chunk[..count]);
            let Some(end) = head_length(&bytes) else { continue };
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            if bytes.len() >= end + body_length(&head) {
                return Ok(Self { number: 0, body: bytes[end..].to_vec(), head, bytes });
            }
        }
    }

    /// The server's answer, on a connection of its own.
    pub(crate) fn forward(&self, upstream: &str) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(upstream)?;
        let first_line = self.bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        server.write_all(&self.bytes[..first_line])?;
        // The end of the answer is the end of the connection, whatever the answer's length is said to be.
        server.write_all(b"Connection: close\r\n")?;
        server.write_all(&self.bytes[first_line..])?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|position| position + 4)
}

fn body_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.unwrap_or(0)
}
