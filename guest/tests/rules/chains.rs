//! Chains of commands as they come in life: the documents asked for always agree with the status.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, proptest};
use slotledger_rules::fixtures::{at, commands, followed, hold, posting, stored};
use slotledger_rules::transition;
use slotledger_rules::wit::{
    Appointment, Command, Correction, DepositRefund, DocumentKind, DocumentLink, EffectBody, OrderChange,
    PostingPolicy, Status,
};

fn any_command() -> impl Strategy<Value = Command> {
    let mut all: Vec<Command> = commands().into_iter().map(|(_, command)| command).collect();
    let reason = "Pressed by mistake".to_owned();
    all.push(Command::Correct(Correction { to: Status::InProgress, reason }));
    // A search for long chains: most commands end one.
    let ending = |command: &Command| matches!(command, Command::Cancel(_) | Command::Decline(_));
    let going_on: Vec<Command> = all.iter().filter(|command| !ending(command)).cloned().collect();
    proptest::prop_oneof![1 => prop::sample::select(all), 4 => prop::sample::select(going_on)]
}

fn standing(appointment: &Appointment, kind: DocumentKind, step: &str) -> usize {
    let stands = |link: &&DocumentLink| link.kind == kind && !link.reversed && link.key.contains(step);
    appointment.documents.iter().filter(stands).count()
}

/// Orders that stand, and those of them that were never invoiced.
fn orders(appointment: &Appointment) -> (usize, usize) {
    let documents = &appointment.documents;
    let is_invoiced = |order: &&DocumentLink| {
        documents
            .iter()
            .any(|link| link.kind == DocumentKind::SalesInvoice && link.about.contains(&order.key))
    };
    let standing = documents.iter().filter(|link| link.kind == DocumentKind::SalesOrder && !link.reversed);
    let (invoiced, live): (Vec<_>, Vec<_>) = standing.partition(is_invoiced);
    (invoiced.len() + live.len(), live.len())
}

/// What of the advances stands, and what of that an invoice has taken; the smallest unit of the currency counts.
fn advances(appointment: &Appointment) -> (i64, i64) {
    let documents = &appointment.documents;
    let amount = |link: &DocumentLink| link.amount.expect("an advance has an amount").units;
    let standing = || documents.iter().filter(|link| link.kind == DocumentKind::Advance && !link.reversed);
    let takers = |advance: &DocumentLink| {
        let takes = |link: &&DocumentLink| !link.reversed && link.settles.contains(&advance.key);
        documents.iter().filter(takes).count()
    };
    assert!(standing().all(|advance| takers(advance) <= 1), "one advance is settled twice: {documents:#?}");
    let settled = standing().filter(|advance| takers(advance) == 1).map(amount).sum();
    (standing().map(amount).sum(), settled)
}

fn undone(body: &EffectBody) -> Option<&str> {
    match body {
        EffectBody::OrderCancellation(draft)
        | EffectBody::CreditNote(draft)
        | EffectBody::CommissionReversal(draft) => Some(&draft.reverses),
        EffectBody::StockReturn(draft) => draft.issue.as_deref(),
        EffectBody::AdvanceRefund(draft) => Some(&draft.advance),
        EffectBody::SalesOrder(_)
        | EffectBody::SalesInvoice(_)
        | EffectBody::StockIssue(_)
        | EffectBody::Commission(_)
        | EffectBody::OrderAmendment(_)
        | EffectBody::Advance(_) => None,
    }
}

/// Every way of keeping books.
fn any_terms() -> impl Strategy<Value = PostingPolicy> {
    let change = prop::sample::select(vec![OrderChange::Amend, OrderChange::Replace]);
    let refund =
        prop::sample::select(vec![DepositRefund::Always, DepositRefund::Never, DepositRefund::OutsideCutoff]);
    (change, refund).prop_map(|(on_reschedule, deposit_refund)| PostingPolicy {
        on_reschedule,
        deposit_refund,
        ..posting()
    })
}

/// Everything that the documents of an appointment must agree with, whatever came before.
fn check(appointment: &Appointment) -> Result<(), TestCaseError> {
    let count = |kind, step| standing(appointment, kind, step);
    let done = usize::from(appointment.status == Status::Completed);
    let under_way = usize::from(matches!(
        appointment.status,
        Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused
    ));
    prop_assert_eq!(count(DocumentKind::SalesInvoice, "/sales_invoice"), done);
    prop_assert_eq!(count(DocumentKind::Commission, "/commission"), done);
    prop_assert!(count(DocumentKind::StockIssue, "/stock_issue") <= done);
    prop_assert_eq!(orders(appointment), (under_way + done, under_way));
    let may_ask_fee = matches!(appointment.status, Status::NoShow | Status::Cancelled);
    prop_assert!(count(DocumentKind::SalesInvoice, "/fee_invoice") <= usize::from(may_ask_fee));
    let (paid, settled) = advances(appointment);
    prop_assert_eq!(appointment.paid.units, paid);
    prop_assert!(paid <= appointment.quote.net.units);
    if done == 1 {
        prop_assert_eq!(settled, paid, "what was paid is settled with the invoice");
    }
    Ok(())
}

proptest! {
    #[test]
    fn documents_agree_with_the_status(
        terms in any_terms(), chain in prop::collection::vec((any_command(), 0i64..3), 1..40),
    ) {
        let mut input = hold();
        input.snapshot.company.posting = terms;
        let held = transition(&input).expect("a hold");
        let mut appointment = stored(&input, &held);
        let mut keys = BTreeSet::new();
        for (number, (command, minutes)) in chain.into_iter().enumerate() {
            input.snapshot.now = (input.snapshot.now + minutes * 60).max(appointment.timing.paused.unwrap_or(i64::MIN));
            if matches!(command, Command::MarkNoShow) {
                input.snapshot.now = input.snapshot.now.max(at(10, 0));
            }
            input.new_id = format!("next-{number}");
            (input.appointment, input.command) = (Some(appointment.clone()), command);
            let Ok(decision) = transition(&input) else { continue };
            let of_successor = decision.successor.iter().flat_map(|successor| &successor.effects);
            for effect in decision.effects.iter().chain(of_successor) {
                prop_assert!(keys.insert(effect.key.clone()), "{} is used twice", effect.key);
                for key in &effect.after {
                    prop_assert!(keys.contains(key), "{} waits for {key}, which never comes before", effect.key);
                }
                if let Some(undone) = undone(&effect.body) {
                    let link = appointment.documents.iter().find(|link| link.key == undone);
                    prop_assert!(link.is_some_and(|link| !link.reversed), "{undone} does not stand");
                }
            }
            let next = followed(&input, &decision).filter(|next| !next.replaces.is_empty());
            // What was moved goes on at its new time, with everything that was asked for before.
            appointment = next.unwrap_or_else(|| stored(&input, &decision));
            check(&appointment)?;
        }
    }
}
