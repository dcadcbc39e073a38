//! An order that changes keeps its key and its number, and what it was before stays on file.

use slotledger_erp::{Reason, State};

use crate::fixtures::*;

#[tokio::test]
async fn the_last_amendment_counts() {
    let books = Books::new().await;
    let order = order("order", lines(&[("1", "100.00")]));
    books.post(&order).await;
    let first = amendment("longer", "order", lines(&[("2", "100.00"), ("1", "10.00")]));
    let amended = books.post(&first).await;
    assert_eq!((amended.number.as_str(), amended.state), ("SO-00001", State::Submitted));
    assert_eq!((amended.net, amended.quantity), (decimal("210.00"), Some(decimal("3"))));
    books.post(&amendment("shorter", "order", lines(&[("1", "80.00")]))).await;
    for posting in [&order, &first] {
        assert_eq!(books.standing(posting).await.total, decimal("96.00"), "{}", posting.key);
    }
    assert_eq!(books.post(&first).await.total, decimal("96.00"), "repeating the first changes nothing");
    let filed = books.ledger.filed(0, 500).await.expect("documents");
    assert_eq!(filed.len(), 3, "each change is on file");
    let invoiced = books.post(&invoice("invoice", Some("order"), lines(&[("1", "80.00")]))).await;
    assert_eq!(invoiced.total, decimal("96.00"));
}

#[tokio::test]
async fn what_was_invoiced_is_not_amended_and_the_rest_is() {
    let books = Books::new().await;
    let three = lines(&[("1", "100.00"), ("1", "200.00"), ("1", "300.00")]);
    books.post(&order("order", three.clone())).await;
    books.post(&invoice("invoice", None, vec![billing(three[1].clone(), "order", 1)])).await;
    for (name, prices) in [
        ("dearer", &[("1", "100.00"), ("1", "201.00"), ("1", "300.00")][..]),
        ("more", &[("1", "100.00"), ("2", "200.00"), ("1", "300.00")]),
        ("fewer", &[("1", "100.00")]),
    ] {
        let (reason, words) = books.refused(&amendment(name, "order", lines(prices))).await;
        assert_eq!(reason, Reason::Conflict);
        assert_eq!(words, "line 2 of SO-00001 was invoiced by INV-2026-00001, and would change", "{name}");
    }
    let other = lines(&[("1", "90.00"), ("1", "200.00")]);
    assert_eq!(books.post(&amendment("other", "order", other)).await.net, decimal("290.00"));
    books.post(&credit("credit", "invoice")).await;
    books.post(&amendment("all", "order", lines(&[("1", "1.00")]))).await;
}

#[tokio::test]
async fn a_withdrawn_order_is_not_amended() {
    let books = Books::new().await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    let amended = amendment("moved", "order", lines(&[("1", "100.00")]));
    books.post(&amended).await;
    books.post(&cancellation("cancel", "order")).await;
    assert_eq!(books.standing(&amended).await.state, State::Cancelled, "it is read as the order");
    let (reason, words) = books.refused(&amendment("late", "order", lines(&[("1", "1.00")]))).await;
    assert_eq!((reason, words.as_str()), (Reason::MissingDocument, "SO-00001 is cancelled"));
}
