//! Between the rules' words and the extensions'. Pure.
//!
//! Invariant: an extension is shown what the rules were shown and what they answered, in words that do not change when
//! those of the rules do.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::app::Result;
use crate::app::snapshot::Scene;
use crate::extension::words::{self, Hook, Input};
use crate::model::{self, Actor, Appointment, Status};
use crate::store::CustomerHistory;
use crate::wasm::bindings::slotledger::rules::decisions::{
    self, Command, Decision, DocumentLine, EffectBody, Snapshot, TransitionInput,
};
use crate::wasm::bindings::slotledger::types::{appointments, values};

/// The hook of a command; none where extensions have no say.
pub(in crate::app) const fn hook(command: &Command) -> Option<Hook> {
    match command {
        Command::Hold(_) => Some(Hook::Hold),
        Command::Confirm | Command::Pay(_) => Some(Hook::Confirm),
        Command::Reschedule(_) => Some(Hook::Reschedule),
        Command::Cancel(_) | Command::Decline(_) => Some(Hook::Cancel),
        Command::Complete(_) | Command::FollowUp(_) => Some(Hook::Complete),
        Command::Schedule
        | Command::Expire
        | Command::Depart
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::MarkNoShow
        | Command::Reassign(_)
        | Command::Correct(_)
        | Command::Invoice => None,
    }
}

/// What everybody is shown at a hook, whatever is decided.
pub(in crate::app) fn input(
    scene: &Scene,
    snapshot: &Snapshot,
    hook: Hook,
    history: CustomerHistory,
) -> Result<Input> {
    let company = &scene.catalog.company;
    let service = scene.service()?;
    let branch = branch_of(scene, snapshot);
    let known = branch.and_then(|id| Some((id, scene.catalog.branches.get(&id)?)));
    Ok(Input {
        hook,
        now: snapshot.now,
        actor: actor(scene.actor.actor),
        company: words::Company {
            party: party(scene.company, &company.name, &company.attributes),
            currency: company.currency.clone(),
            currency_digits: snapshot.company.currency_digits,
        },
        branch: known.map(|(id, known)| party(id, &known.name, &model::Attributes::new())),
        service: words::Service {
            party: party(scene.service_id, &service.name, &service.attributes),
            item: service.item.clone(),
            minutes: service.duration_minutes,
            lead_time: service.lead_time_minutes,
        },
        customer: scene.customer.as_ref().map(|stored| words::Customer {
            party: party(stored.id, &stored.data.name, &stored.data.attributes),
            address: stored.data.address.clone().unwrap_or_default(),
            email: stored.data.email.clone().unwrap_or_default(),
            history: words::History {
                standing: history.standing,
                completed: history.completed,
                cancelled: history.cancelled,
                no_shows: history.no_shows,
            },
        }),
        appointment: None,
        wanted: None,
        quote: None,
        fee: None,
        reason: None,
        candidates: Vec::new(),
        documents: Vec::new(),
        message: None,
        settings: Vec::new(),
        attributes: scene
            .customer
            .iter()
            .filter_map(|stored| stored.data.language.clone())
            .map(|value| words::Attribute { name: "customer-language".to_owned(), value })
            .collect(),
    })
}

/// The input of a command: who, what, when, and what the rules made of it.
pub(in crate::app) fn of_command(
    base: Input,
    scene: &Scene,
    input: &TransitionInput,
    old: Option<&Appointment>,
    decision: Option<&Decision>,
) -> Input {
    let zone = zone(scene, &input.snapshot, old);
    let plan = decision.and_then(|decision| {
        decision.plan.as_ref().or_else(|| decision.successor.as_ref().map(|next| &next.plan))
    });
    let quote = plan.map(|plan| &plan.quote).or_else(|| input.appointment.as_ref().map(|own| &own.quote));
    Input {
        appointment: old.zip(input.appointment.as_ref()).map(|(old, own)| appointment(scene, zone, old, own)),
        wanted: wanted(scene, zone, &input.command, plan, old),
        quote: quote.map(quote_words),
        fee: decision.and_then(fee),
        reason: reason(&input.command),
        ..base
    }
}

/// The same with what another decision makes of it: what it costs, and what calling it off does.
pub(in crate::app) fn with_decision(input: Input, decision: Option<&Decision>) -> Input {
    let plan = decision.and_then(|decision| {
        decision.plan.as_ref().or_else(|| decision.successor.as_ref().map(|next| &next.plan))
    });
    let quote = plan.map(|plan| quote_words(&plan.quote)).or(input.quote);
    Input { quote, fee: decision.and_then(fee), ..input }
}

