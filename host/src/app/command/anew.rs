//! Completed work whose materials were said wrong: it is taken back and completed again, in one transaction.
//!
//! Invariant: each of the two is a command like any other, decided by the rules, the second on top of the first. Each has a
//! revision, a line of the trail and documents of its own; either both are stored or none is.
//!
//! Deliberately absent: a change of a document. What stands in the books is countered, and asked for anew.

use super::{Command, Complete, Correct};
use crate::app::beside::Beside;
use crate::app::bundle::Bundle;
use crate::app::snapshot::Scene;
use crate::app::translate::contradiction;
use crate::app::{App, Error, Request, Result};
use crate::model::{Appointment, Status};

/// The two commands that a correction of materials is.
pub(super) struct Anew {
    taken_back: Command,
    completed: Command,
}

/// The two commands, where a command is a correction of materials.
pub(super) fn wanted(command: &Command) -> Result<Option<Anew>> {
    let Command::Correct(Correct { to, reason, materials: Some(materials) }) = command else {
        return Ok(None);
    };
    if *to != Status::Completed {
        return Err(Error::field("materials", "are those of work that is completed"));
    }
    let reason = reason.clone();
    Ok(Some(Anew {
        taken_back: Command::Correct(Correct { to: Status::InProgress, reason, materials: None }),
        completed: Command::Complete(Complete { materials: Some(materials.clone()) }),
    }))
}

impl App {
    /// Decides both, and stores them together. The appointment is as the second leaves it.
    pub(super) async fn complete_anew(
        &self,
        scene: &Scene,
        old: &Appointment,
        anew: &Anew,
        request: Option<&Request>,
    ) -> Result<Appointment> {
        let mut decided = self.decide_command(scene, old, &anew.taken_back, Beside::default()).await?;
        let before = self.changes(&mut decided)?;
        let reopened = before.first().ok_or_else(|| contradiction("a correction that changes nothing"))?;
        let reopened = reopened.appointment.clone();
        let beside = Beside { changes: &before, ..Beside::default() };
        let mut decided_again = self.decide_command(scene, &reopened, &anew.completed, beside).await?;
        let after = self.changes(&mut decided_again)?;
        let mut bundle = Bundle::of(scene, before);
        bundle.add(scene, after)?;
        let bundle = bundle.resting_on(decided.beside).resting_on(decided_again.beside);
        let render = |appointments: &[&Appointment]| {
            appointments.last().and_then(|last| serde_json::to_string(last).ok()).unwrap_or_default()
        };
        let answer = request.map(|request| request.pending(200, &render));
        let stored = self.store_all(bundle, None, answer).await?;
        stored.into_iter().last().ok_or_else(|| contradiction("a decision that changes nothing"))
    }
}
