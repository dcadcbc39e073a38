//! Bookings of several appointments: one order, and what becomes of it.

mod properties;

use slotledger_rules::fixtures::{
    ANNA, BEN, at, booked, decimal, followed, input, pay, posting, request, reschedule, snapshot, stored,
};
use slotledger_rules::transition;
use slotledger_rules::wit::{
    Actor, Appointment, Booking, Cancellation, Command, Correction, Decision, DocumentKind, DocumentLink,
    Effect, EffectBody, InvoiceDraft, Invoicing, PostingPolicy, Sibling, Span, Status, TransitionInput,
};

use crate::steps;

/// Three appointments booked together: Anna's at nine and at eleven, Ben's at ten.
struct Booked {
    appointments: Vec<Appointment>,
    documents: Vec<DocumentLink>,
    policy: PostingPolicy,
    now: i64,
    made: usize,
    log: Vec<Effect>,
    /// Whether a command is given to all of them.
    together: bool,
}

impl Booked {
    fn new(policy: PostingPolicy) -> Self {
        let one = |(n, (provider, hour)): (usize, (&str, i64))| Appointment {
            id: format!("part-{n}"),
            provider: provider.to_owned(),
            visit: Span { start: at(hour, 0), end: at(hour + 1, 0) },
            reserved: Span { start: at(hour, 0), end: at(hour + 1, 0) },
            ..booked(slotledger_rules::fixtures::appointment(Status::Open))
        };
        let appointments = [(ANNA, 9), (BEN, 10), (ANNA, 11)].into_iter().enumerate().map(one).collect();
        let now = snapshot().now;
        Self { appointments, documents: Vec::new(), policy, now, made: 0, log: Vec::new(), together: false }
    }

    fn input(&self, n: usize, command: Command, leads: bool) -> TransitionInput {
        let mut input = input(Some(Status::Open), command);
        input.snapshot.now = self.now;
        input.snapshot.company.posting = self.policy;
        let mut own = self.appointments[n].clone();
        own.documents.clone_from(&self.documents);
        let sibling = |other: &Appointment| Sibling {
            appointment: Appointment { documents: Vec::new(), ..other.clone() },
            service: input.snapshot.service.clone(),
            provider: provider(&input, &other.provider),
            along: self.together,
        };
        let others = self.appointments.iter().filter(|other| other.id != own.id).map(sibling).collect();
        input.snapshot.booking = Some(Booking { others, leads });
        input.appointment = Some(own);
        input.new_id = format!("moved-{}", self.made);
        input
    }

    /// Does this with one of them, and gives the steps of what is asked for.
    fn one(&mut self, n: usize, command: Command) -> Vec<String> {
        let why = format!("{:?}", transition(&self.input(n, command.clone(), true)).err());
        self.try_one(n, command, true).expect(&why)
    }

    fn try_one(&mut self, n: usize, command: Command, leads: bool) -> Option<Vec<String>> {
        let input = self.input(n, command, leads);
        let decision = transition(&input).ok()?;
        let mut asked: Vec<String> = steps(&decision).into_iter().map(str::to_owned).collect();
        self.made += 1;
        self.log.extend(decision.effects.clone());
        let next = followed(&input, &decision).filter(|next| !next.replaces.is_empty());
        if let Some(next) = next {
            let effects = decision.successor.as_ref().map_or(&[][..], |next| &next.effects);
            asked.extend(effects.iter().filter_map(|one| one.key.rsplit('/').next()).map(str::to_owned));
            self.log.extend(effects.to_vec());
            self.documents.clone_from(&next.documents);
            self.appointments[n] = next;
        } else {
            let next = stored(&input, &decision);
            self.documents.clone_from(&next.documents);
            self.appointments[n] = next;
        }
        Some(asked)
    }

    /// Does this with all of them in one commit, as the host does: each sees the others as they will be.
    fn all(&mut self, command: &Command) -> Vec<Vec<String>> {
        self.together = *command == Command::Invoice;
        let decide = |n| {
            let decision: Option<Decision> = transition(&self.input(n, command.clone(), true)).ok();
            decision.map(|decision| decision.next)
        };
        let next: Vec<Option<Status>> = (0..self.appointments.len()).map(decide).collect();
        let before: Vec<Status> = self.appointments.iter().map(|one| one.status).collect();
        let mut asked = Vec::new();
        for n in 0..self.appointments.len() {
            for (other, one) in self.appointments.iter_mut().enumerate() {
                one.status = if other == n { before[n] } else { next[other].unwrap_or(before[other]) };
            }
            asked.extend(self.try_one(n, command.clone(), asked.is_empty()));
        }
        for (one, next) in self.appointments.iter_mut().zip(next) {
            one.status = next.unwrap_or(one.status);
        }
        self.together = false;
        asked
    }

