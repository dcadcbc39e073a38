//! What each document type does at each step of a document's life.

use crate::{
    checks::is_submitted,
    invoices, journals, ledger, orders, payments,
    refusal::Refusal,
    stock,
    store::Store,
    values::{Doc, date, flag, put, rows, set, text},
};

pub(crate) fn validate(store: &mut Store, doctype: &str, doc: &mut Doc) -> Result<(), Refusal> {
    match doctype {
        "Sales Order" => orders::validate(store, doc),
        "Sales Invoice" => invoices::validate(store, doc),
        "Stock Entry" => stock::validate(store, doc),
        "Payment Entry" => payments::validate(store, doc),
        "Journal Entry" => journals::validate(store, doc),
        "Customer" => customer(doc),
        "Accounting Period" => accounting_period(store, doc),
        "Account" => account(store, doc),
        _ => Ok(()),
    }
}

fn customer(doc: &Doc) -> Result<(), Refusal> {
    let email = text(doc, "email_id");
    match email.is_empty() || email.contains('@') {
        true => Ok(()),
        false => {
            let text = format!("<strong>{email}</strong> is not a valid Email Address");
            Err(Refusal::frappe("InvalidEmailAddressError", text))
        }
    }
}

fn account(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let currency =
        store.table("Company").next().map(|(_, company)| text(company, "default_currency").to_owned());
    crate::values::default(doc, "account_currency", currency.unwrap_or_default());
    Ok(())
}

fn accounting_period(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    let (start, end) = (text(doc, "start_date"), text(doc, "end_date"));
    if date(start).is_none() || date(end).is_none() {
        return Err(Refusal::mandatory(
            "Accounting Period",
            text(doc, "name"),
            "start_date",
            "Error: Value missing",
        ));
    }
    let overlaps = |other: &Doc| text(other, "start_date") <= end && start <= text(other, "end_date");
    let other =
        store.table("Accounting Period").find(|(name, other)| *name != text(doc, "name") && overlaps(other));
    match other {
        None => Ok(()),
        Some((name, _)) => {
            let module = "erpnext.accounts.doctype.accounting_period.accounting_period.";
            Err(Refusal::erpnext(module, "OverlapError", format!("Accounting Period overlaps with {name}")))
        }
    }
}

/// After a document was stored, submitted or not.
pub(crate) fn inserted(store: &mut Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    if doctype == "Custom Field" {
        let field = store.find("Custom Field", name)?;
        if flag(&field, "unique") {
            store.make_unique(text(&field, "dt"), text(&field, "fieldname"));
        }
    }
    Ok(())
}

pub(crate) fn submitted(store: &mut Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    match doctype {
        "Sales Order" => orders::submitted(store, name),
        "Sales Invoice" => invoices::submitted(store, name),
        "Stock Entry" => stock::submitted(store, name),
        "Payment Entry" => payments::submitted(store, name),
        "Journal Entry" => journals::submitted(store, name),
        _ => Ok(()),
    }
}

/// What a draft that is submitted by itself gets, and a document made and submitted at once does not.
pub(crate) fn refresh_status(store: &mut Store, doctype: &str, name: &str) {
    match doctype {
        "Sales Order" => store.change(doctype, name, orders::set_status),
        "Sales Invoice" => ledger::refresh_invoice(store, name),
        _ => {}
    }
}

pub(crate) fn changed_after_submit(store: &mut Store, doctype: &str, doc: &mut Doc) -> Result<(), Refusal> {
    match doctype {
        "Sales Order" => orders::changed_after_submit(store, doc),
        _ => Ok(()),
    }
}

