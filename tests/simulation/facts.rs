//! What the store holds, read from the store alone.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotledger::model::{
    Appointment, AppointmentId, Claim, Delivery, Event, Master, Provider, Service, Stored, Unit, UnitClaim,
};
use slotledger::store::sqlite::Sqlite;
use slotledger::store::{
    AppointmentFilter, Busy, DeliveryFilter, Diary, Occupancy, Outbox, Page, Record, Records,
};
use uuid::Uuid;

use super::house::House;

/// More than a run makes of anything.
const ALL: u32 = 100_000;

/// Everything that is stored, as of one moment between two steps.
pub(super) struct Facts {
    pub(super) now: DateTime<Utc>,
    /// In the order they were made in.
    pub(super) appointments: Vec<Appointment>,
    /// The trails of those that have changed since the facts before.
    pub(super) changed: Vec<(Appointment, Vec<Event>)>,
    pub(super) claims: Vec<Claim>,
    pub(super) unit_claims: Vec<UnitClaim>,
    pub(super) busy: Vec<Busy>,
    pub(super) deliveries: Vec<Arc<Delivery>>,
    pub(super) providers: Arc<[Stored<Provider>]>,
    pub(super) units: Arc<[Stored<Unit>]>,
    pub(super) services: Arc<[Stored<Service>]>,
}

impl Facts {
    /// The appointment of this identifier.
    pub(super) fn find(&self, id: AppointmentId) -> Option<&Appointment> {
        self.appointments.iter().find(|appointment| appointment.id == id)
    }

    /// The service of this appointment.
    pub(super) fn service(&self, appointment: &Appointment) -> &Service {
        let mut services = self.services.iter();
        &services.find(|service| service.id == appointment.service.0).expect("its service").data
    }
}

/// Reads the facts again and again, and knows which trails it has read.
pub(super) struct Reader {
    store: Sqlite,
    house: House,
    /// Of the catalogue's version.
    providers: Arc<[Stored<Provider>]>,
    units: Arc<[Stored<Unit>]>,
    services: Arc<[Stored<Service>]>,
    version: i64,
    /// What was asked for never changes: only what is new is read.
    deliveries: Vec<Arc<Delivery>>,
    read: HashMap<AppointmentId, u32>,
}

impl Reader {
    /// A reader with a connection of its own.
    pub(super) fn new(store: Sqlite, house: House) -> Self {
        let (providers, units, services) = (Arc::default(), Arc::default(), Arc::default());
        let (version, deliveries, read) = (0, Vec::new(), HashMap::new());
        Self { store, house, providers, units, services, version, deliveries, read }
    }

    /// Reads everything.
    pub(super) async fn read(&mut self, now: DateTime<Utc>) -> Facts {
        let (from, to) = (now - TimeDelta::days(400), now + TimeDelta::days(400));
        let day = |at: DateTime<Utc>| at.timestamp().div_euclid(24 * 60 * 60);
        let House { providers, units, .. } = &self.house;
        let resources: Vec<Uuid> =
            providers.iter().map(|id| id.0).chain(units.iter().map(|id| id.0)).collect();
        let page = Page { after: None, limit: ALL };
        let filter = AppointmentFilter::default();
        let appointments = self.store.appointments(&filter, page).await.expect("appointments");
        let claims = self.store.claims(providers, from, to).await.expect("claims");
        let unit_claims = self.store.unit_claims(units, from, to).await.expect("claims on units");
        let busy = self.store.busy(&resources, day(from), day(to)).await.expect("busy days");
        self.read_deliveries().await;
        self.read_catalog().await;
        Facts {
            now,
            changed: self.changed(&appointments).await,
            appointments,
            claims,
            unit_claims,
            busy,
            deliveries: self.deliveries.clone(),
            providers: self.providers.clone(),
            units: self.units.clone(),
            services: self.services.clone(),
        }
    }

    async fn read_deliveries(&mut self) {
        let last = self.deliveries.last().map_or(0, |delivery| delivery.id);
        let new = self.store.deliveries(&DeliveryFilter::default(), last, ALL).await.expect("deliveries");
        self.deliveries.extend(new.into_iter().map(Arc::new));
    }

    async fn read_catalog(&mut self) {
        let version = self.store.catalog_version(self.house.company).await.expect("a version");
        if version != self.version {
            self.version = version;
            self.providers = records(&self.store, &self.house).await;
            self.units = records(&self.store, &self.house).await;
            self.services = records(&self.store, &self.house).await;
        }
    }

    async fn changed(&mut self, appointments: &[Appointment]) -> Vec<(Appointment, Vec<Event>)> {
        let mut changed = Vec::new();
        for appointment in appointments {
            if self.read.insert(appointment.id, appointment.revision) != Some(appointment.revision) {
                let trail = self.store.events(appointment.id).await.expect("a trail");
                changed.push((appointment.clone(), trail));
            }
        }
        changed
    }
}

async fn records<T: Master>(store: &Sqlite, house: &House) -> Arc<[Stored<T>]> {
    let page = Page { after: None, limit: ALL };
    let records = store.records(T::KIND, Some(house.company.0), page).await.expect("records");
    records.into_iter().map(typed).collect()
}

fn typed<T: Master>(record: Record) -> Stored<T> {
    let Record { id, company, version, updated_at, data, .. } = record;
    Stored { id, company, version, updated_at, data: serde_json::from_value(data).expect("its fields") }
}
