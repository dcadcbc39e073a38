//! Books that were only tried out begin anew, whole or not at all.

use crate::fixtures::*;

async fn tried() -> Books {
    let books = Books::new().await;
    books.receive("filter", "10", "7.50").await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&invoice("invoice", Some("order"), lines(&[("1", "100.00")]))).await;
    books.post(&issue("issue", vec![material("filter", "2")])).await;
    books.post(&advance("advance", None, "10.00")).await;
    books
}

#[tokio::test]
async fn emptied_books_are_as_new_and_guarded_as_before() {
    let books = tried().await;
    assert_eq!(books.ledger.begin_anew(&|_| true).await.expect("it is done"), None);
    assert_eq!(books.ledger.filed(0, 500).await.expect("documents"), []);
    assert_eq!(books.ledger.journal(0, 500).await.expect("entries"), []);
    assert_eq!(books.ledger.stock_on_hand("filter").await.expect("a stock"), []);
    assert!(books.ledger.trial_balance().await.expect("a balance").debit.is_zero());
    assert_eq!(books.ledger.begin_anew(&|_| true).await.expect("again"), None);
    let first = books.post(&order("order", lines(&[("1", "100.00")]))).await;
    let new = Books::new().await.post(&order("order", lines(&[("1", "100.00")]))).await;
    assert_eq!(first.number, new.number, "the first number is the first again");
    let url = format!("sqlite://{}", books.path().display());
    let mut file = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("a connection");
    let refused =
        sqlx::query("DELETE FROM documents").execute(&mut file).await.expect_err("the triggers are back");
    assert!(refused.to_string().contains("never deleted"), "{refused}");
}

#[tokio::test]
async fn a_document_of_others_keeps_all_of_them() {
    let books = tried().await;
    let before = books.ledger.filed(0, 500).await.expect("documents");
    let kept = books.ledger.begin_anew(&|key| key != "invoice").await.expect("an answer");
    assert_eq!(kept.as_deref(), Some("invoice"));
    assert_eq!(books.ledger.filed(0, 500).await.expect("documents"), before);
}
