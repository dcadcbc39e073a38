//! Offering time that has become free to those who wait for it.
//!
//! Invariants: the oldest place goes first, and one that cannot use the time is passed over. An offer is a hold and a
//! place that has it, in one transaction, so that no place is offered two times and no time to two places, however many
//! hosts look. Time is looked at again until somebody has looked to the end.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{WaitView, view};
use crate::app::bundle::Bundle;
use crate::app::earliest::{Chance, Sought};
use crate::app::hold::Booking;
use crate::app::openings::Place;
use crate::app::snapshot::Scene;
use crate::app::{App, Error, Result, TRIES};
use crate::model::{Actor, Service, WaitState};
use crate::store::{self, Frame, Freed, Offer, Page, WaitFilter};

/// How long a host has time that became free in hand. Going through a long line takes seconds.
const LEASE: Duration = Duration::from_secs(60);

/// How many places are read at a time.
const BATCH: u32 = 100;

impl App {
    /// Offers time that has become free to those who wait, and says how often it looked. Safe on any number of hosts
    /// at once.
    pub async fn offer_freed(&self, limit: u32) -> Result<u32> {
        let mut looked = 0;
        while looked < limit {
            let owner = self.ports.clock.new_id().to_string();
            let now = self.ports.clock.now();
            let Some(freed) = self.ports.store.take_freed(&owner, LEASE, now).await? else { break };
            self.offer_along_the_line(&freed).await?;
            self.ports.store.finish_freed(freed.id, &owner).await?;
            looked += 1;
        }
        Ok(looked)
    }

    async fn offer_along_the_line(&self, freed: &Freed) -> Result<()> {
        let filter = WaitFilter {
            company: Some(freed.company),
            state: Some(WaitState::Waiting),
            from: Some(freed.start),
            to: Some(freed.end),
            ..WaitFilter::default()
        };
        let (mut after, mut passed_over) = (None, Vec::new());
        loop {
            let places = self.ports.store.waits(&filter, Page { after, limit: BATCH }).await?;
            let Some(last) = places.last() else { return Ok(()) };
            after = Some(last.id.0);
            for wait in places {
                let wait = view(wait)?;
                let offered = self.in_turn(&wait, self.could_take(freed, &wait)).await?
                    && self.offer_behind(freed, &passed_over, &wait).await?;
                if !offered {
                    passed_over.push(wait);
                }
            }
        }
    }

    /// Offers what fits the place to it, unless one of those that were passed over can take it. What was not free when they
    /// were looked at may have become so since: then it is theirs.
    async fn offer_behind(&self, freed: &Freed, passed_over: &[WaitView], wait: &WaitView) -> Result<bool> {
        for earlier in passed_over {
            self.in_turn(earlier, self.offer(freed, earlier)).await?;
        }
        self.in_turn(wait, self.offer(freed, wait)).await
    }

    /// What came of a place's turn. One for whom nothing can be found out does not hold up the line.
    async fn in_turn(
        &self,
        wait: &WaitView,
        turn: impl Future<Output = Result<bool>> + Send,
    ) -> Result<bool> {
        match turn.await {
            Err(error @ (Error::Store(_) | Error::Busy)) => Err(error),
            // It is tried again from the head of the line once the machine has time for it.
            Err(Error::Rules(error)) if error.is_passing() => Err(Error::Rules(error)),
            Err(error) => {
                tracing::warn!(wait.id = %wait.id, %error, "freed time cannot be offered to a place in line");
                Ok(false)
            }
            done => done,
        }
    }

    /// Whether something of the time fits the place.
    async fn could_take(&self, freed: &Freed, wait: &WaitView) -> Result<bool> {
        let scene = self.scene(wait.service, Some(wait.customer), Actor::System.into()).await?;
        Ok(self.chance(&scene, freed, wait).await?.is_some())
    }

    /// Offers a place what fits it of the time, if anything does.
    async fn offer(&self, freed: &Freed, wait: &WaitView) -> Result<bool> {
        for _ in 0..TRIES {
            match self.try_offer(freed, wait).await {
                Err(Error::Taken(_) | Error::Store(store::Error::Stale(_))) => {}
                // What was found is gone, or another rule is in the way.
                Err(Error::Refused(_)) => return Ok(false),
                other => return other,
            }
            if self.place_in_line(wait.id).await?.state != WaitState::Waiting {
                return Ok(false);
            }
        }
        Ok(false)
    }

    async fn try_offer(&self, freed: &Freed, wait: &WaitView) -> Result<bool> {
        let scene = self.scene(wait.service, Some(wait.customer), Actor::System.into()).await?;
        let Some(chance) = self.chance(&scene, freed, wait).await? else { return Ok(false) };
        let booking = booking(wait, &chance);
        let minutes = scene.catalog.company.offer_minutes;
        let change = self.decide_new(&scene, &booking, self.ports.clock.new_id(), &[], Some(minutes)).await?;
        let offer = Offer { wait: wait.id, appointment: change.appointment.id };
        self.store_all(Bundle::of(&scene, vec![change]), Some(Frame::Offer(offer)), None).await?;
        Ok(true)
    }

    /// The earliest visit that lies in the wish and touches the time.
    async fn chance(&self, scene: &Scene, freed: &Freed, wait: &WaitView) -> Result<Option<Chance>> {
        let (from, to) = span(scene.service()?, freed, wait, self.ports.clock.now());
        let mut found: Option<Chance> = None;
        for place in places(scene, freed, wait)? {
            let sought = Sought {
                place: &place,
                from,
                to,
                guests: wait.guests,
                preferences: &wait.preferences,
                ahead: &[],
            };
            let chance = self.earliest(scene, &sought).await?.filter(|chance| chance.end <= wait.to);
            found = found.into_iter().chain(chance).min_by_key(|chance| chance.start);
        }
        Ok(found)
    }
}

/// When a visit would start that lies in the wish and, with its buffers, touches the time.
fn span(
    service: &Service,
    freed: &Freed,
    wait: &WaitView,
    now: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let minutes = |minutes: u32| TimeDelta::minutes(minutes.into());
    let before = minutes(service.buffer_before_minutes);
    let after = minutes(service.duration_minutes) + minutes(service.buffer_after_minutes);
    let from = wait.from.max(freed.start - after).max(now);
    (from, wait.to.min(freed.end + before))
}

/// Where and with whom it could be.
fn places(scene: &Scene, freed: &Freed, wait: &WaitView) -> Result<Vec<Place>> {
    let meant = |wanted: Option<_>, one| wanted.is_none_or(|wanted| wanted == one);
    let mut places = Vec::new();
    for (branch, mut providers) in scene.candidates()? {
        providers.retain(|one| meant(wait.provider, *one) && meant(freed.provider, *one));
        if wait.branch.is_none_or(|wanted| wanted == branch) && !providers.is_empty() {
            places.push(Place { branch, providers });
        }
    }
    Ok(places)
}

fn booking(wait: &WaitView, chance: &Chance) -> Booking {
    Booking {
        service: wait.service,
        customer: Some(wait.customer),
        case: None,
        start: chance.start,
        end: None,
        provider: Some(chance.provider),
        branch: None,
        guests: Some(wait.guests),
        units: Vec::new(),
        preferences: Vec::new(),
        coupon: None,
        currency: None,
        title: None,
        location: None,
        notes: None,
        remarks: None,
    }
}
