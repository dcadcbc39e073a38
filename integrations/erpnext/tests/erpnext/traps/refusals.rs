//! What ERPNext refuses, and what a person is told.

use serde_json::{Value, json};
use slotledger_erp::{Class, Connector, Posting, Reason, State};

use super::{appointment, reason};
use crate::support::{
    connect, only, post_all,
    postings::{line, material, visit},
    ready,
};

/// 7: what is permanent is not retried, though it is a 500 or a 404.
#[tokio::test]
async fn statuses_do_not_mislead() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("statuses");
    let failure = books.post(&at.order(vec![line("NOPE", "1", "1")])).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::UnknownItem);
    let failure = books.post(&at.order(vec![])).await.unwrap_err();
    assert_eq!(failure.class, Class::Bug);
    let failure = books.post(&at.order(vec![line("SVC-MAINT", "0.5", "80")])).await.unwrap_err();
    assert!(failure.message.contains("fraction"), "{failure}");
    reason(&failure);
}

/// 15: a shortage shows when an issue is submitted, and leaves nothing behind.
#[tokio::test]
async fn a_shortage_is_refused_and_the_invoice_stands() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("short");
    post_all(&books, &[at.order(visit()), at.invoice(visit())]).await.unwrap();
    let issue = at.issue(vec![material("MAT-RARE", 3)]);
    let failure = books.post(&issue).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::OutOfStock);
    assert!(failure.message.contains("MAT-RARE") && !failure.message.contains('<'), "{failure}");
    assert!(books.find_by_key(&issue).await.unwrap().is_empty());
    assert_eq!(only(&books, &at.invoice(visit())).await.state, State::Posted);
    let receipt = json!({
        "stock_entry_type": "Material Receipt", "company": "Slotledger Demo", "docstatus": 1,
        "items": [{"item_code": "MAT-RARE", "qty": 5, "t_warehouse": "Stores - SD", "basic_rate": 99.99}],
    });
    assert_eq!(server.desk("POST", "Stock Entry", "", receipt).0, 200);
    assert_eq!(books.post(&issue).await.unwrap().document.state, State::Posted);
}

/// 20: a closed period, a freeze date and a closed year are one thing to a person, and a retry after reopening succeeds.
#[tokio::test]
async fn closed_periods_are_named_and_reopened() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("closed");
    books.post(&at.order(visit())).await.unwrap();
    let closed = |documents: Value| {
        json!({"period_name": "Dec", "start_date": "2026-12-01", "end_date": "2026-12-31", "company": "Slotledger Demo",
            "closed_documents": documents})
    };
    let rows = json!([{"document_type": "Sales Invoice", "closed": 1}, {"document_type": "Stock Entry", "closed": 1}]);
    assert_eq!(server.desk("POST", "Accounting Period", "", closed(rows)).0, 200);
    let (invoice, issue) = (at.invoice(visit()), at.issue(vec![material("MAT-FILTER", 1)]));
    assert_eq!(reason(&books.post(&invoice).await.unwrap_err()), Reason::ClosedPeriod);
    assert_eq!(reason(&books.post(&issue).await.unwrap_err()), Reason::ClosedPeriod);
    assert_eq!(server.desk("DELETE", "Accounting Period", "Dec - SD", Value::Null).0, 202);

    let freeze = |day: Value| {
        server.desk("PUT", "Accounts Settings", "Accounts Settings", json!({"acc_frozen_upto": day}))
    };
    freeze(json!("2026-12-31"));
    assert_eq!(reason(&books.post(&invoice).await.unwrap_err()), Reason::ClosedPeriod);
    freeze(Value::Null);
    let stock = |day: Value| {
        server.desk("PUT", "Stock Settings", "Stock Settings", json!({"stock_frozen_upto": day}))
    };
    stock(json!("2026-12-31"));
    assert_eq!(reason(&books.post(&issue).await.unwrap_err()), Reason::ClosedPeriod);
    stock(Value::Null);
    let old = Posting { date: "2099-01-01".parse().unwrap(), ..at.fee() };
    assert_eq!(reason(&books.post(&old).await.unwrap_err()), Reason::ClosedPeriod);

    post_all(&books, &[invoice, issue]).await.unwrap();
}

/// A series that somebody set back gives names that are taken.
#[tokio::test]
async fn a_broken_sequence_is_named() {
    let server = ready().await;
    let books = connect(&server);
    books.post(&appointment("first").order(visit())).await.unwrap();
    server.rewind("SAL-ORD-.YYYY.-");
    let second = appointment("second").order(visit());
    let failure = books.post(&second).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::MissingSequence);
    let Class::Refused { fix, .. } = &failure.class else { panic!("{failure:?}") };
    assert!(fix.contains("Document Naming Settings"), "{fix}");
    assert!(books.find_by_key(&second).await.unwrap().is_empty());
    assert_eq!(server.all("Sales Order").len(), 1);
}

/// A right that is missing is named.
#[tokio::test]
async fn a_missing_right_is_named() {
    let server = ready().await;
    let books = connect(&server);
    server.deny("Stock Entry");
    let failure =
        books.post(&appointment("denied").issue(vec![material("MAT-FILTER", 1)])).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Permission);
}
