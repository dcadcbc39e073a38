//! Documents on their way as the host sends them: claimed, sent and written down by a relay.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use async_trait::async_trait;
use slotledger::clock::{Clock as _, SystemClock};
use slotledger::model::{Circuit, CompanyId, DeliveryState};
use slotledger::relay::{Books, Connection, Jitter, Ports, Relay, Settings};
use slotledger::store::sqlite::Sqlite;
use slotledger::store::{DeliveryFilter, Outbox as _, Outcome, Span};
use slotledger_erp::{Capabilities, Connector, Document, Failure, Posted, Posting, SystemInfo};
use slotledger_tryton::Tryton;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

/// How often it is looked whether the last outcome is written down, once the books have answered for all.
const POLL_EVERY: Duration = Duration::from_millis(1);

/// As many as a relay claims at once at most: those in flight and those ahead of them.
const MOST_CLAIMED: u32 = 8;

/// Longer than a claim is held that is put back at once.
const LEASE: Duration = Duration::from_secs(60);

/// More than one measurement asks for.
const PAGE: u32 = 10_000;

/// Every company's books are the one Tryton.
struct OneTryton(Arc<Counted>);

#[async_trait]
impl Books for OneTryton {
    async fn connection(&self, _: CompanyId) -> Result<Connection, Failure> {
        Ok(Connection { name: "tryton".to_owned(), connector: self.0.clone(), mapping: Arc::default() })
    }

    async fn note(&self, _: &Circuit) {}
}

/// Tells when it has answered for the last document: whoever looked before would show in the figures.
struct Counted {
    tryton: Arc<Tryton>,
    left: AtomicUsize,
    last: Notify,
}

#[async_trait]
impl Connector for Counted {
    fn capabilities(&self) -> Capabilities {
        self.tryton.capabilities()
    }

    async fn check(&self) -> Result<SystemInfo, Failure> {
        self.tryton.check().await
    }

    async fn find_by_key(&self, posting: &Posting) -> Result<Vec<Document>, Failure> {
        self.tryton.find_by_key(posting).await
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, Failure> {
        let answer = self.tryton.post(posting).await;
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.last.notify_one();
        }
        answer
    }
}

/// What the outbox of this file asks for.
pub(super) async fn postings(file: &Path) -> Result<Vec<Posting>> {
    let store = Sqlite::open(file).await?;
    let waiting = store.deliveries(&DeliveryFilter::default(), 0, PAGE).await?;
    store.close().await;
    Ok(waiting.into_iter().map(|delivery| delivery.posting).collect())
}

/// An outbox as a relay has it open that is at work: what it does once in all its life, opening it and preparing each
/// statement, is measured by nobody.
pub(super) async fn open(file: &Path) -> Result<Sqlite> {
    let store = Sqlite::open(file).await?;
    // Whoever reads beside somebody else has a connection of their own, which reads the schema first.
    tokio::try_join!(store.next_delivery_at(&[]), store.next_delivery_at(&[]))?;
    let now = SystemClock.now();
    for limit in 1..=MOST_CLAIMED {
        for delivery in store.claim_deliveries("bench", LEASE, now, limit, &[]).await? {
            let span = Span { started: now, finished: now };
            store.finish_delivery(delivery.id, "bench", &Outcome::Untried, span).await?;
        }
    }
    Ok(store)
}

/// Delivers all of it, that is so many documents.
pub(super) async fn deliver(
    store: &Sqlite,
    tryton: Arc<Tryton>,
    documents: usize,
    in_flight: u32,
) -> Result<()> {
    let counted = Arc::new(Counted { tryton, left: AtomicUsize::new(documents), last: Notify::new() });
    let ports = Ports {
        outbox: Arc::new(store.clone()),
        books: Arc::new(OneTryton(counted.clone())),
        clock: Arc::new(SystemClock),
        wake: Arc::new(Notify::new()),
        jitter: Box::new(Jitter::draw),
    };
    let (stop, stopped) = watch::channel(false);
    let relay = Arc::new(Relay::new(ports, Settings { in_flight, ..Settings::default() }));
    let running = tokio::spawn(relay.run(stopped));
    counted.last.notified().await;
    while store.next_delivery_at(&[]).await?.is_some() {
        sleep(POLL_EVERY).await;
    }
    stop.send_replace(true);
    running.await?;
    let parked = DeliveryFilter { state: Some(DeliveryState::Parked), ..DeliveryFilter::default() };
    let parked = store.deliveries(&parked, 0, 1).await?;
    let why = parked.first().and_then(|delivery| delivery.failure.as_ref());
    ensure!(why.is_none(), "a document was parked while it was measured: {why:?}");
    Ok(())
}
