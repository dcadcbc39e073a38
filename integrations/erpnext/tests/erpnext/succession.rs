//! Documents that take the place of cancelled ones, which keep their key for ever.

use serde_json::{Value, json};
use slotledger_erp::{Administration, Class, Connector, Days, Failure, Kind, Posting, Reason, State};
use slotledger_erpnext::Erpnext;
use slotledger_erpnext_server::Server;

use crate::support::{
    TODAY, connect, only, post_all,
    postings::{Appointment, line, material, visit},
    ready,
};

fn reason(failure: &Failure) -> Reason {
    let Class::Refused { reason, .. } = failure.class else { panic!("{failure:?}") };
    reason
}

fn desk(server: &Server, method: &str, doctype: &str, name: &str, body: Value) -> Value {
    let (status, answer) = server.desk(method, doctype, name, body);
    assert_eq!(status, 200, "{answer}");
    answer["data"].clone()
}

fn cancel(server: &Server, doctype: &str, name: &str) {
    desk(server, "PUT", doctype, name, json!({"docstatus": 2}));
}

fn stored(server: &Server, doctype: &str, name: &str) -> Value {
    server.all(doctype).into_iter().find(|of| of["name"] == name).unwrap()
}

/// What *Amend* in ERPNext makes of a cancelled document: a copy without what is not copied, submitted.
fn amend(server: &Server, doctype: &str, name: &str) -> String {
    let mut copy = stored(server, doctype, name);
    let fields = copy.as_object_mut().unwrap();
    for own in ["name", "docstatus", "status", "modified", "creation", "per_billed", "outstanding_amount"] {
        fields.remove(own);
    }
    fields.retain(|field, _| !field.starts_with("slotledger_"));
    fields.insert("amended_from".into(), json!(name));
    for table in ["items", "taxes", "sales_team"] {
        for row in fields.get_mut(table).and_then(Value::as_array_mut).into_iter().flatten() {
            let row = row.as_object_mut().unwrap();
            for own in ["name", "parent", "docstatus", "slotledger_key", "billed_amt"] {
                row.remove(own);
            }
        }
    }
    let made = desk(server, "POST", doctype, "", copy);
    let made = made["name"].as_str().unwrap().to_owned();
    desk(server, "PUT", doctype, &made, json!({"docstatus": 1}));
    made
}

async fn refused(books: &Erpnext, posting: &Posting, reference: &str) -> Failure {
    let failure = books.adopt(posting, reference).await.unwrap_err();
    assert_eq!(reason(&books.candidate(posting, reference).await.unwrap_err()), reason(&failure));
    failure
}

#[tokio::test]
async fn an_invoice_that_replaces_a_cancelled_one_stands_for_it_with_its_commission() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("replaced".into());
    let invoice = at.invoice(visit());
    let commission = at.commission("120.00", "12.00");
    let made = post_all(&books, &[at.order(visit()), invoice.clone(), commission.clone()]).await.unwrap();
    let first = made[1].reference.clone();
    cancel(&server, "Sales Invoice", &first);

    // It is not made again, and what was cancelled cannot be taken.
    let failure = books.post(&invoice).await.unwrap_err();
    assert_eq!(reason(&failure), Reason::Conflict);
    assert!(failure.message.contains("was cancelled in ERPNext"), "{failure:?}");
    let failure = refused(&books, &invoice, &first).await;
    assert!(failure.message.contains("was cancelled in ERPNext"), "{failure:?}");

    let second = amend(&server, "Sales Invoice", &first);
    let candidate = books.candidate(&invoice, &second).await.unwrap();
    assert_eq!(only(&books, &invoice).await.state, State::Cancelled, "looking writes nothing");
    let adopted = books.adopt(&invoice, &second).await.unwrap();
    assert_eq!(adopted, candidate);
    assert_eq!((adopted.reference.as_str(), adopted.state), (second.as_str(), State::Posted));
    assert_eq!(books.adopt(&invoice, &second).await.unwrap(), adopted, "once more changes nothing");
    assert_eq!(only(&books, &invoice).await, adopted);
    assert!(books.post(&invoice).await.unwrap().adopted);
    let keys = ["replaced/1/invoice", "replaced/1/invoice~2"];
    for (name, key) in [&first, &second].into_iter().zip(keys) {
        assert_eq!(stored(&server, "Sales Invoice", name)["slotledger_key"], key);
    }
    let days = Days { from: TODAY, to: TODAY };
    let listed = books.documents(Kind::SalesInvoice, days, None).await.unwrap().entries;
    assert!(listed.iter().all(|listed| listed.key == Some(at.key("invoice"))), "{listed:?}");

    // What was earned with it is earned with the other, and what comes after builds on that.
    assert_eq!(only(&books, &commission).await, books.post(&commission).await.unwrap().document);
    assert_eq!(only(&books, &commission).await.state, State::Posted);
    post_all(&books, &[at.credit(), at.reversal()]).await.unwrap();
    let notes: Vec<Value> =
        server.all("Sales Invoice").into_iter().filter(|note| note["is_return"] == 1).collect();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0]["return_against"], second);
}

