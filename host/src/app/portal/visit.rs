//! A customer's own page about their visit: reached by a link, and what can be done there.
//!
//! Invariants: the link is signed with the installation's secret, apart from all other links, and names one appointment. It
//! follows a visit that is moved, ends some time after it, and says nothing of itself. An answer is for the revision that
//! whoever gives it has seen.
//!
//! Deliberately absent: what a customer may do when, which the rules say.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::super::accounts::links::{self, Sealed};
use super::super::{
    App, Cancel, Command, Complete, Decline, Error, LinkBody, Prospect, Purpose, Reschedule, Result,
};
use crate::model::{Actor, Appointment, AppointmentId, Signature};
use crate::store;

/// How long after a visit its page is there: long enough to sign, to read what was done, and to object to it.
const AFTER: TimeDelta = TimeDelta::days(30);

/// Moves that are followed from one appointment to the next.
const MOVES: usize = 50;

/// Stands in for a reason that nobody gave.
pub(crate) const UNSAID: &str = "No reason was given.";

/// What such a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    visit: AppointmentId,
    expires: i64,
}

impl Sealed for Said {
    const CONTEXT: &'static str = "slotledger visit 1\n";
}

/// Something that can be done about a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What.
    pub purpose: Purpose,
    /// What the rules say of it.
    pub prospect: Prospect,
}

/// A visit as its customer finds it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The appointment, as it is now.
    pub appointment: Appointment,
    /// What the link is for, where it is for one thing alone.
    pub only: Option<Purpose>,
    /// What can be done, and what could be if nothing stood in its way.
    pub ways: Vec<Way>,
    /// Who signed for the work.
    pub signature: Option<Signature>,
}

impl Visit {
    /// What the rules say of one way; none where it is not a question now.
    #[must_use]
    pub fn way(&self, purpose: Purpose) -> Option<&Prospect> {
        let way = self.ways.iter().find(|way| way.purpose == purpose)?;
        Some(&way.prospect).filter(|prospect| matches!(prospect, Prospect::Free | Prospect::Barred(_)))
    }
}

impl App {
    /// The link to the page of an appointment.
    pub async fn visit_link(&self, id: AppointmentId) -> Result<String> {
        let appointment = self.appointment(id).await?;
        let said = Said { visit: id, expires: (appointment.end + AFTER).timestamp() };
        links::sealed(&self.link_secret().await?, &said)
    }

    /// The visit that a link leads to: one to its page, or one for a single purpose.
    pub async fn visit(&self, token: &str) -> Result<Visit> {
        let (appointment, only) = self.visited(token).await?;
        let ways = self.ways_on(&appointment, only).await?;
        let signature = self.ports.store.signature(appointment.id).await?;
        Ok(Visit { appointment, only, ways, signature })
    }

    /// Does something about a visit; `seen` is the revision that it is done on. Gives the appointment that is now meant.
    pub async fn answer_visit(&self, purpose: Purpose, seen: u32, body: LinkBody) -> Result<AppointmentId> {
        let (appointment, only) = self.visited(&body.token).await?;
        if only.is_some_and(|only| only != purpose) {
            return Err(Error::LinkOver);
        }
        if appointment.revision != seen {
            return Err(Error::Stale { current: appointment.revision.to_string() });
        }
        let Some(command) = command(purpose, &body)? else {
            self.sign(&appointment, body.name, None).await?;
            return Ok(appointment.id);
        };
        let moves = matches!(command, Command::Reschedule(_));
        let done = self.command(appointment.id, Some(seen), command, Actor::Customer, None).await?;
        match done {
            super::Reply::Fresh(after) => Ok(after.successor.filter(|_| moves).unwrap_or(after.id)),
            super::Reply::Replayed(_) => Err(Error::Busy),
        }
    }

    /// What would become of moving an appointment to a time that is free.
    pub async fn prospect_of_move(
        &self,
        appointment: &Appointment,
        start: DateTime<Utc>,
    ) -> Result<Prospect> {
        let Some(moved) = sketch(Purpose::Reschedule, start) else { return Ok(Prospect::Unfit) };
        let prospects = self.prospects(appointment, &[moved], Actor::Customer).await?;
        Ok(prospects.into_iter().next().unwrap_or(Prospect::Unfit))
    }

