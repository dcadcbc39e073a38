//! A line between a connector and its ERP that fails as lines do.
//!
//! Role: tests put a [`Proxy`] before a real server and say for each call what goes wrong with it. The server behind it
//! is never told: what it stored, it has stored.
//!
//! Invariant: a call reaches the server once or not at all, whole, on a connection of its own.
//!
//! Deliberately absent: TLS and keep-alive. Both ends are on this machine, and a cut has to hit one call only.

mod message;

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub use message::Call;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The answer takes this much longer.
    Delay(Duration),
    /// The connection closes before the server sees the call.
    CutBefore,
    /// The server answers, and the connection closes before the caller hears it.
    CutAfter,
    /// The connection closes half-way through the answer.
    Half,
    /// The answer comes in small pieces with a pause before each.
    Drip(Duration),
    /// The caller hears something else than the server's answer.
    Instead {
        /// Whether the server sees the call all the same.
        forwarded: bool,
        /// The HTTP status.
        status: u16,
        /// Further header lines, each ended by a line break.
        headers: &'static str,
        /// The body.
        body: &'static str,
    },
}

/// The pieces a dripping answer comes in: a few dozen for an ordinary document.
const DRIP_BYTES: usize = 64;

/// What is left out of an answer that breaks off.
const MISSING_BYTES: usize = 8;

type Plan = dyn FnMut(&Call) -> Fault + Send;

/// A line to one server.
pub struct Proxy {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    plan: Box<Plan>,
    calls: usize,
    struck: usize,
}

impl Proxy {
    /// Listens on a free loopback port and serves until the test's process ends. `plan` is asked about every call in the
    /// order in which they come in.
    ///
    /// # Errors
    /// When no port is free, or `upstream` is no `http://` address.
    pub fn to(upstream: &str, plan: impl FnMut(&Call) -> Fault + Send + 'static) -> io::Result<Self> {
        let upstream = upstream.strip_prefix("http://").map(|rest| rest.trim_end_matches('/').to_owned());
        let upstream = upstream.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Mutex::new(State { plan: Box::new(plan), calls: 0, struck: 0 }));
        let shared = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &upstream, &shared));
        Ok(Self { url, state })
    }

    /// Where the caller finds it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many calls came in.
    #[must_use]
    pub fn calls(&self) -> usize {
        lock(&self.state).calls
    }

    /// How many of them something was wrong with.
    #[must_use]
    pub fn struck(&self) -> usize {
        lock(&self.state).struck
    }
}

impl State {
    fn judge(&mut self, call: &mut Call) -> Fault {
        self.calls += 1;
        call.number = self.calls;
        let fault = (self.plan)(call);
        self.struck += usize::from(fault != Fault::None);
        fault
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, upstream: &str, state: &Arc<Mutex<State>>) {
    for client in listener.incoming().flatten() {
        let (upstream, state) = (upstream.to_owned(), Arc::clone(state));
        // A client that went away is the connector's affair; the others are served all the same.
        thread::spawn(move || serve(client, &upstream, &state));
    }
}

fn serve(mut client: TcpStream, upstream: &str, state: &Mutex<State>) -> io::Result<()> {
    let mut call = Call::read(&mut client)?;
    let fault = lock(state).judge(&mut call);
    let answer = match fault {
        Fault::CutBefore | Fault::Instead { forwarded: false, .. } => Vec::new(),
        Fault::None
        | Fault::Delay(_)
        | Fault::CutAfter
        | Fault::Half
        | Fault::Drip(_)
        | Fault::Instead { forwarded: true, .. } => call.forward(upstream)?,
    };
    reply(&mut client, fault, &answer)?;
    client.shutdown(Shutdown::Both)
}

fn reply(client: &mut TcpStream, fault: Fault, answer: &[u8]) -> io::Result<()> {
    match fault {
        Fault::None => client.write_all(answer),
        Fault::Delay(pause) => {
            thread::sleep(pause);
            client.write_all(answer)
        }
        Fault::CutBefore | Fault::CutAfter => Ok(()),
        Fault::Half => client.write_all(&answer[..answer.len().saturating_sub(MISSING_BYTES)]),
        Fault::Drip(pause) => drip(client, answer, pause),
        Fault::Instead { status, headers, body, .. } => {
            let length = body.len();
            write!(
                client,
                "HTTP/1.1 {status} Fault\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            )
        }
    }
}

fn drip(client: &mut TcpStream, answer: &[u8], pause: Duration) -> io::Result<()> {
    for piece in answer.chunks(DRIP_BYTES) {
        thread::sleep(pause);
        client.write_all(piece)?;
        client.flush()?;
    }
    Ok(())
}
