//! Several decisions that are stored in one transaction, or not at all.
//!
//! Invariant: each decision is made on top of those before it: what they take is taken, what they give up is free. All
//! of them rest on one version of the catalogue.
//!
//! Deliberately absent: what is decided. Bookings, series and the waitlist say that.

use futures::future::BoxFuture;

use super::beside::Beside;
use super::command::Command;
use super::error::Refusal;
use super::snapshot::Scene;
use super::{App, Error, Reply, Request, Result, TRIES};
use crate::faults;
use crate::model::{Acting, Appointment, AppointmentId, CompanyId};
use crate::store::{self, Change, Commit, Frame, Page, PendingAnswer, Slots};

/// Refusals, each with the appointment it is about.
pub(super) type Refusals = Vec<(AppointmentId, Refusal)>;

/// How many appointments are read at a time.
const BATCH: u32 = 200;

/// Decisions that are stored together.
pub(super) struct Bundle {
    company: CompanyId,
    catalog_version: i64,
    /// Other appointments that the decisions rest on.
    beside: Vec<(AppointmentId, u32)>,
    pub(super) changes: Vec<Change>,
}

impl Bundle {
    /// These changes, decided on the scene's catalogue.
    pub(super) fn of(scene: &Scene, changes: Vec<Change>) -> Self {
        let (company, catalog_version) = (scene.company, scene.catalog.version);
        Self { company, catalog_version, beside: Vec::new(), changes }
    }

    /// Adds changes that were decided on another scene of the same company.
    pub(super) fn add(&mut self, scene: &Scene, changes: Vec<Change>) -> Result<()> {
        if scene.catalog.version != self.catalog_version {
            return Err(Error::Store(store::Error::Stale("catalogue")));
        }
        self.changes.extend(changes);
        Ok(())
    }

    /// The same, resting on other appointments besides.
    pub(super) fn resting_on(mut self, beside: Vec<(AppointmentId, u32)>) -> Self {
        self.beside.extend(beside);
        self
    }

    /// Adds what was decided on the same catalogue.
    pub(super) fn join(mut self, other: Self) -> Result<Self> {
        if other.catalog_version != self.catalog_version {
            return Err(Error::Store(store::Error::Stale("catalogue")));
        }
        self.changes.extend(other.changes);
        Ok(self.resting_on(other.beside))
    }

    /// The appointments that take time so far.
    fn ahead(&self) -> Vec<Appointment> {
        taking(&self.changes)
    }
}

/// The appointments that take time.
pub(super) fn taking(changes: &[Change]) -> Vec<Appointment> {
    let takes = |change: &&Change| matches!(change.slots, Slots::Take(_));
    changes.iter().filter(takes).map(|change| change.appointment.clone()).collect()
}

/// A new appointment, and what is done with it in the same commit: it is stored as the second leaves it, with the
/// trail of both.
pub(super) fn chained(first: Change, then: Change) -> Change {
    let Change { title, slots, mut events, mut deliveries, mut decisions, .. } = first;
    events.extend(then.events);
    deliveries.extend(then.deliveries);
    decisions.extend(then.decisions);
    let slots = if then.slots == Slots::Keep { slots } else { then.slots };
    Change { appointment: then.appointment, expected: None, title, slots, events, deliveries, decisions }
}

impl App {
    /// Stores decisions in one transaction, and only then lets anybody act on them.
    pub(super) async fn store_all(
        &self,
        bundle: Bundle,
        frame: Option<Frame>,
        answer: Option<PendingAnswer<'_>>,
    ) -> Result<Vec<Appointment>> {
        let Bundle { company, catalog_version, mut beside, changes } = bundle;
        beside.retain(|(id, _)| changes.iter().all(|change| change.appointment.id != *id));
        beside.sort_unstable();
        beside.dedup();
        let asked = changes.iter().any(|change| !change.deliveries.is_empty());
        let newest = changes.iter().map(|change| change.appointment.updated_at).max();
        let at = newest.unwrap_or_else(|| self.ports.clock.now());
        let catalog_version = Some(catalog_version);
        let commit = Commit { company, catalog_version, beside, frame, changes, answer, at };
        faults::point("commit.before");
        let stored = self.ports.store.commit(commit).await?;
        faults::point("commit.after");
        if asked {
            self.ports.wake.notify_one();
        }
        Ok(stored)
    }

