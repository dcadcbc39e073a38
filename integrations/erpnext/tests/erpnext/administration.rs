//! Connecting, importing, listing and adopting.

use chrono::TimeDelta;
use serde_json::{Value, json};
use slotledger_erp::{
    Administration, Body, Check, Class, Connector, CreditNote, Days, Kind, Mode, Posting, Reason, RecordKind,
    Standing, State,
};
use slotledger_erpnext::{Erpnext, Settings};
use slotledger_erpnext_server::{NOBODY, USER};

use crate::support::{
    TODAY, bare, connect, manager, only, post_all,
    postings::{Appointment, day, decimal, material, visit},
    ready, settings,
};

fn standing(checks: &[slotledger_erp::Check], name: &str) -> Standing {
    let found = checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check `{name}` in {checks:#?}")).standing
}

#[tokio::test]
async fn connecting_looks_first_and_makes_what_is_missing_once() {
    let server = bare();
    let admin = manager(&server);
    let field = "field slotledger_key of Sales Order";

    let looked = admin.prepare(Mode::Look).await.unwrap();
    assert_eq!(standing(&looked, field), Standing::Missing);
    assert!(server.all("Custom Field").is_empty(), "looking changes nothing");
    assert!(server.all("Sales Order").is_empty() && server.all("Customer").len() == 2);
    assert_eq!(standing(&looked, "tax template"), Standing::Ready);

    let applied = admin.prepare(Mode::Apply).await.unwrap();
    assert_eq!(standing(&applied, field), Standing::Made);
    assert!(applied.iter().all(|check| check.standing != Standing::Wrong), "{applied:#?}");
    let made = server.all("Custom Field");
    assert_eq!(made.len(), 11);

    let again = admin.prepare(Mode::Apply).await.unwrap();
    let doubtful = again.iter().filter(|check| check.standing != Standing::Ready);
    assert_eq!(doubtful.map(|check| check.name.as_str()).collect::<Vec<_>>(), ["rounding"], "{again:#?}");
    assert_eq!(server.all("Custom Field"), made);

    // A field somebody loosened is put right.
    server.desk("PUT", "Custom Field", "Sales Order-slotledger_key", json!({"allow_on_submit": 0}));
    assert_eq!(standing(&admin.prepare(Mode::Look).await.unwrap(), field), Standing::Missing);
    assert_eq!(standing(&admin.prepare(Mode::Apply).await.unwrap(), field), Standing::Made);

    let daily = connect(&server).prepare(Mode::Look).await.unwrap();
    assert_eq!(standing(&daily, field), Standing::Ready);
}

#[tokio::test]
async fn what_is_wrong_is_found_before_the_first_booking() {
    let server = bare();
    let daily = connect(&server);
    let checks = daily.prepare(Mode::Apply).await.unwrap();
    assert_eq!(standing(&checks, "field slotledger_key of Sales Invoice"), Standing::Wrong);
    server.deny("Payment Entry");
    let checks = daily.prepare(Mode::Look).await.unwrap();
    assert_eq!(standing(&checks, "right to make Payment Entry"), Standing::Wrong);
    assert_eq!(standing(&checks, "right to make Sales Order"), Standing::Ready);

    let nobody = Erpnext::new(settings(server.url(), NOBODY)).unwrap();
    let checks = nobody.prepare(Mode::Look).await.unwrap();
    assert!(checks.iter().any(|check| check.standing == Standing::Wrong && check.fix.is_some()));

    let mut wrong = settings(server.url(), (USER.0, "wrong"));
    let checks = Erpnext::new(wrong.clone()).unwrap().prepare(Mode::Look).await.unwrap();
    assert_eq!((checks.len(), standing(&checks, "login")), (1, Standing::Wrong));
    wrong = settings(server.url(), USER);
    wrong.company = Some("Nope Inc".into());
    let checks = Erpnext::new(wrong).unwrap().prepare(Mode::Look).await.unwrap();
    assert_eq!(standing(&checks, "company"), Standing::Wrong);
}

/// Half past eleven in the evening in UTC is the next day in Berlin, and the same one in New York.
#[tokio::test]
async fn a_visit_has_its_day_in_the_sites_zone_unless_another_is_named() {
    let server = ready().await;
    let booked = |books: Erpnext, name: &'static str| async move {
        let mut order = Appointment(name.into()).order(visit());
        let Body::SalesOrder(asked) = &mut order.body else { panic!("no order") };
        asked.start = TODAY.and_hms_opt(23, 30, 0).unwrap().and_utc();
        asked.end = asked.start + TimeDelta::hours(1);
        books.post(&order).await.unwrap().document.reference
    };
    let stored = |name: &str| {
        let order = server.all("Sales Order").into_iter().find(|order| order["name"] == name).unwrap();
        let text = |field: &str| order[field].as_str().unwrap().to_owned();
        (text("delivery_date"), text("slotledger_visit"))
    };
    let named = |zone| Settings { time_zone: Some(zone), ..settings(server.url(), USER) };
    let elsewhere = named(chrono_tz::America::New_York);
    for (books, name, day, words) in [
        (connect(&server), "berlin", "2026-12-02", "2026-12-02 00:30–01:30 Europe/Berlin"),
        (
            Erpnext::new(elsewhere.clone()).unwrap(),
            "york",
            "2026-12-01",
            "2026-12-01 18:30–19:30 America/New_York",
        ),
    ] {
        let (found, note) = stored(&booked(books, name).await);
        assert_eq!(found, day);
        assert!(note.contains(words), "{note}");
    }
    let zone = |checks: Vec<Check>| checks.into_iter().find(|check| check.name == "time zone").unwrap();
    let looked = zone(connect(&server).prepare(Mode::Look).await.unwrap());
    assert_eq!((looked.standing, looked.detail.as_str()), (Standing::Ready, "Europe/Berlin, the site's own"));
    let looked = zone(Erpnext::new(elsewhere).unwrap().prepare(Mode::Look).await.unwrap());
    assert_eq!(looked.standing, Standing::Doubtful);
    assert_eq!(looked.detail, "Europe/Berlin in ERPNext, America/New_York in the settings");

    // A site that keeps its zone to itself.
    server.deny("System Settings");
    let (found, _) = stored(&booked(connect(&server), "utc").await);
    assert_eq!(found, "2026-12-01");
    let looked = zone(connect(&server).prepare(Mode::Look).await.unwrap());
    assert!(looked.standing == Standing::Doubtful && looked.detail.contains("UTC"), "{looked:?}");
}

