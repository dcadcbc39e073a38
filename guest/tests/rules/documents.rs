//! What the books are asked for, scenario by scenario.

use slotledger_rules::findings::{ALREADY, NOT_ALLOWED, NOT_STARTED, SUCCEEDED};
use slotledger_rules::fixtures::{
    ANNA, BEN, CLEO, at, bitmap, decimal, hold, input, reassign, request, snapshot, stored,
};
use slotledger_rules::transition;
use slotledger_rules::wit::{
    Actor, Command, Correction, DocumentKind, EffectBody, OrderChange, Slots, Status,
};

use crate::{body, granted, refused, steps};

fn correct(to: Status) -> Command {
    Command::Correct(Correction { to, reason: "Pressed by mistake".to_owned() })
}

#[test]
fn confirmed_and_completed_ask_for_four_documents_once() {
    let mut input = hold();
    input.appointment = Some(stored(&input, &granted(&input)));
    input.command = Command::Confirm;
    let confirmed = granted(&input);
    assert_eq!(
        confirmed.effects.iter().map(|effect| effect.key.as_str()).collect::<Vec<_>>(),
        ["apt-2/2/sales_order"]
    );
    input.appointment = Some(stored(&input, &confirmed));
    assert_eq!(refused(&input), [ALREADY]);

    input.command = Command::Complete(None);
    let completed = granted(&input);
    let drafts: Vec<(&str, Vec<&str>)> = completed
        .effects
        .iter()
        .map(|effect| (effect.key.as_str(), effect.after.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        drafts,
        [
            ("apt-2/3/sales_invoice", vec!["apt-2/2/sales_order"]),
            ("apt-2/3/stock_issue", vec![]),
            ("apt-2/3/commission", vec!["apt-2/3/sales_invoice"]),
        ]
    );
    let EffectBody::SalesInvoice(invoice) = body(&completed, "sales_invoice") else { panic!("an invoice") };
    assert_eq!(invoice.order.as_deref(), Some("apt-2/2/sales_order"));
    let EffectBody::Commission(commission) = body(&completed, "commission") else { panic!("a commission") };
    assert_eq!((commission.base, commission.amount), (decimal(8_990, 2), decimal(1_124, 2)));
    input.appointment = Some(stored(&input, &completed));
    assert_eq!(refused(&input), [ALREADY]);
}

#[test]
fn work_without_an_order_gets_one_with_the_invoice() {
    let mut input = input(Some(Status::InProgress), Command::Complete(Some(Vec::new())));
    input.appointment.as_mut().expect("one").documents.clear();
    assert_eq!(steps(&granted(&input)), ["sales_order", "sales_invoice", "commission"]);
    input.snapshot.company.switched_off = vec![DocumentKind::SalesOrder];
    let decision = granted(&input);
    assert_eq!(steps(&decision), ["sales_invoice", "commission"]);
    assert!(decision.effects[0].after.is_empty());
    input.snapshot.company.switched_off.push(DocumentKind::SalesInvoice);
    assert_eq!(steps(&granted(&input)), Vec::<&str>::new());
}

#[test]
fn the_provider_s_own_rate_goes_before_the_service_s() {
    let mut input = input(Some(Status::InProgress), Command::Complete(None));
    input.snapshot.providers[0].provider.commission_percent = Some(decimal(50, 0));
    let decision = granted(&input);
    let EffectBody::Commission(commission) = body(&decision, "commission") else { panic!("a commission") };
    assert_eq!(commission.amount, decimal(4_495, 2));
    input.snapshot.providers[0].provider.commission_percent = Some(decimal(0, 0));
    assert_eq!(steps(&granted(&input)), ["sales_invoice", "stock_issue"]);
}

#[test]
fn reassigning_changes_the_order() {
    let mut input = input(Some(Status::Confirmed), reassign(Some(BEN), &[]));
    input.snapshot.now = at(9, 0);
    let decision = granted(&input);
    assert_eq!((decision.next, steps(&decision)), (Status::Confirmed, vec!["order_amendment"]));
    let EffectBody::OrderAmendment(amended) = body(&decision, "order_amendment") else { panic!("a change") };
    assert_eq!((amended.order.as_str(), amended.provider.as_str()), ("apt-1/2/sales_order", BEN));
    let mut replacing = input.clone();
    replacing.snapshot.company.posting.on_reschedule = OrderChange::Replace;
    assert_eq!(steps(&granted(&replacing)), ["order_cancellation", "sales_order"]);
    for (provider, code) in [(ANNA, "SL0246"), (CLEO, "SL0212"), ("nobody", "SL0208")] {
        input.command = reassign(Some(provider), &[]);
        assert_eq!(refused(&input), [code]);
    }
}

#[test]
fn cancelled_after_invoicing_is_compensated() {
    let input = input(Some(Status::Completed), correct(Status::Cancelled));
    let decision = granted(&input);
    assert_eq!((decision.next, decision.slots), (Status::Cancelled, Slots::Release));
    assert_eq!(
        steps(&decision),
        ["credit_note", "stock_return", "commission_reversal", "order_cancellation"]
    );
    let after: Vec<&str> =
        decision.effects.iter().flat_map(|effect| &effect.after).map(String::as_str).collect();
    assert_eq!(
        after,
        [
            "apt-1/4/sales_invoice",
            "apt-1/4/stock_issue",
            "apt-1/4/commission",
            "apt-1/2/sales_order",
            "apt-1/5/credit_note"
        ],
        "the order is closed once its invoice is credited"
    );
    let EffectBody::StockReturn(back) = body(&decision, "stock_return") else { panic!("a return") };
    assert_eq!(back.lines, snapshot().service.consumables);
}

#[test]
fn corrections_ask_for_what_the_right_status_needs() {
    let cases: [(Status, Status, &[&str], Slots); 8] = [
        (
            Status::Completed,
            Status::Confirmed,
            &["credit_note", "stock_return", "commission_reversal", "order_cancellation", "sales_order"],
            Slots::Keep,
        ),
        (
            Status::Completed,
            Status::InProgress,
            &["credit_note", "stock_return", "commission_reversal", "order_cancellation", "sales_order"],
            Slots::Keep,
        ),
        (
            Status::Completed,
            Status::NoShow,
            &["credit_note", "stock_return", "commission_reversal", "order_cancellation", "fee_invoice"],
            Slots::Keep,
        ),
        (Status::NoShow, Status::Confirmed, &["credit_note", "sales_order"], Slots::Keep),
        (
            Status::NoShow,
            Status::Completed,
            &["credit_note", "sales_order", "sales_invoice", "stock_issue", "commission"],
            Slots::Keep,
        ),
        (Status::NoShow, Status::Cancelled, &["credit_note"], Slots::Release),
        (
            Status::Cancelled,
            Status::Completed,
            &["sales_order", "sales_invoice", "stock_issue", "commission"],
            Slots::Take,
        ),
        (Status::Cancelled, Status::NoShow, &["fee_invoice"], Slots::Take),
    ];
    for (from, to, expected, slots) in cases {
        let decision = granted(&input(Some(from), correct(to)));
        assert_eq!((decision.next, steps(&decision), decision.slots), (to, expected.to_vec(), slots));
    }
    let mut silent = input(Some(Status::Completed), correct(Status::Cancelled));
    silent.snapshot.actor = Actor::Customer;
    assert_eq!(refused(&silent), [NOT_ALLOWED]);
}

#[test]
fn an_invoice_is_made_again_exactly_when_the_old_one_is_credited() {
    let mut input = input(Some(Status::Completed), correct(Status::Cancelled));
    let counters = [DocumentKind::CreditNote, DocumentKind::StockReturn, DocumentKind::CommissionReversal];
    input.snapshot.company.switched_off = counters.to_vec();
    let cancelled = granted(&input);
    assert!(steps(&cancelled).is_empty());
    input.appointment = Some(stored(&input, &cancelled));
    input.command = correct(Status::Completed);
    assert!(steps(&granted(&input)).is_empty(), "what was never undone stands");

    input.snapshot.company.switched_off.clear();
    assert!(steps(&granted(&input)).is_empty(), "it is what a completed visit asks for");
    input.appointment.as_mut().expect("one").status = Status::NoShow;
    input.command = correct(Status::Cancelled);
    assert_eq!(
        steps(&granted(&input)),
        ["credit_note", "stock_return", "commission_reversal", "order_cancellation"]
    );
}

#[test]
fn work_that_a_successor_has_is_not_done_here_as_well() {
    let cases = [
        (Status::Cancelled, Status::Completed, true),
        (Status::Cancelled, Status::NoShow, true),
        (Status::Completed, Status::Confirmed, true),
        (Status::Completed, Status::InProgress, true),
        (Status::Completed, Status::Cancelled, false),
        (Status::Completed, Status::NoShow, false),
    ];
    for (from, to, kept) in cases {
        let mut input = input(Some(from), correct(to));
        granted(&input);
        input.appointment.as_mut().expect("one").successor = Some("apt-3".to_owned());
        if kept {
            assert_eq!(refused(&input), [SUCCEEDED], "{from:?} to {to:?}");
        } else {
            granted(&input);
        }
    }
}

#[test]
fn a_cancelled_time_that_was_sold_again_is_not_taken_back() {
    let mut input = input(Some(Status::Cancelled), correct(Status::Completed));
    input.snapshot.providers[0].taken = bitmap(&[(10 * 60, 11 * 60)]);
    assert_eq!(refused(&input), ["SL0213"]);
}

#[test]
fn work_leaves_two_pauses_out_and_issues_materials_once() {
    let mut input = input(Some(Status::Confirmed), Command::Start);
    let mut issues = 0;
    for (minute, command) in [
        (0, Command::Start),
        (10, Command::Pause),
        (25, Command::Resume),
        (30, Command::Pause),
        (32, Command::Resume),
        (60, Command::Complete(None)),
    ] {
        (input.snapshot.now, input.command) = (at(10, minute), command);
        let decision = granted(&input);
        issues += steps(&decision).iter().filter(|step| **step == "stock_issue").count();
        input.appointment = Some(stored(&input, &decision));
    }
    let timing = input.appointment.expect("one").timing;
    assert_eq!((timing.started, timing.finished), (Some(at(10, 0)), Some(at(11, 0))));
    assert_eq!((timing.paused, timing.paused_seconds, issues), (None, 17 * 60, 1));
}

#[test]
fn a_follow_up_finishes_this_visit_and_books_the_next() {
    let decision = granted(&input(Some(Status::Paused), Command::FollowUp(request(Some(BEN), at(15, 0)))));
    assert_eq!((decision.next, decision.slots), (Status::Completed, Slots::Keep));
    assert_eq!(steps(&decision), ["sales_invoice", "stock_issue", "commission"]);
    let successor = decision.successor.expect("a successor");
    assert_eq!((successor.status, successor.plan.provider.as_str()), (Status::Scheduled, BEN));
    assert!(successor.effects.is_empty());
}

#[test]
fn nobody_is_missed_before_the_start() {
    let mut input = input(Some(Status::Confirmed), Command::MarkNoShow);
    input.snapshot.now = at(10, 0) - 1;
    assert_eq!(refused(&input), [NOT_STARTED]);
    input.snapshot.now = at(10, 0);
    let decision = granted(&input);
    assert_eq!((steps(&decision), decision.slots), (vec!["order_cancellation", "fee_invoice"], Slots::Keep));
}

#[test]
fn only_staff_completes_work_that_never_started() {
    for status in [Status::Confirmed, Status::EnRoute, Status::InProgress] {
        let mut input = input(Some(status), Command::Complete(None));
        input.snapshot.actor = Actor::Provider;
        match transition(&input) {
            Ok(decision) => assert_eq!((status, decision.next), (Status::InProgress, Status::Completed)),
            Err(findings) => assert_eq!(crate::codes(&findings), [NOT_ALLOWED], "{status:?}"),
        }
    }
}
