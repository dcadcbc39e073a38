//! Stock entries, the stock ledger, and what lies in each warehouse.
//!
//! Invariant: a shortage is found when an entry is submitted, never before.

use rust_decimal::Decimal;

use crate::{
    ledger::{self, Entry},
    refusal::Refusal,
    selling,
    store::Store,
    values::{
        Doc, date, default, fine, flag, float, money, num, put, put_rows, quantity, rows, set, take_rows,
        text,
    },
};

const ENTRY: &str = "Stock Entry";

pub(crate) fn validate(store: &mut Store, doc: &mut Doc) -> Result<(), Refusal> {
    let company = selling::company(store, doc);
    let now = store.now();
    if !flag(doc, "set_posting_time") {
        put(doc, "posting_date", now.date().to_string());
        put(doc, "posting_time", now.format("%H:%M:%S%.6f").to_string());
    }
    if matches!(text(doc, "posting_time"), "" | "Now") {
        put(doc, "posting_time", now.format("%H:%M:%S%.6f").to_string());
    }
    ledger::period(store, ENTRY, text(doc, "posting_date"), false)?;
    let kind = store.get("Stock Entry Type", text(doc, "stock_entry_type"));
    let purpose = kind.map_or("Material Issue", |kind| text(kind, "purpose")).to_owned();
    put(doc, "purpose", purpose.clone());
    let mut items = take_rows(doc, "items");
    for (at, row) in items.iter_mut().enumerate() {
        item(store, row, at + 1, &purpose, &company)?;
    }
    let (issue, sum) =
        (purpose == "Material Issue", items.iter().map(|row| num(row, "amount")).sum::<Decimal>());
    put_rows(doc, "items", items);
    let (outgoing, incoming) = if issue { (sum, Decimal::ZERO) } else { (Decimal::ZERO, sum) };
    set(doc, "total_outgoing_value", outgoing);
    set(doc, "total_incoming_value", incoming);
    set(doc, "value_difference", incoming - outgoing);
    set(doc, "total_amount", sum);
    Ok(())
}

fn item(store: &Store, row: &mut Doc, at: usize, purpose: &str, company: &Doc) -> Result<(), Refusal> {
    let code = text(row, "item_code").to_owned();
    let found = store.get("Item", &code).cloned().unwrap_or_default();
    if !flag(&found, "is_stock_item") {
        return Err(Refusal::validation(format!("{code} is not a stock Item")));
    }
    let ended = date(text(&found, "end_of_life")).is_some_and(|end| end < store.today());
    if flag(&found, "disabled") || ended {
        return Err(Refusal::validation(format!(
            "Item {code} is not active or end of life has been reached"
        )));
    }
    let (side, said) = match purpose {
        "Material Receipt" => ("t_warehouse", "Target"),
        _ => ("s_warehouse", "Source"),
    };
    let warehouse = text(row, side).to_owned();
    if warehouse.is_empty() {
        return Err(Refusal::validation(format!("{said} warehouse is mandatory for row {at}")));
    }
    if store.get("Warehouse", &warehouse).is_some_and(|warehouse| flag(warehouse, "is_group")) {
        return Err(Refusal::validation("Group node warehouse is not allowed to select for transactions"));
    }
    count(store, row, at, &code, text(&found, "stock_uom"))?;
    for field in ["item_name", "item_group", "stock_uom"] {
        put(row, field, found.get(field).cloned().unwrap_or_default());
    }
    default(row, "description", text(&found, "item_name"));
    default(row, "uom", text(&found, "stock_uom"));
    default(row, "expense_account", text(company, "stock_adjustment_account"));
    default(row, "cost_center", text(company, "cost_center"));
    set(row, "conversion_factor", Decimal::ONE);
    let qty = num(row, "qty");
    set(row, "transfer_qty", qty);
    value(store, row, &code, &warehouse, purpose);
    Ok(())
}

fn count(store: &Store, row: &mut Doc, at: usize, code: &str, unit: &str) -> Result<(), Refusal> {
    let qty = quantity(num(row, "qty"));
    if qty.is_zero() {
        let text = format!("Row #{at}: Quantity for Item <strong>{code}</strong> cannot be zero.");
        let refusal = Refusal::erpnext("erpnext.controllers.accounts_controller.", "InvalidQtyError", text);
        return Err(refusal.titled("Invalid Quantity"));
    }
    if qty < Decimal::ZERO {
        let text = format!("Row {at}: The item <strong>{code}</strong>, quantity must be positive number");
        return Err(Refusal::validation(text));
    }
    selling::whole_number(store, unit, num(row, "qty"), at)?;
    set(row, "qty", qty);
    Ok(())
}

