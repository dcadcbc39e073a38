//! The stand-in against what a real server was recorded to answer.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken fixture should stop its test"
)]

use std::{sync::Once, time::Duration};

use serde_json::{Value, json};
use slotledger_erpnext_server::{COMPANY, MANAGER, NOBODY, Options, Server, USER};

struct Site {
    server: Server,
    http: reqwest::Client,
}

impl Site {
    fn start() -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
        let today = Some("2026-11-21".parse().unwrap());
        Self { server: Server::start(Options { today, port: 0 }).unwrap(), http: reqwest::Client::new() }
    }

    /// With a unique field `custom_id` on what is tested.
    async fn keyed() -> Self {
        let site = Self::start();
        for dt in ["Sales Order", "Sales Invoice", "Stock Entry", "Payment Entry", "Journal Entry"] {
            let field =
                json!({"dt": dt, "fieldname": "custom_id", "label": "Id", "fieldtype": "Data", "unique": 1});
            assert_eq!(site.send("POST", "resource/Custom Field", Some(MANAGER), &field).await.0, 200);
        }
        site
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<(&str, &str)>,
        body: &Value,
    ) -> (u16, Value) {
        let url = format!("{}/api/{}", self.server.url(), path.replace(' ', "%20"));
        let mut request = self.http.request(method.parse().unwrap(), url);
        if let Some((key, secret)) = token {
            request = request.header("Authorization", format!("token {key}:{secret}"));
        }
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn post(&self, doctype: &str, body: Value) -> (u16, Value) {
        self.send("POST", &format!("resource/{doctype}"), Some(USER), &body).await
    }

    async fn put(&self, doctype: &str, name: &str, body: Value) -> (u16, Value) {
        self.send("PUT", &format!("resource/{doctype}/{name}"), Some(USER), &body).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, Some(USER), &Value::Null).await
    }

    async fn made(&self, doctype: &str, body: Value) -> Value {
        let (status, answer) = self.post(doctype, body).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }
}

fn order(more: Value) -> Value {
    with(
        json!({
            "customer": "Jane Client", "company": COMPANY, "transaction_date": "2026-11-21", "delivery_date": "2026-11-25",
            "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80}],
        }),
        more,
    )
}

