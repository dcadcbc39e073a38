//! Closed periods: nothing with an effect is taken for their days, and everything again once they are open.

use chrono::Days;
use slotledger_erp::{Finish, Reason};

use crate::fixtures::*;

#[tokio::test]
async fn a_closed_day_takes_nothing_until_it_is_reopened() {
    let books = Books::new().await;
    books.receive("filter", "5", "1.00").await;
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.ledger.close_period(day()).await.expect("a closed period");
    assert_eq!(books.ledger.closed_until().await.expect("a day"), Some(day()));
    let invoice = invoice("invoice", Some("order"), lines(&[("1", "100.00")]));
    for posting in
        [&invoice, &issue("issue", vec![material("filter", "1")]), &advance("advance", None, "5.00")]
    {
        let (reason, words) = books.refused(posting).await;
        assert_eq!(reason, Reason::ClosedPeriod, "{words}");
        assert_eq!(words, "the books are closed until 2026-11-22, and this belongs to 2026-11-22");
    }
    let error = books.ledger.receive(&receipt("late", "filter", "1", "1.00")).await.expect_err("a refusal");
    assert!(error.to_string().contains("closed until"), "{error}");
    let mut later = invoice.clone();
    later.key = key("later");
    later.date = day().checked_add_days(Days::new(1)).expect("a day");
    books.post(&with(later, |invoice| invoice.order = None)).await;
    books.ledger.close_period(day().pred_opt().expect("a day")).await.expect("an earlier day");
    assert_eq!(books.post(&invoice).await.number, "INV-2026-00002", "the refusals left no gap");
}

#[tokio::test]
async fn what_has_no_effect_is_taken_on_a_closed_day() {
    let books = Books::new().await;
    books.ledger.close_period(day()).await.expect("a closed period");
    books.post(&order("order", lines(&[("1", "100.00")]))).await;
    books.post(&amendment("moved", "order", lines(&[("2", "100.00")]))).await;
    let draft = with(invoice("draft", Some("order"), lines(&[("2", "100.00")])), |invoice| {
        invoice.finish = Finish::Draft;
    });
    books.post(&draft).await;
    let error = books.ledger.post_draft(&draft.key).await.expect_err("a refusal");
    assert!(error.to_string().contains("closed until 2026-11-22"), "{error}");
    books.ledger.reopen_periods().await.expect("open books");
    assert_eq!(books.ledger.closed_until().await.expect("no day"), None);
    books.ledger.post_draft(&draft.key).await.expect("a document");
}
