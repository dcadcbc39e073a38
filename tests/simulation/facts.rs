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
    pub(super) deliveries: Vec<Delivery>,
    pub(super) providers: Vec<Stored<Provider>>,
    pub(super) units: Vec<Stored<Unit>>,
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
    services: Arc<[Stored<Service>]>,
    read: HashMap<AppointmentId, u32>,
}

impl Reader {
    /// A reader with a connection of its own.
    pub(super) async fn new(store: Sqlite, house: House) -> Self {
        // No run changes a service.
        let services = records(&store, &house).await.into();
        Self { store, house, services, read: HashMap::new() }
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
        let deliveries = self.store.deliveries(&DeliveryFilter::default(), 0, ALL).await.expect("deliveries");
        Facts {
            now,
            changed: self.changed(&appointments).await,
            appointments,
            claims,
            unit_claims,
            busy,
            deliveries,
            providers: records(&self.store, &self.house).await,
            units: records(&self.store, &self.house).await,
            services: self.services.clone(),
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

async fn records<T: Master>(store: &Sqlite, house: &House) -> Vec<Stored<T>> {
    let page = Page { after: None, limit: ALL };
    let records = store.records(T::KIND, Some(house.company.0), page).await.expect("records");
    records.into_iter().map(typed).collect()
}

fn typed<T: Master>(record: Record) -> Stored<T> {
    let Record { id, company, version, updated_at, data, .. } = record;
    Stored { id, company, version, updated_at, data: serde_json::from_value(data).expect("its fields") }
}
