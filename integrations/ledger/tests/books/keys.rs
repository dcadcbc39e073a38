//! One key, one document, however often and from wherever it is sent.

use std::sync::Arc;

use slotledger_erp::{Class, Connector};
use slotledger_ledger::Ledger;
use sqlx::{Connection, SqliteConnection};

use crate::fixtures::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_and_two_processes_make_one_document() {
    let books = Books::new().await;
    // A second ledger over the same file shares nothing with the first but the file, as another process would.
    let other = Ledger::open(&books.path(), settings()).await.expect("books");
    let ledgers = [Arc::new(books.ledger.clone()), Arc::new(other)];
    let posting = Arc::new(invoice("fee", None, lines(&[("1", "25.00")])));
    let tasks: Vec<_> = (0..50)
        .map(|task| {
            let (ledger, posting) = (Arc::clone(&ledgers[task % 2]), Arc::clone(&posting));
            tokio::spawn(async move { ledger.post(&posting).await })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        let posted = task.await.expect("a task").expect("a document");
        assert_eq!(posted.document.number, "INV-2026-00001");
        made += u32::from(!posted.adopted);
    }
    assert_eq!(made, 1, "all others found it standing");
    assert_eq!(books.numbers().await, ["INV-2026-00001"]);
    assert_eq!(books.balance("1100").await, decimal("30.00"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_keys_at_once_leave_no_gap() {
    let books = Books::new().await;
    let tasks: Vec<_> = (0..50)
        .map(|task| {
            let ledger = books.ledger.clone();
            let posting = invoice(&format!("fee/{task}"), None, lines(&[("1", "25.00")]));
            tokio::spawn(async move { ledger.post(&posting).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task").expect("a document");
    }
    let expected: Vec<String> = (1..=50).map(|serial| format!("INV-2026-{serial:05}")).collect();
    assert_eq!(books.numbers().await, expected);
}

#[tokio::test]
async fn a_key_stands_for_what_it_was_first_sent_with() {
    let books = Books::new().await;
    let first = invoice("fee", None, lines(&[("1", "25.00")]));
    books.post(&first).await;
    books.post(&invoice("fee", None, lines(&[("1.0", "25")]))).await;
    let dearer = invoice("fee", None, lines(&[("1", "26.00")]));
    assert!(books.refusal(&dearer).await.contains("was used for INV-2026-00001"));
    let order = order("fee", lines(&[("1", "25.00")]));
    assert!(books.refusal(&order).await.contains("was used for INV-2026-00001"));
    assert!(books.ledger.find_by_key(&order).await.expect("a look-up").is_empty());
}

#[tokio::test]
async fn a_file_that_is_held_is_tried_again_later() {
    let books = Books::new().await;
    let url = format!("sqlite://{}", books.path().display());
    let mut holder = SqliteConnection::connect(&url).await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut holder).await.expect("the write lock");
    let posting = invoice("fee", None, lines(&[("1", "25.00")]));
    let failure = books.ledger.post(&posting).await.expect_err("a failure");
    assert!(matches!(failure.class, Class::Retry { after: None }), "{failure:?}");
    sqlx::query("ROLLBACK").execute(&mut holder).await.expect("the lock given back");
    books.post(&posting).await;
}

#[tokio::test]
async fn what_was_answered_survives_a_reopening() {
    let books = Books::new().await;
    let posting = invoice("fee", None, lines(&[("1", "25.00")]));
    let document = books.post(&posting).await;
    books.ledger.close().await;
    let reopened = Ledger::open(&books.path(), settings()).await.expect("books");
    assert_eq!(reopened.find_by_key(&posting).await.expect("a look-up"), [document]);
}
