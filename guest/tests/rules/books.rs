//! How a company keeps its books: what its settings, deposits and coupons lead to.

use slotledger_rules::findings::{
    COUPON_NOT_FOR_SERVICE, COUPON_NOT_VALID, COUPON_UNKNOWN, LIST_PRICE_UNFIT,
};
use slotledger_rules::fixtures::{
    ANNA, BEN, at, decimal, followed, input, pay, posting, request, reschedule, snapshot, stored,
};
use slotledger_rules::price;
use slotledger_rules::wit::{
    Actor, Appointment, Cancellation, Command, Correction, Coupon, CouponValue, Declination, DepositRefund,
    DocumentKind, EffectBody, Exception, InvoiceFinish, OrderChange, PostingDate, Snapshot, Status,
    TransitionInput,
};

use crate::{body, codes, granted, refused, steps};

/// The appointment, once this was done with it.
fn then(input: &mut TransitionInput, command: Command) -> Vec<String> {
    input.command = command;
    let decision = granted(input);
    input.appointment = Some(stored(input, &decision));
    steps(&decision).into_iter().map(str::to_owned).collect()
}

/// Anna's appointment at ten, confirmed by its deposit.
fn paid() -> TransitionInput {
    let mut input = input(Some(Status::Open), pay(2_697));
    assert_eq!(then(&mut input, pay(2_697)), ["sales_order", "advance"]);
    input
}

fn cancel(exception: bool) -> Command {
    let exception = exception.then(|| Exception { reason: "A regular".to_owned() });
    Command::Cancel(Cancellation { reason: "Ill".to_owned(), exception })
}

fn correct(to: Status) -> Command {
    Command::Correct(Correction { to, reason: "Pressed by mistake".to_owned() })
}

fn appointment(input: &TransitionInput) -> &Appointment {
    input.appointment.as_ref().expect("an appointment")
}

#[test]
fn a_payment_travels_to_the_books_after_the_order() {
    let decision = granted(&input(Some(Status::Open), pay(3_000)));
    let [order, advance] = decision.effects.as_slice() else { panic!("{:?}", steps(&decision)) };
    assert_eq!(advance.after, [order.key.as_str()]);
    let EffectBody::Advance(draft) = &advance.body else { panic!("an advance") };
    assert_eq!((draft.order.as_ref(), draft.amount), (Some(&order.key), decimal(3_000, 2)));
    assert_eq!((draft.receipt.as_str(), draft.method.as_ref()), ("card-1", None));
    let mut without = input(Some(Status::Open), pay(3_000));
    without.snapshot.company.switched_off = vec![DocumentKind::SalesOrder];
    let decision = granted(&without);
    let EffectBody::Advance(draft) = body(&decision, "advance") else { panic!("an advance") };
    assert_eq!((steps(&decision), draft.order.as_ref()), (vec!["advance"], None));
}

#[test]
fn the_invoice_settles_the_deposit() {
    let mut input = paid();
    input.command = Command::Complete(None);
    let completed = granted(&input);
    let EffectBody::SalesInvoice(invoice) = body(&completed, "sales_invoice") else { panic!("an invoice") };
    assert_eq!(invoice.advances, ["apt-1/5/advance"]);
    let after = &completed.effects[0].after;
    assert_eq!(*after, ["apt-1/5/sales_order", "apt-1/5/advance"]);
    assert_eq!(invoice.earners.len(), 1);
    assert_eq!((invoice.earners[0].base, invoice.earners[0].percent), (decimal(8_990, 2), decimal(125, 1)));

    // Called off after all: the credit note frees it, and only then is it paid back.
    input.appointment = Some(stored(&input, &completed));
    input.command = correct(Status::Cancelled);
    let decision = granted(&input);
    let refund = decision.effects.last().expect("a refund");
    assert_eq!(refund.key, "apt-1/7/advance_refund");
    assert_eq!(refund.after, ["apt-1/5/advance", "apt-1/7/credit_note"]);
    assert_eq!(decision.paid, decimal(0, 2));

    // To be done again: the advance goes to the next invoice.
    assert!(!then(&mut input, correct(Status::InProgress)).contains(&"advance_refund".to_owned()));
    input.command = Command::Complete(None);
    let again = granted(&input);
    let EffectBody::SalesInvoice(invoice) = body(&again, "sales_invoice") else { panic!("an invoice") };
    assert_eq!(invoice.advances, ["apt-1/5/advance"]);
    assert!(again.effects[0].after.contains(&"apt-1/7/credit_note".to_owned()));
}

