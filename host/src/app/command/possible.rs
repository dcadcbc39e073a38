//! What could be done with an appointment next. The rules are asked, and nothing is stored.
//!
//! Deliberately absent: a table of statuses and commands, which only the rules have; and extensions, which are asked once
//! somebody means it.

use crate::app::beside::Beside;
use crate::app::{App, Command, Finding, Result, translate};
use crate::codes;
use crate::model::{Acting, Appointment};
use crate::wasm::bindings::slotledger::rules::decisions;

/// What the rules say where it is the status that does not take a command: it fits no such status, or leads nowhere.
const OUT_OF_STATUS: [&str; 2] = ["SL0240", "SL0241"];

/// What the rules say of a command that nobody has given yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prospect {
    /// It would be carried out.
    Free,
    /// The status takes it, and something else stands in its way.
    Barred(Vec<Finding>),
    /// The appointment is where it leads already.
    There,
    /// The status does not take it.
    Unfit,
}

impl App {
    /// Of each command, whether the appointment's status takes it. One that is refused for any other reason is taken: what
    /// stands in its way is told to whoever gives it.
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
