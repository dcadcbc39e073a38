//! The rows a document becomes, and the document a record becomes, as snapshots.

use chrono::{DateTime, NaiveDate, Utc};
use insta::assert_json_snapshot;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{
    Advance, AdvanceRefund, Body, CommissionEarned, CreditNote, Document, Item, Key, Kind, Line, Party,
    Posting, State, StockIssue,
};

use super::*;

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn party(code: &str, name: &str) -> Party {
    Party { code: code.into(), name: name.into(), email: None, phone: None, address: None }
}

fn line(code: &str, quantity: &str, price: &str) -> Line {
    let item = Item { code: code.into(), name: code.into() };
    Line::new(item, format!("{code} as agreed"), decimal(quantity), decimal(price))
}

fn posting(step: &str, body: Body) -> Posting {
    let date = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap();
    Posting { key: key(&format!("apt-42/3/{step}")), subject: "APT-0042".into(), date, body }
}

fn note() -> Posting {
    posting(
        "credit",
        Body::CreditNote(CreditNote { invoice: key("apt-42/3/invoice"), reason: "moved".into() }),
    )
}

fn fields(major: u32) -> Fields {
    Fields::of(&Version { major, text: format!("{major}.0") })
}

fn euro() -> Currency {
    Currency { id: 126, code: "EUR".into(), digits: 2 }
}

fn currencies() -> Currencies {
    Currencies(vec![euro(), Currency { id: 25, code: "JPY".into(), digits: 0 }])
}

fn table(rows: &Rows) -> Value {
    json!({"fields": rows.fields(), "data": rows.data()})
}

fn billed<'l>(lines: &'l [Line], order_lines: &[Option<i64>]) -> Vec<Billed<'l>> {
    let pairs = lines.iter().zip(order_lines.iter().chain(std::iter::repeat(&None)));
    pairs.map(|(line, order_line)| Billed { line, product: 7, order_line: *order_line }).collect()
}

fn head() -> InvoiceHead {
    InvoiceHead {
        partner: 6,
        currency: 126,
        journal: Some(1),
        fiscal_position: Some(2),
        payment_term: None,
        origin: "S00005".into(),
    }
}

#[test]
fn a_new_order() {
    let lines = [line("SVC-MAINT", "1", "120.00"), line("MAT-FILTER", "2.5", "18.3333")];
    let origin = origin(
        "APT-0042",
        &party("STAFF-SAM", "Sam"),
        moment("2026-01-15T09:00:00Z"),
        moment("2026-01-15T10:30:00Z"),
    );
    let head = OrderHead { partner: 6, pricelist: Some(1), origin, start: moment("2026-01-15T09:00:00Z") };
    assert_json_snapshot!(table(&order_rows(&key("apt-42/2/order"), &head, &billed(&lines, &[]))));
}

#[test]
fn a_new_invoice_of_an_order_and_one_of_a_fee() {
    let lines = [line("SVC-MAINT", "1", "120.00"), line("FEE", "1", "9.90")];
    let invoice = posting("invoice", note().body);
    assert_json_snapshot!([
        table(&invoice_rows(&invoice, &head(), &billed(&lines, &[Some(31)]))),
        table(&invoice_rows(&invoice, &InvoiceHead { journal: None, ..head() }, &billed(&lines[1..], &[]))),
    ]);
}

fn move_line() -> MoveLine {
    serde_json::from_value(json!({
        "id": 12, "move_id": [5, "INV/2026/00001"], "name": "Visit", "product_id": [7, "[SVC-MAINT]"],
        "product_uom_id": [1, "Units"], "account_id": [26, "Sales"], "quantity": 2.0, "price_unit": 119.99,
        "discount": 0.0, "tax_ids": [1, 4], "sale_line_ids": [31],
    }))
    .map(|line: MoveLine| line)
    .unwrap()
}

#[test]
fn a_counter_document_repeats_lines_taxes_and_accounts() {
    assert_json_snapshot!(table(&credit_rows(&note(), &head(), 5, &[move_line()])));
}

#[test]
fn a_commission_is_a_bill_without_tax() {
    let earned = CommissionEarned {
        invoice: key("apt-42/3/invoice"),
        provider: party("STAFF-SAM", "Sam"),
        currency: "EUR".into(),
        base: decimal("119.99"),
        percent: decimal("10.00"),
        amount: decimal("12.00"),
    };
    let posting = posting("commission", Body::Commission(earned.clone()));
    assert_json_snapshot!(table(&commission_rows(&posting, &head(), 9, &earned)));
}

#[test]
fn money_in_and_money_back() {
    let customer = party("CUST-ANA", "Ana");
    let advance = Advance {
        order: None,
        customer,
        currency: "EUR".into(),
        amount: decimal("36.00"),
        method: None,
        receipt: None,
    };
    let refund =
        AdvanceRefund { advance: key("apt-42/1/advance"), amount: decimal("36"), reason: "moved".into() };
    let (advance, refund) =
        (posting("advance", Body::Advance(advance)), posting("refund", Body::AdvanceRefund(refund)));
    let head = |memo: &str| PaymentHead {
        partner: 6,
        currency: 126,
        journal: 6,
        amount: decimal("36.00"),
        memo: memo.into(),
    };
    assert_json_snapshot!([
        table(&payment_rows(&advance, &fields(19), &head("apt-42/3/advance ch_17"))),
        table(&payment_rows(&refund, &fields(14), &head("apt-42/3/refund"))),
    ]);
}

