//! Counter-documents. What stands in the books is never deleted.

use crate::effects::{Drafts, links};
use crate::wit::{Appointment, DocumentKind, EffectBody, ReversalDraft, Snapshot, StockDraft};

/// Drafts the withdrawal of the order that nothing was invoiced from, if there is one.
pub(crate) fn withdraw_order(drafts: &mut Drafts<'_>, appointment: &Appointment, reason: &str) {
    if let Some(order) = links::live_order(appointment) {
        let body = EffectBody::OrderCancellation(reversal(&order.key, reason));
        drafts.add("order_cancellation", &[&order.key], body);
    }
}

/// Drafts what undoes invoices, fees, materials and commissions that stand.
pub(crate) fn undo_fulfilment(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
    reason: &str,
) {
    for (number, invoice) in links::standing(appointment, DocumentKind::SalesInvoice).enumerate() {
        let body = EffectBody::CreditNote(reversal(&invoice.key, reason));
        drafts.add(&numbered("credit_note", number), &[&invoice.key], body);
    }
    for (number, issue) in links::standing(appointment, DocumentKind::StockIssue).enumerate() {
        let lines = issue.materials.clone();
        let draft = StockDraft { lines, issue: Some(issue.key.clone()), moved: snapshot.now };
        drafts.add(&numbered("stock_return", number), &[&issue.key], EffectBody::StockReturn(draft));
    }
    for (number, commission) in links::standing(appointment, DocumentKind::Commission).enumerate() {
        let body = EffectBody::CommissionReversal(reversal(&commission.key, reason));
        drafts.add(&numbered("commission_reversal", number), &[&commission.key], body);
    }
}

fn reversal(key: &str, reason: &str) -> ReversalDraft {
    ReversalDraft { reverses: key.to_owned(), reason: reason.to_owned() }
}

/// The step; from the second of its kind on with a number, so that no key is used twice.
fn numbered(step: &str, number: usize) -> String {
    match number {
        0 => step.to_owned(),
        _ => format!("{step}_{}", number.saturating_add(1)),
    }
}
