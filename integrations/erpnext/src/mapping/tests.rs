//! Bodies and documents, as they are sent and read.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Body, Item, Key, Kind, Line, Material, Order as Asked, Party, Posting, StockIssue, StockReturn,
};

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn line(code: &str, quantity: &str, price: &str) -> Line {
    Line::new(
        Item { code: code.into(), name: code.into() },
        format!("{code}, as agreed"),
        decimal(quantity),
        decimal(price),
    )
}

fn party(code: &str, name: &str) -> Party {
    Party { code: code.into(), name: name.into(), email: None, phone: None, address: None }
}

fn posting(body: Body) -> Posting {
    let key = Key::parse("apt-1/1/step").unwrap();
    Posting { key, subject: "APT-0042".into(), date: "2026-12-01".parse().unwrap(), body }
}

fn asked(lines: Vec<Line>) -> Asked {
    let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Asked {
        customer: party("c-1", "Ana"),
        provider: party("s-1", "Sam"),
        currency: "EUR".into(),
        lines,
        start: moment("2026-12-01T09:00:00Z"),
        end: moment("2026-12-01T10:30:00Z"),
        commission_percent: decimal("12.50"),
    }
}

fn sent(body: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(body).unwrap()
}

fn vat() -> Vec<Tax> {
    serde_json::from_str(
        r#"[{"charge_type":"On Net Total","account_head":"VAT 19 - SD","rate":19.0,"description":"VAT 19%"}]"#,
    )
    .unwrap()
}

#[test]
fn an_order_is_sent_with_its_key_its_currency_and_its_taxes() {
    let order =
        asked(vec![line("SVC", "1.5", "33.33"), line("FREE", "1", "0"), line("COUPON", "1", "-5.00")]);
    let posting = posting(Body::SalesOrder(order.clone()));
    let taxes = vat();
    let terms = Terms {
        company: "Demo",
        customer: "Ana",
        taxes: &taxes,
        sales_person: Some("Sam"),
        zone: chrono_tz::Europe::Berlin,
    };
    insta::assert_snapshot!(sent(&new_order(&posting, &order, &terms)));
}

#[test]
fn a_visit_near_midnight_is_on_the_companys_day() {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let start = "2026-12-01T02:00:00Z".parse().unwrap();
    let on = |ordered: &str, zone| visit_day(day(ordered), start, zone);
    assert_eq!(on("2026-11-25", chrono_tz::America::New_York), day("2026-11-30"));
    assert_eq!(on("2026-11-25", chrono_tz::Europe::Berlin), day("2026-12-01"));
    assert_eq!(on("2026-12-05", chrono_tz::Europe::Berlin), day("2026-12-05"), "never before the order");
}

#[test]
fn materials_leave_and_come_back_at_their_value() {
    let lines = vec![Material {
        item: Item { code: "MAT".into(), name: "Filter".into() },
        quantity: decimal("2"),
        unit: "Nos".into(),
        warehouse: "Stores - SD".into(),
    }];
    let posting = posting(Body::StockIssue(StockIssue { lines: lines.clone() }));
    let back = StockReturn { issue: Key::parse("apt-1/1/issue").unwrap(), lines: lines.clone() };
    let rows: Vec<StockRow> =
        serde_json::from_str(r#"[{"item_code":"MAT","qty":2.0,"basic_rate":7.503018}]"#).unwrap();
    let both = format!(
        "{}\n{}",
        sent(&issue(&posting, &lines, "Demo")),
        sent(&receipt(&posting, &back, &rows, "Demo"))
    );
    insta::assert_snapshot!(both);
}

#[test]
fn a_new_customer_has_our_code_and_where_need_be_an_account() {
    let ana = Party { email: Some("ana@example.com".into()), ..party("c-1", "Ana <b>") };
    let both = format!(
        "{}\n{}",
        sent(&customer(&ana, "Demo", None)),
        sent(&customer(&party("c-2", ""), "Demo", Some(("USD", "Debtors USD - SD"))))
    );
    insta::assert_snapshot!(both);
}

fn rows() -> Vec<OrderRow> {
    serde_json::from_str(
        r#"[{"name":"r1","item_code":"A","qty":1.0,"rate":10.0,"amount":10.0,"delivery_date":"2026-12-01"},
            {"name":"r2","item_code":"B","qty":2.0,"rate":5.0,"amount":10.0,"delivery_date":"2026-12-01"}]"#,
    )
    .unwrap()
}

#[test]
fn amended_rows_keep_their_names_where_the_item_stays() {
    let day = "2026-12-01".parse().unwrap();
    let same = amended_rows(&rows(), &[line("A", "1", "10"), line("B", "2", "5")], day);
    assert!(same_rows(&rows(), &same));
    let other = amended_rows(&rows(), &[line("A", "3", "10"), line("C", "2", "5"), line("D", "1", "1")], day);
    assert!(!same_rows(&rows(), &other));
    let names: Vec<_> = other.iter().map(|row| row.docname.as_deref()).collect();
    assert_eq!(names, [Some("r1"), None, None]);
}

#[test]
fn lines_find_their_rows_past_those_that_take_something_off() {
    let order = Order { items: rows(), slotledger_discounts: Some("1".into()), ..Order::default() };
    let row = |at| order.row(at).map(|row| row.name.as_str());
    assert_eq!([row(0), row(1), row(2), row(3)], [Some("r1"), None, Some("r2"), None]);
}

#[test]
fn counter_documents_are_positive_and_keep_their_cent() {
    let note: Invoice = serde_json::from_str(
        r#"{"name":"ACC-1","docstatus":1,"customer":"Ana","currency":"EUR","posting_date":"2026-12-01","is_return":1,
            "total_qty":-3.0,"total_taxes_and_charges":-15.97,"grand_total":-99.99,"return_against":"ACC-0"}"#,
    )
    .unwrap();
    let key = Key::parse("apt-1/2/credit").unwrap();
    insta::assert_json_snapshot!(invoice(&note, &key, Some("c-1".into())));
}

#[test]
fn an_order_that_was_closed_says_so() {
    let read = |status: &str, docstatus: u8| {
        let text =
            format!(r#"{{"name":"SO-1","docstatus":{docstatus},"status":"{status}","currency":"EUR"}}"#);
        let read: Order = serde_json::from_str(&text).unwrap();
        order(&read, Kind::SalesOrder, &Key::parse("k").unwrap(), None).state
    };
    use slotledger_erp::State;
    // The status of what was made and submitted at once stays "Draft".
    assert_eq!(read("Draft", 1), State::Submitted);
    assert_eq!(read("Closed", 1), State::Closed);
    assert_eq!(read("Cancelled", 2), State::Cancelled);
    assert_eq!(read("Draft", 0), State::Draft);
}
