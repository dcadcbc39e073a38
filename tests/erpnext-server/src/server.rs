//! One running stand-in.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::{
    faults::Fault,
    fixtures,
    http::{Shared, router},
    site::{Request, Site, Target},
    values::{Doc, put, text},
};

/// What a stand-in starts with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The day in the site's zone; none is the day of this machine. The clock runs on from then.
    pub today: Option<NaiveDate>,
    /// The port; 0 is a free one.
    pub port: u16,
}

/// A stand-in on the loopback interface. It ends when this is dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: Option<Running>,
}

struct Running {
    end: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Server {
    /// Fills a company and serves it.
    pub fn start(options: Options) -> io::Result<Self> {
        let mut site = Site::new(moment(options.today));
        fixtures::fill(&mut site.store);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let address = listener.local_addr()?;
        site.store.url = format!("http://{address}");
        let shared = Arc::new(Shared::new(site));
        let running = Some(run(listener, Arc::clone(&shared))?);
        Ok(Self { shared, address, running })
    }

    /// Where it listens: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it at once. Its data stay. Returns when nothing listens any more.
    pub fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        // The receiver is gone only when the thread is.
        let _ = running.end.send(());
        let _ = running.thread.join();
    }

    /// Serves the same data on the same port again.
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        let listener = TcpListener::bind(self.address)?;
        self.running = Some(run(listener, Arc::clone(&self.shared))?);
        Ok(())
    }

    /// Switches a fault on.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults().add(fault);
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        self.shared.faults().clear();
    }

    /// Makes every request take a while, so that those sent together overlap.
    pub fn think(&self, time: Duration) {
        self.shared.think(time);
    }

    /// How many requests came that may store something.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.shared.writes()
    }

    /// Does what a person does at a desk, past all permissions: `POST`, `PUT` or `DELETE` of a document, or a `POST` of
    /// a new one where `name` is empty. Answers with the status and the body.
    pub fn desk(&self, method: &str, doctype: &str, name: &str, body: Value) -> (u16, Value) {
        let target = match name {
            "" => Target::Doctype(doctype.into()),
            name => Target::Document(doctype.into(), name.into()),
        };
        let mut site = self.shared.site();
        let seen = site.store.commits;
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request {
            method: method.into(),
            target,
            query: Default::default(),
            authorization: None,
            body,
            seen,
        };
        site.answer_to("Administrator", &request)
    }

    /// All documents of a type, as they are stored.
    #[must_use]
    pub fn all(&self, doctype: &str) -> Vec<Value> {
        let site = self.shared.site();
        site.store.table(doctype).map(|(_, doc)| Value::Object(doc.clone())).collect()
    }

    /// Takes a document type from the user a connector works as.
    pub fn deny(&self, doctype: &str) {
        self.change_user(|user| {
            let mut row = Doc::new();
            put(&mut row, "doctype", doctype);
            let mut denied = crate::values::take_rows(user, "denied");
            denied.push(row);
            crate::values::put_rows(user, "denied", denied);
        });
    }

    /// Gives the document type back that [`Self::deny`] took.
    pub fn allow(&self, doctype: &str) {
        self.change_user(|user| {
            let mut denied = crate::values::take_rows(user, "denied");
            denied.retain(|row| text(row, "doctype") != doctype);
            crate::values::put_rows(user, "denied", denied);
        });
    }

    /// Sets the counter of a naming series back to its beginning: `SAL-ORD-.YYYY.-`.
    pub fn rewind(&self, series: &str) {
        self.shared.site().store.rewind(series);
    }

    /// Replaces the secret of the user a connector works as: the old one is none any more.
    pub fn revoke(&self) {
        self.change_user(|user| put(user, "api_secret", "another"));
    }

    fn change_user(&self, change: impl FnOnce(&mut Doc)) {
        let mut site = self.shared.site();
        let found = site.store.table("User").find(|(_, user)| text(user, "api_key") == crate::USER.0);
        let Some(name) = found.map(|(name, _)| name.clone()) else { return };
        site.store.change("User", &name, change);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The stand-in is a clock of its own: a connector under test must not depend on this machine's.
#[allow(clippy::disallowed_methods, reason = "a real server has its own clock too")]
fn moment(today: Option<NaiveDate>) -> NaiveDateTime {
    let day = today
        .unwrap_or_else(|| chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive());
    day.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default())
}

fn run(listener: TcpListener, shared: Arc<Shared>) -> io::Result<Running> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (end, ended) = oneshot::channel();
    let thread = thread::spawn(move || {
        runtime.block_on(async {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let server = axum::serve(listener, router(shared));
            tokio::select! {
                _ = server => {}
                _ = ended => {}
            }
        });
        // Connections are cut, as when a process is killed.
        runtime.shutdown_background();
    });
    Ok(Running { end, thread })
}
