//! Documents that a transition asks the books for, as data.
//!
//! Invariant: an effect's key is known before anything is sent and never used twice; a document the company switched
//! off is not drafted, and nothing waits for it. Drafts stand in the order of delivery. Deliberately absent: sending,
//! tax, and document numbers.

pub(crate) mod counter;
pub(crate) mod links;
pub(crate) mod sale;

use crate::wit::{Company, DocumentKind, Effect, EffectBody};

/// The step of an order.
pub(crate) const ORDER: &str = "sales_order";
/// The step of an order's invoice.
pub(crate) const INVOICE: &str = "sales_invoice";
/// The step of a fee's invoice.
pub(crate) const FEE: &str = "fee_invoice";

/// The documents drafted so far for one revision of one appointment.
pub(crate) struct Drafts<'a> {
    company: &'a Company,
    appointment: &'a str,
    revision: u32,
    effects: Vec<Effect>,
}

impl<'a> Drafts<'a> {
    /// Starts with none.
    pub(crate) const fn new(company: &'a Company, appointment: &'a str, revision: u32) -> Self {
        Self { company, appointment, revision, effects: Vec::new() }
    }

    /// Whether the company wants such documents.
    pub(crate) fn wants(&self, kind: DocumentKind) -> bool {
        !self.company.switched_off.contains(&kind)
    }

    /// Adds a document that builds on others, and gives its key; none if the company does not want it.
    pub(crate) fn add(&mut self, step: &str, after: &[&str], body: EffectBody) -> Option<String> {
        if !self.wants(kind(&body)) {
            return None;
        }
        let key = format!("{}/{}/{step}", self.appointment, self.revision);
        let after = after.iter().map(|key| (*key).to_owned()).collect();
        self.effects.push(Effect { key: key.clone(), after, body });
        Some(key)
    }

    /// Whether one of the drafts undoes the document with this key.
    pub(crate) fn undo(&self, key: &str) -> bool {
        self.effects.iter().any(|effect| match &effect.body {
            EffectBody::CreditNote(draft)
            | EffectBody::OrderCancellation(draft)
            | EffectBody::CommissionReversal(draft) => draft.reverses == key,
            EffectBody::StockReturn(draft) => draft.issue.as_deref() == Some(key),
            EffectBody::SalesOrder(_)
            | EffectBody::SalesInvoice(_)
            | EffectBody::StockIssue(_)
            | EffectBody::Commission(_) => false,
        })
    }

    /// The drafts, in order of delivery.
    pub(crate) fn finish(self) -> Vec<Effect> {
        self.effects
    }
}

const fn kind(body: &EffectBody) -> DocumentKind {
    match body {
        EffectBody::SalesOrder(_) => DocumentKind::SalesOrder,
        EffectBody::OrderCancellation(_) => DocumentKind::OrderCancellation,
        EffectBody::SalesInvoice(_) => DocumentKind::SalesInvoice,
        EffectBody::StockIssue(_) => DocumentKind::StockIssue,
        EffectBody::Commission(_) => DocumentKind::Commission,
        EffectBody::CreditNote(_) => DocumentKind::CreditNote,
        EffectBody::StockReturn(_) => DocumentKind::StockReturn,
        EffectBody::CommissionReversal(_) => DocumentKind::CommissionReversal,
    }
}
