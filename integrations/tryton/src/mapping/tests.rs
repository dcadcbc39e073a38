//! The calls a document becomes, and the document a record becomes, as snapshots.

use chrono::{DateTime, NaiveDate, Utc};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use slotledger_erp::{Body, Item, Key, Kind, Line, Order, Party, Posting, State};

use super::*;

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn party(code: &str, name: &str) -> Party {
    Party { code: code.into(), name: name.into(), email: None, phone: None, address: None }
}

fn line(code: &str, quantity: &str, price: &str) -> Line {
    let item = Item { code: code.into(), name: code.into() };
    Line::new(item, format!("{code} as agreed"), quantity.parse().unwrap(), price.parse().unwrap())
}

fn order_of(lines: Vec<Line>) -> (Posting, Order) {
    let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let order = Order {
        customer: party("CUST-ANA", "Ana Customer"),
        provider: party("STAFF-SAM", "Sam"),
        currency: "EUR".into(),
        lines,
        start: moment("2026-12-01T09:00:00Z"),
        end: moment("2026-12-01T10:30:00Z"),
        commission_percent: Decimal::TEN,
    };
    (posting(Body::SalesOrder(order.clone())), order)
}

fn posting(body: Body) -> Posting {
    let date = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    Posting { key: key("apt-42/2/order"), subject: "APT-0042".into(), date, body }
}

fn buyer() -> Buyer {
    let defaults =
        json!({"invoice_address": 2, "shipment_address": 3, "payment_term": 10, "account": 39, "journal": 1});
    Buyer { party: 2, currency: 1, defaults: serde_json::from_value(defaults).unwrap() }
}

fn completed(lines: &[Line]) -> Vec<SaleLine<'_>> {
    let proposed = json!({"unit": 1, "account": 99, "taxes": {"add": [[0, {"id": 1}], [1, {"id": 4}]]}});
    let defaults: LineDefaults = serde_json::from_value(proposed).unwrap();
    lines.iter().map(|line| SaleLine { line, product: 7, defaults: defaults.clone() }).collect()
}

fn company() -> Company {
    let record = json!({"id": 1, "party.": {"name": "Demo"}, "currency.": {"code": "EUR", "digits": 2}});
    serde_json::from_value(record).unwrap()
}

fn money(text: &str) -> Value {
    json!({"__class__": "Decimal", "decimal": text})
}

fn sale(state: &str, invoice_state: &str, lines: Value) -> Sale {
    serde_json::from_value(json!({
        "id": 5, "state": state, "number": "17", "invoice_state": invoice_state, "shipment_state": "none",
        "untaxed_amount": money("156.70"), "tax_amount": money("31.34"), "total_amount": money("188.04"),
        "currency.": {"id": 1, "code": "EUR"}, "lines.": lines, "invoices.": [], "shipments.": [], "moves.": [],
    }))
    .unwrap()
}

fn invoice_record(state: &str, number: Option<&str>, sign: &str) -> Invoice {
    serde_json::from_value(json!({
        "id": 9, "state": state, "number": number, "reference": "apt-42/3/invoice",
        "untaxed_amount": money(&format!("{sign}156.70")), "tax_amount": money(&format!("{sign}31.34")),
        "total_amount": money(&format!("{sign}188.04")), "currency.": {"id": 1, "code": "EUR"},
    }))
    .unwrap()
}

#[test]
fn a_new_sale() {
    let lines = vec![line("SVC-MAINT", "1", "120.00"), line("MAT-FILTER", "2.5", "18.3333")];
    let (posting, order) = order_of(lines.clone());
    assert_json_snapshot!(sale_values(&posting, &order, 1, &buyer(), Some(8), &completed(&lines)));
}

#[test]
fn other_lines_of_a_sale() {
    let lines = vec![line("SVC-MAINT", "2", "120.00")];
    assert_json_snapshot!(sale_lines(&[4, 5], &completed(&lines)));
}

#[test]
fn a_new_fee_invoice() {
    let lines = vec![line("FEE", "1", "25.00")];
    let (posting, _) = order_of(lines.clone());
    assert_json_snapshot!(fee_values(&posting, 1, &buyer(), &completed(&lines)));
}

#[test]
fn a_new_shipment() {
    let (posting, _) = order_of(Vec::new());
    let movements = [Movement { product: 5, quantity: Decimal::new(25, 1), unit: 1 }];
    assert_json_snapshot!(shipment_values(&posting, 1, 3, 9, &movements));
}

#[test]
fn a_new_party() {
    let bea = Party {
        email: Some("bea@example.com".into()),
        phone: Some("+351 21 000 0000".into()),
        address: Some("Rua Augusta 1\n1100 Lisbon".into()),
        ..party("CUST-BEA", "Bea")
    };
    assert_json_snapshot!([party_values(&bea), party_values(&party("CUST-CAL", "Cal"))]);
}