    fn order_lines(&self, key: &str) -> Vec<(String, u32)> {
        let changes = |link: &&DocumentLink| {
            link.key == key
                || (link.kind == DocumentKind::OrderAmendment && link.about.contains(&key.to_owned()))
        };
        let last = self.documents.iter().rev().find(changes).expect("the order");
        last.parts.iter().map(|part| (part.appointment.clone(), part.lines)).collect()
    }

    fn invoice(&self) -> &InvoiceDraft {
        let invoice =
            |effect: &'_ slotledger_rules::wit::Effect| matches!(effect.body, EffectBody::SalesInvoice(_));
        let last = self.log.iter().rev().find(|effect| invoice(effect)).expect("an invoice");
        let EffectBody::SalesInvoice(draft) = &last.body else { unreachable!("it was looked for") };
        draft
    }
}

fn provider(input: &TransitionInput, id: &str) -> slotledger_rules::wit::Provider {
    let mut calendars = input.snapshot.providers.iter();
    calendars.find(|calendar| calendar.provider.id == id).expect("a provider").provider.clone()
}

fn cancel() -> Command {
    Command::Cancel(Cancellation { reason: "Changed plans".to_owned(), exception: None })
}

fn correct(to: Status) -> Command {
    Command::Correct(Correction { to, reason: "Pressed by mistake".to_owned() })
}

fn complete() -> Command {
    Command::Complete(Some(Vec::new()))
}

#[test]
fn one_order_of_three_lines_is_invoiced_once_all_are_completed() {
    let mut booked = Booked::new(posting());
    let nothing = Vec::<String>::new();
    assert_eq!(booked.all(&Command::Confirm), [vec!["sales_order".to_owned()], nothing.clone(), nothing]);
    let parts: Vec<(String, u32)> = (0..3).map(|n| (format!("part-{n}"), 1)).collect();
    assert_eq!(booked.order_lines("part-0/5/sales_order"), parts);
    assert_eq!(booked.one(1, complete()), Vec::<String>::new());
    assert_eq!(booked.one(0, complete()), Vec::<String>::new());
    assert_eq!(booked.one(2, complete()), ["sales_invoice", "commission", "commission_2"]);
    let invoice = booked.invoice();
    assert_eq!(invoice.order.as_deref(), Some("part-0/5/sales_order"));
    let bills: Vec<u32> =
        invoice.lines.iter().filter_map(|line| line.bills.as_ref()).map(|line| line.line).collect();
    assert_eq!(bills, [0, 1, 2]);
    let earners: Vec<_> =
        invoice.earners.iter().map(|earner| (earner.provider.as_str(), earner.base)).collect();
    assert_eq!(earners, [(ANNA, decimal(17_980, 2)), (BEN, decimal(8_990, 2))]);
}

#[test]
fn one_by_one_each_bills_its_line_of_the_order() {
    let mut booked = Booked::new(PostingPolicy { invoicing: Invoicing::Appointment, ..posting() });
    booked.all(&Command::Confirm);
    for (n, line) in [(1, 1), (2, 2), (0, 0)] {
        assert_eq!(booked.one(n, complete()), ["sales_invoice", "commission"]);
        let invoice = booked.invoice();
        assert_eq!(invoice.lines.len(), 1);
        assert_eq!(invoice.lines[0].bills.as_ref().map(|bills| bills.line), Some(line));
    }
    // One of them was never done: its invoice is credited, and the order stands for the others.
    assert_eq!(booked.one(1, correct(Status::Cancelled)), ["credit_note", "commission_reversal"]);
    for n in [0, 2] {
        let asked = booked.one(n, correct(Status::Cancelled));
        let last = n == 2;
        assert_eq!(asked.contains(&"order_cancellation".to_owned()), last, "{asked:?}");
    }
}

