//! Every kind of document, cut at every call that matters, then taken up by another connector: it stands once.

use slotledger_erp::{Class, Connector, Posting, State};
use slotledger_fault_proxy::Fault;

use crate::support::{
    connect, connect_by,
    line::{Counted, Line},
    only, post_all,
    postings::{Appointment, line, material, visit},
    server,
};

/// Longer than any document takes; a test that never gets through is broken.
const MAX_CALLS: usize = 60;

/// What an appointment needs first, and what is then cut.
struct Scenario {
    before: Vec<Posting>,
    cut: Posting,
    state: State,
}

/// Cuts the posting before each of the calls counted, and after each that writes. (After one that reads is the same as
/// before the next.)
async fn cut_everywhere(name: &str, before_each: Counted, scenario: impl Fn(&Appointment) -> Scenario) {
    let server = server();
    // Nothing is ever cut on this one, so that it knows nothing of what was.
    let books = connect(&server);
    let mut cuts = 0;
    for (counted, fault) in [(before_each, Fault::CutBefore), (Counted::Writes, Fault::CutAfter)] {
        for call in 1.. {
            assert!(call < MAX_CALLS, "{name} never got through");
            let appointment = Appointment(format!("{name}-{}-{call}", fault == Fault::CutAfter));
            let Scenario { before, cut, state } = scenario(&appointment);
            post_all(&books, &before).await.unwrap();

            let line = Line::to(&server.url(), counted, call, fault);
            let outcome = connect_by(&server, line.url()).post(&cut).await;
            let Some(method) = line.struck() else {
                assert_eq!(outcome.unwrap().document.state, state);
                break;
            };
            cuts += 1;
            // A wizard's session is not worth failing for once its work is done.
            if let Err(failure) = outcome {
                let uncertain = matches!(failure.class, Class::Retry { after: None } | Class::Ambiguous);
                assert!(uncertain, "{method} cut: {failure:?}");
            }

            let document = books
                .post(&cut)
                .await
                .unwrap_or_else(|failure| panic!("after {method}: {failure:?}"))
                .document;
            assert_eq!(document.state, state, "after {method}");
            assert_eq!(only(&books, &cut).await, document, "after {method}");
            for posting in &before {
                only(&books, posting).await;
            }
        }
    }
    assert!(cuts > 3, "{name} was cut only {cuts} times");
}

#[tokio::test]
async fn an_order() {
    cut_everywhere("order", Counted::All, |appointment| Scenario {
        before: vec![],
        cut: appointment.order(visit()),
        state: State::Submitted,
    })
    .await;
}

#[tokio::test]
async fn an_invoice_of_an_order() {
    cut_everywhere("invoice", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.invoice(visit()),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn an_invoice_of_more_than_was_ordered() {
    let delivered = || vec![line("SVC-MAINT", 2, "119.99"), line("FEE", 1, "9.90")];
    cut_everywhere("delivered", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.invoice(delivered()),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_fee() {
    cut_everywhere("fee", Counted::Writes, |appointment| Scenario {
        before: vec![],
        cut: appointment.fee(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_stock_issue() {
    cut_everywhere("issue", Counted::All, |appointment| Scenario {
        before: vec![],
        cut: appointment.issue(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_stock_return() {
    cut_everywhere("return", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.issue(vec![material("MAT-FILTER", 2)])],
        cut: appointment.stock_return(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn an_order_cancellation() {
    cut_everywhere("cancel", Counted::All, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.cancellation(),
        state: State::Cancelled,
    })
    .await;
}

#[tokio::test]
async fn a_credit_note() {
    cut_everywhere("credit", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit())],
        cut: appointment.credit(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn an_amendment() {
    cut_everywhere("amend", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.amendment(vec![line("SVC-MAINT", 2, "119.99"), line("FEE", 1, "9.90")]),
        state: State::Submitted,
    })
    .await;
}

#[tokio::test]
async fn a_deposit() {
    cut_everywhere("deposit", Counted::All, |appointment| Scenario {
        before: vec![],
        cut: appointment.advance("40.00"),
        state: State::Posted,
    })
    .await;
}

/// The deposit is above the invoice's total, so that it has to be divided.
#[tokio::test]
async fn an_invoice_that_a_deposit_pays() {
    cut_everywhere("settled", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.advance("200.00")],
        cut: appointment.settled_invoice(visit()),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_credit_note_that_frees_a_deposit() {
    cut_everywhere("freed", Counted::Writes, |appointment| Scenario {
        before: vec![
            appointment.order(visit()),
            appointment.advance("144.00"),
            appointment.settled_invoice(visit()),
        ],
        cut: appointment.credit(),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn a_refund_of_a_part() {
    cut_everywhere("refund", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.advance("40.00")],
        cut: appointment.refund("15.00"),
        state: State::Posted,
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_closed() {
    cut_everywhere("closed", Counted::All, |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit()), appointment.credit()],
        cut: appointment.cancellation(),
        state: State::Closed,
    })
    .await;
}
