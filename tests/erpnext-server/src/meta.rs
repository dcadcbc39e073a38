//! The fields of the document types: their types, and what Frappe demands of them.
//!
//! Invariant: a document type that is not listed here has no fields that anything is demanded of.

use std::{collections::BTreeMap, sync::LazyLock};

/// One field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) allow_on_submit: bool,
    /// The document type a link or a table names.
    pub(crate) options: String,
    pub(crate) default: String,
    pub(crate) label: String,
}

/// One document type.
#[derive(Debug, Default)]
pub(crate) struct Doctype {
    pub(crate) submittable: bool,
    pub(crate) fields: BTreeMap<String, Field>,
}

static DOCTYPES: LazyLock<BTreeMap<String, Doctype>> = LazyLock::new(read);

fn read() -> BTreeMap<String, Doctype> {
    let mut doctypes: BTreeMap<String, Doctype> = BTreeMap::new();
    for line in include_str!("doctypes.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [doctype, name, kind, required, allow_on_submit, _no_copy, options, default] = columns[..] else {
            continue;
        };
        let entry = doctypes.entry(doctype.to_owned()).or_default();
        if name.is_empty() {
            entry.submittable = kind == "submittable";
            continue;
        }
        let field = Field {
            name: name.to_owned(),
            kind: kind.to_owned(),
            required: required == "1",
            allow_on_submit: allow_on_submit == "1",
            options: options.to_owned(),
            default: default.to_owned(),
            label: label(name),
        };
        entry.fields.insert(name.to_owned(), field);
    }
    doctypes
}

pub(crate) fn doctype(name: &str) -> Option<&'static Doctype> {
    DOCTYPES.get(name)
}

/// What a field is called in messages.
fn label(name: &str) -> String {
    match name {
        "s_warehouse" => "Source Warehouse".into(),
        "t_warehouse" => "Target Warehouse".into(),
        "transaction_date" => "Date".into(),
        "qty" => "Quantity".into(),
        _ => titled(name),
    }
}

/// `debit_to` as `Debit To`.
pub(crate) fn titled(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        })
        .collect::<Vec<String>>()
        .join(" ")
}
