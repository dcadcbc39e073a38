//! What an appointment is sold with, and what was asked of the books for all of it: shown to the rules whole, because one
//! order, one invoice and one deposit may be about several appointments.
//!
//! Invariant: a decision about one appointment of a booking is stored only if none of the others has changed since they
//! were read. Deliberately absent: which documents follow, and whose they are when the rules ask for them.

use std::collections::{BTreeSet, HashMap};

use slotledger_erp::{Body, Key, Posting};

use super::beside::Beside;
use super::command::words::appointment;
use super::snapshot::Scene;
use super::translate::{self, contradiction, decimal};
use super::{App, Error, Result};
use crate::model::{Appointment, AppointmentId, Delivery, DeliveryState, DocumentPart, Kind};
use crate::store::{AppointmentFilter, DeliveryFilter};
use crate::wasm::bindings::slotledger::rules::decisions;
use crate::wasm::bindings::slotledger::types::appointments as words;
use crate::wasm::bindings::slotledger::types::catalog::Consumable;

/// The appointments of a sale, and what was asked for all of them.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    /// As they are stored.
    members: Vec<Appointment>,
    asked: Vec<Asked>,
    /// Those that one command is given to.
    along: Vec<AppointmentId>,
}

/// A document that was asked for, and that nobody has decided to do without.
#[derive(Debug, Clone)]
struct Asked {
    /// By which appointment.
    by: AppointmentId,
    posting: Posting,
}

impl App {
    /// The sale of an appointment.
    pub(super) async fn sale(&self, own: &Appointment) -> Result<Sale> {
        let sale = self.sale_of(std::slice::from_ref(own)).await?;
        Ok(Sale { along: Vec::new(), ..sale })
    }

    /// The sale that appointments make up when one command is given to all of them.
    pub(super) async fn sale_of(&self, along: &[Appointment]) -> Result<Sale> {
        let members = self.sold_with(along).await?;
        let mut deliveries = self.deliveries_of(&members).await?;
        deliveries.retain(|delivery| delivery.state != DeliveryState::Skipped);
        let asked = deliveries
            .into_iter()
            .map(|delivery| Asked { by: delivery.appointment, posting: delivery.posting })
            .collect();
        Ok(Sale { members, asked, along: along.iter().map(|one| one.id).collect() })
    }

    /// The deliveries whose documents are about an appointment, whichever appointment of its sale asked for them.
    pub(super) async fn deliveries_about(&self, own: &Appointment) -> Result<Vec<Delivery>> {
        let members = self.sold_with(std::slice::from_ref(own)).await?;
        let mut deliveries = self.deliveries_of(&members).await?;
        let is_own = |id: AppointmentId| id == own.id || own.replaces.contains(&id);
        // A command on this appointment may have asked for a document that says it is not part of the sale any more.
        deliveries.retain(|delivery| {
            let mut shared = members.iter().flat_map(|appointment| &appointment.shared_documents);
            let document = shared.find(|document| document.key == delivery.posting.key.as_str());
            let mut parts = document.iter().flat_map(|document| &document.parts);
            is_own(delivery.appointment) || parts.any(|part| is_own(part.appointment))
        });
        Ok(deliveries)
    }

    /// Everything that the sale of an appointment has asked for, oldest first; of one that was moved, also what was asked
    /// for in its place.
    pub(super) async fn deliveries_with(&self, own: &Appointment) -> Result<Vec<Delivery>> {
        let mut last = own.clone();
        while let Some(next) = last.successor {
            let next = self.appointment(next).await?;
            // One that only follows is a sale of its own.
            if !next.replaces.contains(&last.id) {
                break;
            }
            last = next;
        }
        self.deliveries_of(&self.sold_with(std::slice::from_ref(&last)).await?).await
    }

