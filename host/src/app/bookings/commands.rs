//! What is done with a booking as a whole: confirmed, paid for, cancelled, each in one transaction.
//!
//! Invariant: whether an appointment can take part is the rules' answer. One that is where it shall be already is left
//! as it is, and one whose status is past being confirmed or paid for, as when its provider is on the way, is left out where
//! others take part; any other refusal refuses the whole, but for a cancellation that names no appointments: it calls off all
//! that can be. What is left out is listed.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BookingView, Details, LeftOut, after, json, view};
use crate::app::bundle::{Bundle, Refusals, check_version, merged, refused, version};
use crate::app::command::words::{appointment, payment_words};
use crate::app::command::{Cancel, Command, Pay, Prospect};
use crate::app::error::Refusal;
use crate::app::{App, Error, Reply, Request, Result, translate};
use crate::codes;
use crate::model::{Acting, Appointment, AppointmentId, BookingId, Status};
use crate::store;

/// What somebody wants done with a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookingCommand {
    /// Acknowledge all of it.
    Confirm,
    /// Acknowledge it by paying the deposit.
    Pay(Pay),
    /// Call it off, wholly or in part.
    Cancel(CancelBooking),
}

/// The cancellation of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBooking {
    /// Why; it is kept.
    pub reason: String,
    /// Lets staff go past the cut-off, and says why.
    #[serde(default)]
    pub exception_reason: Option<String>,
    /// Only these appointments, all or none; none named means all that can be cancelled.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub appointments: Vec<AppointmentId>,
}

