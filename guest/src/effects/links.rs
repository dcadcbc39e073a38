//! What was asked of the books, and what of it still stands.
//!
//! Invariant: what an invoice was once made from an order is spent there, even after a credit note, because books do not
//! invoice a line twice. Work that is done again after a correction gets an order of its own.

use std::collections::BTreeMap;

use crate::effects::FEE;
use crate::effects::part::Part;
use crate::wit::{DocumentKind, DocumentLink, DocumentPart, Effect, EffectBody};

/// The documents of a kind that no counter-document was asked for, oldest first.
pub(crate) fn standing(
    documents: &[DocumentLink],
    kind: DocumentKind,
) -> impl Iterator<Item = &DocumentLink> {
    documents.iter().filter(move |link| link.kind == kind && !link.reversed)
}

/// Whether an invoice is a fee's.
pub(super) fn is_fee(link: &DocumentLink) -> bool {
    link.key.rsplit('/').next().is_some_and(|step| step.starts_with(FEE))
}

/// Invoices that were ever made from an order, credited ones included.
pub(super) fn invoices_of<'d>(
    documents: &'d [DocumentLink],
    order: &str,
) -> impl Iterator<Item = &'d DocumentLink> {
    documents.iter().filter(move |link| {
        link.kind == DocumentKind::SalesInvoice && link.about.iter().any(|key| key == order)
    })
}

/// The last document that changed an order, or the order itself.
pub(super) fn last_of<'d>(documents: &'d [DocumentLink], order: &str) -> Option<&'d DocumentLink> {
    let changes = |link: &&DocumentLink| {
        link.key == order
            || (link.kind == DocumentKind::OrderAmendment && link.about.iter().any(|key| key == order))
    };
    documents.iter().rev().find(changes)
}

/// Whose lines an order has, in their order.
pub(super) fn lines_of<'d>(documents: &'d [DocumentLink], order: &str) -> &'d [DocumentPart] {
    last_of(documents, order).map_or(&[], |link| &link.parts)
}

/// Whether a part of the sale was ever invoiced from an order.
pub(super) fn is_spent(documents: &[DocumentLink], order: &str, part: &Part<'_>) -> bool {
    invoices_of(documents, order).any(|invoice| part.has(invoice))
}

/// Which standing order has lines of which appointment: found once, because a sale for a whole month has many of both.
pub(super) struct Orders<'d> {
    documents: &'d [DocumentLink],
    lines: BTreeMap<&'d str, Vec<Place<'d>>>,
}

/// Lines of an appointment on an order.
#[derive(Clone, Copy)]
struct Place<'d> {
    /// Which of the standing orders, and which of its parts, from 0.
    rank: (usize, usize),
    order: &'d str,
    position: u32,
}

impl<'d> Orders<'d> {
    /// Those of a sale.
    pub(super) fn of(documents: &'d [DocumentLink]) -> Self {
        let mut last: BTreeMap<&str, &DocumentLink> = BTreeMap::new();
        for link in documents {
            match link.kind {
                DocumentKind::SalesOrder => last.extend([(link.key.as_str(), link)]),
                DocumentKind::OrderAmendment => {
                    last.extend(link.about.iter().map(|key| (key.as_str(), link)))
                }
                DocumentKind::SalesInvoice
                | DocumentKind::OrderCancellation
                | DocumentKind::StockIssue
                | DocumentKind::Commission
                | DocumentKind::CreditNote
                | DocumentKind::StockReturn
                | DocumentKind::CommissionReversal
                | DocumentKind::Advance
                | DocumentKind::AdvanceRefund => {}
            }
        }
        let mut lines: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
        for (n, order) in standing(documents, DocumentKind::SalesOrder).enumerate() {
            let parts = last.get(order.key.as_str()).map_or(&[][..], |link| &link.parts);
            let mut position: u32 = 0;
            for (m, of) in parts.iter().enumerate() {
                let place = Place { rank: (n, m), order: &order.key, position };
                lines.entry(&of.appointment).or_default().push(place);
                position = position.saturating_add(of.lines);
            }
        }
        Self { documents, lines }
    }

