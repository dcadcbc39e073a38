//! Invoices, commissions and fees, and what undoes them.
//!
//! Invariant: an invoice is credited as a whole, and its commissions with it; what of it should stand is invoiced again.

use crate::effects::{FEE, INVOICE, Sale, links};
use crate::findings;
use crate::money::{self, Currency, Percent};
use crate::wit::{
    CommissionDraft, Decimal, DocumentKind, DocumentLine, DocumentLink, DocumentPart, Earner, EffectBody,
    Finding, InvoiceDraft, Invoicing, OrderLine, ReversalDraft, Status,
};

/// Who earns a commission with an invoice, and with which parts of it.
pub(super) type Earned = (Earner, Vec<DocumentPart>);

impl Sale<'_> {
    /// Credits invoices of which a part is not completed any more, and gives all parts that they were for.
    pub(super) fn credit(&mut self, reason: &str) -> Vec<DocumentPart> {
        let is_wrong = |link: &&DocumentLink| !links::is_fee(link) && self.has_unfinished(link);
        let wrong: Vec<DocumentLink> =
            links::standing(&self.documents, DocumentKind::SalesInvoice).filter(is_wrong).cloned().collect();
        self.credit_these(&wrong, reason)
    }

    /// Credits the appointment's fees.
    pub(crate) fn credit_fees(&mut self, reason: &str) {
        let is_own = |link: &&DocumentLink| links::is_fee(link) && self.own().has(link);
        let fees: Vec<DocumentLink> =
            links::standing(&self.documents, DocumentKind::SalesInvoice).filter(is_own).cloned().collect();
        self.credit_these(&fees, reason);
    }

    fn credit_these(&mut self, invoices: &[DocumentLink], reason: &str) -> Vec<DocumentPart> {
        let mut credited = Vec::new();
        for invoice in invoices {
            let body = ReversalDraft { reverses: invoice.key.clone(), reason: reason.to_owned() };
            let after = vec![invoice.key.clone()];
            let note = self.add("credit_note", after, invoice.parts.clone(), EffectBody::CreditNote(body));
            if note.is_some() {
                credited.extend(invoice.parts.iter().cloned());
            }
        }
        credited
    }

    /// Takes back commissions whose invoice is credited, or whose work is not done.
    pub(super) fn reverse_commissions(&mut self, reason: &str) {
        let credited: Vec<&String> = self
            .documents
            .iter()
            .filter(|link| link.kind == DocumentKind::SalesInvoice && link.reversed)
            .map(|link| &link.key)
            .collect();
        let is_wrong = |link: &&DocumentLink| {
            link.about.iter().any(|invoice| credited.contains(&invoice)) || self.has_unfinished(link)
        };
        let wrong: Vec<DocumentLink> =
            links::standing(&self.documents, DocumentKind::Commission).filter(is_wrong).cloned().collect();
        for commission in wrong {
            let body = ReversalDraft { reverses: commission.key.clone(), reason: reason.to_owned() };
            let after = vec![commission.key];
            self.add("commission_reversal", after, commission.parts, EffectBody::CommissionReversal(body));
        }
    }

    fn has_unfinished(&self, link: &DocumentLink) -> bool {
        let is_unfinished = |of| self.part_of(of).is_some_and(|part| part.status != Status::Completed);
        link.parts.iter().any(is_unfinished)
    }

    /// Drafts an invoice for each of these groups of parts, and gives their keys and who earns with them.
    pub(super) fn invoice(&mut self, groups: Vec<Vec<usize>>) -> Result<Vec<(String, Vec<Earned>)>, Finding> {
        let mut invoices = Vec::new();
        for group in groups {
            let earned = self.earned(&group)?;
            let draft = self.invoice_draft(&group, &earned)?;
            let mut after: Vec<String> = Vec::new();
            let orders = draft.lines.iter().filter_map(|line| line.bills.as_ref()).map(|line| &line.order);
            for order in draft.order.iter().chain(orders) {
                let last = links::last_of(&self.documents, order).map_or(order, |link| &link.key);
                if !after.contains(last) {
                    after.push(last.clone());
                }
            }
            after.extend(self.settling(&draft.advances));
            let parts = group.iter().map(|n| self.parts[*n].with_lines()).collect();
            if let Some(key) = self.add(INVOICE, after, parts, EffectBody::SalesInvoice(draft)) {
                invoices.push((key, earned));
            }
        }
        Ok(invoices)
    }

    /// The parts to be invoiced now, those together that are invoiced together.
    pub(super) fn to_invoice(&self, credited: &[DocumentPart]) -> Vec<Vec<usize>> {
        let open = self.open();
        let was_credited = |n: &usize| credited.iter().any(|of| self.parts[*n].is(&of.appointment));
        let together = |group: Vec<usize>| if group.is_empty() { Vec::new() } else { vec![group] };
        match self.terms.invoicing {
            Invoicing::Appointment => {
                open.into_iter().filter(|n| *n == 0 || was_credited(n)).map(|n| vec![n]).collect()
            }
            Invoicing::Booking if self.parts.iter().any(|part| part.is_pending()) => Vec::new(),
            Invoicing::Booking => together(open),
            // The period of what was credited is over; the appointment of the command waits for the end of its own.
            Invoicing::CustomerWeek | Invoicing::CustomerMonth => {
                together(open.into_iter().filter(|n| *n != 0 && was_credited(n)).collect())
            }
        }
    }

    /// The parts that are done and wait for an invoice, in their order in time.
    pub(super) fn open(&self) -> Vec<usize> {
        let is_wanted =
            |n: &usize| self.wants(DocumentKind::SalesInvoice, std::slice::from_ref(&self.parts[*n].alone()));
        let is_open = |n: &usize| {
            self.parts[*n].status == Status::Completed && self.parts[*n].invoice(&self.documents).is_none()
        };
        let mut open: Vec<usize> = (0..self.parts.len()).filter(|n| is_wanted(n) && is_open(n)).collect();
        open.sort_by_key(|n| (self.parts[*n].visit.start, self.parts[*n].id));
        open
    }

    fn invoice_draft(&self, group: &[usize], earned: &[Earned]) -> Result<InvoiceDraft, Finding> {
        let company = &self.snapshot.company;
        let orders = links::Orders::of(&self.documents);
        let (mut lines, mut first) = (Vec::new(), None);
        for n in group {
            let part = &self.parts[*n];
            let mut own = part.lines(company)?;
            if let Some((order, position)) = orders.of_part(part) {
                // One part on one order: lines pair up by themselves.
                let shared = group.len() > 1 || links::lines_of(&self.documents, &order).len() > 1;
                let mut number = position;
                for line in own.iter_mut().filter(|_| shared) {
                    line.bills = Some(OrderLine { order: order.clone(), line: number });
                    number = number.saturating_add(1);
                }
                first.get_or_insert(order);
            }
            lines.extend(own);
        }
        Ok(InvoiceDraft {
            order: first,
            currency: company.currency.clone(),
            lines,
            finish: self.terms.invoices,
            earners: earned.iter().map(|(earner, _)| earner.clone()).collect(),
            advances: self.free_advances(group),
        })
    }

    /// Who earns a commission with these parts: one entry for each provider and rate.
    fn earned(&self, group: &[usize]) -> Result<Vec<Earned>, Finding> {
        let company = &self.snapshot.company;
        let currency = Currency::of(company)?;
        let exact = |amount| currency.exact(amount).ok_or_else(findings::price_unusable);
        let mut earned: Vec<Earned> = Vec::new();
        for n in group {
            let part = &self.parts[*n];
            let percent = part.commission(company)?;
            let net = exact(part.quote.net)?;
            if percent.units == 0 || net.is_zero() {
                continue;
            }
            let alike =
                |(earner, _): &&mut Earned| earner.provider == part.provider && earner.percent == percent;
            match earned.iter_mut().find(alike) {
                Some((earner, parts)) => {
                    earner.base = currency.write(Currency::sum([exact(earner.base)?, net])?)?;
                    parts.push(part.alone());
                }
                None => {
                    let base = part.quote.net;
                    let earner = Earner { provider: part.provider.to_owned(), percent, base };
                    earned.push((earner, vec![part.alone()]));
                }
            }
        }
        Ok(earned)
    }

    /// Drafts the commissions of an invoice.
    pub(super) fn commissions(&mut self, invoice: &str, earned: &[Earned]) -> Result<(), Finding> {
        let currency = Currency::of(&self.snapshot.company)?;
        for (Earner { provider, percent, base }, parts) in earned {
            let amount = currency.share(*base, Percent::read(*percent, "commission")?)?;
            if amount.units == 0 {
                continue;
            }
            let body = EffectBody::Commission(CommissionDraft {
                invoice: invoice.to_owned(),
                provider: provider.clone(),
                currency: self.snapshot.company.currency.clone(),
                base: *base,
                percent: *percent,
                amount,
            });
            self.add("commission", vec![invoice.to_owned()], parts.clone(), body);
        }
        Ok(())
    }

    /// Drafts the invoice of a fee, where the company asks for one. A deposit that is kept pays it.
    pub(crate) fn fee(&mut self, fee: Option<Decimal>, description: &str, kept: bool) -> Result<(), Finding> {
        let company = &self.snapshot.company;
        let Some(fee) = fee else { return Ok(()) };
        let rounding = Currency::of(company)?;
        let unit_price = rounding.write(rounding.amount(fee, 1)?)?;
        let own = self.own().alone();
        if unit_price.units == 0 || !self.wants(DocumentKind::SalesInvoice, std::slice::from_ref(&own)) {
            return Ok(());
        }
        if company.fee_item.is_empty() {
            return Err(findings::fee_item_missing());
        }
        let line = DocumentLine {
            item: company.fee_item.clone(),
            description: format!("{description}: {}", self.snapshot.service.name),
            quantity: money::whole(1),
            unit_price,
            list_price: None,
            bills: None,
        };
        let advances = if kept { self.free_advances(&[0]) } else { Vec::new() };
        let after = self.settling(&advances);
        let body = EffectBody::SalesInvoice(InvoiceDraft {
            order: None,
            currency: company.currency.clone(),
            lines: vec![line],
            finish: self.terms.invoices,
            earners: Vec::new(),
            advances,
        });
        self.add(FEE, after, vec![DocumentPart { lines: 1, ..own }], body);
        Ok(())
    }
}
