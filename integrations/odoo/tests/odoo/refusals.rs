//! What Odoo or its people make impossible: refused with a reason and a fix, and done once the fix is made.

use secrecy::SecretString;
use serde_json::json;
use slotledger_erp::{
    Administration, Body, Class, Connector, Failure, Mode, Party, Posting, Reason, Standing, State,
};
use slotledger_odoo::{Odoo, Settings};
use slotledger_odoo_server::{Edition, Server};

use crate::support::{
    connect, made, only, post_all,
    postings::{Appointment, ana, decimal, line, material, party, visit},
    prepared,
    rpc::Administrator,
    settings,
};

/// The message and the fix of a refusal, whose reason is as expected.
async fn refused(books: &Odoo, posting: &Posting, expected: Reason) -> (String, String) {
    let failure = books.post(posting).await.unwrap_err();
    let Failure { class: Class::Refused { reason, fix }, message } = failure else { panic!("{failure:?}") };
    assert_eq!(reason, expected, "{message}");
    assert!(!fix.is_empty() && !message.is_empty());
    (message, fix)
}

async fn master_data(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let order = Appointment("product".into()).order(vec![line("SVC-NONE", 1, "1.00")]);
    let (message, fix) = refused(&books, &order, Reason::UnknownItem).await;
    assert_eq!(message, "Odoo has no product SVC-NONE");
    assert_eq!(fix, "create a product with the internal reference SVC-NONE in Odoo");
    assert_eq!(books.find_by_key(&order).await.unwrap(), []);

    let archived = json!([["default_code", "=", "FEE"]]);
    admin.change("product.product", archived.clone(), json!({"active": false})).await;
    let fee = Appointment("archived".into()).fee();
    let (message, _) = refused(&books, &fee, Reason::DisabledItem).await;
    assert_eq!(message, "the product FEE is archived in Odoo");
    let archived = json!([["default_code", "=", "FEE"], ["active", "=", false]]);
    admin.change("product.product", archived, json!({"active": true})).await;
    made(&books, &fee).await;

    let gone = party("CUST-GONE", "Gone");
    made(&books, &Appointment("gone-1".into()).order_by(gone.clone(), visit())).await;
    admin.change("res.partner", json!([["ref", "=", "CUST-GONE"]]), json!({"active": false})).await;
    let order = Appointment("gone-2".into()).order_by(gone, visit());
    let (message, fix) = refused(&books, &order, Reason::DisabledParty).await;
    assert!(message.contains("archived") && fix.contains("CUST-GONE"), "{message} / {fix}");
    let archived = json!([["ref", "=", "CUST-GONE"], ["active", "=", false]]);
    admin.change("res.partner", archived, json!({"active": true})).await;
    made(&books, &order).await;
}

async fn periods(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let appointment = Appointment("period".into());
    let earlier = Appointment("earlier".into());
    post_all(&books, &[appointment.order(visit()), earlier.order(visit()), earlier.invoice(visit())])
        .await
        .unwrap();
    let close =
        |day| admin.change("res.company", json!([["id", "=", 1]]), json!({"fiscalyear_lock_date": day}));
    close(json!("2026-01-31")).await;
    for posting in [
        appointment.invoice(visit()),
        appointment.advance("36.00"),
        earlier.commission("120.00", "12.00"),
        earlier.credit(),
        appointment.fee(),
    ] {
        let (message, fix) = refused(&books, &posting, Reason::ClosedPeriod).await;
        assert!(
            message.contains("closed until 2026-01-31") && fix.contains("lock date"),
            "{message} / {fix}"
        );
        assert_eq!(books.find_by_key(&posting).await.unwrap(), [], "{message}");
    }
    let looked = async || {
        let checks = books.prepare(Mode::Look).await.unwrap();
        let found = checks.into_iter().filter(|check| check.name.starts_with("periods of "));
        found.map(|check| (check.standing, check.detail)).collect::<Vec<_>>()
    };
    assert_eq!(looked().await, vec![(Standing::Ready, "closed until 2026-01-31".to_owned()); 2]);
    close(json!(false)).await;
    assert_eq!(looked().await, vec![(Standing::Ready, "nothing is closed".to_owned()); 2]);
    let invoice = made(&books, &appointment.invoice(visit())).await;
    assert_eq!(invoice.date, Some(crate::support::postings::day()));
}

