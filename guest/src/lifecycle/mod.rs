//! Commands on appointments: the status machine and what follows from each step.
//!
//! Invariant: a decision is data. It says what comes next, what happened and what the books are asked for; the caller
//! stores all of it or nothing. The status is asked first, then the actor, then the rules of the command.

mod billing;
mod booking;
mod change;
mod correction;
mod deposit;
mod policy;
mod table;
mod work;

use crate::effects::Sale;
use crate::wit::{
    Appointment, Command, Decision, Event, Finding, Plan, PostingPolicy, Preference, Slots, Snapshot, Status,
    Timing, TransitionInput,
};
use crate::{findings, seats};
use table::Verdict;

/// The longest identifier; a key is an identifier, a revision and a step, and has to fit into 140 characters.
const MAX_ID: usize = 64;

/// Decides a command.
///
/// # Errors
/// Every rule that the command breaks.
pub fn transition(input: &TransitionInput) -> Result<Decision, Vec<Finding>> {
    match (&input.appointment, &input.command) {
        (None, Command::Hold(request)) => booking::hold(input, request),
        (
            None,
            Command::Schedule | Command::Confirm | Command::Pay(_) | Command::Expire | Command::Decline(_),
        )
        | (None, Command::Depart | Command::Start | Command::Pause | Command::Resume)
        | (None, Command::Complete(_) | Command::FollowUp(_) | Command::Cancel(_) | Command::MarkNoShow)
        | (None, Command::Reschedule(_) | Command::Reassign(_) | Command::Correct(_) | Command::Invoice) => {
            Err(vec![findings::appointment_missing()])
        }
        (Some(appointment), command) => {
            let case = Case::open(input, appointment)?;
            decide(&case, command)
        }
    }
}

fn decide(case: &Case<'_>, command: &Command) -> Result<Decision, Vec<Finding>> {
    match command {
        Command::Hold(_) => Err(vec![findings::appointment_unexpected()]),
        Command::Schedule => booking::schedule(case).map_err(one),
        Command::Confirm => booking::confirm(case).map_err(one),
        Command::Pay(payment) => deposit::pay(case, payment).map_err(one),
        Command::Expire => booking::expire(case).map_err(one),
        Command::Decline(decline) => change::decline(case, decline),
        Command::Depart => Ok(work::depart(case)),
        Command::Start => Ok(work::start(case)),
        Command::Pause => Ok(work::pause(case)),
        Command::Resume => Ok(work::resume(case)),
        Command::Complete(materials) => work::complete(case, materials.as_deref()).map_err(one),
        Command::FollowUp(request) => work::follow_up(case, request),
        Command::Cancel(cancellation) => change::cancel(case, cancellation).map_err(one),
        Command::MarkNoShow => work::mark_no_show(case).map_err(one),
        Command::Reschedule(rescheduling) => change::reschedule(case, rescheduling),
        Command::Reassign(reassignment) => change::reassign(case, reassignment),
        Command::Correct(correction) => correction::correct(case, correction),
        Command::Invoice => billing::invoice(case).map_err(one),
    }
}

fn one(finding: Finding) -> Vec<Finding> {
    vec![finding]
}

/// A command on an appointment that its status and the actor allow.
pub(crate) struct Case<'a> {
    pub snapshot: &'a Snapshot,
    pub appointment: &'a Appointment,
    /// What the customer wished for when it was booked.
    pub preferences: &'a [Preference],
    /// For the appointment that may follow.
    pub new_id: &'a str,
    /// The revision that the command leads to.
    pub revision: u32,
    /// The status that the command leads to.
    pub next: Status,
}

impl<'a> Case<'a> {
    fn open(input: &'a TransitionInput, appointment: &'a Appointment) -> Result<Self, Vec<Finding>> {
        let (status, command) = (appointment.status, &input.command);
        let next = match table::next(status, command) {
            Verdict::To(next) => next,
            Verdict::Already => return Err(one(findings::already(status))),
            Verdict::Refused => {
                return Err(one(findings::not_in_status(policy::participle(command), status)));
            }
            Verdict::Uncorrectable(to) => return Err(one(findings::correction_unfit(status, to))),
            Verdict::Exists => return Err(one(findings::appointment_unexpected())),
        };
        policy::check_actor(input.snapshot.actor, status, command).map_err(one)?;
        check_id(&appointment.id).map_err(one)?;
        let revision =
            appointment.revision.checked_add(1).ok_or_else(|| one(findings::revisions_used_up()))?;
        Ok(Self {
            snapshot: &input.snapshot,
            appointment,
            preferences: &input.preferences,
            new_id: &input.new_id,
            revision,
            next,
        })
    }

    /// The sale as the command leaves it; no documents are drafted yet.
    fn sale(&self) -> Sale<'a> {
        Sale::of(self, None)
    }

    /// How its books are kept: as was agreed when it, or the first of its booking, was confirmed.
    pub(crate) fn terms(&self) -> PostingPolicy {
        let others = self.snapshot.booking.iter().flat_map(|booking| &booking.others);
        let agreed = others.filter_map(|other| other.appointment.terms).next();
        self.appointment.terms.or(agreed).unwrap_or(self.snapshot.company.posting)
    }

    /// The terms, once the next status binds both sides to them.
    fn agreed(&self, next: Status) -> Option<PostingPolicy> {
        match next {
            Status::Open | Status::Scheduled | Status::Cancelled => self.appointment.terms,
            Status::Confirmed
            | Status::EnRoute
            | Status::InProgress
            | Status::Paused
            | Status::Completed
            | Status::NoShow => Some(self.terms()),
        }
    }

    /// Goes to the next status and changes nothing else.
    fn decision(&self, event: Event) -> Decision {
        Decision {
            next: self.next,
            revision: self.revision,
            plan: None,
            slots: Slots::Keep,
            hold_until: None,
            invoice_after: self.appointment.invoice_after.filter(|_| self.next == Status::Completed),
            timing: self.appointment.timing,
            paid: self.appointment.paid,
            terms: self.agreed(self.next),
            events: vec![event],
            effects: Vec::new(),
            successor: None,
        }
    }

    /// The appointment's time, with another provider or other units.
    fn plan_with(&self, provider: &str, units: Vec<String>) -> Plan {
        Plan {
            provider: provider.to_owned(),
            visit: self.appointment.visit,
            reserved: self.appointment.reserved,
            units,
            session: seats::shared_visit(&self.snapshot.service, self.appointment.visit.start),
            guests: self.appointment.guests,
            quote: self.appointment.quote.clone(),
        }
    }

    /// The time at which work ended, if it had begun.
    fn stopped(&self) -> Timing {
        let timing = self.resumed();
        let finished = timing.finished.or(timing.started.map(|_| self.snapshot.now));
        Timing { finished, ..timing }
    }

    /// The pause that still lasts is over.
    fn resumed(&self) -> Timing {
        let timing = self.appointment.timing;
        let pause = timing.paused.map_or(0, |since| self.snapshot.now.saturating_sub(since).max(0));
        let paused_seconds = timing.paused_seconds.saturating_add(pause.unsigned_abs());
        Timing { paused: None, paused_seconds, ..timing }
    }
}

/// The revision of an appointment that has just been made.
pub(crate) const FIRST_REVISION: u32 = 1;

/// Passes if the identifier can become a part of keys.
fn check_id(id: &str) -> Result<(), Finding> {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_' | b'.');
    let sane = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(plain);
    if sane { Ok(()) } else { Err(findings::id_unusable()) }
}
