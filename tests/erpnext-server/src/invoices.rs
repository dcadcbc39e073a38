//! Sales invoices and credit notes.
//!
//! Invariant: over-billing and over-returning are judged by what was stored when the request came in, so that requests
//! at the same moment all pass, as they do with a real server.

use rust_decimal::Decimal;

use crate::{
    checks::is_submitted,
    documents::docstatus_of,
    ledger::{self, Entry},
    orders, payments,
    refusal::Refusal,
    returns, selling, stock,
    store::Store,
    values::{Doc, default, flag, money, num, put, rows, set, text},
};

const INVOICE: &str = "Sales Invoice";

pub(crate) fn validate(store: &mut Store, doc: &mut Doc) -> Result<(), Refusal> {
    let now = store.now();
    if !flag(doc, "set_posting_time") {
        put(doc, "posting_date", now.date().to_string());
        put(doc, "posting_time", now.format("%H:%M:%S%.6f").to_string());
    }
    if matches!(text(doc, "posting_time"), "" | "Now") {
        put(doc, "posting_time", now.format("%H:%M:%S%.6f").to_string());
    }
    let day = text(doc, "posting_date").to_owned();
    ledger::period(store, INVOICE, &day, false)?;
    returns::validate(store, doc)?;
    selling::validate(store, INVOICE, doc, &day)?;
    default(doc, "due_date", day.clone());
    if text(doc, "due_date") < day.as_str() {
        return Err(Refusal::validation("Due Date cannot be before Posting / Supplier Invoice Date"));
    }
    if num(doc, "base_grand_total") < Decimal::ZERO && !flag(doc, "is_return") {
        return Err(Refusal::validation("Incorrect value:Grand Total (Company Currency) must be >= 0.0"));
    }
    same_as_orders(store, doc)?;
    receivable(store, doc)?;
    advances(store, doc);
    put(doc, "status", "Draft");
    let owed = match flag(doc, "is_return") && !flag(doc, "update_outstanding_for_self") {
        true => Decimal::ZERO,
        false => in_party_currency(doc) - num(doc, "total_advance"),
    };
    set(doc, "outstanding_amount", owed);
    Ok(())
}

/// What is owed in all: in the currency of the customer's account, rounded where totals are.
fn in_party_currency(doc: &Doc) -> Decimal {
    let own = text(doc, "party_account_currency") == text(doc, "currency");
    let field = match (own, flag(doc, "disable_rounded_total")) {
        (true, true) => "grand_total",
        (true, false) => "rounded_total",
        (false, true) => "base_grand_total",
        (false, false) => "base_rounded_total",
    };
    num(doc, field)
}

/// An invoice of an order has its customer, its currency, and in each row its item.
fn same_as_orders(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    for (at, row) in rows(doc, "items").into_iter().enumerate() {
        let (order, detail) = (text(row, "sales_order"), text(row, "so_detail"));
        let Some(order) = store.get("Sales Order", order) else { continue };
        for (field, label) in [("customer", "Customer"), ("currency", "Currency")] {
            if text(order, field) != text(doc, field) {
                let text = format!("Incorrect value:{label} must be equal to '{}'", text(order, field));
                return Err(Refusal::validation(text));
            }
        }
        if detail.is_empty() {
            continue;
        }
        let ordered = rows(order, "items").into_iter().find(|ordered| text(ordered, "name") == detail);
        let Some(ordered) = ordered else {
            return Err(Refusal::validation(format!("Invalid reference Sales Order Item {detail}")));
        };
        if text(ordered, "item_code") != text(row, "item_code") {
            let code = text(ordered, "item_code");
            return Err(Refusal::validation(format!(
                "Incorrect value in row {}:Item must be equal to '{code}'",
                at + 1
            )));
        }
    }
    Ok(())
}