    async fn visited(&self, token: &str) -> Result<(Appointment, Option<Purpose>)> {
        let key = self.link_secret().await?;
        let Some(said) = links::opened::<Said>(&key, token) else {
            let (said, appointment) = self.followed(token, None).await?;
            return Ok((appointment, Some(said.purpose())));
        };
        if self.ports.clock.now().timestamp() >= said.expires {
            return Err(Error::LinkOver);
        }
        let mut appointment = self.ports.store.appointment(said.visit).await?.ok_or(Error::LinkOver)?;
        for _ in 0..MOVES {
            let Some(next) = appointment.successor else { break };
            let next = self.appointment(next).await?;
            // What only follows the work is a visit of its own.
            if !next.replaces.contains(&appointment.id) {
                break;
            }
            appointment = next;
        }
        Ok((appointment, None))
    }

    async fn ways_on(&self, appointment: &Appointment, only: Option<Purpose>) -> Result<Vec<Way>> {
        let asked: Vec<(Purpose, Command)> =
            [Purpose::Accept, Purpose::Decline, Purpose::Reschedule, Purpose::Cancel]
                .into_iter()
                .filter(|purpose| only.is_none_or(|only| only == *purpose))
                .filter_map(|purpose| Some((purpose, sketch(purpose, appointment.start)?)))
                .collect();
        let (purposes, commands): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let prospects = self.prospects(appointment, &commands, Actor::Customer).await?;
        let ways = purposes.into_iter().zip(prospects).map(|(purpose, prospect)| Way { purpose, prospect });
        let mut ways: Vec<Way> = ways.collect();
        if only.is_none_or(|only| only == Purpose::Sign) {
            let prospect =
                if self.is_completed(appointment).await? { Prospect::Free } else { Prospect::Unfit };
            ways.push(Way { purpose: Purpose::Sign, prospect });
        }
        Ok(ways)
    }

    /// Whether the work is done, which the rules say: completing it would lead nowhere new.
    pub(in crate::app) async fn is_completed(&self, appointment: &Appointment) -> Result<bool> {
        let complete = [Command::Complete(Complete::default())];
        Ok(self.prospects(appointment, &complete, Actor::Staff).await? == [Prospect::There])
    }

    /// Keeps a signature under work that is done.
    pub(in crate::app) async fn sign(
        &self,
        appointment: &Appointment,
        name: Option<String>,
        drawing: Option<String>,
    ) -> Result<()> {
        let name = name.filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| Error::field("name", "has to say who signs"))?;
        if !self.is_completed(appointment).await? {
            return Err(Error::Unfinished);
        }
        let (id, revision) = (appointment.id, appointment.revision);
        let signature = Signature { appointment: id, revision, name, drawing, at: self.ports.clock.now() };
        match self.ports.store.sign(&signature).await {
            Ok(()) => Ok(()),
            Err(store::Error::Exists(_)) => Err(Error::LinkMovedOn),
            Err(error) => Err(error.into()),
        }
    }
}

/// The command that a purpose stands for; none for a signature, which is none.
pub(in crate::app) fn command(purpose: Purpose, body: &LinkBody) -> Result<Option<Command>> {
    let said = body.reason.clone().filter(|reason| !reason.trim().is_empty());
    let reason = said.unwrap_or_else(|| UNSAID.to_owned());
    Ok(match purpose {
        Purpose::Accept => Some(Command::Confirm),
        Purpose::Decline => Some(Command::Decline(Decline { reason, replacement: None })),
        Purpose::Cancel => Some(Command::Cancel(Cancel { reason, exception_reason: None })),
        Purpose::Reschedule => {
            let start = body.start.ok_or_else(|| Error::field("start", "has to say when"))?;
            Some(Command::Reschedule(Reschedule {
                start,
                provider: None,
                guests: None,
                reason,
                exception_reason: None,
            }))
        }
        Purpose::Sign => None,
    })
}

/// The command as the rules are shown it before anybody has said the particulars.
fn sketch(purpose: Purpose, start: DateTime<Utc>) -> Option<Command> {
    command(purpose, &LinkBody { start: Some(start), ..LinkBody::default() }).ok().flatten()
}