#[tokio::test]
async fn no_other_document_gets_the_key_of_one_that_stands() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("stands".into());
    let fee = at.fee();
    let first = books.post(&fee).await.unwrap().document.reference;
    let twin = || {
        let mut body = stored(&server, "Sales Invoice", &first);
        body.as_object_mut().unwrap().retain(|field, _| {
            matches!(field.as_str(), "customer" | "company" | "currency" | "conversion_rate" | "taxes")
        });
        body["items"] = json!([{"item_code": "FEE", "qty": 1, "rate": 25}]);
        body["docstatus"] = json!(1);
        desk(&server, "POST", "Sales Invoice", "", body)["name"].as_str().unwrap().to_owned()
    };
    let (second, third) = (twin(), twin());
    let written = server.writes();
    let failure = refused(&books, &fee, &second).await;
    assert_eq!(reason(&failure), Reason::Conflict);
    assert!(failure.message.contains(&format!("{first} stands in ERPNext")), "{failure:?}");
    assert_eq!(server.writes(), written);

    // Two people at once, each with another one.
    cancel(&server, "Sales Invoice", &first);
    let (one, other) = tokio::join!(books.adopt(&fee, &second), books.adopt(&fee, &third));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(reason(one.as_ref().err().or(other.as_ref().err()).unwrap()), Reason::Conflict);
    let stands = one.or(other).unwrap();
    assert_eq!(only(&books, &fee).await, stands);

    // And so on, as often as somebody cancels.
    cancel(&server, "Sales Invoice", &stands.reference);
    let left = if stands.reference == second { third } else { second };
    assert_eq!(books.adopt(&fee, &left).await.unwrap().reference, left);
    let mut last = left;
    for _ in 4..=9 {
        cancel(&server, "Sales Invoice", &last);
        last = twin();
        books.adopt(&fee, &last).await.unwrap();
    }
    cancel(&server, "Sales Invoice", &last);
    assert_eq!(reason(&refused(&books, &fee, &twin()).await), Reason::Unsupported);
}

#[tokio::test]
async fn an_order_that_replaces_a_cancelled_one_knows_its_amendments() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("reordered".into());
    let (order, amendment) = (at.order(visit()), at.amendment(vec![line("SVC-MAINT", "1", "90.00")]));
    let made = post_all(&books, &[order.clone(), amendment.clone()]).await.unwrap();
    cancel(&server, "Sales Order", &made[0].reference);
    let second = amend(&server, "Sales Order", &made[0].reference);
    let adopted = books.adopt(&order, &second).await.unwrap();
    assert_eq!(adopted.reference, second);
    let found = only(&books, &amendment).await;
    assert_eq!((found.reference.as_str(), found.state), (second.as_str(), State::Submitted));
    assert!(books.post(&amendment).await.unwrap().adopted);
    let invoice = at.invoice(vec![line("SVC-MAINT", "1", "90.00")]);
    books.post(&invoice).await.unwrap();
    let stored = stored(&server, "Sales Order", &second);
    assert!(stored["slotledger_visit"].as_str().is_some_and(|visit| visit.contains("2026-12-08")));
    assert_eq!(stored["per_billed"], 100.0);
}

#[tokio::test]
async fn materials_that_somebody_brought_back_are_not_brought_back_twice() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("back".into());
    let materials = || vec![material("MAT-FILTER", 2)];
    post_all(&books, &[at.order(visit()), at.issue(materials())]).await.unwrap();
    let back = at.stock_return(materials());
    let receipt = json!({"stock_entry_type": "Material Receipt", "company": "Slotledger Demo", "docstatus": 1,
        "items": [{"item_code": "MAT-FILTER", "qty": 2, "t_warehouse": "Stores - SD", "basic_rate": 7.5}]});
    let made = desk(&server, "POST", "Stock Entry", "", receipt);
    let made = made["name"].as_str().unwrap();
    // As many in all, but of something else, or to somewhere else.
    let mut elsewhere = material("MAT-FILTER", 2);
    elsewhere.warehouse = "Finished Goods - SD".into();
    for (line, words) in [
        (material("MAT-RARE", 2), "2 Nos of MAT-FILTER in Stores - SD, not 0; 0 Nos of MAT-RARE"),
        (elsewhere, "0 Nos of MAT-FILTER in Finished Goods - SD, not 2"),
    ] {
        let failure = refused(&books, &at.stock_return(vec![line]), made).await;
        assert!(reason(&failure) == Reason::Conflict && failure.message.contains(words), "{failure:?}");
    }
    books.adopt(&back, made).await.unwrap();
    let more = Posting { key: at.key("return-2"), ..at.stock_return(materials()) };
    assert_eq!(reason(&books.post(&more).await.unwrap_err()), Reason::Conflict);
}
