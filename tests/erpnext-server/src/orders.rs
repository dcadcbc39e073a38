//! Sales orders: their dates, how much of them was billed, and when they may be withdrawn.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    checks::is_submitted,
    documents::docstatus_of,
    ledger, payments,
    refusal::Refusal,
    selling,
    store::Store,
    totals,
    values::{Doc, default, flag, is_set, money, num, put, put_rows, quantity, rows, set, take_rows, text},
};

/// Decimal places of how much was billed, in percent.
const PERCENT_DIGITS: u32 = 6;

pub(crate) fn validate(store: &mut Store, doc: &mut Doc) -> Result<(), Refusal> {
    if rows(doc, "items").is_empty() {
        return Err(no_items());
    }
    let today = store.today().to_string();
    default(doc, "transaction_date", today);
    let day = text(doc, "transaction_date").to_owned();
    selling::validate(store, "Sales Order", doc, &day)?;
    default(doc, "delivery_status", "Not Delivered");
    default(doc, "billing_status", "Not Billed");
    put(doc, "status", "Draft");
    dates(doc)
}

/// A field that was never set, multiplied.
pub(crate) fn no_items() -> Refusal {
    Refusal::python("", "TypeError", "unsupported operand type(s) for *: 'NoneType' and 'float'")
}

fn dates(doc: &mut Doc) -> Result<(), Refusal> {
    let header = text(doc, "delivery_date").to_owned();
    let mut items = take_rows(doc, "items");
    for item in &mut items {
        default(item, "delivery_date", header.clone());
    }
    let latest = items.iter().map(|item| text(item, "delivery_date").to_owned()).max().unwrap_or_default();
    let missing = items.iter().any(|item| text(item, "delivery_date").is_empty());
    let early = items.iter().any(|item| text(item, "delivery_date") < text(doc, "transaction_date"));
    put_rows(doc, "items", items);
    if missing {
        return Err(Refusal::validation("Please enter Delivery Date"));
    }
    let dates = [latest.as_str(), text(doc, "transaction_date")];
    if early && dates.iter().all(|day| crate::values::date(day).is_some()) {
        let text = "Expected Delivery Date should be after Sales Order Date";
        return Err(Refusal::validation(text).titled("Invalid Delivery Date"));
    }
    put(doc, "delivery_date", latest);
    Ok(())
}

/// After submitting, the header's date is that of the latest row, whatever was sent.
pub(crate) fn changed_after_submit(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let latest = rows(doc, "items").iter().map(|item| text(item, "delivery_date").to_owned()).max();
    put(doc, "delivery_date", latest.unwrap_or_default());
    totals::contributions(store, doc)
}

pub(crate) fn submitted(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find("Sales Order", name)?;
    let customer = store.get("Customer", text(&doc, "customer")).cloned().unwrap_or_default();
    let company = text(&doc, "company");
    let limit = rows(&customer, "credit_limits").into_iter().find(|limit| text(limit, "company") == company);
    let Some(limit) = limit.map(|limit| num(limit, "credit_limit")).filter(|limit| !limit.is_zero()) else {
        return Ok(());
    };
    let total = num(&doc, "base_grand_total");
    if total <= limit {
        return Ok(());
    }
    let text = format!(
        "Credit limit has been crossed for customer {} ({total:.1}/{limit:.1})",
        text(&doc, "customer")
    );
    Err(Refusal::validation(text).titled("Credit Limit Crossed"))
}

