//! What could be done with an appointment next. The rules are asked, and nothing is stored.
//!
//! The rules look at the status first, then at who asks, then at the rest. So what they said of the first two is remembered:
//! no answer is made up here, and none that rests on anything else is kept.
//!
//! Deliberately absent: a table of statuses and commands, which only the rules have; and extensions, which are asked once
//! somebody means it.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::{Mutex, PoisonError};

use crate::app::beside::Beside;
use crate::app::snapshot::Scene;
use crate::app::{App, Command, Finding, Result, translate};
use crate::codes;
use crate::model::{Acting, Actor, Appointment, Status};
use crate::wasm::bindings::slotledger::rules::decisions;

/// What the rules say where it is the status that does not take a command, or not from whoever asks: it fits no such status,
/// leads nowhere, is for somebody else to give, or corrects to a status that could not have been.
const OUT_OF_STATUS: [&str; 4] = ["SL0240", "SL0241", "SL0244", "SL0254"];

/// A status, a command, and on whose behalf it comes; of a payment also whether anything is left to pay.
type Key = (Status, Discriminant<Command>, Actor, bool);

fn key(of: &Appointment, command: &Command, actor: Actor) -> Key {
    let due = matches!(command, Command::Pay(_)) && of.deposit_left().is_some();
    (of.status, discriminant(command), actor, due)
}

/// What the rules said of commands in statuses, for as long as the process has these rules.
#[derive(Default)]
pub(in crate::app) struct Fits(Mutex<HashMap<Key, Fit>>);

/// Whether a status takes a command from somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Takes,
    There,
    Unfit,
}

impl Fits {
    /// None where nobody has asked yet, and for corrections: whether those fit depends on what is corrected.
    fn known(&self, of: &Appointment, command: &Command, actor: Actor) -> Option<Fit> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&key(of, command, actor)).copied()
    }

    fn note(&self, of: &Appointment, command: &Command, actor: Actor, prospect: &Prospect) {
        if matches!(command, Command::Correct(_)) {
            return;
        }
        let fit = match prospect {
            Prospect::Free | Prospect::Barred(_) => Fit::Takes,
            Prospect::There => Fit::There,
            Prospect::Unfit => Fit::Unfit,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key(of, command, actor), fit);
    }
}

impl Fit {
    /// What there is to say of a command, if that is all.
    const fn prospect(self) -> Option<Prospect> {
        match self {
            Self::Takes => None,
            Self::There => Some(Prospect::There),
            Self::Unfit => Some(Prospect::Unfit),
        }
    }
}

/// What the rules say of a command that nobody has given yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prospect {
    /// It would be carried out.
    Free,
    /// The status takes it, and something else stands in its way.
    Barred(Vec<Finding>),
    /// The appointment is where it leads already.
    There,
    /// The status does not take it, or not from whoever asks.
    Unfit,
}

/// What would become of commands in a status, in the order they were asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The status.
    pub status: Status,
    /// Of each command what the rules say, and the status it would lead to where it is free.
    pub prospects: Vec<(Prospect, Option<Status>)>,
}

impl App {
    /// What would become of each command now, and in every status that some of them would lead to. Whoever cannot ask
    /// for a while knows from it what comes after what.
    pub async fn ahead(
        &self,
        old: &Appointment,
        commands: &[Command],
        actor: impl Into<Acting> + Send,
    ) -> Result<Vec<Ahead>> {
        let scene = self.scene(old.service, Some(old.customer), actor.into()).await?;
        let sale = self.sale(old).await?;
        let beside = Beside { sale: Some(&sale), ..Beside::default() };
        let mut all: Vec<Ahead> = Vec::new();
        let mut waiting = vec![old.status];
        while let Some(status) = waiting.pop() {
            if all.iter().any(|ahead| ahead.status == status) {
                continue;
            }
            let there = Appointment { status, ..old.clone() };
            let mut prospects = Vec::with_capacity(commands.len());
            for command in commands {
                let (prospect, next) = self.prospect(&scene, &there, command, beside).await?;
                waiting.extend(next);
                prospects.push((prospect, next));
            }
            all.push(Ahead { status, prospects });
        }
        Ok(all)
    }

    /// Of each command, whether the appointment's status takes it from whoever asks. One that is refused for any other
    /// reason is taken: what stands in its way is told to whoever gives it.
    pub async fn possible(
        &self,
        old: &Appointment,
        commands: &[Command],
        actor: impl Into<Acting> + Send,
    ) -> Result<Vec<bool>> {
        let acting = actor.into();
        let fits = commands.iter().map(|command| self.fits.known(old, command, acting.actor));
        if let Some(fits) = fits.collect::<Option<Vec<Fit>>>() {
            return Ok(fits.into_iter().map(|fit| fit == Fit::Takes).collect());
        }
        let prospects = self.prospects(old, commands, acting).await?;
        Ok(prospects.iter().map(|one| matches!(one, Prospect::Free | Prospect::Barred(_))).collect())
    }

    /// What would become of each command.
    pub async fn prospects(
        &self,
        old: &Appointment,
        commands: &[Command],
        actor: impl Into<Acting> + Send,
    ) -> Result<Vec<Prospect>> {
        let scene = self.scene(old.service, Some(old.customer), actor.into()).await?;
        let mut prospects = Vec::with_capacity(commands.len());
        for command in commands {
            prospects.push(self.prospect(&scene, old, command, Beside::default()).await?.0);
        }
        Ok(prospects)
    }

    /// What would become of a command, and where it would lead if it is free.
    async fn prospect(
        &self,
        scene: &Scene,
        old: &Appointment,
        command: &Command,
        beside: Beside<'_>,
    ) -> Result<(Prospect, Option<Status>)> {
        let actor = scene.actor.actor;
        if let Some(known) = self.fits.known(old, command, actor).and_then(Fit::prospect) {
            return Ok((known, None));
        }
        let (input, _) = self.asked(scene, old, command, beside, self.ports.clock.new_id()).await?;
        let (prospect, next) = match self.ports.rules.transition(&input)? {
            Ok(decision) => (Prospect::Free, Some(translate::status_back(decision.next))),
            Err(findings) => (barred(findings), None),
        };
        self.fits.note(old, command, actor, &prospect);
        Ok((prospect, next))
    }
}

fn barred(findings: Vec<decisions::Finding>) -> Prospect {
    let of_status = |finding: &&decisions::Finding| OUT_OF_STATUS.contains(&finding.code.as_str());
    match findings.iter().find(of_status) {
        Some(finding) if codes::is_done_already(&finding.code) => Prospect::There,
        Some(_) => Prospect::Unfit,
        None => Prospect::Barred(findings.into_iter().map(translate::finding).collect()),
    }
}
