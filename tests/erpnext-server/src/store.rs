//! The tables, in memory, with transactions that roll back.
//!
//! Invariant: whatever a refused request had written is undone, its numbers included: names are given out again.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use serde_json::Value;

use crate::{
    refusal::Refusal,
    values::{Doc, put, stamp, text},
};

type Table = BTreeMap<String, Doc>;
/// Document type and field.
type Column = (String, String);

enum Undo {
    Document { doctype: String, name: String, before: Option<Box<Doc>> },
    Series { prefix: String, before: u64 },
}

/// All documents of a site.
pub(crate) struct Store {
    tables: BTreeMap<String, Table>,
    /// Unique fields that were added, each with its values and who has them.
    unique: BTreeMap<Column, BTreeMap<String, String>>,
    series: BTreeMap<String, u64>,
    undo: Vec<Undo>,
    now: NaiveDateTime,
    row_names: u64,
    /// How many transactions were committed.
    pub(crate) commits: u64,
    /// After which commit a document was submitted.
    pub(crate) submitted: BTreeMap<(String, String), u64>,
    /// What goes with the present answer.
    pub(crate) said: Vec<Value>,
    /// The commit the present request had seen when it came in.
    pub(crate) seen: u64,
    /// Who asks.
    pub(crate) user: String,
    /// Where messages say the site is.
    pub(crate) url: String,
}

impl Store {
    pub(crate) fn new(now: NaiveDateTime) -> Self {
        Self {
            tables: BTreeMap::new(),
            unique: BTreeMap::new(),
            series: BTreeMap::new(),
            undo: Vec::new(),
            now,
            row_names: 0,
            commits: 0,
            submitted: BTreeMap::new(),
            said: Vec::new(),
            seen: 0,
            user: "Administrator".into(),
            url: String::new(),
        }
    }

    /// Moves the site's clock, which never shows the same time twice.
    pub(crate) fn set_now(&mut self, now: NaiveDateTime) {
        self.now = now.max(self.now + TimeDelta::microseconds(1));
    }