    /// The newest order that has lines of a part which were not invoiced, and the position of the first of them.
    pub(super) fn of_part(&self, part: &Part<'_>) -> Option<(String, u32)> {
        let places = part.ids().filter_map(|id| self.lines.get(id)).flatten();
        places
            .filter(|place| !is_spent(self.documents, place.order, part))
            .max_by_key(|place| place.rank)
            .map(|place| (place.order.to_owned(), place.position))
    }
}

/// The credit notes of invoices that a document was settled with or made for.
pub(super) fn credits_of<'d>(
    documents: &'d [DocumentLink],
    is_meant: impl Fn(&DocumentLink) -> bool + 'd,
) -> impl Iterator<Item = String> + 'd {
    let invoice = move |key: &String| documents.iter().any(|link| link.key == *key && is_meant(link));
    documents
        .iter()
        .filter(move |link| link.kind == DocumentKind::CreditNote && link.about.iter().any(&invoice))
        .map(|link| link.key.clone())
}

/// Whether an advance is settled with an invoice that stands.
pub(super) fn is_settled(documents: &[DocumentLink], advance: &str) -> bool {
    standing(documents, DocumentKind::SalesInvoice)
        .any(|invoice| invoice.settles.iter().any(|key| key == advance))
}

/// The kind of a document asked for.
pub(super) const fn kind(body: &EffectBody) -> DocumentKind {
    match body {
        EffectBody::SalesOrder(_) => DocumentKind::SalesOrder,
        EffectBody::OrderCancellation(_) => DocumentKind::OrderCancellation,
        EffectBody::SalesInvoice(_) => DocumentKind::SalesInvoice,
        EffectBody::StockIssue(_) => DocumentKind::StockIssue,
        EffectBody::Commission(_) => DocumentKind::Commission,
        EffectBody::CreditNote(_) => DocumentKind::CreditNote,
        EffectBody::StockReturn(_) => DocumentKind::StockReturn,
        EffectBody::CommissionReversal(_) => DocumentKind::CommissionReversal,
        EffectBody::OrderAmendment(_) => DocumentKind::OrderAmendment,
        EffectBody::Advance(_) => DocumentKind::Advance,
        EffectBody::AdvanceRefund(_) => DocumentKind::AdvanceRefund,
    }
}

/// Adds the link of a document that was asked for, and marks the one that it undoes.
pub(crate) fn record(documents: &mut Vec<DocumentLink>, effect: &Effect) {
    let Effect { key, parts, body, .. } = effect;
    let mut link = DocumentLink {
        key: key.clone(),
        kind: kind(body),
        reversed: false,
        parts: parts.clone(),
        about: Vec::new(),
        settles: Vec::new(),
        amount: None,
        materials: Vec::new(),
    };
    let mut undone = None;
    match body {
        EffectBody::SalesOrder(_) => {}
        EffectBody::SalesInvoice(draft) => {
            let of_lines = draft.lines.iter().filter_map(|line| line.bills.as_ref()).map(|line| &line.order);
            for order in draft.order.iter().chain(of_lines) {
                if !link.about.contains(order) {
                    link.about.push(order.clone());
                }
            }
            link.settles.clone_from(&draft.advances);
        }
        EffectBody::OrderAmendment(draft) => link.about.push(draft.order.clone()),
        EffectBody::StockIssue(draft) => link.materials.clone_from(&draft.lines),
        EffectBody::StockReturn(draft) => {
            undone.clone_from(&draft.issue);
            link.materials.clone_from(&draft.lines);
        }
        EffectBody::Commission(draft) => {
            link.about.push(draft.invoice.clone());
            link.amount = Some(draft.amount);
        }
        EffectBody::Advance(draft) => {
            link.about.extend(draft.order.clone());
            link.amount = Some(draft.amount);
        }
        EffectBody::AdvanceRefund(draft) => {
            undone = Some(draft.advance.clone());
            link.amount = Some(draft.amount);
        }
        EffectBody::OrderCancellation(draft)
        | EffectBody::CreditNote(draft)
        | EffectBody::CommissionReversal(draft) => undone = Some(draft.reverses.clone()),
    }
    if let Some(undone) = undone {
        documents.iter_mut().filter(|link| link.key == undone).for_each(|link| link.reversed = true);
        link.about.push(undone);
    }
    documents.push(link);
}
