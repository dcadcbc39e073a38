//! Lists: filters, fields, order and pages.
//!
//! Invariant: without an order a list comes by name, without a limit it has twenty rows, and drafts and cancelled
//! documents are in it.

use std::{cmp::Ordering, collections::BTreeMap};

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    documents::fields,
    refusal::Refusal,
    store::{Store, folded},
    values::{Doc, float, flt, is_set, rows, text},
};

const PAGE: usize = 20;

/// The parameters of a list.
pub(crate) type Query = BTreeMap<String, String>;

struct Filter {
    /// A child table's document type.
    child: Option<String>,
    field: String,
    op: String,
    value: Value,
}

/// The rows a query asks for.
pub(crate) fn list(store: &Store, doctype: &str, query: &Query) -> Result<Vec<Value>, Refusal> {
    let filters = filters(store, doctype, query.get("filters"))?;
    let or_filters = filters_of(query.get("or_filters"))?;
    let columns = columns(store, doctype, query.get("fields"))?;
    let narrowed = narrowed(store, doctype, &filters);
    let fits = |doc: &&Doc| {
        filters.iter().all(|filter| holds(store, doctype, filter, doc))
            && (or_filters.is_empty() || or_filters.iter().any(|filter| holds(store, doctype, filter, doc)))
    };
    let mut found: Vec<&Doc> = match narrowed {
        Some(doc) => doc.into_iter().filter(fits).collect(),
        None => store.table(doctype).map(|(_, doc)| doc).filter(fits).collect(),
    };
    order(store, doctype, &mut found, query.get("order_by"))?;
    if columns.iter().any(|column| column.contains('(')) {
        return Ok(aggregate(&found, &columns, query.get("group_by")));
    }
    let limit = query.get("limit_page_length").or_else(|| query.get("limit"));
    let limit = match limit.and_then(|limit| limit.parse().ok()) {
        Some(0) => usize::MAX,
        Some(limit) => limit,
        None => PAGE,
    };
    let start = query.get("limit_start").and_then(|start| start.parse().ok()).unwrap_or(0);
    let all = found.into_iter().flat_map(|doc| shown(doc, &columns));
    Ok(all.skip(start).take(limit).collect())
}

/// A look-up by a unique field needs no walk through the table.
fn narrowed<'a>(store: &'a Store, doctype: &str, filters: &[Filter]) -> Option<Option<&'a Doc>> {
    let filter = filters.iter().find(|filter| filter.op == "=" && filter.child.is_none())?;
    let value = filter.value.as_str().filter(|value| !value.is_empty())?;
    if filter.field == "name" {
        return Some(store.get(doctype, value));
    }
    let holder = store.holder(doctype, &filter.field, value)?;
    Some(holder.and_then(|name| store.get(doctype, name)))
}

fn filters(store: &Store, doctype: &str, given: Option<&String>) -> Result<Vec<Filter>, Refusal> {
    let filters = filters_of(given)?;
    for filter in &filters {
        permitted(store, filter.child.as_deref().unwrap_or(doctype), &filter.field)?;
    }
    Ok(filters)
}