    /// Tries until nothing has changed between the decisions and the commit.
    pub(super) async fn until_settled<'a, T: Send>(
        &self,
        request: Option<&Request>,
        attempt: impl Fn() -> BoxFuture<'a, Result<T>> + Send + Sync,
    ) -> Result<Reply<T>> {
        let mut taken = false;
        for _ in 0..TRIES {
            match self.unless_answered(request, attempt().await).await? {
                Ok(reply) => return Ok(reply),
                Err(Error::Taken(_)) => taken = true,
                Err(Error::Store(store::Error::Stale(_) | store::Error::AnswerExists)) => taken = false,
                Err(other) => return Err(other),
            }
        }
        Err(if taken { Error::Taken(Vec::new()) } else { Error::Busy })
    }

    /// Decides commands one after another, and says which of them are refused. Nothing is stored.
    ///
    /// Each appointment in `given_up` counts as free for all of them. Commands on a booking are decided twice: what the
    /// booking as a whole asks the books for depends on what becomes of all of its appointments, and so on which of the
    /// commands are granted.
    pub(super) async fn decide_all(
        &self,
        wanted: &[(Appointment, Command)],
        given_up: &[Appointment],
        actor: Acting,
    ) -> Result<(Option<Bundle>, Refusals)> {
        let around = Beside { given_up, ..Beside::default() };
        let (bundle, mut refused) = self.decide_each(wanted, around, actor).await?;
        let granted: Vec<_> =
            wanted.iter().filter(|(one, _)| refused.iter().all(|(id, _)| *id != one.id)).cloned().collect();
        let Some(known) = bundle.as_ref().filter(|_| share_a_booking(&granted)) else {
            return Ok((bundle, refused));
        };
        let becoming: Vec<Appointment> =
            known.changes.iter().map(|change| change.appointment.clone()).collect();
        let around = Beside { becoming: &becoming, ..around };
        let (bundle, more) = self.decide_each(&granted, around, actor).await?;
        refused.extend(more);
        Ok((bundle, refused))
    }

    /// Decides commands one after another. What is around holds for each of them, besides what was decided before.
    pub(super) async fn decide_each(
        &self,
        wanted: &[(Appointment, Command)],
        around: Beside<'_>,
        actor: Acting,
    ) -> Result<(Option<Bundle>, Refusals)> {
        let (mut bundle, mut refused) = (None::<Bundle>, Vec::new());
        for (old, command) in wanted {
            let scene = self.scene(old.service, Some(old.customer), actor).await?;
            let ahead = bundle.as_ref().map(Bundle::ahead).unwrap_or_default();
            let changes = bundle.as_ref().map_or(&[][..], |bundle| &bundle.changes);
            let beside = Beside { ahead: &ahead, changes, ..around };
            let mut decided = match self.decide_command(&scene, old, command, beside).await {
                Ok(decided) => decided,
                Err(Error::Refused(refusal)) => {
                    refused.push((old.id, refusal));
                    continue;
                }
                Err(other) => return Err(other),
            };
            let rests_on = std::mem::take(&mut decided.beside);
            let changes = self.changes(&mut decided)?;
            let so_far = match bundle.take() {
                Some(mut so_far) => {
                    so_far.add(&scene, changes)?;
                    so_far
                }
                None => Bundle::of(&scene, changes),
            };
            bundle = Some(so_far.resting_on(rests_on));
        }
        Ok((bundle, refused))
    }

    /// All appointments that fit: a decision on a part of them would be a decision on stale facts.
    pub(super) async fn every_appointment(
        &self,
        filter: &store::AppointmentFilter,
    ) -> Result<Vec<Appointment>> {
        let mut all: Vec<Appointment> = Vec::new();
        loop {
            let after = all.last().map(|last| last.id.0);
            let page = self.ports.store.appointments(filter, Page { after, limit: BATCH }).await?;
            let complete = page.len() < BATCH as usize;
            all.extend(page);
            if complete {
                return Ok(all);
            }
        }
    }
}

/// Whether two of the appointments were sold together.
fn share_a_booking(wanted: &[(Appointment, Command)]) -> bool {
    let bookings: Vec<_> = wanted.iter().filter_map(|(one, _)| one.booking).collect();
    bookings.iter().enumerate().any(|(n, booking)| bookings.iter().take(n).any(|other| other == booking))
}

/// One refusal out of several, each finding with the appointment that it is about.
pub(super) fn refused(refusals: Refusals) -> Error {
    let findings = refusals
        .into_iter()
        .flat_map(|(id, refusal)| refusal.of(&format!("appointments[{id}]")).findings)
        .collect();
    Error::Refused(Refusal { findings, alternatives: Vec::new() })
}

/// The appointments, with those that were changed in the place of what they were.
pub(super) fn merged(before: &[Appointment], changed: &[&Appointment]) -> Vec<Appointment> {
    let kept = before.iter().filter(|old| changed.iter().all(|new| new.id != old.id));
    let mut all: Vec<Appointment> = kept.chain(changed.iter().copied()).cloned().collect();
    all.sort_by_key(|appointment| appointment.id);
    all
}

/// Counts the changes of appointments that belong together. Revisions only go up, and none of the appointments goes away.
pub(super) fn version(appointments: &[Appointment]) -> i64 {
    appointments.iter().map(|one| i64::from(one.revision)).sum()
}

/// Passes unless somebody has seen another version than the present one.
pub(super) fn check_version(expected: Option<u32>, current: i64) -> Result<()> {
    match expected {
        Some(expected) if i64::from(expected) != current => {
            Err(Error::Stale { current: current.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}
