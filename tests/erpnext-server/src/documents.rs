//! The life of any document: made, changed, submitted, cancelled, deleted.
//!
//! Invariant: a field nobody knows is answered as it was sent and not stored. A document is submitted in the request
//! that makes it, or not made at all.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    checks, hooks,
    meta::{self, Field},
    naming,
    refusal::Refusal,
    store::Store,
    users::{self, Right},
    values::{Doc, flt, num, put, put_rows, rows, stamp, take_rows, text},
};

/// The fields of a document type, those that were added included.
pub(crate) fn fields(store: &Store, doctype: &str) -> Option<BTreeMap<String, Field>> {
    let mut fields = meta::doctype(doctype)?.fields.clone();
    for (_, custom) in store.table("Custom Field") {
        if text(custom, "dt") == doctype {
            let field = custom_field(custom);
            fields.insert(field.name.clone(), field);
        }
    }
    Some(fields)
}

fn custom_field(custom: &Doc) -> Field {
    Field {
        name: text(custom, "fieldname").into(),
        kind: text(custom, "fieldtype").into(),
        required: flt(custom.get("reqd")) > rust_decimal::Decimal::ZERO,
        allow_on_submit: flt(custom.get("allow_on_submit")) > rust_decimal::Decimal::ZERO,
        options: text(custom, "options").into(),
        default: text(custom, "default").into(),
        label: text(custom, "label").into(),
    }
}

/// What every document has, besides the fields of its type.
const COMMON: [&str; 12] = [
    "name",
    "owner",
    "creation",
    "modified",
    "modified_by",
    "docstatus",
    "idx",
    "doctype",
    "parent",
    "parentfield",
    "parenttype",
    "amended_from",
];

/// Makes a document.
pub(crate) fn create(store: &mut Store, doctype: &str, mut sent: Doc) -> Result<Doc, Refusal> {
    known(store, doctype)?;
    users::check(store, doctype, Right::Create)?;
    let docstatus = num(&sent, "docstatus");
    sent.remove("docstatus");
    let mut doc = fresh(store, doctype, sent);
    checks::links(store, doctype, &doc)?;
    let name = naming::name(store, doctype, &mut doc)?;
    put(&mut doc, "name", name.clone());
    adopt_rows(store, doctype, &mut doc, 0);
    if docstatus == rust_decimal::Decimal::ONE {
        set_docstatus(&mut doc, 1);
    }
    hooks::validate(store, doctype, &mut doc)?;
    checks::complete(store, doctype, &doc)?;
    checks::unique(store, doctype, &doc)?;
    let reached = docstatus_of(&doc);
    adopt_rows(store, doctype, &mut doc, reached);
    let answer = doc.clone();
    store.save(doctype, &name, stored(store, doctype, doc));
    hooks::inserted(store, doctype, &name)?;
    if docstatus_of(&answer) == 1 {
        users::check(store, doctype, Right::Submit)?;
        submitted(store, doctype, &name)?;
    }
    Ok(answer)
}

/// Changes a document, or what it is: `docstatus` submits and cancels.
pub(crate) fn update(store: &mut Store, doctype: &str, name: &str, mut sent: Doc) -> Result<Doc, Refusal> {
    known(store, doctype)?;
    users::check(store, doctype, Right::Write)?;
    let mut doc = store.find(doctype, name)?;
    let before = docstatus_of(&doc);
    if before == 2 {
        return Err(Refusal::validation("Cannot edit cancelled document").silent());
    }
    stale(&doc, &sent)?;
    let after = sent.remove("docstatus").map_or(before, |to| whole(Some(&to)));
    if let Some(refusal) = impossible(before, after) {
        return Err(refusal);
    }
    if after == 2 {
        return cancel(store, doctype, name);
    }
    if before == 1 {
        checks::after_submit(store, doctype, &doc, &sent)?;
    }
    merge(store, doctype, &mut doc, sent);
    checks::links(store, doctype, &doc)?;
    set_docstatus(&mut doc, after);
    let now = stamp(store.now());
    put(&mut doc, "modified", now);
    put(&mut doc, "modified_by", store.user.clone());
    if before == 0 {
        hooks::validate(store, doctype, &mut doc)?;
        checks::complete(store, doctype, &doc)?;
    } else {
        hooks::changed_after_submit(store, doctype, &mut doc)?;
    }
    checks::unique(store, doctype, &doc)?;
    adopt_rows(store, doctype, &mut doc, after);
    let answer = doc.clone();
    store.save(doctype, name, stored(store, doctype, doc));
    hooks::inserted(store, doctype, name)?;
    if before == 0 && after == 1 {
        users::check(store, doctype, Right::Submit)?;
        submitted(store, doctype, name)?;
        hooks::refresh_status(store, doctype, name);
        return store.find(doctype, name);
    }
    Ok(answer)
}