/// The branch of the providers in question, who all belong to one.
fn branch_of(scene: &Scene, snapshot: &Snapshot) -> Option<Uuid> {
    let id = snapshot.providers.first()?.provider.id.parse().ok()?;
    scene.catalog.providers.get(&id).map(|provider| provider.branch.0)
}

fn zone(scene: &Scene, snapshot: &Snapshot, old: Option<&Appointment>) -> Tz {
    let branch = old.map(|old| old.branch.0).or_else(|| branch_of(scene, snapshot));
    let branch = branch.and_then(|id| scene.catalog.branches.get(&id));
    branch.map_or(scene.catalog.company.time_zone, |branch| branch.time_zone)
}

fn wanted(
    scene: &Scene,
    zone: Tz,
    command: &Command,
    plan: Option<&decisions::Plan>,
    old: Option<&Appointment>,
) -> Option<words::Visit> {
    if let Some(plan) = plan {
        return Some(words::Visit {
            provider: provider(scene, &plan.provider),
            time: span(plan.visit),
            local_start: local(zone, plan.visit.start),
            guests: plan.guests,
            location: old.and_then(|old| old.location.clone()).unwrap_or_default(),
        });
    }
    let request = match command {
        Command::Hold(request) | Command::FollowUp(request) => request,
        Command::Reschedule(moved) => &moved.request,
        Command::Schedule
        | Command::Confirm
        | Command::Pay(_)
        | Command::Expire
        | Command::Decline(_)
        | Command::Depart
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::Complete(_)
        | Command::Cancel(_)
        | Command::MarkNoShow
        | Command::Reassign(_)
        | Command::Correct(_)
        | Command::Invoice => return None,
    };
    let minutes = scene.service().map_or(0, |service| service.duration_minutes);
    let end = request.end.unwrap_or_else(|| request.start.saturating_add(i64::from(minutes) * 60));
    Some(words::Visit {
        provider: request.provider.as_ref().and_then(|id| provider(scene, id)),
        time: words::Span { start: request.start, end },
        local_start: local(zone, request.start),
        guests: request.guests,
        location: String::new(),
    })
}

fn appointment(
    scene: &Scene,
    zone: Tz,
    old: &Appointment,
    own: &appointments::Appointment,
) -> words::Appointment {
    words::Appointment {
        id: own.id.clone(),
        status: status(old.status).to_owned(),
        visit: words::Visit {
            provider: provider(scene, &own.provider),
            time: span(own.visit),
            local_start: local(zone, own.visit.start),
            guests: own.guests,
            location: old.location.clone().unwrap_or_default(),
        },
        quote: quote_words(&own.quote),
        paid: number(own.paid),
        reschedules: own.reschedules,
        attributes: Vec::new(),
    }
}

const fn status(status: Status) -> &'static str {
    status.as_str()
}

fn reason(command: &Command) -> Option<String> {
    match command {
        Command::Cancel(cancellation) => Some(cancellation.reason.clone()),
        Command::Decline(decline) => Some(decline.reason.clone()),
        Command::Reschedule(moved) => Some(moved.reason.clone()),
        Command::Hold(_)
        | Command::Schedule
        | Command::Confirm
        | Command::Pay(_)
        | Command::Expire
        | Command::Depart
        | Command::Start
        | Command::Pause
        | Command::Resume
        | Command::Complete(_)
        | Command::FollowUp(_)
        | Command::MarkNoShow
        | Command::Reassign(_)
        | Command::Correct(_)
        | Command::Invoice => None,
    }
}

/// What is invoiced for calling it off.
fn fee(decision: &Decision) -> Option<words::Decimal> {
    decision.effects.iter().find_map(|effect| match &effect.body {
        EffectBody::SalesInvoice(draft) if draft.order.is_none() => {
            draft.lines.first().map(|line| number(line.unit_price))
        }
        EffectBody::SalesInvoice(_)
        | EffectBody::SalesOrder(_)
        | EffectBody::OrderAmendment(_)
        | EffectBody::OrderCancellation(_)
        | EffectBody::StockIssue(_)
        | EffectBody::Commission(_)
        | EffectBody::CreditNote(_)
        | EffectBody::StockReturn(_)
        | EffectBody::CommissionReversal(_)
        | EffectBody::Advance(_)
        | EffectBody::AdvanceRefund(_) => None,
    })
}

