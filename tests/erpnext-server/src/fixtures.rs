//! The company a stand-in starts with.
//!
//! Invariant: our custom fields are not among it: a connector has to make them, as with a real site.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    COMPANY, MANAGER, NOBODY, USER,
    store::Store,
    values::{Doc, put, set},
};

/// Fills an empty store.
pub(crate) fn fill(store: &mut Store) {
    let company = json!({
        "company_name": COMPANY, "abbr": "SD", "default_currency": "EUR", "country": "Germany",
        "default_receivable_account": "Debtors - SD", "default_income_account": "Sales - SD",
        "default_cash_account": "Cash - SD", "default_bank_account": "Bank - SD", "cost_center": "Main - SD",
        "round_off_account": "Round Off - SD", "default_inventory_account": "Stock In Hand - SD",
        "stock_adjustment_account": "Stock Adjustment - SD", "default_warehouse": "Stores - SD",
        "enable_perpetual_inventory": 1,
    });
    add(store, "Company", COMPANY, company);
    users(store);
    accounts(store);
    masters(store);
    items(store);
    settings(store);
}

fn add(store: &mut Store, doctype: &str, name: &str, fields: Value) {
    let Value::Object(mut doc) = fields else { return };
    put(&mut doc, "name", name);
    put(&mut doc, "doctype", doctype);
    put(&mut doc, "docstatus", 0);
    put(&mut doc, "modified", "2020-01-01 00:00:00.000000");
    put(&mut doc, "creation", "2020-01-01 00:00:00.000000");
    store.save(doctype, name, doc);
}

fn users(store: &mut Store) {
    let daily = ["Sales User", "Stock User", "Accounts User"];
    let manager = ["System Manager", "Accounts Manager", "Sales Manager", "Sales User", "Stock Manager"];
    for (name, (key, secret), roles) in [
        ("manager@example.com", MANAGER, &manager[..]),
        ("slotledger@example.com", USER, &daily[..]),
        ("nobody@example.com", NOBODY, &[]),
    ] {
        let roles: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
        let user = json!({"api_key": key, "api_secret": secret, "enabled": 1, "roles": roles});
        add(store, "User", name, user);
    }
}

fn accounts(store: &mut Store) {
    for (name, kind, currency) in [
        ("Debtors", "Receivable", "EUR"),
        ("Debtors USD", "Receivable", "USD"),
        ("Creditors", "Payable", "EUR"),
        ("Sales", "Income Account", "EUR"),
        ("Cash", "Cash", "EUR"),
        ("Bank", "Bank", "EUR"),
        ("VAT 19", "Tax", "EUR"),
        ("City Tax 2", "Tax", "EUR"),
        ("Round Off", "Round Off", "EUR"),
        ("Stock In Hand", "Stock", "EUR"),
        ("Stock Adjustment", "Stock Adjustment", "EUR"),
        ("Commission on Sales", "Expense Account", "EUR"),
        ("Payroll Payable", "", "EUR"),
    ] {
        let fields = json!({
            "account_name": name, "account_type": kind, "account_currency": currency, "company": COMPANY, "is_group": 0,
        });
        add(store, "Account", &format!("{name} - SD"), fields);
    }
    add(store, "Account", "Indirect Expenses - SD", json!({"company": COMPANY, "is_group": 1}));
    add(store, "Cost Center", "Main - SD", json!({"company": COMPANY}));
}

fn masters(store: &mut Store) {
    for (name, smallest) in [("EUR", "0.01"), ("USD", "0.01"), ("CHF", "0.05"), ("GBP", "0")] {
        let mut currency = Doc::new();
        put(&mut currency, "enabled", 1);
        set(&mut currency, "smallest_currency_fraction_value", smallest.parse().unwrap_or(Decimal::ZERO));
        add(store, "Currency", name, Value::Object(currency));
    }
    for (name, whole) in [("Nos", 1), ("Hour", 0), ("Unit", 1)] {
        add(store, "UOM", name, json!({"must_be_whole_number": whole, "enabled": 1}));
    }
    for (doctype, name) in [
        ("Customer Group", "Individual"),
        ("Customer Group", "All Customer Groups"),
        ("Territory", "All Territories"),
        ("Item Group", "Services"),
        ("Item Group", "Consumable"),
        ("Price List", "Standard Selling"),
        ("Country", "Germany"),
        ("Supplier", "Sam"),
        ("Mode of Payment", "Cash"),
    ] {
        add(store, doctype, name, json!({}));
    }
    for purpose in ["Material Issue", "Material Receipt"] {
        add(store, "Stock Entry Type", purpose, json!({"purpose": purpose}));
    }
    for (name, is_group) in [("Stores - SD", 0), ("Finished Goods - SD", 0), ("All Warehouses - SD", 1)] {
        add(
            store,
            "Warehouse",
            name,
            json!({"company": COMPANY, "is_group": is_group, "warehouse_name": name}),
        );
    }
    for (name, rate) in [("Sam", "10"), ("Eve", "12.5")] {
        let fields = json!({"sales_person_name": name, "commission_rate": rate, "enabled": 1, "is_group": 0});
        add(store, "Sales Person", name, fields);
    }
    add(
        store,
        "Sales Partner",
        "Referral Studio",
        json!({"partner_name": "Referral Studio", "commission_rate": 5.0}),
    );
    for name in ["Jane Client", "Walk-in"] {
        let fields = json!({
            "customer_name": name, "customer_type": "Individual", "customer_group": "Individual",
            "territory": "All Territories", "disabled": 0, "is_frozen": 0,
        });
        add(store, "Customer", name, fields);
    }
    template(store);
}