    pub(crate) fn now(&mut self) -> NaiveDateTime {
        self.now += TimeDelta::microseconds(1);
        self.now
    }

    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.now.date()
    }

    /// Carries `work` out, or leaves everything as it was.
    pub(crate) fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.undo.clear();
        let outcome = work(self);
        match outcome {
            Ok(_) => self.commits += 1,
            Err(_) => self.roll_back(),
        }
        self.undo.clear();
        outcome
    }

    fn roll_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Document { doctype, name, before: Some(doc) } => self.place(&doctype, &name, *doc),
                Undo::Document { doctype, name, before: None } => self.displace(&doctype, &name),
                Undo::Series { prefix, before } => {
                    self.series.insert(prefix, before);
                }
            }
        }
    }

    pub(crate) fn table(&self, doctype: &str) -> impl DoubleEndedIterator<Item = (&String, &Doc)> {
        self.tables.get(doctype).into_iter().flatten()
    }

    pub(crate) fn has_table(&self, doctype: &str) -> bool {
        self.tables.contains_key(doctype)
    }

    pub(crate) fn get(&self, doctype: &str, name: &str) -> Option<&Doc> {
        self.tables.get(doctype)?.get(name)
    }

    /// A document that must be there.
    pub(crate) fn find(&self, doctype: &str, name: &str) -> Result<Doc, Refusal> {
        self.get(doctype, name).cloned().ok_or_else(|| Refusal::missing(&format!("{doctype} {name}")))
    }

    /// Writes a document as it is.
    pub(crate) fn save(&mut self, doctype: &str, name: &str, doc: Doc) {
        let before = self.get(doctype, name).cloned().map(Box::new);
        self.undo.push(Undo::Document { doctype: doctype.into(), name: name.into(), before });
        self.place(doctype, name, doc);
    }

    /// Changes a document and its time of modification.
    pub(crate) fn change(&mut self, doctype: &str, name: &str, change: impl FnOnce(&mut Doc)) {
        let Some(mut doc) = self.get(doctype, name).cloned() else { return };
        change(&mut doc);
        let now = stamp(self.now());
        put(&mut doc, "modified", now);
        self.save(doctype, name, doc);
    }

    pub(crate) fn delete(&mut self, doctype: &str, name: &str) {
        let before = self.get(doctype, name).cloned().map(Box::new);
        self.undo.push(Undo::Document { doctype: doctype.into(), name: name.into(), before });
        self.displace(doctype, name);
    }

    fn place(&mut self, doctype: &str, name: &str, doc: Doc) {
        self.displace(doctype, name);
        for ((of, field), values) in &mut self.unique {
            if of == doctype && !text(&doc, field).is_empty() {
                values.insert(folded(text(&doc, field)), name.to_owned());
            }
        }
        self.tables.entry(doctype.into()).or_default().insert(name.into(), doc);
    }

    fn displace(&mut self, doctype: &str, name: &str) {
        let Some(doc) = self.tables.get_mut(doctype).and_then(|table| table.remove(name)) else { return };
        for ((of, field), values) in &mut self.unique {
            let value = folded(text(&doc, field));
            if of == doctype && values.get(&value).is_some_and(|holder| holder == name) {
                values.remove(&value);
            }
        }
    }

    /// Makes a field unique from now on.
    pub(crate) fn make_unique(&mut self, doctype: &str, field: &str) {
        self.unique.entry((doctype.into(), field.into())).or_default();
    }

    /// Who has this value in a unique field; the outer none says that the field is not unique.
    pub(crate) fn holder(&self, doctype: &str, field: &str, value: &str) -> Option<Option<&String>> {
        let values = self.unique.get(&(doctype.to_owned(), field.to_owned()))?;
        Some(values.get(&folded(value)))
    }

    /// The unique fields of a document type.
    pub(crate) fn unique_fields(&self, doctype: &str) -> Vec<String> {
        self.unique.keys().filter(|(of, _)| of == doctype).map(|(_, field)| field.clone()).collect()
    }

    /// The next name of a series like `SAL-ORD-.YYYY.-`.
    pub(crate) fn next_name(&mut self, series: &str) -> String {
        let prefix = series.replace(".YYYY.", &self.now.year().to_string());
        let before = self.series.get(&prefix).copied().unwrap_or_default();
        self.undo.push(Undo::Series { prefix: prefix.clone(), before });
        self.series.insert(prefix.clone(), before + 1);
        format!("{prefix}{:05}", before + 1)
    }

    /// Lets a series begin again, as a person can in Document Naming Settings.
    pub(crate) fn rewind(&mut self, series: &str) {
        let prefix = series.replace(".YYYY.", &self.now.year().to_string());
        self.series.remove(&prefix);
    }

    /// Gives the last name of a series back.
    pub(crate) fn give_back(&mut self, name: &str) {
        let Some((prefix, number)) = name.rsplit_once('-') else { return };
        let prefix = format!("{prefix}-");
        if let Some(last) = self.series.get(&prefix).copied()
            && number.parse() == Ok(last)
        {
            self.undo.push(Undo::Series { prefix: prefix.clone(), before: last });
            self.series.insert(prefix, last - 1);
        }
    }

    /// A name for a row of a table.
    pub(crate) fn row_name(&mut self) -> String {
        self.row_names += 1;
        format!("{:010x}", 0x00a5_0000_0000_u64 + self.row_names * 0x0001_0003)
    }

    /// Adds a message to the answer.
    pub(crate) fn say(&mut self, message: impl Into<String>) {
        self.said.push(serde_json::json!({"message": message.into(), "title": "Message"}));
    }
}

/// What the database's collation compares: neither case nor trailing spaces count.
pub(crate) fn folded(value: &str) -> String {
    value.trim_end_matches(' ').to_lowercase()
}
