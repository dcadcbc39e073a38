//! Bringing an order back that was changed in the books by hand: an amendment that says again what was asked for last.
//!
//! Invariants: the amendment's key follows from the order's and the finding's, and the finding is closed before anything
//! is sent, so that one person at a time sends it, once. Only orders are brought back: what has its effect on accounts or
//! stock is never changed, see [`advice`](super::advice).
//!
//! Deliberately absent: a row of the outbox. Nothing changes in what the appointment asks of the books.

use slotledger_erp::{Body, Key, OrderAmendment, Posting};

use super::counter::send;
use super::judge::judge;
use super::look::{changing, expected};
use super::{App, Error, Result};
use crate::app::Voice;
use crate::model::reconcile::{BooksFinding, FindingKind};
use crate::model::{Delivery, DeliveryState};

/// What the key of such an amendment has after the order's.
const STEP: &str = "/restore_";

/// The amendment that brings an order back, in the codes of its books.
pub(super) struct Restoration {
    posting: Posting,
}

impl App {
    /// What would bring the order of a finding back, as long as it differs.
    pub(super) async fn restoration(&self, finding: &BooksFinding, voice: Voice<'_>) -> Result<Restoration> {
        let wrong = |why: &str| Error::NotRepairable(why.to_owned());
        let id = finding.found.delivery.ok_or_else(|| wrong("no delivery asked for it"))?;
        let delivery = self.delivery(id).await?;
        let appointment = self.appointment(delivery.appointment).await?;
        let line = self.deliveries_with(&appointment).await?;
        let Some(stood) = delivery.document.as_ref().filter(|_| delivery.state == DeliveryState::Done) else {
            return Err(Error::NotRepairable(format!("its delivery is {}", delivery.state.as_str())));
        };
        if changing(&delivery, &line) {
            return Err(wrong("an amendment of it is on its way"));
        }
        let (_, link, mapping) = self.mapped_connection(delivery.company).await?;
        let found = link.books.find_by_key(&mapping.applied(&delivery.posting)).await;
        let found = found.map_err(Error::Books)?;
        match judge(&expected(&delivery, stood, &line), &found) {
            Some((FindingKind::Drifted, _)) => {}
            Some(_) | None => return Err(wrong("the order does not differ in that way any more")),
        }
        let reason = if voice.reason.is_empty() { "It was changed by hand." } else { voice.reason };
        let amendment = last_asked(&delivery, &line, reason);
        let amendment = amendment.ok_or_else(|| wrong("it is no order"))?;
        let key = Key::parse(&format!("{}{STEP}{}", amendment.order, finding.id));
        let key = key.ok_or_else(|| wrong("its key cannot be used"))?;
        let posting = Posting { key, body: Body::OrderAmendment(amendment), ..delivery.posting };
        Ok(Restoration { posting: mapping.applied(&posting).into_owned() })
    }

    /// Sends what brings an order back, whose finding was just closed for it.
    pub(super) async fn restore(&self, finding: &BooksFinding, restoration: &Restoration) -> Result<()> {
        let (_, link) = self.connection(finding.found.company).await?;
        match send(&*link.books, &restoration.posting).await {
            Ok(()) => Ok(()),
            Err(failure) => self.failed(finding, "was not brought back", failure).await,
        }
    }
}

/// What was asked for an order last, as an amendment.
pub(in crate::app) fn last_asked(
    delivery: &Delivery,
    line: &[Delivery],
    reason: &str,
) -> Option<OrderAmendment> {
    let Body::SalesOrder(order) = &delivery.posting.body else { return None };
    let key = &delivery.posting.key;
    let done = line.iter().rev().filter(|later| later.state == DeliveryState::Done);
    let mut amendments = done.filter_map(|later| {
        if let Body::OrderAmendment(amendment) = &later.posting.body { Some(amendment) } else { None }
    });
    let amended = amendments.find(|amendment| amendment.order == *key).cloned();
    let reason = reason.to_owned();
    Some(match amended {
        Some(amendment) => OrderAmendment { reason, ..amendment },
        None => OrderAmendment {
            order: key.clone(),
            provider: order.provider.clone(),
            lines: order.lines.clone(),
            start: order.start,
            end: order.end,
            reason,
        },
    })
}

/// The order that an amendment with this key has brought back.
pub(super) fn order_of(key: &Key) -> Option<Key> {
    let (order, finding) = key.as_str().rsplit_once(STEP)?;
    finding.parse::<i64>().ok()?;
    Key::parse(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amendment_that_brings_back_is_known_by_its_key() {
        let of = |text: &str| order_of(&Key::parse(text).expect("a key")).map(|key| key.to_string());
        assert_eq!(of("a/1/sales_order/restore_17").as_deref(), Some("a/1/sales_order"));
        assert_eq!(of("a/1/sales_order/restore_x"), None);
        assert_eq!(of("a/2/order_amendment"), None);
    }
}
