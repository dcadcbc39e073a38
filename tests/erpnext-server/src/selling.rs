//! What orders and invoices have in common: the customer, the currency, the items and their prices.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    refusal::Refusal,
    store::Store,
    totals,
    values::{Doc, date, default, flag, float, money, num, put, put_rows, quantity, set, take_rows, text},
};

const PRICE_LIST: &str = "Standard Selling";

/// Fills in and checks what both have.
pub(crate) fn validate(store: &mut Store, doctype: &str, doc: &mut Doc, day: &str) -> Result<(), Refusal> {
    let company = company(store, doc);
    customer(store, doctype, doc)?;
    currency(store, doc, &company, day)?;
    items(store, doc, &company)?;
    taxes(store, doc, &company)?;
    totals::reckon(store, doc)?;
    default(doc, "naming_series", "");
    totals::contributions(store, doc)
}

/// The company of a document; the site's own where none is named.
pub(crate) fn company(store: &Store, doc: &mut Doc) -> Doc {
    let own = store.table("Company").next().map(|(name, _)| name.clone()).unwrap_or_default();
    default(doc, "company", own);
    store.get("Company", text(doc, "company")).cloned().unwrap_or_default()
}

fn customer(store: &Store, doctype: &str, doc: &mut Doc) -> Result<(), Refusal> {
    let name = text(doc, "customer").to_owned();
    if name.is_empty() {
        return Ok(());
    }
    let Some(customer) = store.get("Customer", &name).cloned() else {
        return Err(match doctype {
            "Sales Order" => Refusal::missing(&format!("Customer {name}")),
            _ => Refusal::python("", "AttributeError", "'NoneType' object has no attribute 'payment_terms'"),
        });
    };
    party(&customer, &name)?;
    for field in ["customer_name", "customer_group", "territory"] {
        put(doc, field, customer.get(field).cloned().unwrap_or(Value::Null));
    }
    Ok(())
}

/// A customer who may be dealt with.
pub(crate) fn party(customer: &Doc, name: &str) -> Result<(), Refusal> {
    if flag(customer, "disabled") {
        return Err(Refusal::erpnext(
            "erpnext.exceptions.",
            "PartyDisabled",
            format!("Customer {name} is disabled"),
        ));
    }
    if flag(customer, "is_frozen") {
        return Err(Refusal::erpnext(
            "erpnext.exceptions.",
            "PartyFrozen",
            format!("Customer {name} is frozen"),
        ));
    }
    Ok(())
}

fn currency(store: &mut Store, doc: &mut Doc, company: &Doc, day: &str) -> Result<(), Refusal> {
    let own = text(company, "default_currency").to_owned();
    default(doc, "currency", own.clone());
    put(doc, "selling_price_list", PRICE_LIST);
    put(doc, "price_list_currency", own.clone());
    set(doc, "plc_conversion_rate", Decimal::ONE);
    let currency = text(doc, "currency").to_owned();
    if currency == own {
        set(doc, "conversion_rate", Decimal::ONE);
        return Ok(());
    }
    if !num(doc, "conversion_rate").is_zero() {
        return Ok(());
    }
    let Some(rate) = exchange_rate(store, &currency, &own, day) else {
        let text = format!(
            "Exchange Rate is mandatory. Maybe Currency Exchange record is not created for {currency} to {own}."
        );
        return Err(Refusal::validation(text).after_saying(&no_rate(&currency, &own, day)));
    };
    set(doc, "conversion_rate", rate);
    Ok(())
}

pub(crate) fn no_rate(from: &str, to: &str, day: &str) -> String {
    format!(
        "Unable to find exchange rate for {from} to {to} for key date {day}. Please create a Currency Exchange record \
         manually"
    )
}

/// The last rate recorded up to a day.
pub(crate) fn exchange_rate(store: &Store, from: &str, to: &str, day: &str) -> Option<Decimal> {
    let fits = |record: &&Doc| {
        text(record, "from_currency") == from
            && text(record, "to_currency") == to
            && text(record, "date") <= day
    };
    let records = store.table("Currency Exchange").map(|(_, record)| record).filter(fits);
    records.max_by_key(|record| text(record, "date").to_owned()).map(|record| num(record, "exchange_rate"))
}

fn items(store: &mut Store, doc: &mut Doc, company: &Doc) -> Result<(), Refusal> {
    let rate = num(doc, "conversion_rate");
    let is_return = flag(doc, "is_return");
    let mut rows = take_rows(doc, "items");
    for (at, row) in rows.iter_mut().enumerate() {
        let code = text(row, "item_code").to_owned();
        if code.is_empty() {
            continue;
        }
        let item = store.find("Item", &code)?;
        sellable(store, &item, &code)?;
        about(row, &item, company);
        count(store, row, &item, at, is_return)?;
        price(store, row, &code, rate)?;
    }
    put_rows(doc, "items", rows);
    Ok(())
}