fn filters_of(given: Option<&String>) -> Result<Vec<Filter>, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(Vec::new()) };
    let Ok(parsed) = serde_json::from_str::<Value>(given) else {
        let text = "Expecting value: line 1 column 1 (char 0)";
        return Err(Refusal::python("json.decoder.", "JSONDecodeError", text));
    };
    let plain = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut filters = Vec::new();
    match parsed {
        Value::Object(pairs) => {
            for (field, value) in pairs {
                let (op, value) = match value.as_array().map(Vec::as_slice) {
                    Some([op, value]) => (plain(op), value.clone()),
                    _ => ("=".to_owned(), value),
                };
                filters.push(Filter { child: None, field, op, value });
            }
        }
        Value::Array(list) => {
            for filter in list {
                match filter.as_array().map(Vec::as_slice) {
                    Some([field, op, value]) => filters.push(Filter {
                        child: None,
                        field: plain(field),
                        op: plain(op),
                        value: value.clone(),
                    }),
                    Some([child, field, op, value]) => filters.push(Filter {
                        child: Some(plain(child)),
                        field: plain(field),
                        op: plain(op),
                        value: value.clone(),
                    }),
                    _ => return Err(Refusal::validation("Filter must have 3 or 4 values")),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(filters)
}

const COMMON: [&str; 9] =
    ["name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "parent", "amended_from"];

fn permitted(store: &Store, doctype: &str, field: &str) -> Result<(), Refusal> {
    let known = fields(store, doctype).is_none_or(|fields| fields.contains_key(field));
    match known || COMMON.contains(&field) || field.contains(['(', '`', '*']) {
        true => Ok(()),
        false => Err(Refusal::frappe("DataError", format!("Field not permitted in query: {field}"))),
    }
}

fn columns(store: &Store, doctype: &str, given: Option<&String>) -> Result<Vec<String>, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(vec!["name".into()]) };
    let columns: Vec<String> = serde_json::from_str(given).map_err(|_| {
        Refusal::python("json.decoder.", "JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")
    })?;
    for column in &columns {
        permitted(store, doctype, column)?;
    }
    Ok(columns)
}

fn holds(store: &Store, doctype: &str, filter: &Filter, doc: &Doc) -> bool {
    let table = filter.child.as_ref().filter(|child| *child != doctype).and_then(|child| {
        fields(store, doctype)?.into_values().find(|field| field.kind == "Table" && field.options == *child)
    });
    match table {
        Some(table) => rows(doc, &table.name).into_iter().any(|row| compares(filter, row.get(&filter.field))),
        None => compares(filter, doc.get(&filter.field)),
    }
}

fn compares(filter: &Filter, value: Option<&Value>) -> bool {
    let wanted = &filter.value;
    let in_list = || wanted.as_array().is_some_and(|list| list.iter().any(|one| equal(value, one)));
    match filter.op.to_lowercase().as_str() {
        "=" => equal(value, wanted),
        "!=" => !equal(value, wanted),
        "in" => in_list(),
        "not in" => !in_list(),
        "like" => like(value, wanted),
        "not like" => !like(value, wanted),
        "is" => (wanted.as_str() == Some("set")) == is_set(value),
        "between" => match wanted.as_array().map(Vec::as_slice) {
            Some([from, to]) => {
                compare(value, from) != Ordering::Less && compare(value, to) != Ordering::Greater
            }
            _ => false,
        },
        ">" => is_set(value) && compare(value, wanted) == Ordering::Greater,
        ">=" => is_set(value) && compare(value, wanted) != Ordering::Less,
        "<" => compare(value, wanted) == Ordering::Less,
        "<=" => compare(value, wanted) != Ordering::Greater,
        _ => false,
    }
}

fn equal(value: Option<&Value>, wanted: &Value) -> bool {
    match is_set(Some(wanted)) {
        false => !is_set(value),
        true => compare(value, wanted) == Ordering::Equal,
    }
}

fn compare(value: Option<&Value>, wanted: &Value) -> Ordering {
    match (value, wanted) {
        (Some(Value::Number(_)), _) | (_, Value::Number(_)) => flt(value).cmp(&flt(Some(wanted))),
        _ => {
            let plain = |value: Option<&Value>| folded(value.and_then(Value::as_str).unwrap_or_default());
            // A zone is not understood, only passed over.
            let wanted = plain(Some(wanted)).replace('t', " ").replace('z', "");
            plain(value).replace('t', " ").replace('z', "").cmp(&wanted)
        }
    }
}

/// `%` stands for anything and `_` for any one character.
fn like(value: Option<&Value>, pattern: &Value) -> bool {
    let value: Vec<char> = folded(value.and_then(Value::as_str).unwrap_or_default()).chars().collect();
    let pattern: Vec<char> = folded(pattern.as_str().unwrap_or_default()).chars().collect();
    matches(&value, &pattern)
}

fn matches(value: &[char], pattern: &[char]) -> bool {
    match (pattern.split_first(), value.split_first()) {
        (None, rest) => rest.is_none(),
        (Some(('%', rest)), _) => (0..=value.len()).any(|at| matches(&value[at..], rest)),
        (Some(('\\', rest)), Some((c, left))) => rest.first() == Some(c) && matches(left, &rest[1..]),
        (Some(('_', rest)), Some((_, left))) => matches(left, rest),
        (Some((wanted, rest)), Some((c, left))) => wanted == c && matches(left, rest),
        (Some(_), None) => false,
    }
}

fn order(store: &Store, doctype: &str, found: &mut [&Doc], by: Option<&String>) -> Result<(), Refusal> {
    let Some(by) = by.filter(|by| !by.is_empty()) else { return Ok(()) };
    let mut terms = Vec::new();
    for term in by.split(',') {
        let words: Vec<&str> = term.split_whitespace().collect();
        let (field, down) = match words[..] {
            [field] | [field, "asc"] => (field, false),
            [field, "desc"] => (field, true),
            _ => return Err(Refusal::validation("Illegal SQL Query")),
        };
        permitted(store, doctype, field)?;
        terms.push((field.to_owned(), down));
    }
    found.sort_by(|a, b| {
        let compared = terms.iter().map(|(field, down)| {
            let ordering = compare(a.get(field), b.get(field).unwrap_or(&Value::Null));
            if *down { ordering.reverse() } else { ordering }
        });
        compared.fold(Ordering::Equal, Ordering::then)
    });
    Ok(())
}

/// The columns of a document; those of a child table make a row for each of its rows.
fn shown(doc: &Doc, columns: &[String]) -> Vec<Value> {
    if columns.iter().any(|column| column == "*") {
        return vec![Value::Object(doc.iter().filter(|(_, value)| !value.is_array()).map(pair).collect())];
    }
    let child = columns.iter().any(|column| column.starts_with('`'));
    let items = if child { rows(doc, "items") } else { Vec::new() };
    let one = |row: Option<&Doc>| {
        let mut shown = Doc::new();
        for column in columns {
            let (path, alias) = column.split_once(" as ").unwrap_or((column, ""));
            let of_row = path.starts_with('`');
            let field = path.rsplit('.').next().unwrap_or(path);
            let source = if of_row { row } else { Some(doc) };
            let value = source.and_then(|source| source.get(field)).cloned().unwrap_or(Value::Null);
            shown.insert(if alias.is_empty() { field.into() } else { alias.into() }, value);
        }
        Value::Object(shown)
    };
    match child {
        true => items.into_iter().map(|row| one(Some(row))).collect(),
        false => vec![one(None)],
    }
}

fn pair((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn aggregate(found: &[&Doc], columns: &[String], group_by: Option<&String>) -> Vec<Value> {
    let keys: Vec<&str> = group_by.map(|by| by.split(',').map(str::trim).collect()).unwrap_or_default();
    let mut groups: BTreeMap<Vec<String>, Vec<&Doc>> = BTreeMap::new();
    for doc in found {
        let key = keys.iter().map(|key| doc.get(*key).map(Value::to_string).unwrap_or_default()).collect();
        groups.entry(key).or_default().push(doc);
    }
    if groups.is_empty() && keys.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    groups
        .into_values()
        .map(|group| Value::Object(columns.iter().map(|column| summed(&group, column)).collect()))
        .collect()
}

fn summed(group: &[&Doc], column: &str) -> (String, Value) {
    let (path, alias) = column.split_once(" as ").unwrap_or((column, column));
    let value = match path.trim_end_matches(')').split_once('(') {
        Some(("count", _)) => Value::from(group.len()),
        Some(("sum", field)) => float(group.iter().map(|doc| flt(doc.get(field))).sum::<Decimal>()),
        _ => group.first().and_then(|doc| doc.get(path)).cloned().unwrap_or(Value::Null),
    };
    (alias.to_owned(), value)
}

/// The name of the only document that has a value, for `get_value`.
pub(crate) fn first<'a>(store: &'a Store, doctype: &str, query: &Query) -> Result<Option<&'a Doc>, Refusal> {
    let mut query = query.clone();
    query.insert("fields".into(), "[\"name\"]".into());
    let found = list(store, doctype, &query)?;
    let name = found.first().and_then(Value::as_object).map(|row| text(row, "name").to_owned());
    Ok(name.and_then(|name| store.get(doctype, &name)))
}