fn value(store: &Store, row: &mut Doc, code: &str, warehouse: &str, purpose: &str) {
    let sent = num(row, "basic_rate");
    let present = bin(store, code, warehouse).map(|bin| num(bin, "valuation_rate")).unwrap_or_default();
    let rate = match purpose {
        "Material Receipt" if !sent.is_zero() => sent,
        _ => present,
    };
    let amount = money(rate * num(row, "qty"));
    for field in ["basic_rate", "valuation_rate"] {
        set(row, field, rate);
    }
    for field in ["basic_amount", "amount"] {
        set(row, field, amount);
    }
}

fn bin_name(code: &str, warehouse: &str) -> String {
    format!("{code} in {warehouse}")
}

fn bin<'a>(store: &'a Store, code: &str, warehouse: &str) -> Option<&'a Doc> {
    store.get("Bin", &bin_name(code, warehouse))
}

pub(crate) fn submitted(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(ENTRY, name)?;
    let day = text(&doc, "posting_date").to_owned();
    frozen(store, &day)?;
    let issue = text(&doc, "purpose") == "Material Issue";
    let mut entries = Vec::new();
    for row in rows(&doc, "items") {
        let warehouse = text(row, if issue { "s_warehouse" } else { "t_warehouse" });
        let sign = if issue { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
        let moved = (sign * num(row, "qty"), sign * num(row, "amount"));
        shift(store, &doc, text(row, "item_code"), warehouse, moved)?;
        let company = store.get("Company", text(&doc, "company")).cloned().unwrap_or_default();
        entries.push(Entry::new(text(&company, "default_inventory_account"), moved.1));
        entries.push(Entry::new(text(row, "expense_account"), -moved.1));
    }
    // The stock is written before the accounts, and refused first.
    ledger::open(store, &day)?;
    ledger::post(store, (ENTRY, name), &day, entries);
    Ok(())
}

/// An invoice that also issues what it sells.
pub(crate) fn of_invoice(store: &mut Store, doc: &Doc) -> Result<(), Refusal> {
    for row in rows(doc, "items").into_iter().filter(|row| flag(row, "is_stock_item")) {
        let (code, warehouse) = (text(row, "item_code"), text(row, "warehouse"));
        let rate = bin(store, code, warehouse).map(|bin| num(bin, "valuation_rate")).unwrap_or_default();
        let moved = (-num(row, "qty"), -money(rate * num(row, "qty")));
        shift(store, doc, code, warehouse, moved)?;
    }
    Ok(())
}

fn frozen(store: &Store, day: &str) -> Result<(), Refusal> {
    let settings = store.get("Stock Settings", "Stock Settings").cloned().unwrap_or_default();
    let module = "erpnext.stock.doctype.stock_ledger_entry.stock_ledger_entry.";
    let upto = text(&settings, "stock_frozen_upto");
    if !upto.is_empty() && day <= upto {
        let text = format!("Stock transactions before {} are frozen", ledger::american(upto));
        return Err(Refusal::erpnext(module, "StockFreezeError", text));
    }
    let days = num(&settings, "stock_frozen_upto_days");
    let old = date(day).map(|day| (store.today() - day).num_days());
    if !days.is_zero() && old.is_some_and(|old| Decimal::from(old) > days) {
        let text = format!("Not allowed to update stock transactions older than {}", days.normalize());
        return Err(Refusal::erpnext(module, "StockFreezeError", text));
    }
    Ok(())
}

/// Moves a quantity and its value in or out of a warehouse.
fn shift(
    store: &mut Store,
    doc: &Doc,
    code: &str,
    warehouse: &str,
    (qty, worth): (Decimal, Decimal),
) -> Result<(), Refusal> {
    let moment = format!("{} {}", text(doc, "posting_date"), text(doc, "posting_time"));
    let then: Decimal = store
        .table("Stock Ledger Entry")
        .map(|(_, row)| row)
        .filter(|row| text(row, "item_code") == code && text(row, "warehouse") == warehouse)
        .filter(|row| !flag(row, "is_cancelled") && text(row, "moment") <= moment.as_str())
        .map(|row| num(row, "actual_qty"))
        .sum();
    let now = bin(store, code, warehouse).map(|bin| num(bin, "actual_qty")).unwrap_or_default();
    let short = -(then.min(now) + qty);
    if qty < Decimal::ZERO && short > Decimal::ZERO {
        return Err(shortage(store, doc, code, warehouse, short, &moment));
    }
    store_bin(store, code, warehouse, qty, worth);
    let mut row = Doc::new();
    let name = store.row_name();
    put(&mut row, "name", name.clone());
    put(&mut row, "item_code", code);
    put(&mut row, "warehouse", warehouse);
    put(&mut row, "moment", moment);
    put(&mut row, "posting_date", text(doc, "posting_date"));
    put(&mut row, "voucher_type", text(doc, "doctype"));
    put(&mut row, "voucher_no", text(doc, "name"));
    put(&mut row, "is_cancelled", 0);
    set(&mut row, "actual_qty", qty);
    set(&mut row, "qty_after_transaction", now + qty);
    set(&mut row, "stock_value_difference", worth);
    store.save("Stock Ledger Entry", &name, row);
    Ok(())
}

fn store_bin(store: &mut Store, code: &str, warehouse: &str, qty: Decimal, worth: Decimal) {
    let mut bin = bin(store, code, warehouse).cloned().unwrap_or_default();
    let (total, value) = (num(&bin, "actual_qty") + qty, num(&bin, "stock_value") + worth);
    put(&mut bin, "name", bin_name(code, warehouse));
    put(&mut bin, "item_code", code);
    put(&mut bin, "warehouse", warehouse);
    set(&mut bin, "actual_qty", total);
    set(&mut bin, "projected_qty", total);
    set(&mut bin, "reserved_qty", Decimal::ZERO);
    set(&mut bin, "stock_value", value);
    if !total.is_zero() {
        set(&mut bin, "valuation_rate", fine(value / total));
    }
    store.save("Bin", &bin_name(code, warehouse), bin);
}

fn shortage(store: &Store, doc: &Doc, code: &str, warehouse: &str, short: Decimal, moment: &str) -> Refusal {
    let name = store.get("Item", code).map(|item| text(item, "item_name").to_owned()).unwrap_or_default();
    let text = format!(
        "<strong>{}</strong> units of <a href=\"/app/Form/Item/{code}\" style=\"font-weight: bold;\">Item {code}: {name}</a> \
         needed in <a href=\"/app/Form/Warehouse/{warehouse}\" style=\"font-weight: bold;\">Warehouse {warehouse}</a> on \
         {moment} for <a href=\"/app/Form/Stock Entry/{}\" style=\"font-weight: bold;\">Stock Entry Material Issue</a> to \
         complete this transaction.",
        float(short),
        text(doc, "name"),
    );
    Refusal::erpnext("erpnext.stock.stock_ledger.", "NegativeStockError", text).titled("Insufficient Stock")
}

pub(crate) fn may_cancel(store: &Store, doc: &Doc) -> Result<(), Refusal> {
    let day = text(doc, "posting_date");
    ledger::period(store, ENTRY, day, true)?;
    frozen(store, day)?;
    ledger::open(store, day)
}

/// Quantities come back at once; the value of what was not the last movement waits for a nightly job.
pub(crate) fn cancelled(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(ENTRY, name)?;
    let moves: Vec<(String, Doc)> = store
        .table("Stock Ledger Entry")
        .filter(|(_, row)| text(row, "voucher_no") == name)
        .map(|(row_name, row)| (row_name.clone(), row.clone()))
        .collect();
    for (row_name, row) in moves {
        let (code, warehouse, qty) =
            (text(&row, "item_code"), text(&row, "warehouse"), num(&row, "actual_qty"));
        let now = bin(store, code, warehouse).map(|bin| num(bin, "actual_qty")).unwrap_or_default();
        if now - qty < Decimal::ZERO {
            let moment = text(&row, "moment").to_owned();
            return Err(shortage(store, &doc, code, warehouse, qty - now, &moment));
        }
        let last = store
            .table("Stock Ledger Entry")
            .rfind(|(_, other)| text(other, "item_code") == code && text(other, "warehouse") == warehouse)
            .is_some_and(|(last, _)| *last == row_name);
        let worth = if last { num(&row, "stock_value_difference") } else { Decimal::ZERO };
        store_bin(store, code, warehouse, -qty, -worth);
        store.change("Stock Ledger Entry", &row_name, |row| put(row, "is_cancelled", 1));
    }
    ledger::reverse(store, (ENTRY, name));
    Ok(())
}
