//! One invoice for what was done for a customer in a week or a month.
//!
//! Invariant: the rules say what waits, from when on it may be invoiced, and what is asked of the books; all of a
//! customer that is invoiced together is stored in one transaction. Any number of hosts may try at once: the
//! appointments' revisions let one of them succeed.
//!
//! Deliberately absent: when a period ends, which is decided when work is done.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::beside::Beside;
use super::bookings::LeftOut;
use super::bundle::{Bundle, Refusals, refused};
use super::command::Command;
use super::{App, Error, Reply, Request, Result};
use crate::model::{Actor, Appointment, Customer, CustomerId};
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
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<Reply<InvoicedView>> {
        self.until_settled(request, || Box::pin(self.try_invoice(id, actor, request))).await
    }

    async fn try_invoice(
        &self,
        id: CustomerId,
        actor: Actor,
        request: Option<&Request>,
    ) -> Result<InvoicedView> {
        self.get::<Customer>(id.0).await?;
        let filter =
            AppointmentFilter { customer: Some(id), uninvoiced: true, ..AppointmentFilter::default() };
        let waiting = chosen(self.every_appointment(&filter).await?, actor, self.ports.clock.now());
        if waiting.is_empty() {
            return Ok(InvoicedView { appointments: Vec::new(), left_out: Vec::new() });
        }
        let (mut bundle, mut refusals) = (None::<Bundle>, Refusals::new());
        for group in alike(waiting) {
            let Some(decided) = self.invoice_together(group, actor, &mut refusals).await? else { continue };
            bundle = Some(match bundle {
                Some(bundle) => bundle.join(decided)?,
                None => decided,
            });
        }
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

    /// Has one invoice made of these appointments, or of those among them that the rules grant it to.
    async fn invoice_together(
        &self,
        mut group: Vec<Appointment>,
        actor: Actor,
        refusals: &mut Refusals,
    ) -> Result<Option<Bundle>> {
        while !group.is_empty() {
            let sale = self.sale_of(&group).await?;
            let wanted: Vec<_> = group.iter().map(|one| (one.clone(), Command::Invoice)).collect();
            let around = Beside { sale: Some(&sale), ..Beside::default() };
            let (bundle, more) = self.decide_each(&wanted, around, actor).await?;
            if let Some(mut bundle) = bundle.filter(|_| more.is_empty()) {
                link(&mut bundle.changes);
                return Ok(Some(bundle));
            }
            // Whoever is refused was counted on by the others.
            group.retain(|one| more.iter().all(|(id, _)| *id != one.id));
            refusals.extend(more);
        }
        Ok(None)
    }
}

/// Those whose time has come, and no more than can be decided in one go.
fn chosen(mut waiting: Vec<Appointment>, actor: Actor, now: DateTime<Utc>) -> Vec<Appointment> {
    if actor == Actor::System {
        waiting.retain(|one| one.invoice_after.is_some_and(|from| from <= now));
    }
    waiting.sort_by_key(|one| (one.invoice_after, one.id));
    waiting.truncate(MOST);
    waiting
}

/// What can stand on one invoice: of one company, in one currency, on the same terms.
fn alike(waiting: Vec<Appointment>) -> Vec<Vec<Appointment>> {
    let mut groups: Vec<Vec<Appointment>> = Vec::new();
    for one in waiting {
        let fits = |group: &&mut Vec<Appointment>| {
            group.first().is_some_and(|first| {
                (first.company, &first.quote.currency, first.terms)
                    == (one.company, &one.quote.currency, one.terms)
            })
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// Notes with each appointment which one asked for the invoice that it is on.
fn link(changes: &mut [Change]) {
    let Some(asking) = changes.iter().find(|change| !change.deliveries.is_empty()) else { return };
    let id = asking.appointment.id;
    for change in changes.iter_mut().filter(|change| change.appointment.id != id) {
        change.appointment.invoiced_with.push(id);
    }
}