impl App {
    /// Carries out a command on a booking. `expected` is the version the caller has seen, if it says so.
    pub async fn command_booking(
        &self,
        id: BookingId,
        expected: Option<u32>,
        command: BookingCommand,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<BookingView>> {
        let actor = actor.into();
        self.until_settled(request, || {
            Box::pin(self.try_command_booking(id, expected, &command, actor, request))
        })
        .await
    }

    async fn try_command_booking(
        &self,
        id: BookingId,
        expected: Option<u32>,
        command: &BookingCommand,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<BookingView> {
        let (frame, details) = self.booking_frame(id).await?;
        let all = self.booked(id).await?;
        check_version(expected, version(&all))?;
        let mut standing: Vec<Appointment> = all.iter().filter(|one| stands(one)).cloned().collect();
        if standing.is_empty() {
            // Nothing can be done: the rules say why.
            standing.clone_from(&all);
        }
        let asked = match command {
            BookingCommand::Confirm => Some(Command::Confirm),
            BookingCommand::Pay(pay) => Some(Command::Pay(pay.clone())),
            BookingCommand::Cancel(_) => None,
        };
        let mut past = Refusals::new();
        if let Some(asked) = asked {
            (standing, past) = self.parted(standing, &asked, actor).await?;
        }
        let (bundle, mut left_out) = match command {
            BookingCommand::Confirm => self.confirm_all(&standing, actor).await?,
            BookingCommand::Pay(pay) => self.pay_all(&standing, pay, actor).await?,
            BookingCommand::Cancel(cancel) if cancel.appointments.is_empty() => {
                let (bundle, refusals) = self.decide_all(&cancelled(standing, cancel), &[], actor).await?;
                (bundle.ok_or_else(|| refused(refusals.clone()))?, refusals)
            }
            BookingCommand::Cancel(cancel) => {
                (self.cancel_these(&all, cancel, actor).await?, Refusals::new())
            }
        };
        left_out.extend(past);
        self.settle_booking(&frame, &details, &all, bundle, left_out, request).await
    }

    /// The appointments whose status takes a command, and what the rules have against the others. Where none does all of them
    /// are given: the rules say why.
    async fn parted(
        &self,
        standing: Vec<Appointment>,
        command: &Command,
        actor: Acting,
    ) -> Result<(Vec<Appointment>, Refusals)> {
        let (mut taking, mut past) = (Vec::new(), Vec::new());
        for one in &standing {
            let prospects = self.prospects(one, std::slice::from_ref(command), actor).await?;
            let side = if prospects.contains(&Prospect::Unfit) { &mut past } else { &mut taking };
            side.push(one.clone());
        }
        if taking.is_empty() || past.is_empty() {
            return Ok((standing, Refusals::new()));
        }
        let past: Vec<_> = past.into_iter().map(|one| (one, command.clone())).collect();
        let (_, refusals) = self.decide_all(&past, &[], actor).await?;
        Ok((taking, refusals))
    }

    async fn settle_booking(
        &self,
        frame: &store::Booking,
        details: &Details,
        before: &[Appointment],
        bundle: Bundle,
        left_out: Refusals,
        request: Option<&Request>,
    ) -> Result<BookingView> {
        let totals = self.totals(details, &after(before, &bundle)).await?;
        let left_out: Vec<LeftOut> = left_out
            .into_iter()
            .map(|(appointment, refusal)| LeftOut { appointment, findings: refusal.findings })
            .collect();
        let view = |changed: &[&Appointment]| BookingView {
            left_out: left_out.clone(),
            ..view(frame, details, &totals, merged(before, changed))
        };
        let render = |stored: &[&Appointment]| json(&view(stored));
        let answer = request.map(|request| request.pending(200, &render));
        let stored = self.store_all(bundle, None, answer).await?;
        Ok(view(&stored.iter().collect::<Vec<_>>()))
    }

    async fn confirm_all(&self, standing: &[Appointment], actor: Acting) -> Result<(Bundle, Refusals)> {
        let wanted: Vec<_> = standing.iter().map(|one| (one.clone(), Command::Confirm)).collect();
        let (bundle, refusals) = self.decide_all(&wanted, &[], actor).await?;
        something(bundle, refusals)
    }

    /// Has the rules divide the payment among the appointments, and confirms those that take no part in it. One that was
    /// paid for or confirmed already takes none.
    async fn pay_all(
        &self,
        standing: &[Appointment],
        pay: &Pay,
        actor: Acting,
    ) -> Result<(Bundle, Refusals)> {
        let mut asked = standing.to_vec();
        loop {
            let shares = self.shares(&asked, pay).await?;
            let share =
                |one: &Appointment| shares.iter().find(|(id, _)| *id == one.id).map(|(_, share)| *share);
            let command = |one: &Appointment| {
                share(one).map_or(Command::Confirm, |amount| Command::Pay(Pay { amount, ..pay.clone() }))
            };
            let wanted: Vec<_> = standing.iter().map(|one| (one.clone(), command(one))).collect();
            let (bundle, refusals) = self.decide_all(&wanted, &[], actor).await?;
            let done =
                |one: &Appointment| refusals.iter().any(|(id, refusal)| *id == one.id && is_there(refusal));
            let left =
                asked.iter().filter(|one| share(one).is_some() && !done(one)).cloned().collect::<Vec<_>>();
            if left.len() == shares.len() || left.is_empty() {
                return something(bundle, refusals);
            }
            asked = left;
        }
    }

    /// Who pays how much, by the rules.
    async fn shares(&self, asked: &[Appointment], pay: &Pay) -> Result<Vec<(AppointmentId, Decimal)>> {
        let first = asked.first().ok_or_else(|| translate::contradiction("a payment for nothing"))?;
        let payment = payment_words(pay, first)?;
        let words = asked.iter().map(|one| appointment(one, Vec::new())).collect::<Result<Vec<_>>>()?;
        let shares = self.ports.rules.share(&self.seller(asked).await?, &payment, &words)?;
        let shares = shares.map_err(translate::refused)?;
        if shares.len() != asked.len() {
            return Err(translate::contradiction("not a share for each appointment"));
        }
        let paid = asked.iter().zip(shares).filter_map(|(one, share)| Some((one.id, share?)));
        paid.map(|(id, share)| Ok((id, translate::number(&share)?))).collect()
    }

    async fn cancel_these(
        &self,
        all: &[Appointment],
        cancel: &CancelBooking,
        actor: Acting,
    ) -> Result<Bundle> {
        let mut chosen = Vec::new();
        for (n, id) in cancel.appointments.iter().enumerate() {
            let one = all.iter().find(|one| one.id == *id);
            let one = one.ok_or_else(|| {
                Error::field(&format!("appointments[{n}]"), "the booking has no such appointment")
            })?;
            if cancel.appointments.iter().take(n).all(|earlier| earlier != id) {
                chosen.push(one.clone());
            }
        }
        match self.decide_all(&cancelled(chosen, cancel), &[], actor).await? {
            (Some(bundle), refusals) if refusals.is_empty() => Ok(bundle),
            (_, refusals) => Err(refused(refusals)),
        }
    }
}

/// Whether anything can still be done with it: it has neither ended nor been called off.
const fn stands(appointment: &Appointment) -> bool {
    !matches!(appointment.status, Status::Completed | Status::Cancelled | Status::NoShow)
}

fn cancelled(appointments: Vec<Appointment>, cancel: &CancelBooking) -> Vec<(Appointment, Command)> {
    let CancelBooking { reason, exception_reason, .. } = cancel;
    let command =
        || Command::Cancel(Cancel { reason: reason.clone(), exception_reason: exception_reason.clone() });
    appointments.into_iter().map(|one| (one, command())).collect()
}

/// Whether all that is against it is that it has been done before.
fn is_there(refusal: &Refusal) -> bool {
    refusal.findings.iter().all(|finding| codes::is_done_already(&finding.code))
}

/// What was decided, unless something is in the way or nothing is left to be done.
fn something(bundle: Option<Bundle>, refusals: Refusals) -> Result<(Bundle, Refusals)> {
    match bundle {
        Some(bundle) if refusals.iter().all(|(_, refusal)| is_there(refusal)) => {
            Ok((bundle, Refusals::new()))
        }
        Some(_) => Err(refused(refusals.into_iter().filter(|(_, refusal)| !is_there(refusal)).collect())),
        None => Err(refused(refusals)),
    }
}
