//! Payments and journals.

use serde_json::{Value, json};
use slotledger_erpnext_server::COMPANY;

use crate::site::{Site, invoice, order, with, words};

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
