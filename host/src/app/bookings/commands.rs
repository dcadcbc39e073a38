//! What is done with a booking as a whole: confirmed, paid for, cancelled, each in one transaction.
//!
//! Invariant: whether an appointment can take part is the rules' answer. One that is where it shall be already is left
//! as it is; any other refusal refuses the whole, but for a cancellation that names no appointments: it calls off all
//! that can be, and lists the rest.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::share::{Bounds, shares};
use super::{BookingView, Details, LeftOut, after, json, view};
use crate::app::bundle::{Bundle, Refusals, check_version, merged, refused, version};
use crate::app::command::{Cancel, Command, Pay};
use crate::app::error::Refusal;
use crate::app::{App, Error, Reply, Request, Result};
use crate::codes;
use crate::model::master::currency_digits;
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
        let (bundle, left_out) = match command {
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
        self.settle_booking(&frame, &details, &all, bundle, left_out, request).await
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

    /// Divides the payment among the appointments whose deposit is due, and confirms the others with them. One that was
    /// confirmed without its deposit takes no part.
    async fn pay_all(
        &self,
        standing: &[Appointment],
        pay: &Pay,
        actor: Acting,
    ) -> Result<(Bundle, Refusals)> {
        let is_due = |one: &Appointment| missing(one).least > Decimal::ZERO;
        let mut payers: Vec<Appointment> = standing.iter().filter(|one| is_due(one)).cloned().collect();
        if payers.is_empty() {
            payers = standing.to_vec();
        }
        loop {
            let wanted = divided(standing, &payers, pay)?;
            let (bundle, refusals) = self.decide_all(&wanted, &[], actor).await?;
            let known = payers.len();
            let done: Vec<AppointmentId> =
                refusals.iter().filter(|(_, refusal)| is_there(refusal)).map(|(id, _)| *id).collect();
            payers.retain(|payer| !done.contains(&payer.id));
            if payers.len() == known || payers.is_empty() {
                return something(bundle, refusals);
            }
        }
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

/// What is missing of an appointment's deposit and of its price.
fn missing(appointment: &Appointment) -> Bounds {
    let most = appointment.balance.max(Decimal::ZERO);
    let paid = appointment.quote.net - appointment.balance;
    Bounds { least: (appointment.quote.deposit - paid).max(Decimal::ZERO).min(most), most }
}

/// Who pays how much; whoever pays nothing is confirmed.
fn divided(
    standing: &[Appointment],
    payers: &[Appointment],
    pay: &Pay,
) -> Result<Vec<(Appointment, Command)>> {
    let bounds: Vec<Bounds> = payers.iter().map(missing).collect();
    let digits = payers.first().and_then(|payer| currency_digits(&payer.quote.currency));
    let digits = u32::from(digits.unwrap_or_default());
    if pay.amount.normalize().scale() > digits {
        return Err(Error::field("amount", format!("must have at most {digits} digits after the point")));
    }
    let shares = shares(pay.amount, &bounds, digits).ok_or_else(|| {
        let least: Decimal = bounds.iter().map(|one| one.least).sum();
        let most: Decimal = bounds.iter().map(|one| one.most).sum();
        Error::field("amount", format!("the booking takes from {least} to {most}"))
    })?;
    let command = |one: &Appointment| {
        let share = payers.iter().zip(&shares).find(|(payer, _)| payer.id == one.id);
        share.map_or(Command::Confirm, |(_, amount)| Command::Pay(Pay { amount: *amount, ..pay.clone() }))
    };
    Ok(standing.iter().map(|one| (one.clone(), command(one))).collect())
}