/// The documents of a decision.
pub(in crate::app) fn documents(decision: &Decision) -> Vec<words::Document> {
    let successor = decision.successor.iter().flat_map(|next| &next.effects);
    let document = |effect: &decisions::Effect| {
        let (kind, lines) = match &effect.body {
            EffectBody::SalesOrder(draft) => ("sales_order", &draft.lines[..]),
            EffectBody::OrderAmendment(draft) => ("order_amendment", &draft.lines[..]),
            EffectBody::SalesInvoice(draft) => ("sales_invoice", &draft.lines[..]),
            EffectBody::OrderCancellation(_) => ("order_cancellation", &[][..]),
            EffectBody::StockIssue(_) => ("stock_issue", &[][..]),
            EffectBody::Commission(_) => ("commission", &[][..]),
            EffectBody::CreditNote(_) => ("credit_note", &[][..]),
            EffectBody::StockReturn(_) => ("stock_return", &[][..]),
            EffectBody::CommissionReversal(_) => ("commission_reversal", &[][..]),
            EffectBody::Advance(_) => ("advance", &[][..]),
            EffectBody::AdvanceRefund(_) => ("advance_refund", &[][..]),
        };
        words::Document {
            key: effect.key.clone(),
            kind: kind.to_owned(),
            lines: lines.iter().map(document_line).collect(),
        }
    };
    decision.effects.iter().chain(successor).map(document).collect()
}

/// A time that was found.
pub(in crate::app) fn candidate(scene: &Scene, zone: Tz, found: &decisions::Opening) -> words::Candidate {
    words::Candidate {
        provider: provider(scene, &found.provider).unwrap_or_else(|| words::Party {
            id: found.provider.clone(),
            name: String::new(),
            attributes: Vec::new(),
        }),
        time: span(found.visit),
        local_start: local(zone, found.visit.start),
    }
}

pub(in crate::app) fn branch_zone(scene: &Scene, snapshot: &Snapshot) -> Tz {
    zone(scene, snapshot, None)
}

fn document_line(line: &DocumentLine) -> words::Line {
    words::Line {
        item: line.item.clone(),
        description: line.description.clone(),
        quantity: number(line.quantity),
        unit_price: number(line.unit_price),
    }
}

fn quote_words(quote: &appointments::Quote) -> words::Quote {
    let line = |line: &appointments::QuoteLine| words::Line {
        item: line.item.clone(),
        description: line.description.clone(),
        quantity: number(line.quantity),
        unit_price: number(line.unit_price),
    };
    words::Quote {
        lines: quote.lines.iter().map(line).collect(),
        net: number(quote.net),
        deposit: number(quote.deposit),
    }
}

fn provider(scene: &Scene, id: &str) -> Option<words::Party> {
    let known = id.parse().ok().and_then(|id| scene.catalog.providers.get(&id))?;
    Some(party(id, &known.name, &known.attributes))
}

fn party(id: impl ToString, name: &str, attributes: &model::Attributes) -> words::Party {
    let attribute =
        |(name, value): (&String, &String)| words::Attribute { name: name.clone(), value: value.clone() };
    words::Party {
        id: id.to_string(),
        name: name.to_owned(),
        attributes: attributes.iter().map(attribute).collect(),
    }
}

fn local(zone: Tz, at: i64) -> words::LocalTime {
    let there = DateTime::from_timestamp(at, 0).unwrap_or_default().with_timezone(&zone);
    words::LocalTime {
        zone: zone.name().to_owned(),
        date: there.date_naive().to_string(),
        weekday: u8::try_from(there.weekday().number_from_monday()).unwrap_or_default(),
        minute: there.hour() * 60 + there.minute(),
    }
}

const fn span(span: values::Span) -> words::Span {
    words::Span { start: span.start, end: span.end }
}

const fn number(value: values::Decimal) -> words::Decimal {
    words::Decimal { units: value.units, scale: value.scale }
}

const fn actor(actor: Actor) -> words::Actor {
    match actor {
        Actor::Customer => words::Actor::Customer,
        Actor::Provider => words::Actor::Provider,
        Actor::Staff => words::Actor::Staff,
        Actor::System => words::Actor::System,
    }
}
