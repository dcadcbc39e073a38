//! Commands on appointments: what somebody wants, decided by the rules and stored in one transaction.

mod anew;
mod arrival;
mod possible;
mod wanted;
pub(super) mod words;

pub(super) use possible::Fits;
pub use possible::{Ahead, Prospect};
pub use wanted::{Cancel, Command, Complete, Correct, Decline, Depart, NewTime, Pay, Reassign, Reschedule};

use std::borrow::Cow;

use uuid::Uuid;

use super::alternatives::Near;
use super::beside::Beside;
use super::bundle::Bundle;
use super::extensions::refused;
use super::hold::sensible;
use super::outcome::Decided;
use super::snapshot::{Calendars, Scene, When, one_provider};
use super::{App, Error, Reply, Request, Result, TRIES, translate};
use crate::model::{Acting, Actor, Appointment, AppointmentId};
use crate::store;
use crate::wasm::bindings::slotledger::rules::decisions;
use words::command_words;

impl App {
    /// Carries out a command. `expected` is the revision the caller has seen, if it says so.
    pub async fn command(
        &self,
        id: AppointmentId,
        expected: Option<u32>,
        command: Command,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<Appointment>> {
        let actor = actor.into();
        if let Some(start) = command.new_start() {
            sensible("start", start)?;
        }
        let mut taken = false;
        for _ in 0..TRIES {
            let tried = self.try_command(id, expected, &command, actor, request).await;
            match self.unless_answered(request, tried).await? {
                Ok(reply) => return Ok(reply),
                Err(Error::Taken(_)) => taken = true,
                Err(Error::Store(store::Error::Stale(_) | store::Error::AnswerExists)) => taken = false,
                Err(refusal @ Error::Refused(_)) => {
                    return Err(self.instead(id, &command, refusal).await);
                }
                Err(other) => return Err(other),
            }
        }
        if taken { Err(self.instead(id, &command, Error::Taken(Vec::new())).await) } else { Err(Error::Busy) }
    }

    /// The refusal of a new time, with what could be booked instead.
    async fn instead(&self, id: AppointmentId, command: &Command, refusal: Error) -> Error {
        let (Some(start), Ok(old)) = (command.new_start(), self.appointment(id).await) else {
            return refusal;
        };
        let provider = command.new_provider().unwrap_or(old.provider);
        let near = Near { provider: Some(provider), at: start, elsewhere: start, ..Near::instead_of(&old) };
        self.with_alternatives(refusal, &near).await
    }

    async fn try_command(
        &self,
        id: AppointmentId,
        expected: Option<u32>,
        command: &Command,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<Appointment> {
        arrival::check(command, self.ports.clock.now())?;
        let old = self.appointment(id).await?;
        if expected.is_some_and(|expected| expected != old.revision) {
            return Err(Error::Stale { current: old.revision.to_string() });
        }
        let scene = self.scene(old.service, Some(old.customer), actor).await?;
        if let Some(anew) = anew::wanted(command)? {
            return self.complete_anew(&scene, &old, &anew, request).await;
        }
        let mut decided = self.decide_command(&scene, &old, command, Beside::default()).await?;
        let changes = self.changes(&mut decided)?;
        self.settle(Bundle::of(&scene, changes).resting_on(decided.beside), 200, request).await
    }

    /// Asks the rules for a command. `beside` is taken and given up in the same commit.
    pub(in crate::app) async fn decide_command<'a>(
        &self,
        scene: &'a Scene,
        old: &'a Appointment,
        command: &'a Command,
        beside: Beside<'_>,
    ) -> Result<Decided<'a>> {
        let new_id = self.ports.clock.new_id();
        let (input, rests_on) = Box::pin(self.asked(scene, old, command, beside, new_id)).await?;
        let granted = Box::pin(self.decided(scene, input, Some(old))).await?.map_err(refused)?;
        Ok(Decided {
            payment: command.payment(),
            arrival: command.arrival(),
            scene,
            booking: None,
            old: Some(old),
            beside: rests_on,
            reason: command.reason(),
            new_id,
            decision: granted.decision,
            record: granted.record,
        })
    }

    /// What the rules are shown of a command, and what other appointments that rests on, with their revisions.
    pub(super) async fn asked(
        &self,
        scene: &Scene,
        old: &Appointment,
        command: &Command,
        beside: Beside<'_>,
        new_id: Uuid,
    ) -> Result<(decisions::TransitionInput, Vec<(AppointmentId, u32)>)> {
        let calendars = Calendars { beside, ..calendars(scene, old, command)? };
        let mut snapshot = self.snapshot(scene, &calendars).await?;
        let sale = match beside.sale {
            Some(sale) => Cow::Borrowed(sale),
            None => Cow::Owned(self.sale(old).await?),
        };
        snapshot.booking = sale.words(scene, old, &beside)?;
        let input = decisions::TransitionInput {
            snapshot,
            appointment: Some(words::appointment(old, sale.links(old, &beside)?)?),
            preferences: old.preferences.iter().map(translate::preference).collect(),
            new_id: new_id.to_string(),
            command: command_words(command, old)?,
        };
        Ok((input, sale.rests_on()))
    }

    /// Ends holds that have run out, and says how many. Safe on any number of hosts at once.
    pub async fn expire_holds(&self, limit: u32) -> Result<u32> {
        let mut ended = 0;
        for id in self.ports.store.expired_holds(self.ports.clock.now(), limit).await? {
            match self.command(id, None, Command::Expire, Actor::System, None).await {
                Ok(_) => ended += 1,
                // Another host, or the customer, was faster.
                Err(Error::Refused(_) | Error::Busy) => {}
                // One that cannot be ended does not keep the slots of the others.
                Err(error) => {
                    tracing::warn!(appointment.id = %id, %error, "a hold that ran out cannot be ended")
                }
            }
        }
        Ok(ended)
    }
}

/// The calendars that a command needs: none unless it sets a time or a provider.
fn calendars<'a>(scene: &'a Scene, old: &'a Appointment, command: &Command) -> Result<Calendars<'a>> {
    let provider = command.new_provider().unwrap_or(old.provider);
    let when = match command {
        Command::FollowUp(new) => When::Starting(new.start),
        Command::Reschedule(new) => When::Starting(new.start),
        Command::Reassign(_)
        | Command::Decline(Decline { replacement: Some(_), .. })
        | Command::Correct(_) => When::Reserved(old.reserved_start, old.reserved_end),
        Command::Schedule
        | Command::Confirm
        | Command::Pay(_)
        | Command::Expire
        | Command::Decline(_)
        | Command::Depart(_)
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::Complete(_)
        | Command::Cancel(_)
        | Command::MarkNoShow
        | Command::Invoice => When::Never,
    };
    // Rescheduled and reassigned work gives its own slots up; the rest of followed-up work keeps them.
    let except = (!matches!(command, Command::FollowUp(_))).then_some(old);
    let mut calendars = one_provider(scene, provider, &when, except)?;
    if provider != old.provider {
        // Whoever did the work so far earns its commission.
        calendars.providers.push((old.provider, scene.provider(old.provider)?));
        calendars.providers.sort_by_key(|(id, _)| *id);
    }
    Ok(calendars)
}