#[test]
fn the_answers_to_wizards() {
    assert_json_snapshot!([ignore("invoices", &[3]), ignore("moves", &[10, 11]), credit_start(true)]);
}

#[test]
fn a_sale_read_back() {
    let lines = json!([
        {"id": 1, "quantity": 1.0, "unit_price": money("120.0000"), "product.": {"id": 7, "code": "SVC-MAINT"}},
        {"id": 2, "quantity": 0.35, "unit_price": money("18.35"), "product.": {"id": 5, "code": "MAT-FILTER"}},
    ]);
    let sale = sale("quotation", "none", lines);
    assert_json_snapshot!(order(&sale, &key("apt-42/2/order")));
    let asked = [line("SVC-MAINT", "1", "120.00"), line("MAT-FILTER", "0.35", "18.35")];
    assert!(same_lines(&sale, &asked));
    assert!(!same_lines(&sale, &asked[..1]));
    assert!(!same_lines(&sale, &[asked[0].clone(), line("MAT-FILTER", "0.36", "18.35")]));
}

#[test]
fn a_sale_is_withdrawn_when_it_is_cancelled_or_all_its_papers_are_ignored() {
    let withdrawn = |state, invoice_state| {
        let sale = sale(state, invoice_state, json!([]));
        order_cancellation(&sale, &key("apt-42/4/cancel")).is_some()
    };
    assert!(withdrawn("cancelled", "none"));
    assert!(withdrawn("done", "none"));
    assert!(!withdrawn("done", "paid"));
    assert!(!withdrawn("quotation", "none"));
    assert!(!withdrawn("processing", "none"));
}

#[test]
fn an_invoice_that_was_credited_still_stands() {
    assert_eq!(invoice_record("draft", None, "").state(), State::Draft);
    assert_eq!(invoice_record("validated", None, "").state(), State::Draft);
    assert_eq!(invoice_record("posted", Some("INV-1"), "").state(), State::Posted);
    assert_eq!(invoice_record("paid", Some("INV-1"), "").state(), State::Posted);
    assert_eq!(invoice_record("cancelled", Some("INV-1"), "").state(), State::Posted);
    assert_eq!(invoice_record("cancelled", None, "").state(), State::Cancelled);
}

#[test]
fn a_credit_note_read_back() {
    let (credited, note) =
        (invoice_record("cancelled", Some("INV-1"), ""), invoice_record("paid", Some("CN-1"), "-"));
    assert!(is_full_credit(&note, &credited));
    assert!(!is_full_credit(&credited, &credited));
    assert_json_snapshot!(credit_note(&note, &key("apt-42/5/credit")));
}

#[test]
fn materials_read_back() {
    let shipment: Shipment = serde_json::from_value(json!({
        "id": 2, "state": "done", "number": "4", "moves.": [
            {"state": "done", "quantity": 3.0, "cost_price": money("7.505"), "product.": {"id": 5, "code": "MAT-FILTER"}},
            {"state": "done", "quantity": 1.0, "cost_price": null, "product.": {"id": 6, "code": "MAT-FREE"}},
        ],
    }))
    .unwrap();
    assert_json_snapshot!(stock_movement(&shipment, Kind::StockIssue, &key("apt-42/3/issue"), &company()));
}

#[test]
fn commissions_read_back() {
    let rows: Vec<Commission> = serde_json::from_value(json!([
        {"id": 1, "amount": money("12.0050"), "currency.": {"code": "EUR"}, "agent.": {"party.": {"code": "STAFF-SAM"}}},
        {"id": 2, "amount": money("3.6700"), "currency.": {"code": "EUR"}, "agent.": {"party.": {"code": "STAFF-SAM"}}},
    ]))
    .unwrap();
    let document = commission(&rows, &key("apt-42/3/commission"), &company()).unwrap();
    assert_json_snapshot!(document);
    assert_eq!(difference(&document, "15.68".parse().unwrap()), None);
    let other = difference(&document, "15.00".parse().unwrap()).unwrap();
    assert_eq!(other, "Tryton reckoned 15.68 EUR, but 15.00 was agreed");
    assert_eq!(commission(&[], &key("apt-42/3/commission"), &company()), None);
}

#[test]
fn keys_of_one_transition_begin_alike() {
    assert_eq!(transition_prefix(&key("apt-42/3/commission")), "apt-42/3/");
    assert_eq!(transition_prefix(&key("loose")), "loose");
}

#[test]
fn the_context_always_names_the_company() {
    assert_eq!(
        context(4, &json!({"active_id": 9})),
        json!({"company": 4, "companies": [4], "language": "en", "active_id": 9})
    );
}

#[test]
fn an_unknown_state_is_an_error() {
    let record = json!({"id": 2, "state": "sideways", "number": null, "moves.": []});
    assert!(serde_json::from_value::<Shipment>(record).is_err());
}
