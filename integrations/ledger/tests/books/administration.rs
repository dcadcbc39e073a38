//! What an administrator sees of the built-in books.

use slotledger_erp::{Administration, Class, Days, Kind, MAX_PAGE, Mode, Reason, RecordKind, Standing};

use crate::fixtures::*;

fn today() -> Days {
    Days { from: day(), to: day() }
}

#[tokio::test]
async fn there_is_nothing_to_set_up() {
    let books = Books::new().await;
    books.ledger.close_period(day()).await.expect("a closed period");
    let looked = books.ledger.prepare(Mode::Look).await.expect("checks");
    assert!(looked.iter().all(|check| check.standing == Standing::Ready), "{looked:?}");
    assert_eq!(books.ledger.prepare(Mode::Apply).await.expect("checks"), looked);
    assert!(looked.iter().any(|check| check.detail == "closed until 2026-11-22"), "{looked:?}");
}

#[tokio::test]
async fn records_are_what_documents_have_named() {
    let books = Books::new().await;
    books.receive("filter", "5", "1.00").await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&amendment("moved", "order", lines(&[("1", "100.00")]))).await;
    for (kind, expected) in [
        (RecordKind::Item, vec!["filter", "visit"]),
        (RecordKind::Customer, vec!["ana"]),
        (RecordKind::Provider, vec!["kim", "sam"]),
        (RecordKind::Warehouse, vec!["Main"]),
        (RecordKind::TaxTemplate, vec!["sales-tax"]),
    ] {
        let page = books.ledger.records(kind, None).await.expect("a page");
        let codes: Vec<&str> = page.entries.iter().map(|record| record.code.as_str()).collect();
        assert_eq!((codes, page.next), (expected, None), "{kind:?}");
    }
    let items = books.ledger.records(RecordKind::Item, None).await.expect("a page").entries;
    assert_eq!((items[0].unit.as_deref(), items[0].stocked), (Some("Unit"), true));
    assert!(!items[1].stocked);
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let books = Books::new().await;
    let count = MAX_PAGE + 3;
    for number in 0..count {
        books.receive(&format!("part-{number:04}"), "1", "1.00").await;
        books.post(&invoice(&format!("fee/{number}"), None, lines(&[("1", "1.00")]))).await;
    }
    let first = books.ledger.records(RecordKind::Item, None).await.expect("a page");
    assert_eq!(first.entries.len(), MAX_PAGE);
    let rest = books.ledger.records(RecordKind::Item, first.next.as_deref()).await.expect("a page");
    assert_eq!((rest.entries.len(), rest.next), (count + 1 - MAX_PAGE, None));
    let first = books.ledger.documents(Kind::SalesInvoice, today(), None).await.expect("a page");
    assert_eq!(first.entries.len(), MAX_PAGE);
    let rest =
        books.ledger.documents(Kind::SalesInvoice, today(), first.next.as_deref()).await.expect("a page");
    assert_eq!((rest.entries.len(), rest.next), (count - MAX_PAGE, None));
}

#[tokio::test]
async fn documents_are_listed_by_their_day() {
    let books = Books::new().await;
    let mut early = invoice("early", None, lines(&[("1", "1.00")]));
    early.date = day().pred_opt().expect("a day");
    books.post(&early).await;
    books.post(&invoice("now", None, lines(&[("1", "2.00")]))).await;
    let page = books.ledger.documents(Kind::SalesInvoice, today(), None).await.expect("a page");
    let keys: Vec<_> = page.entries.iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys, [Some(key("now"))]);
    let both = Days { from: early.date, to: day() };
    assert_eq!(
        books.ledger.documents(Kind::SalesInvoice, both, None).await.expect("a page").entries.len(),
        2
    );
}

#[tokio::test]
async fn a_document_has_its_key_from_the_first_day() {
    let books = Books::new().await;
    let fee = invoice("fee", None, lines(&[("1", "25.00")]));
    let document = books.post(&fee).await;
    assert_eq!(books.ledger.adopt(&fee, &document.reference).await.expect("its own"), document);
    assert_eq!(books.ledger.candidate(&fee, &document.reference).await.expect("its own"), document);
    let other = invoice("other", None, lines(&[("1", "25.00")]));
    for (reference, reason) in [
        (document.reference.as_str(), Reason::Conflict),
        ("99", Reason::MissingDocument),
        ("x", Reason::MissingDocument),
    ] {
        let failure = books.ledger.adopt(&other, reference).await.expect_err("a refusal");
        assert!(
            matches!(failure.class, Class::Refused { reason: found, .. } if found == reason),
            "{failure:?}"
        );
        assert_eq!(books.ledger.candidate(&other, reference).await.expect_err("a refusal"), failure);
    }
}
