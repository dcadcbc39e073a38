//! The line between the connector and the server, which fails at one chosen call.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Which calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    All,
    /// Those that may store something.
    Writes,
}

/// What the caller gets instead of the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// The connection closes.
    Cut,
    /// It closes half-way through the answer.
    Half,
    /// Another answer: status, further headers, body.
    Status(u16, &'static str, &'static str),
}

/// The call that fails, counted from 1, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) call: usize,
    pub(crate) counted: Counted,
    /// Whether the server gets to see the call.
    pub(crate) forwarded: bool,
    pub(crate) reply: Reply,
}

/// A line to `upstream`.
pub(crate) struct Line {
    address: String,
    struck: Arc<Mutex<Progress>>,
}

#[derive(Debug, Default)]
struct Progress {
    calls: usize,
    struck: Option<String>,
}

impl Line {
    /// Listens on a free port and serves until the test ends.
    pub(crate) fn to(upstream: &str, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
        let struck = Arc::new(Mutex::new(Progress::default()));
        let progress = Arc::clone(&struck);
        thread::spawn(move || {
            for client in listener.incoming() {
                // A client that went away is the connector's affair; the next one is served all the same.
                let _ = client.and_then(|client| serve(client, &upstream, fault, &progress));
            }
        });
        Self { address, struck }
    }

    pub(crate) fn url(&self) -> String {
        self.address.clone()
    }

    /// The method that failed, if the call was reached.
    pub(crate) fn struck(&self) -> Option<String> {
        self.struck.lock().unwrap().struck.clone()
    }
}

fn serve(mut client: TcpStream, upstream: &str, fault: Fault, progress: &Mutex<Progress>) -> io::Result<()> {
    let request = request(&mut client)?;
    let method = method(&request);
    if !strikes(&method, fault, progress) {
        return client.write_all(&forward(&request, upstream)?);
    }
    let answer = if fault.forwarded { forward(&request, upstream)? } else { Vec::new() };
    match fault.reply {
        Reply::Cut => {}
        Reply::Half => client.write_all(&answer[..answer.len() - answer.len().min(8)])?,
        Reply::Status(status, headers, body) => {
            let length = body.len();
            write!(
                client,
                "HTTP/1.1 {status} Fault\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            )?;
        }
    }
    client.shutdown(Shutdown::Both)
}

fn strikes(method: &str, fault: Fault, progress: &Mutex<Progress>) -> bool {
    let reads = ["read", "fields_get", "context_get", "has_access", "check_access_rights", "version", "authenticate"];
    if fault.counted == Counted::Writes && reads.iter().any(|end| method.ends_with(end)) {
        return false;
    }
    let mut progress = progress.lock().unwrap();
    progress.calls += 1;
    let strikes = progress.calls == fault.call;
    if strikes {
        progress.struck = Some(method.to_owned());
    }
    strikes
}

/// The whole request: its head, and as much body as the head says.
fn request(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let count = client.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(head) = head_length(&bytes) {
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if bytes.len() >= head + length.unwrap_or(0usize) {
                return Ok(bytes);
            }
        }
    }
}

fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|position| position + 4)
}

/// `sale.order.load`, by either protocol; the path where it is no call of a model.
fn method(request: &[u8]) -> String {
    let head = head_length(request).unwrap();
    let first = String::from_utf8_lossy(&request[..head]);
    let path = first.split(' ').nth(1).unwrap().to_owned();
    if let Some(call) = path.strip_prefix("/json/2/") {
        return call.replace('/', ".");
    }
    let Ok(call) = serde_json::from_slice::<serde_json::Value>(&request[head..]) else { return path };
    let params = &call["params"];
    match (params["args"][3].as_str(), params["args"][4].as_str()) {
        (Some(model), Some(method)) => format!("{model}.{method}"),
        _ => params["method"].as_str().unwrap().to_owned(),
    }
}

/// The server's answer to one request on a connection of its own.
fn forward(request: &[u8], upstream: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    let first_line = request.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    server.write_all(&request[..first_line])?;
    server.write_all(b"Connection: close\r\n")?;
    server.write_all(&request[first_line..])?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}