async fn stock(server: &Server) {
    let books = connect(server);
    let issue = Appointment("shortage".into()).issue(vec![material("MAT-RARE", 5)]);
    for _ in 0..2 {
        let (message, fix) = refused(&books, &issue, Reason::OutOfStock).await;
        assert_eq!(message, "not enough stock in WH: MAT-RARE: 5 Units wanted");
        assert!(fix.contains("WH"), "{fix}");
        assert_eq!(books.find_by_key(&issue).await.unwrap(), []);
    }
    // The two that are there were not reserved for it.
    let other = Appointment("other".into());
    let taken = made(&books, &other.issue(vec![material("MAT-RARE", 2)])).await;
    assert_eq!((taken.state, taken.net), (State::Posted, decimal("80.00")));
    let too_much = other.stock_return(vec![material("MAT-RARE", 3)]);
    refused(&books, &too_much, Reason::Conflict).await;
    made(&books, &other.stock_return(vec![material("MAT-RARE", 2)])).await;

    // Nor are they when they came back: what is parked waits as a draft, which Odoo's scheduler passes by.
    let admin = Administrator::of(server);
    let scheduler = match server.edition() {
        Edition::Nineteen => "stock.rule",
        Edition::Fourteen => "procurement.group",
    };
    admin.call(scheduler, "run_scheduler", &[], json!({})).await;
    let drafts = json!([["origin", "=", issue.key], ["state", "=", "draft"]]);
    assert_eq!(admin.search("stock.picking", drafts).await.len(), 1);
    let another = Appointment("another".into());
    made(&books, &another.issue(vec![material("MAT-RARE", 2)])).await;
    made(&books, &another.stock_return(vec![material("MAT-RARE", 2)])).await;

    let nowhere = material("MAT-FILTER", 1);
    let nowhere = slotledger_erp::Material { warehouse: "Moon".into(), ..nowhere };
    let (message, _) =
        refused(&books, &Appointment("moon".into()).issue(vec![nowhere]), Reason::UnknownItem).await;
    assert_eq!(message, "Odoo has no warehouse Moon");

    // Once there is enough, the same transfer is taken up.
    let found = admin.search("stock.picking", json!([["origin", "=", issue.key]])).await;
    assert_eq!(found.len(), 1);
    let rare = json!([["product_id.default_code", "=", "MAT-RARE"], ["location_id.usage", "=", "internal"]]);
    let quants = admin.search("stock.quant", rare).await;
    let counting = json!({"vals": {"inventory_quantity": 7}, "context": {"inventory_mode": true}});
    admin.call("stock.quant", "write", &quants, counting).await;
    if server.edition() == Edition::Nineteen {
        admin.call("stock.quant", "action_apply_inventory", &quants, json!({})).await;
    }
    books.post(&issue).await.unwrap();
    only(&books, &issue).await;
    let found = admin.search("stock.picking", json!([["origin", "=", issue.key]])).await;
    assert_eq!(found.len(), 1);
}

async fn currencies(server: &Server) {
    let books = connect(server);
    let in_currency = |name: &str, code: &str| {
        let mut posting = Appointment(name.into()).order(visit());
        let Body::SalesOrder(order) = &mut posting.body else { panic!("an order") };
        order.currency = code.into();
        posting
    };
    let (message, _) = refused(&books, &in_currency("pound", "GBP"), Reason::MissingRate).await;
    assert_eq!(message, "the currency GBP has no rate in Odoo for 2026-01-15");
    let (message, _) = refused(&books, &in_currency("krone", "NOK"), Reason::MissingRate).await;
    assert_eq!(message, "the currency NOK is not in use in Odoo");
    let (message, fix) = refused(&books, &in_currency("yen", "JPY"), Reason::Setup).await;
    assert!(message.contains("pricelist in JPY") && fix.contains("pricelist"), "{message} / {fix}");
    let dollars = made(&books, &in_currency("dollar", "USD")).await;
    assert_eq!((dollars.currency.as_str(), dollars.net), ("USD", decimal("120.00")));
}

async fn precision(server: &Server) {
    let books = connect(server);
    let mut third = line("SVC-MAINT", 1, "120.00");
    third.quantity = decimal("0.333");
    let order = Appointment("third".into()).order(vec![third]);
    let (message, fix) = refused(&books, &order, Reason::Setup).await;
    assert!(message.contains("0.333") && fix.contains("Decimal Accuracy"), "{message} / {fix}");
    assert_eq!(books.find_by_key(&order).await.unwrap(), []);
}

async fn rights(server: &Server) {
    let key = SecretString::from(server.api_key_without_rights());
    let clerk = Settings { api_key: key, user: Some("clerk".into()), ..settings(server) };
    let clerk = Odoo::new(clerk).unwrap();
    clerk.check().await.unwrap();
    let (_, fix) = refused(&clerk, &Appointment("rights".into()).order(visit()), Reason::Permission).await;
    assert!(fix.contains("group"), "{fix}");

    // A right that is taken away is refused, and given back it goes on.
    let (books, admin) = (connect(server), Administrator::of(server));
    let appointment = Appointment("revoked".into());
    post_all(&books, &[appointment.order(visit())]).await.unwrap();
    admin.revoke(server.user(), "account.group_account_invoice").await;
    refused(&books, &appointment.invoice(visit()), Reason::Permission).await;
    admin.grant(server.user(), "account.group_account_invoice").await;
    made(&books, &appointment.invoice(visit())).await;
}

