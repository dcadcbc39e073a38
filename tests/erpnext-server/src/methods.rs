//! Methods that are called by name.

use serde_json::{Value, json};

use crate::{
    documents, hooks,
    ledger::or_null,
    listing::{self, Query},
    orders, payments,
    refusal::Refusal,
    selling,
    store::Store,
    totals,
    users::{self, Right},
    values::{Doc, num, put, put_rows, rows, set, text},
};

const SALES_ORDER: &str = "erpnext.selling.doctype.sales_order.sales_order.";
const SALES_INVOICE: &str = "erpnext.accounts.doctype.sales_invoice.sales_invoice.";

/// Calls one. An answer of none has no `message`.
pub(crate) fn call(store: &mut Store, method: &str, args: &Doc) -> Result<Option<Value>, Refusal> {
    if let Some(short) = method.strip_prefix(SALES_ORDER) {
        return of_orders(store, method, short, args);
    }
    if method.strip_prefix(SALES_INVOICE) == Some("make_sales_return") {
        users::check(store, "Sales Invoice", Right::Read)?;
        return hooks::proposed_return(store, text(args, "source_name")).map(Value::Object).map(Some);
    }
    match method {
        "frappe.auth.get_logged_user" => Ok(Some(store.user.clone().into())),
        "frappe.utils.change_log.get_versions" => Ok(Some(versions())),
        "erpnext.controllers.accounts_controller.update_child_qty_rate" => update_children(store, args),
        "erpnext.controllers.accounts_controller.get_taxes_and_charges" => taxes(store, args).map(Some),
        "erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry" => {
            payments::proposal(store, text(args, "dt"), text(args, "dn")).map(Value::Object).map(Some)
        }
        "erpnext.setup.utils.get_exchange_rate" => Ok(Some(rate(store, args))),
        _ => of_client(store, method, args),
    }
}

fn of_orders(store: &mut Store, method: &str, short: &str, args: &Doc) -> Result<Option<Value>, Refusal> {
    match short {
        "make_sales_invoice" => {
            users::check(store, "Sales Order", Right::Read)?;
            proposed_invoice(store, args).map(Value::Object).map(Some)
        }
        "update_status" => {
            users::check(store, "Sales Order", Right::Submit)?;
            orders::update_status(store, text(args, "name"), text(args, "status")).map(|()| None)
        }
        _ => Err(no_method(method)),
    }
}

fn of_client(store: &mut Store, method: &str, args: &Doc) -> Result<Option<Value>, Refusal> {
    let doctype = text(args, "doctype").to_owned();
    match method {
        "frappe.client.submit" => {
            let doc = object(args.get("doc"));
            let (doctype, name) = (text(&doc, "doctype").to_owned(), text(&doc, "name").to_owned());
            let mut sent = Doc::new();
            put(&mut sent, "docstatus", 1);
            // Without its time of modification the document counts as one that was opened long ago.
            let opened = doc.get("modified").cloned().unwrap_or_else(|| "never".into());
            put(&mut sent, "modified", opened);
            documents::update(store, &doctype, &name, sent).map(Value::Object).map(Some)
        }
        "frappe.client.cancel" => {
            users::check(store, &doctype, Right::Submit)?;
            documents::cancel(store, &doctype, text(args, "name")).map(Value::Object).map(Some)
        }
        "frappe.client.set_value" => {
            let mut sent = Doc::new();
            put(&mut sent, text(args, "fieldname"), or_null(args.get("value")));
            documents::update(store, &doctype, text(args, "name"), sent).map(Value::Object).map(Some)
        }
        "frappe.client.get_value" => get_value(store, &doctype, args).map(Some),
        "frappe.client.get_count" => {
            users::check(store, &doctype, Right::Read)?;
            let mut query = query_of(args);
            query.insert("limit_page_length".into(), "0".into());
            Ok(Some(listing::list(store, &doctype, &query)?.len().into()))
        }
        "frappe.client.get_list" => {
            users::check(store, &doctype, Right::Read)?;
            Ok(Some(Value::Array(listing::list(store, &doctype, &query_of(args))?)))
        }
        _ => Err(no_method(method)),
    }
}

fn no_method(method: &str) -> Refusal {
    let (module, name) = method.rsplit_once('.').unwrap_or(("", method));
    let text =
        format!("Failed to get method for command {method} with module '{module}' has no attribute '{name}'");
    Refusal::validation(text)
}

fn object(value: Option<&Value>) -> Doc {
    match value {
        Some(Value::Object(doc)) => doc.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Doc::new(),
    }
}

