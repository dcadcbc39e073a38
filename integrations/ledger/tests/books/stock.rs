//! Stock at its average cost.

use rust_decimal::Decimal;
use slotledger_ledger::Receipt;

use crate::fixtures::*;

async fn on_hand(books: &Books, item: &str) -> (Decimal, Decimal) {
    let levels = books.ledger.stock_on_hand(item).await.expect("levels");
    (levels.iter().map(|level| level.quantity).sum(), levels.iter().map(|level| level.value).sum())
}

#[tokio::test]
async fn an_issue_costs_the_average_and_the_last_piece_the_rest() {
    let books = Books::new().await;
    books.receive("filter", "2", "5.00").await;
    books.receive("filter", "1", "0.01").await;
    let mut costs = Vec::new();
    for name in ["a", "b", "c"] {
        costs.push(books.post(&issue(name, vec![material("filter", "1")])).await.net);
    }
    assert_eq!(costs, [decimal("3.34"), decimal("3.34"), decimal("3.33")]);
    assert_eq!(on_hand(&books, "filter").await, (Decimal::ZERO, Decimal::ZERO));
}

#[tokio::test]
async fn lines_of_one_item_share_what_is_there() {
    let books = Books::new().await;
    books.receive("filter", "3", "1.00").await;
    let twice = issue("twice", vec![material("filter", "2"), material("filter", "2")]);
    let reason = books.refusal(&twice).await;
    assert_eq!(reason, "Main has 1 Unit of filter, and 2 are asked for");
    assert_eq!(on_hand(&books, "filter").await, (decimal("3"), decimal("3.00")));
    books.post(&issue("once", vec![material("filter", "2"), material("filter", "1")])).await;
    assert_eq!(on_hand(&books, "filter").await, (Decimal::ZERO, Decimal::ZERO));
}

#[tokio::test]
async fn returns_in_parts_bring_back_the_whole_cost() {
    let books = Books::new().await;
    books.receive("filter", "3", "3.34").await;
    let out = books.post(&issue("issue", vec![material("filter", "3")])).await;
    let mut back = Decimal::ZERO;
    for name in ["a", "b", "c"] {
        back += books.post(&stock_return(name, "issue", vec![material("filter", "1")])).await.net;
    }
    assert_eq!(back, out.net);
    assert_eq!(on_hand(&books, "filter").await, (decimal("3"), decimal("10.02")));
    let reason = books.refusal(&stock_return("d", "issue", vec![material("filter", "1")])).await;
    assert_eq!(reason, "0 Unit of filter are still out with STI-00001, and 1 should come back");
}

#[tokio::test]
async fn what_was_never_received_cannot_be_issued() {
    let books = Books::new().await;
    let reason = books.refusal(&issue("issue", vec![material("unheard-of", "1")])).await;
    assert_eq!(reason, "unheard-of was never received, so Main has none of it");
    books.receive("filter", "5", "1.00").await;
    let mut elsewhere = material("filter", "1");
    elsewhere.warehouse = "Van".into();
    assert_eq!(
        books.refusal(&issue("van", vec![elsewhere])).await,
        "Van has 0 Unit of filter, and 1 are asked for"
    );
    let mut other_unit = material("filter", "1");
    other_unit.unit = "Box".into();
    assert_eq!(books.refusal(&issue("box", vec![other_unit])).await, "filter is kept in Unit, not in Box");
    assert!(books.numbers().await.is_empty());
}

#[tokio::test]
async fn a_repeated_receipt_counts_once() {
    let books = Books::new().await;
    let first = receipt("receipt", "filter", "5", "1.00");
    for _ in 0..3 {
        assert_eq!(books.ledger.receive(&first).await.expect("a receipt"), "REC-00001");
    }
    assert_eq!(on_hand(&books, "filter").await, (decimal("5"), decimal("5.00")));
    let later = Receipt { date: day().succ_opt().expect("a date"), ..first };
    assert_eq!(books.ledger.receive(&later).await.expect("a receipt"), "REC-00001");
    let other = receipt("receipt", "filter", "6", "1.00");
    let error = books.ledger.receive(&other).await.expect_err("a refusal");
    assert!(error.to_string().contains("was used for REC-00001"), "{error}");
    let as_order = order("receipt", lines(&[("1", "1.00")]));
    assert!(books.refusal(&as_order).await.contains("was used for REC-00001"));
}