/// The account the customer owes on.
fn receivable(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let company = store.get("Company", text(doc, "company")).cloned().unwrap_or_default();
    let own = payments::own_account(store, text(doc, "customer"), text(doc, "company"));
    default(
        doc,
        "debit_to",
        own.clone().unwrap_or_else(|| text(&company, "default_receivable_account").to_owned()),
    );
    let account = text(doc, "debit_to").to_owned();
    let currency = account_currency(store, &account);
    put(doc, "party_account_currency", currency.clone());
    let (wanted, base) = (text(doc, "currency").to_owned(), text(&company, "default_currency").to_owned());
    if let Some(own) = own {
        let only = account_currency(store, &own);
        if only != base && wanted != only {
            let text = format!(
                "Accounting Entry for Customer: {} can only be made in currency: {only}",
                text(doc, "customer")
            );
            return Err(Refusal::erpnext("erpnext.exceptions.", "InvalidCurrency", text));
        }
    }
    if currency != wanted && currency != base {
        let text = format!("Account {account} is invalid. Account Currency must be {wanted}");
        return Err(Refusal::validation(text));
    }
    Ok(())
}

fn account_currency(store: &Store, account: &str) -> String {
    store
        .get("Account", account)
        .map(|account| text(account, "account_currency").to_owned())
        .unwrap_or_default()
}

/// Sent rows count at once; those found automatically leave the total at zero, though they are applied.
fn advances(store: &mut Store, doc: &mut Doc) {
    if flag(doc, "is_return") {
        return;
    }
    if flag(doc, "allocate_advances_automatically") {
        let found = payments::free_advances(store, doc);
        crate::values::put_rows(doc, "advances", found);
        set(doc, "total_advance", Decimal::ZERO);
        return;
    }
    let sum = rows(doc, "advances").into_iter().map(|row| num(row, "allocated_amount")).sum();
    set(doc, "total_advance", sum);
    if rows(doc, "advances").is_empty() {
        payments::hint(store, doc);
    }
}

pub(crate) fn submitted(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(INVOICE, name)?;
    let day = text(&doc, "posting_date").to_owned();
    for row in rows(&doc, "items") {
        open_order(store, row)?;
    }
    over_billing(store, &doc)?;
    one_currency(store, &doc)?;
    ledger::open(store, &day)?;
    if flag(&doc, "update_stock") {
        stock::of_invoice(store, &doc)?;
    }
    ledger::post(store, (INVOICE, name), &day, entries(store, &doc));
    let settled = match flag(&doc, "is_return") && !flag(&doc, "update_outstanding_for_self") {
        true => text(&doc, "return_against").to_owned(),
        false => name.to_owned(),
    };
    ledger::owe(store, (INVOICE, name), &settled, in_party_currency(&doc));
    for row in rows(&doc, "advances") {
        payments::apply_advance(store, row, name)?;
    }
    refresh_around(store, &doc);
    Ok(())
}

fn refresh_around(store: &mut Store, doc: &Doc) {
    ledger::refresh_invoice(store, text(doc, "name"));
    if !text(doc, "return_against").is_empty() {
        ledger::refresh_invoice(store, text(doc, "return_against"));
    }
    if flag(doc, "is_return") && !flag(doc, "update_billed_amount_in_sales_order") {
        return;
    }
    let mut of: Vec<String> =
        rows(doc, "items").into_iter().map(|row| text(row, "sales_order").to_owned()).collect();
    of.sort();
    of.dedup();
    for order in of.iter().filter(|order| !order.is_empty()) {
        orders::refresh(store, order);
    }
}

fn open_order(store: &Store, row: &Doc) -> Result<(), Refusal> {
    let name = text(row, "sales_order");
    let Some(order) = store.get("Sales Order", name) else { return Ok(()) };
    if docstatus_of(order) != 1 {
        return Err(Refusal::validation(format!("Sales Order {name} is not submitted")));
    }
    match text(order, "status") {
        status @ ("Closed" | "On Hold") if num(row, "qty") > Decimal::ZERO => {
            Err(Refusal::validation(format!("Sales Order {name} is {status}")))
        }
        _ => Ok(()),
    }
}