fn query_of(args: &Doc) -> Query {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    args.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn versions() -> Value {
    json!({
        "frappe": {"title": "Frappe Framework", "version": "15.101.1", "branch": "version-15"},
        "erpnext": {"title": "ERPNext", "version": "15.99.1", "branch": "version-15"},
    })
}

fn get_value(store: &Store, doctype: &str, args: &Doc) -> Result<Value, Refusal> {
    users::check(store, doctype, Right::Read)?;
    let fields: Vec<String> = serde_json::from_str(text(args, "fieldname"))
        .unwrap_or_else(|_| vec![text(args, "fieldname").to_owned()]);
    let found = listing::first(store, doctype, &query_of(args))?;
    let mut shown = Doc::new();
    for field in found.map(|_| fields).unwrap_or_default() {
        let value = found.and_then(|found| found.get(&field)).cloned().unwrap_or(Value::Null);
        shown.insert(field, value);
    }
    Ok(Value::Object(shown))
}

fn update_children(store: &mut Store, args: &Doc) -> Result<Option<Value>, Refusal> {
    users::check(store, text(args, "parent_doctype"), Right::Submit)?;
    let sent: Vec<Value> = serde_json::from_str(text(args, "trans_items")).map_err(|_| {
        Refusal::python("json.decoder.", "JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")
    })?;
    orders::update_children(store, text(args, "parent_doctype_name"), &sent)?;
    Ok(None)
}

fn taxes(store: &Store, args: &Doc) -> Result<Value, Refusal> {
    let template = store.find(text(args, "master_doctype"), text(args, "master_name"))?;
    let shown = rows(&template, "taxes").into_iter().map(|row| {
        let mut shown = Doc::new();
        for field in [
            "charge_type",
            "row_id",
            "account_head",
            "rate",
            "description",
            "included_in_print_rate",
            "tax_amount",
        ] {
            shown.insert(field.into(), or_null(row.get(field)));
        }
        Value::Object(shown)
    });
    Ok(Value::Array(shown.collect()))
}

fn rate(store: &mut Store, args: &Doc) -> Value {
    let (from, to) = (text(args, "from_currency"), text(args, "to_currency"));
    let today = store.today().to_string();
    let day = Some(text(args, "transaction_date")).filter(|day| !day.is_empty()).unwrap_or(&today);
    match selling::exchange_rate(store, from, to, day) {
        Some(rate) => crate::values::float(rate),
        None => {
            store.say(selling::no_rate(from, to, day));
            crate::values::float(rust_decimal::Decimal::ZERO)
        }
    }
}

/// `make_sales_invoice`: what is left to be billed of an order, not stored. A fully billed order gives no rows.
fn proposed_invoice(store: &Store, args: &Doc) -> Result<Doc, Refusal> {
    let name = text(args, "source_name");
    let order = store.find("Sales Order", name)?;
    if documents::docstatus_of(&order) != 1 {
        return Err(Refusal::validation("Cannot map because following condition fails: docstatus=1"));
    }
    let only: Doc = object(args.get("args"));
    let chosen: Vec<String> = only
        .get("filtered_children")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let mut invoice = Doc::new();
    for field in [
        "customer",
        "company",
        "currency",
        "conversion_rate",
        "taxes_and_charges",
        "sales_partner",
        "commission_rate",
    ] {
        invoice.insert(field.into(), or_null(order.get(field)));
    }
    put(&mut invoice, "doctype", "Sales Invoice");
    put(&mut invoice, "docstatus", 0);
    put(&mut invoice, "__islocal", 1);
    put(&mut invoice, "posting_date", store.today().to_string());
    let mut items = Vec::new();
    for row in rows(&order, "items") {
        let left = num(row, "amount") - num(row, "billed_amt");
        let wanted = chosen.is_empty() || chosen.iter().any(|name| name == text(row, "name"));
        if left.is_zero() || !wanted {
            continue;
        }
        items.push(invoice_row(row, name, left));
    }
    put_rows(&mut invoice, "items", items);
    for table in ["taxes", "sales_team"] {
        let mut of: Vec<Doc> = rows(&order, table).into_iter().cloned().collect();
        for row in &mut of {
            for field in ["name", "parent", "creation", "modified"] {
                row.remove(field);
            }
        }
        put_rows(&mut invoice, table, of);
    }
    if !rows(&invoice, "items").is_empty() {
        totals::reckon(store, &mut invoice)?;
        totals::contributions(store, &mut invoice)?;
    }
    Ok(invoice)
}

fn invoice_row(row: &Doc, order: &str, left: rust_decimal::Decimal) -> Doc {
    let mut item = row.clone();
    for field in ["name", "parent", "creation", "modified", "billed_amt", "delivery_date"] {
        item.remove(field);
    }
    let (rate, qty) = (num(row, "rate"), num(row, "qty"));
    set(&mut item, "qty", if rate.is_zero() { qty } else { crate::values::quantity(left / rate) });
    put(&mut item, "sales_order", order);
    put(&mut item, "so_detail", text(row, "name"));
    item
}

/// `run_method` on a document.
pub(crate) fn run(store: &mut Store, doctype: &str, name: &str, method: &str) -> Result<Doc, Refusal> {
    match method {
        "submit" => {
            let mut sent = Doc::new();
            put(&mut sent, "docstatus", 1);
            documents::update(store, doctype, name, sent)
        }
        "cancel" => documents::cancel(store, doctype, name),
        // Anything else works on a copy that nobody stores.
        _ => store.find(doctype, name).map(|_| Doc::new()),
    }
}
