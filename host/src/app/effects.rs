//! From what the rules ask for to what the books are asked for. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use slotledger_erp::{
    Body, CommissionEarned, CommissionReversal, CreditNote, Finish, Invoice, Item, Key, Line, Material,
    Order, OrderCancellation, Party, Posting, StockIssue, StockReturn,
};
use uuid::Uuid;

use super::Result;
use super::outcome::TITLE_MARK;
use super::snapshot::Scene;
use super::translate::{contradiction, moment, number};
use crate::model::{Appointment, Customer, Delivery, Provider, Stored};
use crate::store::NewDelivery;
use crate::wasm::bindings::slotledger::rules::decisions::{DocumentLine, Effect, EffectBody, ReversalDraft};
use crate::wasm::bindings::slotledger::types::appointments::DocumentLink;
use crate::wasm::bindings::slotledger::types::catalog::Consumable;

/// The outbox rows for the effects of one appointment.
pub(super) fn deliveries(
    scene: &Scene,
    appointment: &Appointment,
    effects: Vec<Effect>,
    now: DateTime<Utc>,
) -> Result<Vec<NewDelivery>> {
    effects.into_iter().map(|effect| delivery(scene, appointment, effect, now)).collect()
}

fn delivery(
    scene: &Scene,
    appointment: &Appointment,
    effect: Effect,
    now: DateTime<Utc>,
) -> Result<NewDelivery> {
    let after = effect.after.iter().map(|key| parse(key)).collect::<Result<_>>()?;
    let (at, body) = body(scene, effect.body, now)?;
    // Without its title; the number of a new appointment is not known yet, and the store puts it in.
    let subject = appointment.name.split(TITLE_MARK).next().unwrap_or_default().to_owned();
    let posting = Posting { key: parse(&effect.key)?, subject, date: date(scene, at), body };
    Ok(NewDelivery { posting, after })
}

/// The day in the company's zone: documents are dated where the books are kept.
fn date(scene: &Scene, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&scene.catalog.company.time_zone).date_naive()
}

fn parse(key: &str) -> Result<Key> {
    Key::parse(key).ok_or_else(|| contradiction(format!("an effect with the key «{key}»")))
}

/// The document, and the moment that dates it.
fn body(scene: &Scene, body: EffectBody, now: DateTime<Utc>) -> Result<(DateTime<Utc>, Body)> {
    let (at, body) = match body {
        EffectBody::SalesOrder(draft) => {
            let order = Order {
                customer: customer(scene)?,
                provider: provider(scene, &draft.provider)?,
                currency: draft.currency,
                lines: lines(scene, draft.lines)?,
                start: moment(draft.delivery.start)?,
                end: moment(draft.delivery.end)?,
                commission_percent: number(&draft.commission_percent)?,
            };
            (now, Body::SalesOrder(order))
        }
        EffectBody::SalesInvoice(draft) => {
            let invoice = Invoice {
                order: draft.order.as_deref().map(parse).transpose()?,
                customer: customer(scene)?,
                currency: draft.currency,
                lines: lines(scene, draft.lines)?,
                finish: Finish::Posted,
                earners: Vec::new(),
                advances: Vec::new(),
            };
            (moment(draft.delivered)?, Body::SalesInvoice(invoice))
        }
        EffectBody::StockIssue(draft) => {
            let issue = StockIssue { lines: materials(draft.lines)? };
            (moment(draft.moved)?, Body::StockIssue(issue))
        }
        EffectBody::StockReturn(draft) => {
            let issue = draft.issue.ok_or_else(|| contradiction("a stock return of no issue"))?;
            let back = StockReturn { issue: parse(&issue)?, lines: materials(draft.lines)? };
            (moment(draft.moved)?, Body::StockReturn(back))
        }
        EffectBody::Commission(draft) => {
            let earned = CommissionEarned {
                invoice: parse(&draft.invoice)?,
                provider: provider(scene, &draft.provider)?,
                currency: draft.currency,
                base: number(&draft.base)?,
                percent: number(&draft.percent)?,
                amount: number(&draft.amount)?,
            };
            (moment(draft.earned)?, Body::Commission(earned))
        }
        EffectBody::OrderCancellation(ReversalDraft { reverses, reason }) => {
            (now, Body::OrderCancellation(OrderCancellation { order: parse(&reverses)?, reason }))
        }
        EffectBody::CreditNote(ReversalDraft { reverses, reason }) => {
            (now, Body::CreditNote(CreditNote { invoice: parse(&reverses)?, reason }))
        }
        EffectBody::CommissionReversal(ReversalDraft { reverses, reason }) => {
            (now, Body::CommissionReversal(CommissionReversal { commission: parse(&reverses)?, reason }))
        }
    };
    Ok((at, body))
}

