//! What `connect`, `import` and `reconcile` are made of.

use secrecy::SecretString;
use serde_json::json;
use slotledger_erp::{
    Administration, Class, Connector, Days, Kind, Material, Mode, Reason, RecordKind, Standing, State,
};
use slotledger_odoo::{Odoo, Settings};
use slotledger_odoo_server::Edition;

use crate::support::{
    connect, only, post_all,
    postings::{Appointment, day, material, visit},
    prepared,
    rpc::Administrator,
    server, settings,
};

/// A look changes nothing, applying makes what is missing once.
async fn preparing(edition: Edition) {
    let Some(server) = server(edition) else { return };
    let books = connect(&server);
    let standing = |name: &'static str, mode| {
        let books = &books;
        async move {
            let checks = books.prepare(mode).await.unwrap();
            checks.iter().find(|check| check.name == name).unwrap().standing
        }
    };
    for name in ["operation type", "product of commissions"] {
        assert_eq!(standing(name, Mode::Look).await, Standing::Missing);
        assert_eq!(standing(name, Mode::Look).await, Standing::Missing);
    }
    let made = books.prepare(Mode::Apply).await.unwrap();
    assert_eq!(made.iter().filter(|check| check.standing == Standing::Made).count(), 2, "{made:#?}");
    let again = books.prepare(Mode::Apply).await.unwrap();
    let unready: Vec<_> = again.iter().filter(|check| check.standing != Standing::Ready).collect();
    match edition {
        Edition::Nineteen => {
            let [rounding] = unready.as_slice() else { panic!("{unready:#?}") };
            assert_eq!((rounding.name.as_str(), rounding.standing), ("rounding", Standing::Doubtful));
        }
        Edition::Fourteen => assert!(unready.is_empty(), "{unready:#?}"),
    }

    // Orders would all be called "New".
    let admin = Administrator::of(&server);
    let sequence = json!([["code", "=", "sale.order"]]);
    let numbered = admin.search("ir.sequence", sequence).await;
    admin.call("ir.sequence", "write", &numbered, json!({"vals": {"active": false}})).await;
    assert_eq!(standing("sequence of orders", Mode::Look).await, Standing::Wrong);
    admin.call("ir.sequence", "write", &numbered, json!({"vals": {"active": true}})).await;
    assert_eq!(standing("sequence of orders", Mode::Look).await, Standing::Ready);

    // What an administrator has to see is said.
    let key = SecretString::from(server.api_key_without_rights());
    server.sql("UPDATE res_users SET login = login; UPDATE res_partner SET email = NULL WHERE name LIKE 'Clerk%';").unwrap();
    if edition == Edition::Nineteen {
        let soon = "UPDATE res_users_apikeys SET expiration_date = now() + interval '5 days' WHERE user_id = \
                    (SELECT id FROM res_users WHERE login = 'clerk');";
        server.sql(soon).unwrap();
    }
    let clerk = Settings { api_key: key, user: Some("clerk".into()), ..settings(&server) };
    let checks = Odoo::new(clerk).unwrap().prepare(Mode::Look).await.unwrap();
    let of = |name: &str| checks.iter().find(|check| check.name == name).unwrap();
    assert_eq!(of("user").standing, Standing::Wrong);
    assert_eq!(of("right to orders").standing, Standing::Wrong);
    assert!(of("right to orders").fix.as_deref().unwrap().contains("Sales"));
    if edition == Edition::Nineteen {
        assert_eq!(of("API key").standing, Standing::Doubtful);
    }

    let wrong = Settings { api_key: SecretString::from("wrong"), ..settings(&server) };
    let checks = Odoo::new(wrong).unwrap().prepare(Mode::Look).await.unwrap();
    assert_eq!((checks.len(), checks[0].standing), (1, Standing::Wrong), "{checks:?}");
}

