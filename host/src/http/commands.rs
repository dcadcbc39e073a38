//! Commands: what can be done with an appointment, one path each.
//!
//! `expire` has no path: a hold ends by itself.

use axum::extract;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::answer::changed;
use super::appointments::{PATH, TAG};
use super::body::{Body, Input, typed};
use super::extract::Id;
use super::gate::{Need, Subject};
use super::headers::{ActingAs, IfMatch};
use super::operation::{Operation, State};
use super::problem::Problem;
use crate::app::{Cancel, Command, Complete, Correct, Decline, Depart, NewTime, Pay, Reassign, Reschedule};
use crate::model::check::{REQUIRED_UNITS, consumables};
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::{Appointment, AppointmentId, FieldError, Scope};

/// The commands.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(bare(Scope::AppointmentsBook, "schedule", "Set the slot of a hold", || Command::Schedule))
        .routes(bare(Scope::AppointmentsAnswer, "confirm", "Acknowledge an appointment", || Command::Confirm))
        .routes(command(
            Scope::PaymentsWrite,
            "pay-deposit",
            "Pay the deposit, which acknowledges an appointment",
            Command::Pay,
        ))
        .routes(command(
            Scope::AppointmentsAnswer,
            "decline",
            "Refuse an appointment, or hand it over",
            Command::Decline,
        ))
        .routes(command(Scope::AppointmentsWork, "depart", "Set out", Command::Depart))
        .routes(bare(Scope::AppointmentsWork, "start", "Begin work", || Command::Start))
        .routes(bare(Scope::AppointmentsWork, "pause", "Interrupt work", || Command::Pause))
        .routes(bare(Scope::AppointmentsWork, "resume", "Go on with work", || Command::Resume))
        .routes(command(Scope::AppointmentsWork, "complete", "Finish work", Command::Complete))
        .routes(command(
            Scope::AppointmentsWork,
            "follow-up",
            "Finish interrupted work and book the rest",
            Command::FollowUp,
        ))
        .routes(command(Scope::AppointmentsBook, "cancel", "Call an appointment off", Command::Cancel))
        .routes(bare(Scope::AppointmentsWork, "no-show", "Say that the customer was not there", || {
            Command::MarkNoShow
        }))
        .routes(command(
            Scope::AppointmentsBook,
            "reschedule",
            "Move an appointment to another time",
            Command::Reschedule,
        ))
        .routes(command(
            Scope::AppointmentsDispatch,
            "reassign",
            "Give an appointment to another provider or other units",
            Command::Reassign,
        ))
        .routes(command(Scope::AppointmentsDispatch, "correct", "Put a mistake right", Command::Correct))
}

/// A command that says it all with its name.
fn bare(
    scope: Scope,
    name: &'static str,
    summary: &str,
    wanted: fn() -> Command,
) -> UtoipaMethodRouter<State> {
    route(scope, name, summary, move |Nothing {}| wanted())
}

/// A command that says more in its body.
fn command<B: Input + ToSchema>(
    scope: Scope,
    name: &'static str,
    summary: &str,
    wanted: fn(B) -> Command,
) -> UtoipaMethodRouter<State> {
    route(scope, name, summary, wanted)
}

fn route<B: Input + ToSchema>(
    scope: Scope,
    name: &'static str,
    summary: &str,
    wanted: impl Fn(B) -> Command + Clone + Send + Sync + 'static,
) -> UtoipaMethodRouter<State> {
    let body = if B::absent().is_some() { Required::False } else { Required::True };
    Operation::post(&format!("{PATH}/{{id}}/{name}"), &format!("{name}Appointment"), summary)
        .tag(TAG)
        .needs(&Need::of(scope, Subject::Appointment))
        .identified()
        .if_match(Required::False)
        .actor()
        .takes::<B>(body)
        .gives_versioned::<Appointment>(200, "The appointment, as it is now.")
        .refuses(&[409])
        .to(
            async move |extract::State(app): extract::State<State>,
                        Id(id): Id<AppointmentId>,
                        seen: IfMatch,
                        ActingAs(actor): ActingAs,
                        Body { value, request }: Body<B>|
                        -> Result<Response, Problem> {
                let reply = app.command(id, seen.version(), wanted(value), actor, request.as_ref()).await?;
                Ok(changed(reply))
            },
        )
}

/// No fields; the body may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Says how the body of a command is read, checked, and understood when there is none.
macro_rules! input {
    ($body:ident $(, |$value:ident, $fields:ident| $check:expr)? $(; absent: $absent:expr)?) => {
        impl Input for $body {
            fn read(value: Value) -> Result<Self, Vec<FieldError>> {
                typed(value)
            }

            $(fn check(&self) -> Vec<FieldError> {
                let ($value, mut all) = (self, Fields::default());
                let $fields = &mut all;
                $check;
                all.into_errors()
            })?

            $(fn absent() -> Option<Self> {
                Some($absent)
            })?
        }
    };
}

input!(Nothing; absent: Nothing {});
input!(Pay, |body, fields| {
    fields.money("amount", body.amount);
    fields.line("reference", &body.reference, LINE)
});
input!(Decline, |body, fields| fields.text("reason", &body.reason, TEXT));
input!(
    Depart, |body, fields| {
        if let Some(at) = body.expected_arrival {
            fields.instant("expected_arrival", at);
        }
    };
    absent: Depart::default()
);
input!(
    Complete, |body, fields| consumables("materials", body.materials.as_deref().unwrap_or_default(), fields);
    absent: Complete::default()
);
input!(NewTime, |body, fields| fields.instant("start", body.start));
input!(Cancel, |body, fields| reasons(&body.reason, body.exception_reason.as_deref(), fields));
input!(Reschedule, |body, fields| {
    fields.instant("start", body.start);
    reasons(&body.reason, body.exception_reason.as_deref(), fields)
});
input!(Reassign, |body, fields| {
    fields.at_most("units", &body.units, REQUIRED_UNITS);
    if let Some(reason) = &body.reason {
        fields.text("reason", reason, TEXT);
    }
});
input!(Correct, |body, fields| {
    fields.text("reason", &body.reason, TEXT);
    consumables("materials", body.materials.as_deref().unwrap_or_default(), fields)
});

/// Why something is done, and why a cut-off is passed.
pub(super) fn reasons(reason: &str, exception: Option<&str>, fields: &mut Fields) {
    fields.text("reason", reason, TEXT);
    if let Some(exception) = exception {
        fields.text("exception_reason", exception, TEXT);
    }
}
