//! Putting right what a reconciliation found.
//!
//! Invariant: nothing is put right by itself. What is done, by whom and why, stays with the finding; where a delivery is
//! concerned, with the delivery too.

use serde_json::{Value, json};
use slotledger_erp::Kind;

use super::judge::{Expected, judge};
use super::{App, Error, Result, counter, surplus};
use crate::app::Voice;
use crate::model::reconcile::{BooksFinding, FindingKind, FindingState, Remedy};
use crate::model::{Delivery, DeliveryState};
use crate::store::{self, Closing};

/// What shall be done about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairRequest {
    /// What.
    pub remedy: Remedy,
    /// The document's number in the books, or what the ERP knows it by: for [`Remedy::Adopt`] of one that is missing or withdrawn
    /// the one in its place; for [`Remedy::Credit`] of one that is doubled the one to take back, none for all that are too many.
    pub reference: Option<String>,
    /// For [`Remedy::Adopt`] of a document made by hand: the parked delivery that it is taken for.
    pub delivery: Option<i64>,
}

/// What completed work asks for, so that it is made anew by completing it again.
const OF_COMPLETED_WORK: [Kind; 3] = [Kind::SalesInvoice, Kind::StockIssue, Kind::Commission];

/// The remedies that fit a finding, the likeliest first.
#[must_use]
pub fn remedies(finding: &BooksFinding) -> Vec<Remedy> {
    if finding.state != FindingState::Open {
        return Vec::new();
    }
    match finding.found.kind {
        FindingKind::Missing => vec![Remedy::Resend, Remedy::Adopt, Remedy::Accept],
        FindingKind::Stranger
            if is(finding, "/kind", Kind::SalesInvoice) || surplus::set_apart(finding).is_some() =>
        {
            vec![Remedy::Credit, Remedy::Accept]
        }
        FindingKind::Drifted if is(finding, "/was/kind", Kind::SalesOrder) => {
            vec![Remedy::Resend, Remedy::Accept]
        }
        // The books may well be right: a person changed it.
        FindingKind::Drifted if OF_COMPLETED_WORK.iter().any(|kind| is(finding, "/was/kind", *kind)) => {
            vec![Remedy::Accept, Remedy::Credit]
        }
        FindingKind::Withdrawn => vec![Remedy::Adopt, Remedy::Accept],
        FindingKind::Doubled if has_surplus(finding) => vec![Remedy::Credit, Remedy::Accept],
        FindingKind::Doubled | FindingKind::Drifted | FindingKind::Stranger => vec![Remedy::Accept],
        FindingKind::ByHand => vec![Remedy::Accept, Remedy::Adopt],
    }
}

/// What a person has to do about a finding, or to know, that no repair does by itself.
#[must_use]
pub fn advice(finding: &BooksFinding) -> &'static str {
    match finding.found.kind {
        FindingKind::Missing => {
            "It can be made again under its key. If somebody made one in its place, name that one."
        }
        FindingKind::Doubled if has_surplus(finding) => {
            "All but the one that Slotledger posted can be taken back: an invoice by a credit note, an order by its withdrawal, \
             materials by their return, a commission by its reversal, a draft by cancelling it. Nothing is deleted. If \
             another one is the right one, because it was paid or delivered on, name the one to take back."
        }
        FindingKind::Doubled => {
            "Which of them is right, and what was paid or delivered on which, is seen in the ERP alone: cancel or credit \
             the surplus there. The next comparison closes this."
        }
        FindingKind::Drifted if is(finding, "/was/kind", Kind::SalesOrder) => {
            "The order can be amended back to what was asked for last. If the change was meant, change the appointment \
             here, or accept it."
        }
        FindingKind::Drifted if is(finding, "/was/kind", Kind::SalesInvoice) => {
            "What was posted is never changed. If the books are right, accept their figures. If not, the invoice can be \
             credited as it stands in the books, and the work invoiced anew: the appointment's status is corrected and the \
             appointment completed again, with everything that belongs to it."
        }
        FindingKind::Drifted if OF_COMPLETED_WORK.iter().any(|kind| is(finding, "/was/kind", *kind)) => {
            "What was posted is never changed. If the books are right, accept their figures. If not, it can be taken back as it \
             stands in the books and made anew: the appointment's status is corrected and the appointment completed again, \
             which credits and makes its invoice anew too."
        }
        FindingKind::Drifted => {
            "What was posted is never changed. If the books are right, accept their figures. If not, correct the \
             appointment's status here, which takes the document back, or put it right in the ERP."
        }
        FindingKind::Withdrawn => {
            "A document that was withdrawn is not made again by itself, because somebody withdrew it for a reason. If it \
             was meant, cancel the appointment or correct its status here, or accept it. If not, make or reinstate the \
             document in the ERP, and name it."
        }
        FindingKind::Stranger if surplus::set_apart(finding).is_some() => {
            "It carried the key of another document and was told apart from it, but not taken back. That can be finished."
        }
        FindingKind::Stranger if is(finding, "/kind", Kind::SalesInvoice) => {
            "Another system, or a store that was lost, asked for it. If it is wrong, a credit note over it can be made."
        }
        FindingKind::Stranger => {
            "Another system, or a store that was lost, asked for it. If it is wrong, cancel it in the ERP."
        }
        FindingKind::ByHand => "Nothing has to be done. It can be taken for a parked delivery.",
    }
}

/// Whether the books let what is too many be taken back.
fn has_surplus(finding: &BooksFinding) -> bool {
    let surplus = finding.found.details.pointer("/surplus").and_then(Value::as_array);
    surplus.is_some_and(|surplus| !surplus.is_empty())
}

