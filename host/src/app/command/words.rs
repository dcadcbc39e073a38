//! Appointments and commands in the words of the rules.

use chrono::{DateTime, Utc};

use super::{Command, Pay};
use crate::app::{Result, translate};
use crate::model::{Appointment, ProviderId};
use crate::wasm::bindings::slotledger::rules::decisions;
use crate::wasm::bindings::slotledger::types::appointments as words;

/// The appointment as the rules are shown it, with what was asked for it.
pub(in crate::app) fn appointment(
    appointment: &Appointment,
    documents: Vec<words::DocumentLink>,
) -> Result<words::Appointment> {
    Ok(words::Appointment {
        id: appointment.id.to_string(),
        revision: appointment.revision,
        status: translate::status(appointment.status),
        provider: appointment.provider.to_string(),
        visit: translate::span(appointment.start, appointment.end),
        reserved: translate::span(appointment.reserved_start, appointment.reserved_end),
        units: appointment.units.iter().map(ToString::to_string).collect(),
        guests: appointment.guests,
        paid: translate::decimal(appointment.quote.net - appointment.balance)?,
        quote: translate::quote(&appointment.quote)?,
        hold_until: appointment.hold_until.map(|at| at.timestamp()),
        invoice_after: appointment.invoice_after.map(|at| at.timestamp()),
        timing: translate::timing(&appointment.timing),
        reschedules: appointment.reschedules,
        documents,
        replaces: appointment.replaces.iter().map(ToString::to_string).collect(),
        terms: appointment.terms.map(|terms| translate::posting(&terms)),
        successor: appointment.successor.map(|id| id.to_string()),
        attributes: appointment
            .booking
            .map(|id| ("booking".to_owned(), id.to_string()))
            .into_iter()
            .collect(),
    })
}

/// The payment in the words of the rules; a currency that is not named is the appointment's.
pub(in crate::app) fn payment_words(pay: &Pay, of: &Appointment) -> Result<decisions::Payment> {
    Ok(decisions::Payment {
        amount: translate::decimal(pay.amount)?,
        currency: pay.currency.clone().unwrap_or_else(|| of.quote.currency.clone()),
        reference: pay.reference.clone(),
        method: pay.method.clone(),
    })
}

/// The command in the words of the rules.
pub(super) fn command_words(command: &Command, old: &Appointment) -> Result<decisions::Command> {
    let request =
        |start: DateTime<Utc>, provider: Option<ProviderId>, guests: Option<u32>| decisions::Request {
            provider: Some(provider.unwrap_or(old.provider).to_string()),
            start: start.timestamp(),
            guests: guests.unwrap_or(old.guests),
            end: None,
            currency: None,
            units: Vec::new(),
            preferences: Vec::new(),
            // The agreed price has the coupon in it.
            coupon: None,
        };
    let exception = |reason: &Option<String>| reason.clone().map(|reason| decisions::Exception { reason });
    Ok(match command {
        Command::Schedule => decisions::Command::Schedule,
        Command::Confirm => decisions::Command::Confirm,
        Command::Pay(pay) => decisions::Command::Pay(payment_words(pay, old)?),
        Command::Expire => decisions::Command::Expire,
        Command::Decline(decline) => decisions::Command::Decline(decisions::Declination {
            reason: decline.reason.clone(),
            replacement: decline.replacement.map(|id| id.to_string()),
        }),
        Command::Depart(_) => decisions::Command::Depart,
        Command::Start => decisions::Command::Start,
        Command::Pause => decisions::Command::Pause,
        Command::Resume => decisions::Command::Resume,
        Command::Complete(complete) => decisions::Command::Complete(
            complete
                .materials
                .as_ref()
                .map(|materials| materials.iter().map(translate::consumable).collect::<Result<_>>())
                .transpose()?,
        ),
        Command::FollowUp(new) => decisions::Command::FollowUp(request(new.start, new.provider, new.guests)),
        Command::Cancel(cancel) => decisions::Command::Cancel(decisions::Cancellation {
            reason: cancel.reason.clone(),
            exception: exception(&cancel.exception_reason),
        }),
        Command::MarkNoShow => decisions::Command::MarkNoShow,
        Command::Reschedule(new) => decisions::Command::Reschedule(decisions::Rescheduling {
            request: request(new.start, new.provider, new.guests),
            reason: new.reason.clone(),
            exception: exception(&new.exception_reason),
        }),
        Command::Reassign(reassign) => decisions::Command::Reassign(decisions::Reassignment {
            provider: reassign.provider.map(|id| id.to_string()),
            units: reassign.units.iter().map(ToString::to_string).collect(),
            reason: reassign.reason.clone(),
        }),
        Command::Correct(correct) => decisions::Command::Correct(decisions::Correction {
            to: translate::status(correct.to),
            reason: correct.reason.clone(),
        }),
        Command::Invoice => decisions::Command::Invoice,
    })
}
