//! What an administrator does with a connection, against a real server.

use serde_json::json;
use slotledger_erp::{
    Administration, Body, Check, Class, Connector, Days, Failure, Kind, Material, Mode, Reason, Standing,
    State,
};
use slotledger_tryton::{Settings, Tryton};
use slotledger_tryton_server::PASSWORD;

use crate::support::{
    connect, only,
    postings::{Appointment, day, material, visit},
    rpc::Administrator,
    server, settings,
};

fn check<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    let found = checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {checks:#?}"))
}

#[tokio::test]
async fn a_connection_is_looked_at_and_mended() {
    let server = server();
    let right = settings(&server);
    let ready = Tryton::new(right.clone()).unwrap().prepare(Mode::Look).await.unwrap();
    let unfit: Vec<&Check> = ready.iter().filter(|check| check.standing == Standing::Wrong).collect();
    assert!(unfit.is_empty(), "{unfit:#?}");
    assert_eq!(check(&ready, "clock").standing, Standing::Ready);

    let elsewhere = Settings { consumption_location: "Used up".into(), ..right.clone() };
    let user = Tryton::new(elsewhere.clone()).unwrap();
    let looked = user.prepare(Mode::Look).await.unwrap();
    assert_eq!(check(&looked, "consumption location").standing, Standing::Missing);
    let refused = user.prepare(Mode::Apply).await.unwrap();
    let refused = check(&refused, "consumption location");
    assert!(refused.standing == Standing::Wrong && refused.fix.is_some(), "{refused:?}");

    let administrator = Settings { user: "admin".into(), password: PASSWORD.into(), ..elsewhere };
    let administrator = Tryton::new(administrator).unwrap();
    for standing in [Standing::Made, Standing::Ready] {
        let applied = administrator.prepare(Mode::Apply).await.unwrap();
        assert_eq!(check(&applied, "consumption location").standing, standing);
    }

    let stranger = Settings { password: "nope".into(), ..right.clone() };
    let checks = Tryton::new(stranger).unwrap().prepare(Mode::Look).await.unwrap();
    assert_eq!(check(&checks, "credentials").standing, Standing::Wrong);
    let other = Settings { company: Some("Somebody Else".into()), ..right };
    let checks = Tryton::new(other).unwrap().prepare(Mode::Look).await.unwrap();
    assert_eq!(check(&checks, "company").standing, Standing::Wrong);
}

#[tokio::test]
async fn a_missing_right_is_found_before_it_is_missed() {
    let server = server();
    let books = connect(&server);
    let admin = Administrator::of(&server);
    let rights = json!([["group.name", "=", "Slotledger"], ["model", "=", "account.invoice"]]);
    let rights = admin.search("ir.model.access", rights).await;
    admin.call("model.ir.model.access.write", vec![json!(rights), json!({"perm_create": false})]).await;

    let checks = books.prepare(Mode::Look).await.unwrap();
    let invoices = check(&checks, "right to invoices");
    assert_eq!((invoices.standing, invoices.detail.as_str()), (Standing::Wrong, "create is missing"));
    let failure = books.post(&Appointment("no-right".into()).fee()).await.unwrap_err();
    assert!(matches!(failure.class, Class::Refused { reason: Reason::Permission, .. }), "{failure:?}");
}

async fn second_warehouse(admin: &Administrator) {
    let storage =
        admin.call("model.stock.location.create", vec![json!([{"name": "Attic", "type": "storage"}])]).await;
    let warehouse = json!([{"name": "Second", "type": "warehouse", "storage_location": storage[0],
        "input_location": storage[0], "output_location": storage[0]}]);
    admin.call("model.stock.location.create", vec![warehouse]).await;
}

