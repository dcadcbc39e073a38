//! Postings are stored as JSON before they are sent: the shape of each kind is part of the contract.

#![allow(clippy::expect_used, reason = "a broken fixture should stop its test")]

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use slotledger_erp::{
    Advance, AdvanceRefund, Body, CommissionEarned, CommissionReversal, CreditNote, Earner, Failure, Finish,
    Invoice, Item, Key, Kind, Line, Material, Order, OrderAmendment, OrderCancellation, OrderLine, Party,
    Posting, StockIssue, StockReturn,
};

fn key(step: &str) -> Key {
    Key::parse(&format!("apt-0042/1/{step}")).expect("a plain key")
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn posting(step: &str, body: Body) -> Posting {
    let date = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a date");
    Posting { key: key(step), subject: "APT-0042".to_owned(), date, body }
}

fn customer() -> Party {
    Party {
        code: "C-17".to_owned(),
        name: "Ida Berg".to_owned(),
        email: Some("ida@example.org".to_owned()),
        phone: None,
        address: Some("Storgata 1\n0155 Oslo".to_owned()),
    }
}

fn provider() -> Party {
    Party { code: "P-3".to_owned(), name: "Ola Lund".to_owned(), email: None, phone: None, address: None }
}

fn item(code: &str, name: &str) -> Item {
    Item { code: code.to_owned(), name: name.to_owned() }
}

fn lines() -> Vec<Line> {
    let service = item("cooling", "Cooling System Service");
    vec![Line::new(service, "Cooling System Service, 29 March, Ola Lund", decimal("1.50"), decimal("33.33"))]
}

fn materials() -> Vec<Material> {
    vec![Material {
        item: item("r134a", "Refrigerant"),
        quantity: decimal("0.333"),
        unit: "Kilogram".to_owned(),
        warehouse: "Main".to_owned(),
    }]
}

fn all() -> Vec<Posting> {
    let start: DateTime<Utc> = "2026-03-29T08:00:00Z".parse().expect("an instant");
    let end: DateTime<Utc> = "2026-03-29T09:30:00Z".parse().expect("an instant");
    let order = Order {
        customer: customer(),
        provider: provider(),
        currency: "EUR".to_owned(),
        lines: lines(),
        start,
        end,
        commission_percent: decimal("12.5"),
    };
    let invoice = Invoice {
        order: Some(key("order")),
        customer: customer(),
        currency: "EUR".to_owned(),
        lines: vec![Line {
            list_price: Some(decimal("40.00")),
            bills: Some(OrderLine { order: key("order"), line: 0 }),
            ..lines().remove(0)
        }],
        finish: Finish::Draft,
        earners: vec![Earner { provider: provider(), percent: decimal("12.5"), base: decimal("50.00") }],
        advances: vec![key("advance")],
    };
    let amendment = OrderAmendment {
        order: key("order"),
        provider: provider(),
        lines: lines(),
        start,
        end,
        reason: "moved by the customer".to_owned(),
    };
    let advance = Advance {
        order: Some(key("order")),
        customer: customer(),
        currency: "EUR".to_owned(),
        amount: decimal("20.00"),
        method: Some("Card".to_owned()),
        receipt: Some("ch_17".to_owned()),
    };
    let commission = CommissionEarned {
        invoice: key("invoice"),
        provider: provider(),
        currency: "EUR".to_owned(),
        base: decimal("50.00"),
        percent: decimal("12.5"),
        amount: decimal("6.25"),
    };
    let reason = || "customer moved away".to_owned();
    vec![
        posting("order", Body::SalesOrder(order)),
        posting(
            "cancel",
            Body::OrderCancellation(OrderCancellation { order: key("order"), reason: reason() }),
        ),
        posting("invoice", Body::SalesInvoice(invoice)),
        posting("issue", Body::StockIssue(StockIssue { lines: materials() })),
        posting("commission", Body::Commission(commission)),
        posting("credit", Body::CreditNote(CreditNote { invoice: key("invoice"), reason: reason() })),
        posting("return", Body::StockReturn(StockReturn { issue: key("issue"), lines: materials() })),
        posting(
            "reversal",
            Body::CommissionReversal(CommissionReversal { commission: key("commission"), reason: reason() }),
        ),
        posting("amendment", Body::OrderAmendment(amendment)),
        posting("advance", Body::Advance(advance)),
        posting(
            "refund",
            Body::AdvanceRefund(AdvanceRefund {
                advance: key("advance"),
                amount: decimal("20.00"),
                reason: reason(),
            }),
        ),
    ]
}

#[test]
fn each_kind_has_its_shape() {
    for posting in all() {
        insta::assert_json_snapshot!(posting.kind().as_str(), posting);
    }
}

#[test]
fn what_is_stored_reads_back_the_same() {
    for posting in all() {
        let text = serde_json::to_string(&posting).expect("it serialises");
        assert_eq!(serde_json::from_str::<Posting>(&text).expect("it parses"), posting);
    }
}

#[test]
fn the_tag_is_the_name_of_the_kind() {
    for posting in all() {
        let value = serde_json::to_value(&posting).expect("it serialises");
        assert_eq!(value["body"]["kind"], posting.kind().as_str());
        let kind = serde_json::to_value(posting.kind()).expect("it serialises");
        assert_eq!(serde_json::from_value::<Kind>(kind).expect("it parses"), posting.kind());
    }
}

#[test]
fn a_decimal_is_text_and_keeps_its_trailing_zeros() {
    let value = serde_json::to_value(&all()[0]).expect("it serialises");
    assert_eq!(value["body"]["lines"][0]["quantity"], "1.50");
}

#[test]
fn a_refusal_stored_without_its_reason_is_still_read() {
    let text = r#"{"class":"refused","fix":"reopen it","message":"the period is closed"}"#;
    let failure: Failure = serde_json::from_str(text).expect("it parses");
    assert_eq!(failure, Failure::refused("the period is closed", "reopen it"));
}

#[test]
fn an_invoice_names_each_order_once() {
    let bills = |step: &str, line| Some(OrderLine { order: key(step), line });
    let line = |bills| Line { bills, ..lines().remove(0) };
    let invoice = Invoice {
        order: Some(key("order")),
        customer: customer(),
        currency: "EUR".to_owned(),
        lines: vec![line(bills("other", 0)), line(None), line(bills("order", 1)), line(bills("other", 1))],
        finish: Finish::Posted,
        earners: Vec::new(),
        advances: Vec::new(),
    };
    assert_eq!(invoice.orders(), [&key("order"), &key("other")]);
}
