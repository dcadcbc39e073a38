//! The suite every connector passes.

use slotledger_erp::conformance::{Setup, run};

use crate::fixtures::{Books, day, decimal, item, material, party};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_leaves_the_books_balanced() {
    let books = Books::new().await;
    books.receive("filter", "1000", "7.13").await;
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
    assert!(report.rows.last().is_some_and(|tidied| tidied.held), "{report}");
    let trial = books.ledger.trial_balance().await.expect("a trial balance");
    assert_eq!(trial.debit, trial.credit);

    let again = run(&books.ledger, &setup).await;
    assert!(!again.held(), "a run's name can be used once");
}