/// A policy, a moment, who commands what, and the steps that follow it.
type Refund = (DepositRefund, i64, (Actor, Command), &'static [&'static str]);

#[test]
fn a_deposit_is_paid_back_by_the_policy() {
    let decline =
        |actor| (actor, Command::Decline(Declination { reason: "Ill".to_owned(), replacement: None }));
    let early = at(9, 0) - 7 * 24 * 3_600;
    const REFUND: &str = "advance_refund";
    const FEE: &str = "fee_invoice";
    use DepositRefund::{Always, Never, OutsideCutoff};
    let cases: [Refund; 8] = [
        (OutsideCutoff, early, (Actor::Customer, cancel(false)), &[REFUND]),
        (OutsideCutoff, at(9, 0), (Actor::Staff, cancel(true)), &[FEE]),
        (OutsideCutoff, at(9, 0), decline(Actor::Provider), &[REFUND]),
        (OutsideCutoff, at(10, 0), (Actor::Staff, Command::MarkNoShow), &[FEE]),
        (Always, at(9, 0), (Actor::Staff, cancel(true)), &[FEE, REFUND]),
        (Always, at(10, 0), (Actor::Staff, Command::MarkNoShow), &[FEE, REFUND]),
        (Never, early, (Actor::Customer, cancel(false)), &[]),
        (Never, early, decline(Actor::Provider), &[]),
    ];
    for (policy, now, (actor, command), expected) in cases {
        let mut input = paid();
        // What was in force at the confirmation counts.
        let agreed = posting();
        input.appointment.as_mut().expect("one").terms =
            Some(slotledger_rules::wit::PostingPolicy { deposit_refund: policy, ..agreed });
        (input.snapshot.now, input.snapshot.actor, input.command) = (now, actor, command);
        let decision = granted(&input);
        assert_eq!(steps(&decision)[1..], *expected, "{policy:?} {:?}", input.command);
        let refunded = expected.contains(&REFUND);
        assert_eq!(decision.paid, decimal(if refunded { 0 } else { 2_697 }, 2));
        if expected.contains(&FEE) {
            let EffectBody::SalesInvoice(invoice) = body(&decision, FEE) else { panic!("a fee") };
            assert_eq!(invoice.advances.is_empty(), refunded, "a deposit that is kept pays the fee");
        }
    }
}

#[test]
fn a_move_takes_order_and_deposit_along() {
    for (change, old, new) in [
        (OrderChange::Amend, vec![], vec!["order_amendment"]),
        (OrderChange::Replace, vec!["order_cancellation"], vec!["sales_order"]),
    ] {
        let mut input = paid();
        input.appointment.as_mut().expect("one").terms.as_mut().expect("agreed").on_reschedule = change;
        input.command = reschedule(request(Some(BEN), at(10, 30)), None);
        let moved = granted(&input);
        assert_eq!(steps(&moved), old);
        let successor = moved.successor.as_ref().expect("a successor");
        let keys: Vec<&str> =
            successor.effects.iter().filter_map(|effect| effect.key.rsplit('/').next()).collect();
        assert_eq!(keys, new);
        if let EffectBody::OrderAmendment(amended) = &successor.effects[0].body {
            assert_eq!((amended.provider.as_str(), amended.delivery.start), (BEN, at(10, 30)));
            assert_eq!(amended.order, "apt-1/5/sales_order");
        }
        input.appointment = followed(&input, &moved);
        assert_eq!(appointment(&input).terms, moved.terms.or(successor.terms));
        input.command = Command::Complete(None);
        let completed = granted(&input);
        let EffectBody::SalesInvoice(invoice) = body(&completed, "sales_invoice") else { panic!("one") };
        assert_eq!(invoice.advances, ["apt-1/5/advance"]);
        let order = if change == OrderChange::Amend { "apt-1/5/sales_order" } else { "apt-2/1/sales_order" };
        assert_eq!(invoice.order.as_deref(), Some(order));
        assert_eq!(completed.effects[0].after[0], successor.effects[0].key);
        // And it is withdrawn by its old key.
        (input.command, input.snapshot.actor) = (cancel(false), Actor::Staff);
        let cancelled = granted(&input);
        assert_eq!(steps(&cancelled), ["order_cancellation", "advance_refund"]);
        let EffectBody::OrderCancellation(withdrawn) = body(&cancelled, "order_cancellation") else {
            panic!()
        };
        assert_eq!(withdrawn.reverses, order);
    }
}

