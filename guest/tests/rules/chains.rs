//! Chains of commands as they come in life: the documents asked for always agree with the status.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};
use slotledger_rules::fixtures::{at, commands, hold, stored};
use slotledger_rules::transition;
use slotledger_rules::wit::{
    Appointment, Command, Correction, DocumentKind, DocumentLink, EffectBody, Status,
};

fn any_command() -> impl Strategy<Value = Command> {
    let mut all: Vec<Command> = commands().into_iter().map(|(_, command)| command).collect();
    let reason = "Pressed by mistake".to_owned();
    all.push(Command::Correct(Correction { to: Status::InProgress, reason }));
    // A search for long chains: most commands end one.
    let ending = |command: &Command| {
        matches!(command, Command::Cancel(_) | Command::Decline(_) | Command::Reschedule(_))
    };
    let going_on: Vec<Command> = all.iter().filter(|command| !ending(command)).cloned().collect();
    proptest::prop_oneof![1 => prop::sample::select(all), 4 => prop::sample::select(going_on)]
}

fn standing(appointment: &Appointment, kind: DocumentKind, step: &str) -> usize {
    let stands = |link: &&DocumentLink| link.kind == kind && !link.reversed && link.key.ends_with(step);
    appointment.documents.iter().filter(stands).count()
}

/// Orders that stand and were not invoiced.
fn live_orders(appointment: &Appointment) -> usize {
    let after_invoice = appointment
        .documents
        .iter()
        .rposition(|link| link.key.ends_with("/sales_invoice"))
        .map_or(0, |last| last + 1);
    let rest = &appointment.documents[after_invoice..];
    rest.iter().filter(|link| link.kind == DocumentKind::SalesOrder && !link.reversed).count()
}

fn undone(body: &EffectBody) -> Option<&str> {
    match body {
        EffectBody::OrderCancellation(draft)
        | EffectBody::CreditNote(draft)
        | EffectBody::CommissionReversal(draft) => Some(&draft.reverses),
        EffectBody::StockReturn(draft) => draft.issue.as_deref(),
        EffectBody::SalesOrder(_)
        | EffectBody::SalesInvoice(_)
        | EffectBody::StockIssue(_)
        | EffectBody::Commission(_) => None,
    }
}

proptest! {
    #[test]
    fn documents_agree_with_the_status(chain in prop::collection::vec((any_command(), 0i64..3), 1..40)) {
        let mut input = hold();
        let held = transition(&input).expect("a hold");
        let mut appointment = stored(&input, &held);
        let mut keys = BTreeSet::new();
        for (command, minutes) in chain {
            input.snapshot.now = (input.snapshot.now + minutes * 60).max(appointment.timing.paused.unwrap_or(i64::MIN));
            if matches!(command, Command::MarkNoShow) {
                input.snapshot.now = input.snapshot.now.max(at(10, 0));
            }
            (input.appointment, input.command) = (Some(appointment.clone()), command);
            let Ok(decision) = transition(&input) else { continue };
            for effect in &decision.effects {
                prop_assert!(keys.insert(effect.key.clone()), "{} is used twice", effect.key);
                for key in &effect.after {
                    prop_assert!(keys.contains(key), "{} waits for {key}, which never comes before", effect.key);
                }
                if let Some(undone) = undone(&effect.body) {
                    let link = appointment.documents.iter().find(|link| link.key == undone);
                    prop_assert!(link.is_some_and(|link| !link.reversed), "{undone} does not stand");
                }
            }
            appointment = stored(&input, &decision);
            let count = |kind, step| standing(&appointment, kind, step);
            let done = usize::from(appointment.status == Status::Completed);
            let under_way = matches!(
                appointment.status,
                Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused
            );
            prop_assert_eq!(count(DocumentKind::SalesInvoice, "/sales_invoice"), done);
            prop_assert_eq!(count(DocumentKind::Commission, "/commission"), done);
            prop_assert!(count(DocumentKind::StockIssue, "/stock_issue") <= done);
            prop_assert_eq!(live_orders(&appointment), usize::from(under_way));
            let may_ask_fee = matches!(appointment.status, Status::NoShow | Status::Cancelled);
            prop_assert!(count(DocumentKind::SalesInvoice, "/fee_invoice") <= usize::from(may_ask_fee));
        }
    }
}