fn template(store: &mut Store) {
    let taxes = json!([{
        "charge_type": "On Net Total", "account_head": "VAT 19 - SD", "rate": 19.0, "description": "VAT 19%",
        "included_in_print_rate": 0,
    }]);
    let fields =
        json!({"title": "VAT 19", "company": COMPANY, "is_default": 1, "disabled": 0, "taxes": taxes});
    add(store, "Sales Taxes and Charges Template", "VAT 19 - SD", fields);
}

fn items(store: &mut Store) {
    for (code, name, unit, stocked) in [
        ("SVC-MAINT", "Maintenance visit", "Nos", 0),
        ("SVC-HOUR", "Work by the hour", "Hour", 0),
        ("FEE", "Fee", "Nos", 0),
        ("MAT-FILTER", "Filter", "Nos", 1),
        ("MAT-RARE", "Rare part", "Nos", 1),
    ] {
        let fields = json!({
            "item_code": code, "item_name": name, "stock_uom": unit, "is_stock_item": stocked, "is_sales_item": 1,
            "grant_commission": 1, "disabled": 0, "item_group": if stocked == 1 { "Consumable" } else { "Services" },
        });
        add(store, "Item", code, fields);
    }
    add(store, "Item Price", "SVC-MAINT", json!({"item_code": "SVC-MAINT", "price_list_rate": 80.0}));
    for (code, qty, rate) in [("MAT-FILTER", "1000", "7.5"), ("MAT-RARE", "2", "99.99")] {
        let (qty, rate): (Decimal, Decimal) =
            (qty.parse().unwrap_or_default(), rate.parse().unwrap_or_default());
        let mut bin = Doc::new();
        put(&mut bin, "item_code", code);
        put(&mut bin, "warehouse", "Stores - SD");
        for (field, value) in [("actual_qty", qty), ("valuation_rate", rate), ("stock_value", qty * rate)] {
            set(&mut bin, field, value);
        }
        add(store, "Bin", &format!("{code} in Stores - SD"), Value::Object(bin));
        let mut opening = Doc::new();
        put(&mut opening, "item_code", code);
        put(&mut opening, "warehouse", "Stores - SD");
        put(&mut opening, "moment", "2020-01-01 00:00:00");
        put(&mut opening, "is_cancelled", 0);
        set(&mut opening, "actual_qty", qty);
        set(&mut opening, "stock_value_difference", qty * rate);
        let name = store.row_name();
        add(store, "Stock Ledger Entry", &name, Value::Object(opening));
    }
}

fn settings(store: &mut Store) {
    for year in 2020..2060 {
        let fields =
            json!({"year_start_date": format!("{year}-01-01"), "year_end_date": format!("{year}-12-31")});
        add(store, "Fiscal Year", &year.to_string(), fields);
    }
    add(store, "Accounts Settings", "Accounts Settings", json!({"acc_frozen_upto": null}));
    add(
        store,
        "Stock Settings",
        "Stock Settings",
        json!({"stock_frozen_upto": null, "stock_frozen_upto_days": 0}),
    );
    let system = json!({
        "time_zone": "Europe/Berlin", "rounding_method": "Banker's Rounding", "float_precision": "3",
        "currency_precision": "", "number_format": "#.###,##",
    });
    add(store, "System Settings", "System Settings", system);
    // Tables that are empty at first are there all the same.
    for doctype in [
        "GL Entry",
        "Payment Ledger Entry",
        "Currency Exchange",
        "Accounting Period",
        "Period Closing Voucher",
    ] {
        add(store, doctype, "none", json!({}));
        store.delete(doctype, "none");
    }
}
