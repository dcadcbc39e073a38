//! Taking back what the books hold otherwise than completed work asked for it (an invoice, an issue of materials, a
//! commission), and asking for it again.
//!
//! Invariant: it is the appointment that is put right, by two commands like any other. Its status is corrected, which has
//! everything taken back that belongs to completed work, as the books hold it; and it is completed again, which asks for all of
//! it anew. What follows goes through the outbox, under the keys of the new revisions, and stands in the trail with its reason.
//!
//! What breaks off between the two commands is finished by the same repair: the correction is recognised by the
//! counter-document that it has asked for.

use slotledger_erp::Body;

use super::judge::judge;
use super::look::{changing, counters, expected};
use super::{App, Error, Result};
use crate::app::{Command, Complete, Correct, Reply, Voice};
use crate::model::reconcile::{BooksFinding, FindingKind};
use crate::model::{Actor, Appointment, Consumable, Delivery, DeliveryState, Invoicing, Status};

/// Why the status is corrected, where the person does not say it.
const WHY: &str = "What stands in the books is not as it was asked for.";

impl App {
    /// Has the document of a finding taken back, and made again, with everything that belongs to the work.
    pub(super) async fn reissue(&self, finding: &BooksFinding, voice: Voice<'_>) -> Result<()> {
        let wrong = |why: &str| Error::NotRepairable(why.to_owned());
        let id = finding.found.delivery.ok_or_else(|| wrong("no delivery asked for it"))?;
        let delivery = self.delivery(id).await?;
        let completed = self.appointment(delivery.appointment).await?;
        let line = self.deliveries_with(&completed).await?;
        let policy = completed.terms.unwrap_or_default();
        if matches!(policy.invoicing, Invoicing::CustomerWeek | Invoicing::CustomerMonth) {
            return Err(wrong(
                "its work is billed by the invoice of a period: correct the appointments that it bills, one by one",
            ));
        }
        let materials = Complete { materials: Some(used(&completed, &line)) };
        let reopened = match (completed.status, is_taken_back(&delivery, &line)) {
            (Status::Completed, false) => {
                self.still_drifted(&delivery, &line).await?;
                let reason = if voice.reason.trim().is_empty() { WHY } else { voice.reason };
                let correct = Correct { to: Status::InProgress, reason: reason.to_owned(), materials: None };
                self.as_staff(&completed, Command::Correct(correct)).await?
            }
            // It broke off here before.
            (Status::InProgress, true) => completed,
            (status, _) => {
                let message = format!("its appointment is {}, not completed", status.as_str());
                return Err(Error::NotRepairable(message));
            }
        };
        self.as_staff(&reopened, Command::Complete(materials)).await?;
        Ok(())
    }

    async fn still_drifted(&self, delivery: &Delivery, line: &[Delivery]) -> Result<()> {
        let Some(stood) = delivery.document.as_ref().filter(|_| delivery.state == DeliveryState::Done) else {
            return Err(Error::NotRepairable(format!("its delivery is {}", delivery.state.as_str())));
        };
        if changing(delivery, line) {
            return Err(Error::NotRepairable("a counter-document of it is on its way".to_owned()));
        }
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let found = link.books.find_by_key(&mapping.applied(&delivery.posting)).await;
        match judge(&expected(delivery, stood, line), &found.map_err(Error::Books)?) {
            Some((FindingKind::Drifted, _)) => Ok(()),
            Some(_) | None => Err(Error::NotRepairable("it does not differ in that way any more".to_owned())),
        }
    }

    /// Carries a command out on the appointment as it was just seen.
    async fn as_staff(&self, seen: &Appointment, command: Command) -> Result<Appointment> {
        let reply = self.command(seen.id, Some(seen.revision), command, Actor::Staff, None).await?;
        match reply {
            Reply::Fresh(appointment) => Ok(appointment),
            Reply::Replayed(_) => self.appointment(seen.id).await,
        }
    }
}

/// Whether a document that counters it was asked for.
fn is_taken_back(delivery: &Delivery, line: &[Delivery]) -> bool {
    line.iter().any(|later| counters(&later.posting.body, &delivery.posting.key))
}

/// What the work used up, as it was said when it was completed last.
fn used(of: &Appointment, line: &[Delivery]) -> Vec<Consumable> {
    let issues = line.iter().rev().filter(|delivery| delivery.appointment == of.id);
    let last = issues.filter_map(|delivery| {
        if let Body::StockIssue(issue) = &delivery.posting.body { Some(&issue.lines) } else { None }
    });
    let lines = last.into_iter().next().map(Vec::as_slice).unwrap_or_default();
    let consumable = |line: &slotledger_erp::Material| Consumable {
        item: line.item.code.clone(),
        quantity: line.quantity,
        unit: line.unit.clone(),
        warehouse: line.warehouse.clone(),
    };
    lines.iter().map(consumable).collect()
}