#[test]
fn parts_join_the_order_as_they_are_confirmed_and_leave_it_as_they_are_cancelled() {
    let mut booked = Booked::new(posting());
    assert_eq!(booked.one(1, Command::Confirm), ["sales_order"]);
    let order = "part-1/5/sales_order";
    assert_eq!(booked.one(0, Command::Confirm), ["order_amendment"]);
    assert_eq!(booked.one(2, pay(2_697)), ["order_amendment", "advance"]);
    let names = |booked: &Booked| -> Vec<String> {
        booked.order_lines(order).into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&booked), ["part-1", "part-0", "part-2"]);
    assert_eq!(booked.one(1, cancel()), ["order_amendment"]);
    assert_eq!(booked.one(0, reschedule(request(Some(BEN), at(14, 30)), None)), ["order_amendment"]);
    assert_eq!(names(&booked), ["moved-4", "part-2"]);
    assert_eq!(booked.one(2, cancel()), ["order_amendment", "advance_refund"]);
    assert_eq!(booked.one(0, cancel()), ["order_cancellation"]);
}

#[test]
fn all_are_cancelled_with_one_withdrawal() {
    let mut booked = Booked::new(posting());
    booked.all(&pay(2_697));
    assert_eq!(
        booked.all(&cancel()),
        [vec!["order_cancellation", "advance_refund"], vec!["advance_refund"], vec!["advance_refund"]]
    );
}

#[test]
fn the_last_that_is_called_off_has_the_others_invoiced() {
    let mut booked = Booked::new(posting());
    booked.all(&pay(2_697));
    booked.one(0, complete());
    booked.one(1, complete());
    assert_eq!(
        booked.one(2, cancel()),
        ["order_amendment", "sales_invoice", "commission", "commission_2", "advance_refund"]
    );
    assert_eq!(booked.invoice().advances.len(), 2);
}

#[test]
fn a_joint_invoice_is_credited_as_a_whole_and_made_again_for_the_rest() {
    let mut booked = Booked::new(posting());
    booked.all(&Command::Confirm);
    (0..3).for_each(|n| drop(booked.one(n, complete())));
    assert_eq!(
        booked.one(1, correct(Status::Cancelled)),
        [
            "credit_note",
            "commission_reversal",
            "commission_reversal_2",
            "order_cancellation",
            "sales_order",
            "sales_invoice",
            "commission"
        ]
    );
    assert_eq!(booked.invoice().lines.len(), 2);
}

#[test]
fn what_was_done_in_a_month_is_one_invoice_after_its_end() {
    let mut booked = Booked::new(PostingPolicy { invoicing: Invoicing::CustomerMonth, ..posting() });
    booked.all(&Command::Confirm);
    let end = booked.input(0, Command::Start, true).snapshot.company.next_month;
    for n in [0, 1] {
        assert_eq!(booked.one(n, complete()), Vec::<String>::new());
        assert_eq!(booked.appointments[n].invoice_after, Some(end));
    }
    let by_itself = |booked: &Booked, n| {
        let mut input = booked.input(n, Command::Invoice, true);
        input.snapshot.actor = Actor::System;
        transition(&input).map(|decision| decision.effects.len()).map_err(|findings| findings[0].code.clone())
    };
    assert_eq!(by_itself(&booked, 0), Err("SL0284".to_owned()), "the month is not over");
    booked.now = end;
    assert_eq!(by_itself(&booked, 2), Err("SL0241".to_owned()), "it is not done");
    assert_eq!(by_itself(&booked, 0), Ok(2), "alone, if the command is for it alone");
    let nothing = Vec::<String>::new();
    let both = ["sales_invoice", "commission", "commission_2"].map(str::to_owned).to_vec();
    assert_eq!(booked.all(&Command::Invoice), [both, nothing]);
    assert_eq!(booked.invoice().lines.len(), 2);
    assert!(booked.appointments.iter().all(|one| one.invoice_after.is_none()));
    assert_eq!(booked.all(&Command::Invoice), Vec::<Vec<String>>::new(), "nothing waits any more");
    // One of them was never done: the other is invoiced again at once, its month being over.
    let again = booked.one(1, correct(Status::Cancelled));
    assert!(
        again.contains(&"credit_note".to_owned()) && again.contains(&"sales_invoice".to_owned()),
        "{again:?}"
    );
    assert_eq!(booked.invoice().lines.len(), 1);
}

#[test]
fn an_invoice_that_nobody_wants_any_more_is_not_waited_for() {
    let mut booked = Booked::new(PostingPolicy { invoicing: Invoicing::CustomerWeek, ..posting() });
    booked.all(&Command::Confirm);
    booked.one(0, complete());
    let mut input = booked.input(0, Command::Invoice, true);
    input.snapshot.company.switched_off.push(DocumentKind::SalesInvoice);
    let decision = transition(&input).expect("it is granted");
    assert_eq!((decision.effects.len(), decision.invoice_after), (0, None));
    assert_eq!(decision.events[0].name, "appointment.left_uninvoiced");
}