async fn records(edition: Edition) {
    let Some(server) = server(edition) else { return };
    let books = connect(&server);
    let codes = |kind| {
        let books = &books;
        async move {
            let page = books.records(kind, None).await.unwrap();
            assert_eq!(page.next, None);
            page.entries
        }
    };
    let items = codes(RecordKind::Item).await;
    let filter = items.iter().find(|item| item.code == "MAT-FILTER").unwrap();
    assert!(filter.stocked && filter.active && filter.unit.as_deref() == Some("Units"), "{filter:?}");
    assert!(!items.iter().find(|item| item.code == "SVC-MAINT").unwrap().stocked);
    assert_eq!(filter.price, Some("18.00".parse().unwrap()));
    assert!(codes(RecordKind::Customer).await.iter().any(|party| party.code == "CUST-ANA"));
    assert!(codes(RecordKind::Provider).await.iter().any(|party| party.code == "STAFF-SAM"));
    assert!(codes(RecordKind::Warehouse).await.iter().any(|place| place.code == "WH"));
    codes(RecordKind::TaxTemplate).await;
    let after = books.records(RecordKind::Item, Some("MAT-FILTER")).await.unwrap();
    assert!(after.entries.iter().all(|item| item.code.as_str() > "MAT-FILTER"), "{after:?}");
}

async fn listing_and_adopting(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let (books, admin) = (connect(&server), Administrator::of(&server));
    let appointment = Appointment("listed".into());
    let all = appointment.chain();
    let documents = post_all(&books, &all).await.unwrap();
    for (posting, document) in all.iter().zip(&documents) {
        let day = document.date.unwrap();
        let page = books.documents(posting.kind(), Days { from: day, to: day }, None).await.unwrap();
        let listed = page.entries.iter().find(|listed| listed.reference == document.reference);
        let listed = listed.unwrap_or_else(|| panic!("{} is not listed: {page:?}", document.number));
        assert_eq!(listed.key.as_ref(), Some(&posting.key));
        assert_eq!((&listed.number, listed.total, listed.date), (&document.number, document.total, day));
        assert_eq!((listed.state, &listed.party), (document.state, &document.party));
    }

    // An invoice by hand, found, and taken for ours.
    let by_hand = Appointment("by-hand".into());
    books.post(&by_hand.order(visit())).await.unwrap();
    let customer = admin.search("res.partner", json!([["ref", "=", "CUST-ANA"]])).await[0];
    let product = admin.search("product.product", json!([["default_code", "=", "SVC-MAINT"]])).await[0];
    let rows = json!([["by_hand.invoice", "out_invoice", customer, "2026-01-15", product, "1", "120"]]);
    let fields = [
        "id",
        "move_type",
        "partner_id/.id",
        "invoice_date",
        "invoice_line_ids/product_id/.id",
        "invoice_line_ids/quantity",
        "invoice_line_ids/price_unit",
    ];
    let context = json!({"default_move_type": "out_invoice"});
    let loaded = admin
        .call("account.move", "load", &[], json!({"fields": fields, "data": rows, "context": context}))
        .await;
    let id = loaded["ids"][0].as_i64().unwrap();
    admin.call("account.move", "action_post", &[id], json!({})).await;
    let days = Days { from: day(), to: day() };
    let page = books.documents(Kind::SalesInvoice, days, None).await.unwrap();
    let listed = page.entries.iter().find(|listed| listed.reference == id.to_string()).unwrap();
    assert_eq!((listed.key.as_ref(), listed.party.as_deref()), (None, Some("CUST-ANA")));

    let invoice = by_hand.invoice(visit());
    let candidate = books.candidate(&invoice, &listed.reference).await.unwrap();
    assert!(books.find_by_key(&invoice).await.unwrap().is_empty(), "reading writes nothing");
    let adopted = books.adopt(&invoice, &listed.reference).await.unwrap();
    assert_eq!(adopted, candidate);
    assert_eq!((adopted.state, &adopted.number), (State::Posted, &listed.number));
    assert_eq!(only(&books, &invoice).await, adopted);
    assert!(books.post(&invoice).await.unwrap().adopted);
    materials_of_others(&books, &admin, &appointment).await;
    // Again is the same; another's is refused.
    assert_eq!(books.adopt(&invoice, &listed.reference).await.unwrap(), adopted);
    for (posting, reference) in
        [(appointment.fee(), listed.reference.as_str()), (appointment.fee(), "999999")]
    {
        let failure = books.candidate(&posting, reference).await.unwrap_err();
        assert!(matches!(failure.class, Class::Refused { .. }), "{failure:?}");
        assert_eq!(books.adopt(&posting, reference).await.unwrap_err(), failure);
    }
}

