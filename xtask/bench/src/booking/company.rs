//! A company to book at, with a provider for each client.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use slotledger::app::{App, Reply};
use slotledger::clock::{Clock, SystemClock};
use slotledger::model::{
    self, Branch, CompanyId, Customer, CustomerId, Master, PriceBasis, PriceRow, Provider, ProviderId,
    Service, ServiceId, Shift,
};

use super::{CLIENTS, hosted};

/// How long a visit takes.
pub(super) const VISIT_MINUTES: usize = 15;
const OPENS: u32 = 6;
const CLOSES: u32 = 22;
/// Visits that fit between opening and closing.
pub(super) const VISITS_A_DAY: usize = (CLOSES - OPENS) as usize * 60 / VISIT_MINUTES;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// What bookings name.
#[derive(Debug, Clone)]
pub(crate) struct Company {
    pub(super) id: CompanyId,
    pub(super) service: ServiceId,
    pub(super) customer: CustomerId,
    pub(super) providers: Vec<ProviderId>,
    /// The first visit's start.
    pub(super) first: DateTime<Utc>,
}

impl Company {
    /// Its identifier.
    pub(crate) const fn id(&self) -> CompanyId {
        self.id
    }

    /// Has somebody else book from now on, who has no history yet.
    pub(crate) async fn next_customer(&mut self, app: &App) -> Result<()> {
        self.customer = CustomerId(add(app, Some(self.id), customer()).await?);
        Ok(())
    }
}

/// Makes the company in a new database.
pub(crate) async fn make(file: &Path, cache: &Path) -> Result<Company> {
    let host = hosted::open(file, cache).await?;
    let company = fill(&host.app, CLIENTS).await?;
    host.close().await;
    Ok(company)
}

/// Adds the company to what is there, with a provider for each client.
pub(crate) async fn fill(app: &App, clients: usize) -> Result<Company> {
    let id = CompanyId(add(app, None, company()).await?);
    let branch = add(app, Some(id), branch()).await?;
    let mut providers = Vec::new();
    for n in 0..clients {
        providers.push(ProviderId(add(app, Some(id), provider(n, branch)?).await?));
    }
    let service = ServiceId(add(app, Some(id), service(&providers)).await?);
    let customer = CustomerId(add(app, Some(id), customer()).await?);
    Ok(Company { id, service, customer, providers, first: first()? })
}

async fn add<T: Master>(app: &App, company: Option<CompanyId>, data: T) -> Result<uuid::Uuid> {
    match app.create(company, data, None).await? {
        Reply::Fresh(stored) => Ok(stored.id),
        Reply::Replayed(_) => Err(anyhow!("a new database has no answers")),
    }
}

fn first() -> Result<DateTime<Utc>> {
    let tomorrow = (SystemClock.now() + TimeDelta::days(1)).date_naive();
    Ok(tomorrow.and_time(time(OPENS)?).and_utc())
}

fn time(hour: u32) -> Result<NaiveTime> {
    NaiveTime::from_hms_opt(hour, 0, 0).context("an hour of the day")
}

fn company() -> model::Company {
    model::Company {
        name: "Bench".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: Tz::UTC,
        erp: "ledger".to_owned(),
        hold_minutes: 60,
        offer_minutes: 60,
        late_cancel_fee: None,
        no_show_fee: None,
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        posting: model::PostingPolicy::default(),
        books_closed_until: None,
        coupons: Vec::new(),
        portal: model::Portal::default(),
        attributes: model::Attributes::new(),
        active: true,
    }
}

fn branch() -> Branch {
    Branch {
        name: "Bench".to_owned(),
        address: String::new(),
        time_zone: Tz::UTC,
        opening_hours: Vec::new(),
        holidays: Vec::new(),
        active: true,
    }
}

fn provider(n: usize, branch: uuid::Uuid) -> Result<Provider> {
    let (start, end) = (time(OPENS)?, time(CLOSES)?);
    let shift =
        |weekday| Shift { weekday, start, end, breaks: Vec::new(), valid_from: None, valid_until: None };
    Ok(Provider {
        name: format!("Provider {n}"),
        branch: branch.into(),
        // All earn as the one that the sample books know.
        party_code: Some("STAFF-SAM".to_owned()),
        commission_percent: None,
        gender: None,
        languages: Vec::new(),
        skills: Vec::new(),
        shifts: WEEK.map(shift).to_vec(),
        leave: Vec::new(),
        attributes: model::Attributes::new(),
        active: true,
    })
}

fn service(providers: &[ProviderId]) -> Service {
    Service {
        name: "Visit".to_owned(),
        item: "SVC-MAINT".to_owned(),
        duration_minutes: VISIT_MINUTES as u32,
        buffer_before_minutes: 0,
        buffer_after_minutes: 0,
        lead_time_minutes: 0,
        horizon_days: 90,
        cancel_cutoff_minutes: 0,
        reschedule_cutoff_minutes: 0,
        reschedule_limit: None,
        latest_start: None,
        min_guests: 1,
        max_guests: 1,
        prices: vec![PriceRow {
            description: "Visit".to_owned(),
            basis: PriceBasis::PerBooking,
            from_guests: 1,
            to_guests: None,
            unit_price: Decimal::new(4990, 2),
            list_price: None,
            item: None,
        }],
        deposit_percent: Decimal::ZERO,
        consumables: Vec::new(),
        commission_percent: Decimal::TEN,
        providers: providers.to_vec(),
        required_units: Vec::new(),
        seats: 1,
        switched_off: Vec::new(),
        attributes: model::Attributes::new(),
        active: true,
    }
}

fn customer() -> Customer {
    Customer {
        name: "Customer".to_owned(),
        email: None,
        phone: None,
        address: None,
        language: None,
        party_code: Some("CUST-ANA".to_owned()),
        attributes: model::Attributes::new(),
        active: true,
    }
}