#[test]
fn amendments_that_nobody_wants_replace_the_order() {
    let mut input = input(Some(Status::Confirmed), reschedule(request(Some(ANNA), at(10, 30)), None));
    input.snapshot.service.switched_off = vec![DocumentKind::OrderAmendment];
    let decision = granted(&input);
    assert_eq!(steps(&decision), ["order_cancellation"]);
    assert!(decision.successor.expect("one").effects[0].key.ends_with("/sales_order"));
}

#[test]
fn each_document_is_switched_off_by_company_or_service() {
    let kinds = [
        (DocumentKind::SalesInvoice, vec!["stock_issue"]),
        (DocumentKind::StockIssue, vec!["sales_invoice", "commission"]),
        (DocumentKind::Commission, vec!["sales_invoice", "stock_issue"]),
    ];
    let off: [fn(&mut Snapshot) -> &mut Vec<DocumentKind>; 2] =
        [|world| &mut world.company.switched_off, |world| &mut world.service.switched_off];
    for (kind, expected) in kinds {
        for of in off {
            let mut input = input(Some(Status::InProgress), Command::Complete(None));
            of(&mut input.snapshot).push(kind);
            let decision = granted(&input);
            assert_eq!(steps(&decision), expected);
            if kind == DocumentKind::Commission {
                let EffectBody::SalesInvoice(invoice) = body(&decision, "sales_invoice") else { panic!() };
                assert_eq!(invoice.earners, []);
            }
        }
    }
    for of in off {
        let mut input = paid();
        of(&mut input.snapshot).extend([DocumentKind::OrderCancellation, DocumentKind::AdvanceRefund]);
        input.command = cancel(false);
        let decision = granted(&input);
        assert_eq!((steps(&decision), decision.paid), (vec![], decimal(2_697, 2)));
        let mut missed = paid();
        of(&mut missed.snapshot).push(DocumentKind::SalesInvoice);
        (missed.snapshot.now, missed.command) = (at(10, 0), Command::MarkNoShow);
        assert_eq!(steps(&granted(&missed)), ["order_cancellation"]);
    }
}

#[test]
fn invoices_are_drafts_and_dates_are_open_days_where_that_was_agreed() {
    let mut input = input(Some(Status::InProgress), Command::Complete(None));
    let open = input.snapshot.now + 3 * 24 * 3_600;
    input.snapshot.company.books_open_from = Some(open);
    let now = input.snapshot.now;
    assert!(granted(&input).effects.iter().all(|effect| effect.dated == now));
    input.snapshot.company.posting.posting_date = PostingDate::NextOpenDay;
    input.snapshot.company.posting.invoices = InvoiceFinish::Draft;
    let decision = granted(&input);
    assert!(decision.effects.iter().all(|effect| effect.dated == open));
    let EffectBody::SalesInvoice(invoice) = body(&decision, "sales_invoice") else { panic!("an invoice") };
    assert_eq!(invoice.finish, InvoiceFinish::Draft);
    assert_eq!(decision.terms, Some(input.snapshot.company.posting));
    input.snapshot.company.books_open_from = Some(now - 1);
    assert!(granted(&input).effects.iter().all(|effect| effect.dated == now));
    // What was agreed at the confirmation holds.
    input.appointment.as_mut().expect("one").terms = Some(posting());
    let decision = granted(&input);
    let EffectBody::SalesInvoice(invoice) = body(&decision, "sales_invoice") else { panic!("an invoice") };
    assert_eq!((invoice.finish, decision.terms), (InvoiceFinish::Posted, Some(posting())));
}

fn spring(value: CouponValue) -> Coupon {
    Coupon {
        code: "Spring".to_owned(),
        value,
        item: "DISCOUNT".to_owned(),
        valid_from: None,
        valid_until: None,
        services: Vec::new(),
    }
}

