//! Deposits in the books: taken as advances, settled with an invoice, or paid back.
//!
//! Invariant: an advance is settled with one invoice that stands, or with none, and is paid back as a whole or not at
//! all; so no more is ever paid back than was paid.

use crate::effects::{Sale, links};
use crate::findings;
use crate::money::Currency;
use crate::wit::{
    AdvanceDraft, Decimal, DepositRefund, DocumentKind, DocumentLink, EffectBody, Finding, Payment,
    PostingPolicy, RefundDraft,
};

/// Whether a deposit is paid back: `late` says that the customer is to blame for what comes to nothing.
pub(crate) const fn is_refunded(terms: &PostingPolicy, late: bool) -> bool {
    match terms.deposit_refund {
        DepositRefund::Always => true,
        DepositRefund::Never => false,
        DepositRefund::OutsideCutoff => !late,
    }
}

impl Sale<'_> {
    /// Drafts the advance of a payment, after the order if there is one.
    pub(crate) fn advance(&mut self, payment: &Payment, amount: Decimal) {
        let order = links::Orders::of(&self.documents).of_part(self.own()).map(|(order, _)| order);
        let last = order.as_ref().and_then(|order| links::last_of(&self.documents, order));
        let after = last.map(|link| link.key.clone()).into_iter().collect();
        let body = EffectBody::Advance(AdvanceDraft {
            order,
            currency: payment.currency.clone(),
            amount,
            method: payment.method.clone(),
            receipt: payment.reference.clone(),
        });
        let parts = vec![self.own().alone()];
        self.add("advance", after, parts, body);
    }

    /// Drafts the refund of every advance that no invoice has taken, and gives what is left of `paid`.
    pub(crate) fn refund(&mut self, paid: Decimal, reason: &str) -> Result<Decimal, Finding> {
        let advances = self.free_advances(&[0]);
        if advances.is_empty() {
            return Ok(paid);
        }
        let currency = Currency::of(&self.snapshot.company)?;
        let exact = |amount| currency.exact(amount).ok_or_else(findings::price_unusable);
        let mut left = exact(paid)?;
        for advance in advances {
            let link = self.documents.iter().find(|link| link.key == advance);
            let Some(amount) = link.and_then(|link| link.amount) else { continue };
            let after = self.settling(std::slice::from_ref(&advance));
            let body = RefundDraft { advance, amount, reason: reason.to_owned() };
            let parts = vec![self.own().alone()];
            if self.add("advance_refund", after, parts, EffectBody::AdvanceRefund(body)).is_some() {
                left = left.checked_sub(exact(amount)?).ok_or_else(findings::amount_too_large)?;
            }
        }
        if left.is_sign_negative() { Err(findings::price_unusable()) } else { currency.write(left) }
    }

    /// The advances of these parts that stand and that no invoice has taken.
    pub(super) fn free_advances(&self, parts: &[usize]) -> Vec<String> {
        let is_theirs = |link: &&DocumentLink| parts.iter().any(|n| self.parts[*n].has(link));
        links::standing(&self.documents, DocumentKind::Advance)
            .filter(is_theirs)
            .filter(|link| !links::is_settled(&self.documents, &link.key))
            .map(|link| link.key.clone())
            .collect()
    }

    /// What has to be done before these advances can be settled or paid back: they, and the credit notes of invoices
    /// that have taken them before.
    pub(super) fn settling(&self, advances: &[String]) -> Vec<String> {
        let mut after = Vec::new();
        for advance in advances {
            after.push(advance.clone());
            for credit in links::credits_of(&self.documents, |link| link.settles.contains(advance)) {
                if !after.contains(&credit) {
                    after.push(credit);
                }
            }
        }
        after
    }
}
