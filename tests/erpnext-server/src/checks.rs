//! What Frappe checks of every document by its fields.

use serde_json::Value;

use crate::{
    documents::{docstatus_of, fields},
    meta::Field,
    refusal::Refusal,
    store::Store,
    values::{Doc, date, flt, is_set, rows, text},
};

/// Links that nobody checks, because other fields are fetched through them, and those that ERPNext checks in its own
/// words.
const UNCHECKED: [&str; 5] = ["sales_person", "sales_partner", "stock_entry_type", "account_head", "account"];
/// Longest text of a `Data` field.
const DATA_CHARS: usize = 140;

/// Every link names a document that is there.
pub(crate) fn links(store: &Store, doctype: &str, doc: &Doc) -> Result<(), Refusal> {
    links_of(store, doctype, doc, "")?;
    for (table, field) in
        fields(store, doctype).into_iter().flatten().filter(|(_, field)| field.kind == "Table")
    {
        for (at, row) in rows(doc, &table).into_iter().enumerate() {
            links_of(store, &field.options, row, &format!("Row #{}: ", at + 1))?;
        }
    }
    Ok(())
}

fn links_of(store: &Store, doctype: &str, doc: &Doc, row: &str) -> Result<(), Refusal> {
    let by_erpnext = |name: &str| match name {
        "item_code" => true,
        "customer" => matches!(doctype, "Sales Order" | "Sales Invoice"),
        _ => UNCHECKED.contains(&name),
    };
    for (name, field) in fields(store, doctype).into_iter().flatten() {
        let target = text(doc, &name);
        if field.kind != "Link" || target.is_empty() || field.options == "DocType" || by_erpnext(&name) {
            continue;
        }
        if store.get(&field.options, target).is_none() {
            let text = format!("Could not find {row}{}: {target}", field.label);
            return Err(Refusal::frappe("LinkValidationError", text));
        }
    }
    Ok(())
}

/// Nothing required is missing, nothing is too long, and dates are dates.
pub(crate) fn complete(store: &Store, doctype: &str, doc: &Doc) -> Result<(), Refusal> {
    let name = text(doc, "name");
    let (mut missing, mut message) = (Vec::new(), String::new());
    let fields = fields(store, doctype).unwrap_or_default();
    for field in fields.values() {
        if field.required && unset(field, doc) {
            if message.is_empty() {
                message = said_missing(doctype, field);
            }
            missing.push(field.name.clone());
        }
        if field.kind == "Table" {
            for row in rows(doc, &field.name) {
                missing.extend(missing_of_row(store, &field.options, row));
                shapes(store, &field.options, name, row)?;
            }
        }
    }
    if !missing.is_empty() {
        if message.is_empty() {
            message = "Error: Value missing".into();
        }
        return Err(Refusal::mandatory(doctype, name, &missing.join(", "), &message));
    }
    shapes(store, doctype, name, doc)
}

fn unset(field: &Field, doc: &Doc) -> bool {
    match field.kind.as_str() {
        "Table" => rows(doc, &field.name).is_empty(),
        "Currency" | "Float" | "Percent" | "Int" | "Check" => doc.get(&field.name).is_none_or(Value::is_null),
        _ => !is_set(doc.get(&field.name)),
    }
}

fn said_missing(doctype: &str, field: &Field) -> String {
    match field.kind.as_str() {
        "Table" => format!("Error: Data missing in table: {}", field.label),
        _ => format!("Error: Value missing for {doctype}: {}", field.label),
    }
}

fn missing_of_row(store: &Store, kind: &str, row: &Doc) -> Vec<String> {
    let fields = fields(store, kind).unwrap_or_default();
    fields
        .values()
        .filter(|field| field.required && unset(field, row))
        .map(|field| field.name.clone())
        .collect()
}

fn shapes(store: &Store, doctype: &str, name: &str, doc: &Doc) -> Result<(), Refusal> {
    for field in fields(store, doctype).unwrap_or_default().values() {
        let value = text(doc, &field.name);
        if field.kind == "Date" && !value.is_empty() && date(value).is_none() {
            return Err(no_date(doctype, &field.name, value));
        }
        if field.kind == "Data" && value.chars().count() > DATA_CHARS {
            let text = format!(
                "{doctype} {name}: '<strong>{}</strong>' ({value}) will get truncated, as max characters allowed is \
                 {DATA_CHARS}",
                field.label
            );
            return Err(Refusal::frappe("CharacterLengthExceededError", text).titled("Value too big"));
        }
    }
    Ok(())
}

