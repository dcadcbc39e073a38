//! What is changed of a company that is there: how its customers book, and each of its services.
//!
//! Deliberately absent: what the pages do not ask about, which stays as it is; the API changes it.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{App, Error, Result};
use crate::model::{Company, CompanyId, FieldError, Master, Portal, PriceRow, Service, Stored};

/// Of a company what its settings ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// How long a hold keeps its slots, minutes.
    pub hold_minutes: u32,
    /// Whether customers book for themselves.
    pub is_open: bool,
    /// What stands on the first of their pages.
    pub greeting: String,
    /// How a deposit is paid.
    pub payment: String,
}

/// Of a service what its page asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its name.
    pub name: String,
    /// Minutes.
    pub duration_minutes: u32,
    /// Net; none leaves the prices as they are.
    pub price: Option<Decimal>,
    /// The part asked for in advance.
    pub deposit_percent: Decimal,
    /// Whether it can be booked.
    pub active: bool,
}

impl App {
    /// Changes a company that is still as the form was filled.
    pub async fn set_company(&self, by: &str, id: CompanyId, version: i64, wanted: Settings) -> Result<()> {
        let old = self.get::<Company>(id.0).await?;
        let company = wanted.applied(old.data.clone())?;
        if company != old.data {
            self.replace_by(Some(by), (id.0, version), company).await?;
        }
        Ok(())
    }

    /// Changes a service of a company that is still as the form was filled.
    pub async fn set_service(
        &self,
        by: &str,
        company: CompanyId,
        (id, version): (Uuid, i64),
        wanted: Terms,
    ) -> Result<()> {
        let old = self.own::<Service>(company, id).await?;
        let service = wanted.applied(old.data.clone())?;
        if service != old.data {
            self.replace_by(Some(by), (id, version), service).await?;
        }
        Ok(())
    }

    /// What a company offers and what it has withdrawn, by name.
    pub async fn services_ever(&self, company: CompanyId) -> Result<Vec<Stored<Service>>> {
        let mut all = self.all_of::<Service>(company).await?;
        all.sort_by_key(|service| (!service.data.active, service.data.name.to_lowercase(), service.id));
        Ok(all)
    }
}

impl Settings {
    /// As they stand.
    #[must_use]
    pub fn of(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            hold_minutes: company.hold_minutes,
            is_open: company.portal.open,
            greeting: company.portal.greeting.clone(),
            payment: company.portal.payment.clone(),
        }
    }

    fn applied(self, company: Company) -> Result<Company> {
        let Self { name, hold_minutes, is_open, greeting, payment } = self;
        let portal = Portal { open: is_open, greeting, payment, ..company.portal };
        checked(Company { name, hold_minutes, portal, ..company })
    }
}

impl Terms {
    /// As they stand.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        Self {
            name: service.name.clone(),
            duration_minutes: service.duration_minutes,
            price: only_price(service).map(|row| row.unit_price),
            deposit_percent: service.deposit_percent,
            active: service.active,
        }
    }

    fn applied(self, service: Service) -> Result<Service> {
        let Self { name, duration_minutes, price, deposit_percent, active } = self;
        let mut prices = service.prices.clone();
        if let (Some(price), Some(_), [row]) = (price, only_price(&service), prices.as_mut_slice()) {
            row.unit_price = price;
            // On documents it is called as the service is, unless somebody called it otherwise.
            if row.description == service.name {
                row.description.clone_from(&name);
            }
        }
        checked(Service { name, duration_minutes, prices, deposit_percent, active, ..service })
    }
}

/// The price of a service that has one, whoever comes; none where its prices are finer than that.
fn only_price(service: &Service) -> Option<&PriceRow> {
    match service.prices.as_slice() {
        [row] if row.list_price.is_none() => Some(row),
        _ => None,
    }
}

/// The record, if its values have a sensible shape; faults are named as the forms name their fields.
fn checked<T: Master>(record: T) -> Result<T> {
    let spoken = |error: FieldError| FieldError {
        field: match error.field.as_str() {
            "prices[0].unit_price" => "price".to_owned(),
            field => field.strip_prefix("portal.").unwrap_or(field).to_owned(),
        },
        ..error
    };
    let errors: Vec<_> = record.check().into_iter().map(spoken).collect();
    if errors.is_empty() { Ok(record) } else { Err(Error::Invalid(errors)) }
}
