//! Two relays on one real store, delivering to the real ledger.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Body, CommissionEarned, Connector, Failure, Finish, Invoice, Item, Key, Kind, Line, Order, Party, Posting,
};
use slotledger_ledger::Ledger;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::clock::Clock;
use crate::model::{CompanyId, DeliveryState};
use crate::relay::{Books, Connection, Jitter, Ports, Relay, Settings};
use crate::store::conformance::house::{House, id, minute};
use crate::store::sqlite::Sqlite;
use crate::store::{DeliveryFilter, NewDelivery, SharedStore};

const APPOINTMENTS: i64 = 10;

/// Goes on from where the house's own time ends.
struct HouseClock(Instant);

impl Clock for HouseClock {
    fn now(&self) -> DateTime<Utc> {
        minute(1000) + TimeDelta::from_std(self.0.elapsed()).expect("a short test")
    }

    fn new_id(&self) -> Uuid {
        id()
    }
}

struct OneLedger(Arc<Ledger>);

#[async_trait]
impl Books for OneLedger {
    async fn connection(&self, _: CompanyId) -> Result<Connection, Failure> {
        Ok(Connection { name: "books".to_owned(), connector: self.0.clone() })
    }
}

fn key(appointment: i64, step: &str) -> Key {
    Key::parse(&format!("apt-{appointment}/1/{step}")).expect("a key")
}

fn party(code: &str) -> Party {
    Party { code: code.to_owned(), name: code.to_owned(), email: None, phone: None, address: None }
}

fn line() -> Line {
    let item = Item { code: "COOL".to_owned(), name: "Cooling System Service".to_owned() };
    Line::new(item, "Cooling System Service", Decimal::new(15, 1), Decimal::new(9999, 2))
}

/// An order, its invoice, and the commission on it: 1.5 × 99.99 is 149.985, rounded to 149.99.
fn chain(appointment: i64) -> Vec<NewDelivery> {
    let [order, invoice, commission] = ["order", "invoice", "commission"].map(|step| key(appointment, step));
    let currency = || "EUR".to_owned();
    let bodies = [
        Body::SalesOrder(Order {
            customer: party("CUSTOMER"),
            provider: party("PROVIDER"),
            currency: currency(),
            lines: vec![line()],
            start: minute(0),
            end: minute(60),
            commission_percent: Decimal::TEN,
        }),
        Body::SalesInvoice(Invoice {
            order: Some(order.clone()),
            customer: party("CUSTOMER"),
            currency: currency(),
            lines: vec![line()],
            finish: Finish::Posted,
            earners: Vec::new(),
            advances: Vec::new(),
        }),
        Body::Commission(CommissionEarned {
            invoice: invoice.clone(),
            provider: party("PROVIDER"),
            currency: currency(),
            base: Decimal::new(14999, 2),
            percent: Decimal::TEN,
            amount: Decimal::new(1500, 2),
        }),
    ];
    let keys = [order.clone(), invoice.clone(), commission];
    let after = [Vec::new(), vec![order], vec![invoice]];
    let date = NaiveDate::from_ymd_opt(2027, 1, 15).expect("a day");
    bodies
        .into_iter()
        .zip(keys)
        .zip(after)
        .map(|((body, key), after)| NewDelivery {
            posting: Posting { key, subject: format!("APT-{appointment:04}"), date, body },
            after,
        })
        .collect()
}

async fn ledger(path: &Path) -> Arc<Ledger> {
    let settings = slotledger_ledger::Settings {
        company: "Northwind Cooling".to_owned(),
        currency: "EUR".to_owned(),
        currency_digits: 2,
        tax_percent: Decimal::from(20),
    };
    Arc::new(Ledger::open(path, settings).await.expect("the books open"))
}

fn relay(
    store: &SharedStore,
    books: &Arc<Ledger>,
    stop: &watch::Sender<bool>,
) -> tokio::task::JoinHandle<()> {
    let ports = Ports {
        outbox: store.clone(),
        books: Arc::new(OneLedger(books.clone())),
        clock: Arc::new(HouseClock(Instant::now())),
        wake: Arc::new(Notify::new()),
        jitter: Box::new(|| Jitter(0)),
    };
    tokio::spawn(Arc::new(Relay::new(ports, Settings::default())).run(stop.subscribe()))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_deliver_every_document_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("store.db");
    let one: SharedStore = Arc::new(Sqlite::open(&path).await.expect("the store opens"));
    let other: SharedStore = Arc::new(Sqlite::open(&path).await.expect("the store opens again"));
    let books = ledger(&dir.path().join("books.db")).await;
    let house = House::build(&one).await;
    for appointment in 0..APPOINTMENTS {
        let mut change = house.hold(appointment * 60, appointment * 60 + 50);
        change.deliveries = chain(appointment);
        house.store(&one, change).await.expect("a free slot");
    }

    let stop = watch::Sender::new(false);
    let relays = [relay(&one, &books, &stop), relay(&other, &books, &stop)];
    let filter = DeliveryFilter { state: Some(DeliveryState::Done), ..DeliveryFilter::default() };
    let all = usize::try_from(3 * APPOINTMENTS).expect("a small number");
    let delivered = async {
        while one.deliveries(&filter, 0, 1000).await.expect("the outbox").len() < all {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = timeout(Duration::from_secs(60), delivered).await;
    let rows = one.deliveries(&DeliveryFilter::default(), 0, 1000).await.expect("the outbox");
    let stuck: Vec<_> = rows.iter().filter(|row| row.state != DeliveryState::Done).collect();
    assert!(in_time.is_ok(), "{stuck:#?}");
    stop.send_replace(true);
    for relay in relays {
        relay.await.expect("it ends in order");
    }

    let stands = books.filed(0, 1000).await.expect("the books are read");
    assert_eq!(stands.len(), all);
    for row in rows {
        assert_eq!(row.attempts, 1, "nobody was in anybody's way");
        let found = books.find_by_key(&row.posting).await.expect("the books are read");
        assert_eq!(found.len(), 1);
        let net = if found[0].kind == Kind::Commission { "15.00" } else { "149.99" };
        assert_eq!(found[0].net.to_string(), net);
    }
}
