//! What a company offers to anybody on its booking pages, and a booking by somebody without an account.
//!
//! Invariants: a company without such pages is told apart from none at all by nobody. What is shown is active, and offered by
//! somebody. Whoever books is a customer of their own, however their name and address read: nobody learns here who is one
//! already, and nobody books in another's name.
//!
//! Deliberately absent: what may be booked, which the rules say of a customer as of anybody.

mod visit;

pub(crate) use visit::UNSAID;
pub(in crate::app) use visit::command;

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::catalog::Catalog;
use super::request::earlier;
use super::{
    App, Booking, Error, OpeningsQuery, Providers, Refusal, Reply, Request, Result, SLOT_MINUTES, Strict,
};
use crate::model::{
    Actor, AppointmentId, Branch, BranchId, Company, CompanyId, Customer, CustomerId, Kind, Provider,
    ProviderId, Service, ServiceId,
};
use crate::store::{Answer, Patience};
pub use visit::{Visit, Way};

/// Who is named as having added such a customer.
const BY: &str = "The booking page";

/// What such a customer carries, so that staff can find them and join them with whom they know.
const BOOKED: (&str, &str) = ("booked", "online");

/// A household or an office shares an address; whoever only wants to take time away from others does not get far: each hold
/// ends by itself within minutes.
const OF_AN_ADDRESS: Patience = Patience { memory: TimeDelta::minutes(15), delay };

/// Bookings of an address that cost no waiting.
const FREE: u32 = 20;

fn delay(tries: u32) -> TimeDelta {
    if tries < FREE {
        TimeDelta::zero()
    } else {
        TimeDelta::seconds((15_i64 << (tries - FREE).min(6)).min(900))
    }
}

/// What a company offers on its booking pages.
pub struct Offer {
    /// Whose it is.
    pub id: CompanyId,
    catalog: Arc<Catalog>,
}

impl Offer {
    /// The company.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.catalog.company
    }

    /// What the pages are headed with.
    #[must_use]
    pub fn name(&self) -> &str {
        let Company { portal, name, .. } = self.company();
        portal.name.as_deref().unwrap_or(name)
    }

    /// The services, by name.
    #[must_use]
    pub fn services(&self) -> Vec<(ServiceId, &Service)> {
        let all = self.catalog.services.iter().map(|(id, service)| (ServiceId(*id), service));
        let mut offered: Vec<_> =
            all.filter(|(_, service)| service.active && !self.branches(service).is_empty()).collect();
        offered.sort_by_key(|(id, service)| (service.name.to_lowercase(), *id));
        offered
    }

    /// One of them.
    pub fn service(&self, id: ServiceId) -> Result<&Service> {
        let known = self.catalog.services.get(&id.0);
        known.filter(|known| known.active && !self.branches(known).is_empty()).ok_or(Error::NoPortal)
    }

    /// Where somebody offers it, by name.
    #[must_use]
    pub fn branches(&self, service: &Service) -> Vec<(BranchId, &Branch)> {
        let mut ids: Vec<BranchId> = self.offering(service).map(|(_, provider)| provider.branch).collect();
        ids.sort_unstable();
        ids.dedup();
        let known = |id: BranchId| Some((id, self.catalog.branches.get(&id.0)?));
        let mut all: Vec<_> = ids.into_iter().filter_map(known).filter(|(_, branch)| branch.active).collect();
        all.sort_by_key(|(id, branch)| (branch.name.to_lowercase(), *id));
        all
    }

    /// Who offers it there, by name.
    #[must_use]
    pub fn providers(&self, service: &Service, branch: BranchId) -> Vec<(ProviderId, &Provider)> {
        let mut all: Vec<_> =
            self.offering(service).filter(|(_, provider)| provider.branch == branch).collect();
        all.sort_by_key(|(id, provider)| (provider.name.to_lowercase(), *id));
        all
    }

    fn offering(&self, service: &Service) -> impl Iterator<Item = (ProviderId, &Provider)> {
        let known = |id: &ProviderId| Some((*id, self.catalog.providers.get(&id.0)?));
        service.providers.iter().filter_map(known).filter(|(_, provider)| provider.active)
    }
}

