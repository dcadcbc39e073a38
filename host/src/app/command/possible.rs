//! What could be done with an appointment next. The rules are asked, and nothing is stored.
//!
//! Deliberately absent: a table of statuses and commands, which only the rules have; and extensions, which are asked once
//! somebody means it.

use crate::app::beside::Beside;
use crate::app::{App, Command, Result};
use crate::model::{Acting, Appointment};

/// What the rules say where it is the status that does not take a command: it fits no such status, or leads nowhere.
const OUT_OF_STATUS: [&str; 2] = ["SL0240", "SL0241"];

impl App {
    /// Of each command, whether the appointment's status takes it. One that is refused for any other reason is taken: what
    /// stands in its way is told to whoever gives it.
    pub async fn possible(
        &self,
        old: &Appointment,
        commands: &[Command],
        actor: impl Into<Acting> + Send,
    ) -> Result<Vec<bool>> {
        let scene = self.scene(old.service, Some(old.customer), actor.into()).await?;
        let mut possible = Vec::with_capacity(commands.len());
        for command in commands {
            let new_id = self.ports.clock.new_id();
            let (input, _) = self.asked(&scene, old, command, Beside::default(), new_id).await?;
            let verdict = self.ports.rules.transition(&input)?;
            possible.push(match verdict {
                Ok(_) => true,
                Err(findings) => {
                    !findings.iter().any(|finding| OUT_OF_STATUS.contains(&finding.code.as_str()))
                }
            });
        }
        Ok(possible)
    }
}
