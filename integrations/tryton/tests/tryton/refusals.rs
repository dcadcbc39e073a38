//! What Tryton or its people make impossible: refused with a fix, and done once the fix is made.

use chrono::Datelike;
use serde_json::json;
use slotledger_erp::{
    Administration, Body, Class, Connector, Failure, Mode, Party, Posting, Standing, State,
};
use slotledger_tryton::{OnShortage, Settings, Tryton};

use crate::support::{
    connect, only, post_all,
    postings::{Appointment, day, line, material, visit},
    rpc::Administrator,
    server, settings,
};

async fn refused(books: &Tryton, posting: &Posting) -> (String, String) {
    let failure = books.post(posting).await.unwrap_err();
    let Failure { class: Class::Refused { fix, .. }, message } = failure else { panic!("{failure:?}") };
    (message, fix)
}

#[tokio::test]
async fn a_missing_product_is_named() {
    let server = server();
    let books = connect(&server);
    let order = Appointment("product".into()).order(vec![line("SVC-NONE", 1, "1.00")]);
    let (message, fix) = refused(&books, &order).await;
    assert_eq!(message, "Tryton has no product SVC-NONE");
    assert_eq!(fix, "create a product with the code SVC-NONE in Tryton");
    assert_eq!(books.find_by_key(&order).await.unwrap(), []);
}

#[tokio::test]
async fn a_shortage_reserves_nothing_and_takes_up_the_same_shipment() {
    let server = server();
    let books = connect(&server);
    let appointment = Appointment("shortage".into());
    let issue = appointment.issue(vec![material("MAT-RARE", 5)]);
    for _ in 0..2 {
        let (message, _) = refused(&books, &issue).await;
        assert_eq!(message, "not enough stock in Warehouse: MAT-RARE: 3 of 5 Unit missing");
        assert_eq!(books.find_by_key(&issue).await.unwrap(), []);
    }
    // The two that are there were not reserved for it.
    let other = Appointment("other".into());
    let taken = other.issue(vec![material("MAT-RARE", 2)]);
    books.post(&taken).await.unwrap();
    books.post(&other.stock_return(vec![material("MAT-RARE", 2)])).await.unwrap();

    let forcing = Settings { on_shortage: OnShortage::Force, ..settings(&server) };
    let document = Tryton::new(forcing).unwrap().post(&issue).await.unwrap().document;
    assert_eq!((document.state, document.net), (State::Posted, 200.into()));
    assert_eq!(only(&books, &issue).await, document);
    let shipments = Administrator::of(&server)
        .search("stock.shipment.internal", json!([["reference", "=", appointment.key("issue")]]))
        .await;
    assert_eq!(shipments.len(), 1);
}

