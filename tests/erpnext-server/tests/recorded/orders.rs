//! Orders: their states, what is refused, prices and taxes.

use serde_json::{Value, json};

use crate::site::{Site, invoice, kind, order, with};

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
