//! Every kind of document, cut at every call that matters, then taken up by another connector: it stands once.

use slotledger_erp::{Class, Connector, Posting, State};
use slotledger_fault_proxy::Fault;
use slotledger_odoo_server::{Edition, Server};

use crate::support::{
    connect, connect_by,
    line::{Counted, Line},
    only, post_all,
    postings::{Appointment, line, material, visit},
    prepared,
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
async fn cut_everywhere(
    server: &Server,
    name: &str,
    before_each: Counted,
    scenario: impl Fn(&Appointment) -> Scenario,
) {
    // Nothing is ever cut on this one, so that it knows nothing of what was.
    let books = connect(server);
    let mut cuts = 0;
    for (counted, fault) in [(before_each, Fault::CutBefore), (Counted::Writes, Fault::CutAfter)] {
        for call in 1.. {
            assert!(call < MAX_CALLS, "{name} never got through");
            let appointment = Appointment(format!("{name}-{}-{call}", fault == Fault::CutAfter));
            let Scenario { before, cut, state } = scenario(&appointment);
            post_all(&books, &before).await.unwrap();

            let line = Line::to(&server.url(), counted, call, fault);
            let outcome = connect_by(server, line.url()).post(&cut).await;
            let Some(method) = line.struck() else {
                assert_eq!(outcome.unwrap().document.state, state);
                break;
            };
            cuts += 1;
            let failure = outcome.expect_err("a call that was cut has no answer");
            let uncertain = matches!(failure.class, Class::Retry { after: None } | Class::Ambiguous);
            assert!(uncertain, "{method} cut: {failure:?}");
            let written = counted == Counted::Writes;
            assert!(!written || failure.class == Class::Ambiguous, "{method} cut: {failure:?}");

            let posted =
                books.post(&cut).await.unwrap_or_else(|failure| panic!("after {method}: {failure:?}"));
            assert_eq!(posted.document.state, state, "after {method}");
            assert_eq!(only(&books, &cut).await, posted.document, "after {method}");
            for posting in &before {
                only(&books, posting).await;
            }
        }
    }
    // One write at least, before it and after it: an amendment and a cancellation take no more.
    assert!(cuts >= 2, "{name} was cut only {cuts} times");
}

async fn orders_and_invoices(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    cut_everywhere(&server, "order", Counted::All, |appointment| Scenario {
        before: vec![],
        cut: appointment.order(visit()),
        state: State::Submitted,
    })
    .await;
    cut_everywhere(&server, "amend", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.amendment(vec![line("SVC-MAINT", 2, "110.00"), line("FEE", 1, "5.00")]),
        state: State::Submitted,
    })
    .await;
    cut_everywhere(&server, "cancel", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.cancellation(),
        state: State::Cancelled,
    })
    .await;
    cut_everywhere(&server, "invoice", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit())],
        cut: appointment.invoice(vec![line("SVC-MAINT", 2, "119.99"), line("FEE", 1, "9.90")]),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "fee", Counted::Writes, |appointment| Scenario {
        before: vec![],
        cut: appointment.fee(),
        state: State::Posted,
    })
    .await;
}

async fn money_and_materials(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    cut_everywhere(&server, "advance", Counted::Writes, |appointment| Scenario {
        before: vec![],
        cut: appointment.advance("36.00"),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "settled", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.advance("36.00")],
        cut: appointment.settled_invoice(visit()),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "refund", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.advance("36.00")],
        cut: appointment.refund("30.00"),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "credit", Counted::Writes, |appointment| Scenario {
        before: appointment.chain(),
        cut: appointment.credit(),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "issue", Counted::All, |appointment| Scenario {
        before: vec![],
        cut: appointment.issue(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "return", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.issue(vec![material("MAT-FILTER", 2)])],
        cut: appointment.stock_return(vec![material("MAT-FILTER", 2)]),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "commission", Counted::Writes, |appointment| Scenario {
        before: vec![appointment.order(visit()), appointment.invoice(visit())],
        cut: appointment.commission("120.00", "12.00"),
        state: State::Posted,
    })
    .await;
    cut_everywhere(&server, "reversal", Counted::Writes, |appointment| Scenario {
        before: appointment.chain(),
        cut: appointment.reversal(),
        state: State::Posted,
    })
    .await;
}

/// The server dies in the middle of the chain, and the whole chain is posted again.
async fn a_dead_server(edition: Edition) {
    let Some(mut server) = prepared(edition).await else { return };
    let books = connect(&server);
    let appointment = Appointment("killed".into());
    let all: Vec<Posting> = [appointment.chain(), appointment.undone()].concat();
    for dies_after in [2, 6] {
        post_all(&books, &all[..dies_after]).await.unwrap();
        server.stop().unwrap();
        let failure = books.post(&all[dies_after]).await.unwrap_err();
        assert_eq!(failure.class, Class::Retry { after: None }, "{failure:?}");
        server.restart().unwrap();
    }
    post_all(&books, &all).await.unwrap();
    for posting in &all {
        // The order is found cancelled, everything else as it was made.
        only(&books, posting).await;
    }
}

#[tokio::test]
async fn orders_and_invoices_on_odoo_19() {
    orders_and_invoices(Edition::Nineteen).await;
}

#[tokio::test]
async fn orders_and_invoices_on_odoo_14() {
    orders_and_invoices(Edition::Fourteen).await;
}

#[tokio::test]
async fn money_and_materials_on_odoo_19() {
    money_and_materials(Edition::Nineteen).await;
}

#[tokio::test]
async fn money_and_materials_on_odoo_14() {
    money_and_materials(Edition::Fourteen).await;
}

#[tokio::test]
async fn a_dead_server_on_odoo_19() {
    a_dead_server(Edition::Nineteen).await;
}

#[tokio::test]
async fn a_dead_server_on_odoo_14() {
    a_dead_server(Edition::Fourteen).await;
}
