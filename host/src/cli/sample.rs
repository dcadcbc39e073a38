//! A sample company, with identifiers that stay the same, so that documentation can name them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::app::{App, Connections, Error, Ports, Reply, sample};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{Company, CompanyId, Master, Stored};
use crate::store::{self, SharedStore};
use crate::{connections, wasm::Rules};

/// The sample company's name.
pub(super) use crate::app::sample::COMPANY;

/// Who makes it.
const BY: &str = "init";

/// Gives the sample's records the identifiers `01980000-0000-7000-8000-00000000000n`, in the order they are made.
struct Numbered(AtomicU64);

impl Numbered {
    fn nth(n: u64) -> Uuid {
        Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
    }

    /// The identifier given last.
    fn last(&self) -> Uuid {
        Self::nth(self.0.load(Ordering::Relaxed) - 1)
    }
}

impl Clock for Numbered {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now()
    }

    fn new_id(&self) -> Uuid {
        Self::nth(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Makes the sample company, its books in the connection of this name.
pub(super) async fn fill(kept: &SharedStore, config: &Config, erp: &str) -> anyhow::Result<()> {
    let numbers = Arc::new(Numbered(AtomicU64::new(1)));
    let books = connections::open(&config.erp, &config.notices).await;
    let app = App::new(Ports {
        store: kept.clone(),
        rules: Rules::embedded(config.rules.cache.as_deref())?,
        clock: numbers.clone(),
        books: Arc::new(books.unwrap_or_else(|_| Connections::default())),
        wake: Arc::new(Notify::new()),
    });
    let company = CompanyId(found(&app, &numbers, erp).await?.id);
    let branch = add(&app, &numbers, company, sample::branch()).await?.id;
    let mut people = Vec::new();
    for (name, party) in sample::PROVIDERS {
        people.push(add(&app, &numbers, company, sample::provider(name, party, branch)).await?.id);
    }
    add(&app, &numbers, company, sample::service(&people)).await?;
    add(&app, &numbers, company, sample::customer()).await?;
    app.stock_sample(erp).await.context("the sample's stock was refused")
}

/// Makes the company, or takes the one that an interrupted run made.
async fn found(app: &App, numbers: &Numbered, erp: &str) -> anyhow::Result<Stored<Company>> {
    match app.found_sample(BY, sample::company(erp, "EUR")).await {
        Err(Error::Store(store::Error::Exists(_))) => Ok(app.get(numbers.last()).await?),
        made => made.context("the sample company was refused"),
    }
}

/// Makes a record, or takes the one that an interrupted run made.
async fn add<T: Master>(
    app: &App,
    numbers: &Numbered,
    company: CompanyId,
    data: T,
) -> anyhow::Result<Stored<T>> {
    match app.create(Some(company), data, None).await {
        Ok(Reply::Fresh(stored)) => Ok(stored),
        Ok(Reply::Replayed(_)) => Err(anyhow!("a request without a key was repeated")),
        Err(Error::Store(store::Error::Exists(_))) => Ok(app.get(numbers.last()).await?),
        Err(error) => Err(error).with_context(|| format!("the sample {} was refused", T::KIND.as_str())),
    }
}