#[tokio::test]
async fn a_site_that_rounds_half_a_cent_to_the_even_neighbour_is_told() {
    let server = ready().await;
    let rounding = async || {
        let checks = connect(&server).prepare(Mode::Look).await.unwrap();
        checks.into_iter().find(|check| check.name == "rounding").unwrap()
    };
    let usual = rounding().await;
    assert_eq!(usual.standing, Standing::Doubtful);
    assert!(usual.fix.unwrap().contains("Commercial Rounding"));
    let settings = json!({"rounding_method": "Commercial Rounding"});
    assert_eq!(server.desk("PUT", "System Settings", "System Settings", settings).0, 200);
    assert_eq!(rounding().await.standing, Standing::Ready);
    server.deny("System Settings");
    assert_eq!(rounding().await.standing, Standing::Doubtful);
}

/// Whatever day it is: what is closed is told, and closing today is wrong.
#[tokio::test]
async fn closed_periods_are_told_before_the_first_document_is_refused() {
    let server = ready().await;
    let closed = async |books: Erpnext| {
        let checks = books.prepare(Mode::Look).await.unwrap();
        checks.into_iter().find(|check| check.name == "closed periods").unwrap()
    };
    let open = closed(manager(&server)).await;
    assert_eq!((open.standing, open.detail.as_str()), (Standing::Ready, "nothing is closed"));
    let settle = |doctype: &str, body: Value| assert_eq!(server.desk("PUT", doctype, doctype, body).0, 200);

    settle("Accounts Settings", json!({"acc_frozen_upto": "2020-12-31"}));
    settle("Stock Settings", json!({"stock_frozen_upto": "2020-11-30"}));
    let past = closed(manager(&server)).await;
    assert_eq!(past.standing, Standing::Ready, "{past:?}");
    assert_eq!(past.detail, "accounts are frozen until 2020-12-31; stock is frozen until 2020-11-30");
    let daily = closed(connect(&server)).await;
    assert!(
        daily.detail.ends_with("the user may not see: Accounting Period, Period Closing Voucher"),
        "{daily:?}"
    );

    settle("Stock Settings", json!({"stock_frozen_upto": "2099-12-31"}));
    let today = closed(connect(&server)).await;
    assert_eq!(today.standing, Standing::Wrong);
    assert!(today.fix.unwrap().contains("Stock Settings"));
    settle("Stock Settings", json!({"stock_frozen_upto": null}));

    settle(
        "Accounts Settings",
        json!({"acc_frozen_upto": "2099-12-31", "frozen_accounts_modifier": "Auditor"}),
    );
    let unless = closed(connect(&server)).await;
    assert_eq!(unless.standing, Standing::Doubtful);
    assert!(unless.fix.unwrap().contains("the role Auditor"));
    settle("Accounts Settings", json!({"acc_frozen_upto": null, "frozen_accounts_modifier": null}));

    let row = json!([{"document_type": "Sales Invoice", "closed": 1}]);
    let period = json!({"period_name": "Long", "start_date": "2020-01-01", "end_date": "2098-12-31",
        "company": "Slotledger Demo", "closed_documents": row});
    assert_eq!(server.desk("POST", "Accounting Period", "", period).0, 200);
    let today = closed(manager(&server)).await;
    assert_eq!(today.standing, Standing::Wrong);
    assert_eq!(today.detail, "the Accounting Period Long - SD closes 2020-01-01 to 2098-12-31");
}