/// Withdraws a submitted document.
pub(crate) fn cancel(store: &mut Store, doctype: &str, name: &str) -> Result<Doc, Refusal> {
    let doc = store.find(doctype, name)?;
    if let Some(refusal) = impossible(docstatus_of(&doc), 2) {
        return Err(refusal);
    }
    if docstatus_of(&doc) == 2 {
        return Err(Refusal::validation("Cannot edit cancelled document").silent());
    }
    hooks::may_cancel(store, doctype, &doc)?;
    store.change(doctype, name, |doc| {
        set_docstatus(doc, 2);
        put(doc, "status", "Cancelled");
    });
    hooks::cancelled(store, doctype, name)?;
    store.find(doctype, name)
}

/// Deletes a draft, or what was cancelled and nothing points to.
pub(crate) fn delete(store: &mut Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    known(store, doctype)?;
    users::check(store, doctype, Right::Delete)?;
    let doc = store
        .get(doctype, name)
        .cloned()
        .ok_or_else(|| Refusal::missing(&format!("{doctype} {name}")).silent())?;
    if docstatus_of(&doc) == 1 {
        return Err(Refusal::validation(format!(
            "{doctype} {name}: Submitted Record cannot be deleted. You must Cancel it first."
        )));
    }
    hooks::may_delete(store, doctype, name)?;
    store.give_back(name);
    store.delete(doctype, name);
    Ok(())
}

fn known(store: &Store, doctype: &str) -> Result<(), Refusal> {
    match meta::doctype(doctype).is_some() || store.has_table(doctype) {
        true => Ok(()),
        false => Err(Refusal::missing(&format!("DocType {doctype}"))),
    }
}

fn submitted(store: &mut Store, doctype: &str, name: &str) -> Result<(), Refusal> {
    hooks::submitted(store, doctype, name)?;
    let commit = store.commits + 1;
    store.submitted.insert((doctype.into(), name.into()), commit);
    Ok(())
}

fn stale(doc: &Doc, sent: &Doc) -> Result<(), Refusal> {
    let (theirs, ours) = (text(sent, "modified"), text(doc, "modified"));
    if theirs.is_empty() || theirs == ours {
        return Ok(());
    }
    Err(Refusal::frappe(
        "TimestampMismatchError",
        format!(
            "Error: Document has been modified after you have opened it ({ours}, {theirs}). Please refresh to get \
             the latest document."
        ),
    ))
}

fn impossible(before: i64, after: i64) -> Option<Refusal> {
    let word = |docstatus| match docstatus {
        0 => "Draft",
        1 => "Submitted",
        _ => "Cancelled",
    };
    let fine = matches!((before, after), (0, 0 | 1) | (1, 1 | 2) | (2, 2));
    (!fine).then(|| {
        let text =
            format!("Cannot change docstatus from {before} ({}) to {after} ({})", word(before), word(after));
        Refusal::frappe("DocstatusTransitionError", text).silent()
    })
}

/// A new document with its defaults; what was sent comes over them.
fn fresh(store: &mut Store, doctype: &str, sent: Doc) -> Doc {
    let now = stamp(store.now());
    let mut doc = Doc::new();
    put(&mut doc, "doctype", doctype);
    for (field, value) in [("owner", store.user.clone()), ("creation", now.clone())] {
        put(&mut doc, field, value);
    }
    put(&mut doc, "modified", now);
    put(&mut doc, "modified_by", store.user.clone());
    put(&mut doc, "docstatus", 0);
    put(&mut doc, "idx", 0);
    defaults(store, doctype, &mut doc);
    merge(store, doctype, &mut doc, sent);
    doc
}

fn defaults(store: &Store, doctype: &str, doc: &mut Doc) {
    for (name, field) in fields(store, doctype).into_iter().flatten() {
        let value = match field.default.as_str() {
            "" if field.kind == "Table" => Value::Array(Vec::new()),
            "" if number_kind(&field.kind) => typed(&field, Value::from(0)),
            "" => continue,
            "Today" => Value::from(store.today().to_string()),
            text if text.starts_with([':', '{']) => continue,
            text => typed(&field, Value::from(text)),
        };
        doc.insert(name, value);
    }
}

