//! The booking path as the server runs it, HTTP left out.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use slotledger::app::{App, Booking, Command, Connections, Ports, Recording, Reply, Request};
use slotledger::clock::SystemClock;
use slotledger::model::{Actor, Appointment};
use slotledger::store::SharedStore;
use slotledger::store::sqlite::Sqlite;
use slotledger::wasm::Rules;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::company::Company;
use super::start;

/// Use cases on one file.
pub(crate) struct Hosted {
    pub(crate) app: Arc<App>,
    store: Sqlite,
}

impl Hosted {
    /// Folds the write-ahead log into the file.
    pub(crate) async fn close(self) {
        drop(self.app);
        self.store.close().await;
    }
}

/// Opens or makes the file.
pub(crate) async fn open(file: &Path, cache: &Path) -> Result<Hosted> {
    let store = Sqlite::open(file).await?;
    Ok(Hosted { app: on(Arc::new(store.clone()), cache)?, store })
}

/// The same, recording no decisions.
pub(super) async fn open_unrecorded(file: &Path, cache: &Path) -> Result<Hosted> {
    let store = Sqlite::open(file).await?;
    let app = App::new(ports(Arc::new(store.clone()), cache)?);
    let app = Arc::new(app.recording(Recording { keep_days: 0, ..Recording::default() }));
    Ok(Hosted { app, store })
}

/// Use cases on a store.
pub(super) fn on(store: SharedStore, cache: &Path) -> Result<Arc<App>> {
    Ok(Arc::new(App::new(ports(store, cache)?)))
}

fn ports(store: SharedStore, cache: &Path) -> Result<Ports> {
    Ok(Ports {
        store,
        rules: Rules::embedded(Some(cache))?,
        clock: Arc::new(SystemClock),
        books: Arc::new(Connections::default()),
        wake: Arc::new(Notify::new()),
    })
}

/// Every client makes these of its bookings, one after the other, at one of the hosts.
pub(crate) async fn book(hosts: &[Arc<App>], company: &Company, bookings: Range<usize>) -> Result<()> {
    let mut clients = JoinSet::new();
    for (client, app) in (0..company.providers.len()).zip(hosts.iter().cycle()) {
        let (app, company, bookings) = (app.clone(), company.clone(), bookings.clone());
        clients.spawn(async move {
            for n in bookings {
                one(&app, &company, client, n).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

async fn one(app: &App, company: &Company, client: usize, n: usize) -> Result<()> {
    let held =
        fresh(app.hold(booking(company, client, n)?, Actor::Staff, Some(&request("hold", client, n))).await)?;
    let confirm = request("confirm", client, n);
    fresh(app.command(held.id, None, Command::Confirm, Actor::Staff, Some(&confirm)).await)?;
    Ok(())
}

/// A client's n-th visit, held.
pub(crate) async fn hold(app: &App, company: &Company, client: usize, n: usize) -> Result<Appointment> {
    fresh(app.hold(booking(company, client, n)?, Actor::Staff, None).await)
}

fn booking(company: &Company, client: usize, n: usize) -> Result<Booking> {
    Ok(Booking {
        service: company.service,
        customer: Some(company.customer),
        case: None,
        start: start(company, n)?,
        end: None,
        provider: company.providers.get(client).copied(),
        branch: None,
        guests: None,
        units: Vec::new(),
        preferences: Vec::new(),
        currency: None,
        title: None,
        location: None,
        notes: None,
        remarks: None,
        coupon: None,
    })
}

fn fresh(reply: slotledger::app::Result<Reply<Appointment>>) -> Result<Appointment> {
    match reply.context("a booking was refused while it was measured")? {
        Reply::Fresh(appointment) => Ok(appointment),
        Reply::Replayed(_) => Err(anyhow!("every request has a key of its own")),
    }
}

/// A key and a fingerprint of the lengths that a real request has.
fn request(step: &str, client: usize, n: usize) -> Request {
    Request { key: format!("{step}-{client:04}-{n:08}"), fingerprint: format!("{client:032x}{n:032x}") }
}
