//! What the books are asked for: each document once, and always those that the status calls for.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use slotledger::model::{Appointment, AppointmentId, Invoicing, Status};
use slotledger_erp::{Body, Key, Posting};

use super::{Verdict, ensure};
use crate::simulation::facts::Facts;

pub(super) fn check(facts: &Facts) -> Verdict {
    let keys: BTreeSet<&Key> = facts.deliveries.iter().map(|delivery| &delivery.posting.key).collect();
    ensure(keys.len() == facts.deliveries.len(), || "a key was used twice".to_owned())?;
    for delivery in &facts.deliveries {
        let known = |key: &Key| keys.contains(key);
        ensure(delivery.after.iter().all(known), || {
            format!("it comes after what nobody asked for: {delivery:?}")
        })?;
    }
    for appointment in &facts.appointments {
        // What was asked for an appointment that was moved belongs to the one in its place.
        if facts.appointments.iter().any(|other| other.replaces.contains(&appointment.id)) {
            ensure(appointment.status == Status::Cancelled, || format!("moved and there: {appointment:?}"))?;
            continue;
        }
        let sale = Sale::of(facts, appointment);
        sale.check(facts, appointment).map_err(|words| {
            let asked: Vec<_> = sale.asked.iter().map(|asked| (&asked.parts, asked.posting)).collect();
            format!("{words}: {appointment:?} in {:?} asked for {asked:#?}", sale.members)
        })?;
    }
    Ok(())
}

/// An appointment and those it was booked with, and what was asked for all of them.
struct Sale<'a> {
    /// Those that were not moved.
    members: Vec<&'a Appointment>,
    asked: Vec<Asked<'a>>,
    undone: BTreeSet<&'a Key>,
}

/// A document that was asked for, and the appointments that it is about.
struct Asked<'a> {
    posting: &'a Posting,
    parts: Vec<AppointmentId>,
}

/// What of an appointment's documents stands.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    /// Orders that have a line for it which was never invoiced.
    orders: usize,
    /// Invoices of the service.
    invoices: usize,
    /// Invoices of fees.
    fees: usize,
    issues: usize,
    commissions: usize,
}

impl<'a> Sale<'a> {
    fn of(facts: &'a Facts, appointment: &'a Appointment) -> Self {
        let together = |one: &&Appointment| one.booking.is_some() && one.booking == appointment.booking;
        let is_own = |one: &&Appointment| {
            one.id == appointment.id || appointment.replaces.contains(&one.id) || together(one)
        };
        let all: Vec<&Appointment> = facts.appointments.iter().filter(is_own).collect();
        let is_moved = |one: &Appointment| all.iter().any(|other| other.replaces.contains(&one.id));
        let asked: Vec<Asked<'_>> = facts
            .deliveries
            .iter()
            .filter(|delivery| all.iter().any(|one| one.id == delivery.appointment))
            .map(|delivery| {
                let key = delivery.posting.key.as_str();
                let shared = all.iter().flat_map(|one| &one.shared_documents).find(|one| one.key == key);
                let parts = shared.map(|one| one.parts.iter().map(|part| part.appointment).collect());
                Asked { posting: &delivery.posting, parts: parts.unwrap_or(vec![delivery.appointment]) }
            })
            .collect();
        let undone = asked.iter().filter_map(|asked| undoes(&asked.posting.body)).collect();
        Self { members: all.iter().copied().filter(|one| !is_moved(one)).collect(), asked, undone }
    }

    fn check(&self, facts: &Facts, one: &Appointment) -> Verdict {
        let standing = self.standing(one);
        let service = facts.service(one);
        let done = usize::from(one.status == Status::Completed);
        let under_way = usize::from(is_under_way(one));
        let due = under_way + done.saturating_sub(standing.invoices);
        let right = Standing {
            orders: due,
            invoices: if self.waits(one) { standing.invoices.min(done) } else { done },
            issues: if service.consumables.is_empty() { 0 } else { done },
            commissions: if service.commission_percent.is_zero() { 0 } else { standing.invoices },
            fees: standing.fees,
        };
        ensure(standing == right, || format!("{standing:?} stands, and should {right:?}"))?;
        let may_owe = usize::from(matches!(one.status, Status::Cancelled | Status::NoShow));
        ensure(standing.fees <= may_owe, || format!("{} fees", standing.fees))?;
        self.check_order(one)?;
        self.check_advances(one)
    }

    /// Whether its invoice waits for other appointments of its booking.
    fn waits(&self, one: &Appointment) -> bool {
        let is_pending = |other: &&Appointment| {
            !matches!(other.status, Status::Completed | Status::Cancelled | Status::NoShow)
        };
        let together = one.terms.is_some_and(|terms| terms.invoicing == Invoicing::Booking);
        together && self.members.iter().any(is_pending)
    }

    fn standing(&self, one: &Appointment) -> Standing {
        let mut standing = Standing { orders: 0, invoices: 0, fees: 0, issues: 0, commissions: 0 };
        let stands = |asked: &&Asked<'_>| !self.undone.contains(&asked.posting.key);
        for asked in self.asked.iter().filter(stands) {
            let own = usize::from(is_about(one, &asked.parts));
            match &asked.posting.body {
                Body::SalesOrder(_) => {
                    let key = &asked.posting.key;
                    let has_line = is_about(one, &self.last_of(key).parts) && !self.is_spent(key, one);
                    standing.orders += usize::from(has_line);
                }
                Body::SalesInvoice(invoice) if invoice.order.is_some() => standing.invoices += own,
                Body::SalesInvoice(_) => standing.fees += own,
                Body::StockIssue(_) => standing.issues += own,
                Body::Commission(_) => standing.commissions += own,
                Body::OrderCancellation(_)
                | Body::CreditNote(_)
                | Body::StockReturn(_)
                | Body::CommissionReversal(_)
                | Body::OrderAmendment(_)
                | Body::Advance(_)
                | Body::AdvanceRefund(_) => {}
            }
        }
        standing
    }

