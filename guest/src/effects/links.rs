//! What earlier transitions asked the books for, and what of it still stands.
//!
//! Invariant: an order that an invoice was made from is spent, even after a credit note, because books do not invoice
//! an order twice. Work that is done again after a correction gets an order of its own.

use crate::effects::{FEE, INVOICE};
use crate::wit::{Appointment, DocumentKind, DocumentLink};

/// The documents of a kind that no counter-document was asked for, oldest first.
pub(crate) fn standing(appointment: &Appointment, kind: DocumentKind) -> impl Iterator<Item = &DocumentLink> {
    appointment.documents.iter().filter(move |link| link.kind == kind && !link.reversed)
}

/// The order that stands and that nothing was invoiced from.
pub(crate) fn live_order(appointment: &Appointment) -> Option<&DocumentLink> {
    let newest_first = appointment.documents.iter().rev();
    newest_first
        .take_while(|link| !is_invoice_of_order(link))
        .find(|link| link.kind == DocumentKind::SalesOrder && !link.reversed)
}

/// The invoices of the service that were not credited; fees are none.
pub(crate) fn invoices(appointment: &Appointment) -> impl Iterator<Item = &DocumentLink> {
    standing(appointment, DocumentKind::SalesInvoice).filter(|link| is_invoice_of_order(link))
}

fn is_invoice_of_order(link: &DocumentLink) -> bool {
    link.kind == DocumentKind::SalesInvoice && step(&link.key) != FEE
}

/// The last part of a document's key.
fn step(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(INVOICE)
}
