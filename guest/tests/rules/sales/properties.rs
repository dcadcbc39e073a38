//! Whatever is done with a booking, and in whatever order: each line is invoiced once, and nothing stands that should not.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use slotledger_rules::fixtures::{at, commands, pay, posting};
use slotledger_rules::wit::{
    Appointment, Command, DepositRefund, DocumentKind, DocumentLink, Invoicing, OrderChange, PostingPolicy,
    Status,
};

use super::{Booked, complete};

fn policies() -> impl Strategy<Value = PostingPolicy> {
    let change = prop::sample::select(vec![OrderChange::Amend, OrderChange::Replace]);
    let refund =
        prop::sample::select(vec![DepositRefund::Always, DepositRefund::Never, DepositRefund::OutsideCutoff]);
    let invoicing = prop::sample::select(vec![
        Invoicing::Appointment,
        Invoicing::Booking,
        Invoicing::CustomerWeek,
        Invoicing::CustomerMonth,
    ]);
    (change, refund, invoicing).prop_map(|(on_reschedule, deposit_refund, invoicing)| PostingPolicy {
        on_reschedule,
        deposit_refund,
        invoicing,
        ..posting()
    })
}

fn command() -> impl Strategy<Value = Command> {
    let all: Vec<Command> = commands().into_iter().map(|(_, command)| command).collect();
    prop_oneof![
        3 => prop::sample::select(all),
        1 => prop::sample::select(vec![Command::Confirm, pay(2_697), pay(8_990), Command::Start, complete()]),
    ]
}

proptest! {
    #[test]
    fn a_sale_agrees_with_its_parts(
        policy in policies(),
        chain in prop::collection::vec((prop::option::weighted(0.8, 0usize..3), command(), 0i64..3), 1..40),
    ) {
        let mut booked = Booked::new(policy);
        for (which, command, hours) in chain {
            booked.now += hours * 3_600;
            if matches!(command, Command::MarkNoShow) {
                booked.now = booked.now.max(at(11, 0));
            }
            match which {
                Some(n) => drop(booked.try_one(n, command, true)),
                None if matches!(
                    command,
                    Command::Confirm | Command::Pay(_) | Command::Cancel(_) | Command::Invoice
                ) =>
                {
                    booked.all(&command);
                }
                None => {}
            }
            check(&booked)?;
        }
    }
}

fn check(booked: &Booked) -> Result<(), proptest::prelude::TestCaseError> {
    let keys: BTreeSet<&str> = booked.log.iter().map(|effect| effect.key.as_str()).collect();
    prop_assert_eq!(keys.len(), booked.log.len(), "a key is used twice");
    for (n, effect) in booked.log.iter().enumerate() {
        let before = |key: &String| booked.log.iter().take(n).any(|earlier| earlier.key == *key);
        prop_assert!(effect.after.iter().all(before), "{} comes before what it waits for", effect.key);
    }
    let stands = |kind| booked.documents.iter().filter(move |link| link.kind == kind && !link.reversed);
    let is_part = |link: &DocumentLink, one: &Appointment| {
        link.parts.iter().any(|part| part.appointment == one.id || one.replaces.contains(&part.appointment))
    };
    let is_pending =
        |one: &Appointment| !matches!(one.status, Status::Completed | Status::Cancelled | Status::NoShow);
    let waits = booked.policy.invoicing == Invoicing::Booking && booked.appointments.iter().any(is_pending);
    for one in &booked.appointments {
        let mine = |kind| stands(kind).filter(|link| is_part(link, one)).collect::<Vec<_>>();
        let invoices: Vec<_> =
            mine(DocumentKind::SalesInvoice).into_iter().filter(|link| !link.key.contains("/fee_")).collect();
        let done = one.status == Status::Completed;
        prop_assert!(invoices.len() <= usize::from(done), "{} is invoiced: {:#?}", one.id, invoices);
        if done && !waits {
            let missing = usize::from(one.invoice_after.is_none());
            prop_assert_eq!(
                invoices.len(),
                missing,
                "{} is not invoiced, or waits for it all the same",
                one.id
            );
        }
        prop_assert!(done || one.invoice_after.is_none(), "{} waits to be invoiced", one.id);
        prop_assert_eq!(mine(DocumentKind::Commission).len(), invoices.len());
        // The newest state of each order that stands has a line for it exactly if it is to be done or invoiced.
        let orders = stands(DocumentKind::SalesOrder).filter(|order| {
            let invoiced = booked.documents.iter().any(|link| {
                link.kind == DocumentKind::SalesInvoice
                    && link.about.contains(&order.key)
                    && is_part(link, one)
            });
            let lines = booked.order_lines(&order.key);
            let has = lines.iter().any(|(name, _)| *name == one.id || one.replaces.contains(name));
            has && !invoiced
        });
        let under_way =
            matches!(one.status, Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused);
        let due = under_way || (done && invoices.is_empty());
        prop_assert_eq!(
            orders.count(),
            usize::from(due),
            "{} {:?} {:#?}",
            one.id,
            one.status,
            booked.documents
        );
        let advances = mine(DocumentKind::Advance);
        let paid: i64 = advances.iter().filter_map(|link| link.amount).map(|amount| amount.units).sum();
        prop_assert_eq!(paid, one.paid.units);
        for advance in advances {
            let takers =
                stands(DocumentKind::SalesInvoice).filter(|link| link.settles.contains(&advance.key));
            let takers = takers.count();
            prop_assert!(takers <= 1);
            prop_assert!(invoices.is_empty() || takers == 1);
        }
    }
    Ok(())
}