#[tokio::test]
async fn master_data_are_listed() {
    let server = ready().await;
    let books = connect(&server);
    let items = books.records(RecordKind::Item, None).await.unwrap();
    let filter = items.entries.iter().find(|item| item.code == "MAT-FILTER").unwrap();
    assert!(filter.stocked && filter.active && filter.unit.as_deref() == Some("Nos"));
    assert!(items.next.is_none());
    let rest = books.records(RecordKind::Item, Some("MAT-FILTER")).await.unwrap();
    assert!(rest.entries.len() < items.entries.len());
    books.post(&Appointment("x".into()).order(visit())).await.unwrap();
    let customers = books.records(RecordKind::Customer, None).await.unwrap().entries;
    assert!(customers.iter().any(|customer| customer.code == "cust-ana" && customer.name == "Ana Customer"));
    let providers = books.records(RecordKind::Provider, None).await.unwrap().entries;
    assert_eq!(providers.iter().map(|of| of.code.as_str()).collect::<Vec<_>>(), ["Eve", "Sam"]);
    let warehouses = books.records(RecordKind::Warehouse, None).await.unwrap().entries;
    assert!(warehouses.iter().all(|of| of.code != "All Warehouses - SD"));
    let templates = books.records(RecordKind::TaxTemplate, None).await.unwrap().entries;
    assert_eq!(templates[0].code, "VAT 19 - SD");
}

