//! From a decision to what is stored: the appointment as it shall be, its trail, its slots, and its outbox rows.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::bundle::Bundle;
use super::command::Pay;
use super::hold::Booking;
use super::snapshot::Scene;
use super::translate::{contradiction, moment, number, quote_back, status_back, timing_back};
use super::{App, Request, Result, effects, sale, translate};
use crate::model::{
    Appointment, AppointmentId, By, Claim, Event, NewDecision, Payment, ProviderId, SharedVisit, Status,
    Timing, UnitId,
};
use crate::store::{Change, Slots};
use crate::wasm::bindings::slotledger::rules::decisions;

/// A command granted, with what it was decided on.
pub(super) struct Decided<'a> {
    pub(super) scene: &'a Scene,
    /// What was booked, of a new appointment.
    pub(super) booking: Option<&'a Booking>,
    /// Money that came with the command.
    pub(super) payment: Option<&'a Pay>,
    /// When the provider expects to arrive, where the command says so.
    pub(super) arrival: Option<DateTime<Utc>>,
    /// The appointment as it was.
    pub(super) old: Option<&'a Appointment>,
    /// Other appointments that it was decided on, with their revisions.
    pub(super) beside: Vec<(AppointmentId, u32)>,
    /// Why, where the command gave a reason.
    pub(super) reason: Option<String>,
    /// The identifier of the appointment that the command may make.
    pub(super) new_id: Uuid,
    pub(super) decision: decisions::Decision,
    /// What the decision was made from, to be recorded with what it changes.
    pub(super) record: Option<NewDecision>,
}

impl App {
    /// Stores one decision in one transaction, and gives the appointment that it is about. A repeated request is answered
    /// with this HTTP status.
    pub(super) async fn settle(
        &self,
        bundle: Bundle,
        status: u16,
        request: Option<&Request>,
    ) -> Result<Appointment> {
        let render = |appointments: &[&Appointment]| {
            let first = appointments.first();
            first.and_then(|first| serde_json::to_string(first).ok()).unwrap_or_default()
        };
        let answer = request.map(|request| request.pending(status, &render));
        let mut stored = self.store_all(bundle, None, answer).await?;
        if stored.is_empty() {
            Err(contradiction("a decision that changes nothing"))
        } else {
            Ok(stored.remove(0))
        }
    }

    /// What a decision changes: the appointment it is about, and the one that follows from it.
    pub(super) fn changes(&self, decided: &mut Decided<'_>) -> Result<Vec<Change>> {
        // A clock that was set back does not date a change before the one it follows.
        let now = self.ports.clock.now().max(decided.old.map_or(DateTime::UNIX_EPOCH, |old| old.updated_at));
        let successor = decided.decision.successor.take();
        let moved = successor.as_ref().is_some_and(|successor| successor.replaces);
        let mut main = self.main(decided, moved, now)?;
        let Some(successor) = successor else { return Ok(vec![main]) };
        let follower = self.follower(decided, successor, &main.appointment, now)?;
        main.appointment.successor = Some(follower.appointment.id);
        Ok(vec![main, follower])
    }

    /// The appointment that the command was about.
    fn main(&self, decided: &mut Decided<'_>, moved: bool, now: DateTime<Utc>) -> Result<Change> {
        let decision = &mut decided.decision;
        let (mut events, effects) =
            (std::mem::take(&mut decision.events), std::mem::take(&mut decision.effects));
        let plan = decision.plan.take();
        let mut appointment = match (decided.old, decided.booking, &plan) {
            (Some(old), _, _) => old.clone(),
            (None, Some(booking), Some(plan)) => fresh(decided.scene, booking, decided.new_id, plan, now)?,
            (None, _, _) => return Err(contradiction("a new appointment without a plan")),
        };
        let expected = decided.old.map(|old| old.revision);
        if decided.decision.revision != expected.unwrap_or(0) + 1 {
            return Err(contradiction("a revision that does not follow the last"));
        }
        let from = decided.old.map(|old| old.status);
        if let Some(plan) = plan {
            follow(&mut appointment, decided.scene, plan)?;
        }
        appointment.status = status_back(decided.decision.next);
        appointment.revision = decided.decision.revision;
        appointment.hold_until = decided.decision.hold_until.map(moment).transpose()?;
        appointment.invoice_after = decided.decision.invoice_after.map(moment).transpose()?;
        appointment.timing = timing_back(&decided.decision.timing)?;
        appointment.terms = decided.decision.terms.map(translate::posting_back);
        appointment.shared_documents.extend(sale::shared_documents(appointment.id, &effects)?);
        pay(&mut appointment, number(&decided.decision.paid)?, decided.payment, moved, now)?;
        appointment.updated_at = now;
        let reason = decided.reason.clone().or_else(|| stated_reason(&events));
        appointment.cancellation_reason = reason.filter(|_| appointment.status == Status::Cancelled);
        // It holds while they are on the way; what was said stays in the trail.
        let on_the_way = appointment.status == Status::EnRoute;
        appointment.expected_arrival =
            decided.arrival.or(appointment.expected_arrival).filter(|_| on_the_way);
        if let (Some(event), Some(at)) = (events.first_mut(), decided.arrival) {
            let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
            event.attributes.push((EXPECTED_ARRIVAL.to_owned(), at));
        }
        let trail = self.trail(decided, &appointment, from, events, now);
        let record = decided.record.take();
        let record = record.map(|record| NewDecision { appointment: Some(appointment.id), ..record });
        Ok(Change {
            decisions: record.into_iter().collect(),
            deliveries: effects::deliveries(decided.scene, &appointment, effects)?,
            title: title(decided.scene, decided.booking)?,
            slots: slots(decided.decision.slots, &appointment),
            events: trail,
            expected,
            appointment,
        })
    }

