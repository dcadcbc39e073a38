//! The parts of a sale: one appointment each.

use crate::effects::links;
use crate::findings;
use crate::lifecycle::Case;
use crate::money::Percent;
use crate::providers;
use crate::wit::{
    Actor, Appointment, Company, Decimal, DocumentKind, DocumentLine, DocumentLink, DocumentPart, Finding,
    Instant, Plan, PostingPolicy, Provider, Quote, Service, Sibling, Snapshot, Span, Status,
};

/// The attribute of an appointment that names its booking.
const BOOKING: &str = "booking";

/// An appointment as a command leaves it.
pub(super) struct Part<'a> {
    pub(super) id: &'a str,
    /// The appointments that it was moved from.
    replaces: Vec<&'a str>,
    /// The booking that it was made in; none if it was made by itself.
    booking: Option<&'a str>,
    pub(super) status: Status,
    pub(super) provider: &'a str,
    /// None if the provider is not known any more.
    record: Option<&'a Provider>,
    service: &'a Service,
    pub(super) visit: Span,
    pub(super) quote: &'a Quote,
    /// How its books are kept, once it is confirmed.
    terms: Option<PostingPolicy>,
    /// The moment from which it waits to be invoiced with others, if the command is given to it.
    ripens: Option<Instant>,
}

impl<'a> Part<'a> {
    /// The appointment of the command.
    pub(super) fn own(case: &Case<'a>, plan: Option<&'a Plan>) -> Self {
        let appointment = case.appointment;
        let provider = plan.map_or(&appointment.provider, |plan| &plan.provider);
        Self {
            id: &appointment.id,
            replaces: appointment.replaces.iter().map(String::as_str).collect(),
            booking: booking(appointment),
            status: case.next,
            provider,
            record: providers::calendar(case.snapshot, provider).ok().map(|calendar| &calendar.provider),
            service: &case.snapshot.service,
            visit: plan.map_or(appointment.visit, |plan| plan.visit),
            quote: plan.map_or(&appointment.quote, |plan| &plan.quote),
            terms: appointment.terms,
            ripens: appointment.invoice_after,
        }
    }

    /// The appointment in its place.
    pub(super) fn moved(case: &Case<'a>, plan: &'a Plan, status: Status) -> Self {
        let old = Self::own(case, Some(plan));
        let mut replaces = old.replaces;
        replaces.push(old.id);
        Self { id: case.new_id, replaces, status, ..old }
    }

    fn other(sibling: &'a Sibling) -> Self {
        let Sibling { appointment, service, provider, along } = sibling;
        Self {
            id: &appointment.id,
            replaces: appointment.replaces.iter().map(String::as_str).collect(),
            booking: booking(appointment),
            status: appointment.status,
            provider: &appointment.provider,
            record: Some(provider),
            service,
            visit: appointment.visit,
            quote: &appointment.quote,
            terms: appointment.terms,
            ripens: appointment.invoice_after.filter(|_| *along),
        }
    }

    /// Whether it waits to be invoiced with others, and may be: Slotledger itself waits for the end of the period.
    pub(super) fn is_ripe(&self, snapshot: &Snapshot) -> bool {
        let by_itself = snapshot.actor == Actor::System;
        self.ripens.is_some_and(|from| !by_itself || from <= snapshot.now)
    }

    /// Whether both can stand on one invoice: in one currency, and on the same terms.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        self.quote.currency == other.quote.currency && self.terms == other.terms
    }

    /// Whether both were made in one booking.
    pub(super) fn is_booked_with(&self, other: &Self) -> bool {
        self.booking.is_some() && self.booking == other.booking
    }

    /// Its identifiers: its own, and those of the appointments that it was moved from.
    pub(super) fn ids(&self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.id).chain(self.replaces.iter().copied())
    }

    /// Whether it is the appointment with this identifier, or was moved from it.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id || self.replaces.contains(&id)
    }

    /// Whether its service asks for such documents.
    pub(super) fn wants(&self, kind: DocumentKind) -> bool {
        !self.service.switched_off.contains(&kind)
    }

    /// Whether a document is about it.
    pub(super) fn has(&self, link: &DocumentLink) -> bool {
        link.parts.iter().any(|part| self.is(&part.appointment))
    }

    /// The invoice of the service that stands.
    pub(super) fn invoice<'d>(&self, documents: &'d [DocumentLink]) -> Option<&'d DocumentLink> {
        let mut standing = links::standing(documents, DocumentKind::SalesInvoice);
        standing.find(|link| !links::is_fee(link) && self.has(link))
    }

    /// Whether an order has to stand for it: it is to be done, or done and not invoiced.
    pub(super) fn is_due(&self, documents: &[DocumentLink]) -> bool {
        match self.status {
            Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused => true,
            Status::Completed => self.invoice(documents).is_none(),
            Status::Open | Status::Scheduled | Status::Cancelled | Status::NoShow => false,
        }
    }

    /// Whether it is still to be done, or may be.
    pub(super) const fn is_pending(&self) -> bool {
        match self.status {
            Status::Open
            | Status::Scheduled
            | Status::Confirmed
            | Status::EnRoute
            | Status::InProgress
            | Status::Paused => true,
            Status::Completed | Status::Cancelled | Status::NoShow => false,
        }
    }

    /// Its part of a document with a line for each of its prices.
    pub(super) fn with_lines(&self) -> DocumentPart {
        let lines = u32::try_from(self.quote.lines.len()).unwrap_or(u32::MAX);
        DocumentPart { appointment: self.id.to_owned(), lines }
    }

    /// Its part of a document whose lines are nobody's.
    pub(super) fn alone(&self) -> DocumentPart {
        DocumentPart { appointment: self.id.to_owned(), lines: 0 }
    }

    /// The provider's rate, else the service's; nothing where commissions are not wanted.
    pub(super) fn commission(&self, company: &Company) -> Result<Decimal, Finding> {
        let record = self.record.ok_or_else(|| findings::provider_unknown(self.provider))?;
        let percent = record.commission_percent.unwrap_or(self.service.commission_percent);
        Percent::read(percent, "commission")?;
        let wanted =
            self.wants(DocumentKind::Commission) && !company.switched_off.contains(&DocumentKind::Commission);
        Ok(if wanted { percent } else { Decimal { units: 0, scale: 0 } })
    }

    /// Its lines, if they are priced in the currency that the company books in.
    pub(super) fn lines(&self, company: &Company) -> Result<Vec<DocumentLine>, Finding> {
        if self.quote.currency != company.currency {
            return Err(findings::currency_changed(&self.quote.currency, &company.currency));
        }
        let line = |line: &crate::wit::QuoteLine| DocumentLine {
            item: line.item.clone(),
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            list_price: line.list_price,
            bills: None,
        };
        Ok(self.quote.lines.iter().map(line).collect())
    }
}

/// The booking of an appointment.
fn booking(appointment: &Appointment) -> Option<&str> {
    appointment.attributes.iter().find(|(name, _)| name == BOOKING).map(|(_, booking)| booking.as_str())
}

/// The other appointments of a sale, those left out that another one was moved from.
pub(super) fn others(siblings: &[Sibling]) -> impl Iterator<Item = Part<'_>> {
    let is_replaced = |id: &String| siblings.iter().any(|sibling| sibling.appointment.replaces.contains(id));
    siblings.iter().filter(move |sibling| !is_replaced(&sibling.appointment.id)).map(Part::other)
}