pub(crate) fn may_cancel(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    let name = text(doc, "name");
    if text(doc, "status") == "Closed" {
        return Err(Refusal::validation("Closed order cannot be cancelled. Unclose to cancel."));
    }
    for (invoice, of) in store.table("Sales Invoice") {
        if !rows(of, "items").iter().any(|row| text(row, "sales_order") == name) {
            continue;
        }
        match docstatus_of(of) {
            0 => {
                let text =
                    format!("Sales Invoice {invoice} must be deleted before cancelling this Sales Order");
                return Err(Refusal::validation(text));
            }
            1 => return Err(ledger::linked(store, ("Sales Order", name), ("Sales Invoice", invoice))),
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn cancelled(store: &mut Store, name: &str) {
    payments::unlink(store, "Sales Order", name);
}

/// Reckons anew how much of an order was billed, and what that makes of its status.
pub(crate) fn refresh(store: &mut Store, name: &str) {
    let mut billed: Vec<(String, Decimal)> = Vec::new();
    for (_, invoice) in store.table("Sales Invoice").filter(|(_, invoice)| is_submitted(invoice)) {
        if flag(invoice, "is_return") && !flag(invoice, "update_billed_amount_in_sales_order") {
            continue;
        }
        for row in rows(invoice, "items").into_iter().filter(|row| text(row, "sales_order") == name) {
            billed.push((text(row, "so_detail").to_owned(), num(row, "amount")));
        }
    }
    store.change("Sales Order", name, |order| {
        let mut items = take_rows(order, "items");
        let (mut part, mut whole) = (Decimal::ZERO, Decimal::ZERO);
        for item in &mut items {
            let sum: Decimal =
                billed.iter().filter(|(row, _)| row == text(item, "name")).map(|(_, amount)| *amount).sum();
            let amount = num(item, "amount");
            // What is billed beyond the order is not stored.
            set(item, "billed_amt", sum.min(amount));
            part += sum.min(amount);
            whole += amount;
        }
        put_rows(order, "items", items);
        let percent = if whole.is_zero() { Decimal::ZERO } else { part / whole * Decimal::ONE_HUNDRED };
        set(order, "per_billed", percent.round_dp(PERCENT_DIGITS));
        if !matches!(text(order, "status"), "Closed" | "On Hold") {
            set_status(order);
        }
    });
}

/// What an order's status would be, by what was billed.
pub(crate) fn set_status(order: &mut Doc) {
    let percent = num(order, "per_billed");
    let fully = percent >= Decimal::ONE_HUNDRED;
    let billing = match (fully, percent.is_zero()) {
        (true, _) => "Fully Billed",
        (false, true) => "Not Billed",
        (false, false) => "Partly Billed",
    };
    let status = match (docstatus_of(order), fully, flag(order, "skip_delivery_note")) {
        (0, ..) => "Draft",
        (2, ..) => "Cancelled",
        (_, true, true) => "Completed",
        (_, true, false) => "To Deliver",
        (_, false, true) => "To Bill",
        (_, false, false) => "To Deliver and Bill",
    };
    put(order, "billing_status", billing);
    put(order, "status", status);
}

/// `update_status`: closes, holds, or reckons anew for any other word.
pub(crate) fn update_status(store: &mut Store, name: &str, status: &str) -> Result<(), Refusal> {
    store.find("Sales Order", name)?;
    store.change("Sales Order", name, |order| match status {
        "Closed" | "On Hold" => put(order, "status", status),
        _ => set_status(order),
    });
    Ok(())
}

/// `update_child_qty_rate`: the rows of a submitted order become those sent; rows left out are deleted.
pub(crate) fn update_children(store: &mut Store, name: &str, sent: &[Value]) -> Result<(), Refusal> {
    let mut order = store.find("Sales Order", name)?;
    if docstatus_of(&order) == 0 {
        let text = "Cannot change docstatus from 0 (Draft) to 2 (Cancelled)";
        return Err(Refusal::frappe("DocstatusTransitionError", text).silent());
    }
    let sent: Vec<&Doc> = sent.iter().filter_map(Value::as_object).collect();
    let old = take_rows(&mut order, "items");
    for (at, row) in old.iter().enumerate() {
        let kept = sent.iter().any(|sent| text(sent, "docname") == text(row, "name"));
        if !kept && !num(row, "billed_amt").is_zero() {
            return Err(Refusal::validation(format!(
                "Row #{}: Cannot delete item {} which has already been billed.",
                at + 1,
                text(row, "item_code")
            )));
        }
    }
    let mut rows = Vec::new();
    for (at, sent) in sent.into_iter().enumerate() {
        let was = old
            .iter()
            .find(|row| !text(sent, "docname").is_empty() && text(row, "name") == text(sent, "docname"));
        rows.push(changed_row(sent, was, at)?);
    }
    put_rows(&mut order, "items", rows);
    let day = text(&order, "transaction_date").to_owned();
    selling::validate(store, "Sales Order", &mut order, &day)?;
    dates(&mut order)?;
    let mut items = take_rows(&mut order, "items");
    for (at, item) in items.iter_mut().enumerate() {
        let row = store.row_name();
        default(item, "name", row);
        put(item, "idx", at + 1);
        put(item, "docstatus", 1);
        for (field, value) in [("parent", name), ("parentfield", "items"), ("parenttype", "Sales Order")] {
            put(item, field, value);
        }
    }
    put_rows(&mut order, "items", items);
    put(&mut order, "status", "To Deliver and Bill");
    store.save("Sales Order", name, order);
    refresh(store, name);
    Ok(())
}

fn changed_row(sent: &Doc, was: Option<&Doc>, at: usize) -> Result<Doc, Refusal> {
    let code = text(sent, "item_code");
    let (qty, rate) = (quantity(num(sent, "qty")), num(sent, "rate"));
    if qty.is_zero() {
        let text = format!("Row #None: Quantity for Item {code} cannot be zero.");
        return Err(Refusal::validation(text).titled("Invalid Qty"));
    }
    let mut row = was.cloned().unwrap_or_default();
    if was.is_some_and(|was| num(was, "billed_amt") > money(qty * rate)) {
        return Err(Refusal::validation(format!(
            "Row #{}: Cannot set Rate if the billed amount is greater than the amount for Item {code}.",
            at + 1
        )));
    }
    put(&mut row, "item_code", code);
    set(&mut row, "qty", qty);
    set(&mut row, "rate", rate);
    if is_set(sent.get("delivery_date")) {
        put(&mut row, "delivery_date", text(sent, "delivery_date"));
    }
    Ok(row)
}