pub(crate) fn may_cancel(store: &mut Store, doctype: &str, doc: &Doc) -> Result<(), Refusal> {
    match doctype {
        "Sales Order" => orders::may_cancel(store, doc),
        "Sales Invoice" => invoices::may_cancel(store, doc),
        "Stock Entry" => stock::may_cancel(store, doc),
        "Payment Entry" | "Journal Entry" => {
            ledger::period(store, doctype, text(doc, "posting_date"), true)?;
            ledger::open(store, text(doc, "posting_date"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn cancelled(store: &mut Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    match doctype {
        "Sales Order" => orders::cancelled(store, name),
        "Sales Invoice" => invoices::cancelled(store, name)?,
        "Stock Entry" => stock::cancelled(store, name)?,
        "Payment Entry" => payments::cancelled(store, name)?,
        "Journal Entry" => ledger::reverse(store, ("Journal Entry", name)),
        _ => {}
    }
    Ok(())
}

/// Nothing that another document names is deleted.
pub(crate) fn may_delete(store: &Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    if doctype != "Sales Order" {
        return Ok(());
    }
    for (invoice, of) in store.table("Sales Invoice") {
        if rows(of, "items").into_iter().any(|row| text(row, "sales_order") == name) {
            return Err(ledger::linked(store, (doctype, name), ("Sales Invoice", invoice)));
        }
    }
    match store.table("Sales Order").find(|(_, order)| text(order, "amended_from") == name) {
        None => Ok(()),
        Some((order, _)) => Err(ledger::linked(store, (doctype, name), ("Sales Order", order))),
    }
}

/// A row changed through its own resource: only an order's date may be.
pub(crate) fn child_update(store: &mut Store, doctype: &str, name: &str, sent: &Doc) -> Result<Doc, Refusal> {
    let parent = match doctype {
        "Sales Order Item" => "Sales Order",
        _ => return Err(Refusal::missing(&format!("{doctype} {name}"))),
    };
    let order = store
        .table(parent)
        .find(|(_, order)| rows(order, "items").into_iter().any(|row| text(row, "name") == name))
        .map(|(order, _)| order.clone());
    let Some(order) = order else { return Err(Refusal::missing(&format!("{doctype} {name}"))) };
    let day = text(sent, "delivery_date").to_owned();
    let mut answer = Doc::new();
    store.change(parent, &order, |doc| {
        let mut items = crate::values::take_rows(doc, "items");
        for row in items.iter_mut().filter(|row| text(row, "name") == name && !day.is_empty()) {
            put(row, "delivery_date", day.clone());
            answer = row.clone();
        }
        let latest = items.iter().map(|row| text(row, "delivery_date").to_owned()).max().unwrap_or_default();
        crate::values::put_rows(doc, "items", items);
        put(doc, "delivery_date", latest);
    });
    put(&mut answer, "parent", order);
    Ok(answer)
}

/// The credit note an invoice would get, negated, taxes and team included; nothing is stored.
pub(crate) fn proposed_return(store: &Store, name: &str) -> Result<Doc, Refusal> {
    let mut note = store.find("Sales Invoice", name)?;
    if !is_submitted(&note) {
        return Err(Refusal::validation("Cannot map because following condition fails: docstatus=1"));
    }
    for field in ["name", "creation", "modified", "modified_by", "amended_from"] {
        note.remove(field);
    }
    for custom in store.unique_fields("Sales Invoice") {
        note.remove(&custom);
    }
    let today = store.today().to_string();
    put(&mut note, "docstatus", 0);
    put(&mut note, "status", "Draft");
    put(&mut note, "is_return", 1);
    put(&mut note, "return_against", name);
    put(&mut note, "set_posting_time", 0);
    put(&mut note, "posting_date", today.clone());
    put(&mut note, "due_date", today);
    put(&mut note, "update_outstanding_for_self", 1);
    put(&mut note, "update_billed_amount_in_sales_order", 0);
    crate::values::put_rows(&mut note, "advances", Vec::new());
    negate(
        &mut note,
        &["total", "net_total", "total_taxes_and_charges", "grand_total", "rounded_total", "discount_amount"],
    );
    for (table, fields) in [
        (
            "items",
            &["amount", "net_amount", "base_amount", "base_net_amount", "distributed_discount_amount"][..],
        ),
        ("taxes", &["tax_amount", "total", "tax_amount_after_discount_amount"][..]),
        ("sales_team", &["allocated_amount", "incentives"][..]),
    ] {
        let mut of = crate::values::take_rows(&mut note, table);
        for row in &mut of {
            if table == "items" {
                let back = crate::returns::returned(store, name, text(row, "name"));
                let qty = back - crate::values::num(row, "qty");
                set(row, "qty", qty);
                let link = text(row, "name").to_owned();
                put(row, "sales_invoice_item", link);
            }
            negate(row, fields);
            for field in ["name", "parent", "creation", "modified"] {
                row.remove(field);
            }
        }
        crate::values::put_rows(&mut note, table, of);
    }
    Ok(note)
}

fn negate(doc: &mut Doc, fields: &[&str]) {
    for field in fields {
        let value = crate::values::num(doc, field);
        set(doc, field, -value);
    }
}
