//! What the books understand and do not do. Nothing is stored by any of it.

use chrono::NaiveDate;
use slotledger_erp::{Body, Connector, Posting};

use crate::fixtures::*;

const ONE: &[(&str, &str)] = &[("1", "100.00")];

async fn invoiced() -> Books {
    let books = Books::new().await;
    books.post(&order("order", lines(ONE))).await;
    books.post(&invoice("invoice", Some("order"), lines(ONE))).await;
    books
}

/// Expects a refusal that says `part`, and books that are as they were.
async fn refused(books: &Books, posting: Posting, part: &str) {
    let before = books.numbers().await;
    let reason = books.refusal(&posting).await;
    assert!(reason.contains(part), "{reason:?} does not say {part:?}");
    assert_eq!(books.numbers().await, before);
    assert!(books.ledger.find_by_key(&posting).await.expect("a look-up").is_empty());
}

#[tokio::test]
async fn what_does_not_follow_from_anything() {
    let books = Books::new().await;
    refused(&books, invoice("a", Some("gone"), lines(ONE)), "no sales order has the key gone").await;
    refused(&books, cancellation("b", "gone"), "no sales order has the key gone").await;
    refused(&books, credit("c", "gone"), "no sales invoice has the key gone").await;
    refused(&books, commission("d", "gone", "100.00", "10.00"), "no sales invoice has the key gone").await;
    refused(&books, reversal("e", "gone"), "no commission has the key gone").await;
    books.receive("filter", "1", "1.00").await;
    let back = stock_return("f", "gone", vec![material("filter", "1")]);
    refused(&books, back, "no stock issue has the key gone").await;
}

#[tokio::test]
async fn what_happened_already() {
    let books = invoiced().await;
    refused(&books, invoice("again", Some("order"), lines(ONE)), "was invoiced by INV-2026-00001").await;
    refused(&books, cancellation("cancel", "order"), "was invoiced by INV-2026-00001").await;
    books.post(&credit("credit", "invoice")).await;
    refused(&books, credit("credit-2", "invoice"), "was credited by CN-2026-00001 already").await;
    books.post(&commission("commission", "invoice", "100.00", "10.00")).await;
    books.post(&reversal("reversal", "commission")).await;
    refused(&books, reversal("reversal-2", "commission"), "was taken back by COR-00001 already").await;
    books.post(&order("other", lines(ONE))).await;
    books.post(&cancellation("withdrawn", "other")).await;
    refused(&books, cancellation("withdrawn-2", "other"), "SO-00002 is cancelled").await;
    refused(&books, invoice("late", Some("other"), lines(ONE)), "SO-00002 is cancelled").await;
}

#[tokio::test]
async fn amounts_that_cannot_be() {
    let books = invoiced().await;
    for (name, quantity, price, part) in [
        ("digits", "1.0000001", "1", "more than 6 decimals"),
        ("price", "1", "0.0000001", "more than 6 decimals"),
        ("none", "0", "1", "is not positive"),
        ("negative", "-1", "1", "is not positive"),
        ("huge", "1", "79228162514264337593543950335", "too large"),
        ("product", "1000000000", "1000000", "an amount is above"),
        ("owing", "1", "-5.00", "add up to -5.00"),
    ] {
        refused(&books, order(name, lines(&[(quantity, price)])), part).await;
    }
    refused(&books, commission("half", "invoice", "100.05", "10.005"), "cannot be written in EUR").await;
    refused(&books, commission("more", "invoice", "100.00", "10.01"), "10 % of 100.00 is 10.00, not 10.01")
        .await;
}

#[tokio::test]
async fn documents_that_make_no_sense() {
    let books = invoiced().await;
    refused(&books, order("empty", Vec::new()), "no lines").await;
    refused(&books, issue("nothing", Vec::new()), "no lines").await;
    refused(&books, order("long", lines(&[("1", "1.00"); 501])), "501 lines").await;
    let mut far = order("far", lines(ONE));
    far.date = NaiveDate::from_ymd_opt(10_000, 1, 1).expect("a date");
    refused(&books, far, "is no date for a document").await;
    let mut wordy = order("wordy", lines(ONE));
    if let Body::SalesOrder(order) = &mut wordy.body {
        order.lines[0].description = "x".repeat(1 << 20);
    }
    refused(&books, wordy, "longer than").await;
}

#[tokio::test]
async fn another_currency_or_customer() {
    let books = Books::new().await;
    let mut dollars = order("dollars", lines(ONE));
    if let Body::SalesOrder(order) = &mut dollars.body {
        order.currency = "USD".into();
    }
    refused(&books, dollars, "are kept in EUR, not in USD").await;
    books.post(&order("order", lines(ONE))).await;
    let mut stranger = invoice("stranger", Some("order"), lines(ONE));
    if let Body::SalesInvoice(invoice) = &mut stranger.body {
        invoice.customer = party("bob");
    }
    refused(&books, stranger, "was ordered by ana, not by bob").await;
}
