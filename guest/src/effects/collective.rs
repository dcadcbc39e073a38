//! One invoice for what was done for a customer in a period.
//!
//! Invariant: what waits knows from when on it may be invoiced; that is decided once, when its work is done, and does not
//! move with the policy. Deliberately absent: which appointments a customer has, and when a period ends on a calendar.

use crate::effects::Sale;
use crate::findings;
use crate::wit::{Finding, Instant, Invoicing};

impl Sale<'_> {
    /// From when on the appointment of the command waits to be invoiced with others; none if it does not wait.
    pub(crate) fn invoice_after(&self) -> Option<Instant> {
        let company = &self.snapshot.company;
        let end = match self.terms.invoicing {
            Invoicing::Appointment | Invoicing::Booking => return None,
            Invoicing::CustomerWeek => company.next_week,
            Invoicing::CustomerMonth => company.next_month,
        };
        self.open().contains(&0).then_some(end)
    }

    /// Invoices all parts that the command is given to, that may be invoiced and that can stand beside the appointment of
    /// the command, and gives the key of the invoice that this one is on: none if nobody wants one any more.
    pub(crate) fn bill(&mut self) -> Result<Option<String>, Finding> {
        if !self.own().is_ripe(self.snapshot) {
            return Err(findings::nothing_ripe());
        }
        if self.leads {
            let goes_along =
                |n: &usize| self.parts[*n].is_ripe(self.snapshot) && self.parts[*n].goes_with(self.own());
            let group: Vec<usize> = self.open().into_iter().filter(goes_along).collect();
            let groups = if group.is_empty() { Vec::new() } else { vec![group] };
            for (invoice, earners) in &self.invoice(groups)? {
                self.commissions(invoice, earners)?;
            }
        }
        let key = self.own().invoice(&self.documents).map(|link| link.key.clone());
        if key.is_none() && self.open().contains(&0) {
            return Err(findings::invoiced_apart());
        }
        Ok(key)
    }
}