fn number_kind(kind: &str) -> bool {
    matches!(kind, "Currency" | "Float" | "Percent" | "Int" | "Check")
}

/// A value as its field's type stores it.
fn typed(field: &Field, value: Value) -> Value {
    match (field.kind.as_str(), &value) {
        ("Currency" | "Float" | "Percent", _) => crate::values::float(flt(Some(&value))),
        ("Int" | "Check", _) => Value::from(whole(Some(&value))),
        (_, Value::Number(number)) => Value::from(number.to_string()),
        _ => value,
    }
}

/// Lays what was sent over a document. Rows come without their names, or with those of rows that are there.
fn merge(store: &Store, doctype: &str, doc: &mut Doc, sent: Doc) {
    let known = fields(store, doctype);
    for (name, value) in sent {
        let field = known.as_ref().and_then(|fields| fields.get(&name));
        let value = match field {
            Some(field) if field.kind == "Table" => Value::Array(merged_rows(store, field, doc, value)),
            Some(field) if !value.is_null() || number_kind(&field.kind) => typed(field, value),
            _ => value,
        };
        doc.insert(name, value);
    }
}

fn merged_rows(store: &Store, table: &Field, doc: &Doc, sent: Value) -> Vec<Value> {
    let Value::Array(sent) = sent else { return Vec::new() };
    let old = rows(doc, &table.name);
    let merged = sent.into_iter().filter_map(|row| match row {
        Value::Object(row) => {
            let name = text(&row, "name").to_owned();
            let mut base = Doc::new();
            if old.iter().any(|old| !name.is_empty() && text(old, "name") == name) {
                put(&mut base, "name", name);
            } else {
                defaults(store, &table.options, &mut base);
            }
            merge(store, &table.options, &mut base, row);
            Some(Value::Object(base))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    });
    merged.collect()
}

/// Names and numbers the rows of all tables.
fn adopt_rows(store: &mut Store, doctype: &str, doc: &mut Doc, docstatus: i64) {
    let parent = text(doc, "name").to_owned();
    for (table, kind) in tables(store, doctype, doc) {
        let mut adopted = take_rows(doc, &table);
        for (at, row) in adopted.iter_mut().enumerate() {
            if text(row, "name").is_empty() {
                let name = store.row_name();
                put(row, "name", name);
            }
            put(row, "idx", at + 1);
            put(row, "docstatus", docstatus);
            put(row, "parent", parent.clone());
            put(row, "parentfield", table.clone());
            put(row, "parenttype", doctype);
            put(row, "doctype", kind.clone());
        }
        put_rows(doc, &table, adopted);
    }
}

fn tables(store: &Store, doctype: &str, doc: &Doc) -> Vec<(String, String)> {
    match fields(store, doctype) {
        Some(fields) => fields
            .into_values()
            .filter(|field| field.kind == "Table")
            .map(|field| (field.name, field.options))
            .collect(),
        None => doc
            .iter()
            .filter(|(_, value)| value.is_array())
            .map(|(name, _)| (name.clone(), meta::titled(name)))
            .collect(),
    }
}

/// A document without what no field is there for.
fn stored(store: &Store, doctype: &str, mut doc: Doc) -> Doc {
    let Some(fields) = fields(store, doctype) else { return doc };
    for field in fields.values().filter(|field| field.kind == "Table") {
        let kept = take_rows(&mut doc, &field.name);
        let kept = kept.into_iter().map(|row| stored(store, &field.options, row)).collect();
        put_rows(&mut doc, &field.name, kept);
    }
    let empty_unique = |name: &str, value: &Value| {
        value.as_str() == Some("") && store.unique_fields(doctype).iter().any(|field| field == name)
    };
    doc.into_iter()
        .filter(|(name, _)| fields.contains_key(name) || COMMON.contains(&name.as_str()))
        .map(|(name, value)| if empty_unique(&name, &value) { (name, Value::Null) } else { (name, value) })
        .collect()
}

pub(crate) fn docstatus_of(doc: &Doc) -> i64 {
    whole(doc.get("docstatus"))
}

fn set_docstatus(doc: &mut Doc, docstatus: i64) {
    put(doc, "docstatus", docstatus);
    for table in ["items", "sales_team", "taxes", "advances", "references"] {
        let mut of = take_rows(doc, table);
        if of.is_empty() {
            continue;
        }
        for row in &mut of {
            put(row, "docstatus", docstatus);
        }
        put_rows(doc, table, of);
    }
}

fn whole(value: Option<&Value>) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    flt(value).trunc().to_i64().unwrap_or_default()
}