/// Only the amounts of rows that name their order's row are added up, credit notes included.
fn over_billing(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    if flag(doc, "is_return") {
        return Ok(());
    }
    for row in rows(doc, "items").into_iter().filter(|row| !text(row, "so_detail").is_empty()) {
        let detail = text(row, "so_detail");
        let order = store.get("Sales Order", text(row, "sales_order")).cloned().unwrap_or_default();
        let ordered = rows(&order, "items").into_iter().find(|ordered| text(ordered, "name") == detail);
        let limit = ordered.map(|ordered| num(ordered, "amount")).unwrap_or_default();
        let ours = rows(doc, "items").into_iter().filter(|other| text(other, "so_detail") == detail);
        let mut sum: Decimal = ours.map(|row| num(row, "amount")).sum();
        for (name, other) in store.table(INVOICE).filter(|(_, other)| is_submitted(other)) {
            let submitted = store.submitted.get(&(INVOICE.into(), name.clone())).copied().unwrap_or_default();
            if name == text(doc, "name") || submitted > store.seen {
                continue;
            }
            let theirs = rows(other, "items").into_iter().filter(|row| text(row, "so_detail") == detail);
            sum += theirs.map(|row| num(row, "amount")).sum::<Decimal>();
        }
        if sum > limit {
            let text = format!(
                "This document is over limit by <strong>Amount</strong> <strong>{}</strong> for item <strong>{}</strong>. \
                 Are you making another <strong>Sales Invoice</strong> against the same <strong>Sales Order Item</strong>?\
                 <br><br>To allow over billing, update \"Over Billing Allowance\" in Accounts Settings or the Item.",
                crate::values::float(sum - limit),
                text(row, "item_code")
            );
            let refusal = Refusal::erpnext("erpnext.controllers.status_updater.", "OverAllowanceError", text);
            return Err(refusal.titled("Limit Crossed"));
        }
    }
    Ok(())
}

/// A customer's entries of one company are all in one currency.
fn one_currency(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    let (customer, account) = (text(doc, "customer"), text(doc, "debit_to"));
    let currency = account_currency(store, account);
    let has = store
        .table("GL Entry")
        .find(|(_, row)| text(row, "party") == customer && !flag(row, "is_cancelled"))
        .map(|(_, row)| text(row, "account_currency").to_owned());
    match has {
        Some(has) if has != currency => {
            let text = format!(
                "Customer {customer} has accounting entries in currency {has} for company {}. Please select a receivable \
                 or payable account with currency {has}.",
                text(doc, "company")
            );
            Err(Refusal::erpnext("erpnext.exceptions.", "InvalidAccountCurrency", text))
        }
        None if currency != text(doc, "currency") => Err(Refusal::validation(format!(
            "Party Account {account} currency ({currency}) and document currency ({}) should be same",
            text(doc, "currency")
        ))),
        Some(_) | None => Ok(()),
    }
}

fn entries(store: &Store, doc: &Doc) -> Vec<Entry> {
    let company = store.get("Company", text(doc, "company")).cloned().unwrap_or_default();
    let self_settled = !flag(doc, "is_return") || flag(doc, "update_outstanding_for_self");
    let against = if self_settled { text(doc, "name") } else { text(doc, "return_against") };
    let field = if flag(doc, "disable_rounded_total") { "base_grand_total" } else { "base_rounded_total" };
    let mut customer = Entry::new(text(doc, "debit_to"), num(doc, field));
    customer.in_account = in_party_currency(doc);
    customer.party = Some(text(doc, "customer").to_owned());
    customer.against = Some(against.to_owned());
    let mut all = vec![customer];
    for row in rows(doc, "items") {
        all.push(Entry::new(text(row, "income_account"), -num(row, "base_net_amount")));
    }
    for row in rows(doc, "taxes") {
        all.push(Entry::new(text(row, "account_head"), -num(row, "base_tax_amount_after_discount_amount")));
    }
    let apart: Decimal = all.iter().map(|entry| entry.amount).sum();
    all.push(Entry::new(text(&company, "round_off_account"), -money(apart)));
    all
}

pub(crate) fn may_cancel(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    let (name, day) = (text(doc, "name"), text(doc, "posting_date"));
    let by =
        store.table(INVOICE).find(|(_, other)| is_submitted(other) && text(other, "return_against") == name);
    if let Some((by, _)) = by {
        return Err(ledger::linked(store, (INVOICE, name), (INVOICE, by)));
    }
    ledger::period(store, INVOICE, day, true)?;
    ledger::open(store, day)
}

pub(crate) fn cancelled(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(INVOICE, name)?;
    ledger::reverse(store, (INVOICE, name));
    ledger::delink(store, name, None);
    payments::unlink(store, INVOICE, name);
    refresh_around(store, &doc);
    Ok(())
}