    /// The appointment that replaces or follows it.
    fn follower(
        &self,
        decided: &Decided<'_>,
        successor: decisions::Successor,
        old: &Appointment,
        now: DateTime<Utc>,
    ) -> Result<Change> {
        let mut appointment = Appointment {
            id: AppointmentId(decided.new_id),
            // The store numbers it, and puts the number on its documents.
            name: String::new(),
            status: status_back(successor.status),
            revision: 1,
            hold_until: None,
            invoice_after: None,
            timing: Timing::default(),
            expected_arrival: None,
            reschedules: successor.reschedules,
            cancellation_reason: None,
            terms: successor.terms.map(translate::posting_back),
            replaces: Vec::new(),
            shared_documents: sale::shared_documents(AppointmentId(decided.new_id), &successor.effects)?,
            invoiced_with: Vec::new(),
            predecessor: Some(old.id),
            successor: None,
            created_at: now,
            updated_at: now,
            ..old.clone()
        };
        follow(&mut appointment, decided.scene, successor.plan)?;
        // What was paid and asked for moves with the appointment, or is left where it is.
        appointment.payments = Vec::new();
        if successor.replaces {
            appointment.payments = decided.old.map_or(&[][..], |old| &old.payments).to_vec();
            appointment.replaces = old.replaces.iter().copied().chain([old.id]).collect();
        }
        pay(&mut appointment, number(&successor.paid)?, None, false, now)?;
        let events = self.trail(decided, &appointment, None, successor.events, now);
        Ok(Change {
            deliveries: effects::deliveries(decided.scene, &appointment, successor.effects)?,
            title: old.name.split_once(TITLE_MARK).map_or_else(String::new, |(_, title)| title.to_owned()),
            slots: slots(decisions::Slots::Take, &appointment),
            expected: None,
            events,
            decisions: Vec::new(),
            appointment,
        })
    }

    fn trail(
        &self,
        decided: &Decided<'_>,
        appointment: &Appointment,
        from: Option<Status>,
        events: Vec<decisions::Event>,
        at: DateTime<Utc>,
    ) -> Vec<Event> {
        let entry = |event: decisions::Event| Event {
            appointment: appointment.id,
            revision: appointment.revision,
            at,
            actor: decided.scene.actor.actor,
            by: decided.scene.actor.by.map(|id| By { id, name: None }),
            name: event.name,
            message: event.message,
            from,
            to: appointment.status,
            rules_digest: self.ports.rules.digest().to_owned(),
            attributes: event.attributes,
        };
        events.into_iter().map(entry).collect()
    }
}

/// Under what the trail keeps when a provider who set out expected to arrive.
pub const EXPECTED_ARRIVAL: &str = "expected_arrival";

/// What money paid back is known by.
const REFUND: &str = "refund";

/// What stands between an appointment's number and its title.
pub const TITLE_MARK: &str = " — ";