#[test]
fn a_coupon_takes_a_line_of_its_own_off() {
    for (value, off, net) in [
        (CouponValue::Amount(decimal(10, 0)), -1_000, 7_990),
        (CouponValue::Amount(decimal(200, 0)), -8_990, 0),
        (CouponValue::Percent(decimal(15, 0)), -1_349, 7_641),
        (CouponValue::Percent(decimal(100, 0)), -8_990, 0),
    ] {
        let mut world = snapshot();
        world.company.coupons = vec![spring(value)];
        let quote = price(&world, 1, Some(" SPRING ")).expect("a price");
        assert_eq!((quote.lines.len(), quote.lines[1].amount), (2, decimal(off, 2)));
        assert_eq!((quote.net, quote.coupon.as_deref()), (decimal(net, 2), Some("Spring")));
        assert!(quote.deposit.units * 10 <= quote.net.units * 3 + 5);
    }
}

#[test]
fn a_coupon_is_refused_for_a_reason() {
    let mut world = snapshot();
    let refused = |world: &Snapshot| {
        let findings = price(world, 1, Some("spring")).expect_err("refused");
        codes(&findings).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(refused(&world), [COUPON_UNKNOWN]);
    let coupon = spring(CouponValue::Amount(decimal(10, 0)));
    world.company.coupons = vec![Coupon { valid_from: Some(world.now + 1), ..coupon.clone() }];
    assert_eq!(refused(&world), [COUPON_NOT_VALID]);
    world.company.coupons = vec![Coupon { valid_until: Some(world.now), ..coupon.clone() }];
    assert_eq!(refused(&world), [COUPON_NOT_VALID]);
    world.company.coupons = vec![Coupon { services: vec!["heating".to_owned()], ..coupon.clone() }];
    assert_eq!(refused(&world), [COUPON_NOT_FOR_SERVICE]);
    world.company.coupons = vec![Coupon { value: CouponValue::Percent(decimal(101, 0)), ..coupon }];
    assert_eq!(refused(&world), ["SL0225"]);
}

#[test]
fn the_coupon_of_an_agreed_price_goes_with_it() {
    let mut input = input(None, Command::Hold(request(Some(ANNA), at(10, 0))));
    input.snapshot.company.coupons = vec![spring(CouponValue::Percent(decimal(10, 0)))];
    let Command::Hold(request) = &mut input.command else { panic!("a hold") };
    request.coupon = Some("spring".to_owned());
    let held = granted(&input);
    assert_eq!(held.plan.as_ref().expect("a plan").quote.net, decimal(8_091, 2));
    input.appointment = Some(Appointment { status: Status::Scheduled, ..stored(&input, &held) });
    let mut two = slotledger_rules::fixtures::request(Some(ANNA), at(10, 30));
    two.guests = 2;
    input.command = reschedule(two, None);
    let net = |input: &TransitionInput| granted(input).successor.expect("one").plan.quote.net;
    assert_eq!(net(&input), decimal(9_951, 2), "ten percent off 110.57");
    input.snapshot.company.coupons.clear();
    assert_eq!(net(&input), decimal(11_057, 2), "another price, and no coupon by now");
}

#[test]
fn a_list_price_is_shown_and_no_less_than_the_price() {
    let mut input = input(Some(Status::Open), Command::Confirm);
    input.snapshot.service.prices[0].list_price = Some(decimal(9_990, 2));
    let quote = price(&input.snapshot, 1, None).expect("a price");
    assert_eq!((quote.net, quote.lines[0].list_price), (decimal(8_990, 2), Some(decimal(9_990, 2))));
    input.appointment.as_mut().expect("one").quote = quote;
    let decision = granted(&input);
    let EffectBody::SalesOrder(order) = body(&decision, "sales_order") else { panic!("an order") };
    assert_eq!(order.lines[0].list_price, Some(decimal(9_990, 2)));
    input.snapshot.service.prices[0].list_price = Some(decimal(8_989, 2));
    assert_eq!(codes(&price(&input.snapshot, 1, None).expect_err("refused")), [LIST_PRICE_UNFIT]);
    input.appointment = None;
    input.command = Command::Hold(request(Some(ANNA), at(10, 0)));
    assert_eq!(refused(&input), [LIST_PRICE_UNFIT]);
}