    /// These appointments, and all that were sold with one of them: in one booking, or on one invoice.
    async fn sold_with(&self, first: &[Appointment]) -> Result<Vec<Appointment>> {
        let mut members = first.to_vec();
        let mut bookings = BTreeSet::new();
        let mut looked_at = 0;
        while let Some(one) = members.get(looked_at) {
            looked_at += 1;
            let mut near = one.invoiced_with.clone();
            near.extend(
                one.shared_documents.iter().flat_map(|shared| &shared.parts).map(|part| part.appointment),
            );
            let mut found = Vec::new();
            if one.booking.is_some_and(|booking| bookings.insert(booking)) {
                let filter = AppointmentFilter { booking: one.booking, ..AppointmentFilter::default() };
                found = self.every_appointment(&filter).await?;
            }
            found.retain(|other| !is_known(&members, other.id));
            members.extend(found);
            for id in near {
                if !is_known(&members, id) {
                    members.push(self.appointment(id).await?);
                }
            }
        }
        Ok(members)
    }

    /// Everything that was asked for, oldest first.
    async fn deliveries_of(&self, members: &[Appointment]) -> Result<Vec<Delivery>> {
        let own = members.iter().map(|member| member.id);
        let replaced = members.iter().flat_map(|member| &member.replaces).copied();
        let all: BTreeSet<AppointmentId> = own.chain(replaced).collect();
        let mut deliveries = Vec::new();
        for id in all {
            let filter = DeliveryFilter { appointment: Some(id), ..DeliveryFilter::default() };
            deliveries.extend(self.every_delivery(&filter).await?);
        }
        deliveries.sort_by_key(|delivery| delivery.id);
        Ok(deliveries)
    }
}

/// Whether it is one of them, or one of them was moved from it.
fn is_known(members: &[Appointment], id: AppointmentId) -> bool {
    members.iter().any(|member| member.id == id || member.replaces.contains(&id))
}

impl Sale {
    /// Its appointments, with the revisions that a decision rests on.
    pub(super) fn rests_on(&self) -> Vec<(AppointmentId, u32)> {
        self.members.iter().map(|member| (member.id, member.revision)).collect()
    }

    fn others<'s>(&'s self, own: &Appointment) -> impl Iterator<Item = &'s Appointment> {
        let own = own.id;
        self.members.iter().filter(move |member| member.id != own)
    }

    /// What was asked for, decisions of the same commit included, oldest first.
    pub(super) fn links(&self, own: &Appointment, beside: &Beside<'_>) -> Result<Vec<words::DocumentLink>> {
        let near = |id: AppointmentId| {
            own.replaces.contains(&id) || self.members.iter().any(|member| member.id == id)
        };
        let decided: Vec<_> = beside.changes.iter().filter(|change| near(change.appointment.id)).collect();
        let mut parts: HashMap<&str, &[DocumentPart]> = HashMap::new();
        let changed = decided.iter().map(|change| &change.appointment);
        for appointment in self.others(own).chain([own]).chain(changed) {
            let shared = appointment.shared_documents.iter();
            parts.extend(shared.map(|document| (document.key.as_str(), document.parts.as_slice())));
        }
        let stored = self.asked.iter().map(|asked| (asked.by, &asked.posting));
        let new = decided.iter().flat_map(|change| {
            change.deliveries.iter().map(|delivery| (change.appointment.id, &delivery.posting))
        });
        let all: Vec<(AppointmentId, &Posting)> = stored.chain(new).collect();
        let link = |(by, posting): &(AppointmentId, &Posting)| {
            let own = [DocumentPart { appointment: *by, lines: lines(&posting.body) }];
            let parts = parts.get(posting.key.as_str()).copied().unwrap_or(&own);
            let key = &posting.key;
            let reversed = all.iter().any(|(_, other)| other.body.undoes() == Some(key));
            link(posting, parts, reversed)
        };
        all.iter().map(link).collect()
    }

    /// The rest of the sale, as all commands of the same commit leave it; none for an appointment sold by itself.
    pub(super) fn words(
        &self,
        scene: &Scene,
        own: &Appointment,
        beside: &Beside<'_>,
    ) -> Result<Option<decisions::Booking>> {
        let decided = |id| beside.changes.iter().map(|change| &change.appointment).find(|one| one.id == id);
        let will_be = |id| beside.becoming.iter().find(|one| one.id == id);
        let mut others = Vec::with_capacity(self.members.len());
        for stored in self.others(own) {
            let other = decided(stored.id).or_else(|| will_be(stored.id)).unwrap_or(stored);
            let service = scene.catalog.services.get(&other.service.0);
            let service = service.ok_or_else(|| Error::missing(Kind::Service.as_str(), other.service))?;
            others.push(decisions::Sibling {
                appointment: appointment(other, Vec::new())?,
                service: translate::service(other.service, service)?,
                provider: translate::provider(other.provider, scene.provider(other.provider)?)?,
                along: self.along.contains(&other.id),
            });
        }
        if others.is_empty() && own.booking.is_none() {
            return Ok(None);
        }
        // What was decided about this appointment itself is what it is now, and leads nobody.
        let mut ahead =
            beside.changes.iter().map(|change| &change.appointment).filter(|one| one.id != own.id);
        let led = ahead.any(|changed| {
            own.booking.is_some_and(|booking| changed.booking == Some(booking))
                || self.others(own).any(|other| other.id == changed.id)
        });
        Ok(Some(decisions::Booking { others, leads: !led }))
    }
}

