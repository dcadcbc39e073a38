//! What an extension that was not asked would have been shown.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};

use crate::app::decisions::record::Ruling;
use crate::app::extensions::words;
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Result, translate};
use crate::extension::words::{Hook, Input};
use crate::model::{Actor, CustomerId, Status};
use crate::store::{AppointmentFilter, CustomerHistory};
use crate::wasm::bindings::slotledger::rules::decisions::{Decision, Snapshot, TransitionInput};
use crate::wasm::bindings::slotledger::types::appointments::Actor as ActorWord;

/// Customers that are kept in mind.
const CUSTOMERS: usize = 1_000;

/// An appointment's way: since when it has had which status, and whether another one took its place.
type Way = (bool, Vec<(DateTime<Utc>, Status)>);

/// What was read on the way.
#[derive(Default)]
pub(super) struct Memory {
    ways: HashMap<CustomerId, Vec<Way>>,
}

impl App {
    /// The input at a hook of a decision in which nobody was asked there.
    pub(super) async fn seen(
        &self,
        hook: Hook,
        (input, decision): (&TransitionInput, Option<&Decision>),
        memory: &mut Memory,
    ) -> Result<Input> {
        let scene = self.scene_of(&input.snapshot).await?;
        let history = self.history_at(&scene, input.snapshot.now, memory).await?;
        let old = match &input.appointment {
            Some(own) => {
                let id = own.id.parse().map_err(|_| translate::contradiction("an appointment of no name"))?;
                let mut old = self.appointment(id).await?;
                old.status = translate::status_back(own.status);
                Some(old)
            }
            None => None,
        };
        let base = words::input(&scene, &input.snapshot, hook, history)?;
        let mut shown = words::of_command(base, &scene, input, old.as_ref(), decision);
        if hook == Hook::Document {
            shown.documents = decision.map(words::documents).unwrap_or_default();
        }
        Ok(shown)
    }

    /// The input of a search in which nobody was asked.
    pub(super) async fn seen_searching(&self, ruling: &Ruling) -> Result<Option<Input>> {
        let Ruling::FindOpenings { snapshot, answer: Ok(found), .. } = ruling else { return Ok(None) };
        let scene = self.scene_of(snapshot).await?;
        let mut shown = words::input(&scene, snapshot, Hook::Search, CustomerHistory::default())?;
        let zone = words::branch_zone(&scene, snapshot);
        shown.candidates = found.found.iter().map(|one| words::candidate(&scene, zone, one)).collect();
        Ok(Some(shown))
    }

    async fn scene_of(&self, snapshot: &Snapshot) -> Result<Scene> {
        let service = snapshot.service.id.parse();
        let service = service.map_err(|_| translate::contradiction("a service of no name"))?;
        let customer = snapshot.customer.as_ref().map(|customer| customer.id.parse()).transpose();
        let customer = customer.map_err(|_| translate::contradiction("a customer of no name"))?;
        let actor = match snapshot.actor {
            ActorWord::Customer => Actor::Customer,
            ActorWord::Provider => Actor::Provider,
            ActorWord::Staff => Actor::Staff,
            ActorWord::System => Actor::System,
        };
        self.scene(service, customer, actor.into()).await
    }

    /// What had become of the customer's appointments by then.
    async fn history_at(&self, scene: &Scene, now: i64, memory: &mut Memory) -> Result<CustomerHistory> {
        let Some(customer) = scene.customer.as_ref().map(|customer| CustomerId(customer.id)) else {
            return Ok(CustomerHistory::default());
        };
        if memory.ways.len() >= CUSTOMERS {
            memory.ways.clear();
        }
        let ways = match memory.ways.entry(customer) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.ways(customer).await?),
        };
        let at = DateTime::from_timestamp(now, 0).ok_or(Error::Busy)?;
        let mut history = CustomerHistory::default();
        for (moved, way) in &*ways {
            let Some((_, status)) = way.iter().rev().find(|(since, _)| *since < at) else { continue };
            match status {
                Status::Completed => history.completed += 1,
                Status::NoShow => history.no_shows += 1,
                Status::Cancelled => history.cancelled += u32::from(!moved),
                Status::Open
                | Status::Scheduled
                | Status::Confirmed
                | Status::EnRoute
                | Status::InProgress
                | Status::Paused => history.standing += 1,
            }
        }
        Ok(history)
    }

    async fn ways(&self, customer: CustomerId) -> Result<Vec<Way>> {
        let filter = AppointmentFilter { customer: Some(customer), ..AppointmentFilter::default() };
        let mut ways = Vec::new();
        for appointment in self.every_appointment(&filter).await? {
            let events = self.ports.store.events(appointment.id).await?;
            let way = events.iter().map(|event| (event.at, event.to)).collect();
            ways.push((appointment.successor.is_some(), way));
        }
        Ok(ways)
    }
}