/// A person made the documents by hand; each counts as ours once its key is on it, and only then.
#[tokio::test]
async fn documents_made_by_hand_are_adopted() {
    let server = server();
    let books = connect(&server);
    let admin = Administrator::of(&server);
    let appointment = Appointment("by-hand".into());
    let by_hand = Appointment("other-key".into());
    let today = Days { from: day(), to: day() };

    let order = books.post(&by_hand.order(visit())).await.unwrap().document;
    let issue = books.post(&by_hand.issue(vec![material("MAT-FILTER", 1)])).await.unwrap().document;
    for (model, document) in [("sale.sale", &order), ("stock.shipment.internal", &issue)] {
        let id: i64 = document.reference.parse().unwrap();
        admin.call(&format!("model.{model}.write"), vec![json!([id]), json!({"reference": null})]).await;
    }
    let ours = books.post(&by_hand.fee()).await.unwrap().document;
    let ours: i64 = ours.reference.parse().unwrap();
    let copied = vec![json!([ours]), json!({"reference": null})];
    let fee = admin.call("model.account.invoice.copy", copied).await;
    admin.call("model.account.invoice.post", vec![fee.clone()]).await;
    let fee = fee[0].to_string();
    let unkeyed = books.documents(Kind::SalesOrder, today, None).await.unwrap();
    assert_eq!(unkeyed.entries[0].key, None);

    let candidate = books.candidate(&appointment.order(visit()), &order.reference).await.unwrap();
    assert!(
        books.find_by_key(&appointment.order(visit())).await.unwrap().is_empty(),
        "reading writes nothing"
    );
    let adopted = books.adopt(&appointment.order(visit()), &order.reference).await.unwrap();
    assert_eq!(adopted, candidate);
    assert_eq!((adopted.state, &adopted.number), (State::Submitted, &order.number));
    assert_eq!(only(&books, &appointment.order(visit())).await, adopted);
    assert!(books.post(&appointment.order(visit())).await.unwrap().adopted);
    let listed = books.documents(Kind::SalesOrder, today, None).await.unwrap();
    assert_eq!(listed.entries[0].key, Some(appointment.key("order")));
    // As many in all, but of something else, or from somewhere else.
    second_warehouse(&admin).await;
    let elsewhere = Material { warehouse: "Second".into(), ..material("MAT-FILTER", 1) };
    for (line, words) in [(material("MAT-RARE", 1), "0 Unit of MAT-RARE"), (elsewhere, "in another place")] {
        let asked = appointment.issue(vec![line]);
        let failure = books.adopt(&asked, &issue.reference).await.unwrap_err();
        assert!(matches!(failure.class, Class::Refused { reason: Reason::Conflict, .. }), "{failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
    }
    let moved = appointment.issue(vec![material("MAT-FILTER", 1)]);
    let candidate = books.candidate(&moved, &issue.reference).await.unwrap();
    assert!(books.find_by_key(&moved).await.unwrap().is_empty(), "reading writes nothing");
    assert_eq!(books.adopt(&moved, &issue.reference).await.unwrap(), candidate);

    // Of another party, of no kind that can be adopted, and locked by Tryton.
    let mut stranger = appointment.order(visit());
    stranger.key = appointment.key("stranger");
    if let Body::SalesOrder(order) = &mut stranger.body {
        order.customer.code = "CUST-ELSE".into();
    }
    for (posting, reason) in [
        (stranger, Reason::Conflict),
        (appointment.cancellation(), Reason::Unsupported),
        (appointment.fee(), Reason::Permission),
    ] {
        let reference = if posting.key == appointment.key("fee") { &fee } else { &order.reference };
        let Err(Failure { class: Class::Refused { reason: why, .. }, message }) =
            books.adopt(&posting, reference).await
        else {
            panic!("{} was adopted", posting.key)
        };
        assert_eq!(why, reason, "{message}");
    }
    let administrator = Settings { user: "admin".into(), password: PASSWORD.into(), ..settings(&server) };
    let groups = admin.search("res.group", json!([["name", "=", "Accounting Administration"]])).await;
    let users = admin.search("res.user", json!([["login", "=", "admin"]])).await;
    let join = json!({"groups": [["add", groups]]});
    admin.call("model.res.user.write", vec![json!(users), join]).await;
    let adopted = Tryton::new(administrator).unwrap().adopt(&appointment.fee(), &fee).await.unwrap();
    assert_eq!((adopted.state, adopted.reference), (State::Posted, fee));
}