/// How many lines a document has that is about one appointment alone.
fn lines(body: &Body) -> u32 {
    let lines = match body {
        Body::SalesOrder(order) => order.lines.len(),
        Body::OrderAmendment(amendment) => amendment.lines.len(),
        Body::SalesInvoice(invoice) => invoice.lines.len(),
        Body::OrderCancellation(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_)
        | Body::Advance(_)
        | Body::AdvanceRefund(_) => 0,
    };
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn link(posting: &Posting, parts: &[DocumentPart], reversed: bool) -> Result<words::DocumentLink> {
    let (mut settles, mut amount, mut materials) = (Vec::new(), None, Vec::new());
    let about: Vec<&Key> = match &posting.body {
        Body::SalesOrder(_) => Vec::new(),
        Body::OrderAmendment(amendment) => vec![&amendment.order],
        Body::SalesInvoice(invoice) => {
            settles = invoice.advances.iter().map(ToString::to_string).collect();
            invoice.orders()
        }
        Body::StockIssue(issue) => {
            materials = issue.lines.iter().map(used).collect::<Result<_>>()?;
            Vec::new()
        }
        Body::Commission(earned) => {
            amount = Some(decimal(earned.amount)?);
            vec![&earned.invoice]
        }
        Body::Advance(advance) => {
            amount = Some(decimal(advance.amount)?);
            advance.order.iter().collect()
        }
        Body::AdvanceRefund(refund) => {
            amount = Some(decimal(refund.amount)?);
            vec![&refund.advance]
        }
        Body::OrderCancellation(_)
        | Body::CreditNote(_)
        | Body::StockReturn(_)
        | Body::CommissionReversal(_) => posting.body.undoes().into_iter().collect(),
    };
    let part = |part: &DocumentPart| words::DocumentPart {
        appointment: part.appointment.to_string(),
        lines: part.lines,
    };
    Ok(words::DocumentLink {
        key: posting.key.to_string(),
        kind: translate::document_kind(posting.kind()),
        reversed,
        parts: parts.iter().map(part).collect(),
        about: about.into_iter().map(ToString::to_string).collect(),
        settles,
        amount,
        materials,
    })
}

fn used(material: &slotledger_erp::Material) -> Result<Consumable> {
    Ok(Consumable {
        item: material.item.code.clone(),
        quantity: decimal(material.quantity)?,
        unit: material.unit.clone(),
        warehouse: material.warehouse.clone(),
    })
}

/// What is kept of documents that are not about the appointment that asked for them alone.
pub(super) fn shared_documents(
    asking: AppointmentId,
    effects: &[decisions::Effect],
) -> Result<Vec<crate::model::SharedDocument>> {
    let mut shared = Vec::new();
    for effect in effects {
        let part = |part: &words::DocumentPart| {
            let appointment = part.appointment.parse();
            let appointment =
                appointment.map_err(|_| contradiction(format!("a document about «{}»", part.appointment)))?;
            Ok(DocumentPart { appointment, lines: part.lines })
        };
        let parts: Vec<DocumentPart> = effect.parts.iter().map(part).collect::<Result<_>>()?;
        if parts.iter().any(|part| part.appointment != asking) {
            shared.push(crate::model::SharedDocument { key: effect.key.clone(), parts });
        }
    }
    Ok(shared)
}