#[tokio::test]
async fn a_closed_period_is_refused_until_it_is_reopened() {
    let server = server();
    let books = connect(&server);
    let appointment = Appointment("period".into());
    let admin = Administrator::of(&server);
    books.post(&appointment.order(visit())).await.unwrap();
    let periods = admin.search("account.period", json!([])).await;
    admin.call("model.account.period.close", vec![json!(periods)]).await;

    let invoice = appointment.invoice(visit());
    let (message, fix) = refused(&books, &invoice).await;
    assert!(fix.contains("period"), "{message} / {fix}");
    let looked = || async {
        let checks = books.prepare(Mode::Look).await.unwrap();
        checks.into_iter().find(|check| check.name == "accounting period").unwrap()
    };
    let closed = looked().await;
    assert!(closed.standing == Standing::Wrong && closed.fix.is_some(), "{closed:?}");

    admin.call("model.account.period.reopen", vec![json!(periods)]).await;
    let document = books.post(&invoice).await.unwrap().document;
    assert_eq!(only(&books, &invoice).await, document);
    assert_eq!(looked().await.standing, Standing::Ready);
    // What is over may be closed, and is told.
    let past = json!([["end_date", "<", {"__class__": "date", "year": day().year(), "month": day().month(), "day": 1}]]);
    let past = admin.search("account.period", past).await;
    if !past.is_empty() {
        admin.call("model.account.period.close", vec![json!(past)]).await;
        let told = looked().await;
        assert!(
            told.standing == Standing::Ready && told.detail.contains("is the last that is closed"),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn a_commission_by_another_rate_is_refused_with_both_amounts() {
    let server = server();
    let books = connect(&server);
    let appointment = Appointment("rate".into());
    post_all(&books, &[appointment.order(visit()), appointment.invoice(visit())]).await.unwrap();
    let (message, _) = refused(&books, &appointment.commission("120.00", "15.00")).await;
    assert_eq!(message, "Tryton reckoned 12.00 EUR, but 15.00 was agreed");
    let document = books.post(&appointment.commission("120.00", "12.00")).await.unwrap().document;
    assert_eq!(document.total, 12.into());
}

#[tokio::test]
async fn a_commission_is_taken_back_only_by_a_credit_note() {
    let server = server();
    let books = connect(&server);
    let appointment = Appointment("reversal".into());
    let owed = appointment.commission("120.00", "12.00");
    post_all(&books, &[appointment.order(visit()), appointment.invoice(visit()), owed]).await.unwrap();
    refused(&books, &appointment.reversal()).await;
    books.post(&appointment.credit()).await.unwrap();
    let document = books.post(&appointment.reversal()).await.unwrap().document;
    assert_eq!((document.net, document.state), (12.into(), State::Posted));
    assert_eq!(only(&books, &appointment.reversal()).await, document);
}

#[tokio::test]
async fn a_provider_without_an_agent_brings_no_commission() {
    let server = server();
    let books = connect(&server);
    let appointment = Appointment("agent".into());
    let mut postings =
        [appointment.order(visit()), appointment.invoice(visit()), appointment.commission("120.00", "12.00")];
    for posting in &mut postings {
        if let Body::SalesOrder(order) = &mut posting.body {
            order.provider.code = "STAFF-KIM".into();
        }
        if let Body::Commission(earned) = &mut posting.body {
            earned.provider.code = "STAFF-KIM".into();
        }
    }
    let [order, invoice, commission] = postings;
    post_all(&books, &[order, invoice]).await.unwrap();
    let (_, fix) = refused(&books, &commission).await;
    assert!(fix.contains("agent") && fix.contains("STAFF-KIM"), "{fix}");
}

/// A timed-out create that came late: the draft nobody needs goes, the order stands once.
#[tokio::test]
async fn a_draft_made_twice_is_merged() {
    let server = server();
    let books = connect(&server);
    let admin = Administrator::of(&server);
    let appointment = Appointment("twins".into());
    let twin = json!({"company": 1, "party": 2, "reference": appointment.key("order")});
    let order = appointment.order(visit());
    let document = books.post(&order).await.unwrap().document;

    admin.call("model.sale.sale.create", vec![json!([twin])]).await;
    assert_eq!(books.find_by_key(&order).await.unwrap().len(), 2);
    assert_eq!(books.post(&order).await.unwrap().document, document);
    assert_eq!(only(&books, &order).await, document);
}

#[tokio::test]
async fn an_order_that_was_processed_can_still_be_withdrawn() {
    let server = server();
    let books = connect(&server);
    let admin = Administrator::of(&server);
    let appointment = Appointment("processed".into());
    let lines = vec![line("SVC-MAINT", 1, "120.00"), line("MAT-FILTER", 1, "18.00")];
    let order = books.post(&appointment.order(lines)).await.unwrap().document;
    let id: i64 = order.reference.parse().unwrap();
    admin.call("model.sale.sale.confirm", vec![json!([id])]).await;

    let document = books.post(&appointment.cancellation()).await.unwrap().document;
    assert_eq!((document.state, &document.number), (State::Closed, &order.number));
    assert_eq!(only(&books, &appointment.cancellation()).await, document);
    refused(&books, &appointment.invoice(visit())).await;
}

#[tokio::test]
async fn a_new_customer_is_made_once_for_two_orders_at_once() {
    let server = server();
    let (one, other) = (connect(&server), connect(&server));
    let bea = Party {
        code: "CUST-BEA".into(),
        name: "Bea".into(),
        email: Some("bea@example.com".into()),
        phone: Some("+351 21 000 0000".into()),
        address: Some("Rua Augusta 1\n1100 Lisbon".into()),
    };
    let orders = ["one", "other"].map(|name| Appointment(name.into()).order_by(bea.clone(), visit()));
    let (first, second) = tokio::join!(one.post(&orders[0]), other.post(&orders[1]));
    assert_ne!(first.unwrap().document.number, second.unwrap().document.number);
    let admin = Administrator::of(&server);
    assert_eq!(admin.search("party.party", json!([["code", "=", "CUST-BEA"]])).await.len(), 1);
    assert_eq!(
        admin.search("party.contact_mechanism", json!([["party.code", "=", "CUST-BEA"]])).await.len(),
        2
    );
}
