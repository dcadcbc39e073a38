//! Keys, drafts and customers: what makes a document one.

use serde_json::json;
use slotledger_erp::{Body, Class, Connector, Finish, Invoice, Reason, State};

use super::{appointment, reason};
use crate::support::{connect, post_all, postings::visit, ready};

/// 1: a second document with the key is refused by ERPNext itself, and the first one is the answer.
#[tokio::test]
async fn a_key_is_used_once() {
    let server = ready().await;
    let books = connect(&server);
    let order = appointment("once").order(visit());
    let made = books.post(&order).await.unwrap();
    assert!(!made.adopted);
    let writes = server.writes();
    let again = books.post(&order).await.unwrap();
    assert!(again.adopted);
    assert_eq!(again.document, made.document);
    assert_eq!(server.writes(), writes, "nothing was sent");
}

/// 2: a cancelled document keeps its key; a post finds it and makes no other.
#[tokio::test]
async fn a_cancelled_document_keeps_its_key() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("cancelled");
    post_all(&books, &[at.order(visit()), at.cancellation()]).await.unwrap();
    let found = books.post(&at.order(visit())).await.unwrap();
    assert_eq!(found.document.state, State::Cancelled);
    assert!(found.adopted);

    let fee = at.fee();
    let made = books.post(&fee).await.unwrap().document;
    let (status, _) = server.desk("PUT", "Sales Invoice", &made.reference, json!({"docstatus": 2}));
    assert_eq!(status, 200);
    let failure = books.post(&fee).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
    assert!(failure.message.contains(&made.number), "{failure}");
}

/// 4: the status of what was made and submitted at once is stale.
#[tokio::test]
async fn the_status_is_not_believed() {
    let server = ready().await;
    let books = connect(&server);
    let order = books.post(&appointment("status").order(visit())).await.unwrap().document;
    let stored = server.all("Sales Order").remove(0);
    assert_eq!((stored["status"].as_str(), stored["docstatus"].as_i64()), (Some("Draft"), Some(1)));
    assert_eq!(order.state, State::Submitted);
}

/// 9: a draft that somebody submitted meanwhile is no error, and one somebody changed is read again.
#[tokio::test]
async fn a_draft_is_finished_whoever_submits_it() {
    let server = ready().await;
    let books = connect(&server);
    let at = appointment("draft");
    books.post(&at.order(visit())).await.unwrap();
    let draft = Invoice { finish: Finish::Draft, ..at.invoicing(visit()) };
    let draft = at.posting("invoice", Body::SalesInvoice(draft));
    let made = books.post(&draft).await.unwrap().document;
    assert_eq!(made.state, State::Draft);
    assert!(books.post(&draft).await.unwrap().adopted);
    // What builds on it waits.
    assert_eq!(books.post(&at.credit()).await.unwrap_err().class, Class::Busy { after: None });
    // While it is there its order is not cancelled.
    assert_eq!(reason(&books.post(&at.cancellation()).await.unwrap_err()), Reason::Conflict);
    // An accountant submits it.
    assert_eq!(server.desk("PUT", "Sales Invoice", &made.reference, json!({"docstatus": 1})).0, 200);
    assert_eq!(books.post(&draft).await.unwrap().document.state, State::Posted);
    books.post(&at.credit()).await.unwrap();
}

/// 22: a customer is made once, however many of that name there are, and carries our code.
#[tokio::test]
async fn a_customer_is_made_once() {
    let server = ready().await;
    let books = connect(&server);
    server.desk("POST", "Customer", "", json!({"customer_name": "Ana Customer"}));
    let made =
        post_all(&books, &[appointment("a").order(visit()), appointment("b").order(visit())]).await.unwrap();
    assert!(made.iter().all(|order| order.party.as_deref() == Some("cust-ana")), "{made:?}");
    let customers = server.all("Customer");
    let ours: Vec<_> =
        customers.iter().filter(|customer| customer["slotledger_code"] == json!("cust-ana")).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["name"], json!("Ana Customer - 1"));

    server.desk("PUT", "Customer", "Ana Customer - 1", json!({"disabled": 1}));
    let failure = books.post(&appointment("c").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::DisabledParty);
    server.desk("PUT", "Customer", "Ana Customer - 1", json!({"disabled": 0}));
    server.desk("PUT", "Item", "SVC-MAINT", json!({"disabled": 1}));
    let failure = books.post(&appointment("c").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::DisabledItem);
}

/// Without the fields that `connect` makes nothing is posted: a key that is dropped without a word would be worth nothing.
#[tokio::test]
async fn nothing_is_posted_before_it_is_connected() {
    let server = crate::support::bare();
    let books = connect(&server);
    let failure = books.post(&appointment("early").order(visit())).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Setup);
    assert!(server.all("Sales Order").is_empty());
}
