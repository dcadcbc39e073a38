//! What somebody has to do on a day, and finishing it with the customer's signature.
//!
//! Invariant: the day is the one of the branch, whatever the clock in somebody's pocket says. Deliberately absent: what can be
//! done with a job, which the rules say, and places on holds, which are nobody's job yet.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::catalog::Catalog;
use super::{App, Command, Error, Request, Result, calendar};
use crate::model::{
    Acting, Appointment, AppointmentId, Branch, BranchId, Case, CompanyId, Customer, Note, Photo, Provider,
    ProviderId, Service, Signature, Status, Stored,
};
use crate::store::{AppointmentFilter, Page};

/// Jobs of a provider on a day. A visit takes five minutes at least, and nobody does two hundred.
const JOBS: u32 = 200;

/// What stands as the reason where a hold ran out: it never was anybody's job.
const RAN_OUT: &str = "hold_expired";

/// A day's work.
#[derive(Debug, Clone)]
pub struct Workday {
    /// The present moment.
    pub now: DateTime<Utc>,
    /// The zone that the day is meant in.
    pub zone: Tz,
    /// The present day there.
    pub today: NaiveDate,
    /// The day it is about.
    pub day: NaiveDate,
    /// What there is to do, in the order of starts.
    pub jobs: Vec<Job>,
}

/// An appointment as whoever performs it needs it.
#[derive(Debug, Clone)]
pub struct Job {
    /// It.
    pub appointment: Appointment,
    /// The zone of its branch.
    pub zone: Tz,
    /// What is done.
    pub service: Service,
    /// For whom.
    pub customer: Customer,
    /// What it is a part of.
    pub case: Option<String>,
    /// What it is done with.
    pub units: Vec<String>,
    /// Where: what was agreed, else the customer's address.
    pub address: Option<String>,
    /// The branch, where there is no address.
    pub branch: String,
    /// Who signed for it.
    pub signature: Option<Signature>,
    /// What was noted about the work.
    pub notes: Vec<Note>,
    /// What was photographed of it.
    pub photos: Vec<Photo>,
}

/// A signature that was given on a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ink {
    /// Whose.
    pub name: String,
    /// What was drawn.
    pub drawing: Option<String>,
}

impl App {
    /// What these providers, who are one person, have to do on a day; none means today.
    pub async fn workday(&self, who: &[ProviderId], day: Option<NaiveDate>) -> Result<Workday> {
        let (store, now) = (&*self.ports.store, self.ports.clock.now());
        let mut calendars = Vec::with_capacity(who.len());
        for id in who {
            let Stored { company, data: provider, .. } = self.get::<Provider>(id.0).await?;
            let version = store.catalog_version(CompanyId(company)).await?;
            let catalog = self.catalogs.at(store, CompanyId(company), version).await?;
            let zone = branch(&catalog, provider.branch)?.time_zone;
            calendars.push((*id, catalog, zone));
        }
        let zone = calendars.first().map_or(Tz::UTC, |(.., zone)| *zone);
        let today = now.with_timezone(&zone).date_naive();
        let day = day.unwrap_or(today);
        let mut jobs = Vec::new();
        for (provider, catalog, zone) in calendars {
            let (start, end) = calendar::day(zone, day);
            let filter = AppointmentFilter {
                provider: Some(provider),
                from: Some(start),
                to: Some(end),
                ..AppointmentFilter::default()
            };
            let found = store.appointments(&filter, Page { after: None, limit: JOBS }).await?;
            for appointment in found.into_iter().filter(is_job) {
                jobs.push(self.job(&catalog, appointment).await?);
            }
        }
        jobs.sort_by_key(|job| (job.appointment.start, job.appointment.id));
        Ok(Workday { now, zone, today, day, jobs })
    }

    async fn job(&self, catalog: &Catalog, appointment: Appointment) -> Result<Job> {
        let branch = branch(catalog, appointment.branch)?;
        let service = catalog.services.get(&appointment.service.0);
        let service = service.ok_or_else(|| Error::missing("service", appointment.service))?;
        let customer = self.get::<Customer>(appointment.customer.0).await?.data;
        let case = match appointment.case {
            Some(case) => Some(self.get::<Case>(case.0).await?.data.name),
            None => None,
        };
        let units = appointment.units.iter().filter_map(|unit| catalog.units.get(&unit.0));
        Ok(Job {
            zone: branch.time_zone,
            service: service.clone(),
            case,
            units: units.map(|unit| unit.name.clone()).collect(),
            address: appointment.address(customer.address.as_deref()).map(str::to_owned),
            branch: branch.name.clone(),
            signature: self.ports.store.signature(appointment.id).await?,
            notes: self.ports.store.notes(appointment.id).await?,
            photos: self.ports.store.photos(appointment.id).await?,
            customer,
            appointment,
        })
    }

    /// Carries a command out, and keeps a signature under what is completed by it. One that is repeated changes nothing
    /// more, and makes up for a signature that was not kept.
    pub async fn finish(
        &self,
        (id, seen): (AppointmentId, Option<u32>),
        command: Command,
        ink: Option<Ink>,
        acting: Acting,
        request: &Request,
    ) -> Result<()> {
        check(ink.as_ref())?;
        self.command(id, seen, command, acting, Some(request)).await?;
        match ink {
            Some(ink) => self.sign_for(id, ink).await,
            None => Ok(()),
        }
    }

    /// Keeps a signature under completed work. The same one again changes nothing more.
    pub async fn sign_for(&self, id: AppointmentId, ink: Ink) -> Result<()> {
        check(Some(&ink))?;
        let appointment = self.appointment(id).await?;
        match self.sign(&appointment, Some(ink.name.clone()), ink.drawing.clone()).await {
            Err(Error::LinkMovedOn) => {}
            done => return done,
        }
        let known = self.ports.store.signature(id).await?;
        let same = known.is_some_and(|known| known.name == ink.name && known.drawing == ink.drawing);
        if same { Ok(()) } else { Err(Error::Signed) }
    }
}

impl Workday {
    /// The day after the present one.
    #[must_use]
    pub fn tomorrow(&self) -> NaiveDate {
        self.today.checked_add_days(Days::new(1)).unwrap_or(self.today)
    }
}

fn branch(catalog: &Catalog, id: BranchId) -> Result<&Branch> {
    catalog.branches.get(&id.0).ok_or_else(|| Error::missing("branch", id))
}

/// Whether it is more than a time that is kept for somebody for a while.
fn is_job(appointment: &Appointment) -> bool {
    let ran_out = appointment.cancellation_reason.as_deref() == Some(RAN_OUT);
    appointment.status != Status::Open && !ran_out
}

fn check(ink: Option<&Ink>) -> Result<()> {
    let wrong = ink.and_then(|ink| ink.drawing.as_deref()).is_some_and(|text| !Signature::is_drawing(text));
    if wrong { Err(Error::field("drawing", "has to be lines between points")) } else { Ok(()) }
}