#[tokio::test]
async fn documents_are_listed_whoever_made_them() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("listed".into());
    let issue = at.issue(vec![material("MAT-FILTER", 1)]);
    post_all(&books, &[at.order(visit()), at.advance("10.00"), at.settled(visit()), issue, at.credit()])
        .await
        .unwrap();
    let by_hand = json!({"customer": "Walk-in", "company": "Slotledger Demo", "docstatus": 1,
        "items": [{"item_code": "FEE", "qty": 1, "rate": 5}]});
    server.desk("POST", "Sales Invoice", "", by_hand);
    let days = Days { from: TODAY, to: TODAY };
    for (kind, count) in [
        (Kind::SalesOrder, 1),
        (Kind::SalesInvoice, 2),
        (Kind::CreditNote, 1),
        (Kind::StockIssue, 1),
        (Kind::StockReturn, 0),
        (Kind::Advance, 1),
        (Kind::AdvanceRefund, 0),
        (Kind::Commission, 0),
    ] {
        let page = books.documents(kind, days, None).await.unwrap();
        assert_eq!(page.entries.len(), count, "{kind:?}: {page:?}");
        assert!(page.entries.iter().all(|listed| listed.total >= decimal("0") && listed.date == TODAY));
    }
    let invoices = books.documents(Kind::SalesInvoice, days, None).await.unwrap().entries;
    assert_eq!(invoices[0].key, Some(at.key("invoice")));
    assert_eq!(invoices[0].party.as_deref(), Some("cust-ana"));
    assert_eq!((invoices[1].key.clone(), invoices[1].party.as_deref()), (None, Some("Walk-in")));
    let behind =
        books.documents(Kind::SalesInvoice, days, Some(&invoices[0].reference)).await.unwrap().entries;
    assert_eq!(behind.len(), 1);
    let elsewhere = Days { from: day("2026-11-01"), to: day("2026-11-30") };
    assert!(books.documents(Kind::SalesInvoice, elsewhere, None).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn a_document_made_by_hand_is_adopted() {
    let server = ready().await;
    let books = connect(&server);
    let at = Appointment("adopted".into());
    let order = at.order(visit());
    let customer = json!({"customer_name": "Ana Customer", "slotledger_code": "cust-ana"});
    server.desk("POST", "Customer", "", customer);
    let make = |customer: &str| {
        let body = json!({"customer": customer, "company": "Slotledger Demo", "docstatus": 1, "delivery_date": "2026-12-02",
            "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 120}]});
        let (status, answer): (u16, Value) = server.desk("POST", "Sales Order", "", body);
        assert_eq!(status, 200, "{answer}");
        answer["data"]["name"].as_str().unwrap().to_owned()
    };
    let (theirs, ours) = (make("Walk-in"), make("Ana Customer"));
    let refused = |failure: slotledger_erp::Failure| {
        let Class::Refused { reason, .. } = failure.class else { panic!("{failure:?}") };
        reason
    };
    assert_eq!(refused(books.adopt(&order, &theirs).await.unwrap_err()), Reason::Conflict);
    assert_eq!(refused(books.adopt(&order, "SAL-ORD-1").await.unwrap_err()), Reason::MissingDocument);
    assert_eq!(refused(books.adopt(&at.cancellation(), &ours).await.unwrap_err()), Reason::Unsupported);

    let written = server.writes();
    let candidate = books.candidate(&order, &ours).await.unwrap();
    assert_eq!(refused(books.candidate(&order, &theirs).await.unwrap_err()), Reason::Conflict);
    assert_eq!(server.writes(), written, "reading writes nothing");
    assert!(books.find_by_key(&order).await.unwrap().is_empty());

    let adopted = books.adopt(&order, &ours).await.unwrap();
    assert_eq!(adopted, candidate);
    assert_eq!((adopted.reference.as_str(), adopted.state), (ours.as_str(), State::Submitted));
    assert_eq!(only(&books, &order).await, adopted);
    assert_eq!(books.adopt(&order, &ours).await.unwrap(), adopted, "once more changes nothing");
    assert!(books.post(&order).await.unwrap().adopted);
    let another = Appointment("another".into()).order(visit());
    assert_eq!(refused(books.adopt(&another, &ours).await.unwrap_err()), Reason::Conflict);
}

#[tokio::test]
async fn a_credit_note_is_adopted_for_the_invoice_it_credits_only() {
    let server = ready().await;
    let books = connect(&server);
    let (ours, other) = (Appointment("credited".into()), Appointment("other".into()));
    for at in [&ours, &other] {
        books.post(&at.fee()).await.unwrap();
    }
    let credit = |at: &Appointment| {
        let invoice = at.key("fee");
        let note = CreditNote { invoice, reason: "by hand".into() };
        Posting { key: at.key("credit"), body: Body::CreditNote(note), ..at.credit() }
    };
    // A person credits the other one's fee, and its key is taken off.
    let note = books.post(&credit(&other)).await.unwrap().document;
    server.desk("PUT", "Sales Invoice", &note.reference, json!({"slotledger_key": null}));
    let failure = books.candidate(&credit(&ours), &note.reference).await.unwrap_err();
    assert!(matches!(failure.class, Class::Refused { reason: Reason::Conflict, .. }), "{failure:?}");
    assert_eq!(books.candidate(&credit(&other), &note.reference).await.unwrap(), note);
}