/// What people did to a document before its successor was posted.
async fn by_hand(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let appointment = Appointment("credited".into());
    post_all(&books, &[appointment.order(visit()), appointment.invoice(visit())]).await.unwrap();
    refused(&books, &appointment.cancellation(), Reason::Conflict).await;
    refused(&books, &Appointment("nothing".into()).credit(), Reason::MissingDocument).await;
    refused(&books, &Appointment("nothing".into()).reversal(), Reason::MissingDocument).await;
    refused(&books, &Appointment("nothing".into()).cancellation(), Reason::MissingDocument).await;
    let nothing = material("MAT-FILTER", 1);
    refused(&books, &Appointment("nothing".into()).stock_return(vec![nothing]), Reason::MissingDocument)
        .await;
    refused(&books, &Appointment("nothing".into()).refund("1.00"), Reason::MissingDocument).await;

    // Two orders with one key: only a person can say which is right.
    let twin = json!([["client_order_ref", "=", appointment.key("order")]]);
    let order = admin.search("sale.order", twin).await[0];
    let copy = json!({"default": {"client_order_ref": appointment.key("order")}});
    admin.call("sale.order", "copy", &[order], copy).await;
    refused(&books, &appointment.order(visit()), Reason::Conflict).await;

    // A draft is for a person to post; until then its credit note waits.
    let draft = Appointment("draft".into());
    books.post(&draft.order(visit())).await.unwrap();
    let invoice = made(&books, &draft.draft_invoice(visit())).await;
    assert_eq!(invoice.state, State::Draft);
    let failure = books.post(&draft.credit()).await.unwrap_err();
    assert!(matches!(failure.class, Class::Busy { .. }), "{failure:?}");
    let id: i64 = invoice.reference.parse().unwrap();
    admin.call("account.move", "action_post", &[id], json!({})).await;
    let posted = books.post(&draft.draft_invoice(visit())).await.unwrap();
    assert_eq!((posted.document.state, posted.adopted), (State::Posted, true));
    made(&books, &draft.credit()).await;

    // Without the operation type nothing can be issued.
    let ours = json!([["sequence_code", "=", "SLC"]]);
    admin.change("stock.picking.type", ours, json!({"active": false})).await;
    let issue = Appointment("operation".into()).issue(vec![material("MAT-FILTER", 1)]);
    let (_, fix) = refused(&books, &issue, Reason::Setup).await;
    assert!(fix.contains("slotledger connect"), "{fix}");
}

/// Many companies lock an order when it is confirmed: it is amended, invoiced, credited and cancelled all the same.
async fn locked(server: &Server) {
    let (books, admin) = (connect(server), Administrator::of(server));
    let appointment = Appointment("locked".into());
    let order = made(&books, &appointment.order(visit())).await;
    let id: i64 = order.reference.parse().unwrap();
    let button = match server.edition() {
        Edition::Nineteen => "action_lock",
        Edition::Fourteen => "action_done",
    };
    let lock = async || admin.call("sale.order", button, &[id], json!({})).await;
    lock().await;
    assert_eq!(only(&books, &appointment.order(visit())).await, order);
    let lines = vec![line("SVC-MAINT", 2, "120.00")];
    made(&books, &appointment.amendment(lines.clone())).await;
    lock().await;
    made(&books, &appointment.invoice(lines)).await;
    made(&books, &appointment.credit()).await;
    assert_eq!(made(&books, &appointment.cancellation()).await.state, State::Cancelled);
}

async fn all(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    master_data(&server).await;
    periods(&server).await;
    stock(&server).await;
    currencies(&server).await;
    precision(&server).await;
    rights(&server).await;
    locked(&server).await;
    by_hand(&server).await;
}

#[tokio::test]
async fn refusals_on_odoo_19() {
    all(Edition::Nineteen).await;
}

#[tokio::test]
async fn refusals_on_odoo_14() {
    all(Edition::Fourteen).await;
}

/// Two hosts bring the same new customer at once, and post the same order at once.
async fn two_hosts(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let (one, other) = (connect(&server), connect(&server));
    let bea = Party {
        code: "CUST-BEA".into(),
        name: "Bea".into(),
        email: Some("bea@example.com".into()),
        phone: Some("+351 21 000 0000".into()),
        address: Some("Rua Augusta 1\n1100 Lisbon".into()),
    };
    let orders = ["one", "other"].map(|name| Appointment(name.into()).order_by(bea.clone(), visit()));
    let (first, second) = tokio::join!(until_posted(&one, &orders[0]), until_posted(&other, &orders[1]));
    assert_ne!(first, second);
    let same = Appointment("same".into()).order_by(ana(), visit());
    let (first, second) = tokio::join!(until_posted(&one, &same), until_posted(&other, &same));
    assert_eq!(first, second);
    only(&one, &same).await;
    let admin = Administrator::of(&server);
    assert_eq!(admin.search("res.partner", json!([["ref", "=", "CUST-BEA"]])).await.len(), 1);
}

/// Posts as the relay would: what is busy is tried again.
async fn until_posted(books: &Odoo, posting: &Posting) -> String {
    loop {
        match books.post(posting).await {
            Ok(posted) => return posted.document.number,
            Err(Failure { class: Class::Busy { .. }, .. }) => {}
            Err(failure) => panic!("{failure:?}"),
        }
    }
}

#[tokio::test]
async fn two_hosts_on_odoo_19() {
    two_hosts(Edition::Nineteen).await;
}

#[tokio::test]
async fn two_hosts_on_odoo_14() {
    two_hosts(Edition::Fourteen).await;
}
