//! Opening books, with settings that fit them and settings that do not.

use slotledger_erp::Connector;
use slotledger_ledger::{Error, Ledger, Settings};

use crate::fixtures::*;

#[tokio::test]
async fn books_keep_their_currency() {
    let books = Books::new().await;
    let dollars = Settings { currency: "USD".into(), ..settings() };
    let error = Ledger::open(&books.path(), dollars).await.expect_err("an error");
    assert!(matches!(error, Error::Currency { .. }), "{error:?}");
    assert!(error.to_string().contains("EUR with 2 decimals, not in USD with 2 decimals"), "{error}");
    let finer = Settings { currency_digits: 3, ..settings() };
    assert!(matches!(Ledger::open(&books.path(), finer).await, Err(Error::Currency { .. })));
}

#[tokio::test]
async fn the_name_and_the_tax_may_change() {
    let books = Books::new().await;
    books.post(&order("before", lines(&[("1", "100.00")]))).await;
    let changed = Settings { company: "Fjord Heating".into(), tax_percent: decimal("25"), ..settings() };
    let ledger = Ledger::open(&books.path(), changed).await.expect("books");
    assert_eq!(ledger.check().await.expect("an answer").company, "Fjord Heating");
    let after = ledger.post(&order("after", lines(&[("1", "100.00")]))).await.expect("an order").document;
    assert_eq!(after.tax, decimal("25.00"));
    let records = ledger.filed(0, 1).await.expect("documents");
    assert_eq!(records[0].document.tax, decimal("20.00"));
}

#[tokio::test]
async fn settings_no_books_can_have_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for (wrong, name) in [
        (Settings { currency: "euro".into(), ..settings() }, "currency"),
        (Settings { currency: "eur".into(), ..settings() }, "currency"),
        (Settings { currency_digits: 5, ..settings() }, "currency_digits"),
        (Settings { tax_percent: decimal("-1"), ..settings() }, "tax_percent"),
        (Settings { tax_percent: decimal("100.5"), ..settings() }, "tax_percent"),
        (Settings { tax_percent: decimal("1.0000001"), ..settings() }, "tax_percent"),
    ] {
        let error = Ledger::open(&directory.path().join("books.db"), wrong).await.expect_err("an error");
        assert!(matches!(&error, Error::Setting { setting, .. } if *setting == name), "{error:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("books.db");
    std::fs::write(&path, "not a database, and longer than its header would be ".repeat(40)).expect("a file");
    for path in [path, directory.path().join("nowhere/books.db")] {
        let error = Ledger::open(&path, settings()).await.expect_err("an error");
        assert!(matches!(&error, Error::Open { path: named, .. } if *named == path), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_books_can_be_opened_by_several_at_once() {
    for _ in 0..10 {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("books.db");
        let open = || {
            let path = path.clone();
            tokio::spawn(async move { Ledger::open(&path, settings()).await })
        };
        for task in [open(), open(), open()] {
            task.await.expect("a task").expect("books");
        }
    }
}

#[tokio::test]
async fn a_currency_without_coins_works() {
    let directory = tempfile::tempdir().expect("a directory");
    let yen =
        Settings { currency: "JPY".into(), currency_digits: 0, tax_percent: decimal("10"), ..settings() };
    let ledger = Ledger::open(&directory.path().join("books.db"), yen).await.expect("books");
    let mut posting = invoice("fee", None, lines(&[("3", "333.5")]));
    if let slotledger_erp::Body::SalesInvoice(invoice) = &mut posting.body {
        invoice.currency = "JPY".into();
    }
    let document = ledger.post(&posting).await.expect("an invoice").document;
    assert_eq!((document.net, document.tax), (decimal("1001"), decimal("100")));
}
