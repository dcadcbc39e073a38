//! The suite every connector passes.

use slotledger_erp::conformance::{Setup, administered, run};
use slotledger_erp::{Administration, Kind};

use crate::fixtures::{Books, day, decimal, item, material, party};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_passes() {
    let books = Books::new().await;
    books.receive("filter", "9", "7.13").await;
    books.receive("rare", "2", "99.99").await;
    let setup = Setup {
        run: "run-1".into(),
        date: day(),
        currency: "EUR".into(),
        currency_digits: 2,
        customer: party("ana"),
        provider: party("sam"),
        second_provider: party("kim"),
        service_item: item("visit"),
        unit_price: decimal("120.00"),
        fraction: Some(decimal("0.333")),
        coupon_item: item("coupon"),
        commission_percent: decimal("12.5"),
        material: material("filter", "3"),
        scarce: Some(material("rare", "3")),
        payment_method: None,
        foreign: None,
    };
    let report = run(&books.ledger, &setup).await;
    assert!(report.held(), "{report}");
    let left_out: Vec<&str> = report.left_out.iter().map(|left| left.name).collect();
    assert_eq!(left_out, ["documents in another currency are exact too"], "{report}");

    let again = run(&books.ledger, &setup).await;
    assert!(!again.held(), "a run's name can be used once");
}

/// What the suite took back is back: only what cannot be taken back, the opening stock, is left on any account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_can_certify_twice_and_nothing_is_left() {
    let books = Books::new().await;
    for name in ["certify-1", "certify-2"] {
        let setup = books.ledger.furnish(name, day()).await.expect("a set-up");
        let report = administered(&books.ledger, &setup).await;
        assert!(report.held(), "{report}");
        for account in ["1000", "1100", "2100", "2200", "2300", "4100", "5100", "5200"] {
            assert_eq!(books.balance(account).await, decimal("0.00"), "{account}");
        }
    }
    let receipts = books.ledger.journal(0, 500).await.expect("a journal");
    let receipts = receipts.iter().filter(|entry| entry.document.starts_with("REC-")).count();
    assert_eq!(receipts, 2, "the second run uses what the first one received");
    let drafts = books.ledger.filed(0, 500).await.expect("documents");
    assert!(drafts.iter().any(|record| record.document.kind == Kind::SalesInvoice));
}