/// What has digits gets as far as the database; the rest is refused with some care.
fn no_date(doctype: &str, field: &str, value: &str) -> Refusal {
    if value.chars().any(|c| c.is_ascii_digit()) {
        let text = format!(
            "(1292, \"Incorrect date value: '{value}' for column `tab{doctype}`.`{field}` at row 1\")"
        );
        return Refusal::python("pymysql.err.", "OperationalError", text);
    }
    Refusal::validation(format!("<strong>{value}</strong> is not a valid date string."))
        .titled("Invalid Date")
}

/// No unique field has a value that another document has, cancelled ones included.
pub(crate) fn unique(store: &Store, doctype: &str, doc: &Doc) -> Result<(), Refusal> {
    let name = text(doc, "name");
    for field in store.unique_fields(doctype) {
        let value = text(doc, &field);
        if value.is_empty() {
            continue;
        }
        if let Some(Some(holder)) = store.holder(doctype, &field, value)
            && holder != name
        {
            let label =
                fields(store, doctype).and_then(|mut fields| fields.remove(&field)).map(|field| field.label);
            return Err(Refusal::duplicate(doctype, name, &field, &label.unwrap_or_default(), value));
        }
    }
    Ok(())
}

/// Only what may change after submitting does.
pub(crate) fn after_submit(store: &Store, doctype: &str, before: &Doc, sent: &Doc) -> Result<(), Refusal> {
    let fields = fields(store, doctype).unwrap_or_default();
    for (name, value) in sent {
        let Some(field) = fields.get(name) else { continue };
        if field.kind == "Table" {
            rows_after_submit(store, field, before, sent)?;
        } else if !field.allow_on_submit && !same(before.get(name), Some(value)) {
            return Err(changed("", field, before.get(name), Some(value)));
        }
    }
    Ok(())
}

fn rows_after_submit(store: &Store, table: &Field, before: &Doc, sent: &Doc) -> Result<(), Refusal> {
    if table.allow_on_submit {
        return Ok(());
    }
    let fields = fields(store, &table.options).unwrap_or_default();
    let (old, new) = (rows(before, &table.name), rows(sent, &table.name));
    let missing: Vec<String> =
        new.iter().flat_map(|row| missing_of_row(store, &table.options, row)).collect();
    if !missing.is_empty() {
        let (doctype, name) = (text(before, "doctype"), text(before, "name"));
        return Err(Refusal::mandatory(doctype, name, &missing.join(", "), "Error: Value missing"));
    }
    for (at, row) in new.iter().enumerate() {
        let was = old.iter().find(|old| text(old, "name") == text(row, "name"));
        for (name, value) in row.iter() {
            let Some(field) = fields.get(name) else { continue };
            let old = was.and_then(|was| was.get(name));
            if !field.allow_on_submit && !same(old, Some(value)) {
                return Err(changed(&format!("Row #{}:", at + 1), field, old, Some(value)));
            }
        }
    }
    Ok(())
}

fn same(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(Value::Number(_)), _) | (_, Some(Value::Number(_))) => flt(before) == flt(after),
        _ => before.filter(|value| is_set(Some(value))) == after.filter(|value| is_set(Some(value))),
    }
}

fn changed(row: &str, field: &Field, before: Option<&Value>, after: Option<&Value>) -> Refusal {
    let plain =
        |value: Option<&Value>| value.map(|value| value.to_string().replace('"', "")).unwrap_or_default();
    let text = format!(
        "{row} Not allowed to change <strong>{}</strong> after submission from <strong>{}</strong> to <strong>{}</strong>",
        field.label,
        plain(before),
        plain(after)
    );
    Refusal::frappe("UpdateAfterSubmitError", text).titled("Cannot Update After Submit")
}

/// Whether a document is submitted.
pub(crate) fn is_submitted(doc: &Doc) -> bool {
    docstatus_of(doc) == 1
}
