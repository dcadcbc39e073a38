//! How new documents are named.

use crate::{
    documents::docstatus_of,
    refusal::Refusal,
    store::{Store, folded},
    values::{Doc, put, text},
};

/// The name of a new document.
pub(crate) fn name(store: &mut Store, doctype: &str, doc: &mut Doc) -> Result<String, Refusal> {
    let amended = text(doc, "amended_from").to_owned();
    if !amended.is_empty() {
        return amendment(store, doctype, &amended);
    }
    let series = match doctype {
        "Sales Order" => "SAL-ORD-.YYYY.-",
        "Sales Invoice" => "ACC-SINV-.YYYY.-",
        "Stock Entry" => "MAT-STE-.YYYY.-",
        "Payment Entry" => "ACC-PAY-.YYYY.-",
        "Journal Entry" => "ACC-JV-.YYYY.-",
        "Customer" => return customer(store, doc),
        _ => return master(store, doctype, doc),
    };
    put(doc, "naming_series", series);
    let name = store.next_name(series);
    match store.get(doctype, &name) {
        None => Ok(name),
        // Somebody set the counter back.
        Some(_) => Err(Refusal::name_taken(doctype, &name)),
    }
}

fn amendment(store: &Store, doctype: &str, amended: &str) -> Result<String, Refusal> {
    let before = store.find(doctype, amended)?;
    if docstatus_of(&before) != 2 {
        let text = format!(
            "{amended} cannot be amended because it is not cancelled. Please cancel the document before creating an \
             amendment."
        );
        return Err(Refusal::validation(text).titled("Amendment Not Allowed"));
    }
    let name = format!("{amended}-1");
    match store.get(doctype, &name) {
        None => Ok(name),
        Some(_) => Err(Refusal::name_taken(doctype, &name)),
    }
}

/// A customer of a name that is taken gets a number behind it.
fn customer(store: &mut Store, doc: &mut Doc) -> Result<String, Refusal> {
    let name = text(doc, "customer_name").trim().to_owned();
    if name.contains(['<', '>']) {
        return Err(Refusal::status(
            409,
            "NameError",
            "Name cannot contain special characters like '<', '>'",
        ));
    }
    put(doc, "customer_name", name.clone());
    let like = |taken: &str| {
        let (taken, name) = (folded(taken), folded(&name));
        taken == name || taken.strip_prefix(&name).is_some_and(|rest| rest.starts_with(" - "))
    };
    let taken = store.table("Customer").filter(|(taken, _)| like(taken)).count();
    if taken == 0 {
        return Ok(name);
    }
    let given = format!("{name} - {taken}");
    store.say(format!("Changed customer name to '{given}' as '{name}' already exists."));
    Ok(given)
}

fn master(store: &mut Store, doctype: &str, doc: &mut Doc) -> Result<String, Refusal> {
    let abbr = abbreviation(store, text(doc, "company"));
    let name = match doctype {
        "Item" => text(doc, "item_code").to_owned(),
        "Sales Person" => text(doc, "sales_person_name").to_owned(),
        "Sales Partner" => text(doc, "partner_name").to_owned(),
        "Warehouse" => format!("{} - {abbr}", text(doc, "warehouse_name")),
        "Account" => format!("{} - {abbr}", text(doc, "account_name")),
        "Accounting Period" => format!("{} - {abbr}", text(doc, "period_name")),
        "Sales Taxes and Charges Template" => format!("{} - {abbr}", text(doc, "title")),
        "Custom Field" => custom_field(store, doc)?,
        "Currency Exchange" => {
            format!(
                "{}-{}-{}-Selling-Buying",
                text(doc, "date"),
                text(doc, "from_currency"),
                text(doc, "to_currency")
            )
        }
        "Company" => text(doc, "company_name").to_owned(),
        "Webhook" if text(doc, "name").is_empty() => {
            return Err(Refusal::validation("Please set the document name"));
        }
        _ if text(doc, "name").is_empty() => store.row_name(),
        _ => text(doc, "name").to_owned(),
    };
    match store.get(doctype, &name) {
        None => Ok(name),
        Some(_) => Err(Refusal::name_taken(doctype, &name)),
    }
}

fn custom_field(store: &Store, doc: &mut Doc) -> Result<String, Refusal> {
    if text(doc, "fieldname").is_empty() {
        let made = format!("custom_{}", text(doc, "label").to_lowercase().replace(' ', "_"));
        put(doc, "fieldname", made);
    }
    let (dt, field) = (text(doc, "dt"), text(doc, "fieldname"));
    let name = format!("{dt}-{field}");
    if store.get("Custom Field", &name).is_some()
        || crate::meta::doctype(dt).is_some_and(|of| of.fields.contains_key(field))
    {
        let text = format!("A field with the name <strong>{field}</strong> already exists in {dt}");
        return Err(Refusal::validation(text));
    }
    Ok(name)
}

fn abbreviation(store: &Store, company: &str) -> String {
    let company =
        store.get("Company", company).or_else(|| store.table("Company").next().map(|(_, company)| company));
    company.map(|company| text(company, "abbr").to_owned()).unwrap_or_default()
}
