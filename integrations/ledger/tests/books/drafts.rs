//! Drafts: on file and without effect until somebody posts them.

use std::time::Duration;

use rust_decimal::Decimal;
use slotledger_erp::{Class, Connector, Finish, Posting, Reason, State};

use crate::fixtures::*;

fn draft(name: &str, order: Option<&str>, advances: &[&str]) -> Posting {
    with(invoice(name, order, lines(&[("1", "100.00")])), |invoice| {
        invoice.finish = Finish::Draft;
        invoice.advances = advances.iter().map(|name| key(name)).collect();
    })
}

#[tokio::test]
async fn a_draft_has_neither_an_entry_nor_a_number_of_the_series() {
    let books = Books::new().await;
    let drafted = books.post(&draft("draft", None, &[])).await;
    assert_eq!((drafted.number.as_str(), drafted.state), ("DRAFT-00001", State::Draft));
    assert!(books.ledger.journal(0, 500).await.expect("a journal").is_empty());
    assert_eq!(books.post(&invoice("other", None, lines(&[("1", "5.00")]))).await.number, "INV-2026-00001");
    let posted = books.ledger.post_draft(&key("draft")).await.expect("a document");
    assert_eq!((posted.number.as_str(), posted.state), ("INV-2026-00002", State::Posted));
    assert_eq!(books.ledger.post_draft(&key("draft")).await.expect("the same"), posted);
    assert_eq!(books.post(&draft("draft", None, &[])).await, posted, "what was asked for stands");
    assert_eq!(books.balance("1100").await, decimal("126.00"));
}

#[tokio::test]
async fn a_draft_keeps_its_order_and_leaves_deposits_free() {
    let books = Books::new().await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&advance("advance", Some("order"), "50.00")).await;
    let posting = draft("draft", Some("order"), &["advance"]);
    assert_eq!(books.post(&posting).await.settled, Some(Decimal::ZERO));
    assert!(
        books
            .refusal(&invoice("again", Some("order"), lines(&[("1", "100.00")])))
            .await
            .contains("DRAFT-00003")
    );
    assert!(books.refusal(&cancellation("cancel", "order")).await.contains("DRAFT-00003"));
    books.post(&refund("refund", "advance", "20.00")).await;
    books.ledger.post_draft(&key("draft")).await.expect("a document");
    assert_eq!(books.standing(&posting).await.settled, Some(decimal("30.00")), "what was left of it");
}

#[tokio::test]
async fn what_builds_on_a_draft_waits_for_it() {
    let books = Books::new().await;
    books.post(&draft("draft", None, &[])).await;
    for posting in [credit("credit", "draft"), commission("commission", "draft", "100.00", "10.00")] {
        let failure = books.ledger.post(&posting).await.expect_err("a failure");
        assert_eq!(failure.class, Class::Busy { after: Some(Duration::from_secs(900)) });
        assert_eq!(failure.message, "DRAFT-00001 is a draft, and has to be posted first");
    }
    books.ledger.post_draft(&key("draft")).await.expect("a document");
    books.post(&commission("commission", "draft", "100.00", "10.00")).await;
}

#[tokio::test]
async fn only_a_draft_can_be_posted() {
    let books = Books::new().await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    for name in ["order", "nothing"] {
        let error = books.ledger.post_draft(&key(name)).await.expect_err("a refusal");
        let missing =
            matches!(error, slotledger_ledger::Error::Refused { reason: Reason::MissingDocument, .. });
        assert!(missing, "{error:?}");
    }
}
