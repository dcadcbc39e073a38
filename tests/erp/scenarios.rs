//! What happens to a sale after it was agreed, as an accountant sees it: deposits, bookings of several, closed periods,
//! corrections and a day without the ERP.

use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Value, json};
use slotledger::clock::{Clock, SystemClock};
use slotledger_ledger::{Ledger, Settings};

use super::tryton;
use crate::support::{Answer, Host, Shop, at, day, id, kinds};

/// The documents of a completed visit.
const FOUR: [&str; 4] = ["commission", "sales_invoice", "sales_order", "stock_issue"];
/// How long documents may take to get where a test waits for them.
const PATIENCE: Duration = Duration::from_secs(60);

/// The built-in books of a host, past the host.
async fn books(host: &Host) -> Ledger {
    let settings = Settings {
        company: "Brightwater Services".to_owned(),
        currency: "EUR".to_owned(),
        currency_digits: 2,
        tax_percent: 20.into(),
    };
    Ledger::open(&host.directory().join("books.sqlite"), settings).await.expect("the books open")
}

async fn deliveries(host: &Host, id: &str) -> Vec<Value> {
    let listed = host.get(&format!("/api/v1/deliveries?appointment={id}")).await.expect(200);
    listed["items"].as_array().expect("a list").clone()
}

/// What was asked of the books for a document of this kind.
async fn asked(host: &Host, id: &str, kind: &str) -> Value {
    let all = deliveries(host, id).await;
    let one = all.iter().find(|delivery| delivery["kind"] == kind).expect("it was asked for");
    host.get(&format!("/api/v1/deliveries/{}", one["id"])).await.expect(200)["request"].clone()
}

fn of<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents
        .iter()
        .find(|document| document["kind"] == kind)
        .unwrap_or_else(|| panic!("no {kind}: {documents:?}"))
}

/// The n-th visit that is free, confirmed.
async fn confirmed(host: &Host, n: usize) -> String {
    let start = host.opening(n).await;
    let held = host.post("/api/v1/appointments", &host.booking(&start)).await.expect(201);
    host.command(&id(&held), "confirm").await.expect(200);
    id(&held)
}

async fn complete(host: &Host, id: &str) {
    for command in ["start", "complete"] {
        host.command(id, command).await.expect(200);
    }
}

