//! Commands on appointments: what somebody wants, decided by the rules and stored in one transaction.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alternatives::Near;
use super::beside::Beside;
use super::hold::sensible;
use super::outcome::Decided;
use super::request::earlier;
use super::snapshot::{Calendars, Scene, When, one_provider};
use super::{App, Error, Reply, Request, Result, TRIES, translate};
use crate::model::{Actor, Appointment, AppointmentId, Consumable, ProviderId, Status, UnitId};
use crate::store;
use crate::wasm::bindings::slotledger::rules::decisions;
use crate::wasm::bindings::slotledger::types::appointments as words;

/// What somebody wants done with an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Set the slot of a hold.
    Schedule,
    /// Acknowledge it.
    Confirm,
    /// Acknowledge it by paying the deposit.
    Pay(Pay),
    /// End a hold that has run out.
    Expire,
    /// Refuse it.
    Decline(Decline),
    /// Set out.
    Depart,
    /// Begin work.
    Start,
    /// Interrupt work.
    Pause,
    /// Go on with work.
    Resume,
    /// Finish work.
    Complete(Complete),
    /// Finish interrupted work and make an appointment for the rest.
    FollowUp(NewTime),
    /// Call it off.
    Cancel(Cancel),
    /// The customer was not there.
    MarkNoShow,
    /// Move it to another time.
    Reschedule(Reschedule),
    /// Give it to another provider or to other units at the same time.
    Reassign(Reassign),
    /// Put a mistake right.
    Correct(Correct),
}

/// Money received in advance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// How much: the deposit at least, and no more than the net amount.
    #[schema(value_type = String, example = "14.97", pattern = r"^\d{1,12}(\.\d{1,6})?$")]
    pub amount: Decimal,
    /// ISO 4217 code; none takes the appointment's.
    #[serde(default)]
    pub currency: Option<String>,
    /// What the payment is known by where it was made.
    #[schema(min_length = 1, max_length = 200)]
    pub reference: String,
    /// How it was made, by the name that the books use: `Bank Draft`; none takes their usual one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub method: Option<String>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// Why; it is kept.
    pub reason: String,
    /// Who takes over; none cancels the appointment.
    #[serde(default)]
    pub replacement: Option<ProviderId>,
}

/// The end of work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What was used up; none means what the service lists, an empty list means nothing.
    #[serde(default)]
    pub materials: Option<Vec<Consumable>>,
}

/// The time of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTime {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// With whom; none means the same provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// How many guests; none means as many as before.
    #[serde(default)]
    pub guests: Option<u32>,
}

/// A cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

/// A move to another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reschedule {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// With whom; none means the same provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// How many guests; none means as many as before.
    #[serde(default)]
    pub guests: Option<u32>,
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
}

/// Another provider, or other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reassign {
    /// Who takes over; none keeps the present provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Units that have to be among those used from now on; the present ones are kept as far as they fit.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub units: Vec<UnitId>,
}

/// A mistake put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The status it should have had.
    pub to: Status,
    /// Why; it is kept.
    pub reason: String,
}

impl App {
    /// Carries out a command. `expected` is the revision the caller has seen, if it says so.
    pub async fn command(
        &self,
        id: AppointmentId,
        expected: Option<u32>,
        command: Command,
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<Reply<Appointment>> {
        if let Some(start) = new_start(&command) {
            sensible("start", start)?;
        }
        let mut taken = false;
        for _ in 0..TRIES {
            if let Some(answer) = earlier(&*self.ports.store, request).await? {
                return Ok(Reply::Replayed(answer));
            }
            match self.try_command(id, expected, &command, actor, request).await {
                Err(Error::Taken) => taken = true,
                Err(Error::Store(store::Error::Stale(_) | store::Error::AnswerExists)) => taken = false,
                Err(refusal @ Error::Refused(_)) => {
                    let refusal = self.instead(id, &command, refusal).await;
                    return self.unless_answered(request, refusal).await;
                }
                other => return other.map(Reply::Fresh),
            }
        }
        Err(if taken { Error::Taken } else { Error::Busy })
    }

    /// The refusal of a new time, with what could be booked instead.
    async fn instead(&self, id: AppointmentId, command: &Command, refusal: Error) -> Error {
        let (Some(start), Ok(old)) = (new_start(command), self.appointment(id).await) else { return refusal };
        let provider = new_provider(command).unwrap_or(old.provider);
        let near = Near { provider: Some(provider), at: start, ..Near::instead_of(&old) };
        self.with_alternatives(refusal, &near).await
    }

    async fn try_command(
        &self,
        id: AppointmentId,
        expected: Option<u32>,
        command: &Command,
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<Appointment> {
        let old = self.appointment(id).await?;
        if expected.is_some_and(|expected| expected != old.revision) {
            return Err(Error::Stale { current: old.revision.to_string() });
        }
        let scene = self.scene(old.service, Some(old.customer), actor).await?;
        let decided = self.decide_command(&scene, &old, command, Beside::default()).await?;
        self.settle(Decided { request, ..decided }).await
    }

    /// Asks the rules for a command. `beside` is taken and given up in the same commit.
    pub(super) async fn decide_command<'a>(
        &self,
        scene: &'a Scene,
        old: &'a Appointment,
        command: &'a Command,
        beside: Beside<'_>,
    ) -> Result<Decided<'a>> {
        let new_id = self.ports.clock.new_id();
        let calendars = Calendars { beside, ..calendars(scene, old, command)? };
        let mut snapshot = self.snapshot(scene, &calendars).await?;
        let sale = self.sale(old).await?;
        snapshot.booking = sale.words(self, scene, old, &beside).await?;
        let input = decisions::TransitionInput {
            snapshot,
            appointment: Some(self.words(old, sale.links(old, &beside)?)?),
            new_id: new_id.to_string(),
            command: command_words(command, old)?,
        };
        let decision = self.ports.rules.transition(&input)?.map_err(translate::refused)?;
        Ok(Decided {
            payment: payment(command),
            scene,
            booking: None,
            old: Some(old),
            beside: sale.rests_on(),
            reason: reason(command),
            new_id,
            decision,
            status: 200,
            request: None,
        })
    }