impl App {
    /// What a company offers, if it does so on pages.
    pub async fn portal(&self, id: CompanyId) -> Result<Offer> {
        let store = &*self.ports.store;
        if store.record(Kind::Company, id.0).await?.is_none() {
            return Err(Error::NoPortal);
        }
        let version = store.catalog_version(id).await?;
        let catalog = self.catalogs.at(store, id, version).await?;
        let Company { active, ref portal, .. } = catalog.company;
        if active && portal.open { Ok(Offer { id, catalog }) } else { Err(Error::NoPortal) }
    }

    /// Holds a time for somebody who was not known before. The same request again changes nothing more.
    pub async fn book_online(
        &self,
        offer: &Offer,
        (visitor, booking): (Customer, Booking),
        request: &Request,
        address: &str,
    ) -> Result<AppointmentId> {
        let service = offer.service(booking.service)?;
        let branch = booking.branch.ok_or_else(|| Error::field("branch", "has to be named"))?;
        let offered = offer.providers(service, branch);
        if booking.provider.is_some_and(|wanted| offered.iter().all(|(id, _)| *id != wanted)) {
            return Err(Error::NoPortal);
        }
        if let Some(answer) = earlier(&*self.ports.store, Some(request)).await? {
            return named(&answer);
        }
        self.may_try(&format!("portal:{address}"), OF_AN_ADDRESS).await?;
        self.check_free(&booking).await?;
        let (customer, is_new) = self.visitor(offer.id, visitor, request).await?;
        let booking = Booking { customer: Some(customer), ..booking };
        match self.hold(booking, Actor::Customer, Some(request)).await {
            Ok(Reply::Fresh(held)) => Ok(held.id),
            Ok(Reply::Replayed(answer)) => named(&answer),
            Err(error) => {
                if is_new {
                    self.forget_visitor(customer).await;
                }
                Err(error)
            }
        }
    }

    /// Passes if the time is offered still; else the rules say why not. It is asked before a customer is made, so that whoever
    /// comes too late mostly leaves none behind.
    async fn check_free(&self, booking: &Booking) -> Result<()> {
        let query = OpeningsQuery {
            service: booking.service,
            from: Some(booking.start),
            to: Some(booking.start + TimeDelta::seconds(1)),
            branch: booking.branch,
            providers: Providers(booking.provider.into_iter().collect()),
            guests: booking.guests,
            step_minutes: Some(SLOT_MINUTES),
            limit: Some(1),
            ranking: None,
            near: None,
            customer: None,
            gender: None,
            language: None,
            skill: None,
            strict: Strict::default(),
            moving: None,
        };
        let found = self.openings(query).await?;
        match found.reasons {
            _ if !found.openings.is_empty() => Ok(()),
            reasons if reasons.is_empty() => Err(Error::Taken(Vec::new())),
            findings => Err(Error::Refused(Refusal { findings, alternatives: Vec::new() })),
        }
    }

    /// The customer that the request makes, or made.
    async fn visitor(
        &self,
        company: CompanyId,
        mut visitor: Customer,
        request: &Request,
    ) -> Result<(CustomerId, bool)> {
        visitor.attributes.insert(BOOKED.0.to_owned(), BOOKED.1.to_owned());
        let own = Request { key: format!("{}:customer", request.key), ..request.clone() };
        match self.create_by(Some(BY), (Some(company), visitor), Some(&own)).await? {
            Reply::Fresh(stored) => Ok((CustomerId(stored.id), true)),
            Reply::Replayed(answer) => Ok((CustomerId(named::<AppointmentId>(&answer)?.0), false)),
        }
    }

    /// Takes a customer out of use who got nothing. If that fails, they stay: it harms nobody.
    async fn forget_visitor(&self, id: CustomerId) {
        let Ok(stored) = self.get::<Customer>(id.0).await else { return };
        let gone = Customer { active: false, ..stored.data };
        if let Err(error) = self.replace_by(Some(BY), (id.0, stored.version), gone).await {
            tracing::warn!(customer.id = %id, %error, "A customer whose booking came too late stays in use.");
        }
    }
}

/// The record that an earlier answer was about.
fn named<T: From<uuid::Uuid>>(answer: &Answer) -> Result<T> {
    let body: Value = serde_json::from_str(&answer.body).map_err(|error| Error::Inside(error.to_string()))?;
    let id = body["id"].as_str().and_then(|id| id.parse::<uuid::Uuid>().ok());
    id.map(T::from).ok_or_else(|| Error::Inside("an earlier answer names no record".to_owned()))
}