    /// The order, or its last amendment.
    fn last_of(&self, order: &Key) -> &Asked<'a> {
        let changes = |asked: &&Asked<'_>| {
            let amends = matches!(&asked.posting.body, Body::OrderAmendment(it) if it.order == *order);
            amends || asked.posting.key == *order
        };
        self.asked.iter().rev().find(changes).expect("the order")
    }

    /// Whether it was ever invoiced from the order.
    fn is_spent(&self, order: &Key, one: &Appointment) -> bool {
        self.asked.iter().any(|asked| {
            let of_order =
                matches!(&asked.posting.body, Body::SalesInvoice(it) if it.orders().contains(&order));
            of_order && is_about(one, &asked.parts)
        })
    }

    /// An order says when its visits are, wherever they were moved, and has a line for each of their prices.
    fn check_order(&self, one: &Appointment) -> Verdict {
        let is_order = |asked: &&Asked<'_>| {
            matches!(asked.posting.body, Body::SalesOrder(_)) && !self.undone.contains(&asked.posting.key)
        };
        for order in self.asked.iter().filter(is_order) {
            let last = self.last_of(&order.posting.key);
            if !is_about(one, &last.parts) || !is_under_way(one) {
                continue;
            }
            let visits: Vec<&&Appointment> =
                self.members.iter().filter(|member| is_about(member, &last.parts)).collect();
            let start = visits.iter().map(|visit| visit.start).min();
            let end = visits.iter().map(|visit| visit.end).max();
            let lines: usize = visits.iter().map(|visit| visit.quote.lines.len()).sum();
            let said = match &last.posting.body {
                Body::SalesOrder(it) => Some((it.start, it.end, it.lines.len())),
                Body::OrderAmendment(it) => Some((it.start, it.end, it.lines.len())),
                Body::OrderCancellation(_)
                | Body::SalesInvoice(_)
                | Body::StockIssue(_)
                | Body::Commission(_)
                | Body::CreditNote(_)
                | Body::StockReturn(_)
                | Body::CommissionReversal(_)
                | Body::Advance(_)
                | Body::AdvanceRefund(_) => None,
            };
            let said = said.map_or((None, None, 0), |(start, end, lines)| (Some(start), Some(end), lines));
            ensure(said == (start, end, lines), || {
                format!("the order says {said:?}, the visits are {:?}", (start, end, lines))
            })?;
        }
        Ok(())
    }

    /// What was paid and not paid back stands as advances, each settled with one invoice at most, and with that of the
    /// service once it stands.
    fn check_advances(&self, one: &Appointment) -> Verdict {
        let invoiced = self.standing(one).invoices;
        let mut paid = Decimal::ZERO;
        for asked in self.asked.iter().filter(|asked| is_about(one, &asked.parts)) {
            let key = &asked.posting.key;
            if let Body::Advance(advance) = &asked.posting.body
                && !self.undone.contains(key)
            {
                paid += advance.amount;
                let count = self.asked.iter().filter(|other| self.settles(other, key)).count();
                ensure((invoiced..=1).contains(&count), || format!("{key} is settled {count} times"))?;
            }
            if let Body::AdvanceRefund(refund) = &asked.posting.body {
                let is_whole = |other: &Asked<'_>| {
                    let pays = matches!(&other.posting.body, Body::Advance(it) if it.amount == refund.amount);
                    pays && other.posting.key == refund.advance
                };
                let taken = self.asked.iter().any(is_whole);
                ensure(taken, || format!("{refund:?} pays back what was not paid"))?;
            }
        }
        let entered: Decimal = one.payments.iter().map(|payment| payment.amount).sum();
        ensure(paid == entered, || format!("advances of {paid} stand, and {entered} is paid"))
    }

    fn settles(&self, asked: &Asked<'_>, advance: &Key) -> bool {
        let settles = matches!(&asked.posting.body, Body::SalesInvoice(it) if it.advances.contains(advance));
        settles && !self.undone.contains(&asked.posting.key)
    }
}

const fn is_under_way(one: &Appointment) -> bool {
    matches!(one.status, Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused)
}

/// Whether it, or an appointment that it was moved from, is among the parts.
fn is_about(one: &Appointment, parts: &[AppointmentId]) -> bool {
    parts.iter().any(|part| *part == one.id || one.replaces.contains(part))
}

const fn undoes(body: &Body) -> Option<&Key> {
    match body {
        Body::OrderCancellation(cancellation) => Some(&cancellation.order),
        Body::CreditNote(note) => Some(&note.invoice),
        Body::StockReturn(back) => Some(&back.issue),
        Body::CommissionReversal(reversal) => Some(&reversal.commission),
        Body::AdvanceRefund(refund) => Some(&refund.advance),
        Body::SalesOrder(_)
        | Body::SalesInvoice(_)
        | Body::StockIssue(_)
        | Body::Commission(_)
        | Body::OrderAmendment(_)
        | Body::Advance(_) => None,
    }
}
