//! Who may give a command, and what cut-offs allow.
//!
//! Invariant: a cut-off binds everybody; only staff can go past one, with a reason that is kept.

use crate::events;
use crate::findings;
use crate::grid;
use crate::lifecycle::Case;
use crate::wishes;
use crate::wit::{Actor, Command, Event, Exception, Finding, Status};

/// Passes if the actor may give the command.
pub(crate) fn check_actor(actor: Actor, status: Status, command: &Command) -> Result<(), Finding> {
    let done = participle(command);
    let refused = |whose| Err(findings::not_allowed(done, whose));
    match command {
        Command::Hold(_)
        | Command::Schedule
        | Command::Confirm
        | Command::Decline(_)
        | Command::Cancel(_)
        | Command::Reschedule(_) => Ok(()),
        Command::Pay(_) => match actor {
            Actor::Customer | Actor::Staff | Actor::System => Ok(()),
            Actor::Provider => refused("the customer or staff"),
        },
        Command::Expire | Command::Invoice => match actor {
            Actor::System | Actor::Staff => Ok(()),
            Actor::Customer | Actor::Provider => refused("staff, or by Slotledger itself"),
        },
        Command::Complete(_) => match (actor, status) {
            (Actor::Staff, _) | (Actor::Provider, Status::InProgress) => Ok(()),
            (Actor::Customer | Actor::Provider | Actor::System, _) => refused("staff"),
        },
        Command::Depart
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::FollowUp(_)
        | Command::MarkNoShow => match actor {
            Actor::Provider | Actor::Staff => Ok(()),
            Actor::Customer | Actor::System => refused("the provider or staff"),
        },
        Command::Reassign(_) | Command::Correct(_) => match actor {
            Actor::Staff => Ok(()),
            Actor::Customer | Actor::Provider | Actor::System => refused("staff"),
        },
    }
}

/// The command as it reads after "is" or "cannot be".
pub(crate) const fn participle(command: &Command) -> &'static str {
    match command {
        Command::Hold(_) => "held",
        Command::Schedule => "scheduled",
        Command::Confirm => "confirmed",
        Command::Pay(_) => "paid",
        Command::Expire => "expired",
        Command::Decline(_) => "declined",
        Command::Depart => "set out for",
        Command::Start => "started",
        Command::Pause => "paused",
        Command::Resume => "resumed",
        Command::Complete(_) => "completed",
        Command::FollowUp(_) => "followed up",
        Command::Cancel(_) => "cancelled",
        Command::MarkNoShow => "marked as no show",
        Command::Reschedule(_) => "rescheduled",
        Command::Reassign(_) => "reassigned",
        Command::Correct(_) => "corrected",
        Command::Invoice => "invoiced",
    }
}

/// Whether less than so many minutes are left before the visit.
pub(crate) fn is_late(case: &Case<'_>, cutoff: u32) -> bool {
    case.appointment.visit.start.saturating_sub(case.snapshot.now) < grid::seconds(cutoff)
}

/// Passes if a rule that is broken may be broken, and gives the event that says so.
pub(crate) fn except(
    case: &Case<'_>,
    broken: Finding,
    exception: Option<&Exception>,
) -> Result<Event, Finding> {
    let exception = exception.filter(|_| case.snapshot.actor == Actor::Staff);
    let Some(Exception { reason }) = exception else { return Err(broken) };
    check_reason(reason)?;
    let message = "Staff made an exception.";
    let attributes = [("rule", broken.code.as_str()), ("reason", reason.as_str())];
    Ok(events::with("appointment.exception_made", message, &attributes))
}

/// The exceptions made for what the customer required and a provider who takes over does not meet, or all of it that is
/// unmet. Whoever has the appointment already was agreed on.
pub(crate) fn check_wishes(
    case: &Case<'_>,
    provider: &str,
    exception: Option<&Exception>,
) -> Result<Vec<Event>, Vec<Finding>> {
    let known = case.snapshot.providers.iter().find(|calendar| calendar.provider.id == provider);
    let Some(calendar) = known.filter(|_| provider != case.appointment.provider) else {
        return Ok(Vec::new());
    };
    let (mut unmet, mut events, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    wishes::check(&calendar.provider, case.preferences, &mut unmet);
    for finding in unmet {
        match except(case, finding, exception) {
            Ok(event) => events.push(event),
            Err(finding) => broken.push(finding),
        }
    }
    if broken.is_empty() { Ok(events) } else { Err(broken) }
}

/// Passes if there is a reason.
pub(crate) fn check_reason(reason: &str) -> Result<(), Finding> {
    if reason.trim().is_empty() { Err(findings::reason_missing()) } else { Ok(()) }
}