/// An appointment that is about to be made, before the decision is applied to it.
fn fresh(
    scene: &Scene,
    booking: &Booking,
    id: Uuid,
    plan: &decisions::Plan,
    now: DateTime<Utc>,
) -> Result<Appointment> {
    let provider = provider_id(&plan.provider)?;
    let customer =
        scene.customer.as_ref().ok_or_else(|| contradiction("an appointment without a customer"))?;
    Ok(Appointment {
        id: AppointmentId(id),
        name: String::new(),
        company: scene.company,
        branch: scene.provider(provider)?.branch,
        service: scene.service_id,
        customer: customer.id.into(),
        provider,
        units: Vec::new(),
        shared: None,
        case: booking.case,
        booking: None,
        series: None,
        status: Status::Open,
        revision: 0,
        start: moment(plan.visit.start)?,
        end: moment(plan.visit.end)?,
        reserved_start: moment(plan.reserved.start)?,
        reserved_end: moment(plan.reserved.end)?,
        guests: plan.guests,
        quote: quote_back(plan.quote.clone())?,
        payments: Vec::new(),
        balance: Decimal::ZERO,
        hold_until: None,
        invoice_after: None,
        timing: Timing::default(),
        expected_arrival: None,
        reschedules: 0,
        replaces: Vec::new(),
        terms: None,
        shared_documents: Vec::new(),
        invoiced_with: Vec::new(),
        preferences: booking.preferences.clone(),
        location: booking.location.clone(),
        notes: booking.notes.clone().unwrap_or_default(),
        remarks: booking.remarks.clone().unwrap_or_default(),
        cancellation_reason: None,
        predecessor: None,
        successor: None,
        created_at: now,
        updated_at: now,
    })
}

/// Puts an appointment where and when the plan says.
fn follow(appointment: &mut Appointment, scene: &Scene, plan: decisions::Plan) -> Result<()> {
    appointment.provider = provider_id(&plan.provider)?;
    appointment.branch = scene.provider(appointment.provider)?.branch;
    appointment.start = moment(plan.visit.start)?;
    appointment.end = moment(plan.visit.end)?;
    appointment.reserved_start = moment(plan.reserved.start)?;
    appointment.reserved_end = moment(plan.reserved.end)?;
    appointment.units = unit_ids(&plan.units)?;
    // The rules' key tells a provider's visits apart, and the store's those of everybody: two providers who begin the
    // same class at once are two visits to the room.
    let key = |key: String| format!("{}/{key}", appointment.provider);
    appointment.shared = plan.session.map(|visit| SharedVisit { key: key(visit.key), seats: visit.seats });
    appointment.guests = plan.guests;
    appointment.quote = quote_back(plan.quote)?;
    Ok(())
}

/// Enters what is paid by now: one payment more, all of them as before, less what is paid back, or none of them any
/// longer where another appointment has them.
fn pay(
    appointment: &mut Appointment,
    paid: Decimal,
    payment: Option<&Pay>,
    moved: bool,
    at: DateTime<Utc>,
) -> Result<()> {
    let before: Decimal = appointment.payments.iter().map(|payment| payment.amount).sum();
    match payment {
        _ if paid == before => {}
        Some(payment) if paid == before + payment.amount => appointment.payments.push(Payment {
            amount: payment.amount,
            reference: payment.reference.clone(),
            method: payment.method.clone(),
            at,
        }),
        _ if paid.is_zero() && moved => appointment.payments.clear(),
        _ if paid < before && !paid.is_sign_negative() => appointment.payments.push(Payment {
            amount: paid - before,
            reference: REFUND.to_owned(),
            method: None,
            at,
        }),
        _ => return Err(contradiction(format!("{paid} paid in advance, which nobody has paid"))),
    }
    appointment.balance = Appointment::left_to_pay(&appointment.quote, &appointment.payments);
    Ok(())
}

fn slots(slots: decisions::Slots, appointment: &Appointment) -> Slots {
    match slots {
        decisions::Slots::Keep => Slots::Keep,
        decisions::Slots::Release => Slots::Release,
        decisions::Slots::Take => Slots::Take(Claim {
            provider: appointment.provider,
            appointment: appointment.id,
            start: appointment.reserved_start,
            end: appointment.reserved_end,
            shared: appointment.shared.clone(),
            guests: appointment.guests,
            units: appointment.units.clone(),
        }),
    }
}

fn title(scene: &Scene, booking: Option<&Booking>) -> Result<String> {
    let given = booking.and_then(|booking| booking.title.clone());
    given.map_or_else(|| scene.service().map(|service| service.name.clone()), Ok)
}

/// The reason that the rules themselves gave, as for a hold that ran out.
fn stated_reason(events: &[decisions::Event]) -> Option<String> {
    let attributes = events.iter().flat_map(|event| &event.attributes);
    attributes.into_iter().find(|(name, _)| name == "reason").map(|(_, reason)| reason.clone())
}

fn unit_ids(ids: &[String]) -> Result<Vec<UnitId>> {
    let unit = |id: &String| id.parse().map_err(|_| contradiction(format!("a plan with the unit «{id}»")));
    ids.iter().map(unit).collect()
}

fn provider_id(id: &str) -> Result<ProviderId> {
    id.parse().map_err(|_| contradiction(format!("a plan for the provider «{id}»")))
}
