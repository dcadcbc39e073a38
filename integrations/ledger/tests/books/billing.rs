//! Which lines of orders an invoice bills: each once, until it is credited.

use slotledger_erp::{Line, Reason, State};

use crate::fixtures::*;

fn three() -> Vec<Line> {
    lines(&[("1", "100.00"), ("1", "200.00"), ("1", "300.00")])
}

fn of(name: &str, order: &str, positions: &[u32]) -> slotledger_erp::Posting {
    let all = three();
    let line = |position: &u32| billing(all[*position as usize].clone(), order, *position);
    invoice(name, Some(order), positions.iter().map(line).collect())
}

#[tokio::test]
async fn lines_are_billed_one_by_one_and_once() {
    let books = Books::new().await;
    books.post(&order("order", three())).await;
    assert_eq!(books.post(&of("a", "order", &[1])).await.net, decimal("200.00"));
    let (reason, words) = books.refused(&of("b", "order", &[0, 1])).await;
    assert_eq!(
        (reason, words.as_str()),
        (Reason::Conflict, "line 2 of SO-00001 was invoiced by INV-2026-00001")
    );
    let twice = books.refusal(&of("c", "order", &[2, 2])).await;
    assert_eq!(twice, "line 3 of SO-00001 was invoiced by another line of this invoice");
    books.post(&of("d", "order", &[0, 2])).await;
    assert!(books.refusal(&cancellation("cancel", "order")).await.contains("was invoiced by INV-2026-00001"));
    books.post(&credit("credit-a", "a")).await;
    books.post(&of("e", "order", &[1])).await;
}

#[tokio::test]
async fn an_order_is_billed_by_position_where_nothing_else_is_said() {
    let books = Books::new().await;
    books.post(&order("order", three())).await;
    books.post(&invoice("first", Some("order"), lines(&[("3", "90.00")]))).await;
    assert!(books.refusal(&of("again", "order", &[0])).await.contains("line 1 of SO-00001"));
    books.post(&of("rest", "order", &[1, 2])).await;
}

#[tokio::test]
async fn one_invoice_bills_several_orders_of_one_customer() {
    let books = Books::new().await;
    books.post(&order("a", three())).await;
    books.post(&order("b", three())).await;
    let mut all: Vec<Line> =
        (0..3).map(|position| billing(three()[position as usize].clone(), "a", position)).collect();
    all.push(billing(three()[2].clone(), "b", 2));
    all.extend(lines(&[("1", "5.00")]));
    let invoiced = books.post(&invoice("month", None, all)).await;
    assert_eq!(invoiced.net, decimal("905.00"));
    for order in ["a", "b"] {
        let words = books.refusal(&cancellation(&format!("cancel/{order}"), order)).await;
        assert!(words.contains("was invoiced by INV-2026-00001"), "{words}");
    }
    books.post(&of("b/rest", "b", &[0, 1])).await;
    let stranger = with(of("theirs", "a", &[0]), |invoice| invoice.customer = party("bob"));
    assert!(books.refusal(&stranger).await.contains("was ordered by ana, not by bob"));
}

#[tokio::test]
async fn a_line_the_order_has_not_is_refused() {
    let books = Books::new().await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    let (reason, words) = books.refused(&of("more", "order", &[2])).await;
    assert_eq!((reason, words.as_str()), (Reason::MissingDocument, "SO-00001 has no line 3"));
}

#[tokio::test]
async fn an_order_is_closed_once_all_its_invoices_were_credited() {
    let books = Books::new().await;
    let order = order("order", three());
    books.post(&order).await;
    books.post(&of("a", "order", &[0])).await;
    books.post(&of("b", "order", &[1])).await;
    books.post(&credit("credit-a", "a")).await;
    assert!(books.refusal(&cancellation("early", "order")).await.contains("was invoiced by INV-2026-00002"));
    books.post(&credit("credit-b", "b")).await;
    assert_eq!(books.post(&cancellation("close", "order")).await.state, State::Closed);
    assert_eq!(books.standing(&order).await.state, State::Closed);
    assert_eq!(books.refusal(&of("late", "order", &[2])).await, "SO-00001 is closed");
}