#[tokio::test]
async fn what_belongs_to_a_closed_period_waits_for_its_reopening() {
    let host = Host::on_ledger();
    let visit = confirmed(&host, 0).await;
    assert_eq!(kinds(&host.documents(&visit).await), ["sales_order"]);
    let ledger = books(&host).await;
    let until: NaiveDate = SystemClock.now().date_naive() + Days::new(365);
    ledger.close_period(until).await.expect("it is closed");
    complete(&host, &visit).await;
    let deadline = Instant::now() + PATIENCE;
    let parked = loop {
        let all = deliveries(&host, &visit).await;
        let parked: Vec<Value> = all.into_iter().filter(|delivery| delivery["state"] == "parked").collect();
        if parked.len() == 2 {
            break parked;
        }
        assert!(Instant::now() < deadline, "invoice and issue are not parked: {parked:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(kinds(&parked), ["sales_invoice", "stock_issue"]);
    for delivery in &parked {
        let failure = &delivery["failure"];
        assert_eq!(failure["class"], "refused", "{delivery}");
        let message = failure["message"].as_str().expect("a message");
        assert!(message.contains(&format!("closed until {until}")), "{message}");
    }
    let again = format!("/api/v1/deliveries/{}/retry", parked[0]["id"]);
    ledger.reopen_periods().await.expect("it is open");
    host.post(&again, &json!({})).await.expect(200);
    host.post(&format!("/api/v1/deliveries/{}/retry", parked[1]["id"]), &json!({})).await.expect(200);
    assert_eq!(kinds(&host.documents(&visit).await), FOUR);
    ledger.close().await;
}

#[tokio::test]
async fn what_is_called_off_after_its_invoice_is_compensated_and_nothing_is_deleted() {
    let host = Host::on_ledger();
    let visit = confirmed(&host, 0).await;
    complete(&host, &visit).await;
    let before = host.documents(&visit).await;
    assert_eq!(kinds(&before), FOUR);
    let correction = json!({ "to": "cancelled", "reason": "it was entered for the wrong customer" });
    host.post(&format!("/api/v1/appointments/{visit}/correct"), &correction).await.expect(200);
    let after = host.documents(&visit).await;
    let expected = [
        "commission",
        "commission_reversal",
        "credit_note",
        "order_cancellation",
        "sales_invoice",
        "sales_order",
        "stock_issue",
        "stock_return",
    ];
    assert_eq!(kinds(&after), expected);
    for kind in ["commission", "sales_invoice", "stock_issue"] {
        assert_eq!(of(&after, kind)["number"], of(&before, kind)["number"]);
    }
    for (kind, against, field) in [
        ("credit_note", "sales_invoice", "invoice"),
        ("stock_return", "stock_issue", "issue"),
        ("commission_reversal", "commission", "commission"),
    ] {
        assert_eq!(of(&after, kind)["total"], of(&after, against)["total"], "{kind}");
        assert_eq!(asked(&host, &visit, kind).await["body"][field], of(&after, against)["key"], "{kind}");
    }
    let ledger = books(&host).await;
    let on_hand = ledger.stock_on_hand("MAT-FILTER").await.expect("it is known");
    assert_eq!(on_hand[0].quantity, 1000.into(), "the goods are back");
    ledger.close().await;
}

#[tokio::test]
async fn a_booking_of_three_is_one_order_of_three_lines_to_the_cent() {
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let mut items = Vec::new();
    for price in ["33.335", "0.005", "66.664"] {
        let prices = json!([{ "description": "Work", "basis": "per_booking", "unit_price": price }]);
        items.push(json!({ "service": shop.service(&[&pia], json!({ "prices": prices })).await }));
    }
    items[0]["start"] = json!(at(day(), "10:00"));
    let wanted = json!({ "customer": shop.customer, "mode": "sequential", "items": items });
    let booking = host.post("/api/v1/bookings", &wanted).await.expect(201);
    assert_eq!(booking["net"], "100.01", "each line is rounded by itself");
    host.post(&format!("/api/v1/bookings/{}/confirm", id(&booking)), &json!({})).await.expect(200);
    let parts: Vec<String> = booking["appointments"].as_array().expect("a list").iter().map(id).collect();
    for part in &parts {
        assert_eq!(kinds(&host.documents(part).await), ["sales_order"]);
        complete(&host, part).await;
    }
    let documents = host.documents(&parts[2]).await;
    assert_eq!(kinds(&documents), ["sales_invoice", "sales_order"]);
    let order = asked(&host, &parts[0], "sales_order").await;
    assert_eq!(order["body"]["lines"].as_array().map(Vec::len), Some(3), "{order}");
    for kind in ["sales_order", "sales_invoice"] {
        let document = of(&documents, kind);
        let amounts = ["net", "tax", "total"].map(|field| document[field].as_str().expect("an amount"));
        assert_eq!(amounts, ["100.01", "20.00", "120.01"], "{kind}");
    }
}

#[tokio::test]
async fn a_months_visits_are_one_invoice() {
    let host = Host::on_ledger();
    let shop = Shop::with(&host, "UTC", json!({ "posting": { "invoicing": "customer_month" } })).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({})).await;
    let mut visits = Vec::new();
    for hour in ["10:00", "12:00"] {
        let visit = id(&shop.hold(&service, &at(day(), hour), json!({})).await.expect(201));
        host.command(&visit, "confirm").await.expect(200);
        complete(&host, &visit).await;
        assert_eq!(kinds(&host.documents(&visit).await), ["sales_order"]);
        visits.push(visit);
    }
    let waiting = host.get("/api/v1/appointments?uninvoiced=true").await.expect(200);
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(2));
    let path = format!("/api/v1/customers/{}/invoice", shop.customer);
    let keyed =
        || Answer::of(host.request("POST", &path).header("Idempotency-Key", "november").json(&json!({})));
    let invoiced = keyed().await.expect(200);
    assert_eq!(invoiced["appointments"].as_array().map(Vec::len), Some(2), "{invoiced}");
    assert_eq!(keyed().await.expect(200), invoiced, "the same request has the same answer");
    let again = host.post(&path, &json!({})).await.expect(200);
    assert_eq!(again, json!({ "appointments": [], "left_out": [] }));
    let mut numbers = Vec::new();
    for visit in &visits {
        // The first has asked for it: once that is done, both have it.
        host.documents(&visits[0]).await;
        let documents = host.documents(visit).await;
        assert_eq!(kinds(&documents), ["sales_invoice", "sales_order"]);
        assert_eq!(of(&documents, "sales_invoice")["net"], "99.80");
        numbers.push(of(&documents, "sales_invoice")["number"].clone());
    }
    assert_eq!(numbers[0], numbers[1], "one invoice of both orders");
}