/// A transfer by hand is taken for what it has moved: item by item, warehouse by warehouse.
async fn materials_of_others(books: &Odoo, admin: &Administrator, made: &Appointment) {
    let issue = made.issue(vec![material("MAT-FILTER", 2)]);
    let [document] = books.find_by_key(&issue).await.unwrap().try_into().unwrap();
    let id: i64 = document.reference.parse().unwrap();
    let forget = json!({"vals": {"origin": "by hand"}});
    admin.call("stock.picking", "write", &[id], forget).await;
    let rows = json!([["by_hand.warehouse", "Second", "SEC"]]);
    admin.call("stock.warehouse", "load", &[], json!({"fields": ["id", "name", "code"], "data": rows})).await;
    let at = Appointment("materials".into());
    let elsewhere = Material { warehouse: "SEC".into(), ..material("MAT-FILTER", 2) };
    for (line, words) in [(material("MAT-RARE", 2), "0 Units of MAT-RARE"), (elsewhere, "in another place")] {
        let failure = books.adopt(&at.issue(vec![line]), &document.reference).await.unwrap_err();
        assert!(matches!(failure.class, Class::Refused { reason: Reason::Conflict, .. }), "{failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
    }
    let adopted = books.adopt(&at.issue(vec![material("MAT-FILTER", 2)]), &document.reference).await.unwrap();
    assert_eq!((adopted.reference, adopted.net), (document.reference, document.net));
}

/// With the groups that stay once everything is prepared, all is made, listed and taken back.
async fn lasting_groups(edition: Edition) {
    let Some(server) = prepared(edition).await else { return };
    let (books, admin) = (connect(&server), Administrator::of(&server));
    let wrong = async || {
        let checks = books.prepare(Mode::Look).await.unwrap();
        let wrong = checks.into_iter().filter(|check| check.standing == Standing::Wrong);
        wrong.map(|check| (check.name, check.fix.unwrap_or_default())).collect::<Vec<_>>()
    };
    admin.grant(server.user(), "stock.group_stock_user").await;
    for needed_once in ["stock.group_stock_manager", "product.group_product_manager"] {
        admin.revoke(server.user(), needed_once).await;
    }
    if edition == Edition::Fourteen {
        // There only an administrator of the inventory sees what materials cost.
        let [(name, fix)] = wrong().await.try_into().unwrap();
        assert_eq!(name, "right to what materials cost");
        assert!(fix.ends_with("Inventory / Administrator"), "{fix}");
        admin.grant(server.user(), "stock.group_stock_manager").await;
    }
    assert_eq!(wrong().await, []);
    let appointment = Appointment("groups".into());
    let all = [appointment.chain(), appointment.undone()].concat();
    for (posting, document) in all.iter().zip(post_all(&books, &all).await.unwrap()) {
        let Some(day) = document.date else { continue };
        books.documents(posting.kind(), Days { from: day, to: day }, None).await.unwrap();
    }
}

#[tokio::test]
async fn lasting_groups_on_odoo_19() {
    lasting_groups(Edition::Nineteen).await;
}

#[tokio::test]
async fn lasting_groups_on_odoo_14() {
    lasting_groups(Edition::Fourteen).await;
}

#[tokio::test]
async fn administration_on_odoo_19() {
    preparing(Edition::Nineteen).await;
    records(Edition::Nineteen).await;
    listing_and_adopting(Edition::Nineteen).await;
}

#[tokio::test]
async fn administration_on_odoo_14() {
    preparing(Edition::Fourteen).await;
    records(Edition::Fourteen).await;
    listing_and_adopting(Edition::Fourteen).await;
}
