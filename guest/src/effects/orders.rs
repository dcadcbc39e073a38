//! Orders: made, amended, withdrawn, closed.
//!
//! Invariant: whatever is to be done, or done and not invoiced, stands on one order, and on no more than one. A sale
//! begins with one order for all of its parts; a part that comes later joins it, unless something was invoiced from it
//! by then, and has one of its own in that case. Bookings that were invoiced together stay apart: a part joins orders of
//! its own booking alone.

use crate::effects::{ORDER, Sale, Turn, links};
use crate::wit::{
    AmendmentDraft, Decimal, DocumentKind, DocumentLine, DocumentPart, EffectBody, Finding, OrderChange,
    OrderDraft, ReversalDraft, Span,
};

/// What orders and amendments have in common.
struct Content {
    lines: Vec<DocumentLine>,
    parts: Vec<DocumentPart>,
    provider: String,
    delivery: Span,
    commission_percent: Decimal,
}

impl Sale<'_> {
    /// Withdraws the order of the appointment, where another one shall take its place and nobody else is on it.
    pub(crate) fn withdraw_to_replace(&mut self, reason: &str) {
        let amends = self.terms.on_reschedule == OrderChange::Amend
            && self.wants(DocumentKind::OrderAmendment, &[self.own().alone()]);
        let Some((order, _)) = links::Orders::of(&self.documents).of_part(self.own()) else { return };
        let alone = links::lines_of(&self.documents, &order).iter().all(|of| self.own().is(&of.appointment));
        if !amends && alone {
            self.withdraw(&order, reason);
        }
    }

    /// Brings the orders to where the parts stand.
    pub(super) fn change_orders(&mut self, turn: &Turn<'_>) -> Result<(), Finding> {
        let standing: Vec<String> =
            links::standing(&self.documents, DocumentKind::SalesOrder).map(|link| link.key.clone()).collect();
        let mut missing = self.missing();
        for order in &standing {
            self.change_order(order, turn, &mut missing)?;
        }
        if !missing.is_empty() {
            let content = self.content(&missing)?;
            let body = EffectBody::SalesOrder(OrderDraft {
                currency: self.snapshot.company.currency.clone(),
                lines: content.lines,
                provider: content.provider,
                delivery: content.delivery,
                commission_percent: content.commission_percent,
            });
            self.add(ORDER, Vec::new(), content.parts, body);
        }
        Ok(())
    }

    /// The parts that need an order and have none, in the order of their visits.
    fn missing(&self) -> Vec<usize> {
        let orders = links::Orders::of(&self.documents);
        let has_line = |n: &usize| orders.of_part(&self.parts[*n]).is_some();
        let is_wanted =
            |n: &usize| self.wants(DocumentKind::SalesOrder, std::slice::from_ref(&self.parts[*n].alone()));
        let mut missing: Vec<usize> = (0..self.parts.len())
            .filter(|n| self.parts[*n].is_due(&self.documents) && is_wanted(n) && !has_line(n))
            .collect();
        missing.sort_by_key(|n| (self.parts[*n].visit.start, self.parts[*n].id));
        missing
    }

    /// Takes lines that nobody needs off an order, and puts the missing ones on; withdraws it if none is left.
    fn change_order(
        &mut self,
        order: &str,
        turn: &Turn<'_>,
        missing: &mut Vec<usize>,
    ) -> Result<(), Finding> {
        let before = links::lines_of(&self.documents, order);
        let (mut kept, mut live, mut moved) = (Vec::new(), false, false);
        for of in before {
            let Some(n) = self.parts.iter().position(|part| part.is(&of.appointment)) else { continue };
            let spent = links::is_spent(&self.documents, order, &self.parts[n]);
            let due = self.parts[n].is_due(&self.documents) && !spent;
            (live, moved) = (live || due, moved || (due && turn.moved && n == 0));
            if due || spent {
                kept.push(n);
            }
        }
        let untouched = links::invoices_of(&self.documents, order).next().is_none();
        let billed = links::invoices_of(&self.documents, order).any(|invoice| !invoice.reversed);
        if !live && !billed {
            self.withdraw(order, turn.reason);
            return Ok(());
        }
        let is_near = |n: &usize| kept.iter().any(|other| self.parts[*n].is_booked_with(&self.parts[*other]));
        let joining: Vec<usize> =
            missing.iter().filter(|n| live && untouched && is_near(n)).copied().collect();
        if !moved && kept.len() == before.len() && joining.is_empty() {
            return Ok(());
        }
        let all: Vec<usize> = kept.iter().chain(&joining).copied().collect();
        if self.amend(order, &all, turn.reason)? {
            missing.retain(|n| !joining.contains(n));
        }
        Ok(())
    }

    /// Drafts an amendment, and says whether it is wanted.
    fn amend(&mut self, order: &str, parts: &[usize], reason: &str) -> Result<bool, Finding> {
        let content = self.content(parts)?;
        let body = EffectBody::OrderAmendment(AmendmentDraft {
            order: order.to_owned(),
            lines: content.lines,
            provider: content.provider,
            delivery: content.delivery,
            reason: reason.to_owned(),
        });
        let after = links::last_of(&self.documents, order).map(|link| link.key.clone());
        Ok(self.add("order_amendment", after.into_iter().collect(), content.parts, body).is_some())
    }

    fn withdraw(&mut self, order: &str, reason: &str) {
        let last = links::last_of(&self.documents, order).map(|link| link.key.clone());
        let order_owned = order.to_owned();
        let credits = links::credits_of(&self.documents, |link| link.about.contains(&order_owned));
        let after = last.into_iter().chain(credits).collect();
        let parts = links::lines_of(&self.documents, order).to_vec();
        let body = ReversalDraft { reverses: order.to_owned(), reason: reason.to_owned() };
        self.add("order_cancellation", after, parts, EffectBody::OrderCancellation(body));
    }

    fn content(&self, parts: &[usize]) -> Result<Content, Finding> {
        let company = &self.snapshot.company;
        let mut content = Content {
            lines: Vec::new(),
            parts: Vec::new(),
            provider: self.own().provider.to_owned(),
            delivery: self.own().visit,
            commission_percent: Decimal { units: 0, scale: 0 },
        };
        for (position, n) in parts.iter().enumerate() {
            let part = &self.parts[*n];
            content.lines.extend(part.lines(company)?);
            content.parts.push(part.with_lines());
            let Span { start, end } = part.visit;
            if position == 0 {
                part.provider.clone_into(&mut content.provider);
                content.commission_percent = part.commission(company)?;
                content.delivery = part.visit;
            }
            content.delivery =
                Span { start: content.delivery.start.min(start), end: content.delivery.end.max(end) };
        }
        Ok(content)
    }
}
