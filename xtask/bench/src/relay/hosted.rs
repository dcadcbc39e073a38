//! Documents on their way as the host sends them: claimed, sent and written down by a relay.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use slotledger::clock::SystemClock;
use slotledger::model::{CompanyId, DeliveryState};
use slotledger::relay::{Books, Connection, Jitter, Ports, Relay, Settings};
use slotledger::store::sqlite::Sqlite;
use slotledger::store::{DeliveryFilter, Outbox as _};
use slotledger_erp::{Failure, Posting};
use slotledger_tryton::Tryton;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

/// How often it is looked whether all have arrived: a few times a document would show in the figures.
const POLL_EVERY: Duration = Duration::from_millis(20);

/// More than one measurement asks for.
const PAGE: u32 = 10_000;

/// Every company's books are the one Tryton.
struct OneTryton(Arc<Tryton>);

#[async_trait]
impl Books for OneTryton {
    async fn connection(&self, _: CompanyId) -> Result<Connection, Failure> {
        Ok(Connection { name: "tryton".to_owned(), connector: self.0.clone() })
    }
}

/// What the outbox of this file asks for.
pub(super) async fn postings(file: &Path) -> Result<Vec<Posting>> {
    let store = Sqlite::open(file).await?;
    let waiting = store.deliveries(&DeliveryFilter::default(), 0, PAGE).await?;
    store.close().await;
    Ok(waiting.into_iter().map(|delivery| delivery.posting).collect())
}

/// Delivers all of it.
pub(super) async fn deliver(file: &Path, books: Arc<Tryton>, in_flight: u32) -> Result<()> {
    let store = Sqlite::open(file).await?;
    let ports = Ports {
        outbox: Arc::new(store.clone()),
        books: Arc::new(OneTryton(books)),
        clock: Arc::new(SystemClock),
        wake: Arc::new(Notify::new()),
        jitter: Box::new(Jitter::draw),
    };
    let (stop, stopped) = watch::channel(false);
    let relay = Arc::new(Relay::new(ports, Settings { in_flight, ..Settings::default() }));
    let running = tokio::spawn(relay.run(stopped));
    while store.next_delivery_at().await?.is_some() {
        sleep(POLL_EVERY).await;
    }
    stop.send_replace(true);
    running.await?;
    let parked = DeliveryFilter { state: Some(DeliveryState::Parked), ..DeliveryFilter::default() };
    let parked = store.deliveries(&parked, 0, 1).await?;
    let why = parked.first().and_then(|delivery| delivery.failure.as_ref());
    ensure!(why.is_none(), "a document was parked while it was measured: {why:?}");
    store.close().await;
    Ok(())
}
