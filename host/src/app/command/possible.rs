//! What could be done with an appointment next. The rules are asked, and nothing is stored.
//!
//! Deliberately absent: a table of statuses and commands, which only the rules have; and extensions, which are asked once
//! somebody means it.

use crate::app::beside::Beside;
use crate::app::{App, Command, Finding, Result, translate};
use crate::codes;
use crate::model::{Acting, Appointment, Status};
use crate::wasm::bindings::slotledger::rules::decisions;

/// What the rules say where it is the status that does not take a command, or not from whoever asks: it fits no such status,
/// leads nowhere, is for somebody else to give, or corrects to a status that could not have been.
const OUT_OF_STATUS: [&str; 4] = ["SL0240", "SL0241", "SL0244", "SL0254"];

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
                let new_id = self.ports.clock.new_id();
                let (input, _) = self.asked(&scene, &there, command, beside, new_id).await?;
                let (prospect, next) = match self.ports.rules.transition(&input)? {
                    Ok(decision) => (Prospect::Free, Some(translate::status_back(decision.next))),
                    Err(findings) => (barred(findings), None),
                };
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
        let prospects = self.prospects(old, commands, actor).await?;
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
            let new_id = self.ports.clock.new_id();
            let (input, _) = self.asked(&scene, old, command, Beside::default(), new_id).await?;
            let verdict = self.ports.rules.transition(&input)?;
            prospects.push(verdict.err().map_or(Prospect::Free, barred));
        }
        Ok(prospects)
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
