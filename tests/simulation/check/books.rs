//! What the books are asked for: each document once, and always those that the status calls for.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use slotledger::model::{Appointment, Delivery, Status};
use slotledger_erp::{Body, Key};

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
        let is_own = |id| id == appointment.id || appointment.replaces.contains(&id);
        let own: Vec<&Delivery> = facts
            .deliveries
            .iter()
            .map(AsRef::as_ref)
            .filter(|delivery: &&Delivery| is_own(delivery.appointment))
            .collect();
        check_sale(facts, appointment, &own).map_err(|words| {
            format!("{words}: {appointment:?} asked for {:#?}", own.iter().map(|own| &own.posting))
        })?;
    }
    Ok(())
}

/// What of an appointment's documents stands.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    /// Orders neither cancelled nor invoiced.
    orders: usize,
    /// Invoices of the service.
    invoices: usize,
    /// Invoices of fees.
    fees: usize,
    issues: usize,
    commissions: usize,
}

fn check_sale(facts: &Facts, appointment: &Appointment, own: &[&Delivery]) -> Verdict {
    let standing = standing(own);
    let service = facts.service(appointment);
    let (materials, commission) =
        (usize::from(!service.consumables.is_empty()), usize::from(!service.commission_percent.is_zero()));
    let of = |orders, invoices, issues, commissions| Standing {
        orders,
        invoices,
        issues,
        commissions,
        fees: standing.fees,
    };
    let right = match appointment.status {
        Status::Open | Status::Scheduled | Status::Cancelled | Status::NoShow => of(0, 0, 0, 0),
        Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused => of(1, 0, 0, 0),
        Status::Completed => of(0, 1, materials, commission),
    };
    ensure(standing == right, || format!("{standing:?} stands, and should {right:?}"))?;
    let may_owe = usize::from(matches!(appointment.status, Status::Cancelled | Status::NoShow));
    ensure(standing.fees <= may_owe, || format!("{} fees", standing.fees))?;
    check_order(appointment, own)?;
    check_advances(appointment, own)
}

fn standing(own: &[&Delivery]) -> Standing {
    let bodies = || own.iter().map(|delivery| (&delivery.posting.key, &delivery.posting.body));
    let undone: BTreeSet<&Key> = bodies().filter_map(|(_, body)| undoes(body)).collect();
    let invoiced: BTreeSet<&Key> = bodies().filter_map(|(_, body)| invoice_of(body)).collect();
    let mut standing = Standing { orders: 0, invoices: 0, fees: 0, issues: 0, commissions: 0 };
    for (key, body) in bodies().filter(|(key, _)| !undone.contains(key)) {
        match body {
            Body::SalesOrder(_) => standing.orders += usize::from(!invoiced.contains(key)),
            Body::SalesInvoice(invoice) if invoice.order.is_some() => standing.invoices += 1,
            Body::SalesInvoice(_) => standing.fees += 1,
            Body::StockIssue(_) => standing.issues += 1,
            Body::Commission(_) => standing.commissions += 1,
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

/// The order says when and by whom the visit is, wherever it was moved since; only an order that stands is amended.
fn check_order(appointment: &Appointment, own: &[&Delivery]) -> Verdict {
    let bodies = || own.iter().map(|delivery| (&delivery.posting.key, &delivery.posting.body));
    let orders: BTreeSet<&Key> =
        bodies().filter(|(_, body)| matches!(body, Body::SalesOrder(_))).map(|(key, _)| key).collect();
    let mut last = None;
    for (_, body) in bodies() {
        match body {
            Body::SalesOrder(order) => last = Some((order.start, order.end)),
            Body::OrderAmendment(amendment) => {
                ensure(orders.contains(&amendment.order), || format!("{} is no order", amendment.order))?;
                last = Some((amendment.start, amendment.end));
            }
            _ => {}
        }
    }
    let under_way = matches!(
        appointment.status,
        Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused
    );
    let visit = (appointment.start, appointment.end);
    ensure(!under_way || last == Some(visit), || format!("the order says {last:?}, the visit is {visit:?}"))
}

/// What was paid and not paid back stands as advances, each settled with one invoice at most, and with that of the
/// service once it stands.
fn check_advances(appointment: &Appointment, own: &[&Delivery]) -> Verdict {
    let bodies = || own.iter().map(|delivery| (&delivery.posting.key, &delivery.posting.body));
    let undone: BTreeSet<&Key> = bodies().filter_map(|(_, body)| undoes(body)).collect();
    let mut paid = Decimal::ZERO;
    for (key, body) in bodies().filter(|(key, _)| !undone.contains(key)) {
        let Body::Advance(advance) = body else { continue };
        paid += advance.amount;
        let settles = |(invoice, body): &(&Key, &Body)| {
            let settles = matches!(body, Body::SalesInvoice(invoice) if invoice.advances.contains(key));
            settles && !undone.contains(invoice)
        };
        let count = bodies().filter(settles).count();
        let least = usize::from(appointment.status == Status::Completed);
        ensure((least..=1).contains(&count), || format!("{key} is settled {count} times"))?;
    }
    for (_, body) in bodies() {
        let Body::AdvanceRefund(refund) = body else { continue };
        let taken = |(key, body): (&Key, &Body)| match body {
            Body::Advance(advance) => *key == refund.advance && advance.amount == refund.amount,
            _ => false,
        };
        ensure(bodies().any(taken), || format!("{refund:?} pays back what was not paid"))?;
    }
    let entered: Decimal = appointment.payments.iter().map(|payment| payment.amount).sum();
    ensure(paid == entered, || format!("advances of {paid} stand, and {entered} is paid"))
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

const fn invoice_of(body: &Body) -> Option<&Key> {
    if let Body::SalesInvoice(invoice) = body { invoice.order.as_ref() } else { None }
}
