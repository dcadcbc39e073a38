//! From what the rules ask for to what the books are asked for. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use slotledger_erp::{
    Advance, AdvanceRefund, Body, CommissionEarned, CommissionReversal, CreditNote, Earner, Finish, Invoice,
    Item, Key, Line, Material, Order, OrderAmendment, OrderCancellation, OrderLine, Party, Posting,
    StockIssue, StockReturn,
};
use uuid::Uuid;

use super::Result;
use super::outcome::TITLE_MARK;
use super::snapshot::Scene;
use super::translate::{contradiction, moment, number};
use crate::model::{Appointment, Customer, Provider, Stored};
use crate::store::NewDelivery;
use crate::wasm::bindings::slotledger::rules::decisions::{
    self, DocumentLine, Effect, EffectBody, InvoiceDraft, ReversalDraft,
};
use crate::wasm::bindings::slotledger::types::catalog::{Consumable, InvoiceFinish};

/// The outbox rows for the effects of one appointment.
pub(super) fn deliveries(
    scene: &Scene,
    appointment: &Appointment,
    effects: Vec<Effect>,
) -> Result<Vec<NewDelivery>> {
    effects.into_iter().map(|effect| delivery(scene, appointment, effect)).collect()
}

fn delivery(scene: &Scene, appointment: &Appointment, effect: Effect) -> Result<NewDelivery> {
    let after = effect.after.iter().map(|key| parse(key)).collect::<Result<_>>()?;
    let body = body(scene, effect.body)?;
    // Without its title; the number of a new appointment is not known yet, and the store puts it in.
    let subject = appointment.name.split(TITLE_MARK).next().unwrap_or_default().to_owned();
    let posting =
        Posting { key: parse(&effect.key)?, subject, date: date(scene, moment(effect.dated)?), body };
    Ok(NewDelivery { posting, after })
}

/// The day in the company's zone: documents are dated where the books are kept.
fn date(scene: &Scene, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&scene.catalog.company.time_zone).date_naive()
}

fn parse(key: &str) -> Result<Key> {
    Key::parse(key).ok_or_else(|| contradiction(format!("an effect with the key «{key}»")))
}

fn body(scene: &Scene, body: EffectBody) -> Result<Body> {
    Ok(match body {
        EffectBody::SalesOrder(draft) => Body::SalesOrder(Order {
            customer: customer(scene)?,
            provider: provider(scene, &draft.provider)?,
            currency: draft.currency,
            lines: lines(scene, draft.lines)?,
            start: moment(draft.delivery.start)?,
            end: moment(draft.delivery.end)?,
            commission_percent: number(&draft.commission_percent)?,
        }),
        EffectBody::OrderAmendment(draft) => Body::OrderAmendment(OrderAmendment {
            order: parse(&draft.order)?,
            provider: provider(scene, &draft.provider)?,
            lines: lines(scene, draft.lines)?,
            start: moment(draft.delivery.start)?,
            end: moment(draft.delivery.end)?,
            reason: draft.reason,
        }),
        EffectBody::SalesInvoice(draft) => Body::SalesInvoice(invoice(scene, draft)?),
        EffectBody::StockIssue(draft) => Body::StockIssue(StockIssue { lines: materials(draft.lines)? }),
        EffectBody::StockReturn(draft) => {
            let issue = draft.issue.ok_or_else(|| contradiction("a stock return of no issue"))?;
            Body::StockReturn(StockReturn { issue: parse(&issue)?, lines: materials(draft.lines)? })
        }
        EffectBody::Commission(draft) => Body::Commission(CommissionEarned {
            invoice: parse(&draft.invoice)?,
            provider: provider(scene, &draft.provider)?,
            currency: draft.currency,
            base: number(&draft.base)?,
            percent: number(&draft.percent)?,
            amount: number(&draft.amount)?,
        }),
        EffectBody::Advance(draft) => Body::Advance(Advance {
            order: draft.order.as_deref().map(parse).transpose()?,
            customer: customer(scene)?,
            currency: draft.currency,
            amount: number(&draft.amount)?,
            method: draft.method,
            receipt: Some(draft.receipt).filter(|receipt| !receipt.is_empty()),
        }),
        EffectBody::AdvanceRefund(draft) => Body::AdvanceRefund(AdvanceRefund {
            advance: parse(&draft.advance)?,
            amount: number(&draft.amount)?,
            reason: draft.reason,
        }),
        EffectBody::OrderCancellation(ReversalDraft { reverses, reason }) => {
            Body::OrderCancellation(OrderCancellation { order: parse(&reverses)?, reason })
        }
        EffectBody::CreditNote(ReversalDraft { reverses, reason }) => {
            Body::CreditNote(CreditNote { invoice: parse(&reverses)?, reason })
        }
        EffectBody::CommissionReversal(ReversalDraft { reverses, reason }) => {
            Body::CommissionReversal(CommissionReversal { commission: parse(&reverses)?, reason })
        }
    })
}

fn invoice(scene: &Scene, draft: InvoiceDraft) -> Result<Invoice> {
    let earner = |earner: decisions::Earner| {
        Ok(Earner {
            provider: provider(scene, &earner.provider)?,
            percent: number(&earner.percent)?,
            base: number(&earner.base)?,
        })
    };
    Ok(Invoice {
        order: draft.order.as_deref().map(parse).transpose()?,
        customer: customer(scene)?,
        currency: draft.currency,
        lines: lines(scene, draft.lines)?,
        finish: match draft.finish {
            InvoiceFinish::Posted => Finish::Posted,
            InvoiceFinish::Draft => Finish::Draft,
        },
        earners: draft.earners.into_iter().map(earner).collect::<Result<_>>()?,
        advances: draft.advances.iter().map(|key| parse(key)).collect::<Result<_>>()?,
    })
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
    let line = |line: DocumentLine| {
        let bills = |bills: decisions::OrderLine| {
            Ok::<_, super::Error>(OrderLine { order: parse(&bills.order)?, line: bills.line })
        };
        let item = Item { name: item_name(scene, &line)?, code: line.item };
        let (quantity, unit_price) = (number(&line.quantity)?, number(&line.unit_price)?);
        Ok(Line {
            list_price: line.list_price.as_ref().map(number).transpose()?,
            bills: line.bills.map(bills).transpose()?,
            ..Line::new(item, line.description, quantity, unit_price)
        })
    };
    lines.into_iter().map(line).collect()
}

/// What an item is called that the books do not know yet: as the service that is sold as it, else as the line.
fn item_name(scene: &Scene, line: &DocumentLine) -> Result<String> {
    let own = scene.service()?;
    if line.item == own.item {
        return Ok(own.name.clone());
    }
    let services = scene.catalog.services.iter().filter(|(_, service)| service.item == line.item);
    let first = services.min_by_key(|(id, _)| **id);
    Ok(first.map_or_else(|| line.description.clone(), |(_, service)| service.name.clone()))
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
