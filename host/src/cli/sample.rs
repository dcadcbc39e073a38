//! A sample company, with identifiers that stay the same, so that documentation can name them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use chrono::{DateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use slotledger_erp::{Item, Key};
use slotledger_ledger::Receipt;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::app::{App, Connections, Error, Ports, Reply};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Erp};
use crate::model::{
    Attributes, Branch, Break, Company, CompanyId, Consumable, Customer, Master, OpeningHours, Portal,
    PostingPolicy, PriceBasis, PriceRow, Provider, Service, Shift, Stored,
};
use crate::store::{self, SharedStore};
use crate::{connections, wasm::Rules};

/// The sample company's name.
pub(super) const COMPANY: &str = "Brightwater Services";
const ZONE: Tz = chrono_tz::Europe::Berlin;
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

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
    let app = App::new(Ports {
        store: kept.clone(),
        rules: Rules::embedded(config.rules.cache.as_deref())?,
        clock: numbers.clone(),
        books: Arc::new(
            connections::open(&config.erp, &config.notices).await.unwrap_or_else(|_| Connections::default()),
        ),
        wake: Arc::new(Notify::new()),
    });
    let company = CompanyId(add(&app, &numbers, None, company(erp)).await?.id);
    let branch = add(&app, &numbers, Some(company), branch()).await?.id;
    let sam = add(&app, &numbers, Some(company), provider("Sam Weber", "STAFF-SAM", branch)).await?.id;
    let kim = add(&app, &numbers, Some(company), provider("Kim Lange", "STAFF-KIM", branch)).await?.id;
    add(&app, &numbers, Some(company), service(&[sam, kim])).await?;
    add(&app, &numbers, Some(company), customer()).await?;
    if let Some(Erp::Ledger(settings)) = config.erp.get(erp) {
        stock(&connections::ledger(erp, settings).await?).await?;
    }
    Ok(())
}

/// Makes a record, or takes the one that an interrupted run made.
async fn add<T: Master>(
    app: &App,
    numbers: &Numbered,
    company: Option<CompanyId>,
    data: T,
) -> anyhow::Result<Stored<T>> {
    match app.create(company, data, None).await {
        Ok(Reply::Fresh(stored)) => Ok(stored),
        Ok(Reply::Replayed(_)) => Err(anyhow!("a request without a key was repeated")),
        Err(Error::Store(store::Error::Exists(_))) => Ok(app.get(numbers.last()).await?),
        Err(error) => Err(error).with_context(|| format!("the sample {} was refused", T::KIND.as_str())),
    }
}

fn company(erp: &str) -> Company {
    Company {
        name: COMPANY.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: ZONE,
        erp: erp.to_owned(),
        hold_minutes: 10,
        offer_minutes: 60,
        late_cancel_fee: Some(Decimal::new(2500, 2)),
        no_show_fee: Some(Decimal::new(4000, 2)),
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        posting: PostingPolicy::default(),
        books_closed_until: None,
        coupons: Vec::new(),
        portal: Portal::default(),
        attributes: Attributes::new(),
        active: true,
    }
}

fn branch() -> Branch {
    let open = |weekday| OpeningHours { weekday, start: time(7), end: time(20) };
    Branch {
        name: "Brightwater Berlin".to_owned(),
        address: "Spreeufer 4, 10178 Berlin".to_owned(),
        time_zone: ZONE,
        opening_hours: WEEK.map(open).to_vec(),
        holidays: Vec::new(),
        active: true,
    }
}

fn provider(name: &str, party: &str, branch: Uuid) -> Provider {
    let shift = |weekday| Shift {
        weekday,
        start: time(8),
        end: time(18),
        breaks: vec![Break { start: time(13), end: time(14) }],
        valid_from: None,
        valid_until: None,
    };
    Provider {
        name: name.to_owned(),
        branch: branch.into(),
        party_code: Some(party.to_owned()),
        commission_percent: None,
        gender: None,
        languages: Vec::new(),
        skills: Vec::new(),
        shifts: WEEK.map(shift).to_vec(),
        leave: Vec::new(),
        attributes: Attributes::new(),
        active: true,
    }
}

fn service(providers: &[Uuid]) -> Service {
    Service {
        name: "Maintenance visit".to_owned(),
        item: "SVC-MAINT".to_owned(),
        duration_minutes: 60,
        buffer_before_minutes: 10,
        buffer_after_minutes: 10,
        lead_time_minutes: 60,
        horizon_days: 90,
        cancel_cutoff_minutes: 24 * 60,
        reschedule_cutoff_minutes: 24 * 60,
        reschedule_limit: Some(3),
        latest_start: Some(time(17)),
        min_guests: 1,
        max_guests: 1,
        prices: vec![PriceRow {
            description: "Maintenance visit".to_owned(),
            basis: PriceBasis::PerBooking,
            from_guests: 1,
            to_guests: None,
            unit_price: Decimal::new(12990, 2),
            list_price: None,
            item: None,
        }],
        deposit_percent: Decimal::ZERO,
        consumables: vec![Consumable {
            item: "MAT-FILTER".to_owned(),
            quantity: Decimal::ONE,
            unit: "Unit".to_owned(),
            warehouse: "WH".to_owned(),
        }],
        commission_percent: Decimal::TEN,
        providers: providers.iter().copied().map(Into::into).collect(),
        required_units: Vec::new(),
        seats: 1,
        switched_off: Vec::new(),
        attributes: Attributes::new(),
        active: true,
    }
}

fn customer() -> Customer {
    Customer {
        name: "Ana Customer".to_owned(),
        email: Some("ana@customer.example".to_owned()),
        phone: None,
        address: Some("Lindenallee 12, 10115 Berlin".to_owned()),
        language: Some("en".to_owned()),
        party_code: Some("CUST-ANA".to_owned()),
        attributes: Attributes::new(),
        active: true,
    }
}

/// Something to use up, so that the first completed visit finds its materials.
async fn stock(ledger: &slotledger_ledger::Ledger) -> anyhow::Result<()> {
    let key = Key::parse("sample/opening-stock/mat-filter").context("the sample's key")?;
    let receipt = Receipt {
        key,
        date: SystemClock.now().date_naive(),
        item: Item { code: "MAT-FILTER".to_owned(), name: "Filter cartridge".to_owned() },
        quantity: Decimal::from(1000),
        unit: "Unit".to_owned(),
        unit_cost: Decimal::new(750, 2),
        warehouse: "WH".to_owned(),
    };
    ledger.receive(&receipt).await?;
    ledger.close().await;
    Ok(())
}

const fn time(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}
