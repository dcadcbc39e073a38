//! What the store holds, read from the store alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotledger::model::{
    Appointment, AppointmentId, BookingId, Claim, Delivery, Event, Master, Provider, SeriesId, Service,
    Stored, Unit, UnitClaim,
};
use slotledger::store::{
    AppointmentFilter, Booking, Busy, DeliveryFilter, Page, Record, Series, SharedStore, Wait, WaitFilter,
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
    /// What was claimed before the step.
    pub(super) claims_before: Vec<Claim>,
    pub(super) unit_claims: Vec<UnitClaim>,
    pub(super) busy: Vec<Busy>,
    pub(super) deliveries: Vec<Arc<Delivery>>,
    pub(super) providers: Arc<[Stored<Provider>]>,
    pub(super) units: Arc<[Stored<Unit>]>,
    /// The units as they were before the step.
    pub(super) units_before: Arc<[Stored<Unit>]>,
    pub(super) services: Arc<[Stored<Service>]>,
    /// What appointments are sold in, and recur in.
    pub(super) bookings: Vec<Arc<Booking>>,
    pub(super) series: Vec<Arc<Series>>,
    /// The waitlist, the oldest place first.
    pub(super) waits: Vec<Wait>,
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
    store: SharedStore,
    house: House,
    /// Of the catalogue's version.
    providers: Arc<[Stored<Provider>]>,
    units: Arc<[Stored<Unit>]>,
    services: Arc<[Stored<Service>]>,
    version: i64,
    /// What was asked for never changes: only what is new is read.
    deliveries: Vec<Arc<Delivery>>,
    read: HashMap<AppointmentId, u32>,
    /// A frame never changes either.
    bookings: Vec<Arc<Booking>>,
    series: Vec<Arc<Series>>,
    claims: Vec<Claim>,
}

impl Reader {
    /// A reader with a connection of its own.
    pub(super) fn new(store: SharedStore, house: House) -> Self {
        Self {
            store,
            house,
            providers: Arc::default(),
            units: Arc::default(),
            services: Arc::default(),
            version: 0,
            deliveries: Vec::new(),
            read: HashMap::new(),
            bookings: Vec::new(),
            series: Vec::new(),
            claims: Vec::new(),
        }
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
        let waits = self.store.waits(&WaitFilter::default(), page).await.expect("the waitlist");
        let (claims_before, units_before) =
            (std::mem::replace(&mut self.claims, claims.clone()), self.units.clone());
        self.read_deliveries().await;
        self.read_catalog().await;
        self.read_frames(&appointments).await;
        Facts {
            now,
            changed: self.changed(&appointments).await,
            appointments,
            claims,
            claims_before,
            unit_claims,
            busy,
            deliveries: self.deliveries.clone(),
            providers: self.providers.clone(),
            units: self.units.clone(),
            units_before,
            services: self.services.clone(),
            bookings: self.bookings.clone(),
            series: self.series.clone(),
            waits,
        }
    }

    /// Reads what stands, in the middle of a step: the next reading begins where the last one ended.
    pub(super) async fn peek(&mut self, now: DateTime<Utc>) -> Facts {
        let (claims, units, version, read) =
            (self.claims.clone(), self.units.clone(), self.version, self.read.clone());
        let facts = self.read(now).await;
        (self.claims, self.units, self.version, self.read) = (claims, units, version, read);
        facts
    }

    async fn read_frames(&mut self, appointments: &[Appointment]) {
        let mut bookings: HashSet<BookingId> = appointments.iter().filter_map(|one| one.booking).collect();
        let mut series: HashSet<SeriesId> = appointments.iter().filter_map(|one| one.series).collect();
        bookings.retain(|id| self.bookings.iter().all(|known| known.id != *id));
        series.retain(|id| self.series.iter().all(|known| known.id != *id));
        for id in bookings {
            self.bookings.extend(self.store.booking(id).await.expect("a booking").map(Arc::new));
        }
        for id in series {
            self.series.extend(self.store.series(id).await.expect("a series").map(Arc::new));
        }
        // The order they are found in is chance.
        self.bookings.sort_unstable_by_key(|booking| booking.id);
        self.series.sort_unstable_by_key(|series| series.id);
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

async fn records<T: Master>(store: &SharedStore, house: &House) -> Arc<[Stored<T>]> {
    let page = Page { after: None, limit: ALL };
    let records = store.records(T::KIND, Some(house.company.0), page).await.expect("records");
    records.into_iter().map(typed).collect()
}

fn typed<T: Master>(record: Record) -> Stored<T> {
    let Record { id, company, version, updated_at, data, .. } = record;
    Stored { id, company, version, updated_at, data: serde_json::from_value(data).expect("its fields") }
}