fn sellable(store: &Store, item: &Doc, code: &str) -> Result<(), Refusal> {
    if flag(item, "disabled") {
        return Err(Refusal::validation(format!("Item {code} is disabled")));
    }
    if let Some(end) = date(text(item, "end_of_life"))
        && end < store.today()
    {
        let end = end.format("%m-%d-%Y");
        return Err(Refusal::validation(format!("Item {code} has reached its end of life on {end}")));
    }
    if !flag(item, "is_sales_item") {
        return Err(Refusal::validation(format!(
            "Following item {code} is not marked as sales item. You can enable them as sales item from its Item master"
        )));
    }
    Ok(())
}

fn about(row: &mut Doc, item: &Doc, company: &Doc) {
    for field in ["item_name", "item_group", "stock_uom", "is_stock_item", "grant_commission"] {
        put(row, field, item.get(field).cloned().unwrap_or(Value::Null));
    }
    default(row, "description", text(item, "item_name"));
    default(row, "uom", text(item, "stock_uom"));
    set(row, "conversion_factor", Decimal::ONE);
    default(row, "warehouse", text(company, "default_warehouse"));
    default(row, "income_account", text(company, "default_income_account"));
    default(row, "cost_center", text(company, "cost_center"));
}

fn count(store: &Store, row: &mut Doc, item: &Doc, at: usize, is_return: bool) -> Result<(), Refusal> {
    let (code, row_no) = (text(row, "item_code").to_owned(), at + 1);
    let qty = quantity(num(row, "qty"));
    if qty.is_zero() && !is_return {
        let text = format!("Row #{row_no}: Quantity for Item <strong>{code}</strong> cannot be zero.");
        let refusal = Refusal::erpnext("erpnext.controllers.accounts_controller.", "InvalidQtyError", text);
        return Err(refusal.titled("Invalid Quantity"));
    }
    whole_number(store, text(item, "stock_uom"), num(row, "qty"), row_no)?;
    if is_return && qty > Decimal::ZERO {
        return Err(Refusal::validation(format!("For an item {code}, quantity must be negative number")));
    }
    set(row, "qty", qty);
    Ok(())
}

/// Some units come in whole numbers only.
pub(crate) fn whole_number(store: &Store, unit: &str, qty: Decimal, row: usize) -> Result<(), Refusal> {
    let whole = store.get("UOM", unit).is_some_and(|unit| flag(unit, "must_be_whole_number"));
    if !whole || qty.fract().is_zero() {
        return Ok(());
    }
    let text = format!(
        "Row {row}: Quantity ({}) cannot be a fraction. To allow this, disable '<strong>Must be Whole Number</strong>' in \
         UOM <strong>{unit}</strong>.",
        float(qty)
    );
    Err(Refusal::erpnext("erpnext.utilities.transaction_base.", "UOMMustBeIntegerError", text))
}

/// The rate of a row. Zero means the list price, unless everything is given away.
fn price(store: &mut Store, row: &mut Doc, code: &str, conversion: Decimal) -> Result<(), Refusal> {
    let listed = store.get("Item Price", code).map(|price| num(price, "price_list_rate"));
    let sent = num(row, "rate");
    if sent < Decimal::ZERO {
        return Err(Refusal::validation(format!(
            "For item <strong>{code}</strong>, rate must be a positive number. To Allow negative rates, enable \
             <strong>`Allow Negative rates for Items`</strong> in Selling Settings"
        )));
    }
    let list = money(listed.unwrap_or_default() / conversion);
    let percent = num(row, "discount_percentage");
    let rate = match sent.is_zero() {
        true => money(list * (Decimal::ONE_HUNDRED - percent) / Decimal::ONE_HUNDRED),
        false => money(sent),
    };
    set(row, "price_list_rate", list);
    set(row, "rate", rate);
    set(row, "discount_amount", if list.is_zero() { Decimal::ZERO } else { list - rate });
    if listed.is_none() && !rate.is_zero() {
        add_price(store, code, rate * conversion);
    }
    Ok(())
}

fn add_price(store: &mut Store, code: &str, rate: Decimal) {
    let mut price = Doc::new();
    put(&mut price, "name", code);
    put(&mut price, "item_code", code);
    put(&mut price, "price_list", PRICE_LIST);
    set(&mut price, "price_list_rate", rate);
    store.save("Item Price", code, price);
    store.say(format!("Item Price added for {code} in Price List {PRICE_LIST}"));
}

fn taxes(store: &Store, doc: &mut Doc, company: &Doc) -> Result<(), Refusal> {
    let mut rows = take_rows(doc, "taxes");
    for (at, row) in rows.iter_mut().enumerate() {
        let head = text(row, "account_head").to_owned();
        let owner = store.get("Account", &head).map(|account| text(account, "company").to_owned());
        if !head.is_empty() && owner.as_deref() != Some(text(doc, "company")) {
            return Err(Refusal::validation(format!(
                "Row #{}: Account {head} does not belong to company {}",
                at + 1,
                text(doc, "company")
            )));
        }
        default(row, "cost_center", text(company, "cost_center"));
    }
    put_rows(doc, "taxes", rows);
    Ok(())
}