fn is(finding: &BooksFinding, place: &str, kind: Kind) -> bool {
    finding.found.details.pointer(place) == Some(&json!(kind))
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
        let (mut restoration, mut surplus) = (None, None);
        let state = match request.remedy {
            Remedy::Accept => {
                if voice.reason.trim().is_empty() {
                    return Err(Error::field("reason", "must say why it is as it should be"));
                }
                FindingState::Accepted
            }
            Remedy::Resend if finding.found.kind == FindingKind::Drifted => {
                restoration = Some(self.restoration(&finding, voice).await?);
                FindingState::Repaired
            }
            Remedy::Resend => {
                let delivery = self.still(&finding).await?;
                self.resend(delivery.id, voice, json!({ "finding": id, "was": delivery.document })).await?;
                FindingState::Repaired
            }
            Remedy::Adopt => {
                self.adopt_for(&finding, request, voice).await?;
                FindingState::Repaired
            }
            Remedy::Credit if finding.found.kind == FindingKind::Drifted => {
                self.reissue(&finding, voice).await?;
                FindingState::Repaired
            }
            Remedy::Credit
                if finding.found.kind == FindingKind::Doubled
                    // An invoice needs no delivery to be countered by.
                    || (surplus::set_apart(&finding).is_some()
                        && !is(&finding, "/kind", Kind::SalesInvoice)) =>
            {
                surplus = Some(self.surplus(&finding, request.reference.as_deref()).await?);
                FindingState::Repaired
            }
            Remedy::Credit => {
                counter::key_of(&finding)?;
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
        let closed = match self.ports.store.close_finding(id, &closing).await {
            Ok(finding) => finding,
            Err(store::Error::Stale(_)) => {
                return Err(Error::NotRepairable("somebody else has just put it right".to_owned()));
            }
            Err(other) => return Err(other.into()),
        };
        match &surplus {
            Some(surplus) => self.take_back(&closed, surplus, voice).await?,
            None if request.remedy == Remedy::Credit && finding.found.kind == FindingKind::Stranger => {
                self.counter(&closed, voice).await?;
            }
            None => {}
        }
        if let Some(restoration) = restoration {
            self.restore(&closed, &restoration).await?;
        }
        Ok(closed)
    }

    /// Takes a document for a delivery: one made in the place of what is gone, or what was found for one that is parked.
    async fn adopt_for(
        &self,
        finding: &BooksFinding,
        request: &RepairRequest,
        voice: Voice<'_>,
    ) -> Result<Delivery> {
        if finding.found.kind != FindingKind::ByHand {
            let reference = request.reference.as_deref();
            let reference = reference.ok_or_else(|| Error::field("reference", "must name the document"))?;
            let delivery = self.still(finding).await?;
            return self.take_for(&delivery, reference, voice).await;
        }
        let wanted =
            request.delivery.ok_or_else(|| Error::field("delivery", "must name a parked delivery"))?;
        let delivery = self.delivery(wanted).await?;
        if delivery.company != finding.found.company {
            return Err(Error::field("delivery", "must be one of the company's"));
        }
        let reference = finding.found.details.pointer("/is/reference").and_then(Value::as_str);
        let reference = reference.ok_or_else(|| Error::NotRepairable("it has no reference".to_owned()))?;
        match self.adopt_delivery(wanted, reference, voice).await {
            Err(Error::Stale { current }) => {
                Err(Error::NotRepairable(format!("the delivery is {current}, not parked")))
            }
            done => done,
        }
    }

    /// The delivery whose document is gone or withdrawn, as long as it is.
    async fn still(&self, finding: &BooksFinding) -> Result<Delivery> {
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
        match judge(&Expected { document: stood, withdrawn: false, countered: None }, &found) {
            Some((kind, _)) if kind == finding.found.kind => Ok(delivery),
            Some(_) | None => Err(Error::NotRepairable("the document is in the books again".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;
    use crate::model::CompanyId;
    use crate::model::reconcile::NewFinding;

    fn finding(kind: FindingKind, subject: &str, details: Value) -> BooksFinding {
        let found = NewFinding {
            company: CompanyId(uuid::Uuid::nil()),
            connection: "books".to_owned(),
            kind,
            subject: subject.to_owned(),
            delivery: None,
            day: NaiveDate::default(),
            words: String::new(),
            details,
        };
        let at = DateTime::UNIX_EPOCH;
        BooksFinding { id: 1, found, state: FindingState::Open, found_at: at, seen_at: at, closed_at: None }
    }

    #[test]
    fn what_is_doubled_is_taken_back_where_the_books_let_it() {
        let doubled = |surplus: Value| finding(FindingKind::Doubled, "a/1/invoice", surplus);
        let can = doubled(json!({ "surplus": ["8"] }));
        assert_eq!(remedies(&can), [Remedy::Credit, Remedy::Accept]);
        // Findings of before have no such list.
        for cannot in [doubled(json!({ "surplus": [] })), doubled(json!({}))] {
            assert_eq!(remedies(&cannot), [Remedy::Accept]);
            assert_ne!(advice(&cannot), advice(&can));
        }
        let stranger = |key| finding(FindingKind::Stranger, key, json!({ "kind": Kind::StockIssue }));
        assert_eq!(remedies(&stranger("a/1/issue/surplus_8")), [Remedy::Credit, Remedy::Accept]);
        assert_eq!(remedies(&stranger("a/1/issue")), [Remedy::Accept]);
    }
}
