//! Commands as forms. Which of them are offered, the rules say; what stands in the way of one is shown beside its form.

use axum::extract::{self, Extension};
use axum::response::Response;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::appointment;
use super::door::Desk;
use super::form::Form;
use super::materials;
use super::trouble::Trouble;
use super::words;
use super::{Need, Pages};
use crate::app::{
    Cancel, Command, Complete, Correct, Decline, Depart, NewTime, Pay, Reassign, Reply, Reschedule,
};
use crate::codes;
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::headers::ActingAs;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{Appointment, AppointmentId, FieldError, Scope, Status};

/// A command that a page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Schedule,
    Confirm,
    Pay,
    Depart,
    Start,
    Pause,
    Resume,
    Complete,
    FollowUp,
    Reschedule,
    Reassign,
    NoShow,
    Decline,
    Cancel,
    Correct,
}

impl Act {
    /// All of them, in the order they are offered in.
    pub(super) const ALL: [Self; 15] = [
        Self::Confirm,
        Self::Schedule,
        Self::Pay,
        Self::Depart,
        Self::Start,
        Self::Resume,
        Self::Complete,
        Self::Pause,
        Self::FollowUp,
        Self::Reschedule,
        Self::Reassign,
        Self::NoShow,
        Self::Decline,
        Self::Cancel,
        Self::Correct,
    ];

    /// As the API calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Confirm => "confirm",
            Self::Pay => "pay-deposit",
            Self::Depart => "depart",
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Complete => "complete",
            Self::FollowUp => "follow-up",
            Self::Reschedule => "reschedule",
            Self::Reassign => "reassign",
            Self::NoShow => "no-show",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::Correct => "correct",
        }
    }

    /// What its button says.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Schedule => "Schedule",
            Self::Confirm => "Confirm",
            Self::Pay => "Enter payment",
            Self::Depart => "On the way",
            Self::Start => "Start work",
            Self::Pause => "Pause",
            Self::Resume => "Resume",
            Self::Complete => "Complete",
            Self::FollowUp => "Book the rest",
            Self::Reschedule => "Reschedule",
            Self::Reassign => "Reassign",
            Self::NoShow => "No show",
            Self::Decline => "Decline",
            Self::Cancel => "Cancel appointment",
            Self::Correct => "Correct",
        }
    }

    /// Whether its button is all there is to it.
    pub(super) const fn is_bare(self) -> bool {
        match self {
            Self::Schedule
            | Self::Confirm
            | Self::Depart
            | Self::Start
            | Self::Pause
            | Self::Resume
            | Self::Complete
            | Self::NoShow => true,
            Self::Pay
            | Self::FollowUp
            | Self::Reschedule
            | Self::Reassign
            | Self::Decline
            | Self::Cancel
            | Self::Correct => false,
        }
    }

    /// Whether there is a form to say more in, or to be asked again before it is done.
    pub(super) const fn has_form(self) -> bool {
        !self.is_bare() || matches!(self, Self::Complete | Self::Confirm)
    }

    /// What it needs.
    pub(super) const fn scope(self) -> Scope {
        match self {
            Self::Schedule | Self::Reschedule | Self::Cancel => Scope::AppointmentsBook,
            Self::Confirm | Self::Decline => Scope::AppointmentsAnswer,
            Self::Pay => Scope::PaymentsWrite,
            Self::Depart
            | Self::Start
            | Self::Pause
            | Self::Resume
            | Self::Complete
            | Self::FollowUp
            | Self::NoShow => Scope::AppointmentsWork,
            Self::Reassign | Self::Correct => Scope::AppointmentsDispatch,
        }
    }

    /// The command as it is shown to the rules before somebody has said the particulars.
    pub(super) fn sketch(self, of: &Appointment) -> Command {
        let reason = String::from("-");
        match self {
            Self::Schedule => Command::Schedule,
            Self::Confirm => Command::Confirm,
            Self::Pay => Command::Pay(Pay {
                amount: of.deposit_left().unwrap_or(of.quote.deposit),
                currency: None,
                reference: reason,
                method: None,
            }),
            Self::Depart => Command::Depart(Depart::default()),
            Self::Start => Command::Start,
            Self::Pause => Command::Pause,
            Self::Resume => Command::Resume,
            Self::Complete => Command::Complete(Complete::default()),
            Self::FollowUp => Command::FollowUp(NewTime { start: of.start, provider: None, guests: None }),
            Self::Reschedule => Command::Reschedule(Reschedule {
                start: of.start,
                provider: None,
                guests: None,
                reason,
                exception_reason: None,
            }),
            Self::Reassign => {
                Command::Reassign(Reassign { provider: Some(of.provider), units: Vec::new(), reason: None })
            }
            Self::NoShow => Command::MarkNoShow,
            Self::Decline => Command::Decline(Decline { reason, replacement: None }),
            Self::Cancel => Command::Cancel(Cancel { reason, exception_reason: None }),
            // Whatever is over could have been this.
            Self::Correct => Command::Correct(Correct { to: Status::Confirmed, reason, materials: None }),
        }
    }

    /// The command as a form says it at this moment, read and checked as the API reads it.
    pub(super) fn read(self, form: &Form, now: DateTime<Utc>) -> Result<Command, Problem> {
        Ok(match self {
            Self::Schedule => Command::Schedule,
            Self::Confirm => Command::Confirm,
            Self::Pay => Command::Pay(pay(form)?),
            Self::Depart => Command::Depart(depart(form, now)?),
            Self::Start => Command::Start,
            Self::Pause => Command::Pause,
            Self::Resume => Command::Resume,
            Self::Complete => Command::Complete(complete(form)?),
            Self::FollowUp => Command::FollowUp(form.input(&["start", "provider"])?),
            Self::Reschedule => {
                Command::Reschedule(form.input(&["start", "provider", "reason", "exception_reason"])?)
            }
            Self::Reassign => Command::Reassign(form.input(&["provider", "reason"])?),
            Self::NoShow => Command::MarkNoShow,
            Self::Decline => Command::Decline(form.input(&["reason"])?),
            Self::Cancel => Command::Cancel(form.input(&["reason", "exception_reason"])?),
            Self::Correct => Command::Correct(correct(form)?),
        })
    }
}

