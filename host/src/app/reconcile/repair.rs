//! Putting right what a reconciliation found.
//!
//! Invariant: nothing is put right by itself. What is done, by whom and why, stays with the finding; where a delivery is
//! concerned, with the delivery too.

use serde_json::json;
use slotledger_erp::{Body, CreditNote, Key, Kind, Posting};

use super::judge::{Expected, judge};
use super::{App, Error, Result};
use crate::app::Voice;
use crate::model::reconcile::{BooksFinding, FindingKind, FindingState, Remedy};
use crate::model::{Delivery, DeliveryState};
use crate::store::{self, Closing};

/// What shall be done about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairRequest {
    /// What.
    pub remedy: Remedy,
    /// For [`Remedy::Adopt`]: the document's number in the books, or what the ERP knows it by.
    pub reference: Option<String>,
}

/// The remedies that fit a finding, the likeliest first.
#[must_use]
pub fn remedies(finding: &BooksFinding) -> Vec<Remedy> {
    if finding.state != FindingState::Open {
        return Vec::new();
    }
    match finding.found.kind {
        FindingKind::Missing => vec![Remedy::Resend, Remedy::Adopt, Remedy::Accept],
        FindingKind::Stranger if is_invoice(finding) => vec![Remedy::Credit, Remedy::Accept],
        FindingKind::Doubled
        | FindingKind::Drifted
        | FindingKind::Withdrawn
        | FindingKind::Stranger
        | FindingKind::ByHand => vec![Remedy::Accept],
    }
}

fn is_invoice(finding: &BooksFinding) -> bool {
    finding.found.details.get("kind") == Some(&json!(Kind::SalesInvoice))
}

impl App {
    /// Puts a finding right.
    pub async fn repair_finding(
        &self,
        id: i64,
        request: &RepairRequest,
        voice: Voice<'_>,
    ) -> Result<BooksFinding> {
        let finding = self.finding(id).await?.finding;
        if !remedies(&finding).contains(&request.remedy) {
            let state = finding.state.as_str();
            let message = format!("the finding is {state}, and {} does not fit it", request.remedy.as_str());
            return Err(Error::NotRepairable(message));
        }
        let state = match request.remedy {
            Remedy::Accept => {
                if voice.reason.trim().is_empty() {
                    return Err(Error::field("reason", "must say why it is as it should be"));
                }
                FindingState::Accepted
            }
            Remedy::Resend => {
                let delivery = self.still_missing(&finding).await?;
                self.resend(delivery.id, voice, json!({ "finding": id, "was": delivery.document })).await?;
                FindingState::Repaired
            }
            Remedy::Adopt => {
                let reference = request.reference.as_deref();
                let reference =
                    reference.ok_or_else(|| Error::field("reference", "must name the document"))?;
                let delivery = self.still_missing(&finding).await?;
                self.take_for(&delivery, reference, voice).await?;
                FindingState::Repaired
            }
            Remedy::Credit => {
                self.counter(&finding, voice.reason).await?;
                FindingState::Repaired
            }
        };
        let closing = Closing {
            state,
            act: request.remedy.as_str(),
            by: voice.by.to_owned(),
            reason: voice.reason.to_owned(),
            at: self.ports.clock.now(),
        };
        match self.ports.store.close_finding(id, &closing).await {
            Ok(finding) => Ok(finding),
            Err(store::Error::Stale(_)) => {
                Err(Error::NotRepairable("somebody else has just put it right".to_owned()))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The delivery whose document is gone, as long as it is.
    async fn still_missing(&self, finding: &BooksFinding) -> Result<Delivery> {
        let id = finding
            .found
            .delivery
            .ok_or_else(|| Error::NotRepairable("no delivery asked for it".to_owned()))?;
        let delivery = self.delivery(id).await?;
        let (DeliveryState::Done, Some(stood)) = (delivery.state, delivery.document.as_ref()) else {
            return Err(Error::NotRepairable(format!("its delivery is {}", delivery.state.as_str())));
        };
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let found = link.books.find_by_key(&mapping.applied(&delivery.posting)).await;
        let found = found.map_err(Error::Books)?;
        match judge(&Expected { document: stood, withdrawn: false }, &found) {
            Some((FindingKind::Missing, _)) => Ok(delivery),
            Some(_) | None => Err(Error::NotRepairable("the document is in the books again".to_owned())),
        }
    }

    /// Counters an invoice that carries a key of ours and that nothing here asked for.
    ///
    /// The credit note's key follows from the invoice's, so that doing it twice makes one.
    async fn counter(&self, finding: &BooksFinding, reason: &str) -> Result<()> {
        let no_key = || Error::NotRepairable("its key cannot be used".to_owned());
        let invoice = Key::parse(&finding.found.subject).ok_or_else(no_key)?;
        let key = Key::parse(&format!("{invoice}/counter")).ok_or_else(no_key)?;
        let reason = if reason.is_empty() { "It was not asked for." } else { reason };
        let posting = Posting {
            key,
            subject: format!("Finding {}", finding.id),
            date: self.ports.clock.now().date_naive(),
            body: Body::CreditNote(CreditNote { invoice, reason: reason.to_owned() }),
        };
        let (_, link) = self.connection(finding.found.company).await?;
        link.books.post(&posting).await.map_err(Error::Books)?;
        Ok(())
    }
}
