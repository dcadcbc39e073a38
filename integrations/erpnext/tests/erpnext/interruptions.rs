//! Every kind of document, cut before and after each of its requests, then taken up by another connector: it stands once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use slotledger_erp::{Class, Connector, Posting, State};
use slotledger_fault_proxy::{Fault, Proxy};

use crate::support::{
    connect, connect_by, only, post_all,
    postings::{Appointment, line, material, visit},
    ready,
};

/// More than any document takes; a test that never gets through is broken.
const MAX_CALLS: usize = 40;

struct Scenario {
    before: Vec<Posting>,
    cut: Posting,
    state: State,
}

/// Cuts the posting before each of its requests, and after each that writes.
async fn cut_everywhere(name: &str, scenario: impl Fn(&Appointment) -> Scenario) {
    let server = ready().await;
    // Nothing is ever cut on this one, so that it knows nothing of what was.
    let books = connect(&server);
    let mut cuts = 0;
    for (writes_only, fault) in [(false, Fault::CutBefore), (true, Fault::CutAfter)] {
        for call in 1.. {
            assert!(call < MAX_CALLS, "{name} never got through");
            let appointment = Appointment(format!("{name}-{writes_only}-{call}"));
            let Scenario { before, cut, state } = scenario(&appointment);
            post_all(&books, &before).await.unwrap();

            let counted = Arc::new(AtomicUsize::new(0));
            let counting = Arc::clone(&counted);
            let line = Proxy::to(&server.url(), move |request| {
                if writes_only && request.method() == "GET" {
                    return Fault::None;
                }
                let at = counting.fetch_add(1, Ordering::Relaxed) + 1;
                if at == call { fault } else { Fault::None }
            })
            .unwrap();
            let outcome = connect_by(line.url().to_owned()).post(&cut).await;
            if line.struck() == 0 {
                assert_eq!(outcome.unwrap().document.state, state);
                break;
            }
            cuts += 1;
            let failure = outcome.unwrap_err();
            let uncertain = matches!(failure.class, Class::Retry { after: None } | Class::Ambiguous);
            assert!(uncertain, "{name}, call {call} cut: {failure:?}");

            let posted =
                books.post(&cut).await.unwrap_or_else(|failure| panic!("{name}, after {call}: {failure:?}"));
            assert_eq!(posted.document.state, state, "{name}, after {call}");
            assert_eq!(only(&books, &cut).await, posted.document, "{name}, after {call}");
            for posting in &before {
                only(&books, posting).await;
            }
        }
    }
    assert!(cuts > 3, "{name} was cut only {cuts} times");
}

#[tokio::test]
async fn an_order() {
    cut_everywhere("order", |appointment| Scenario {
        before: vec![],
        cut: appointment.order(visit()),
        state: State::Submitted,
    })
    .await;
}

#[tokio::test]
async fn an_order_amendment() {
    cut_everywhere("amend", |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.amendment(vec![line("SVC-MAINT", "2", "110.00"), line("FEE", "1", "9.90")]),
        state: State::Submitted,
    })
    .await;
}

#[tokio::test]
async fn an_order_cancellation() {
    cut_everywhere("cancel", |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.cancellation(),
        state: State::Cancelled,
    })
    .await;
}

#[tokio::test]
async fn a_closing_after_a_credit() {
    cut_everywhere("close", |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit()), appointment.credit()],
        cut: appointment.cancellation(),
        state: State::Closed,
    })
    .await;
}

#[tokio::test]
async fn an_invoice_of_more_than_was_ordered() {
    cut_everywhere("delivered", |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.invoice(vec![line("SVC-MAINT", "2", "119.99"), line("FEE", "1", "9.90")]),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn an_invoice_with_a_deposit() {
    cut_everywhere("settled", |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.advance("40.00")],
        cut: appointment.settled(visit()),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_fee() {
    cut_everywhere("fee", |appointment| Scenario {
        before: vec![],
        cut: appointment.fee(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_credit_note() {
    cut_everywhere("credit", |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit())],
        cut: appointment.credit(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_commission() {
    cut_everywhere("commission", |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit())],
        cut: appointment.commission("120.00", "12.00"),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_commission_reversal() {
    cut_everywhere("reversal", |appointment| Scenario {
        before: vec![
            appointment.order(visit()),
            appointment.invoice(visit()),
            appointment.commission("120.00", "12.00"),
            appointment.credit(),
        ],
        cut: appointment.reversal(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn materials_out_and_back() {
    cut_everywhere("issue", |appointment| Scenario {
        before: vec![],
        cut: appointment.issue(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
    cut_everywhere("return", |appointment| Scenario {
        before: vec![appointment.issue(vec![material("MAT-FILTER", 2)])],
        cut: appointment.stock_return(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_deposit_and_its_refund() {
    cut_everywhere("advance", |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.advance("40.00"),
        state: State::Posted,
    })
    .await;
    cut_everywhere("refund", |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.advance("40.00"), appointment.cancellation()],
        cut: appointment.refund("40.00"),
        state: State::Posted,
    })
    .await;
}