fn customer(scene: &Scene) -> Result<Party> {
    let Stored { id, data, .. } =
        scene.customer.as_ref().ok_or_else(|| contradiction("a document without a customer"))?;
    Ok(customer_party(*id, data))
}

fn customer_party(id: Uuid, customer: &Customer) -> Party {
    Party {
        code: customer.party_code.clone().unwrap_or_else(|| id.to_string()),
        name: customer.name.clone(),
        email: customer.email.clone(),
        phone: customer.phone.clone(),
        address: customer.address.clone(),
    }
}

fn provider(scene: &Scene, id: &str) -> Result<Party> {
    let id: Uuid = id.parse().map_err(|_| contradiction(format!("a document for the provider «{id}»")))?;
    let Provider { name, party_code, .. } = scene.provider(id.into())?;
    let code = party_code.clone().unwrap_or_else(|| id.to_string());
    Ok(Party { code, name: name.clone(), email: None, phone: None, address: None })
}

fn lines(scene: &Scene, lines: Vec<DocumentLine>) -> Result<Vec<Line>> {
    let service = scene.service()?;
    let line = |line: DocumentLine| {
        let name = if line.item == service.item { service.name.clone() } else { line.description.clone() };
        let (quantity, unit_price) = (number(&line.quantity)?, number(&line.unit_price)?);
        Ok(Line::new(Item { code: line.item, name }, line.description, quantity, unit_price))
    };
    lines.into_iter().map(line).collect()
}

fn materials(materials: Vec<Consumable>) -> Result<Vec<Material>> {
    let material = |material: Consumable| {
        Ok(Material {
            quantity: number(&material.quantity)?,
            item: Item { name: material.item.clone(), code: material.item },
            unit: material.unit,
            warehouse: material.warehouse,
        })
    };
    materials.into_iter().map(material).collect()
}

/// What earlier transitions asked for, as the rules are shown it. What a person skipped was never made.
pub(super) fn links(deliveries: &[Delivery]) -> Result<Vec<DocumentLink>> {
    let live = || deliveries.iter().filter(|delivery| delivery.state != crate::model::DeliveryState::Skipped);
    live()
        .map(|delivery| {
            let key = &delivery.posting.key;
            let (amount, materials) = match &delivery.posting.body {
                Body::Commission(earned) => (Some(super::translate::decimal(earned.amount)?), Vec::new()),
                Body::StockIssue(issue) => (None, issue.lines.iter().map(used).collect::<Result<_>>()?),
                Body::SalesOrder(_)
                | Body::OrderCancellation(_)
                | Body::SalesInvoice(_)
                | Body::CreditNote(_)
                | Body::StockReturn(_)
                | Body::CommissionReversal(_)
                | Body::OrderAmendment(_)
                | Body::Advance(_)
                | Body::AdvanceRefund(_) => (None, Vec::new()),
            };
            Ok(DocumentLink {
                key: key.to_string(),
                kind: super::translate::document_kind(delivery.posting.kind()),
                reversed: live().any(|other| undoes(&other.posting.body) == Some(key)),
                amount,
                materials,
            })
        })
        .collect()
}

fn used(material: &Material) -> Result<Consumable> {
    Ok(Consumable {
        item: material.item.code.clone(),
        quantity: super::translate::decimal(material.quantity)?,
        unit: material.unit.clone(),
        warehouse: material.warehouse.clone(),
    })
}

/// The document that a counter-document undoes.
const fn undoes(body: &Body) -> Option<&Key> {
    match body {
        Body::OrderCancellation(cancellation) => Some(&cancellation.order),
        Body::CreditNote(note) => Some(&note.invoice),
        Body::StockReturn(back) => Some(&back.issue),
        Body::CommissionReversal(reversal) => Some(&reversal.commission),
        Body::AdvanceRefund(refund) => Some(&refund.advance),
        Body::SalesOrder(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::OrderAmendment(_)
        | Body::Advance(_) => None,
    }
}
