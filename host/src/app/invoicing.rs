//! One invoice for what was done for a customer in a week or a month.
//!
//! Invariant: the rules say what waits, from when on it may be invoiced, and what is asked of the books; all of a
//! customer that is invoiced together is stored in one transaction. Any number of hosts may try at once: the
//! appointments' revisions let one of them succeed.
//!
//! Deliberately absent: when a period ends, which is decided when work is done.

use std::sync::PoisonError;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::beside::Beside;
use super::bookings::LeftOut;
use super::bundle::{Bundle, Refusals, refused};
use super::command::Command;
use super::request::earlier;
use super::{App, Error, Reply, Request, Result};
use crate::model::{Acting, Actor, Appointment, Customer, CustomerId};
use crate::store::{AppointmentFilter, Change};

/// Most appointments that are invoiced in one go. Those that have waited longest come first, and the rest is next.
const MOST: usize = 100;

/// What was invoiced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoicedView {
    /// The appointments that wait no longer.
    pub appointments: Vec<Appointment>,
    /// Those that still do, and why.
    pub left_out: Vec<LeftOut>,
}

impl App {
    /// Invoices what waits of up to so many customers whose week or month is over, and says of how many. Each call goes on
    /// where the last one ended, so that one who cannot be invoiced keeps nobody else waiting.
    pub async fn invoice_due(&self, limit: u32) -> Result<u32> {
        let after = *self.invoiced_last.lock().unwrap_or_else(PoisonError::into_inner);
        let customers = self.ports.store.uninvoiced(self.ports.clock.now(), after, limit).await?;
        let last = customers.last().copied();
        *self.invoiced_last.lock().unwrap_or_else(PoisonError::into_inner) = last;
        let mut invoiced = 0;
        for customer in customers {
            match self.invoice_customer(customer, Actor::System, None).await {
                Ok(_) => invoiced += 1,
                // Another host was faster.
                Err(Error::Busy) => {}
                Err(error) => {
                    tracing::warn!(customer.id = %customer, %error, "a customer's work cannot be invoiced");
                }
            }
        }
        Ok(invoiced)
    }

    /// Invoices what waits of a customer: for staff all of it, otherwise that whose week or month is over.
    pub async fn invoice_customer(
        &self,
        id: CustomerId,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<InvoicedView>> {
        let actor = actor.into();
        // That nothing waits is no failure, which an answer given before would be looked up after.
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        self.until_settled(request, || Box::pin(self.try_invoice(id, actor, request))).await
    }

    async fn try_invoice(
        &self,
        id: CustomerId,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<InvoicedView> {
        self.get::<Customer>(id.0).await?;
        let filter =
            AppointmentFilter { customer: Some(id), uninvoiced: true, ..AppointmentFilter::default() };
        let mut waiting = self.every_appointment(&filter).await?;
        if waiting.is_empty() {
            return Ok(InvoicedView { appointments: Vec::new(), left_out: Vec::new() });
        }
        waiting.sort_by_key(|one| (one.invoice_after, one.id));
        waiting.truncate(MOST);
        let (bundle, refusals) = self.invoice_all(waiting, actor).await?;
        let bundle = bundle.ok_or_else(|| refused(refusals.clone()))?;
        let left_out: Vec<LeftOut> = refusals
            .into_iter()
            .map(|(appointment, refusal)| LeftOut { appointment, findings: refusal.findings })
            .collect();
        let view = |stored: &[&Appointment]| InvoicedView {
            appointments: stored.iter().map(|one| (*one).clone()).collect(),
            left_out: left_out.clone(),
        };
        let render = |stored: &[&Appointment]| serde_json::to_string(&view(stored)).unwrap_or_default();
        let answer = request.map(|request| request.pending(200, &render));
        let appointments = self.store_all(bundle, None, answer).await?;
        Ok(view(&appointments.iter().collect::<Vec<_>>()))
    }

    /// Has as many invoices made as are needed: whoever is refused beside the others is asked about without them.
    async fn invoice_all(
        &self,
        mut waiting: Vec<Appointment>,
        actor: Acting,
    ) -> Result<(Option<Bundle>, Refusals)> {
        let mut all = None::<Bundle>;
        loop {
            let (bundle, refusals) = self.invoice_together(waiting.clone(), actor).await?;
            let Some(bundle) = bundle else { return Ok((all, refusals)) };
            all = Some(match all {
                Some(all) => all.join(bundle)?,
                None => bundle,
            });
            waiting.retain(|one| refusals.iter().any(|(id, _)| *id == one.id));
        }
    }

    /// Has one invoice made of those among these appointments that the rules grant it to.
    async fn invoice_together(
        &self,
        mut group: Vec<Appointment>,
        actor: Acting,
    ) -> Result<(Option<Bundle>, Refusals)> {
        let mut refusals = Refusals::new();
        loop {
            let sale = self.sale_of(&group).await?;
            let wanted: Vec<_> = group.iter().map(|one| (one.clone(), Command::Invoice)).collect();
            let around = Beside { sale: Some(&sale), ..Beside::default() };
            let (mut bundle, more) = self.decide_each(&wanted, around, actor).await?;
            if more.is_empty() {
                bundle.iter_mut().for_each(|bundle| link(&mut bundle.changes));
                return Ok((bundle, refusals));
            }
            // Whoever is refused was counted on by the others.
            group.retain(|one| more.iter().all(|(id, _)| *id != one.id));
            refusals.extend(more);
        }
    }
}

/// Notes with each appointment which one asked for the invoice that it is on.
fn link(changes: &mut [Change]) {
    let Some(asking) = changes.iter().find(|change| !change.deliveries.is_empty()) else { return };
    let id = asking.appointment.id;
    for change in changes.iter_mut().filter(|change| change.appointment.id != id) {
        change.appointment.invoiced_with.push(id);
    }
}