fn invoice(more: Value) -> Value {
    with(
        json!({"customer": "Jane Client", "company": COMPANY, "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80}]}),
        more,
    )
}

fn with(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn kind(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["exc_type"].as_str().unwrap_or_default())
}

fn words(answer: &(u16, Value)) -> String {
    answer.1["exception"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn tokens() {
    let site = Site::start();
    let who = "method/frappe.auth.get_logged_user";
    assert_eq!(site.send("GET", who, Some(USER), &Value::Null).await.1["message"], "slotledger@example.com");
    let wrong = site.send("GET", who, Some((USER.0, "bad")), &Value::Null).await;
    assert_eq!(kind(&wrong), (401, "AuthenticationError"));
    let nobody = site.send("GET", who, None, &Value::Null).await;
    assert_eq!(kind(&nobody), (403, "PermissionError"));
    let roleless = site.send("POST", "resource/Sales Order", Some(NOBODY), &order(json!({}))).await;
    assert_eq!(kind(&roleless), (403, "PermissionError"));
    assert_eq!(roleless.1["_error_message"], "No permission for Sales Order");
    assert_eq!(site.send("GET", "method/ping", None, &Value::Null).await.1["message"], "pong");
}

#[tokio::test]
async fn unique_fields() {
    let site = Site::start();
    // Before the field is there it is echoed, and not stored.
    let made = site.made("Sales Order", order(json!({"custom_id": "A"}))).await;
    assert_eq!(made["custom_id"], "A");
    let name = made["name"].as_str().unwrap();
    assert_eq!(site.get(&format!("resource/Sales Order/{name}")).await.1["data"]["custom_id"], Value::Null);
    let asked = site.get("resource/Sales Order?filters=[[\"custom_id\",\"=\",\"A\"]]").await;
    assert_eq!(kind(&asked), (417, "DataError"));

    let site = Site::keyed().await;
    let first = site.made("Sales Order", order(json!({"custom_id": "A-1", "docstatus": 1}))).await;
    for again in ["A-1", "a-1", "A-1 "] {
        let refused = site.post("Sales Order", order(json!({"custom_id": again}))).await;
        assert_eq!(kind(&refused), (417, "UniqueValidationError"));
        assert!(
            words(&refused).contains("SAL-ORD-2026-00002"),
            "the name is given back: {}",
            words(&refused)
        );
    }
    for _ in 0..2 {
        site.made("Sales Order", order(json!({"custom_id": ""}))).await;
    }
    let long = site.post("Sales Order", order(json!({"custom_id": "x".repeat(141)}))).await;
    assert_eq!(kind(&long), (417, "CharacterLengthExceededError"));
    // A cancelled document keeps it.
    let name = first["name"].as_str().unwrap();
    assert_eq!(site.put("Sales Order", name, json!({"docstatus": 2})).await.0, 200);
    let refused = site.post("Sales Order", order(json!({"custom_id": "A-1"}))).await;
    assert_eq!(kind(&refused), (417, "UniqueValidationError"));
    let frozen = site.put("Sales Order", name, json!({"custom_id": null})).await;
    assert_eq!(kind(&frozen), (417, "ValidationError"));
}

#[tokio::test]
async fn docstatus() {
    let site = Site::start();
    let draft = site.made("Sales Order", order(json!({}))).await;
    let name = draft["name"].as_str().unwrap();
    assert_eq!((&draft["docstatus"], &draft["status"]), (&json!(0), &json!("Draft")));
    let refused = site.put("Sales Order", name, json!({"docstatus": 2})).await;
    assert_eq!(kind(&refused), (417, "DocstatusTransitionError"));
    let submitted = site.put("Sales Order", name, json!({"docstatus": 1})).await;
    assert_eq!(submitted.1["data"]["status"], "To Deliver and Bill");
    assert_eq!(site.put("Sales Order", name, json!({"docstatus": 1})).await.0, 200);
    let changed = site.put("Sales Order", name, json!({"transaction_date": "2026-11-20"})).await;
    assert_eq!(kind(&changed), (417, "UpdateAfterSubmitError"));
    let stale =
        site.put("Sales Order", name, json!({"modified": "2020-01-01 00:00:00.000000", "po_no": "x"})).await;
    assert_eq!(kind(&stale), (417, "TimestampMismatchError"));
    let at_once = site.made("Sales Order", order(json!({"docstatus": 1}))).await;
    assert_eq!((&at_once["docstatus"], &at_once["status"]), (&json!(1), &json!("Draft")));
}

#[tokio::test]
async fn refused_orders() {
    let site = Site::start();
    let row = |row: Value| json!({"items": [row]});
    let cases = [
        (json!({"customer": null}), 417, "MandatoryError"),
        (json!({"items": []}), 500, "TypeError"),
        (json!({"delivery_date": null}), 417, "ValidationError"),
        (json!({"customer": "Nobody"}), 404, "DoesNotExistError"),
        (row(json!({"item_code": "NOPE", "qty": 1})), 404, "DoesNotExistError"),
        (row(json!({"item_code": "SVC-MAINT", "qty": "abc"})), 417, "InvalidQtyError"),
        (row(json!({"item_code": "SVC-MAINT", "qty": 0.5})), 417, "UOMMustBeIntegerError"),
        (json!({"delivery_date": "2026-11-01"}), 417, "ValidationError"),
        (json!({"transaction_date": "21/11/2026"}), 500, "OperationalError"),
        (json!({"transaction_date": "not a date"}), 417, "ValidationError"),
        (json!({"company": "Nope Inc"}), 417, "LinkValidationError"),
        (json!({"currency": "XYZ"}), 417, "LinkValidationError"),
        (json!({"currency": "USD"}), 417, "ValidationError"),
        (
            json!({"sales_team": [{"sales_person": "Sam", "allocated_percentage": 60}]}),
            417,
            "ValidationError",
        ),
        (json!({"sales_partner": "Referral Studio", "commission_rate": 101}), 417, "ValidationError"),
        (
            json!({"taxes": [{"charge_type": "On Net Total", "account_head": "VAT 19 - SD", "rate": 19}]}),
            417,
            "MandatoryError",
        ),
    ];
    for (more, status, exc_type) in cases {
        let refused = site.post("Sales Order", order(more.clone())).await;
        assert_eq!(kind(&refused), (status, exc_type), "{more}: {}", refused.1);
    }
    assert!(site.server.all("Sales Order").is_empty());
    // What is taken without a word.
    for more in [
        json!({"sales_team": [{"sales_person": "Nobody", "allocated_percentage": 100}]}),
        json!({"sales_partner": "Nobody"}),
        json!({"nonsense": 1}),
        json!({"company": null}),
        json!({"transaction_date": "2099-01-02", "delivery_date": "2099-01-03"}),
    ] {
        site.made("Sales Order", order(more)).await;
    }
}

#[tokio::test]
async fn prices_and_taxes() {
    let site = Site::start();
    let priced = |row: Value| {
        invoice(
            json!({"disable_rounded_total": 1, "items": [with(json!({"item_code": "SVC-MAINT", "qty": 1}), row)]}),
        )
    };
    for (row, rate) in [
        (json!({}), 80.0),
        (json!({"rate": 0}), 80.0),
        (json!({"rate": 65.555}), 65.56),
        (json!({"rate": 0.125}), 0.12),
        (json!({"rate": 2.675}), 2.68),
        (json!({"rate": 1.005}), 1.0),
        (json!({"discount_percentage": 15}), 68.0),
        (json!({"rate": 80, "discount_percentage": 15}), 80.0),
    ] {
        assert_eq!(
            site.made("Sales Invoice", priced(row.clone())).await["items"][0]["rate"],
            json!(rate),
            "{row}"
        );
    }
    let vat = |inclusive: u8| {
        json!([{"charge_type": "On Net Total", "account_head": "VAT 19 - SD", "rate": 19, "description": "VAT",
            "included_in_print_rate": inclusive}])
    };
    let rows = |rate: f64, count: usize| {
        json!(vec![json!({"item_code": "SVC-MAINT", "qty": 1, "rate": rate}); count])
    };
    let taxed = |items: Value, taxes: Value, more: Value| {
        invoice(with(json!({"items": items, "taxes": taxes, "disable_rounded_total": 1}), more))
    };
    for (body, net, tax, total) in [
        (taxed(rows(33.33, 3), vat(0), json!({})), 99.99, 19.0, 118.99),
        (taxed(rows(0.13, 5), vat(0), json!({})), 0.65, 0.12, 0.77),
        (taxed(rows(33.33, 3), vat(1), json!({})), 84.03, 15.97, 99.99),
        (taxed(rows(119.0, 1), vat(1), json!({})), 100.0, 19.0, 119.0),
        (taxed(rows(100.0, 1), vat(0), json!({"discount_amount": 10})), 91.6, 17.4, 109.0),
        (
            taxed(rows(100.0, 1), vat(0), json!({"discount_amount": 10, "apply_discount_on": "Net Total"})),
            90.0,
            17.1,
            107.1,
        ),
    ] {
        let made = site.made("Sales Invoice", body).await;
        let found = [&made["net_total"], &made["total_taxes_and_charges"], &made["grand_total"]];
        assert_eq!(found, [&json!(net), &json!(tax), &json!(total)]);
    }
    let two = json!([
        {"charge_type": "On Net Total", "account_head": "VAT 19 - SD", "rate": 19, "description": "x"},
        {"charge_type": "On Previous Row Total", "row_id": "1", "account_head": "City Tax 2 - SD", "rate": 2, "description": "y"},
    ]);
    let made = site.made("Sales Invoice", taxed(rows(80.0, 1), two, json!({}))).await;
    assert_eq!((&made["grand_total"], &made["taxes"][1]["tax_amount"]), (&json!(97.1), &json!(1.9)));
    let named = site.made("Sales Invoice", invoice(json!({"taxes_and_charges": "VAT 19 - SD"}))).await;
    assert_eq!(named["total_taxes_and_charges"], json!(0.0), "a template that is only named taxes nothing");
}

#[tokio::test]
async fn billing_is_judged_by_what_was_there() {
    let site = Site::keyed().await;
    let order = site.made("Sales Order", order(json!({"docstatus": 1}))).await;
    let bill = |id: &str| {
        invoice(
            json!({"docstatus": 1, "custom_id": id, "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80,
            "sales_order": order["name"], "so_detail": order["items"][0]["name"]}]}),
        )
    };
    site.server.think(Duration::from_millis(50));
    let (a, b, c) = tokio::join!(
        site.post("Sales Invoice", bill("1")),
        site.post("Sales Invoice", bill("2")),
        site.post("Sales Invoice", bill("3"))
    );
    assert_eq!([a.0, b.0, c.0], [200; 3], "all at once pass");
    site.server.think(Duration::ZERO);
    let later = site.post("Sales Invoice", bill("4")).await;
    assert_eq!(kind(&later), (417, "OverAllowanceError"));
    let name = order["name"].as_str().unwrap();
    let stored = site.get(&format!("resource/Sales Order/{name}")).await.1;
    assert_eq!(
        (&stored["data"]["per_billed"], &stored["data"]["items"][0]["billed_amt"]),
        (&json!(100.0), &json!(80.0))
    );
    let cancel = site.put("Sales Order", name, json!({"docstatus": 2})).await;
    assert_eq!(kind(&cancel), (417, "LinkExistsError"));
    let empty = site.get(&format!(
        "method/erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice?source_name={name}"
    ));
    assert_eq!(empty.await.1["message"]["items"], json!([]));
}

#[tokio::test]
async fn credit_notes() {
    let site = Site::keyed().await;
    let sold = site.made("Sales Invoice", invoice(json!({"docstatus": 1}))).await;
    let name = sold["name"].as_str().unwrap();
    let back = |qty: i64, linked: bool, more: Value| {
        let mut row = json!({"item_code": "SVC-MAINT", "qty": qty, "rate": 80});
        if linked {
            row["sales_invoice_item"] = sold["items"][0]["name"].clone();
        }
        invoice(with(json!({"is_return": 1, "return_against": name, "docstatus": 1, "items": [row]}), more))
    };
    assert_eq!(
        kind(&site.post("Sales Invoice", back(-3, true, json!({}))).await),
        (417, "StockOverReturnError")
    );
    assert_eq!(kind(&site.post("Sales Invoice", back(1, true, json!({}))).await).0, 417);
    let note = site.made("Sales Invoice", back(-1, true, json!({"update_outstanding_for_self": 0}))).await;
    assert_eq!(note["outstanding_amount"], json!(0.0));
    let original = site.get(&format!("resource/Sales Invoice/{name}")).await.1["data"].clone();
    assert_eq!(
        (&original["status"], &original["outstanding_amount"]),
        (&json!("Credit Note Issued"), &json!(0.0))
    );
    assert_eq!(
        kind(&site.post("Sales Invoice", back(-1, true, json!({}))).await),
        (417, "StockOverReturnError")
    );
    // Without the row's name anything goes.
    let unlinked = site.post("Sales Invoice", back(-1, false, json!({}))).await;
    assert_eq!(unlinked.0, 200);
    assert!(unlinked.1["_server_messages"].as_str().unwrap().contains("does not exist"));
    let cancel = site.put("Sales Invoice", name, json!({"docstatus": 2})).await;
    assert_eq!(kind(&cancel), (417, "LinkExistsError"));
}

#[tokio::test]
async fn stock_entries() {
    let site = Site::start();
    let issue = |more: Value| {
        with(
            json!({"stock_entry_type": "Material Issue", "company": COMPANY, "docstatus": 1,
                "items": [{"item_code": "MAT-FILTER", "qty": 2, "s_warehouse": "Stores - SD"}]}),
            more,
        )
    };
    let row = |row: Value| json!({"items": [with(json!({"item_code": "MAT-FILTER", "qty": 2, "s_warehouse": "Stores - SD"}), row)]});
    let made = site.made("Stock Entry", issue(json!({}))).await;
    assert_eq!((&made["total_outgoing_value"], &made["items"][0]["basic_rate"]), (&json!(15.0), &json!(7.5)));
    for (more, status, exc_type) in [
        (row(json!({"qty": 10_000})), 417, "NegativeStockError"),
        (row(json!({"s_warehouse": "Finished Goods - SD"})), 417, "NegativeStockError"),
        (row(json!({"item_code": "SVC-MAINT"})), 417, "ValidationError"),
        (row(json!({"item_code": "NOPE"})), 417, "ValidationError"),
        (row(json!({"s_warehouse": "Nope - SD"})), 417, "LinkValidationError"),
        (row(json!({"s_warehouse": null})), 417, "ValidationError"),
        (row(json!({"s_warehouse": "All Warehouses - SD"})), 417, "ValidationError"),
        (row(json!({"qty": 0})), 417, "InvalidQtyError"),
        (row(json!({"qty": 0.5})), 417, "UOMMustBeIntegerError"),
        (row(json!({"qty": -1})), 417, "ValidationError"),
        (json!({"stock_entry_type": null}), 417, "MandatoryError"),
        (
            json!({"set_posting_time": 1, "posting_date": "2019-10-01", "posting_time": "10:00:00"}),
            417,
            "NegativeStockError",
        ),
    ] {
        let refused = site.post("Stock Entry", issue(more.clone())).await;
        assert_eq!(kind(&refused), (status, exc_type), "{more}: {}", refused.1);
    }
    // A purpose that does not exist moves stock all the same.
    assert_eq!(
        site.made("Stock Entry", issue(json!({"stock_entry_type": "Nope"}))).await["purpose"],
        "Material Issue"
    );
    let bin =
        site.get("resource/Bin?filters=[[\"item_code\",\"=\",\"MAT-FILTER\"]]&fields=[\"actual_qty\"]").await;
    assert_eq!(bin.1["data"], json!([{"actual_qty": 996.0}]));
    assert_eq!(site.put("Stock Entry", made["name"].as_str().unwrap(), json!({"docstatus": 2})).await.0, 200);
    let bin =
        site.get("resource/Bin?filters=[[\"item_code\",\"=\",\"MAT-FILTER\"]]&fields=[\"actual_qty\"]").await;
    assert_eq!(bin.1["data"], json!([{"actual_qty": 998.0}]));
}

#[tokio::test]
async fn advances() {
    let site = Site::keyed().await;
    let order = site.made("Sales Order", order(json!({"docstatus": 1}))).await;
    let pay = |amount: i64, more: Value| {
        with(
            json!({"payment_type": "Receive", "party_type": "Customer", "party": "Jane Client", "company": COMPANY,
                "paid_to": "Cash - SD", "paid_amount": amount, "received_amount": amount, "docstatus": 1}),
            more,
        )
    };
    let tied = |amount: i64| json!({"references": [{"reference_doctype": "Sales Order", "reference_name": order["name"], "allocated_amount": amount}]});
    for (body, text) in [
        (pay(50, json!({"paid_to": "Bank - SD"})), "Reference No"),
        (pay(50, json!({"received_amount": null})), "Received Amount"),
        (pay(30, tied(40)), "Difference Amount"),
        (pay(500, tied(500)), "greater than outstanding"),
        (pay(10, with(tied(10), json!({"party": "Walk-in"}))), "is not associated"),
    ] {
        let refused = site.post("Payment Entry", body).await;
        assert_eq!(refused.0, 417);
        assert!(words(&refused).contains(text), "{}", words(&refused));
    }
    let payment = site.made("Payment Entry", pay(30, tied(30))).await;
    let free = site.made("Payment Entry", pay(25, json!({}))).await;
    assert_eq!((&free["unallocated_amount"], &free["status"]), (&json!(25.0), &json!("Submitted")));
    let bill = |more: Value| {
        invoice(with(
            json!({"docstatus": 1, "items": [{"item_code": "SVC-MAINT", "qty": 1, "rate": 80,
            "sales_order": order["name"], "so_detail": order["items"][0]["name"]}]}),
            more,
        ))
    };
    let without_row = json!({"advances": [{"reference_type": "Payment Entry", "reference_name": payment["name"],
        "advance_amount": 30, "allocated_amount": 30}]});
    let refused = site.post("Sales Invoice", bill(without_row)).await;
    assert!(words(&refused).contains("modified after you pulled"), "{}", words(&refused));
    let only = json!({"allocate_advances_automatically": 1, "only_include_allocated_payments": 1});
    let made = site.made("Sales Invoice", bill(only)).await;
    assert_eq!((&made["total_advance"], made["advances"].as_array().unwrap().len()), (&json!(0.0), 1));
    let stored = site.get(&format!("resource/Sales Invoice/{}", made["name"].as_str().unwrap())).await.1;
    assert_eq!(stored["data"]["outstanding_amount"], json!(50.0));
    // Cancelling the invoice leaves the payment free, and not with the order again.
    assert_eq!(
        site.put("Sales Invoice", made["name"].as_str().unwrap(), json!({"docstatus": 2})).await.0,
        200
    );
    let payment = site.get(&format!("resource/Payment Entry/{}", payment["name"].as_str().unwrap())).await.1;
    assert_eq!(
        (&payment["data"]["references"], &payment["data"]["unallocated_amount"]),
        (&json!([]), &json!(30.0))
    );
}

#[tokio::test]
async fn journals() {
    let site = Site::start();
    let journal = |rows: Value, docstatus: u8| {
        json!({"voucher_type": "Journal Entry", "company": COMPANY, "posting_date": "2026-11-21", "docstatus": docstatus,
            "accounts": rows})
    };
    let rows = |debit: f64, credit: f64, to: &str| {
        json!([{"account": "Commission on Sales - SD", "debit_in_account_currency": debit},
            {"account": to, "credit_in_account_currency": credit}])
    };
    let made = site.made("Journal Entry", journal(rows(10.005, 10.005, "Payroll Payable - SD"), 1)).await;
    assert_eq!(made["total_debit"], json!(10.0));
    for (rows, text) in [
        (rows(31.0, 30.0, "Payroll Payable - SD"), "Total Debit"),
        (rows(31.0, 31.0, "Creditors - SD"), "Party Type and Party"),
        (rows(0.0, 0.0, "Payroll Payable - SD"), "cannot be zero"),
        (rows(31.0, 31.0, "Indirect Expenses - SD"), "Group Account"),
        (rows(31.0, 31.0, "Nope - SD"), "Could not find"),
    ] {
        let refused = site.post("Journal Entry", journal(rows, 1)).await;
        assert!(words(&refused).contains(text), "{}", words(&refused));
    }
}

#[tokio::test]
async fn lists() {
    let site = Site::keyed().await;
    for at in 0..25 {
        site.made("Sales Order", order(json!({"custom_id": format!("L-{at}")}))).await;
    }
    let names = |answer: &(u16, Value)| answer.1["data"].as_array().unwrap().len();
    assert_eq!(names(&site.get("resource/Sales Order").await), 20);
    assert_eq!(names(&site.get("resource/Sales Order?limit_page_length=0").await), 25);
    let like = "resource/Sales Order?filters=[[\"custom_id\",\"like\",\"L_1%25\"]]&limit_page_length=0";
    assert_eq!(names(&site.get(like).await), 11);
    let counted = site.get("resource/Sales Order?fields=[\"count(name) as n\"]").await;
    assert_eq!(counted.1["data"], json!([{"n": 25}]));
    let unset = site.get("resource/Sales Order?filters=[[\"custom_id\",\"is\",\"not set\"]]").await;
    assert_eq!(names(&unset), 0);
    assert_eq!(kind(&site.get("resource/Sales Order?filters=x").await), (500, "JSONDecodeError"));
    assert_eq!(kind(&site.get("resource/Sales Ordder").await), (404, "DoesNotExistError"));
    assert_eq!(kind(&site.get("resource/Sales Order Item").await), (403, "PermissionError"));
    let injected = site.get("resource/Sales Order?order_by=modified; drop table x").await;
    assert_eq!(kind(&injected), (417, "ValidationError"));
    let deleted =
        site.send("DELETE", "resource/Sales Order/SAL-ORD-2026-00025", Some(USER), &Value::Null).await;
    assert_eq!(deleted.0, 202);
    assert_eq!(
        site.made("Sales Order", order(json!({}))).await["name"],
        "SAL-ORD-2026-00025",
        "a name comes again"
    );
}