/// Money, as much as the form says in whichever way people write it.
fn pay(form: &Form) -> Result<Pay, Problem> {
    let told = |name: &str| Some(form.text(name)).filter(|text| !text.is_empty());
    let amount = Some(form.number("amount")).filter(|text| !text.is_empty());
    if amount.as_deref().is_some_and(|text| text.parse::<Decimal>().is_err()) {
        let message = "must be an amount, such as 49.90".to_owned();
        return Err(Problem::fields(
            codes::INVALID,
            vec![FieldError { field: "amount".to_owned(), message }],
        ));
    }
    let said = [("amount", amount.as_deref()), ("reference", told("reference")), ("method", told("method"))];
    form.checked(said.into_iter().filter_map(|(name, text)| Some((name, text?))).collect())
}

/// What a form calls a field of a command; none where it has no other word for it.
pub(super) fn called(form: &Form, field: &str) -> Option<String> {
    let label = match field {
        "to" => "What it should have been",
        "start" => "New time",
        "exception_reason" => "Reason to pass a cut-off",
        _ => return materials::called(form, field),
    };
    Some(label.to_owned())
}

/// The end of work, with what was used up. Where a form does not ask, it is what the service lists.
fn complete(form: &Form) -> Result<Complete, Problem> {
    match materials::told(form)? {
        None => Ok(Complete::default()),
        Some(rows) => form.checked(json!({ "materials": rows })),
    }
}

/// A correction, with what was used up where that is what is corrected.
fn correct(form: &Form) -> Result<Correct, Problem> {
    let to = form.text("to");
    let used = if to == Status::Completed.as_str() { materials::told(form)? } else { None };
    form.checked(json!({ "to": to, "reason": form.text("reason"), "materials": used }))
}

/// In how many minutes somebody who sets out can say that they arrive, with one tap.
pub(super) const MINUTES: [u32; 5] = [10, 20, 30, 45, 60];