#[test]
fn a_transfer_in_both_versions() {
    let movement =
        |undoes| Movement { product: 5, name: "Filter".into(), quantity: decimal("2.50"), unit: 1, undoes };
    let posting = posting("issue", Body::StockIssue(StockIssue { lines: Vec::new() }));
    let head = PickingHead { operation: 9, from: 5, to: 17 };
    assert_json_snapshot!([
        table(&picking_rows(&posting, &fields(19), &head, &[movement(None), movement(None)])),
        table(&picking_rows(&posting, &fields(14), &head, &[movement(Some(3))])),
    ]);
}

#[test]
fn a_new_party() {
    let bea = Party {
        email: Some("bea@example.com".into()),
        phone: Some("+351 21 000 0000".into()),
        address: Some("Rua Augusta 1\n\n1100 Lisbon\nPortugal".into()),
        ..party("CUST/BEA 7", "Bea")
    };
    assert_json_snapshot!([table(&party_rows(&bea)), table(&party_rows(&party("CUST-CAL", "Cal")))]);
}

fn order_line(id: i64, product: i64, quantity: &str, price: &str) -> OrderLine {
    let text = format!(
        r#"{{"id": {id}, "order_id": [3, "S00003"], "name": "x", "product_id": [{product}, "p"],
            "product_uom_qty": {quantity}, "price_unit": {price}, "discount": 0.0, "qty_invoiced": 0.0, "tax_id": [1]}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_amendment_keeps_what_it_can_and_empties_the_rest() {
    let standing =
        [order_line(31, 7, "1.0", "120.0"), order_line(32, 8, "1.0", "9.9"), order_line(33, 7, "1.0", "5.0")];
    let lines = [line("SVC-MAINT", "2", "110.00"), line("SVC-MAINT", "1", "9.90")];
    assert_json_snapshot!(order_commands(&standing, &billed(&lines, &[])));
    assert!(same_lines(&standing[..1], &billed(&[line("SVC-MAINT", "1", "120.00")], &[])));
    assert!(!same_lines(&standing[..1], &billed(&lines, &[])));
}

#[test]
fn an_order_remembers_its_amendments() {
    let (first, second) = (key("apt-42/4/amend"), key("apt-42/5/amend"));
    let once = amended_origin("APT-0042, Sam, later", Some("APT-0042, Sam, early"), &first);
    let twice = amended_origin("APT-0042, Kim, later", Some(&once), &second);
    assert_eq!(twice, "APT-0042, Kim, later; apt-42/4/amend; apt-42/5/amend");
    assert!(amended(Some(&twice), &first) && amended(Some(&twice), &second));
    assert!(!amended(Some("APT-0042, Sam, early"), &first) && !amended(None, &first));
}

#[test]
fn a_discount_is_shown_only_where_it_is_exact() {
    let with =
        |list: &str, price: &str| Line { list_price: Some(decimal(list)), ..line("SVC-MAINT", "1", price) };
    let shown = |line: &Line| values::discount(line);
    assert_eq!(shown(&with("120.00", "90.00")), (decimal("120.00"), decimal("25")));
    assert_eq!(shown(&with("100.00", "66.67")), (decimal("100.00"), decimal("33.33")));
    assert_eq!(shown(&with("119.99", "80.00")), (decimal("80.00"), Decimal::ZERO));
    assert_eq!(shown(&with("90.00", "120.00")), (decimal("120.00"), Decimal::ZERO));
    assert_eq!(shown(&line("SVC-MAINT", "1", "-5")), (decimal("-5"), Decimal::ZERO));
}

fn order_record(state: &str, currency: Value, amounts: [&str; 3]) -> Order {
    let [untaxed, tax, total] = amounts;
    let text = format!(
        r#"{{"id": 3, "name": "S00003", "state": "{state}", "client_order_ref": "apt-42/2/order", "origin": false,
            "currency_id": {currency}, "amount_untaxed": {untaxed}, "amount_tax": {tax}, "amount_total": {total},
            "date_order": "2026-01-15 08:00:00", "commitment_date": false, "partner_id": [6, "Ana"],
            "partner_invoice_id": [6, "Ana"], "fiscal_position_id": false, "payment_term_id": false,
            "invoice_ids": []}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_order_read_back() {
    let record = order_record("sale", json!([126, "EUR"]), ["70.95", "14.899999999999999", "85.85"]);
    let lines = [order_line(31, 7, "1.0", "49.95"), order_line(32, 8, "2.0", "-10.5")];
    let document = order(&record, &lines, Some("CUST-ANA".into()), &key("apt-42/2/order"), &currencies());
    assert_json_snapshot!(document);
    assert_eq!(order_cancellation(document.clone(), &key("apt-42/4/cancel")), None);
    let withdrawn = Document { state: State::Cancelled, ..document };
    let withdrawn = order_cancellation(withdrawn, &key("apt-42/4/cancel")).unwrap();
    assert_eq!((withdrawn.kind, withdrawn.key.as_str()), (Kind::OrderCancellation, "apt-42/4/cancel"));
}

#[test]
fn amounts_are_rounded_to_their_currency() {
    let yen = order_record("sale", json!([25, "JPY"]), ["1000.4999999", "100.0", "1100.5"]);
    let document = order(&yen, &[], None, &key("apt-42/2/order"), &currencies());
    assert_eq!(
        (document.net, document.tax, document.total),
        (decimal("1000"), decimal("100"), decimal("1101"))
    );
    let new = order_record("sale", json!([99, "BHD"]), ["1.2345678", "0.0", "-0.0"]);
    let document = order(&new, &[], None, &key("apt-42/2/order"), &currencies());
    assert_eq!((document.net.to_string(), document.total.to_string()), ("1.2346".into(), "0".into()));
}

#[test]
fn an_invoice_read_back() {
    let record: Move = serde_json::from_str(
        r#"{"id": 5, "name": "INV/2026/00001", "state": "posted", "move_type": "out_invoice", "ref": "apt-42/3/invoice",
            "currency_id": [126, "EUR"], "amount_untaxed": 239.98, "amount_tax": 48.0, "amount_total": 287.98,
            "amount_residual": 251.98000000000002, "invoice_date": "2026-01-15", "partner_id": [6, "Ana"],
            "commercial_partner_id": [6, "Ana"], "fiscal_position_id": false, "journal_id": [1, "Sales"],
            "invoice_origin": "S00003"}"#,
    )
    .unwrap();
    let document = invoice(
        Kind::SalesInvoice,
        &record,
        &[move_line()],
        Some("CUST-ANA".into()),
        Some(decimal("36.0")),
        &key("apt-42/3/invoice"),
        &currencies(),
    );
    assert_json_snapshot!(document);
    let draft = Move { name: None, state: MoveState::Draft, ..record };
    assert_eq!((draft.number(), draft.state()), ("5".to_owned(), State::Draft));
}

#[test]
fn a_payment_read_back_from_both_versions() {
    let payment = |state: &str, memo: &str| -> Payment {
        let text = format!(
            r#"{{"id": 2, "name": "PBNK1/2026/00001", "state": "{state}", "{memo}": "apt-42/1/advance",
                "currency_id": [126, "EUR"], "amount": 36.0, "date": "2026-01-15", "partner_id": [6, "Ana"],
                "move_id": [4, "PBNK1"], "journal_id": [6, "Bank"]}}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    let read = |payment: &Payment| {
        let open = decimal("6.0");
        advance(Kind::Advance, payment, open, None, &key("apt-42/1/advance"), &currencies())
    };
    let document = read(&payment("in_process", "memo"));
    assert_eq!(document, read(&payment("posted", "ref")));
    assert_json_snapshot!(document);
    assert_eq!(read(&payment("cancelled", "ref")).state, State::Cancelled);
}

#[test]
fn materials_read_back() {
    let picking: Picking = serde_json::from_str(
        r#"{"id": 1, "name": "WH/SLC/00001", "state": "done", "origin": "apt-42/3/issue",
            "date_done": "2026-01-15 10:31:00", "scheduled_date": "2026-01-15 12:00:00"}"#,
    )
    .unwrap();
    let line: StockMove = serde_json::from_str(
        r#"{"id": 3, "picking_id": [1, "WH"], "product_id": [5, "Filter"], "location_id": [8, "WH/Stock"],
            "state": "done", "product_uom_qty": 2.5, "product_qty": 2.5, "quantity_done": 2.5, "product_uom": [1, "Units"]}"#,
    )
    .unwrap();
    let cost = decimal("-18.75");
    assert_json_snapshot!(stock_movement(
        Kind::StockIssue,
        &picking,
        &[line],
        cost,
        &key("apt-42/3/issue"),
        &euro()
    ));
}

#[test]
fn an_unknown_state_is_an_error() {
    let text = r#"{"id": 1, "name": "x", "state": "sideways", "origin": false, "date_done": false, "scheduled_date": false}"#;
    assert!(serde_json::from_str::<Picking>(text).is_err());
}

#[test]
fn versions_are_read_from_both_answers() {
    let version = |text: &str| serde_json::from_str::<Version>(text).unwrap();
    assert_eq!(version(r#"{"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}"#).major, 19);
    assert_eq!(version(r#"{"server_version": "14.0", "protocol_version": 1}"#).major, 14);
    assert_eq!(version(r#"{"version": "saas~18.2+e"}"#).major, 18);
    assert!(!version(r#"{"version": "nonsense"}"#).is_supported());
}
