//! The calls a document becomes, and the document a record becomes, as snapshots.

use chrono::{DateTime, NaiveDate, Utc};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use slotledger_erp::{Body, Item, Key, Kind, Line, Order, OrderAmendment, Party, Posting, State};

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
    lines.iter().map(|line| SaleLine { line, product: 7, defaults: defaults.clone(), bills: None }).collect()
}

fn company() -> Company {
    let record = json!({
        "id": 1, "party.": {"name": "Demo"}, "timezone": null, "currency.": {"id": 1, "code": "EUR", "digits": 2},
    });
    serde_json::from_value(record).unwrap()
}

fn invoice_line(sign: &str) -> Value {
    let quantity: f64 = format!("{sign}1.0").parse().unwrap();
    json!({"id": 3, "quantity": quantity, "unit_price": money("156.70"), "note": null})
}

fn day(text: &str) -> Value {
    date(text.parse().unwrap())
}

fn money(text: &str) -> Value {
    json!({"__class__": "Decimal", "decimal": text})
}

fn sale(state: &str, invoice_state: &str, lines: Value) -> Sale {
    serde_json::from_value(json!({
        "id": 5, "state": state, "number": "17", "reference": "apt-42/2/order", "sale_date": day("2026-12-01"),
        "party.": {"code": "CUST-ANA"}, "agent": null, "invoice_method": "manual", "invoice_state": invoice_state,
        "shipment_state": "none",
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
        "invoice_date": number.map(|_| day("2026-12-01")), "create_date": null, "amount_to_pay": money("0"),
        "party.": {"code": "CUST-ANA"}, "agent.": null, "lines.": [invoice_line(sign)], "lines_to_pay.": [],
        "payment_lines.": [], "reconciliation_lines.": [],
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
    let amendment = OrderAmendment {
        order: key("apt-42/2/order"),
        provider: party("STAFF-LEA", "Lea"),
        lines: lines.clone(),
        start: "2026-12-02T09:00:00Z".parse().unwrap(),
        end: "2026-12-02T10:30:00Z".parse().unwrap(),
        reason: "moved".into(),
    };
    let note = marked(None, &key("apt-42/3/amend"), Word::Amended, &amendment.reason);
    let posting = posting(Body::OrderAmendment(amendment.clone()));
    let lines = completed(&lines);
    assert_json_snapshot!(amended_values(&posting, &amendment, Some(9), &[4, 5], &lines, &note));
}

#[test]
fn a_new_fee_invoice() {
    let lines = vec![line("FEE", "1", "25.00")];
    let (posting, _) = order_of(lines.clone());
    let bill = Bill { buyer: &buyer(), agent: None, date: None };
    assert_json_snapshot!(invoice_values(&posting, 1, &bill, &completed(&lines)));
}

#[test]
fn a_new_invoice_of_an_order() {
    let mut line = line("SVC-MAINT", "1", "120.00");
    line.list_price = Some("150.00".parse().unwrap());
    let lines = [line];
    let (posting, _) = order_of(Vec::new());
    let mut lines = completed(&lines);
    lines[0].bills = Some((12, Some(4)));
    let bill = Bill {
        buyer: &buyer(),
        agent: Some(8),
        date: Some((posting.date, posting.date.succ_opt().unwrap())),
    };
    assert_json_snapshot!(invoice_values(&posting, 1, &bill, &lines));
}

#[test]
fn a_new_shipment() {
    let (posting, _) = order_of(Vec::new());
    let movements = [Movement { product: 5, quantity: Decimal::new(25, 1), unit: 1, undoes: None }];
    assert_json_snapshot!(shipment_values(&posting, 1, (3, 9), None, &movements));
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
        {"id": 1, "quantity": 1.0, "unit_price": money("120.0000"), "unit": 1,
         "note": null, "product.": {"id": 7, "code": "SVC-MAINT"}},
        {"id": 2, "quantity": 0.35, "unit_price": money("18.35"), "unit": 1,
         "note": null, "product.": {"id": 5, "code": "MAT-FILTER"}},
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
        "id": 2, "state": "done", "number": "4", "reference": "k", "effective_date": day("2026-12-01"), "moves.": [
            {"id": 7, "state": "done", "quantity": 3.0, "cost_price": money("7.505"), "product.": {"id": 5, "code": "MAT-FILTER"}},
            {"id": 8, "state": "done", "quantity": 1.0, "cost_price": null, "product.": {"id": 6, "code": "MAT-FREE"}},
        ],
    }))
    .unwrap();
    assert_json_snapshot!(stock_movement(&shipment, Kind::StockIssue, &key("apt-42/3/issue"), &company()));
}

