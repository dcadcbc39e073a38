//! Stock at its average cost.

use rust_decimal::Decimal;
use slotledger_erp::{Item, Receipt, Stock};

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

#[tokio::test]
async fn the_stock_is_listed_by_item_and_warehouse() {
    let books = Books::new().await;
    books.receive("oil", "2.5", "4.00").await;
    books.receive("filter", "3", "2.00").await;
    let elsewhere =
        Receipt { warehouse: "Van".into(), unit: String::new(), ..receipt("van", "filter", "1", "2.00") };
    books.ledger.receive(&elsewhere).await.expect("in the unit that it is kept in");
    let stock: &dyn Stock = &books.ledger;
    assert_eq!(stock.currency(), "EUR");
    let (mut after, mut told) = (None, Vec::new());
    loop {
        let page = stock.on_hand(after.as_deref(), 1).await.expect("a page");
        assert_eq!(page.entries.len(), 1);
        told.extend(page.entries.iter().map(|one| {
            format!("{} {} {} {} {}", one.item.code, one.warehouse, one.quantity, one.unit, one.value)
        }));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(told, ["filter Main 3 Unit 6.00", "filter Van 1 Unit 2.00", "oil Main 2.5 Unit 10.00"]);
}

#[tokio::test]
async fn a_receipt_is_found_in_the_journal_by_what_it_came_with() {
    let books = Books::new().await;
    let item = Item { code: "filter".into(), name: "Filter cartridge".into() };
    let named = Receipt { item, reference: Some("DN-4711".into()), ..receipt("a", "filter", "1", "2.00") };
    books.ledger.receive(&named).await.expect("a receipt");
    // An item that is known keeps its name.
    books.ledger.receive(&receipt("b", "filter", "1", "2.00")).await.expect("a receipt");
    let entries = books.ledger.journal(0, 10).await.expect("a journal");
    let subjects: Vec<&str> = entries.iter().map(|entry| entry.subject.as_str()).collect();
    assert_eq!(subjects, ["Filter cartridge, DN-4711", "Filter cartridge"]);
    // The same receipt with another reference is another one.
    let other = Receipt { reference: None, ..named };
    assert!(books.ledger.receive(&other).await.is_err());
}