/// A way in `minutes`, of which `waited` seconds have gone by on a phone that could not send it. Where all of it has, nothing
/// is said of the arrival any more; that they set out is still true.
fn depart(form: &Form, now: DateTime<Utc>) -> Result<Depart, Problem> {
    let waited = i64::from(form.read::<u32>("waited")?.unwrap_or_default());
    let left = form.read::<u32>("minutes")?.map(|minutes| i64::from(minutes) * 60 - waited);
    let at = left.filter(|left| *left > 0).map(|left| now + TimeDelta::seconds(left));
    Ok(Depart { expected_arrival: at.map(|at| at.trunc_subsecs(0)) })
}

/// A form for each command.
pub(super) fn routes() -> Pages {
    Act::ALL.into_iter().fold(Pages::default(), |pages, act| {
        let path = format!("/appointments/{{id}}/{}", act.name());
        let need = Need::of(act.scope(), Subject::Appointment);
        pages.post(
            &path,
            need,
            async move |extract::State(app): extract::State<State>,
                        Id(id): Id<AppointmentId>,
                        Extension(desk): Extension<Desk>,
                        Extension(form): Extension<Form>,
                        acting: ActingAs|
                        -> Result<Response, Problem> {
                give(act, &app, id, &desk, &form, acting).await
            },
        )
    })
}

async fn give(
    act: Act,
    app: &State,
    id: AppointmentId,
    desk: &Desk,
    form: &Form,
    ActingAs(acting): ActingAs,
) -> Result<Response, Problem> {
    let refused = async |problem: Problem| {
        let trouble = Trouble::in_words(&problem, |field| called(form, field));
        let wrong = appointment::Wrong { act, trouble, form: form.clone() };
        appointment::page(app, id, desk, acting, Some(wrong)).await
    };
    let seen = match form.read::<u32>("seen") {
        Ok(seen) => seen,
        Err(problem) => return refused(problem).await,
    };
    let command = match act.read(form, app.now()) {
        Ok(command) => command,
        Err(problem) => return refused(problem).await,
    };
    let moves = matches!(command, Command::Reschedule(_) | Command::FollowUp(_));
    match app.command(id, seen, command, acting, None).await {
        Ok(Reply::Fresh(after)) => {
            let id = after.successor.filter(|_| moves).unwrap_or(after.id);
            Ok(words::to(&format!("/appointments/{id}?done={}", act.name())))
        }
        Ok(Reply::Replayed(_)) => Ok(words::to(&format!("/appointments/{id}?done={}", act.name()))),
        Err(error) => refused(error.into()).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_says_half_is_refused() {
        for form in ["rows=1&quantity0=1", "rows=1&item0=FILTER&quantity0=some&unit0=Unit&warehouse0=V"] {
            assert!(complete(&Form::parse(form.as_bytes())).is_err(), "{form}");
        }
    }

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, amount) in [("156,00", "156.00"), ("46.8", "46.8"), ("7", "7")] {
            let form = Form::parse(format!("amount={text}&reference=cash").as_bytes());
            assert_eq!(pay(&form).unwrap().amount.to_string(), amount);
        }
        for form in ["amount=much&reference=x", "amount=1.560,00&reference=x", "reference=x", "amount=7"] {
            assert!(pay(&Form::parse(form.as_bytes())).is_err(), "{form}");
        }
        let refused = pay(&Form::parse(b"amount=much&reference=x")).unwrap_err().details();
        assert_eq!(refused["errors"][0]["message"], "must be an amount, such as 49.90");
    }

    #[test]
    fn a_correction_says_what_was_used_of_completed_work_only() {
        let rows = "rows=1&item0=FILTER&quantity0=2&unit0=Unit&warehouse0=V&reason=Miscounted";
        let read = |to: &str| correct(&Form::parse(format!("{rows}&to={to}").as_bytes())).unwrap();
        assert_eq!(read("completed").materials.map(|all| all.len()), Some(1));
        assert_eq!(read("no_show").materials, None);
        for form in ["reason=x", "reason=x&to=nowhere"] {
            assert!(correct(&Form::parse(form.as_bytes())).is_err(), "{form}");
        }
    }
}