#[test]
fn commissions_read_back() {
    let rows: Vec<Commission> = serde_json::from_value(json!([
        {"id": 1, "amount": money("12.0050"), "date": day("2026-12-01"), "currency.": {"code": "EUR"}, "agent.": {"party.": {"code": "STAFF-SAM"}}},
        {"id": 2, "amount": money("3.6700"), "date": null, "currency.": {"code": "EUR"}, "agent.": {"party.": {"code": "STAFF-SAM"}}},
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
        context(4, &[17], &json!({"active_id": 9})),
        json!({"company": 4, "companies": [4], "groups": [17], "language": "en", "active_id": 9})
    );
}

fn entry_line(id: i64, debit: &str, credit: &str, party: bool) -> Value {
    json!({
        "id": id, "account": if party { 39 } else { 35 }, "debit": money(debit), "credit": money(credit),
        "second_currency.": null, "amount_second_currency": null, "origin": null, "reconciliation": null,
        "party.": party.then(|| json!({"id": 2, "code": "CUST-ANA"})), "invoice_payment": null,
    })
}

fn entry(id: i64, origin: Option<&str>, lines: Vec<Value>) -> Entry {
    serde_json::from_value(json!({
        "id": id, "number": format!("M-{id}"), "state": "posted", "date": day("2026-12-01"),
        "description": "apt-42/2/advance", "origin": origin, "journal": 3, "lines.": lines,
    }))
    .unwrap()
}

/// 100 were taken; 30 of them were put towards an invoice, and the entry that divided them is not reconciled yet.
fn divided() -> Family {
    let first = entry(1, None, vec![entry_line(1, "100", "0", false), entry_line(2, "0", "100", true)]);
    let mut taken = entry_line(3, "100", "0", true);
    taken["origin"] = json!("account.move.line,2");
    let mut used = entry_line(4, "0", "30", true);
    used["invoice_payment"] = json!(9);
    let rest = entry_line(5, "0", "70", true);
    Family { advance: first, later: vec![entry(2, Some("account.move,1"), vec![taken, used, rest])] }
}

#[test]
fn a_deposit_read_back() {
    let family = divided();
    assert_eq!(family.left(), 70.into());
    assert_eq!(family.unreconciled(), Some((3, 2)));
    assert_json_snapshot!(advance(&family, &key("apt-42/2/advance"), &company()));
}

#[test]
fn a_new_deposit() {
    let (posting, _) = order_of(Vec::new());
    let money = Money { value: "125.00".parse().unwrap(), own: "100.00".parse().unwrap() };
    let values =
        EntryValues::new((1, 3, 11), posting.date, (&posting.key, None), "APT-0042: deposit", Some(2))
            .line(Side::Debit, (35, None), money, None)
            .line(Side::Credit, (39, Some(2)), money, None);
    assert_json_snapshot!(values.values());
}

#[test]
fn a_divided_amount_adds_up_on_both_sides() {
    let whole = Money { value: "100.00".parse().unwrap(), own: "33.33".parse().unwrap() };
    let (first, rest) = shares(whole, "33.34".parse().unwrap(), &company());
    assert_eq!((first.own, rest.own), ("11.11".parse().unwrap(), "22.22".parse().unwrap()));
    assert_eq!(first.value + rest.value, whole.value);
}

#[test]
fn an_unknown_state_is_an_error() {
    let record = json!({
        "id": 2, "state": "sideways", "number": null, "reference": null, "effective_date": null, "moves.": [],
    });
    assert!(serde_json::from_value::<Shipment>(record).is_err());
}