#[tokio::test]
async fn a_deposit_is_an_advance_in_the_books_and_settled_on_the_invoice() {
    let host = Host::on_ledger();
    let shop = Shop::open(&host).await;
    let pia = shop.provider("Pia", "09:00", "17:00").await;
    let service = shop.service(&[&pia], json!({ "deposit_percent": "30" })).await;
    let visit = id(&shop.hold(&service, &at(day(), "10:00"), json!({})).await.expect(201));
    let paid = json!({ "amount": "14.97", "reference": "transfer 1" });
    let paid = shop.as_("customer", &visit, "pay-deposit", paid).await.expect(200);
    assert_eq!((&paid["status"], &paid["balance"]), (&json!("confirmed"), &json!("34.93")));
    let documents = host.documents(&visit).await;
    assert_eq!(kinds(&documents), ["advance", "sales_order"]);
    assert_eq!(of(&documents, "advance")["total"], "14.97");
    complete(&host, &visit).await;
    let documents = host.documents(&visit).await;
    assert_eq!(kinds(&documents), ["advance", "sales_invoice", "sales_order"]);
    let invoice = asked(&host, &visit, "sales_invoice").await;
    assert_eq!(invoice["body"]["advances"], json!([of(&documents, "advance")["key"]]));
    assert_eq!(of(&documents, "sales_invoice")["total"], "59.88");
    assert_eq!(of(&documents, "sales_invoice")["settled"], "14.97");
}

#[tokio::test]
async fn what_was_sold_while_tryton_was_away_arrives_in_order_and_once() {
    let mut server = tryton::server();
    let host = Host::on_tryton(&server);
    server.stop().expect("it stops");
    let mut visits = Vec::new();
    for n in [0, 1, 2] {
        // Each takes an opening, so that the next one is free too.
        visits.push(confirmed(&host, n).await);
    }
    for visit in &visits {
        complete(&host, visit).await;
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let connection = host.get("/api/v1/connections").await.expect(200)["items"][0].clone();
        assert_eq!((&connection["pending"], &connection["parked"]), (&json!(12), &json!(0)), "{connection}");
        if connection["state"] != "closed" && connection["message"].is_string() {
            break;
        }
        assert!(Instant::now() < deadline, "nobody is told: {connection}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.restart().expect("it starts again");
    for visit in &visits {
        assert_eq!(kinds(&host.documents(visit).await), FOUR);
        let finished: Vec<DateTime<Utc>> = in_order(&deliveries(&host, visit).await);
        assert!(finished.len() == 4 && finished.is_sorted(), "{finished:?}");
    }
    let connection = host.get("/api/v1/connections").await.expect(200)["items"][0].clone();
    assert_eq!((&connection["pending"], &connection["state"]), (&json!(0), &json!("closed")), "{connection}");
}

/// When each was done, in the order in which they were asked for.
fn in_order(deliveries: &[Value]) -> Vec<DateTime<Utc>> {
    let mut all: Vec<&Value> = deliveries.iter().collect();
    all.sort_by_key(|delivery| delivery["id"].as_i64());
    let moments = all.iter().filter_map(|delivery| delivery["finished_at"].as_str());
    moments.map(|moment| moment.parse().expect("a moment")).collect()
}