    /// The appointment as the rules are shown it, with what was asked for it.
    pub(super) fn words(
        &self,
        appointment: &Appointment,
        documents: Vec<words::DocumentLink>,
    ) -> Result<words::Appointment> {
        Ok(words::Appointment {
            id: appointment.id.to_string(),
            revision: appointment.revision,
            status: translate::status(appointment.status),
            provider: appointment.provider.to_string(),
            visit: translate::span(appointment.start, appointment.end),
            reserved: translate::span(appointment.reserved_start, appointment.reserved_end),
            units: appointment.units.iter().map(ToString::to_string).collect(),
            guests: appointment.guests,
            paid: translate::decimal(appointment.quote.net - appointment.balance)?,
            quote: translate::quote(&appointment.quote)?,
            hold_until: appointment.hold_until.map(|at| at.timestamp()),
            timing: translate::timing(&appointment.timing),
            reschedules: appointment.reschedules,
            documents,
            replaces: appointment.replaces.iter().map(ToString::to_string).collect(),
            terms: appointment.terms.map(|terms| translate::posting(&terms)),
            successor: appointment.successor.map(|id| id.to_string()),
            attributes: Vec::new(),
        })
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
    let provider = new_provider(command).unwrap_or(old.provider);
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
        | Command::Depart
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::Complete(_)
        | Command::Cancel(_)
        | Command::MarkNoShow => When::Never,
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

const fn new_start(command: &Command) -> Option<DateTime<Utc>> {
    if let Command::FollowUp(NewTime { start, .. }) | Command::Reschedule(Reschedule { start, .. }) = command
    {
        Some(*start)
    } else {
        None
    }
}

const fn new_provider(command: &Command) -> Option<ProviderId> {
    if let Command::FollowUp(NewTime { provider, .. })
    | Command::Reschedule(Reschedule { provider, .. })
    | Command::Decline(Decline { replacement: provider, .. }) = command
    {
        *provider
    } else if let Command::Reassign(Reassign { provider, .. }) = command {
        *provider
    } else {
        None
    }
}

fn payment(command: &Command) -> Option<&Pay> {
    if let Command::Pay(pay) = command { Some(pay) } else { None }
}

fn reason(command: &Command) -> Option<String> {
    if let Command::Cancel(Cancel { reason, .. })
    | Command::Decline(Decline { reason, .. })
    | Command::Reschedule(Reschedule { reason, .. })
    | Command::Correct(Correct { reason, .. }) = command
    {
        Some(reason.clone())
    } else {
        None
    }
}

fn command_words(command: &Command, old: &Appointment) -> Result<decisions::Command> {
    let request =
        |start: DateTime<Utc>, provider: Option<ProviderId>, guests: Option<u32>| decisions::Request {
            provider: Some(provider.unwrap_or(old.provider).to_string()),
            start: start.timestamp(),
            guests: guests.unwrap_or(old.guests),
            end: None,
            currency: None,
            units: Vec::new(),
            preferences: Vec::new(),
            // The agreed price has the coupon in it.
            coupon: None,
        };
    let exception = |reason: &Option<String>| reason.clone().map(|reason| decisions::Exception { reason });
    Ok(match command {
        Command::Schedule => decisions::Command::Schedule,
        Command::Confirm => decisions::Command::Confirm,
        Command::Pay(pay) => decisions::Command::Pay(decisions::Payment {
            amount: translate::decimal(pay.amount)?,
            currency: pay.currency.clone().unwrap_or_else(|| old.quote.currency.clone()),
            reference: pay.reference.clone(),
            method: pay.method.clone(),
        }),
        Command::Expire => decisions::Command::Expire,
        Command::Decline(decline) => decisions::Command::Decline(decisions::Declination {
            reason: decline.reason.clone(),
            replacement: decline.replacement.map(|id| id.to_string()),
        }),
        Command::Depart => decisions::Command::Depart,
        Command::Start => decisions::Command::Start,
        Command::Pause => decisions::Command::Pause,
        Command::Resume => decisions::Command::Resume,
        Command::Complete(complete) => decisions::Command::Complete(
            complete
                .materials
                .as_ref()
                .map(|materials| materials.iter().map(translate::consumable).collect::<Result<_>>())
                .transpose()?,
        ),
        Command::FollowUp(new) => decisions::Command::FollowUp(request(new.start, new.provider, new.guests)),
        Command::Cancel(cancel) => decisions::Command::Cancel(decisions::Cancellation {
            reason: cancel.reason.clone(),
            exception: exception(&cancel.exception_reason),
        }),
        Command::MarkNoShow => decisions::Command::MarkNoShow,
        Command::Reschedule(new) => decisions::Command::Reschedule(decisions::Rescheduling {
            request: request(new.start, new.provider, new.guests),
            reason: new.reason.clone(),
            exception: exception(&new.exception_reason),
        }),
        Command::Reassign(reassign) => decisions::Command::Reassign(decisions::Reassignment {
            provider: reassign.provider.map(|id| id.to_string()),
            units: reassign.units.iter().map(ToString::to_string).collect(),
        }),
        Command::Correct(correct) => decisions::Command::Correct(decisions::Correction {
            to: translate::status(correct.to),
            reason: correct.reason.clone(),
        }),
    })
}
